package reward

import (
	"math/rand"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
)

// An operator that is also a staker, over two eras: both trees, every division, in words and numbers.
func TestExplain(t *testing.T) {
	first, second := simple(), simple()
	first.Executors[0].CommissionBps = 1000
	first.Vaults[1].Shares, first.Vaults[1].TotalShares = held([]Balance{{who(51), amt(7)}, {who(1), amt(3)}}), amt(11)
	second.Era, second.EmissionRule, second.RateBps = 6, EmissionRate, 5000
	second.PerformanceRule, second.Floor, second.Executors[0].Signed = PerformanceStrict, 900000000000000000, 8
	payouts := []Payout{must(t, first), must(t, second)}
	steps, err := Explain(who(1), Balances{Operators: held([]Balance{leaf(1, 4)})}, payouts)
	if err != nil {
		t.Fatal(err)
	}
	a := func(n string) string { return "0x00000000000000000000000000000000000000" + n }
	want := `operator · from earlier distributions: 4
operator · era 5 · pool is the whole emission: 1000 = emission; emission 1000
operator · era 5 · operator ` + a("01") + ` · earned by weight and performance: 250 = ⌊pool · weight · performance / (total · 1e18)⌋; pool 1000, weight 100, performance 1000000000000000000, total 400, signed 10, certificates 10
operator · era 5 · operator ` + a("01") + ` · operator's commission: 25 = ⌊part · commissionBps / 10000⌋; part 250, commissionBps 1000
operator · era 6 · pool is a rate of the weight: 200 = min(emission, ⌊rateBps · total / 10000⌋); emission 1000, rateBps 5000, total 400
operator · era 6 · operator ` + a("01") + ` · signed less than the floor: 0 = ⌊pool · weight · performance / (total · 1e18)⌋; pool 200, weight 100, performance 0, total 400, signed 8, certificates 10, ratio 800000000000000000, floor 900000000000000000
operator · era 6 · operator ` + a("01") + ` · operator's commission: 0 = ⌊part · commissionBps / 10000⌋; part 0, commissionBps 0
operator · cumulative amount in the tree: 29 = carried + the eras'; carried 4
staker · era 5 · pool is the whole emission: 1000 = emission; emission 1000
staker · era 5 · operator ` + a("02") + ` · earned by weight and performance: 750 = ⌊pool · weight · performance / (total · 1e18)⌋; pool 1000, weight 300, performance 1000000000000000000, total 400, signed 10, certificates 10
staker · era 5 · operator ` + a("02") + ` · operator's commission: 0 = ⌊part · commissionBps / 10000⌋; part 750, commissionBps 0
staker · era 5 · operator ` + a("02") + ` · vault ` + a("65") + ` · vault's part of the rest: 750 = ⌊(part − commission) · contribution / contributed⌋; part 750, commission 0, contribution 300, contributed 300
staker · era 5 · operator ` + a("02") + ` · vault ` + a("65") + ` · staker's part by shares: 204 = ⌊vault's part · shares / totalShares⌋; vault's part 750, shares 3, totalShares 11
staker · cumulative amount in the tree: 204 = carried + the eras'; carried 0
`
	if got := Text(steps); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if steps, err := Explain(who(999), Balances{}, payouts); err != nil || len(steps) != 0 {
		t.Errorf("a stranger has %d steps (%v)", len(steps), err)
	}
}

// Every amount of every account can be explained: carried plus the eras' last steps is the leaf.
func TestExplainAddsUp(t *testing.T) {
	r := rand.New(rand.NewSource(6))
	activated := Balances{Operators: held([]Balance{leaf(0, 2), leaf(2, 8)}), Stakers: held([]Balance{leaf(1, 3)})}
	var payouts []Payout
	after := activated
	for e := range core.Era(5) {
		in := randomFacts(r, shape{5, 6, 6, 40, 30, 20})
		in.Era = e
		payouts = append(payouts, must(t, in))
		var err error
		if after, err = after.Apply(payouts[e]); err != nil {
			t.Fatal(err)
		}
	}
	explained := 0
	for n := range 20 {
		steps, err := Explain(who(n), activated, payouts)
		if err != nil {
			t.Fatal(err)
		}
		sums := map[Role]core.Amount{}
		for _, s := range steps {
			sum := sums[s.Role]
			switch last := s.Reason == Commission && s.Role == AsOperator || s.Reason == StakerPaid || s.Reason == Carried; {
			case last:
				sum.Add(&sum, &s.Amount)
				sums[s.Role] = sum
			case s.Reason == Cumulative && !sum.Eq(&s.Amount):
				t.Errorf("%s %s: steps sum to %s, the leaf is %s", s.Role, who(n), sum.Dec(), s.Amount.Dec())
			case s.Reason == Cumulative:
				explained++
			}
		}
		for role, list := range map[Role]Amounts{AsOperator: after.Operators, AsStaker: after.Stakers} {
			if sum, leaf := sums[role], list.Of(who(n)); !sum.Eq(&leaf) {
				t.Errorf("%s %s: steps sum to %s, the balances say %s", role, who(n), sum.Dec(), leaf.Dec())
			}
		}
	}
	if explained < 15 {
		t.Errorf("only %d leaves explained", explained)
	}
}

// A payout that was changed by hand is not explained.
func TestExplainRefusesWhatDoesNotAddUp(t *testing.T) {
	p := must(t, simple())
	p.Stakers = held([]Balance{{who(50), amt(251)}, {who(51), amt(750)}})
	if _, err := Explain(who(50), Balances{}, []Payout{p}); err == nil || !strings.Contains(err.Error(), "the era pays 1000") {
		t.Errorf("error %v", err)
	}
}

// Who had no shares at the capture has nothing to explain, in a vault with shares or without.
func TestExplainOfNoShares(t *testing.T) {
	in := simple()
	in.Vaults[0].Shares = held(append(listed(in.Vaults[0].Shares), Balance{Account: who(60)}))
	in.Vaults[1] = Vault{Vault: who(101), Shares: held([]Balance{{Account: who(60)}})}
	if steps, err := Explain(who(60), Balances{}, []Payout{must(t, in)}); err != nil || len(steps) != 0 {
		t.Errorf("got (%v)\n%s", err, Text(steps))
	}
}
