package demo

import (
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/devnet"
)

// check is something that must be true of the facts. Each is a function of them alone.
type check struct {
	name  string // in the record
	words string // printed
	of    func(facts) error
}

// checks are all of them, in the order in which they are printed.
func checks() []check {
	return []check{
		{"elections", "every active set equals a recomputed election", checkElections},
		{"certificates", "every batch has a certificate of more than two thirds", checkCertificates},
		{"results", "every batch is what running the programs again gives", checkResults},
		{"rewards", "every reward root equals a recomputed one", checkRewards},
		{"sums", "paid + unearned = pool in every era, and the pots hold what they should", checkSums},
		{"tokens", "every wVARA there is lies where the contracts say", checkTokens},
		{"claims", "no claim was paid twice, none above its leaf", checkClaims},
		{"slashes", "what was slashed equals the vaults' OnSlash", checkSlashes},
	}
}

// plus adds amounts, which are all parts of one supply and cannot overflow.
func plus(amounts ...core.Amount) (sum core.Amount) {
	for _, a := range amounts {
		sum.Add(&sum, &a)
	}
	return sum
}

func same(what string, have, want core.Amount) error {
	if have != want {
		return fmt.Errorf("%s: %s, should be %s", what, have.Dec(), want.Dec())
	}
	return nil
}

// first returns the first error.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func checkElections(f facts) error {
	for _, s := range f.sets {
		for _, e := range s.elections {
			if err := e.check(); err != nil {
				return fmt.Errorf("set %d, era %d: %w", s.id, e.right.Era, err)
			}
		}
	}
	return nil
}

func (e electionFacts) check() error {
	switch {
	case !e.stands && len(e.right.Executors) > 0:
		return fmt.Errorf("no list stands, and %d operators should be elected", len(e.right.Executors))
	case !e.stands:
		return nil
	case !slices.Equal(e.standing.Entries, e.right.Executors):
		return fmt.Errorf("the list that stands is %v, elected are %v", e.standing.Entries, e.right.Executors)
	case e.standing.Header.Root != e.right.Root:
		return fmt.Errorf("root %s, should be %s", e.standing.Header.Root, e.right.Root)
	case e.standing.Header.AggregateHash != e.aggregate:
		return fmt.Errorf("aggregate key %s, should be %s", e.standing.Header.AggregateHash, e.aggregate)
	}
	return same("total weight", e.standing.Header.Total, e.right.Total)
}

func checkCertificates(f facts) error {
	for _, s := range f.sets {
		for _, b := range s.batches {
			tally, err := quorum.Certify(b.weights, b.Signers, b.ejected)
			if err == nil && !tally.Reached {
				err = fmt.Errorf("signed by %s of %s, %s needed", tally.Signed.Dec(), tally.Total.Dec(), tally.Needed.Dec())
			}
			if err != nil {
				return fmt.Errorf("set %d, batch %d: %w", s.id, b.Batch.Number, err)
			}
		}
	}
	return nil
}

func checkResults(f facts) error {
	for _, s := range f.sets {
		for _, b := range s.batches {
			if b.Hash != b.right {
				return fmt.Errorf("set %d, batch %d: %s is committed, computed again it is %s", s.id, b.Batch.Number, b.Hash, b.right)
			}
		}
	}
	return nil
}

func checkRewards(f facts) error {
	for _, s := range f.sets {
		next := uint64(0)
		for _, r := range s.rewards {
			a, want := r.activated, r.right.Statement
			if a.FromEra != next {
				return fmt.Errorf("set %d: eras %d to %d are paid, era %d should be next", s.id, a.FromEra, a.ToEra, next)
			}
			next = a.ToEra + 1
			if core.Hash(a.OperatorsRoot) != want.OperatorsRoot || core.Hash(a.StakersRoot) != want.StakersRoot {
				return fmt.Errorf("set %d, eras %d to %d: roots %x and %x, should be %s and %s", s.id, a.FromEra, a.ToEra,
					a.OperatorsRoot, a.StakersRoot, want.OperatorsRoot, want.StakersRoot)
			}
			if core.Hash(a.DistributionHash) != want.DistributionHash {
				return fmt.Errorf("set %d, eras %d to %d: distribution %x, should be %s", s.id, a.FromEra, a.ToEra,
					a.DistributionHash, want.DistributionHash)
			}
		}
	}
	return nil
}

