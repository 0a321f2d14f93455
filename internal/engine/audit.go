package engine

import (
	"context"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
)

// Recompute hands to a function, for each reward commit of a set that was activated up to a block, what it should have
// been, in order: from the chain alone, each on what was computed before it, and compared with nothing. Books.Advance does
// the same and stops at the first difference; this is for whoever wants to see the difference. done, if there is one, is
// called after each era.
func Recompute(ctx context.Context, r *chain.Roster, set core.SetID, block uint64, done func(core.Era), each func(Distribution)) error {
	history, err := r.RewardsActivatedOf(ctx, set, block)
	if err != nil {
		return err
	}
	books := Books{Set: set, Done: done}
	for _, a := range history {
		books.Next = core.Era(a.FromEra)
		d, err := books.Distribute(ctx, r, r, core.Era(a.ToEra), 0, block)
		if err != nil {
			return err
		}
		each(d)
		books.Balances = d.Balances
		books.Roots = batch.PreviousRoots(d.Statement.OperatorsRoot, d.Statement.StakersRoot)
	}
	return nil
}

// Recomputed is Recompute with all that it hands out kept.
func Recomputed(ctx context.Context, r *chain.Roster, set core.SetID, block uint64) (list []Distribution, err error) {
	err = Recompute(ctx, r, set, block, nil, func(d Distribution) { list = append(list, d) })
	return list, err
}
