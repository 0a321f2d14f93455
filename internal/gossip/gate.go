package gossip

import (
	"github.com/libp2p/go-libp2p/core/control"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"
)

// gate lets in whom the chain names.
type gate struct{ line *Line }

// InterceptPeerDial implements connmgr.ConnectionGater.
func (g gate) InterceptPeerDial(id peer.ID) bool { return g.line.peer(id) != nil }

// InterceptAddrDial implements connmgr.ConnectionGater.
func (g gate) InterceptAddrDial(id peer.ID, _ multiaddr.Multiaddr) bool {
	return g.line.peer(id) != nil
}

// InterceptAccept implements connmgr.ConnectionGater.
func (g gate) InterceptAccept(network.ConnMultiaddrs) bool { return true }

// InterceptSecured implements connmgr.ConnectionGater: now it is known who it is.
func (g gate) InterceptSecured(_ network.Direction, id peer.ID, _ network.ConnMultiaddrs) bool {
	return g.line.peer(id) != nil
}

// InterceptUpgraded implements connmgr.ConnectionGater.
func (g gate) InterceptUpgraded(network.Conn) (bool, control.DisconnectReason) { return true, 0 }
