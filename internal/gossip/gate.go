package gossip

import (
	"slices"
	"time"

	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"
)

// gate lets in whom the chain names, and dials where the chain says.
type gate struct{ line *Line }

// InterceptPeerDial implements connmgr.ConnectionGater.
func (g gate) InterceptPeerDial(id peer.ID) bool { return g.line.admits(id) }

// InterceptAddrDial implements connmgr.ConnectionGater. A connected peer says of itself where else it can be reached, and
// libp2p remembers: without this check it could have us dial anything.
func (g gate) InterceptAddrDial(id peer.ID, at multiaddr.Multiaddr) bool {
	if !g.line.admits(id) {
		return false
	}
	g.line.mu.Lock()
	defer g.line.mu.Unlock()
	k := g.line.peers[id]
	return k != nil && slices.ContainsFunc(k.info.Addrs, func(named multiaddr.Multiaddr) bool { return leadsTo(named, at) })
}

// leadsTo says whether a registered address is this one, or a DNS name that may have become it.
func leadsTo(named, at multiaddr.Multiaddr) bool {
	if named.Equal(at) {
		return true
	}
	if len(named) != 2 || len(at) != 2 || at[1].Code() != multiaddr.P_TCP || named[1].Value() != at[1].Value() {
		return false
	}
	four, six := at[0].Code() == multiaddr.P_IP4, at[0].Code() == multiaddr.P_IP6
	switch named[0].Code() {
	case multiaddr.P_DNS:
		return four || six
	case multiaddr.P_DNS4:
		return four
	case multiaddr.P_DNS6:
		return six
	}
	return false
}

// InterceptAccept implements connmgr.ConnectionGater.
func (g gate) InterceptAccept(network.ConnMultiaddrs) bool { return true }

// InterceptSecured implements connmgr.ConnectionGater: now it is known who it is.
func (g gate) InterceptSecured(_ network.Direction, id peer.ID, _ network.ConnMultiaddrs) bool {
	if g.line.admits(id) {
		return true
	}
	g.line.o.Events.Refused(id.String())
	return false
}

// InterceptUpgraded implements connmgr.ConnectionGater.
func (g gate) InterceptUpgraded(network.Conn) (bool, control.DisconnectReason) { return true, 0 }

// admits says whether the chain names a peer, and it is not cut at the moment.
func (l *Line) admits(id peer.ID) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.peers[id]
	return k != nil && !time.Now().Before(k.cutUntil)
}
