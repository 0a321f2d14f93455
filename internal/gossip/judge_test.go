package gossip

import (
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"

	"github.com/gear-tech/roster/core"
)

// raw is an operator's host without gossipsub, and a stream on which it says to a node what it likes, as fast as it can. It
// takes nothing itself, so gossipsub has no score for it.
type raw struct {
	host.Host
	network.Stream
	peer Peer
}

// openRaw makes operator i a peer of the nodes, which know each other, and connects it with the first.
func openRaw(t *testing.T, i byte, nodes ...*node) *raw {
	t.Helper()
	key, err := Identity([32]byte{i})
	if err != nil {
		t.Fatal(err)
	}
	r := &raw{}
	r.Host, err = libp2p.New(libp2p.Identity(key), libp2p.ListenAddrStrings("/ip4/127.0.0.1/tcp/0"), libp2p.DisableRelay(), libp2p.DisableMetrics())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Host.Close() })
	r.peer = Peer{core.Address{i}, fmt.Sprintf("%s/p2p/%s", r.Host.Addrs()[0], r.Host.ID())}
	together(t, nodes...)
	peers := []Peer{r.peer}
	for _, n := range nodes {
		peers = append(peers, n.peer)
	}
	for _, n := range nodes {
		n.SetPeers(peers)
	}
	eventually(t, "the raw one is connected", func() bool { return r.Network().Connectedness(nodes[0].host.ID()) == network.Connected })
	if r.Stream, err = r.NewStream(t.Context(), nodes[0].host.ID(), pubsub.GossipSubID_v11); err != nil {
		t.Fatal(err)
	}
	return r
}

// send returns an error when the other side does not take any more.
func (r *raw) send(rpc *pb.RPC) error {
	body, err := rpc.Marshal()
	if err != nil {
		return err
	}
	if err := r.SetWriteDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	_, err = r.Write(append(binary.AppendUvarint(nil, uint64(len(body))), body...))
	return err
}

func publish(topic string, messages ...string) *pb.RPC {
	rpc := &pb.RPC{}
	for _, m := range messages {
		rpc.Publish = append(rpc.Publish, &pb.Message{Data: []byte(m), Topic: &topic})
	}
	return rpc
}

func noX(m []byte) Verdict {
	if m[0] == 'x' {
		return Reject
	}
	return Accept
}

// TestGarbage: a peer that sends what nobody honest sends is soon not heard any more, and the others are. It is all the same
// whether gossipsub scores it.
func TestGarbage(t *testing.T) {
	for _, many := range []int{50, 400} { // within the limits: it is for what it says, and not for how much
		t.Run(fmt.Sprint(many), func(t *testing.T) {
			a, b := start(t, 1, Options{}), start(t, 2, Options{})
			a.judges(noX)
			bad := openRaw(t, 3, a, b)
			var list []string
			for i := range many {
				list = append(list, fmt.Sprint("x ", i))
			}
			if err := bad.send(publish(a.topic(0), list...)); err != nil {
				t.Fatal(err)
			}
			if many > cutGarbage {
				eventually(t, "it is cut", func() bool { s := a.status(t, bad.Host.ID()); return !s.Connected && time.Now().Before(s.Cut) })
				eventually(t, "that is said", func() bool { return a.cuts(Garbage) == 1 })
			} else {
				eventually(t, "its score falls", func() bool { return a.status(t, bad.Host.ID()).Score < deafScore })
				eventually(t, "what is on its way arrives", settled(a.total))
				heard := a.total()
				for i := range 50 {
					if err := bad.send(publish(a.topic(0), fmt.Sprint("later ", i))); err != nil {
						t.Fatal(err)
					}
				}
				eventually(t, "what is on its way arrives", settled(a.total))
				if got := a.total(); got != heard {
					t.Errorf("%d more were heard of a silenced peer", got-heard)
				}
			}
			looked := a.total()
			say(t, b, "good")
			eventually(t, "the good one is heard", func() bool { return a.count("good") == 1 })
			if a.faults(Garbage) < 10 || a.cuts(Flood) != 0 || b.total() != 0 {
				t.Errorf("garbage %d times, cut for floods %d times, b heard %d", a.faults(Garbage), a.cuts(Flood), b.total())
			}
			if got := a.status(t, b.host.ID()).Score; got < 0 {
				t.Errorf("the good one has a score of %f", got)
			}
			t.Logf("%d of %d pieces of garbage were looked at, score %.0f", looked, many, a.status(t, bad.Host.ID()).Score)
		})
	}
}

