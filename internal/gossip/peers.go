package gossip

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"
	"golang.org/x/time/rate"

	"github.com/gear-tech/roster/core"
)

// Peer is an operator with its endpoint, as the chain has them.
type Peer struct {
	Operator core.Address
	Endpoint string
}

// Status is what is known of a peer. Score: 0 is good; below −10 a peer is told less, at −100 and below nothing of it is
// heard. Cut is until when it is not connected at all; zero or past: it may be.
type Status struct {
	Peer
	ID        string
	Connected bool
	Score     float64
	Cut       time.Time
}

var errStranger = errors.New("the chain does not name this peer, or it is cut")

// known is a peer that the chain names. What is behind it is under the line's mutex.
type known struct {
	Peer // the first of those who name it
	info peer.AddrInfo

	limit    *rate.Limiter // what it says
	record   record        // what it has to answer for
	score    float64       // gossipsub's, which knows of record
	cutUntil time.Time

	retry time.Time // when to dial it
	wait  time.Duration

	objects objects
}

func newKnown(id peer.ID) *known {
	return &known{info: peer.AddrInfo{ID: id}, limit: rate.NewLimiter(messageRate, messageBurst), wait: firstWait, objects: newObjects()}
}

// SetPeers says who may talk: the operators of the chain. Who is no longer among them is cut. An endpoint that cannot be
// read is passed over, and returned. When several operators name one peer id, it is dialled at all of their addresses,
// and goes by the lowest operator's name: registering another's peer id must not make it unreachable.
func (l *Line) SetPeers(peers []Peer) (unreadable []error) {
	peers = slices.Clone(peers)
	slices.SortFunc(peers, func(a, b Peer) int { return bytes.Compare(a.Operator[:], b.Operator[:]) })
	first, addresses := map[peer.ID]Peer{}, map[peer.ID][]multiaddr.Multiaddr{}
	for _, p := range peers {
		info, err := ParseEndpoint(p.Endpoint)
		if err != nil {
			unreadable = append(unreadable, fmt.Errorf("operator %s: %w", p.Operator, err))
			continue
		}
		if info.ID == l.host.ID() {
			continue
		}
		if _, double := first[info.ID]; !double {
			first[info.ID] = p
		}
		if !slices.ContainsFunc(addresses[info.ID], info.Addrs[0].Equal) {
			addresses[info.ID] = append(addresses[info.ID], info.Addrs[0])
		}
	}
	for _, id := range l.replace(first, addresses) {
		l.cut(id)
	}
	return unreadable
}

// replace makes these the peers, and returns who was one. A peer that stays keeps what it has to answer for, also at a
// new address.
func (l *Line) replace(first map[peer.ID]Peer, addresses map[peer.ID][]multiaddr.Multiaddr) (gone []peer.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := map[peer.ID]*known{}
	for id, p := range first {
		k := l.peers[id]
		if k == nil {
			k = newKnown(id)
		}
		if !slices.EqualFunc(k.info.Addrs, addresses[id], multiaddr.Multiaddr.Equal) {
			k.retry, k.wait = time.Time{}, firstWait
		}
		k.Peer, k.info.Addrs = p, addresses[id]
		now[id] = k
	}
	for id := range l.peers {
		if now[id] == nil {
			gone = append(gone, id)
		}
	}
	l.peers = now
	return gone
}

// cut ends all connections with a peer.
func (l *Line) cut(id peer.ID) {
	_ = l.host.Network().ClosePeer(id) // what is closed already is closed
	l.host.Peerstore().ClearAddrs(id)
}

// peer is who a connection is with, nil for a stranger.
func (l *Line) peer(id peer.ID) *known {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.peers[id]
}

// operator is by whose name a peer goes.
func (l *Line) operator(id peer.ID) (core.Address, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k := l.peers[id]; k != nil {
		return k.Operator, true
	}
	return core.Address{}, false
}

// Connected is how many peers one talks with.
func (l *Line) Connected() int { return len(l.host.Network().Peers()) }

// Peers are all whom the chain names, but for the node itself, by operator.
func (l *Line) Peers() []Status {
	now := time.Now()
	l.mu.Lock()
	list := make([]Status, 0, len(l.peers))
	ids := make([]peer.ID, 0, len(l.peers))
	for id, k := range l.peers {
		list = append(list, Status{Peer: k.Peer, ID: id.String(), Score: min(k.score, k.record.score(now)), Cut: k.cutUntil})
		ids = append(ids, id)
	}
	l.mu.Unlock()
	for i, id := range ids {
		list[i].Connected = l.host.Network().Connectedness(id) == network.Connected
	}
	slices.SortFunc(list, func(a, b Status) int {
		if c := bytes.Compare(a.Operator[:], b.Operator[:]); c != 0 {
			return c
		}
		return bytes.Compare([]byte(a.ID), []byte(b.ID))
	})
	return list
}
