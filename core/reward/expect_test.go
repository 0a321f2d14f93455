package reward

import (
	"fmt"
	"math/big"
	"math/rand"
	"testing"

	"github.com/gear-tech/roster/core"
)

// coming is simple's era, with 1,000 an era.
func coming(e core.Era) Coming {
	c := Coming{Facts: simple(), EraReward: amt(1000), Behind: []Contribution{{who(100), amt(100)}}}
	c.Era = e
	return c
}

func expect(t *testing.T, list []Coming, p Purse, performance core.Bps, perYear uint64) Expected {
	t.Helper()
	x, err := Expect(who(1), list, p, performance, perYear)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// TestExpect: a part of 250 of 1,000, with a commission, with half of the performance, with a lottery, without a seat.
func TestExpect(t *testing.T) {
	purse := Purse{Free: amt(1_000_000), Lag: 3}
	twice := func(change func(*Coming)) []Coming {
		list := []Coming{coming(5), coming(6)}
		change(&list[0])
		change(&list[1])
		return list
	}
	for name, x := range map[string]struct {
		change                          func(*Coming)
		performance                     core.Bps
		commission, stakers, own, stake uint64
		stakersYield, operatorYield     uint64 // a year has 100 eras
	}{
		"as it is":     {func(*Coming) {}, 10_000, 0, 500, 0, 200, 2_500_000, 0},
		"a commission": {func(c *Coming) { c.Executors[0].CommissionBps = 1234 }, 10_000, 60, 440, 0, 200, 2_200_000, 300_000},
		"half":         {func(*Coming) {}, 5_000, 0, 250, 0, 200, 1_250_000, 0},
		"strict": {func(c *Coming) { c.PerformanceRule, c.Floor = PerformanceStrict, core.One/2+1 }, 5_000,
			0, 0, 0, 200, 0, 0},
		"own deposit": {func(c *Coming) { c.Vaults[0].Shares = held([]Balance{{who(1), amt(3)}, {who(50), amt(7)}}) }, 10_000, 0, 500, 150, 200, 2_500_000, 0},
		"a lottery":   {func(c *Coming) { c.Places, c.Equals = 1, 3 }, 10_000, 0, 166, 0, 200, 830_000, 0},
		"no seat": {func(c *Coming) {
			c.Executors, c.Total, c.Behind = c.Executors[1:], amt(300), nil
		}, 10_000, 0, 0, 0, 0, 0, 0},
		"more behind than counts":                   {func(c *Coming) { c.Behind[0].Amount = amt(300) }, 10_000, 0, 500, 0, 600, 833_333, 0},
		"what others signed before does not matter": {func(c *Coming) { c.Executors[1].Jailed, c.Executors[0].Signed = true, 0 }, 10_000, 0, 500, 0, 200, 2_500_000, 0},
	} {
		list := twice(x.change)
		got := expect(t, list, purse, x.performance, 100)
		want := Expected{Sum: Gain{amt(x.commission), amt(x.stakers), amt(x.own)}, Stake: amt(x.stake),
			StakersYield: amt(x.stakersYield), OperatorYield: amt(x.operatorYield), PerYear: 100}
		eras := got.Eras
		if got.Eras = nil; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
		if list[0].Certificates != 10 || len(eras) != 2 || eras[1].Era != 6 {
			t.Errorf("%s: eras %+v, facts %+v", name, eras, list[0].Facts)
		}
	}
}

// TestExpectIsCalculate: one era is what Calculate pays for the same facts when all signed everything, exactly.
func TestExpectIsCalculate(t *testing.T) {
	r := rand.New(rand.NewSource(3))
	for range 300 {
		in := randomFacts(r, shape{executors: 1 + r.Intn(6), vaults: 1 + r.Intn(5), stakers: 1 + r.Intn(6), emissionBits: 80, stakeBits: 80, shareBits: 90})
		for i := range in.Executors {
			in.Executors[i].Signed, in.Executors[i].Ejected, in.Executors[i].Jailed = in.Certificates, false, false
		}
		if in.Certificates == 0 {
			continue
		}
		want := must(t, in)
		operator := in.Executors[0].Operator
		got, err := Expect(operator, []Coming{{Facts: in, EraReward: in.Emission}}, Purse{Free: in.Emission, Lag: 1}, whole, 365)
		if err != nil {
			t.Fatal(err)
		}
		e := got.Eras[0]
		if e.Pool != want.Pool || e.Paid != want.Paid || e.Emission != want.Emission || !e.Free.IsZero() {
			t.Fatalf("%+v, paid %s of %s", e, want.Paid.Dec(), want.Pool.Dec())
		}
		for _, o := range want.Operators {
			if o.Operator != operator {
				continue
			}
			if e.Gain.Commission != o.Commission || len(e.Vaults) != len(o.Vaults) {
				t.Fatalf("%+v, %+v", e, o)
			}
			var sum core.Amount
			for i, v := range e.Vaults {
				if v.Stakers != o.Vaults[i].Paid || v.Vault != o.Vaults[i].Vault {
					t.Fatalf("vault %s: %s, paid %s", v.Vault, v.Stakers.Dec(), o.Vaults[i].Paid.Dec())
				}
				sum.Add(&sum, &v.Stakers)
			}
			if sum != e.Gain.Stakers || e.Gain.Own.Gt(&sum) {
				t.Fatalf("%s of %s", sum.Dec(), e.Gain.Stakers.Dec())
			}
		}
	}
}

// dumb follows a pot in unbounded integers, era by era, with a list of who gave back when: emissions, what is left free, and
// the first era from which on the pool is less than the first one's.
func dumb(list []Coming, p Purse, paid func(e int, emission *big.Int) *big.Int, eras int) (emissions []*big.Int, free []*big.Int) {
	has := p.Free.ToBig()
	due := map[core.Era]*big.Int{} // by the era that can reserve it
	give := func(e core.Era, n *big.Int) {
		at := max(e+core.Era(p.Lag), list[0].Era)
		if due[at] == nil {
			due[at] = new(big.Int)
		}
		due[at].Add(due[at], n)
	}
	for _, o := range p.Open {
		give(o.Era, new(big.Int).Sub(o.Emission.ToBig(), paid(0, o.Emission.ToBig())))
	}
	for i := range eras {
		c := list[min(i, len(list)-1)]
		e := list[0].Era + core.Era(i)
		if due[e] != nil {
			has.Add(has, due[e])
		}
		emission := new(big.Int).Set(c.EraReward.ToBig())
		if emission.Cmp(has) > 0 {
			emission.Set(has)
		}
		has.Sub(has, emission)
		emissions, free = append(emissions, emission), append(free, new(big.Int).Set(has))
		if spent := c.Spent.ToBig(); spent.Cmp(has) > 0 {
			has.SetInt64(0)
		} else {
			has.Sub(has, spent)
		}
		give(e, new(big.Int).Sub(emission, paid(min(i, len(list)-1), emission)))
	}
	return emissions, free
}

// TestExpectPot: what each era reserves and leaves, and when the pot runs dry, are those of the dumb pot.
func TestExpectPot(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	dry := 0
	for n := range 400 {
		const year = 60
		var list []Coming
		for i := range 1 + r.Intn(9) {
			c := coming(core.Era(20 + i))
			c.EraReward, c.Spent = amt(uint64(r.Intn(2000))), amt(uint64(r.Intn(30)))
			c.EmissionRule, c.RateBps = EmissionID(n%2), core.Bps(r.Intn(whole+1))
			list = append(list, c)
		}
		p := Purse{Free: amt(uint64(r.Intn(40_000))), Lag: uint64(1 + r.Intn(5))}
		for i := range r.Intn(4) {
			p.Open = append(p.Open, Reserved{core.Era(16 + i), amt(uint64(r.Intn(1500)))})
		}
		performance := core.Bps(r.Intn(whole + 1))
		pays := func(c Coming, emission *big.Int) Payout {
			in := c.Facts
			in.Emission, in.Certificates = fromBig(t, emission), whole
			in.Executors = append([]Executor(nil), in.Executors...)
			for i := range in.Executors {
				in.Executors[i].Signed = uint64(performance)
			}
			return must(t, in)
		}
		paid := func(e int, emission *big.Int) *big.Int {
			out := pays(list[e], emission).Paid
			return out.ToBig()
		}
		emissions, free := dumb(list, p, paid, len(list)+year)
		got := expect(t, list, p, performance, year)
		wantDry, found := core.Era(0), false
		for i, emission := range emissions {
			c := list[min(i, len(list)-1)]
			have, full := pays(c, emission).Pool, pays(c, c.EraReward.ToBig()).Pool
			if i >= len(list) { // like the last one as it was
				full = got.Eras[len(list)-1].Pool
			}
			if have.Lt(&full) {
				wantDry, found = list[0].Era+core.Era(i), true
				break
			}
		}
		if got.Dry != found || found && got.DryIn != wantDry {
			t.Fatalf("dry %v in %d, want %v in %d: %+v", got.Dry, got.DryIn, found, wantDry, got)
		}
		if found {
			dry++
		}
		for i, e := range got.Eras {
			if e.Emission.ToBig().Cmp(emissions[i]) != 0 || e.Free.ToBig().Cmp(free[i]) != 0 {
				t.Fatalf("era %d: %+v, want %s and %s", e.Era, e, emissions[i], free[i])
			}
			if e.Paid.Gt(&e.Pool) || e.Pool.Gt(&e.Emission) {
				t.Fatalf("era %d: %+v", e.Era, e)
			}
		}
	}
	if dry < 100 || dry == 400 {
		t.Errorf("%d of 400 pots ran dry: the test shows nothing", dry)
	}
}

// TestExpectRefuses: what cannot be.
func TestExpectRefuses(t *testing.T) {
	good := Purse{Free: amt(1), Lag: 1}
	wrong := coming(5)
	wrong.Total = amt(1)
	lottery := coming(5)
	lottery.Places = 1
	for name, x := range map[string]struct {
		list        []Coming
		purse       Purse
		performance core.Bps
	}{
		"no era":           {nil, good, 1},
		"a gap":            {[]Coming{coming(5), coming(7)}, good, 1},
		"performance":      {[]Coming{coming(5)}, good, 10_001},
		"lag":              {[]Coming{coming(5)}, Purse{}, 1},
		"open later":       {[]Coming{coming(5)}, Purse{Lag: 1, Open: []Reserved{{Era: 5}}}, 1},
		"open twice":       {[]Coming{coming(5)}, Purse{Lag: 1, Open: []Reserved{{Era: 3}, {Era: 3}}}, 1},
		"facts":            {[]Coming{wrong}, good, 1},
		"places of nobody": {[]Coming{lottery}, good, 1},
	} {
		if _, err := Expect(who(1), x.list, x.purse, x.performance, 1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
