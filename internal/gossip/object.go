package gossip

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
)

const objectProtocol = "/roster/object/1"

// MaxObject is the most bytes of one object.
const MaxObject = 4 << 20

// objectTime is how long one object may take.
const objectTime = 10 * time.Second

// nothing is the length that says that a peer does not have an object.
const nothing = 1<<32 - 1

// mostBad is how many wrong objects a peer may serve before it is not asked any more.
const mostBad = 3

// ErrNotFound is an object that no peer has, or that none gave as it is.
var ErrNotFound = errors.New("no peer has the object")

// serveObject answers one question: 32 bytes of a name; the answer is its length, 4 bytes big endian, and the bytes.
func (l *Line) serveObject(s network.Stream) {
	defer s.Close()
	if k := l.peer(s.Conn().RemotePeer()); k == nil || !k.objects.Allow() || l.o.Object == nil || s.SetDeadline(time.Now().Add(objectTime)) != nil {
		s.Reset()
		return
	}
	var name core.Hash
	if _, err := io.ReadFull(s, name[:]); err != nil {
		s.Reset()
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), objectTime)
	defer cancel()
	data, err := l.o.Object(ctx, name)
	length := uint32(len(data))
	if err != nil || len(data) > MaxObject {
		data, length = nil, nothing
	}
	if _, err := s.Write(append(binary.BigEndian.AppendUint32(nil, length), data...)); err != nil {
		s.Reset()
	}
}

// Fetch asks one connected peer after the other for an object, and returns the first answer that is it. A peer that gives
// wrong bytes is asked no more after the third time.
func (l *Line) Fetch(ctx context.Context, name core.Hash) ([]byte, error) {
	ids := l.host.Network().Peers()
	slices.SortFunc(ids, func(a, b peer.ID) int { return bytes.Compare([]byte(a), []byte(b)) })
	var all []error
	for _, id := range ids {
		k := l.peer(id)
		if k == nil || l.isBad(k) {
			continue
		}
		data, err := l.ask(ctx, id, name)
		if err == nil && program.Sum(data) == name {
			return data, nil
		}
		if err == nil {
			l.mu.Lock()
			k.bad++
			l.mu.Unlock()
			err = fmt.Errorf("operator %s gave %d bytes of %s", k.Operator, len(data), program.Sum(data))
		}
		all = append(all, err)
		if ctx.Err() != nil {
			break
		}
	}
	return nil, fmt.Errorf("object %s: %w", name, errors.Join(append([]error{ErrNotFound}, all...)...))
}

func (l *Line) isBad(k *known) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return k.bad >= mostBad
}

func (l *Line) ask(ctx context.Context, id peer.ID, name core.Hash) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, objectTime)
	defer cancel()
	s, err := l.host.NewStream(ctx, id, objectProtocol)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", id, err)
	}
	defer s.Close()
	if err := s.SetDeadline(time.Now().Add(objectTime)); err != nil {
		return nil, err
	}
	if _, err := s.Write(name[:]); err != nil {
		return nil, fmt.Errorf("ask %s: %w", id, err)
	}
	var length [4]byte
	if _, err := io.ReadFull(s, length[:]); err != nil {
		return nil, fmt.Errorf("ask %s: %w", id, err)
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > MaxObject {
		return nil, fmt.Errorf("ask %s: it does not have it", id)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(s, data); err != nil {
		return nil, fmt.Errorf("ask %s: %w", id, err)
	}
	return data, nil
}
