package engine

import (
	"context"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/chain"
)

// Recomputed returns, for each reward commit of a set that was activated up to a block, what it should have been,
// in order: from the chain alone, each on what was computed before it, and compared with nothing. Books.Advance does
// the same and stops at the first difference; this is for whoever wants to see the difference.
func Recomputed(ctx context.Context, r *chain.Roster, set core.SetID, block uint64) ([]Distribution, error) {
	history, err := r.RewardsActivatedOf(ctx, set, block)
	if err != nil {
		return nil, err
	}
	var list []Distribution
	var balances reward.Balances
	var previous core.Hash
	for _, a := range history {
		d, err := distribute(ctx, r, r, set, core.Era(a.FromEra), core.Era(a.ToEra), 0, previous, balances, block)
		if err != nil {
			return list, err
		}
		list, balances = append(list, d), d.Balances
		previous = batch.PreviousRoots(d.Statement.OperatorsRoot, d.Statement.StakersRoot)
	}
	return list, nil
}
