package gossip

import (
	"bytes"
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/gear-tech/roster/core"
)

// node is one end of a line in a test.
type node struct {
	*Line
	peer Peer
	stop func() // ends it before its test does
	mu   sync.Mutex
	got  map[string]int
	// penalised, connected and lost are what was said of others.
	penalised, cut           map[Fault]int
	connected, lost, refused int
	// verdict is what it thinks of what it hears; nil: all is good.
	verdict func(message []byte) Verdict
}

// judges has it think otherwise of what it hears.
func (n *node) judges(verdict func(message []byte) Verdict) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.verdict = verdict
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
	n := &node{got: map[string]int{}, penalised: map[Fault]int{}, cut: map[Fault]int{}}
	o.ChainID, o.Secret = 1337, [32]byte{i}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	note := func(what *int) {
		n.mu.Lock()
		defer n.mu.Unlock()
		*what++
	}
	o.Events = Events{
		Connected: func(core.Address) { note(&n.connected) },
		Lost:      func(core.Address) { note(&n.lost) },
		Refused:   func(string) { note(&n.refused) },
		Penalised: func(_ core.Address, fault Fault) {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.penalised[fault]++
		},
		Cut: func(_ core.Address, fault Fault) {
			n.mu.Lock()
			defer n.mu.Unlock()
			n.cut[fault]++
		},
	}
	o.Receive = func(_ context.Context, _ core.Address, _ core.SetID, message []byte) Verdict {
		n.mu.Lock()
		n.got[string(message)]++
		verdict := n.verdict
		n.mu.Unlock()
		if verdict != nil {
			return verdict(message)
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
	go func() { defer close(done); _ = n.Run(ctx) }()
	n.stop = sync.OnceFunc(func() {
		cancel()
		<-done
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(n.stop)
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
			return len(n.pubsub.ListPeers(n.topic(0))) == len(nodes)-1
		})
	}
}

// said is a number that a node's callbacks count.
func (n *node) said(what *int) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return *what
}

func (n *node) faults(fault Fault) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.penalised[fault]
}

func (n *node) cuts(fault Fault) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.cut[fault]
}

// status is what n knows of another node.
func (n *node) status(t *testing.T, of peer.ID) Status {
	t.Helper()
	for _, s := range n.Peers() {
		if s.ID == of.String() {
			return s
		}
	}
	t.Fatal("not a peer")
	return Status{}
}

func say(t *testing.T, n *node, message string) {
	t.Helper()
	if err := n.Publish(t.Context(), 0, []byte(message)); err != nil {
		t.Fatal(err)
	}
}

