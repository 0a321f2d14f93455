package reward

import (
	"errors"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

// One Executor's pay under each rule and fact of protocol §8; its full part is 250 of 1,000, its only staker
// gets what is not commission.
func TestSection8OneExecutor(t *testing.T) {
	half := uint64(core.One / 2)
	for _, c := range []struct {
		name             string
		change           func(*Facts)
		reason           core.Reason
		operator, staker uint64
		unearned         uint64
	}{
		{"all signed", func(*Facts) {}, PartEarned, 0, 250, 0},
		{"commission 10%", func(f *Facts) { f.Executors[0].CommissionBps = 1000 }, PartEarned, 25, 225, 0},
		{"commission rounds for the stakers", func(f *Facts) { f.Executors[0].CommissionBps = 33 }, PartEarned, 0, 250, 0},
		{"commission 10000", func(f *Facts) { f.Executors[0].CommissionBps = 10_000 }, PartEarned, 250, 0, 0},
		{"commission 1 bps of 250", func(f *Facts) { f.Executors[0].CommissionBps = 1 }, PartEarned, 0, 250, 0},
		{"half signed, linear", func(f *Facts) { f.Executors[0].Signed = 5 }, PartEarned, 0, 125, 125},
		{"a third signed rounds down twice", func(f *Facts) { f.Certificates, f.Executors[0].Signed, f.Executors[1].Signed = 3, 1, 3 }, PartEarned, 0, 83, 167},
		{"nothing signed", func(f *Facts) { f.Executors[0].Signed = 0 }, PartSignedNothing, 0, 0, 250},
		{"strict, at the floor", func(f *Facts) { f.PerformanceRule, f.Floor, f.Executors[0].Signed = PerformanceStrict, half, 5 }, PartEarned, 0, 125, 125},
		{"strict, above the floor", func(f *Facts) { f.PerformanceRule, f.Floor, f.Executors[0].Signed = PerformanceStrict, half, 8 }, PartEarned, 0, 200, 50},
		{"strict, below the floor", func(f *Facts) { f.PerformanceRule, f.Floor, f.Executors[0].Signed = PerformanceStrict, half+1, 5 }, PartBelowFloor, 0, 0, 250},
		{"strict, floor 0, nothing signed", func(f *Facts) { f.PerformanceRule, f.Executors[0].Signed = PerformanceStrict, 0 }, PartSignedNothing, 0, 0, 250},
		{"floor ignored by linear", func(f *Facts) { f.Floor, f.Executors[0].Signed = core.One, 5 }, PartEarned, 0, 125, 125},
		{"ejected", func(f *Facts) { f.Executors[0].Ejected = true }, PartEjected, 0, 0, 250},
		{"jailed before the era closed", func(f *Facts) { f.Executors[0].Jailed = true }, PartJailed, 0, 0, 250},
		{"no certificates", func(f *Facts) { f.Certificates, f.Executors[0].Signed, f.Executors[1].Signed = 0, 0, 0 }, PartNoCertificates, 0, 0, 1000},
		{"no certificates, floor 0", func(f *Facts) {
			f.PerformanceRule, f.Certificates, f.Executors[0].Signed, f.Executors[1].Signed = PerformanceStrict, 0, 0, 0
		}, PartNoCertificates, 0, 0, 1000},
		{"vault without shares, with commission", func(f *Facts) {
			f.Vaults[0] = Vault{Vault: who(100)}
			f.Executors[0].CommissionBps = 1000
		}, PartEarned, 25, 0, 225},
		{"half of the shares are nobody's", func(f *Facts) { f.Vaults[0].TotalShares = amt(20) }, PartEarned, 0, 125, 125},
		{"rate", func(f *Facts) { f.EmissionRule, f.RateBps = EmissionRate, 1000 }, PartEarned, 0, 10, 0},
		{"rate at the cap", func(f *Facts) { f.EmissionRule, f.RateBps, f.Emission = EmissionRate, 10_000, amt(200) }, PartEarned, 0, 50, 0},
		{"empty pot", func(f *Facts) { f.Emission = amt(0) }, PartEarned, 0, 0, 0},
		{"weight capped by maxStake", func(f *Facts) { f.Executors[0].Contributions[0].Amount = amt(900) }, PartEarned, 0, 250, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := simple()
			c.change(&in)
			p := must(t, in)
			conserved(t, p)
			agree(t, in, p)
			o := p.Operators[0]
			if o.Reason != c.reason {
				t.Errorf("reason %s, want %s", o.Reason.Code, c.reason.Code)
			}
			if want := amt(c.operator); !o.Commission.Eq(&want) {
				t.Errorf("commission %s, want %d", o.Commission.Dec(), c.operator)
			}
			after, err := Balances{}.Apply(p)
			if err != nil {
				t.Fatal(err)
			}
			staker, wantStaker, wantUnearned := after.Stakers.Of(who(50)), amt(c.staker), amt(c.unearned)
			if !staker.Eq(&wantStaker) || !p.Unearned.Eq(&wantUnearned) {
				t.Errorf("staker %s, unearned %s; want %d and %d", staker.Dec(), p.Unearned.Dec(), c.staker, c.unearned)
			}
		})
	}
}