func checkSums(f facts) error {
	var pots core.Amount
	for _, s := range f.sets {
		for _, r := range s.rewards {
			if err := r.checkSums(); err != nil {
				return fmt.Errorf("set %d, %w", s.id, err)
			}
		}
		held := plus(s.pot.Free, s.pot.Reserved)
		if err := same(fmt.Sprintf("pot of set %d, with what it paid", s.id), plus(held, s.pot.Paid, s.pot.Distributed), s.pot.Funded); err != nil {
			return err
		}
		pots = plus(pots, held)
	}
	return same("what Rewards has", f.rewards, pots)
}

func (r rewardFacts) checkSums() error {
	var paid, emission core.Amount
	for _, p := range r.right.Payouts {
		if err := same(fmt.Sprintf("era %d: paid + unearned", p.Era), plus(p.Paid, p.Unearned), p.Pool); err != nil {
			return err
		}
		if p.Pool.Gt(&p.Emission) {
			return fmt.Errorf("era %d: pool %s above the emission %s", p.Era, p.Pool.Dec(), p.Emission.Dec())
		}
		paid, emission = plus(paid, p.Paid), plus(emission, p.Emission)
	}
	a := r.activated
	return first(
		same(fmt.Sprintf("era %d: paid on chain", a.ToEra), amountOf(a.Paid), paid),
		same(fmt.Sprintf("era %d: paid and returned on chain", a.ToEra), plus(amountOf(a.Paid), amountOf(a.Unearned)), emission))
}

func checkTokens(f facts) error {
	var bonds, slashed core.Amount
	for _, s := range f.sets {
		for _, b := range s.bonds {
			if !b.Discarded && !b.Released {
				bonds = plus(bonds, b.Amount)
			}
		}
		for _, c := range s.contracts {
			var claims core.Amount
			for _, one := range c.claims {
				claims = plus(claims, one.amount)
			}
			if err := same(fmt.Sprintf("reward contract %v, with what was claimed", c.at), plus(c.balance, claims), c.paidIn); err != nil {
				return err
			}
		}
	}
	for _, v := range f.vaults {
		if err := same(fmt.Sprintf("vault %s, with what left it", v.at), plus(v.balance, v.flow.Claimed, v.flow.Slashed), v.flow.Deposited); err != nil {
			return err
		}
		slashed = plus(slashed, v.flow.Slashed)
	}
	return first(
		same("what the Router has, of open bonds", f.router, bonds),
		same("what the burner has, of slashes", f.burner, slashed),
		same("all balances", f.holders, f.supply),
		same("the supply", f.supply, devnet.Supply))
}

func checkClaims(f facts) error {
	for _, s := range f.sets {
		for _, c := range s.contracts {
			if err := c.checkClaims(); err != nil {
				return fmt.Errorf("set %d, reward contract %v: %w", s.id, c.at, err)
			}
		}
	}
	return nil
}

func (c contractFacts) checkClaims() error {
	got := map[core.Address]core.Amount{}
	for _, one := range c.claims {
		got[one.account] = plus(got[one.account], one.amount)
	}
	leaves := map[core.Address]core.Amount{}
	for _, l := range c.leaves {
		leaves[l.Account] = l.Amount
	}
	for _, one := range c.claims {
		sum, leaf := got[one.account], leaves[one.account]
		if sum.Gt(&leaf) {
			return fmt.Errorf("%s got %s, its leaf says %s", one.account, sum.Dec(), leaf.Dec())
		}
		if err := same(fmt.Sprintf("claims of %s", one.account), sum, c.claimed[one.account]); err != nil {
			return err
		}
	}
	return nil
}

func checkSlashes(f facts) error {
	taken := map[core.Address]core.Amount{}
	for _, s := range f.sets {
		for _, c := range s.slashes {
			if err := c.check(); err != nil {
				return fmt.Errorf("%s: %w", c.Case, err)
			}
			taken[c.Vault] = plus(taken[c.Vault], c.taken)
		}
	}
	for _, v := range f.vaults {
		if err := same(fmt.Sprintf("OnSlash of vault %s", v.at), v.flow.Slashed, taken[v.at]); err != nil {
			return err
		}
	}
	return nil
}

func (c slashFacts) check() error {
	if c.requested.Gt(&c.Penalty) {
		return fmt.Errorf("requested %s, the penalty is %s", c.requested.Dec(), c.Penalty.Dec())
	}
	if c.taken.Gt(&c.requested) {
		return fmt.Errorf("taken %s, requested was %s", c.taken.Dec(), c.requested.Dec())
	}
	if executed := c.tx != (common.Hash{}); executed != (c.status == slash.Executed) {
		return fmt.Errorf("executed: %v, status %s", executed, c.status)
	}
	return same("taken", c.taken, c.onSlash)
}
