package reward

import (
	"math/rand"
	"reflect"
	"testing"

	"github.com/gear-tech/roster/core"
)

func ptr[T any](v T) *T { return &v }

// TestSimulate: a comparison is what two plain calculations say, whatever is changed, and the facts stay as they were.
func TestSimulate(t *testing.T) {
	r := rand.New(rand.NewSource(11))
	for range 200 {
		in := randomFacts(r, shape{executors: 1 + r.Intn(6), vaults: 4, stakers: 5, emissionBits: 90, stakeBits: 80, shareBits: 90})
		c := Change{
			EmissionRule: ptr(EmissionID(r.Intn(2))), RateBps: ptr(core.Bps(r.Intn(whole + 1))),
			PerformanceRule: ptr(PerformanceID(r.Intn(2))), Floor: ptr(uint64(r.Int63n(core.One + 1))),
			EraReward:   ptr(below(r, 90)),
			Commissions: []OperatorBps{{who(0), core.Bps(r.Intn(whole + 1))}, {who(77), 5}}, // the latter is no Executor
			Signed:      []OperatorBps{{who(1), core.Bps(r.Intn(whole + 1))}},
			Pardoned:    []core.Address{who(0), who(2)},
		}
		// The same change, by hand.
		changed := in
		changed.EmissionRule, changed.RateBps, changed.PerformanceRule, changed.Floor = *c.EmissionRule, *c.RateBps, *c.PerformanceRule, *c.Floor
		changed.Emission = *c.EraReward
		changed.Executors = append([]Executor(nil), in.Executors...)
		for i := range changed.Executors {
			x := &changed.Executors[i]
			switch x.Operator {
			case who(0):
				x.CommissionBps, x.Ejected, x.Jailed = c.Commissions[0].Bps, false, false
			case who(1):
				x.Signed = in.Certificates * uint64(c.Signed[0].Bps) / whole
			case who(2):
				x.Ejected, x.Jailed = false, false
			}
		}
		before, after := must(t, in), must(t, changed)
		have, err := Simulate(in, c, core.Machine{})
		if err != nil {
			t.Fatal(err)
		}
		want := Comparison{
			Before: Totals{in.Emission, before.Pool, before.Paid, before.Unearned},
			After:  Totals{*c.EraReward, after.Pool, after.Paid, after.Unearned},
		}
		for i, o := range before.Operators {
			x := Compared{Operator: o.Operator, Before: Earned{Commission: o.Commission}, After: Earned{Commission: after.Operators[i].Commission}}
			for j, v := range o.Vaults {
				x.Before.Stakers.Add(&x.Before.Stakers, &v.Paid)
				x.After.Stakers.Add(&x.After.Stakers, &after.Operators[i].Vaults[j].Paid)
			}
			want.Operators = append(want.Operators, x)
		}
		if !reflect.DeepEqual(have, want) {
			t.Fatalf("have %+v\nwant %+v", have, want)
		}
		if again := must(t, in); !reflect.DeepEqual(again, before) {
			t.Fatal("the facts were changed")
		}
		nothing, err := Simulate(in, Change{}, core.Machine{})
		if err != nil || nothing.Before != nothing.After || nothing.Before != want.Before {
			t.Fatalf("no change: %+v (%v)", nothing, err)
		}
	}
}

// TestSimulateSums: what operators get and nobody earned is the pool, and eras add up operator by operator.
func TestSimulateSums(t *testing.T) {
	r := rand.New(rand.NewSource(12))
	var sum Comparison
	of := map[core.Address]core.Amount{}
	var paid core.Amount
	for n := range 20 {
		in := randomFacts(r, shape{executors: 1 + n%5, vaults: 3, stakers: 4, emissionBits: 90, stakeBits: 80, shareBits: 90})
		one, err := Simulate(in, Change{PerformanceRule: ptr(PerformanceLinear), Commissions: []OperatorBps{{who(1), 0}}}, core.Machine{})
		if err != nil {
			t.Fatal(err)
		}
		all := one.After.Unearned
		for _, o := range one.Operators {
			all.Add(&all, &o.After.Commission)
			all.Add(&all, &o.After.Stakers)
			had := of[o.Operator]
			of[o.Operator] = *had.Add(&had, &o.After.Stakers)
			if o.Operator == who(1) && !o.After.Commission.IsZero() {
				t.Errorf("commission 0 pays %s", o.After.Commission.Dec())
			}
		}
		if all != one.After.Pool {
			t.Errorf("operators' and stakers' parts and what is unearned: %s, the pool %s", all.Dec(), one.After.Pool.Dec())
		}
		paid.Add(&paid, &one.After.Paid)
		if sum, err = sum.Add(one); err != nil {
			t.Fatal(err)
		}
	}
	if sum.After.Paid != paid || len(sum.Operators) != len(of) {
		t.Errorf("paid %s, want %s; %d operators, want %d", sum.After.Paid.Dec(), paid.Dec(), len(sum.Operators), len(of))
	}
	for i, o := range sum.Operators {
		if want := of[o.Operator]; o.After.Stakers != want || i > 0 && compare(sum.Operators[i-1].Operator, o.Operator) >= 0 {
			t.Errorf("operator %s: %s, want %s", o.Operator, o.After.Stakers.Dec(), want.Dec())
		}
	}
}

// TestSimulateRefused: what no change can be.
func TestSimulateRefused(t *testing.T) {
	for name, c := range map[string]Change{
		"commission of more than all": {Commissions: []OperatorBps{{who(1), whole + 1}}},
		"signed more than all":        {Signed: []OperatorBps{{who(1), whole + 1}}},
		"an operator twice":           {Commissions: []OperatorBps{{who(1), 1}, {who(1), 1}}},
		"unknown emission rule":       {EmissionRule: ptr(EmissionID(9))},
		"unknown performance rule":    {PerformanceRule: ptr(PerformanceID(9))},
		"floor above one":             {Floor: ptr(uint64(core.One + 1))},
		"rate above all":              {EmissionRule: ptr(EmissionRate), RateBps: ptr(core.Bps(whole + 1))},
	} {
		if have, err := Simulate(simple(), c, core.Machine{}); err == nil {
			t.Errorf("%s: %+v", name, have)
		}
	}
	empty := Facts{Emission: amt(7)} // nobody was elected: there is nothing that a reward could be for
	if have, err := Simulate(empty, Change{EraReward: ptr(amt(9))}, core.Machine{}); err != nil || have.After.Emission != amt(7) {
		t.Errorf("an era without a set: %+v (%v)", have, err)
	}
}