// §8.3: two vaults in proportion to what they contributed, stakers by shares, each division rounded down.
func TestSection8Split(t *testing.T) {
	in := Facts{
		Emission: amt(1000), Total: amt(100), Certificates: 1,
		Executors: []Executor{{Operator: who(1), Weight: amt(100), Signed: 1, CommissionBps: 999, Contributions: []Contribution{
			{who(100), amt(200)}, {who(101), amt(100)}, {who(102), amt(0)}, {who(103), amt(60)},
		}}},
		Vaults: []Vault{
			{Vault: who(100), TotalShares: amt(7), Shares: held([]Balance{{who(1), amt(3)}, {who(50), amt(4)}})},
			{Vault: who(101), TotalShares: amt(3), Shares: held([]Balance{{who(50), amt(1)}, {who(51), amt(1)}, {who(52), amt(1)}})},
			{Vault: who(102), TotalShares: amt(3), Shares: held([]Balance{{who(53), amt(3)}})},
			{Vault: who(103)},
		},
	}
	p := must(t, in)
	// part 1,000; commission 99; rest 901; vaults ⌊901·200/360⌋ = 500, 250, 0 and 150 without shares.
	// Vault 100: ⌊500·3/7⌋ = 214, 285. Vault 101: 83 each.
	want := []Balance{{who(1), amt(214)}, {who(50), amt(285 + 83)}, {who(51), amt(83)}, {who(52), amt(83)}}
	if p.Stakers.Len() != len(want) {
		t.Fatalf("stakers %v", p.Stakers)
	}
	for i, w := range want {
		if got := listed(p.Stakers)[i]; got != w {
			t.Errorf("staker %d: %s gets %s, want %s %s", i, got.Account, got.Amount.Dec(), w.Account, w.Amount.Dec())
		}
	}
	// Dust: 901 − 900 between the vaults, 1 in vault 100, 1 in vault 101.
	for _, w := range []struct {
		name string
		got  core.Amount
		want uint64
	}{{"idle", p.Idle, 0}, {"shareless", p.Shareless, 150}, {"dust", p.Dust, 3}, {"unearned", p.Unearned, 153}, {"paid", p.Paid, 847}} {
		if want := amt(w.want); !w.got.Eq(&want) {
			t.Errorf("%s %s, want %d", w.name, w.got.Dec(), w.want)
		}
	}
	// The operator is a staker too: in both trees, separately.
	after, err := Balances{}.Apply(p)
	if err != nil {
		t.Fatal(err)
	}
	if o, s := after.Operators.Of(who(1)), after.Stakers.Of(who(1)); o.Uint64() != 99 || s.Uint64() != 214 {
		t.Errorf("operator tree %s, staker tree %s; want 99 and 214", o.Dec(), s.Dec())
	}
}

// §9: an era without a set pays nobody; what was reserved for a discarded proposal is all unearned.
func TestSection9EraWithoutSet(t *testing.T) {
	for _, rule := range EmissionIDs() {
		p := must(t, Facts{Era: 3, Emission: amt(70), EmissionRule: rule, RateBps: 10})
		conserved(t, p)
		if !p.Paid.IsZero() || !p.Unearned.Eq(&p.Pool) {
			t.Errorf("rule %d: paid %s, unearned %s of %s", rule, p.Paid.Dec(), p.Unearned.Dec(), p.Pool.Dec())
		}
	}
}

// One division per formula: rounding pool·weight/total first would give 0 here.
func TestSection8PartIsOneDivision(t *testing.T) {
	in := simple()
	in.Emission, in.Certificates = amt(7), 3
	in.Executors[0].Signed, in.Executors[1].Signed = 2, 3
	// 7·100·(2/3 rounded down)/400 = 1.16…; 7·300/400 = 5.25
	p := must(t, in)
	if p.Operators[0].Part.Uint64() != 1 || p.Operators[1].Part.Uint64() != 5 {
		t.Errorf("parts %s and %s, want 1 and 5", p.Operators[0].Part.Dec(), p.Operators[1].Part.Dec())
	}
	in.Emission, in.Executors[0].Signed = amt(15), 3
	in.Executors[0].Weight, in.Executors[0].Contributions[0].Amount, in.Total = amt(200), amt(200), amt(500)
	in.Executors[0].Signed = 2 // 15·200/500 = 6 · 0.666… = 3.99…: exact is 3
	if p = must(t, in); p.Operators[0].Part.Uint64() != 3 {
		t.Errorf("part %s, want 3", p.Operators[0].Part.Dec())
	}
}

