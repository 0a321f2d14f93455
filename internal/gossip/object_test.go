package gossip

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
)

// has serves these objects and no others.
func has(objects ...[]byte) Options {
	return Options{Object: func(_ context.Context, name core.Hash) ([]byte, error) {
		for _, o := range objects {
			if program.Sum(o) == name {
				return o, nil
			}
		}
		return nil, errors.New("not here")
	}}
}

// TestObjects: an object comes from who has it; wrong bytes are noticed, and whoever gives them is asked no more.
func TestObjects(t *testing.T) {
	var objects [][]byte
	for i := range 20 { // so many that the liar is asked first for some
		objects = append(objects, fmt.Appendf(nil, "page %d", i))
	}
	objects = append(objects, bytes.Repeat([]byte{7}, MaxObject), nil)
	var lies atomic.Int32
	liar := start(t, 2, Options{Object: func(context.Context, core.Hash) ([]byte, error) {
		lies.Add(1)
		return []byte("another page"), nil
	}})
	honest, poor, a := start(t, 3, has(objects...)), start(t, 4, Options{}), start(t, 1, Options{})
	together(t, a, liar, honest, poor)
	for i, o := range objects {
		if got, err := a.Fetch(t.Context(), program.Sum(o)); err != nil || !bytes.Equal(got, o) {
			t.Fatalf("object %d: %d bytes, %v", i, len(got), err)
		}
	}
	if lies.Load() != 1 || a.faults(WrongObject) != 1 {
		t.Errorf("the liar was asked %d times, and %d times found out; want once", lies.Load(), a.faults(WrongObject))
	}
	_, err := a.Fetch(t.Context(), core.Hash{1})
	if !errors.Is(err, ErrNotFound) || !errors.Is(err, errNotThere) {
		t.Errorf("an object that nobody has: %v", err)
	}
	eventually(t, "its score falls", func() bool { return a.status(t, liar.host.ID()).Score < -10 })
	if lies.Load() != 1 {
		t.Error("the liar was asked again")
	}
	// Some time later it is.
	k := a.Line.peer(liar.host.ID())
	a.Line.mu.Lock()
	k.objects.wrongUntil = time.Now()
	a.Line.mu.Unlock()
	if _, err := a.Fetch(t.Context(), core.Hash{2}); !errors.Is(err, ErrNotFound) || lies.Load() != 2 {
		t.Errorf("asked %d times, want twice: %v", lies.Load(), err)
	}
}

// TestNobodyToAsk: without peers there is nothing.
func TestNobodyToAsk(t *testing.T) {
	a := start(t, 1, Options{})
	if _, err := a.Fetch(t.Context(), core.Hash{1}); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v, want ErrNotFound", err)
	}
}

// TestTooLong: what is longer than an object may be is not served, and not read.
func TestTooLong(t *testing.T) {
	long := make([]byte, MaxObject+1)
	a, b := start(t, 1, Options{}), start(t, 2, has(long))
	together(t, a, b)
	if _, err := a.Fetch(t.Context(), program.Sum(long)); !errors.Is(err, ErrNotFound) {
		t.Errorf("%v, want ErrNotFound", err)
	}
}

// TestSlow: a peer that does not answer does not keep the answer of another away, and is asked last for a while. Who waits
// may stop waiting.
func TestSlow(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	var asked atomic.Int32
	slow := start(t, 2, Options{Object: func(ctx context.Context, _ core.Hash) ([]byte, error) {
		asked.Add(1)
		select {
		case <-release:
		case <-ctx.Done():
		}
		return nil, errors.New("not here")
	}})
	a := start(t, 1, Options{})
	together(t, a, slow)
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := a.Fetch(ctx, core.Hash{1}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v, want the context's error", err)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s to stop waiting", took)
	}
	k := a.Line.peer(slow.host.ID())
	a.Line.mu.Lock()
	k.objects.slowUntil = time.Now().Add(slowTime)
	a.Line.mu.Unlock()
	var objects [][]byte
	for i := range 20 {
		objects = append(objects, fmt.Appendf(nil, "page %d", i))
	}
	honest := start(t, 3, has(objects...))
	together(t, a, slow, honest)
	before := asked.Load()
	for _, o := range objects {
		if got, err := a.Fetch(t.Context(), program.Sum(o)); err != nil || !bytes.Equal(got, o) {
			t.Fatalf("%q, %v", got, err)
		}
	}
	if asked.Load() != before {
		t.Error("the slow one was asked first")
	}
}

// TestSilent: a peer whose stream ends without an answer is noticed as one, and is still asked when there is no other.
func TestSilent(t *testing.T) {
	a, b := start(t, 1, Options{}), start(t, 2, has([]byte("a page")))
	together(t, a, b)
	k := b.Line.peer(a.host.ID())
	b.Line.mu.Lock()
	k.objects.serving = mostServed // as if it had that many questions open
	b.Line.mu.Unlock()
	_, err := a.Fetch(t.Context(), program.Sum([]byte("a page")))
	if !errors.Is(err, ErrNotFound) || errors.Is(err, errNotThere) || !strings.Contains(err.Error(), b.peer.Operator.String()) {
		t.Errorf("%v, want ErrNotFound with what b did", err)
	}
	b.Line.mu.Lock()
	k.objects.serving = 0
	b.Line.mu.Unlock()
	if got, err := a.Fetch(t.Context(), program.Sum([]byte("a page"))); err != nil || string(got) != "a page" {
		t.Errorf("%q, %v", got, err)
	}
}

// TestServesInTurns: however many ask at once, no more objects are in memory than there are places, and all are answered.
func TestServesInTurns(t *testing.T) {
	var now, most atomic.Int32
	object := bytes.Repeat([]byte{1}, 64<<10)
	server := start(t, 1, Options{Object: func(context.Context, core.Hash) ([]byte, error) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(2 * time.Millisecond)
		now.Add(-1)
		return object, nil
	}})
	a, b := start(t, 2, Options{}), start(t, 3, Options{})
	together(t, server, a, b)
	a.SetPeers([]Peer{server.peer})
	b.SetPeers([]Peer{server.peer})
	var all sync.WaitGroup
	for range 20 {
		for _, n := range []*node{a, b} {
			all.Go(func() {
				for range 10 {
					if _, err := n.Fetch(t.Context(), program.Sum(object)); err != nil {
						t.Error(err)
					}
				}
			})
		}
	}
	all.Wait()
	if got := most.Load(); got > 2*mostAsked {
		t.Errorf("%d objects at once, at most %d are asked for", got, 2*mostAsked)
	}
}
