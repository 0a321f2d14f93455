package gossip

import (
	"bytes"
	"fmt"
	"net"

	"github.com/libp2p/go-libp2p/core/crypto"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"
	manet "github.com/multiformats/go-multiaddr/net"

	"github.com/gear-tech/roster/core"
)

// Identity is the key by which a node is known to the others, derived from its BLS secret: there is nothing more to keep,
// and nothing of the secret can be found out from it.
func Identity(secret [32]byte) (crypto.PrivKey, error) {
	seed := core.Keccak([]byte("ROSTER-V1-PEER-IDENTITY"), secret[:])
	key, _, err := crypto.GenerateEd25519Key(bytes.NewReader(seed[:]))
	if err != nil {
		return nil, fmt.Errorf("make a peer's identity: %w", err)
	}
	return key, nil
}

// Endpoint is what an operator registers for a node that listens at host:port: a multiaddr with the peer id of its BLS
// secret, as /ip4/192.0.2.1/tcp/30303/p2p/12D3Koo…
func Endpoint(address string, secret [32]byte) (string, error) {
	at, err := listenAt(address)
	if err != nil {
		return "", err
	}
	key, err := Identity(secret)
	if err != nil {
		return "", err
	}
	id, err := peer.IDFromPrivateKey(key)
	if err != nil {
		return "", fmt.Errorf("make a peer's identity: %w", err)
	}
	return at.String() + "/p2p/" + id.String(), nil
}

// listenAt is host:port as a multiaddr; a host that is no IP address is a DNS name.
func listenAt(address string) (multiaddr.Multiaddr, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q: want host:port", address)
	}
	if net.ParseIP(host) == nil {
		return multiaddr.NewMultiaddr("/dns/" + host + "/tcp/" + port)
	}
	tcp, err := net.ResolveTCPAddr("tcp", address)
	if err != nil {
		return nil, fmt.Errorf("address %q: %w", address, err)
	}
	return manet.FromNetAddr(tcp)
}

// ParseEndpoint reads what an operator registered: an IP address or a DNS name, a TCP port and a peer id, and nothing else.
// Whatever else stands there is an error: nobody can be reached by it.
func ParseEndpoint(text string) (peer.AddrInfo, error) {
	at, err := multiaddr.NewMultiaddr(text)
	if err != nil {
		return peer.AddrInfo{}, fmt.Errorf("endpoint %q: want a multiaddr, as /ip4/192.0.2.1/tcp/30303/p2p/12D3Koo…", text)
	}
	info, err := peer.AddrInfoFromP2pAddr(at)
	if err != nil || len(info.Addrs) != 1 {
		return peer.AddrInfo{}, fmt.Errorf("endpoint %q: want an address and a peer id, as /ip4/192.0.2.1/tcp/30303/p2p/12D3Koo…", text)
	}
	where := info.Addrs[0]
	if len(where) != 2 || !hosts[where[0].Code()] || where[1].Code() != multiaddr.P_TCP {
		return peer.AddrInfo{}, fmt.Errorf("endpoint %q: want an IP address or a DNS name, and a TCP port: nothing else is spoken", text)
	}
	if manet.IsIPUnspecified(where) || where[1].Value() == "0" {
		return peer.AddrInfo{}, fmt.Errorf("endpoint %q: want the address and the port at which others reach the node", text)
	}
	return *info, nil
}

// hosts are the ways to name a host. /dnsaddr is none: its owner could make one endpoint any number of addresses.
var hosts = map[int]bool{multiaddr.P_IP4: true, multiaddr.P_IP6: true, multiaddr.P_DNS: true, multiaddr.P_DNS4: true, multiaddr.P_DNS6: true}