// Facts that contradict themselves are an error that says what is wrong with which values, never a payout.
func TestContradictingFacts(t *testing.T) {
	huge := new(uint256.Int).Not(new(uint256.Int))
	for _, c := range []struct {
		name   string
		change func(*Facts)
		says   string
	}{
		{"weights are not the total", func(f *Facts) { f.Total = amt(401) }, "weights sum to 400, the header's total is 401"},
		{"total too wide", func(f *Facts) { f.Total.Lsh(uint256.NewInt(1), 96) }, "exceeds 96 bits"},
		{"Executor twice", func(f *Facts) { f.Executors[1].Operator = who(1) }, "listed twice"},
		{"weight 0", func(f *Facts) { f.Executors[0].Weight, f.Total = amt(0), amt(300) }, "weight 0"},
		{"signed more than there were", func(f *Facts) { f.Executors[0].Signed = 11 }, "signed 11 of 10"},
		{"signed without certificates", func(f *Facts) { f.Certificates = 0 }, "signed 10 of 0"},
		{"commission above 10,000", func(f *Facts) { f.Executors[0].CommissionBps = 10_001 }, "commission 10001 bps"},
		{"rate above 10,000", func(f *Facts) { f.EmissionRule, f.RateBps = EmissionRate, 10_001 }, "era rate 10001 bps"},
		{"floor above 1", func(f *Facts) { f.Floor = core.One + 1 }, "floor 1000000000000000001"},
		{"contributions below the weight", func(f *Facts) { f.Executors[0].Contributions[0].Amount = amt(99) }, "contribute 99, less than the weight 100"},
		{"no contributions", func(f *Facts) { f.Executors[0].Contributions = nil }, "contribute 0"},
		{"vault contributes twice", func(f *Facts) {
			f.Executors[0].Contributions = append(f.Executors[0].Contributions, Contribution{who(100), amt(1)})
		}, "contributes twice"},
		{"17 vaults", func(f *Facts) {
			for n := range 16 {
				f.Executors[0].Contributions = append(f.Executors[0].Contributions, Contribution{who(200 + n), amt(1)})
			}
		}, "17 vaults: more than 16"},
		{"129 Executors", func(f *Facts) { f.Executors = make([]Executor, 129) }, "129 Executors: more than 128"},
		{"vault not read", func(f *Facts) { f.Vaults = f.Vaults[1:] }, "not among the facts"},
		{"vault read twice", func(f *Facts) { f.Vaults = append(f.Vaults, f.Vaults[0]) }, "its shares are listed twice"},
		{"more shares than there are", func(f *Facts) { f.Vaults[0].TotalShares = amt(9) }, "stakers hold 10 shares of 9"},
		{"shares in a vault without any", func(f *Facts) { f.Vaults[0].TotalShares = amt(0) }, "stakers hold 10 shares of 0"},
		{"shares overflow", func(f *Facts) {
			f.Vaults[0].Shares = held([]Balance{{who(50), *huge}, {who(51), amt(1)}})
		}, "exceeds 256 bits"},
		{"contributions overflow", func(f *Facts) {
			f.Executors[0].Contributions = []Contribution{{who(100), *huge}, {who(101), amt(1)}}
		}, "exceeds 256 bits"},
		{"unknown emission rule", func(f *Facts) { f.EmissionRule = 2 }, "emission rule 2: not known"},
		{"unknown performance rule", func(f *Facts) { f.PerformanceRule = 2 }, "performance rule 2: not known"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := simple()
			c.change(&in)
			p, err := Calculate(in)
			if err == nil {
				t.Fatalf("paid %s", p.Paid.Dec())
			}
			if !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "set 1 era 5") {
				t.Errorf("error %q does not say %q and of which era", err, c.says)
			}
			if len(p.Operators) > 0 || p.Stakers.Len() > 0 {
				t.Error("an error and a payout")
			}
			if strings.Contains(c.name, "overflow") && !errors.Is(err, errOverflow) {
				t.Errorf("error %q is not an overflow", err)
			}
		})
	}
}

// A payout that does not add up is never returned: what the calculation asserts, made false by hand.
func TestSection8Assertions(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Payout)
		says   string
	}{
		{"pays beyond the pool", func(p *Payout) { p.Stakers = held([]Balance{{who(50), amt(100_000)}}) }, "paid exceeds the pool"},
		{"pays a unit too much", func(p *Payout) { p.Stakers = held([]Balance{{who(50), amt(249)}, {who(51), amt(750)}}) }, "of which 0 explained"},
		{"parts beyond the pool", func(p *Payout) { p.Pool = amt(999) }, "parts exceed the pool"},
		{"pool beyond the emission", func(p *Payout) { p.Emission = amt(999) }, "pool 1000 exceeds the emission 999"},
		{"vaults beyond the rest", func(p *Payout) { p.Operators[0].Vaults[0].Part = amt(251) }, "vaults get more than its rest"},
		{"stakers beyond the vault's part", func(p *Payout) { p.Operators[0].Vaults[0].Paid = amt(251) }, "stakers get more than its part"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := must(t, simple())
			p.Paid, p.Unearned, p.Idle, p.Shareless, p.Dust = amt(0), amt(0), amt(0), amt(0), amt(0)
			c.change(&p)
			if err := p.balance(core.Machine{}); err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v, want %q", err, c.says)
			}
		})
	}
}
