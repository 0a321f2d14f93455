package reward

import (
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// Change is what Simulate changes in an era's facts. The zero value changes nothing; what is nil stays as it was at
// each era's capture.
type Change struct {
	EmissionRule    *EmissionID
	RateBps         *core.Bps // 0 … 10,000
	PerformanceRule *PerformanceID
	Floor           *uint64 // 0 … 1e18
	// EraReward takes the place of what was reserved, wVARA base units, in eras that have Executors; the pot is taken
	// to hold it.
	EraReward *core.Amount

	Commissions []OperatorBps  // each operator at most once, 0 … 10,000
	Signed      []OperatorBps  // so much of an era's certificates, rounded down, 0 … 10,000; each operator at most once
	Pardoned    []core.Address // neither ejected nor jailed
}

// OperatorBps is a fraction that is about an operator.
type OperatorBps struct {
	Operator core.Address
	Bps      core.Bps
}

// Apply returns changed facts; those given stay as they are. Who is not an Executor of the era has nothing to change
// in it. Errors: an operator that stands twice in a list, a fraction beyond 10,000. An unknown rule and a floor beyond
// 1e18 are refused by Calculate.
func (c Change) Apply(in Facts) (Facts, error) {
	for _, list := range [][]OperatorBps{c.Commissions, c.Signed} {
		var named []core.Address
		for _, x := range list {
			if x.Bps > whole {
				return Facts{}, fmt.Errorf("change operator %s: %d bps: exceeds %d", x.Operator, x.Bps, whole)
			}
			named = append(named, x.Operator)
		}
		if twice, found := duplicate(named); found {
			return Facts{}, fmt.Errorf("change operator %s: named twice", twice)
		}
	}
	replace(&in.EmissionRule, c.EmissionRule)
	replace(&in.RateBps, c.RateBps)
	replace(&in.PerformanceRule, c.PerformanceRule)
	replace(&in.Floor, c.Floor)
	if len(in.Executors) > 0 {
		replace(&in.Emission, c.EraReward)
	}
	in.Executors = slices.Clone(in.Executors)
	for i := range in.Executors {
		c.executor(&in.Executors[i], in.Certificates)
	}
	return in, nil
}

func (c Change) executor(x *Executor, certificates uint64) {
	for _, o := range c.Commissions {
		if o.Operator == x.Operator {
			x.CommissionBps = o.Bps
		}
	}
	for _, o := range c.Signed {
		if o.Operator == x.Operator {
			x.Signed = certificates/whole*uint64(o.Bps) + certificates%whole*uint64(o.Bps)/whole // without overflow
		}
	}
	if slices.Contains(c.Pardoned, x.Operator) {
		x.Ejected, x.Jailed = false, false
	}
}

func replace[T any](value, by *T) {
	if by != nil {
		*value = *by
	}
}

// Totals are what eras offered and paid, wVARA base units.
type Totals struct {
	Emission, Pool, Paid, Unearned core.Amount
}

// Earned is what came of one operator's work, wVARA base units.
type Earned struct {
	Commission core.Amount // its own
	Stakers    core.Amount // what all stakers behind it got through it
}

// Compared is one operator's earnings before and after a change.
type Compared struct {
	Operator      core.Address
	Before, After Earned
}

// Comparison is what a change would have done to one era, or to several together.
type Comparison struct {
	Before, After Totals
	Operators     []Compared // all Executors of the eras, ascending by operator
}

// Simulate calculates an era as it was and with a change, and compares. What it cannot know is how anybody would have
// acted: stakes, signatures and the set stay those of the era, unless the change says otherwise.
//
// Errors: those of Apply and of Calculate.
func Simulate(in Facts, c Change, on core.Machine) (Comparison, error) {
	changed, err := c.Apply(in)
	if err != nil {
		return Comparison{}, fmt.Errorf("simulate set %d era %d: %w", in.Set, in.Era, err)
	}
	before, err := CalculateOn(in, on)
	if err != nil {
		return Comparison{}, err
	}
	after, err := CalculateOn(changed, on)
	if err != nil {
		return Comparison{}, fmt.Errorf("with the change: %w", err)
	}
	out := Comparison{Before: totalsOf(before), After: totalsOf(after)}
	for i, o := range before.Operators { // both payouts have the same Executors, ascending
		x := Compared{Operator: o.Operator}
		if x.Before, err = earnedBy(o); err == nil {
			x.After, err = earnedBy(after.Operators[i])
		}
		if err != nil {
			return Comparison{}, fmt.Errorf("operator %s: %w", o.Operator, err)
		}
		out.Operators = append(out.Operators, x)
	}
	return out, nil
}

func totalsOf(p Payout) Totals {
	return Totals{Emission: p.Emission, Pool: p.Pool, Paid: p.Paid, Unearned: p.Unearned}
}

func earnedBy(o OperatorPart) (e Earned, err error) {
	e.Commission = o.Commission
	for _, v := range o.Vaults {
		if e.Stakers, err = add(e.Stakers, v.Paid); err != nil {
			return Earned{}, fmt.Errorf("sum what its stakers get: %w", err)
		}
	}
	return e, nil
}

// Add returns both comparisons together, each operator once. Error: a sum beyond 256 bits.
func (c Comparison) Add(other Comparison) (sum Comparison, err error) {
	if sum.Before, err = c.Before.add(other.Before); err != nil {
		return Comparison{}, err
	}
	if sum.After, err = c.After.add(other.After); err != nil {
		return Comparison{}, err
	}
	a, b := c.Operators, other.Operators // both ascend
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && compare(a[0].Operator, b[0].Operator) < 0:
			sum.Operators, a = append(sum.Operators, a[0]), a[1:]
		case len(a) == 0 || compare(b[0].Operator, a[0].Operator) < 0:
			sum.Operators, b = append(sum.Operators, b[0]), b[1:]
		default:
			x := Compared{Operator: a[0].Operator}
			if x.Before, err = a[0].Before.add(b[0].Before); err != nil {
				return Comparison{}, err
			}
			if x.After, err = a[0].After.add(b[0].After); err != nil {
				return Comparison{}, err
			}
			sum.Operators, a, b = append(sum.Operators, x), a[1:], b[1:]
		}
	}
	return sum, nil
}

func (t Totals) add(o Totals) (sum Totals, err error) {
	for _, x := range []struct {
		into *core.Amount
		a, b core.Amount
	}{{&sum.Emission, t.Emission, o.Emission}, {&sum.Pool, t.Pool, o.Pool}, {&sum.Paid, t.Paid, o.Paid}, {&sum.Unearned, t.Unearned, o.Unearned}} {
		if *x.into, err = add(x.a, x.b); err != nil {
			return Totals{}, err
		}
	}
	return sum, nil
}

func (e Earned) add(o Earned) (sum Earned, err error) {
	if sum.Commission, err = add(e.Commission, o.Commission); err != nil {
		return Earned{}, err
	}
	sum.Stakers, err = add(e.Stakers, o.Stakers)
	return sum, err
}
