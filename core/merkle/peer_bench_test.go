package merkle

import (
	"encoding/json"
	"fmt"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/gear-tech/roster/core"
)

// BenchmarkOpenZeppelin builds the same tree with OpenZeppelin's npm package and with ours on one core, one after the other,
// and says how many times as fast ours is: the tree, and a proof.
func BenchmarkOpenZeppelin(b *testing.B) {
	const size = 50_000
	name := fmt.Sprint("time/", size)
	claims := make([]Claim, size)
	for i := range claims {
		claims[i] = madeUp(b, name, i)
	}
	slices.SortFunc(claims, func(x, y Claim) int { return compareAccounts(x.Account, y.Account) })
	for b.Loop() {
		text, err := exec.CommandContext(b.Context(), "node", "../../testdata/merkle_oz.mjs", "time", name, fmt.Sprint(size)).Output()
		if err != nil {
			b.Skip(err)
		}
		var theirs struct {
			Root         core.Hash
			Tree, Proofs float64
		}
		if err := json.Unmarshal(text, &theirs); err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		tree, err := BuildClaimTree(list(claims), core.Machine{})
		if err != nil || tree.Root() != theirs.Root {
			b.Fatalf("root %s, OpenZeppelin's %s (%v)", tree.Root(), theirs.Root, err)
		}
		built := time.Now()
		var proof []core.Hash
		for i := range 1000 {
			if _, proof, err = tree.AppendProof(proof[:0], claims[i*7919%size].Account); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(theirs.Tree/built.Sub(start).Seconds(), "trees/theirs")
		b.ReportMetric(theirs.Proofs/time.Since(built).Seconds(), "proofs/theirs")
		b.ReportMetric(theirs.Tree, "s/their-tree")
	}
}
