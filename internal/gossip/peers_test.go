package gossip

import (
	"context"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/multiformats/go-multiaddr"

	"github.com/gear-tech/roster/core"
)

// TestStrangers: whom the chain does not name gets no connection; whom it does not name any more loses it.
func TestStrangers(t *testing.T) {
	a, b, stranger := start(t, 1, Options{}), start(t, 2, Options{}), start(t, 3, Options{})
	together(t, a, b)
	if bad := stranger.SetPeers([]Peer{a.peer, b.peer}); bad != nil {
		t.Fatal(bad)
	}
	eventually(t, "the stranger is refused", func() bool { return a.said(&a.refused) > 0 && b.said(&b.refused) > 0 })
	eventually(t, "the stranger is shut out", func() bool { return stranger.Connected() == 0 })
	if n := a.Connected(); n != 1 {
		t.Errorf("%d peers, want b alone", n)
	}
	say(t, stranger, "from a stranger")
	if bad := a.SetPeers(nil); bad != nil {
		t.Fatal(bad)
	}
	eventually(t, "b is cut", func() bool { return a.Connected() == 0 && b.Connected() == 0 })
	eventually(t, "it is said", func() bool { return a.said(&a.lost) == 1 })
	say(t, b, "nobody hears this")
	eventually(t, "b tries again", func() bool { return a.said(&a.refused) > 1 })
	if a.count("nobody hears this")+a.count("from a stranger")+b.count("from a stranger") != 0 {
		t.Error("one was heard whom the chain does not name")
	}
}

// TestPruned: a handshake that ends just after its peer was taken off the list makes no connection that stays.
func TestPruned(t *testing.T) {
	a, b := start(t, 1, Options{}), start(t, 2, Options{})
	together(t, a, b)
	a.Line.mu.Lock()
	a.Line.peers = map[peer.ID]*known{} // as SetPeers, but for the cut
	a.Line.mu.Unlock()
	eventually(t, "b is cut", func() bool { return a.Connected() == 0 })
}

// TestImpostor: who listens at an operator's address is not the operator, and who says to be it, by any name, is not let in.
func TestImpostor(t *testing.T) {
	a, operator, impostor := start(t, 1, Options{}), start(t, 2, Options{}), start(t, 3, Options{})
	// The operator's peer id at the impostor's address.
	at, _, _ := strings.Cut(impostor.peer.Endpoint, "/p2p/")
	fooled := Peer{operator.peer.Operator, at + "/p2p/" + operator.host.ID().String()}
	a.SetPeers([]Peer{fooled})
	impostor.SetPeers([]Peer{a.peer})
	eventually(t, "the impostor tries", func() bool { return a.said(&a.refused) > 0 })
	eventually(t, "a dials the address", func() bool {
		k := a.Line.peer(operator.host.ID())
		a.Line.mu.Lock()
		defer a.Line.mu.Unlock()
		return k.wait > 2*firstWait
	})
	if a.Connected() != 0 || a.said(&a.connected) != 0 {
		t.Error("connected with an impostor")
	}
	// The same operator's word for where it really is.
	together(t, a, operator)
}

