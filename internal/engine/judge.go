package engine

import (
	"context"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
)

// Judgement is what running a disputed batch again shows.
type Judgement struct {
	Dispute *chain.Disputed
	Set     core.SetID
	Era     core.Era
	// Number is the batch's, Right what it is when computed from the chain.
	Number uint64
	Right  batch.Batch
	// Committed is the batch that the Router took.
	Committed batch.Batch
	// Wrong is the digest of the side that is wrong, and Signers its bitmap; zero when both sides are.
	Wrong   core.Hash
	Signers []core.Address
	// Difference names the first field in which the committed batch differs from the right one; empty when it does not.
	Difference string
	// Batches and Messages are how many were run to find this out.
	Batches, Messages int
}

// Judge runs everything again from the chain, up to the batch that a dispute is about, and says which side is wrong. It
// needs nobody's word and keeps nothing.
func Judge(ctx context.Context, r *chain.Roster, d *chain.Disputed, runner program.Runner, block uint64) (Judgement, error) {
	j := Judgement{Dispute: d, Set: core.SetID(d.Dispute.Set.Uint64()), Era: core.Era(d.Dispute.A.Era)}
	committed, err := r.Batches(ctx, j.Set, block)
	if err != nil {
		return j, err
	}
	digestOf := func(b batch.Batch, e core.Era) core.Hash {
		return batch.Statement{Set: b.Set, Era: e, Number: b.Number, BatchHash: b.Hash()}.Digest(r.Domain())
	}
	found := false
	for _, c := range committed {
		for _, side := range []struct {
			digest [32]byte
			era    uint64
		}{{d.Dispute.A.Digest, d.Dispute.A.Era}, {d.Dispute.B.Digest, d.Dispute.B.Era}} {
			if digestOf(c.Batch, core.Era(side.era)) == side.digest {
				j.Committed, j.Number, found = c.Batch, c.Batch.Number, true
			}
		}
	}
	if !found {
		return j, fmt.Errorf("dispute %x: neither side is a batch that was committed up to block %d; it is about rewards, or the commit is newer", d.Id, block)
	}
	ledger := &executor.Memory{}
	m := &executor.Machine{Roster: r, Set: j.Set, Ledger: ledger, Runner: runner}
	if err := m.Advance(ctx, r.Intervals.End(j.Number), func(c program.Computed) {
		j.Batches++
		j.Messages += c.Ran
		if c.Number == j.Number {
			j.Right = c.Batch
		}
	}); err != nil {
		return j, err
	}
	if j.Right.Number == 0 {
		return j, fmt.Errorf("dispute %x: interval %d gives no batch at all", d.Id, j.Number)
	}
	j.Difference = Difference(j.Right, j.Committed)
	for _, sides := range [][2]int{{0, 1}, {1, 0}} {
		all := []struct {
			digest [32]byte
			era    uint64
		}{{d.Dispute.A.Digest, d.Dispute.A.Era}, {d.Dispute.B.Digest, d.Dispute.B.Era}}
		right, wrong := all[sides[0]], all[sides[1]]
		if digestOf(j.Right, core.Era(right.era)) != right.digest {
			continue
		}
		j.Wrong, j.Era = wrong.digest, core.Era(wrong.era)
		bitmap := d.Dispute.A.Bitmap
		if sides[1] == 1 {
			bitmap = d.Dispute.B.Bitmap
		}
		standing, stands, err := r.Standing(ctx, j.Set, j.Era, block)
		if err != nil || !stands {
			return j, err
		}
		for i, e := range standing.Entries {
			if bitmap.Bit(i) == 1 {
				j.Signers = append(j.Signers, e.Operator)
			}
		}
	}
	return j, nil
}
