package gossip

import (
	"context"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// How long to wait before a peer is dialled again: at first, and at most. It doubles each time.
const (
	firstWait = time.Second
	mostWait  = time.Minute
	dialTime  = 5 * time.Second
)

// Run keeps the node connected with its peers, until the context ends.
func (l *Line) Run(ctx context.Context) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		l.prune()
		l.dial(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// prune cuts who may not be connected: a handshake can end just after its peer was taken off the list.
func (l *Line) prune() {
	for _, id := range l.host.Network().Peers() {
		if !l.admits(id) {
			l.cut(id)
		}
	}
}

// dial connects to whoever is not connected, ever more seldom to who does not answer.
func (l *Line) dial(ctx context.Context) {
	var all sync.WaitGroup
	for _, info := range l.missing(time.Now()) {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, dialTime)
			defer cancel()
			// The waiting is ours: libp2p's own, of up to five minutes, is passed over.
			ctx = network.WithForceDirectDial(ctx, "named on chain")
			_ = l.host.Connect(ctx, info) // who does not answer is dialled again
		})
	}
	all.Wait()
}

// missing are those to dial now.
func (l *Line) missing(now time.Time) (list []peer.AddrInfo) {
	connected := map[peer.ID]bool{}
	for _, id := range l.host.Network().Peers() {
		connected[id] = true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, k := range l.peers {
		switch {
		case connected[id]:
			k.retry, k.wait = now.Add(firstWait), firstWait
		case !now.Before(k.retry) && !now.Before(k.cutUntil):
			k.retry = now.Add(k.wait)
			k.wait = min(2*k.wait, mostWait)
			list = append(list, k.info)
		}
	}
	return list
}
