package fleet

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/gear-tech/roster/core"
)

// started is a fleet that is closed when the test ends.
func started(t *testing.T, o Options) *Fleet {
	t.Helper()
	o.Dir, o.Out = t.TempDir(), t.Output()
	f, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// seedsFrom are how many seeds a test takes: what the variable of the environment says, else so many, or 2 in a short run.
func seedsFrom(t *testing.T, variable string, most uint64) uint64 {
	t.Helper()
	if text := os.Getenv(variable); text != "" {
		n, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			t.Fatalf("%s: %v", variable, err)
		}
		return n
	}
	if testing.Short() {
		return 2
	}
	return most
}

// TestByzantine: two of seven nodes break the rules or die, in every pair of ways; the others go on committing what is right,
// convict whoever signed two results, bring wrong ones before the judge, and lose nothing.
func TestByzantine(t *testing.T) {
	for seed := uint64(1); seed <= seedsFrom(t, "ROSTER_BYZANTINE_SEEDS", uint64(len(pairs()))); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			f := started(t, Options{Nodes: 7, Eras: 1, Seed: seed, Byzantine: 2})
			if err := f.Run(t.Context()); err != nil {
				t.Error(err)
			}
			t.Logf("%+v", f.Stats())
		})
	}
}

// TestLatency: a message's batch is committed within two blocks of the message, with four nodes and with sixteen.
func TestLatency(t *testing.T) {
	for _, nodes := range []int{4, 16} {
		t.Run(fmt.Sprint(nodes, " nodes"), func(t *testing.T) {
			f := started(t, Options{Nodes: nodes, Eras: 1, Seed: 1, Everyone: true})
			if err := f.Run(t.Context()); err != nil {
				t.Fatal(err)
			}
			if s := f.Stats(); s.Slowest > 2 || s.Certified < 5 {
				t.Errorf("the slowest of %d batches took %d blocks, want 2 at most", s.Certified, s.Slowest)
			}
			t.Logf("%+v", f.Stats())
		})
	}
}

// TestPartition: a line that leaves no side two thirds stops commits, and nothing else; when it is whole again, or after
// everyone has died at once, they go on where they were.
func TestPartition(t *testing.T) {
	f := started(t, Options{Nodes: 4, Eras: 1, Seed: 1, Everyone: true})
	ctx, times := t.Context(), f.Roster.Times
	pass := func(until core.Time) {
		t.Helper()
		for f.Now() < until {
			if err := f.Tick(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	committed := func() int {
		t.Helper()
		list, err := f.Roster.Batches(ctx, f.set, f.Block())
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if err := f.AdvanceTo(times.Capture(0) - 10); err != nil {
		t.Fatal(err)
	}
	pass(times.Start(0) + 30)
	whole := committed()
	if whole == 0 {
		t.Fatal("nothing was committed")
	}
	f.line.cut = func(from, to int) bool { return from/2 != to/2 }
	pass(f.Now() + 30)
	if n := committed(); n > whole+1 { // what was under way
		t.Errorf("%d batches were committed while nobody had two thirds", n-whole)
	}
	stuck := committed()
	f.line.cut = nil
	pass(f.Now() + 20)
	if n := committed(); n <= stuck {
		t.Error("nothing was committed after the line was whole again")
	}
	for _, m := range f.nodes { // everyone dies at once
		if err := m.node.Close(); err != nil {
			t.Fatal(err)
		}
		m.node, m.asleep = nil, 1
	}
	dead := committed()
	pass(f.Now() + 30)
	if n := committed(); n <= dead {
		t.Error("nothing was committed after everyone had died")
	}
	if err := f.settle(ctx); err != nil {
		t.Error(err)
	}
}
