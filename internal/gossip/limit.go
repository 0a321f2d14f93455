package gossip

import (
	"fmt"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
)

// limits bound what all peers, and one, may use, the same on every machine: some four full sets of connections, each with
// gossip's two streams and a few for objects. What is not said here are libp2p's defaults for 256 MiB and 1,024 files.
// One IP address gets no more than eight connections, and few new ones a second, except on the loopback interface.
func limits() (network.ResourceManager, error) {
	some := rcmgr.PartialLimitConfig{
		System: rcmgr.ResourceLimits{ConnsInbound: 512, ConnsOutbound: 512, Conns: 768, FD: 1024,
			StreamsInbound: 4096, StreamsOutbound: 4096, Streams: 8192, Memory: 512 << 20},
		// Connections before the handshake: strangers' all end there.
		Transient:   rcmgr.ResourceLimits{ConnsInbound: 64, ConnsOutbound: 256, Conns: 256, FD: 256, Memory: 64 << 20},
		PeerDefault: rcmgr.ResourceLimits{ConnsInbound: 4, Conns: 8, StreamsInbound: 32, Streams: 64, Memory: 32 << 20},
		Protocol:    map[protocol.ID]rcmgr.ResourceLimits{objectProtocol: {StreamsInbound: 512, Streams: 1024}},
		ProtocolPeer: map[protocol.ID]rcmgr.ResourceLimits{objectProtocol: {
			StreamsInbound: mostServed * 2, Streams: mostServed * 4}},
	}
	manager, err := rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(some.Build(rcmgr.DefaultLimits.Scale(256<<20, 1024))))
	if err != nil {
		return nil, fmt.Errorf("limit what peers may use: %w", err)
	}
	return manager, nil
}
