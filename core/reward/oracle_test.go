package reward

import (
	"fmt"
	"math/big"
	"math/rand"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
)

// oracle is protocol §8 a second time, as dumb as can be: big integers, maps, the formulas as they stand.
type oracle struct {
	pool, unearned      *big.Int
	operators, stakers  map[core.Address]*big.Int
	parts               map[core.Address]*big.Int
	performance, ratios map[core.Address]*big.Int
}

func big1e18() *big.Int { return new(big.Int).Exp(big.NewInt(10), big.NewInt(18), nil) }

func mul(n ...*big.Int) *big.Int {
	out := big.NewInt(1)
	for _, x := range n {
		out.Mul(out, x)
	}
	return out
}

func quo(a, b *big.Int) *big.Int { return new(big.Int).Quo(a, b) }

func consult(in Facts) oracle {
	o := oracle{operators: map[core.Address]*big.Int{}, stakers: map[core.Address]*big.Int{},
		parts: map[core.Address]*big.Int{}, performance: map[core.Address]*big.Int{}, ratios: map[core.Address]*big.Int{}}
	give := func(m map[core.Address]*big.Int, a core.Address, n *big.Int) {
		if m[a] == nil {
			m[a] = new(big.Int)
		}
		m[a].Add(m[a], n)
		o.unearned.Sub(o.unearned, n)
	}
	o.pool = in.Emission.ToBig()
	if in.EmissionRule == EmissionRate {
		atRate := quo(mul(in.Total.ToBig(), big.NewInt(int64(in.RateBps))), big.NewInt(10_000))
		if atRate.Cmp(o.pool) < 0 {
			o.pool = atRate
		}
	}
	o.unearned = new(big.Int).Set(o.pool)
	vaults := map[core.Address]Vault{}
	for _, v := range in.Vaults {
		vaults[v.Vault] = v
	}
	for _, x := range in.Executors {
		ratio := new(big.Int)
		if in.Certificates > 0 {
			ratio = quo(mul(big1e18(), new(big.Int).SetUint64(x.Signed)), new(big.Int).SetUint64(in.Certificates))
		}
		o.ratios[x.Operator] = ratio
		performance := ratio
		if in.PerformanceRule == PerformanceStrict && ratio.Cmp(new(big.Int).SetUint64(in.Floor)) < 0 || x.Ejected || x.Jailed {
			performance = new(big.Int)
		}
		o.performance[x.Operator] = performance
		part := quo(mul(o.pool, x.Weight.ToBig(), performance), mul(in.Total.ToBig(), big1e18()))
		o.parts[x.Operator] = part
		commission := quo(mul(part, big.NewInt(int64(x.CommissionBps))), big.NewInt(10_000))
		give(o.operators, x.Operator, commission)
		rest := new(big.Int).Sub(part, commission)
		contributed := new(big.Int)
		for _, c := range x.Contributions {
			contributed.Add(contributed, c.Amount.ToBig())
		}
		for _, c := range x.Contributions {
			v := vaults[c.Vault]
			if v.TotalShares.IsZero() {
				continue
			}
			vaultPart := quo(mul(rest, c.Amount.ToBig()), contributed)
			for s := range v.Shares.All() {
				give(o.stakers, s.Account, quo(mul(vaultPart, s.Amount.ToBig()), v.TotalShares.ToBig()))
			}
		}
	}
	return o
}

// agree compares every number of a payout with the oracle's.
func agree(t testing.TB, in Facts, p Payout) {
	t.Helper()
	want := consult(in)
	same := func(what string, got core.Amount, want *big.Int) {
		t.Helper()
		if got.ToBig().Cmp(want) != 0 {
			t.Errorf("%s: got %s, the oracle says %s", what, got.Dec(), want)
		}
	}
	same("pool", p.Pool, want.pool)
	same("unearned", p.Unearned, want.unearned)
	if len(p.Operators) != len(in.Executors) {
		t.Fatalf("%d parts for %d Executors", len(p.Operators), len(in.Executors))
	}
	for _, o := range p.Operators {
		same("part of "+o.Operator.String(), o.Part, want.parts[o.Operator])
		same("commission of "+o.Operator.String(), o.Commission, want.operators[o.Operator])
		same("ratio of "+o.Operator.String(), small(o.Ratio), want.ratios[o.Operator])
		same("performance of "+o.Operator.String(), small(o.Performance), want.performance[o.Operator])
	}
	for _, s := range listed(p.Stakers) {
		if want.stakers[s.Account] == nil {
			t.Fatalf("staker %s is paid %s, the oracle does not know it", s.Account, s.Amount.Dec())
		}
		same("staker "+s.Account.String(), s.Amount, want.stakers[s.Account])
		delete(want.stakers, s.Account)
	}
	for a, n := range want.stakers {
		if n.Sign() != 0 {
			t.Errorf("staker %s: not paid, the oracle says %s", a, n)
		}
	}
}

