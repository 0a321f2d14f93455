package fleet

import (
	"fmt"
	"testing"
)

// TestFleet: five nodes with nothing but the chain between them elect, propose, pay and agree.
func TestFleet(t *testing.T) {
	f, err := Start(t.Context(), Options{Nodes: 5, Eras: 4, Seed: 1, Dir: t.TempDir(), Out: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := f.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Logf("%+v", f.Stats())
}

// TestChaos: whatever dies, forks, breaks or lies, the right lists stand in the end and every node has everything right.
func TestChaos(t *testing.T) {
	for seed := uint64(1); seed <= seedsFrom(t, "ROSTER_CHAOS_SEEDS", 20); seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			f, err := Start(t.Context(), Options{Nodes: 4, Eras: 3, Seed: seed, Chaos: true, Dir: t.TempDir(), Out: t.Output(), BlockTime: 3, Finality: 6})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := f.Run(t.Context()); err != nil {
				t.Error(err)
			}
			t.Logf("%+v", f.Stats())
		})
	}
}

// TestDeepReorganisations: nodes that take the head for final see blocks undone up to 20 deep, across deposits, captures,
// proposals, challenges and slash requests. They go back, derive again, and do again what is not there any more.
func TestDeepReorganisations(t *testing.T) {
	for seed := uint64(1); seed <= 4; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			f, err := Start(t.Context(), Options{Nodes: 3, Eras: 3, Seed: seed, Deep: true, Dir: t.TempDir(), Out: t.Output(), BlockTime: 2, Finality: 30})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if err := f.Run(t.Context()); err != nil {
				t.Error(err)
			}
			if f.Stats().Reorgs == 0 {
				t.Error("nothing was undone")
			}
			t.Logf("%+v", f.Stats())
		})
	}
}
