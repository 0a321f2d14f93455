package gossip

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"golang.org/x/time/rate"

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

// How many objects are served at once: to one peer, and to all, which is 128 MiB at most. A node asks one peer for fewer,
// and more seldom, than it may: its own clock and the peer's differ.
const (
	mostServed  = 4
	mostServing = 32
	mostAsked   = 2

	serveRate, serveBurst = 500, 1000
	askRate, askBurst     = 400, 500
)

// For how long a peer is not asked after wrong bytes, and is asked last after it did not answer as it should.
const (
	wrongTime = 10 * time.Minute
	slowTime  = 30 * time.Second
)

// ErrNotFound is an object that no peer has, or that none gave as it is.
var ErrNotFound = errors.New("no peer has the object")

var errNotThere = errors.New("it does not have it")

// objects is what a peer and we have asked each other.
type objects struct {
	served, asked         *rate.Limiter
	asking                chan struct{} // a place for each question
	serving               int
	wrongUntil, slowUntil time.Time
}

func newObjects() objects {
	return objects{served: rate.NewLimiter(serveRate, serveBurst), asked: rate.NewLimiter(askRate, askBurst), asking: make(chan struct{}, mostAsked)}
}

// serveObject answers one question: 32 bytes of a name; the answer is its length, 4 bytes big endian, and the bytes.
func (l *Line) serveObject(s network.Stream) {
	err := errStranger
	l.during(func() {
		k := l.startServing(s.Conn().RemotePeer())
		if k == nil {
			return
		}
		defer l.endServing(k)
		err = l.answer(s)
	})
	if err != nil {
		_ = s.Reset()
		return
	}
	_ = s.Close()
}

// startServing counts a question, and returns nil when it is one too many.
func (l *Line) startServing(id peer.ID) *known {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.peers[id]
	if k == nil || k.objects.serving >= mostServed || !k.objects.served.Allow() {
		return nil
	}
	k.objects.serving++
	return k
}

func (l *Line) endServing(k *known) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k.objects.serving--
}

func (l *Line) answer(s network.Stream) error {
	if err := s.SetDeadline(time.Now().Add(objectTime)); err != nil {
		return err
	}
	var name core.Hash
	if _, err := io.ReadFull(s, name[:]); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(l.ctx, objectTime)
	defer cancel()
	// From here on the object is in memory, for as long as the peer takes to read it.
	select {
	case l.serving <- struct{}{}:
		defer func() { <-l.serving }()
	case <-ctx.Done():
		return ctx.Err()
	}
	data, length := []byte(nil), uint32(nothing)
	if l.o.Object != nil {
		if have, err := l.o.Object(ctx, name); err == nil && len(have) <= MaxObject {
			data, length = have, uint32(len(have))
		}
	}
	if _, err := s.Write(binary.BigEndian.AppendUint32(nil, length)); err != nil {
		return err
	}
	_, err := s.Write(data)
	return err
}

// Fetch asks one connected peer after the other for an object, and returns the first answer that is it: the BLAKE2b-256
// of the bytes is the name. With whom it begins depends on the name, so that many objects come from many peers. Who gave
// wrong bytes is not asked for ten minutes; who did not answer in time, or broke off, is asked last for half a minute.
// The error is ErrNotFound, with what each peer did, or the context's.
func (l *Line) Fetch(ctx context.Context, name core.Hash) ([]byte, error) {
	var all []error
	for _, id := range l.candidates(name, time.Now()) {
		data, err := l.ask(ctx, id, name)
		if err == nil {
			return data, nil
		}
		if ctx.Err() != nil {
			return nil, fmt.Errorf("fetch object %s: %w", name, ctx.Err())
		}
		all = append(all, err)
	}
	return nil, fmt.Errorf("fetch object %s: %w", name, errors.Join(append([]error{ErrNotFound}, all...)...))
}

// candidates are whom to ask, in this order.
func (l *Line) candidates(name core.Hash, now time.Time) []peer.ID {
	type candidate struct {
		id   peer.ID
		slow int
		turn core.Hash
	}
	var list []candidate
	connected := l.host.Network().Peers()
	l.mu.Lock()
	for _, id := range connected {
		k := l.peers[id]
		if k == nil || now.Before(k.objects.wrongUntil) {
			continue
		}
		c := candidate{id: id, turn: core.Keccak(name[:], []byte(id))}
		if now.Before(k.objects.slowUntil) {
			c.slow = 1
		}
		list = append(list, c)
	}
	l.mu.Unlock()
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.slow, b.slow), bytes.Compare(a.turn[:], b.turn[:]))
	})
	ids := make([]peer.ID, len(list))
	for i, c := range list {
		ids[i] = c.id
	}
	return ids
}

// ask asks one peer, when it is its turn, and remembers how it answered.
func (l *Line) ask(ctx context.Context, id peer.ID, name core.Hash) ([]byte, error) {
	k := l.peer(id)
	if k == nil {
		return nil, fmt.Errorf("ask %s: %w", id, errStranger)
	}
	select {
	case k.objects.asking <- struct{}{}:
		defer func() { <-k.objects.asking }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if err := k.objects.asked.Wait(ctx); err != nil {
		return nil, err
	}
	data, err := l.question(ctx, id, name)
	wrong := err == nil && program.Sum(data) != name
	now := time.Now()
	l.mu.Lock()
	operator := k.Operator
	switch {
	case wrong:
		k.objects.wrongUntil = now.Add(wrongTime)
		k.record.flood.add(wrongPoints, now, floodKept)
	case err == nil:
		k.objects.slowUntil = time.Time{}
	case !errors.Is(err, errNotThere) && ctx.Err() == nil:
		k.objects.slowUntil = now.Add(slowTime)
	}
	l.mu.Unlock()
	if wrong {
		l.o.Events.Penalised(operator, WrongObject)
		return nil, fmt.Errorf("ask operator %s: it gave %d bytes of %s", operator, len(data), program.Sum(data))
	}
	if err != nil {
		return nil, fmt.Errorf("ask operator %s: %w", operator, err)
	}
	return data, nil
}

// question is one, on a stream of its own.
func (l *Line) question(ctx context.Context, id peer.ID, name core.Hash) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, objectTime)
	defer cancel()
	// Who is not connected is not dialled for this: that is Run's.
	s, err := l.host.NewStream(network.WithNoDial(ctx, "dialled elsewhere"), id, objectProtocol)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	// A stream knows no context.
	defer context.AfterFunc(ctx, func() { _ = s.Reset() })()
	if err := s.SetDeadline(time.Now().Add(objectTime)); err != nil {
		return nil, err
	}
	if _, err := s.Write(name[:]); err != nil {
		return nil, err
	}
	var length [4]byte
	if _, err := io.ReadFull(s, length[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(length[:])
	switch {
	case n == nothing:
		return nil, errNotThere
	case n > MaxObject:
		return nil, fmt.Errorf("it says %d bytes, more than %d", n, MaxObject)
	}
	data := make([]byte, n)
	if _, err := io.ReadFull(s, data); err != nil {
		return nil, err
	}
	return data, nil
}
