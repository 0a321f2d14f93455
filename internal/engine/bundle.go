package engine

import (
	"context"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/chain"
)

// Paid is one reward commit that was activated, as the chain has it, and what it stands on.
type Paid struct {
	Set       core.SetID
	Activated *chain.RewardsActivated
	Committed *chain.RewardsCommitted // the commit that was activated
	Before    *chain.RewardsActivated // nil: it is the set's first
}

// PaidOf finds the commit of a set that pays an era, activated at a block at the latest.
func PaidOf(ctx context.Context, r *chain.Roster, set core.SetID, e core.Era, block uint64) (Paid, error) {
	p := Paid{Set: set}
	history, err := r.RewardsActivatedOf(ctx, set, block)
	if err != nil {
		return p, err
	}
	for i, a := range history {
		if a.FromEra <= uint64(e) && uint64(e) <= a.ToEra {
			p.Activated = a
			if i > 0 {
				p.Before = history[i-1]
			}
		}
	}
	if p.Activated != nil && p.Activated.ToEra-p.Activated.FromEra >= MostErasPaid {
		return p, fmt.Errorf("set %d: a commit of eras %d to %d: more than %d are never paid at once", set, p.Activated.FromEra, p.Activated.ToEra, MostErasPaid)
	}
	if p.Activated == nil {
		return p, fmt.Errorf("set %d, era %d: not paid at block %d: %d commits were activated until then", set, e, block, len(history))
	}
	commits, err := r.RewardsCommittedOf(ctx, set, block)
	if err != nil {
		return p, err
	}
	// The last one before: earlier ones of the same eras were cancelled.
	for _, c := range commits {
		if c.Rewards.FromEra == p.Activated.FromEra && c.Rewards.ToEra == p.Activated.ToEra && !later(c, p.Activated) {
			p.Committed = c
		}
	}
	if p.Committed == nil {
		return p, fmt.Errorf("set %d, era %d: activated in block %d, and no event shows what was committed", set, e, p.Activated.Raw.BlockNumber)
	}
	return p, nil
}

// later reports whether a commit's event comes after an activation's.
func later(c *chain.RewardsCommitted, a *chain.RewardsActivated) bool {
	if c.Raw.BlockNumber != a.Raw.BlockNumber {
		return c.Raw.BlockNumber > a.Raw.BlockNumber
	}
	return c.Raw.Index > a.Raw.Index
}

// Recompute computes the commit from what was at a block, on the distribution of the commit before: its canonical bytes,
// empty when there is none. Those are compared with what the chain has of that commit first.
func (p Paid) Recompute(ctx context.Context, r *chain.Roster, source Source, previous []byte, block uint64) (Distribution, error) {
	books, err := p.books(ctx, r, previous, block)
	if err != nil {
		return Distribution{}, err
	}
	return books.Distribute(ctx, r, source, core.Era(p.Activated.ToEra), core.Era(p.Committed.Era), block)
}

// books are what the set had paid before the commit.
func (p Paid) books(ctx context.Context, r *chain.Roster, previous []byte, block uint64) (Books, error) {
	books := Books{Set: p.Set, Next: core.Era(p.Activated.FromEra)}
	if p.Before == nil {
		first, err := r.FirstPaidEra(ctx, p.Set, block)
		if err == nil && first != books.Next {
			err = fmt.Errorf("set %d: its first commit is of era %d, it was opened with era %d", p.Set, books.Next, first)
		}
		if err == nil && len(previous) > 0 {
			err = fmt.Errorf("set %d, era %d: nothing was paid before, so there is no distribution before", p.Set, books.Next)
		}
		return books, err
	}
	if have, want := core.Keccak(previous), core.Hash(p.Before.DistributionHash); have != want {
		return books, fmt.Errorf("distribution of the commit before, eras %d to %d: %d bytes of hash %s, the chain has %s",
			p.Before.FromEra, p.Before.ToEra, len(previous), have, want)
	}
	d, err := reward.Decode(previous)
	if err != nil {
		return books, err
	}
	operators, stakers, err := Trees(d)
	if err != nil {
		return books, err
	}
	// Its hash is a statement of those who signed it, and so are the roots: only together they say what was paid.
	if operators.Root() != core.Hash(p.Before.OperatorsRoot) || stakers.Root() != core.Hash(p.Before.StakersRoot) {
		return books, fmt.Errorf("distribution of the commit before, eras %d to %d: its roots are %s and %s, the chain has %x and %x",
			p.Before.FromEra, p.Before.ToEra, operators.Root(), stakers.Root(), p.Before.OperatorsRoot, p.Before.StakersRoot)
	}
	books.Balances, books.Roots = d.Balances, batch.PreviousRoots(operators.Root(), stakers.Root())
	return books, nil
}

// Difference is the first thing in which the chain and a recomputation differ, empty when they do not.
func (p Paid) Difference(right batch.Rewards, emission core.Amount) string {
	said, done := p.Committed.Rewards, p.Activated
	var paid, unearned core.Amount
	paid.Add(&right.OperatorsAmount, &right.StakersAmount)
	unearned.Sub(&emission, &paid)
	for _, c := range []struct {
		what       string
		have, want any
	}{
		{"hash of the roots before, as committed,", core.Hash(said.PreviousRoots), right.PreviousRoots},
		{"operators' root", core.Hash(done.OperatorsRoot), right.OperatorsRoot},
		{"operators' root, as committed,", core.Hash(said.OperatorsRoot), right.OperatorsRoot},
		{"stakers' root", core.Hash(done.StakersRoot), right.StakersRoot},
		{"stakers' root, as committed,", core.Hash(said.StakersRoot), right.StakersRoot},
		{"distribution's hash", core.Hash(done.DistributionHash), right.DistributionHash},
		{"distribution's hash, as committed,", core.Hash(said.DistributionHash), right.DistributionHash},
		{"operators' amount", said.OperatorsAmount.String(), right.OperatorsAmount.Dec()},
		{"stakers' amount", said.StakersAmount.String(), right.StakersAmount.Dec()},
		{"paid", done.Paid.String(), paid.Dec()},
		{"unearned", done.Unearned.String(), unearned.Dec()},
	} {
		if c.have != c.want {
			return fmt.Sprintf("%s on chain is %v, computed %v", c.what, c.have, c.want)
		}
	}
	return ""
}

// Emissions returns what was reserved for eras from to to, base units of wVARA.
func Emissions(ctx context.Context, r *chain.Roster, set core.SetID, from, to core.Era, block uint64) (sum core.Amount, err error) {
	for e := from; e <= to; e++ {
		emission, err := r.Emission(ctx, set, e, block)
		if err != nil {
			return sum, err
		}
		sum.Add(&sum, &emission)
	}
	return sum, nil
}