// TestTwoHear: the smallest line there is.
func TestTwoHear(t *testing.T) {
	a, b := start(t, 1, Options{}), start(t, 2, Options{})
	together(t, a, b)
	say(t, a, "from a")
	say(t, b, "from b")
	eventually(t, "both hear", func() bool { return a.count("from b") == 1 && b.count("from a") == 1 })
	if a.count("from a") != 0 {
		t.Error("a heard itself")
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
	for _, n := range nodes[1:] {
		_ = n.Publish(t.Context(), 0, []byte("from 0")) // by others
	}
	say(t, nodes[0], "after")
	for i, n := range nodes[1:] {
		eventually(t, "the next message", func() bool { return n.count("after") == 1 })
		if got := n.count("from 0"); got != 1 {
			t.Errorf("node %d heard a replay: %d times", i+1, got)
		}
	}
}

// TestPassedOn: two that are not connected hear each other through a third, and what it does not accept they do not hear.
func TestPassedOn(t *testing.T) {
	a, between, b := start(t, 1, Options{}), start(t, 2, Options{}), start(t, 3, Options{})
	between.judges(func(m []byte) Verdict {
		switch m[0] {
		case 'x':
			return Reject
		case 'i':
			return Ignore
		}
		return Accept
	})
	between.SetPeers([]Peer{a.peer, b.peer})
	a.SetPeers([]Peer{between.peer})
	b.SetPeers([]Peer{between.peer})
	eventually(t, "both ends know the middle", func() bool {
		return len(between.pubsub.ListPeers(between.topic(0))) == 2 && len(a.pubsub.ListPeers(a.topic(0))) == 1
	})
	say(t, a, "x")
	say(t, a, "i")
	goods := 0 // gossipsub's mesh takes a second to grow: what is said before may be lost
	eventually(t, "b hears", func() bool {
		goods++
		say(t, a, fmt.Sprint("good ", goods))
		return b.total() > 0
	})
	eventually(t, "the middle hears", func() bool { return between.total() == 2+goods })
	if b.count("x")+b.count("i") != 0 {
		t.Error("what was not accepted was passed on")
	}
	if between.faults(Garbage) != 1 {
		t.Errorf("%d faults, want the one", between.faults(Garbage))
	}
}

// TestSets: what is said about a set is heard by those who joined it; what cannot be said is an error.
func TestSets(t *testing.T) {
	a, b, c := start(t, 1, Options{}), start(t, 2, Options{}), start(t, 3, Options{})
	together(t, a, b, c)
	for _, n := range []*node{a, b} {
		for range 2 {
			if err := n.Join(7); err != nil {
				t.Fatal(err)
			}
		}
	}
	eventually(t, "both are in set 7", func() bool { return len(a.pubsub.ListPeers(a.topic(7))) == 1 })
	if err := a.Publish(t.Context(), 7, []byte("seven")); err != nil {
		t.Fatal(err)
	}
	say(t, a, "zero")
	eventually(t, "all hear", func() bool { return b.count("seven") == 1 && c.count("zero") == 1 })
	if c.count("seven") != 0 {
		t.Error("c heard what is none of its business")
	}
	if err := a.Publish(t.Context(), 9, []byte("nine")); err == nil {
		t.Error("published to a set that was not joined")
	}
	if err := a.Publish(t.Context(), 0, make([]byte, MaxMessage+1)); err == nil {
		t.Error("published too much")
	}
	for range 2 { // a failure leaves nothing behind that makes the next one another
		if err := a.Join(mostSets); err == nil {
			t.Error("joined a set whose topic nobody takes note of")
		}
	}
}

// TestRestart: a node that was away is heard again, without anyone being told.
func TestRestart(t *testing.T) {
	a, b := start(t, 1, Options{}), start(t, 2, Options{})
	together(t, a, b)
	listen := b.host.Addrs()[0]
	b.stop()
	eventually(t, "a notices", func() bool { return a.Connected() == 0 && a.said(&a.lost) == 1 })
	port, err := listen.ValueForProtocol(6)
	if err != nil {
		t.Fatal(err)
	}
	// It waits to be dialled: that is a's part.
	b = start(t, 2, Options{Listen: "127.0.0.1:" + port})
	known := b.peer
	b.Line.mu.Lock()
	b.Line.peers[a.host.ID()] = newKnown(a.host.ID()) // no address
	b.Line.mu.Unlock()
	eventually(t, "a finds b again", func() bool {
		return len(a.pubsub.ListPeers(a.topic(0))) == 1 && len(b.pubsub.ListPeers(b.topic(0))) == 1
	})
	if known.Endpoint != a.status(t, b.host.ID()).Endpoint {
		t.Errorf("b is at %s, a knows %s", known.Endpoint, a.status(t, b.host.ID()).Endpoint)
	}
	say(t, b, "again")
	eventually(t, "a hears b", func() bool { return a.count("again") == 1 })
	if got := a.said(&a.connected); got != 2 {
		t.Errorf("said to be connected %d times, want 2", got)
	}
}

// TestCloseLeavesNothing: after Close nothing calls back, and no goroutine is left of the line's.
func TestCloseLeavesNothing(t *testing.T) {
	before := stacks()
	a := start(t, 1, Options{})
	for i := range byte(3) {
		var inside atomic.Int32
		entered := make(chan struct{}, 1)
		b := start(t, 2+i, Options{})
		b.judges(func([]byte) Verdict {
			inside.Add(1)
			defer inside.Add(-1)
			select {
			case entered <- struct{}{}:
			default:
			}
			time.Sleep(300 * time.Millisecond)
			return Accept
		})
		together(t, a, b)
		say(t, a, fmt.Sprint("now ", i))
		<-entered
		b.stop()
		if inside.Load() != 0 {
			t.Error("closed while a message is looked at")
		}
		if err := b.Close(); err != nil {
			t.Errorf("closed twice: %v", err)
		}
	}
	a.stop()
	eventually(t, "the goroutines end", func() bool { return stacks() <= before })
}

// stacks counts the goroutines of libp2p, gossipsub and ours.
func stacks() (n int) {
	buffer := make([]byte, 4<<20)
	for g := range bytes.SplitSeq(buffer[:runtime.Stack(buffer, true)], []byte("\n\n")) {
		if bytes.Contains(g, []byte("libp2p")) || bytes.Contains(g, []byte("gossip.(*Line)")) {
			n++
		}
	}
	return n
}
