package reward

import (
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// flow follows a set's pot from era to era.
type flow struct {
	operator    core.Address
	performance core.Bps
	free        core.Amount
	back        []Reserved // what will come back, ascending by era
	lag         uint64
}

// newFlow checks what Expect was given, and computes what the open eras leave: as if they were like the first that comes.
func newFlow(operator core.Address, coming []Coming, purse Purse, performance core.Bps) (*flow, error) {
	switch {
	case len(coming) == 0:
		return nil, errors.New("no era")
	case performance > whole:
		return nil, fmt.Errorf("performance %d bps: exceeds %d", performance, whole)
	case purse.Lag == 0:
		return nil, errors.New("a purse with lag 0: an era cannot reserve what it leaves itself")
	}
	for i, c := range coming {
		if c.Era != coming[0].Era+core.Era(i) {
			return nil, fmt.Errorf("era %d in place of %d", c.Era, coming[0].Era+core.Era(i))
		}
		if c.Places > c.Equals {
			return nil, fmt.Errorf("era %d: %d places for %d operators", c.Era, c.Places, c.Equals)
		}
	}
	f := &flow{operator: operator, performance: performance, free: purse.Free, lag: purse.Lag}
	for i, o := range purse.Open {
		if o.Era >= coming[0].Era || i > 0 && o.Era <= purse.Open[i-1].Era {
			return nil, fmt.Errorf("open era %d is out of order", o.Era)
		}
		p, err := Calculate(f.typical(coming[0], o.Emission))
		if err != nil {
			return nil, err
		}
		if err := f.leave(o.Era, o.Emission, p.Paid); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// typical are an era's facts with everybody at work.
func (f *flow) typical(c Coming, emission core.Amount) Facts {
	in := c.Facts
	in.Emission, in.Certificates = emission, whole
	in.Executors = make([]Executor, len(c.Executors))
	for i, x := range c.Executors {
		x.Signed, x.Ejected, x.Jailed = uint64(f.performance), false, false
		in.Executors[i] = x
	}
	return in
}

// leave notes what an era does not pay.
func (f *flow) leave(e core.Era, emission, paid core.Amount) error {
	rest, err := sub(emission, paid)
	f.back = append(f.back, Reserved{e, rest})
	return err
}

// reserve is what Rewards.reserve takes for an era (protocol §8), once what is back by then is in the free pot; then what is
// spent besides leaves it, as far as it goes.
func (f *flow) reserve(e core.Era, most, spent core.Amount) (emission, left core.Amount, err error) {
	for len(f.back) > 0 && uint64(f.back[0].Era)+f.lag <= uint64(e) {
		if f.free, err = add(f.free, f.back[0].Emission); err != nil {
			return emission, left, err
		}
		f.back = f.back[1:]
	}
	emission = least(most, f.free)
	f.free.Sub(&f.free, &emission)
	left, spent = f.free, least(spent, f.free)
	f.free.Sub(&f.free, &spent)
	return emission, left, nil
}

func least(a, b core.Amount) core.Amount {
	if a.Lt(&b) {
		return a
	}
	return b
}

// live is one era; full says that the pot had what it offers.
func (f *flow) live(c Coming) (e ExpectedEra, full bool, err error) {
	e = ExpectedEra{Era: c.Era, Places: c.Places, Equals: c.Equals}
	most := c.EraReward
	if len(c.Executors) == 0 { // without a proposal nothing is reserved
		most = core.Amount{}
	}
	if e.Emission, e.Free, err = f.reserve(c.Era, most, c.Spent); err != nil {
		return e, false, err
	}
	p, err := Calculate(f.typical(c, e.Emission))
	if err != nil {
		return e, false, err
	}
	e.Pool, e.Paid = p.Pool, p.Paid
	if err := f.leave(c.Era, e.Emission, p.Paid); err != nil {
		return e, false, err
	}
	if full, err = offers(c, most, p.Pool); err != nil {
		return e, false, err
	}
	for _, o := range p.Operators {
		if o.Operator == f.operator {
			err = e.gained(o, c.Behind)
		}
	}
	return e, full, err
}

// offers reports whether a pool is what an era would offer if the pot had enough.
func offers(c Coming, most, pool core.Amount) (bool, error) {
	rule, err := Emission(c.EmissionRule)
	if err != nil {
		return false, err
	}
	want, err := rule.Pool(EmissionFacts{Emission: most, Total: c.Total, RateBps: c.RateBps})
	return want == pool, err
}

// gained fills in what the operator's part of an era's payout brings.
func (e *ExpectedEra) gained(o OperatorPart, behind []Contribution) error {
	all, err := earnedBy(o)
	if err != nil {
		return err
	}
	e.Gain.Commission, e.Gain.Stakers = all.Commission, all.Stakers
	for _, v := range o.Vaults {
		gain := VaultGain{Vault: v.Vault, Stakers: v.Paid}
		for _, b := range behind {
			if b.Vault == v.Vault {
				gain.Behind = b.Amount
			}
		}
		e.Vaults = append(e.Vaults, gain)
		if _, own, found := v.Staker(o.Operator); found && v.Reason == VaultPaid {
			if e.Gain.Own, err = add(e.Gain.Own, own); err != nil {
				return err
			}
		}
	}
	return nil
}

// last lets eras like the last one follow, to the end of a year after it, and returns the first whose pool is less.
func (f *flow) last(c Coming, like ExpectedEra, eras uint64) (dry core.Era, found bool, err error) {
	if len(c.Executors) == 0 {
		return 0, false, nil
	}
	for range eras {
		c.Era++
		emission, _, err := f.reserve(c.Era, c.EraReward, c.Spent)
		if err != nil {
			return 0, false, err
		}
		rule, err := Emission(c.EmissionRule)
		if err != nil {
			return 0, false, err
		}
		pool, err := rule.Pool(EmissionFacts{Emission: emission, Total: c.Total, RateBps: c.RateBps})
		if err != nil {
			return 0, false, err
		}
		if pool.Lt(&like.Pool) {
			return c.Era, true, nil
		}
		if err := f.leave(c.Era, emission, like.Paid); err != nil { // the same pool is split the same way
			return 0, false, err
		}
	}
	return 0, false, nil
}