// TestOnePeerOfMany: an operator that registers another's peer id makes it neither unreachable nor its own.
func TestOnePeerOfMany(t *testing.T) {
	a, victim := start(t, 1, Options{}), start(t, 5, Options{})
	dead, err := net.Listen("tcp", "127.0.0.1:0") // answers nothing
	if err != nil {
		t.Fatal(err)
	}
	defer dead.Close()
	elsewhere, err := listenAt(dead.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	claim := elsewhere.String() + "/p2p/" + victim.host.ID().String()
	low, high := Peer{core.Address{2}, claim}, Peer{core.Address{9}, claim}
	victim.Line.mu.Lock()
	victim.Line.peers[a.host.ID()] = newKnown(a.host.ID()) // it waits to be dialled
	victim.Line.mu.Unlock()
	for _, list := range [][]Peer{{low, victim.peer, high}, {high, victim.peer}, {victim.peer, low}} {
		if bad := a.SetPeers(list); bad != nil {
			t.Fatal(bad)
		}
		eventually(t, "a reaches the victim", func() bool { return a.Connected() == 1 })
		if got := a.Peers(); len(got) != 1 {
			t.Fatalf("peers %v, want one", got)
		}
		a.SetPeers(nil)
		eventually(t, "a cuts it", func() bool { return a.Connected() == 0 })
	}
	// What a peer has to answer for it does not lose by another endpoint.
	a.SetPeers([]Peer{victim.peer})
	k := a.Line.peer(victim.host.ID())
	a.SetPeers([]Peer{{victim.peer.Operator, claim}})
	if a.Line.peer(victim.host.ID()) != k {
		t.Error("a new endpoint makes a new peer")
	}
}

// TestDialsOnlyWhatTheChainNames: where else a peer says that it is, nobody dials.
func TestDialsOnlyWhatTheChainNames(t *testing.T) {
	a, b := start(t, 1, Options{}), start(t, 2, Options{})
	trap, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer trap.Close()
	caught := make(chan struct{})
	go func() {
		if c, err := trap.Accept(); err == nil {
			c.Close()
			close(caught)
		}
	}()
	a.SetPeers([]Peer{b.peer})
	where, err := listenAt(trap.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	a.SetPeers([]Peer{{b.peer.Operator, "/ip4/127.0.0.1/tcp/1/p2p/" + b.host.ID().String()}})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	if err := a.host.Connect(ctx, peer.AddrInfo{ID: b.host.ID(), Addrs: []multiaddr.Multiaddr{where}}); err == nil {
		t.Error("connected with a trap")
	}
	select {
	case <-caught:
		t.Error("dialled what the chain does not name")
	default:
	}
}

// TestDNS: an endpoint may be a name.
func TestDNS(t *testing.T) {
	if found, err := net.DefaultResolver.LookupHost(t.Context(), "localhost"); err != nil || len(found) == 0 {
		t.Skip("this machine does not know localhost")
	}
	a, b := start(t, 1, Options{}), start(t, 2, Options{})
	b.peer.Endpoint = strings.Replace(b.peer.Endpoint, "/ip4/127.0.0.1/", "/dns4/localhost/", 1)
	b.Line.mu.Lock()
	b.Line.peers[a.host.ID()] = newKnown(a.host.ID()) // it waits to be dialled
	b.Line.mu.Unlock()
	if bad := a.SetPeers([]Peer{b.peer}); bad != nil {
		t.Fatal(bad)
	}
	eventually(t, "a finds b by name", func() bool { return a.Connected() == 1 })
}

// TestParseEndpoint: an address, a port and a peer id, and nothing else.
func TestParseEndpoint(t *testing.T) {
	endpoint, err := Endpoint("192.0.2.1:30303", [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	_, id, _ := strings.Cut(endpoint, "/p2p/")
	for _, good := range []string{endpoint, "/ip6/2001:db8::1/tcp/1/p2p/" + id, "/dns/operator.example/tcp/30303/p2p/" + id, "/dns4/a.example/tcp/1/p2p/" + id} {
		if info, err := ParseEndpoint(good); err != nil || info.ID.String() != id || len(info.Addrs) != 1 {
			t.Errorf("%s: %v, %v", good, info, err)
		}
	}
	for _, bad := range []string{"", "operator.example:30303", "/ip4/192.0.2.1/tcp/30303", "/p2p/" + id, "/tcp/1/p2p/" + id,
		"/ip4/192.0.2.1/udp/1/quic-v1/p2p/" + id, "/ip4/192.0.2.1/tcp/1/ws/p2p/" + id, "/dnsaddr/operator.example/tcp/1/p2p/" + id,
		"/ip4/192.0.2.1/tcp/1/p2p/" + id + "/p2p-circuit/p2p/" + id, "/ip4/0.0.0.0/tcp/1/p2p/" + id, "/ip6/::/tcp/1/p2p/" + id,
		"/ip4/192.0.2.1/tcp/0/p2p/" + id, "/ip4/192.0.2.1/tcp/1/p2p/12D3Koo"} {
		if info, err := ParseEndpoint(bad); err == nil {
			t.Errorf("%s: read as %v", bad, info)
		}
	}
	a := start(t, 1, Options{})
	if bad := a.SetPeers([]Peer{{core.Address{9}, "operator.example:30303"}, {core.Address{8}, endpoint}}); len(bad) != 1 {
		t.Errorf("unreadable endpoints: %v, want the one", bad)
	}
}

// TestWaits: who does not answer is dialled ever more seldom, and at once at a new address.
func TestWaits(t *testing.T) {
	id, err := peer.Decode("12D3KooWGC4xP3Rfv4nJDPSyGCxXnZBcVxcGfHPkDJbYbTVy3JTD")
	if err != nil {
		key, _ := Identity([32]byte{7})
		id, _ = peer.IDFromPrivateKey(key)
	}
	l, err := Open(Options{Secret: [32]byte{1}, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	l.SetPeers([]Peer{{core.Address{1}, "/ip4/127.0.0.1/tcp/1/p2p/" + id.String()}})
	now, dials := time.Unix(1_800_000_000, 0), 0
	for range 600 {
		if len(l.missing(now)) == 1 {
			dials++
		}
		now = now.Add(time.Second)
	}
	if dials != 15 { // after 0, 1, 3, 7, 15, 31, 63 seconds, and each minute
		t.Errorf("dialled %d times in ten minutes", dials)
	}
	l.SetPeers([]Peer{{core.Address{1}, "/ip4/127.0.0.1/tcp/2/p2p/" + id.String()}})
	if len(l.missing(now)) != 1 {
		t.Error("not dialled at its new address")
	}
}
