package main

import (
	"context"
	"fmt"
	"math/big"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

// pending is the commit that waits for its delay at a block, recomputed on top of those that were activated; false when
// none waits.
func (s session) pending(ctx context.Context, activated []paid, block uint64) (p paid, any bool, err error) {
	waits, err := s.PendingRewardsOf(ctx, s.set, block)
	if err != nil || waits.Digest.IsZero() {
		return p, false, err
	}
	committed, err := s.RewardsCommittedOf(ctx, s.set, block)
	if err != nil {
		return p, false, err
	}
	books := engine.Books{Set: s.set}
	if n := len(activated); n > 0 {
		last := activated[n-1].right
		books.Next, books.Balances = last.ToEra+1, last.Balances
		books.Roots = batch.PreviousRoots(last.Statement.OperatorsRoot, last.Statement.StakersRoot)
	} else if books.Next, err = s.FirstPaidEra(ctx, s.set, block); err != nil {
		return p, false, err
	}
	for _, c := range committed {
		if core.Hash(c.Digest) != waits.Digest {
			continue
		}
		step, end := begin(s.patience, "eras", int(c.Rewards.ToEra-c.Rewards.FromEra)+1)
		defer end()
		books.Done = func(core.Era) { step() }
		statement := engine.StatementOf(s.set, core.Era(c.Era), c.Rewards)
		p = paid{waits: &statement, before: books.Balances, said: &chain.RewardsActivated{FromEra: c.Rewards.FromEra, ToEra: c.Rewards.ToEra,
			OperatorsRoot: c.Rewards.OperatorsRoot, StakersRoot: c.Rewards.StakersRoot, DistributionHash: c.Rewards.DistributionHash,
			Paid: new(big.Int).Add(c.Rewards.OperatorsAmount, c.Rewards.StakersAmount)}}
		p.right, err = books.Distribute(ctx, s.Roster, s.Roster, statement.ToEra, statement.Era, block)
		p.operators, p.stakers = p.right.Balances.Operators.Len(), p.right.Balances.Stakers.Len()
		return p, err == nil, err
	}
	return p, false, fmt.Errorf("no event shows the reward commit %s that is pending", waits.Digest)
}
