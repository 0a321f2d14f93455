package main

import (
	"context"
	"fmt"
	"math/big"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/store"
)

// booksAfter are a set's after all commits that were activated.
func (s session) booksAfter(ctx context.Context, activated []paid, block uint64) (engine.Books, error) {
	books := engine.Books{Set: s.set}
	if n := len(activated); n > 0 {
		last := activated[n-1].right
		books.Next, books.Balances = last.ToEra+1, last.Balances
		books.Roots = batch.PreviousRoots(last.Statement.OperatorsRoot, last.Statement.StakersRoot)
		return books, nil
	}
	var err error
	books.Next, err = s.FirstPaidEra(ctx, s.set, block)
	return books, err
}

// uncommitted is what a distribution file should be that nobody has committed: of the eras after those that were paid, up to
// the file's last. It is asked for when Executors do not agree and nothing can be committed.
func (s session) uncommitted(ctx context.Context, activated []paid, file string, block uint64) (paid, error) {
	mapped, err := store.Map(file)
	if err != nil {
		return paid{}, err
	}
	defer mapped.Close()
	d, err := reward.Decode(mapped.Bytes())
	if err != nil {
		return paid{}, fmt.Errorf("%s: %w", file, err)
	}
	books, err := s.booksAfter(ctx, activated, block)
	if err != nil {
		return paid{}, err
	}
	if d.FromEra != books.Next || d.ToEra-d.FromEra >= engine.MostErasPaid {
		return paid{}, fmt.Errorf("%s is of eras %d to %d: the next commit of set %d begins with era %d", file, d.FromEra, d.ToEra, s.set, books.Next)
	}
	step, end := begin(s.patience, "eras", int(d.ToEra-d.FromEra)+1)
	defer end()
	books.Done = func(core.Era) { step() }
	right, err := books.Distribute(ctx, s.Roster, s.Roster, d.ToEra, 0, block)
	return paid{right: right, before: books.Balances, unpaid: true, said: &chain.RewardsActivated{FromEra: uint64(d.FromEra),
		ToEra: uint64(d.ToEra), DistributionHash: right.Statement.DistributionHash}}, err
}

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
	books, err := s.booksAfter(ctx, activated, block)
	if err != nil {
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
