package gossip

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
)

// node is one end of a line in a test.
type node struct {
	*Line
	peer Peer
	mu   sync.Mutex
	got  map[string]int
	// verdict is what it thinks of what it hears; nil: all is good.
	verdict func(message []byte) Verdict
}

func (n *node) count(message string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.got[message]
}

func (n *node) total() (sum int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, c := range n.got {
		sum += c
	}
	return sum
}

// start opens a node that has joined set 0.
func start(t *testing.T, i byte, o Options) *node {
	t.Helper()
	n := &node{got: map[string]int{}}
	o.ChainID, o.Secret, o.Listen = 1337, [32]byte{i}, "127.0.0.1:0"
	o.Receive = func(_ context.Context, _ core.Address, _ core.SetID, message []byte) Verdict {
		n.mu.Lock()
		n.got[string(message)]++
		n.mu.Unlock()
		if n.verdict != nil {
			return n.verdict(message)
		}
		return Accept
	}
	var err error
	if n.Line, err = Open(o); err != nil {
		t.Fatal(err)
	}
	n.peer = Peer{core.Address{i}, n.Endpoints()[0]}
	if err := n.Join(0); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); n.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-done
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// eventually waits for something that the network takes its time for.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}

// together lets everyone know everyone.
func together(t *testing.T, nodes ...*node) {
	t.Helper()
	var peers []Peer
	for _, n := range nodes {
		peers = append(peers, n.peer)
	}
	for _, n := range nodes {
		if bad := n.SetPeers(peers); bad != nil {
			t.Fatal(bad)
		}
	}
	for i, n := range nodes {
		eventually(t, fmt.Sprint("node ", i, " connects"), func() bool {
			return len(n.pubsub.ListPeers("/roster/1/1337/"+core.Address{}.String()+"/0")) == len(nodes)-1
		})
	}
}

func say(t *testing.T, n *node, message string) {
	t.Helper()
	if err := n.Publish(t.Context(), 0, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

// TestEveryoneHears: what one says the others hear, once, however often it is said.
func TestEveryoneHears(t *testing.T) {
	nodes := []*node{start(t, 1, Options{}), start(t, 2, Options{}), start(t, 3, Options{}), start(t, 4, Options{}), start(t, 5, Options{})}
	together(t, nodes...)
	for i, n := range nodes {
		say(t, n, fmt.Sprint("from ", i))
	}
	for i, n := range nodes {
		for j := range nodes {
			if i != j {
				eventually(t, fmt.Sprint(i, " hears ", j), func() bool { return n.count(fmt.Sprint("from ", j)) == 1 })
			}
		}
	}
	_ = nodes[0].Publish(t.Context(), 0, []byte("from 0")) // a replay
	say(t, nodes[0], "after")
	eventually(t, "the next message", func() bool { return nodes[1].count("after") == 1 })
	if n := nodes[1].count("from 0"); n != 1 {
		t.Errorf("a replay was heard: %d times", n)
	}
}

// TestStrangers: whom the chain does not name gets no connection; whom it does not name any more loses it.
func TestStrangers(t *testing.T) {
	a, b, stranger := start(t, 1, Options{}), start(t, 2, Options{}), start(t, 3, Options{})
	together(t, a, b)
	if bad := stranger.SetPeers([]Peer{a.peer, b.peer}); bad != nil {
		t.Fatal(bad)
	}
	err := stranger.host.Connect(t.Context(), stranger.peerOf(t, a).info)
	if err == nil { // the other side may close it a moment later
		eventually(t, "the stranger is shut out", func() bool { return stranger.Connected() == 0 })
	}
	if n := a.Connected(); n != 1 {
		t.Errorf("%d peers, want b alone", n)
	}
	a.SetPeers(nil)
	eventually(t, "b is cut", func() bool { return a.Connected() == 0 })
	say(t, b, "nobody hears this")
	if bad := a.SetPeers([]Peer{{core.Address{9}, "operator.example:30303"}, {core.Address{8}, "/ip4/127.0.0.1/udp/1/quic-v1/p2p/" + b.host.ID().String()}}); len(bad) != 2 {
		t.Errorf("unreadable endpoints: %v", bad)
	}
	if a.count("nobody hears this") != 0 {
		t.Error("a heard one whom the chain does not name")
	}
}

func (n *node) peerOf(t *testing.T, o *node) *known {
	t.Helper()
	k := n.Line.peer(o.host.ID())
	if k == nil {
		t.Fatal("not a peer")
	}
	return k
}

// TestGarbageAndFloods: a peer that sends what nobody honest sends, or too much, is soon not heard any more, and the others
// are.
func TestGarbageAndFloods(t *testing.T) {
	a, b, bad := start(t, 1, Options{}), start(t, 2, Options{}), start(t, 3, Options{})
	a.verdict = func(m []byte) Verdict {
		if m[0] == 'x' {
			return Reject
		}
		return Accept
	}
	b.verdict = a.verdict
	together(t, a, b, bad)
	const many = 20_000
	for i := range many {
		if err := bad.Publish(t.Context(), 0, fmt.Appendf(nil, "x %d", i)); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the bad one is silenced", func() bool {
		before := a.total()
		_ = bad.Publish(t.Context(), 0, fmt.Appendf(nil, "x again %d", time.Now().UnixNano()))
		time.Sleep(200 * time.Millisecond)
		return a.total() == before
	})
	if n := a.total(); n > many/2 {
		t.Errorf("%d of %d messages were looked at", n, many)
	}
	say(t, b, "good")
	eventually(t, "the good one is heard", func() bool { return a.count("good") == 1 })
}

// TestObjects: an object comes from who has it; wrong bytes are noticed, and whoever gives them is asked no more.
func TestObjects(t *testing.T) {
	data := []byte("a page")
	name := program.Sum(data)
	asked := 0
	liar := start(t, 2, Options{Object: func(context.Context, core.Hash) ([]byte, error) { asked++; return []byte("another page"), nil }})
	honest := start(t, 3, Options{Object: func(_ context.Context, n core.Hash) ([]byte, error) {
		if n != name {
			return nil, errors.New("not here")
		}
		return data, nil
	}})
	poor := start(t, 4, Options{})
	a := start(t, 1, Options{})
	together(t, a, liar, honest, poor)
	for range 6 {
		got, err := a.Fetch(t.Context(), name)
		if err != nil || string(got) != string(data) {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if asked > mostBad {
		t.Errorf("the liar was asked %d times", asked)
	}
	if _, err := a.Fetch(t.Context(), core.Hash{1}); !errors.Is(err, ErrNotFound) {
		t.Errorf("an object that nobody has: %v", err)
	}
}
