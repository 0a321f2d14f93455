package reward

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// Origin says whose distribution it is and what it stands on. It is signed with the file's hash, so that a
// file for one set, chain or deployment is never one for another.
type Origin struct {
	ChainID       uint64
	Router        core.Address
	Middleware    core.Address
	Set           core.SetID
	FromEra       core.Era  // last activated toEra + 1, or the set's first era
	ToEra         core.Era  // ≥ FromEra; closed
	PreviousRoots core.Hash // batch.PreviousRoots of the roots activated last; zero before any
}

// Distribution is the public file of protocol §8: what a range of eras adds, and every cumulative leaf after
// it. Anyone can rebuild both trees from it, and all of it from the chain.
type Distribution struct {
	Origin
	OperatorsAmount core.Amount // what Balances.Operators grew by, wVARA base units
	StakersAmount   core.Amount // what Balances.Stakers grew by, wVARA base units
	Balances        Balances    // after ToEra
}

// Distribute applies the payouts of all eras fromEra … toEra, one each and in order (an era without a set has
// an empty one), to the balances that were activated last.
//
// Errors: an era missing, twice or of another set, a range that is not one, and whatever Apply refuses.
func Distribute(of Origin, activated Balances, payouts []Payout) (Distribution, error) {
	d, err := distribute(of, activated, payouts)
	if err != nil {
		return Distribution{}, fmt.Errorf("distribute set %d eras %d to %d: %w", of.Set, of.FromEra, of.ToEra, err)
	}
	return d, nil
}

func distribute(of Origin, activated Balances, payouts []Payout) (Distribution, error) {
	if err := of.check(); err != nil {
		return Distribution{}, err
	}
	// Compared without adding 1: the range of all eras has one more than 64 bits count.
	if n := uint64(of.ToEra - of.FromEra); len(payouts) == 0 || n != uint64(len(payouts)-1) {
		return Distribution{}, fmt.Errorf("got %d payouts: want one per era", len(payouts))
	}
	d := Distribution{Origin: of, Balances: activated}
	for i, p := range payouts {
		if want := of.FromEra + core.Era(i); p.Set != of.Set || p.Era != want {
			return Distribution{}, fmt.Errorf("payout %d is of set %d era %d: want era %d", i, p.Set, p.Era, want)
		}
		var err error
		if d.Balances, err = d.Balances.Apply(p); err != nil {
			return Distribution{}, err
		}
	}
	var err error
	d.OperatorsAmount, d.StakersAmount, err = d.Balances.Since(activated)
	return d, err
}

// Follows refuses a distribution whose leaves do not stand on the balances activated before it: a leaf that
// shrinks or disappears, or amounts that are not what the lists grew by. It does not know who earned what;
// comparing with one's own Distribute does.
func (d Distribution) Follows(activated Balances) error {
	operators, stakers, err := d.Balances.Since(activated)
	if err != nil {
		return err
	}
	if !operators.Eq(&d.OperatorsAmount) || !stakers.Eq(&d.StakersAmount) {
		return fmt.Errorf("lists grow by %s and %s, the file says %s and %s",
			operators.Dec(), stakers.Dec(), d.OperatorsAmount.Dec(), d.StakersAmount.Dec())
	}
	return nil
}

func (o Origin) check() error {
	if o.FromEra > o.ToEra {
		return fmt.Errorf("eras %d to %d: not a range", o.FromEra, o.ToEra)
	}
	return nil
}

// check refuses what no distribution is: no range, lists out of order, or lists that sum to less than they
// are said to have grown.
func (d Distribution) check() error {
	if err := d.Origin.check(); err != nil {
		return err
	}
	operators, stakers, err := d.Balances.Since(Balances{})
	if err != nil {
		return err
	}
	if operators.Lt(&d.OperatorsAmount) || stakers.Lt(&d.StakersAmount) {
		return fmt.Errorf("lists sum to %s and %s, less than they grew: %s and %s",
			operators.Dec(), stakers.Dec(), d.OperatorsAmount.Dec(), d.StakersAmount.Dec())
	}
	return nil
}
