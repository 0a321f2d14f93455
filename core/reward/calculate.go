package reward

import (
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// Calculate returns what an era pays (protocol §8, steps 1 to 4). The same facts in any order give the same
// payout on every machine.
//
// Every division rounds down and what it leaves is unearned: the set's free pot gains, never an account.
// What absent, ejected or jailed Executors do not earn goes to nobody, so that leaving others out of a bitmap
// pays nobody.
//
// Errors: facts that contradict themselves (Executor or vault twice, weights that are not the total, more
// shares than there are, …), an unknown rule id, an amount beyond 256 bits; never a payout that does not add up.
func Calculate(in Facts) (Payout, error) { return CalculateOn(in, core.Machine{}) }

// CalculateOn is Calculate with vaults handled at once, as the Runner does.
func CalculateOn(in Facts, on core.Machine) (Payout, error) {
	p, err := calculate(in, on)
	if err != nil {
		return Payout{}, fmt.Errorf("calculate rewards of set %d era %d: %w", in.Set, in.Era, err)
	}
	return p, nil
}

func calculate(in Facts, on core.Machine) (Payout, error) {
	if err := in.check(); err != nil {
		return Payout{}, err
	}
	emission, err := Emission(in.EmissionRule)
	if err != nil {
		return Payout{}, err
	}
	performance, err := Performance(in.PerformanceRule)
	if err != nil {
		return Payout{}, err
	}
	p := Payout{
		Set: in.Set, Era: in.Era, Emission: in.Emission, PoolReason: emission.Reason(),
		Total: in.Total, RateBps: in.RateBps, Floor: in.Floor, Certificates: in.Certificates,
	}
	if p.Pool, err = emission.Pool(EmissionFacts{Emission: in.Emission, Total: in.Total, RateBps: in.RateBps}); err != nil {
		return Payout{}, err
	}
	vaults, err := openLedger(in.Vaults, on)
	if err != nil {
		return Payout{}, err
	}
	for i, x := range in.Executors {
		o, err := earn(performance, in, p.Pool, x)
		if err == nil {
			err = split(&o, i, x.Contributions, vaults)
		}
		if err != nil {
			return Payout{}, fmt.Errorf("Executor %s: %w", x.Operator, err)
		}
		p.Operators = append(p.Operators, o)
	}
	if p.Stakers, err = vaults.settle(p.Operators, p.Pool); err != nil {
		return Payout{}, err
	}
	p.Holders = p.Stakers.Len()
	for _, o := range p.Operators {
		slices.SortFunc(o.Vaults, func(a, b VaultPart) int { return compare(a.Vault, b.Vault) })
	}
	slices.SortFunc(p.Operators, func(a, b OperatorPart) int { return compare(a.Operator, b.Operator) })
	if err := p.balance(on); err != nil {
		return Payout{}, err
	}
	return p, nil
}

// earn is step 2 and the first half of step 3: an Executor's part and the commission of it.
func earn(rule PerformanceRule, in Facts, pool core.Amount, x Executor) (OperatorPart, error) {
	o := OperatorPart{Operator: x.Operator, Weight: x.Weight, Signed: x.Signed, CommissionBps: x.CommissionBps}
	var err error
	if o.Ratio, o.Performance, o.Reason, err = perform(rule, in, x); err != nil {
		return OperatorPart{}, err
	}
	// One division over exact products: dividing twice would round twice, and two who implement the formula
	// would differ. weight and total have at most 96 bits and 1e18 has 60: neither product can overflow.
	var work, all core.Amount
	performance, one := small(o.Performance), small(core.One)
	work.Mul(&x.Weight, &performance)
	all.Mul(&in.Total, &one)
	if o.Part, err = mulDiv(pool, work, all); err != nil {
		return OperatorPart{}, fmt.Errorf("take its part of the pool: %w", err)
	}
	if o.Commission, err = share(o.Part, x.CommissionBps); err != nil {
		return OperatorPart{}, fmt.Errorf("take its commission: %w", err)
	}
	if o.Rest, err = sub(o.Part, o.Commission); err != nil {
		return OperatorPart{}, fmt.Errorf("take its commission: %w", err)
	}
	o.Contributed, err = x.contributed()
	return o, err
}

// split is the second half of step 3: the rest goes to the vaults that counted, and in each to its stakers.
func split(o *OperatorPart, executor int, contributions []Contribution, vaults *ledger) error {
	for place, c := range contributions {
		part, err := mulDiv(o.Rest, c.Amount, o.Contributed)
		if err != nil {
			return fmt.Errorf("vault %s: take its part: %w", c.Vault, err)
		}
		v, err := vaults.owe(executor, place, c, part)
		if err != nil {
			return fmt.Errorf("vault %s: %w", c.Vault, err)
		}
		o.Vaults = append(o.Vaults, v)
	}
	return nil
}
