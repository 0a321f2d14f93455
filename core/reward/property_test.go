package reward

import (
	"math/big"
	"math/rand"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
)

// every rule there is, so that a new one must pass the properties too.
func eachRule(t *testing.T, run func(t *testing.T, e EmissionID, p PerformanceID)) {
	for _, e := range EmissionIDs() {
		for _, p := range PerformanceIDs() {
			run(t, e, p)
		}
	}
}

// uncapped makes every weight the sum of its contributions: maxStake does not bind.
func uncapped(in Facts) Facts {
	in.Total = core.Amount{}
	for i := range in.Executors {
		sum, _ := in.Executors[i].contributed()
		in.Executors[i].Weight = sum
		in.Total.Add(&in.Total, &sum)
	}
	return in
}

// splitFirst replaces the first Executor by n that together have its contributions.
func splitFirst(r *rand.Rand, in Facts, n int) Facts {
	whole := in.Executors[0]
	var pieces []Executor
	left := slices.Clone(whole.Contributions)
	for i := range n {
		piece := whole
		piece.Operator, piece.Contributions, piece.Weight = who(5000+i), nil, core.Amount{}
		for j, c := range left {
			take := c.Amount
			if i < n-1 {
				take = fromBigUnchecked(new(big.Int).Rand(r, new(big.Int).Add(c.Amount.ToBig(), big.NewInt(1))))
			}
			left[j].Amount.Sub(&left[j].Amount, &take)
			piece.Contributions = append(piece.Contributions, Contribution{c.Vault, take})
			piece.Weight.Add(&piece.Weight, &take)
		}
		if !piece.Weight.IsZero() {
			pieces = append(pieces, piece)
		}
	}
	in.Executors = append(pieces, in.Executors[1:]...)
	return in
}

func fromBigUnchecked(b *big.Int) (a core.Amount) {
	a.SetFromBig(b)
	return a
}

// §8: below the caps no rule pays more for a stake split into several operators; neither parts nor
// commissions grow, and the pool is the same.
func TestSection8SplittingNeverPaysMore(t *testing.T) {
	r := rand.New(rand.NewSource(88))
	eachRule(t, func(t *testing.T, e EmissionID, perf PerformanceID) {
		lost := 0
		for range 100 {
			in := uncapped(randomFacts(r, shape{5, 6, 4, 12, 8, 8}))
			in.EmissionRule, in.PerformanceRule = e, perf
			one := must(t, in)
			many := must(t, splitFirst(r, in, 2+r.Intn(4)))
			if !one.Pool.Eq(&many.Pool) {
				t.Fatalf("rules %d %d: pool %s for one, %s for many", e, perf, one.Pool.Dec(), many.Pool.Dec())
			}
			oldPart, oldCommission := sumOf(one, func(o OperatorPart) bool { return o.Operator == in.Executors[0].Operator })
			newPart, newCommission := sumOf(many, func(o OperatorPart) bool { return compare(o.Operator, who(5000)) >= 0 })
			if newPart.Cmp(oldPart) > 0 || newCommission.Cmp(oldCommission) > 0 {
				t.Fatalf("rules %d %d: one gets %s (commission %s), split it gets %s (%s)", e, perf, oldPart, oldCommission, newPart, newCommission)
			}
			if newPart.Cmp(oldPart) < 0 {
				lost++
			}
			if part, commission := new(big.Int).Sub(oldPart, newPart), new(big.Int).Sub(oldCommission, newCommission); part.Cmp(big.NewInt(5)) > 0 || commission.Cmp(big.NewInt(10)) > 0 {
				t.Fatalf("rules %d %d: splitting costs %s and %s, more than rounding", e, perf, part, commission)
			}
		}
		if lost == 0 {
			t.Errorf("rules %d %d: no case rounded: the test shows nothing", e, perf)
		}
	})
}

func sumOf(p Payout, want func(OperatorPart) bool) (part, commission *big.Int) {
	part, commission = new(big.Int), new(big.Int)
	for _, o := range p.Operators {
		if want(o) {
			part.Add(part, o.Part.ToBig())
			commission.Add(commission, o.Commission.ToBig())
		}
	}
	return part, commission
}