// settled says whether a number has stopped growing for a quarter of a second.
func settled(number func() int) func() bool {
	last, since := number(), time.Now()
	return func() bool {
		if n := number(); n != last {
			last, since = n, time.Now()
		}
		return time.Since(since) > 250*time.Millisecond
	}
}

// TestGarbageFromOurKind: gossipsub knows the score too, and tells such a peer nothing any more.
func TestGarbageFromOurKind(t *testing.T) {
	a, b, bad := start(t, 1, Options{}), start(t, 2, Options{}), start(t, 3, Options{})
	a.judges(noX)
	b.judges(noX)
	together(t, a, b, bad)
	for i := range 30 {
		say(t, bad, fmt.Sprint("x ", i))
	}
	eventually(t, "gossipsub's score falls", func() bool {
		k := a.Line.peer(bad.host.ID())
		a.Line.mu.Lock()
		defer a.Line.mu.Unlock()
		return k.score < -50
	})
	say(t, a, "not for the bad one")
	eventually(t, "b hears", func() bool { return b.count("not for the bad one") == 1 })
}

// TestFlood: of one that says good things without end some are heard, and then it is cut; the others are heard all the time.
func TestFlood(t *testing.T) {
	a, b := start(t, 1, Options{}), start(t, 2, Options{})
	bad := openRaw(t, 3, a, b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began, sent := time.Now(), 0
	for ; sent < 200_000; sent += 10 {
		var list []string
		for i := range 10 {
			list = append(list, fmt.Sprintf("%d %s", sent+i, make([]byte, 200)))
		}
		if err := bad.send(publish(a.topic(0), list...)); err != nil {
			break
		}
		if sent == 5000 {
			say(t, b, "in between")
		}
	}
	took := time.Since(began)
	if sent == 200_000 {
		t.Fatal("it was never cut")
	}
	eventually(t, "it is cut", func() bool { s := a.status(t, bad.Host.ID()); return !s.Connected && time.Now().Before(s.Cut) })
	eventually(t, "that is said", func() bool { return a.cuts(Flood) == 1 })
	say(t, b, "good")
	eventually(t, "the good one is heard", func() bool { return a.count("good") == 1 && a.count("in between") == 1 })
	if most := messageBurst + int(took.Seconds()+1)*messageRate + 2; a.total() > most {
		t.Errorf("%d messages of %d were looked at, at most %d may be", a.total(), sent, most)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
		t.Errorf("memory grew by %d bytes", grown)
	}
	// It tries again, and is not let in.
	refused := a.said(&a.refused)
	_ = bad.Connect(t.Context(), *host.InfoFromHost(a.host))
	eventually(t, "it is refused", func() bool { return a.said(&a.refused) > refused })
	t.Logf("%d sent in %s, %d looked at, memory %+d KiB", sent, took.Round(time.Millisecond), a.total(), (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>10)
}

// TestCopiesOverTheLimit: a peer over its limit does not keep another's message from being heard by sending it first.
func TestCopiesOverTheLimit(t *testing.T) {
	a, b := start(t, 1, Options{}), start(t, 2, Options{})
	bad := openRaw(t, 3, a, b)
	k := a.Line.peer(bad.Host.ID())
	a.Line.mu.Lock()
	k.limit.AllowN(time.Now(), messageBurst) // it has said all that it may
	a.Line.mu.Unlock()
	const m = "b's"
	copies := make([]string, messageRate) // more than a second gives it
	for i := range copies {
		copies[i] = m
	}
	if err := bad.send(publish(a.topic(0), copies...)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a counts them", func() bool {
		a.Line.mu.Lock()
		defer a.Line.mu.Unlock()
		return k.record.flood.value > 0
	})
	if a.count(m) != 0 {
		t.Fatal("heard of one over its limit")
	}
	say(t, b, m)
	eventually(t, "a hears b", func() bool { return a.count(m) == 1 })
}

// TestBounds: of topics that nobody has, messages with an author and messages that are too long nothing is heard, and the
// next message is.
func TestBounds(t *testing.T) {
	a := start(t, 1, Options{})
	bad := openRaw(t, 2, a)
	yes := true
	for i := range 100 {
		rpc := &pb.RPC{}
		for j := range 50 {
			topic := fmt.Sprint(a.prefix(), 5000+i*50+j)
			rpc.Subscriptions = append(rpc.Subscriptions, &pb.RPC_SubOpts{Subscribe: &yes, Topicid: &topic})
		}
		if err := bad.send(rpc); err != nil {
			t.Fatal(err)
		}
	}
	signed := publish(a.topic(0), "signed")
	signed.Publish[0].From, signed.Publish[0].Seqno, signed.Publish[0].Signature = []byte(bad.Host.ID()), []byte("12345678"), []byte("signature")
	for _, rpc := range []*pb.RPC{signed, publish(a.topic(0), string(make([]byte, MaxMessage+1))), publish(a.prefix()+"3", "elsewhere"), publish(a.topic(0), "last")} {
		if err := bad.send(rpc); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the last is heard", func() bool { return a.count("last") == 1 })
	if a.total() != 1 {
		t.Errorf("heard %d messages, want the last alone", a.total())
	}
	eventually(t, "the long one is a fault", func() bool { return a.faults(Garbage) == 1 })
}

func TestFilter(t *testing.T) {
	f := filter{"/roster/1/1337/0x00/"}
	for topic, want := range map[string]bool{"/roster/1/1337/0x00/0": true, "/roster/1/1337/0x00/1023": true, "/roster/1/1337/0x00/1024": false,
		"/roster/1/1337/0x00/": false, "/roster/1/1337/0x00/01": false, "/roster/1/1337/0x00/+1": false, "/roster/1/1/0x00/1": false, "": false} {
		if got := f.CanSubscribe(topic); got != want {
			t.Errorf("%q: %t", topic, got)
		}
	}
}

// TestScore: floods are forgotten soon, garbage is not, and a clock that goes back forgets nothing.
func TestScore(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	var flood, garbage record
	if flood.score(now) != 0 {
		t.Error("a score from nothing")
	}
	flood.flood.add(1000, now, floodKept)
	for range 10 {
		garbage.garbage.add(1, now, garbageKept)
	}
	for _, c := range []struct {
		after          time.Duration
		flood, garbage float64
	}{{0, -100, -100}, {time.Second, -90, -98.01}, {2 * time.Second, -81, -96.059601}, {-time.Hour, -100, -100}} {
		for _, g := range [][2]float64{{flood.score(now.Add(c.after)), c.flood}, {garbage.score(now.Add(c.after)), c.garbage}} {
			if math.Abs(g[0]-g[1]) > 1e-9 {
				t.Errorf("after %s: %f, want %f", c.after, g[0], g[1])
			}
		}
	}
	if f, g := flood.score(now.Add(73*time.Second)), garbage.score(now.Add(5*time.Minute)); f != 0 || g != 0 {
		t.Errorf("scores of %f and %f for what is long ago", f, g)
	}
	var long record
	for i := range 200 { // 100 too many a second
		long.flood.add(100, now.Add(time.Duration(i)*time.Second), floodKept)
	}
	if got := long.score(now.Add(199 * time.Second)); math.Abs(got-deafScore) > 0.1 {
		t.Errorf("a score of %f in the long run, want %d", got, deafScore)
	}
}

// TestIdentity: one secret, one peer, and another for another.
func TestIdentity(t *testing.T) {
	a, errA := Endpoint("127.0.0.1:1", [32]byte{1})
	again, errB := Endpoint("127.0.0.1:1", [32]byte{1})
	other, errC := Endpoint("127.0.0.1:1", [32]byte{2})
	if errA != nil || errB != nil || errC != nil || a != again || a == other {
		t.Errorf("%s, %s, %s", a, again, other)
	}
	// Operators have it on chain: it may never change for a secret.
	if want := "/ip4/127.0.0.1/tcp/1/p2p/"; len(a) < len(want) || a[:len(want)] != want {
		t.Errorf("%s does not begin with %s", a, want)
	}
}
