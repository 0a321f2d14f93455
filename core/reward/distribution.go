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

// Draft is a distribution that is not whole yet: eras are paid into it one by one, so that what each has for every staker
// need not be kept.
type Draft struct {
	d    Distribution
	next core.Era
	done bool
	on   core.Machine
}

// Open begins a distribution on the balances that were activated last. Errors: a range that is not one.
func Open(of Origin, activated Balances, on core.Machine) (*Draft, error) {
	if err := of.check(); err != nil {
		return nil, fmt.Errorf("distribute set %d eras %d to %d: %w", of.Set, of.FromEra, of.ToEra, err)
	}
	return &Draft{d: Distribution{Origin: of, Balances: activated}, next: of.FromEra, on: on}, nil
}

// Pay adds the next era; one without a set has an empty payout. Errors: another era than the next or of another set, and
// whatever Apply refuses.
func (t *Draft) Pay(p Payout) error {
	if t.done {
		return fmt.Errorf("payout is of set %d era %d: eras %d to %d are all paid", p.Set, p.Era, t.d.FromEra, t.d.ToEra)
	}
	if p.Set != t.d.Set || p.Era != t.next {
		return fmt.Errorf("payout is of set %d era %d: want set %d era %d", p.Set, p.Era, t.d.Set, t.next)
	}
	after, operators, stakers, err := t.d.Balances.apply(p, t.on)
	if err != nil {
		return err
	}
	t.d.Balances = after
	if t.d.OperatorsAmount, err = add(t.d.OperatorsAmount, operators); err != nil {
		return fmt.Errorf("sum what operators are paid: %w", err)
	}
	if t.d.StakersAmount, err = add(t.d.StakersAmount, stakers); err != nil {
		return fmt.Errorf("sum what stakers are paid: %w", err)
	}
	t.next, t.done = t.next+1, p.Era == t.d.ToEra // the last era there is has no next
	return nil
}

// Close returns the distribution once all its eras are paid.
func (t *Draft) Close() (Distribution, error) {
	if !t.done {
		return Distribution{}, fmt.Errorf("distribute set %d eras %d to %d: era %d is not paid yet", t.d.Set, t.d.FromEra, t.d.ToEra, t.next)
	}
	return t.d, nil
}

// Distribute applies the payouts of all eras fromEra … toEra, one each and in order (an era without a set has
// an empty one), to the balances that were activated last.
//
// Errors: an era missing, twice or of another set, a range that is not one, and whatever Apply refuses.
func Distribute(of Origin, activated Balances, payouts []Payout) (Distribution, error) {
	t, err := Open(of, activated, core.Machine{})
	if err != nil {
		return Distribution{}, err
	}
	for i, p := range payouts {
		if err := t.Pay(p); err != nil {
			return Distribution{}, fmt.Errorf("distribute set %d eras %d to %d: payout %d: %w", of.Set, of.FromEra, of.ToEra, i, err)
		}
	}
	return t.Close()
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