// §10 `committer leaves signers out`: leaving others out of a bitmap, ejecting or jailing them pays nobody a
// unit more; what they lose is unearned.
func TestSection10LeavingOthersOutPaysNobody(t *testing.T) {
	r := rand.New(rand.NewSource(10))
	eachRule(t, func(t *testing.T, e EmissionID, perf PerformanceID) {
		hurt := 0
		for range 100 {
			in := randomFacts(r, shape{6, 6, 5, 30, 20, 20})
			in.EmissionRule, in.PerformanceRule = e, perf
			fair := must(t, in)
			victim := in.Executors[0].Operator
			in.Executors = slices.Clone(in.Executors)
			switch x := &in.Executors[0]; r.Intn(3) {
			case 0:
				x.Signed = uint64(r.Int63n(int64(x.Signed) + 1))
			case 1:
				x.Ejected = true
			case 2:
				x.Jailed = true
			}
			after := must(t, in)
			if !after.Pool.Eq(&fair.Pool) || after.Unearned.Lt(&fair.Unearned) {
				t.Fatalf("pool %s to %s, unearned %s to %s", fair.Pool.Dec(), after.Pool.Dec(), fair.Unearned.Dec(), after.Unearned.Dec())
			}
			if after.Unearned.Gt(&fair.Unearned) {
				hurt++
			}
			for i, o := range after.Operators {
				if was := fair.Operators[i]; o.Operator != victim && (!o.Part.Eq(&was.Part) || !o.Commission.Eq(&was.Commission)) || o.Part.Gt(&was.Part) {
					t.Fatalf("operator %s: part %s became %s", o.Operator, was.Part.Dec(), o.Part.Dec())
				}
			}
			for _, s := range listed(after.Stakers) {
				if was := fair.Stakers.Of(s.Account); s.Amount.Gt(&was) {
					t.Fatalf("staker %s: %s became %s", s.Account, was.Dec(), s.Amount.Dec())
				}
			}
		}
		if hurt < 10 {
			t.Errorf("rules %d %d: only %d cases left anything unearned", e, perf, hurt)
		}
	})
}

// A performance rule never pays more than the ratio, never less for more work, and all of it for all of it.
func TestSection8PerformanceRules(t *testing.T) {
	for _, id := range PerformanceIDs() {
		rule, err := Performance(id)
		if err != nil {
			t.Fatal(err)
		}
		for _, floor := range []uint64{0, 1, core.One / 3, core.One - 1, core.One} {
			last := uint64(0)
			for n := range uint64(301) {
				ratio, err := Ratio(n, 300)
				if err != nil {
					t.Fatal(err)
				}
				got := rule.Performance(ratio, floor)
				if got > ratio || got < last {
					t.Errorf("rule %d floor %d: %d after %d for ratio %d", id, floor, got, last, ratio)
				}
				if earned := rule.Reason(ratio, floor) == PartEarned; earned != (got > 0) {
					t.Errorf("rule %d floor %d ratio %d: performance %d, reason %s", id, floor, ratio, got, rule.Reason(ratio, floor).Code)
				}
				last = got
			}
			if last != core.One {
				t.Errorf("rule %d floor %d: all signed earns %d", id, floor, last)
			}
		}
	}
}

// A rule that pays for work not done is caught before it pays.
func TestRulePayingTooMuchIsRefused(t *testing.T) {
	in := simple()
	in.Executors[0].Signed = 5
	if _, _, _, err := perform(generous{}, in, in.Executors[0]); err == nil {
		t.Error("a performance above the ratio was accepted")
	}
}

type generous struct{ linear }

func (generous) Performance(uint64, uint64) uint64 { return core.One }

// §8.2: ratio = ⌊1e18·signed/certificates⌋ at its edges.
func TestSection8Ratio(t *testing.T) {
	const most = ^uint64(0)
	for _, c := range []struct{ signed, certificates, want uint64 }{
		{0, 0, 0}, {0, 1, 0}, {1, 1, core.One}, {1, 3, 333333333333333333}, {2, 3, 666666666666666666},
		{most, most, core.One}, {most - 1, most, core.One - 1}, {1, most, 0}, {719, 720, 998611111111111111},
	} {
		if got, err := Ratio(c.signed, c.certificates); err != nil || got != c.want {
			t.Errorf("%d of %d: got %d %v, want %d", c.signed, c.certificates, got, err, c.want)
		}
	}
	if _, err := Ratio(1, 0); err == nil {
		t.Error("1 of 0 certificates was accepted")
	}
}

// Reasons is data: every code once, with texts; docs/reasons.md stands on it.
func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Reasons() {
		if r.Code == "" || r.Short == "" || len(r.Long) < 40 || seen[r.Code] {
			t.Errorf("reason %+v: empty, too short or twice", r)
		}
		seen[r.Code] = true
	}
	for _, want := range []core.Reason{PoolFixed, PoolRate, PartEarned, PartSignedNothing, PartBelowFloor, PartNoCertificates,
		PartEjected, PartJailed, Commission, VaultPaid, VaultShareless, StakerPaid, Carried, Cumulative} {
		if !seen[want.Code] {
			t.Errorf("reason %s: not listed", want.Code)
		}
	}
}