// conserved checks protocol §8, step 4 from the outside, over the lists that are paid.
func conserved(t testing.TB, p Payout) {
	t.Helper()
	sum := p.Unearned.ToBig()
	for _, list := range [][]Balance{listed(p.Commissions()), listed(p.Stakers)} {
		for i, pay := range list {
			if pay.Amount.IsZero() || i > 0 && compare(list[i-1].Account, pay.Account) >= 0 {
				t.Errorf("payment %d to %s of %s: zero or out of order", i, pay.Account, pay.Amount.Dec())
			}
			sum.Add(sum, pay.Amount.ToBig())
		}
	}
	if sum.Cmp(p.Pool.ToBig()) != 0 {
		t.Errorf("paid and unearned sum to %s, the pool is %s", sum, p.Pool.Dec())
	}
	if p.Pool.Gt(&p.Emission) {
		t.Errorf("pool %s exceeds the emission %s", p.Pool.Dec(), p.Emission.Dec())
	}
	left := new(big.Int).Add(p.Idle.ToBig(), new(big.Int).Add(p.Shareless.ToBig(), p.Dust.ToBig()))
	if left.Cmp(p.Unearned.ToBig()) != 0 {
		t.Errorf("idle, shareless and dust sum to %s, unearned is %s", left, p.Unearned.Dec())
	}
}

// §8: the same as the oracle for random sets of every size, small numbers (where rounding shows) and large.
func TestSection8AgainstOracle(t *testing.T) {
	shapes := []shape{
		{1, 1, 1, 10, 3, 3},
		{3, 2, 3, 12, 6, 4},
		{9, 12, 5, 20, 10, 8},
		{20, 20, 8, 96, 89, 200},
		{5, 3, 4, 255, 89, 250},
	}
	for i, s := range shapes {
		t.Run(fmt.Sprint(s), func(t *testing.T) {
			r := rand.New(rand.NewSource(int64(i)))
			for range 150 {
				in := randomFacts(r, s)
				p := must(t, in)
				agree(t, in, p)
				conserved(t, p)
			}
		})
	}
}

// §8 at full size: 128 Executors, 16 vaults each, hundreds of stakers, amounts near 2^96, shares near 2^200.
func TestSection8FullSet(t *testing.T) {
	r := rand.New(rand.NewSource(8))
	in := randomFacts(r, shape{MaxExecutors, 40, 300, 96, 89, 200})
	p := must(t, in)
	agree(t, in, p)
	conserved(t, p)
	if p.Stakers.Len() < 300 || p.Paid.BitLen() < 80 {
		t.Errorf("%d stakers were paid %s: the test is too small to mean anything", p.Stakers.Len(), p.Paid.Dec())
	}
}

// Calculate is the same on every machine and whatever the order of the facts; it leaves its input alone.
func TestOrderOfFactsDoesNotMatter(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for range 50 {
		in := randomFacts(r, shape{8, 6, 6, 40, 30, 30})
		before := Text(everything(t, must(t, in)))
		r.Shuffle(len(in.Executors), func(i, j int) { in.Executors[i], in.Executors[j] = in.Executors[j], in.Executors[i] })
		r.Shuffle(len(in.Vaults), func(i, j int) { in.Vaults[i], in.Vaults[j] = in.Vaults[j], in.Vaults[i] })
		for i, v := range in.Vaults {
			list := listed(v.Shares)
			r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			in.Vaults[i].Shares = held(list)
		}
		vaults := slices.Clone(in.Vaults)
		if after := Text(everything(t, must(t, in))); after != before {
			t.Fatalf("order matters:\n%s\nthen\n%s", before, after)
		}
		if !slices.EqualFunc(vaults, in.Vaults, func(a, b Vault) bool { return a.Vault == b.Vault }) {
			t.Fatal("Calculate sorted its argument in place")
		}
	}
}

// everything explains all accounts of a payout.
func everything(t testing.TB, p Payout) (all []Step) {
	t.Helper()
	for n := range 30 {
		steps, err := Explain(who(n), Balances{}, []Payout{p})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, steps...)
	}
	return all
}

func FuzzCalculate(f *testing.F) {
	for seed := range int64(8) {
		f.Add(seed, uint8(seed*31), uint8(seed*5), uint8(seed*7), uint8(seed*29), uint8(seed*11), uint8(seed*25))
	}
	f.Fuzz(func(t *testing.T, seed int64, executors, vaults, stakers, emission, stake, shares uint8) {
		in := randomFacts(rand.New(rand.NewSource(seed)), shape{
			1 + int(executors)%20, 1 + int(vaults)%20, 1 + int(stakers)%10,
			1 + uint(emission), 1 + uint(stake)%89, 1 + uint(shares)%250,
		})
		p := must(t, in)
		agree(t, in, p)
		conserved(t, p)
	})
}

func FuzzMulDiv(f *testing.F) {
	word := func(b ...byte) []byte { return b }
	f.Add(word(7), word(3), word(2))
	f.Add(make([]byte, 32), word(1), word(0))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), word(255, 255), word(255, 255))
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), word(2), word(1))
	f.Fuzz(func(t *testing.T, x, y, z []byte) {
		a, b, d := readAmount(x[:min(32, len(x))]), readAmount(y[:min(32, len(y))]), readAmount(z[:min(32, len(z))])
		got, err := mulDiv(a, b, d)
		if d.IsZero() {
			if err == nil {
				t.Fatal("division by zero gave a number")
			}
			return
		}
		want := quo(mul(a.ToBig(), b.ToBig()), d.ToBig())
		if fits := want.BitLen() <= 256; fits != (err == nil) {
			t.Fatalf("%s · %s / %s = %s: error %v", a.Dec(), b.Dec(), d.Dec(), want, err)
		} else if fits && got.ToBig().Cmp(want) != 0 {
			t.Fatalf("%s · %s / %s: got %s, want %s", a.Dec(), b.Dec(), d.Dec(), got.Dec(), want)
		}
	})
}
