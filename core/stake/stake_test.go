package stake

import (
	"errors"
	"math/big"
	"math/rand"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

func u(n uint64) core.Amount { return *uint256.NewInt(n) }

func dec(s string) core.Amount { return *uint256.MustFromDecimal(s) }

var (
	wVARA = u(core.One)                              // one base unit is one
	ether = u(1_000_000_000_000)                     // an 18-decimal token of equal worth: 1e12 (protocol §3)
	all   = *new(core.Amount).SetAllOne()            // the most a delegator can claim
	top89 = *new(core.Amount).Rsh(&all, 256-89)      // 2^89 − 1
	rules = Rules{100, u(1000), u(1_000_000), top89} // minStake 1000, maxStake 1,000,000
	key   = core.Hash{1}
)

// operator is eligible with the given vaults.
func operator(vaults ...Vault) Operator {
	for i := range vaults {
		vaults[i].Address = core.Address{byte(i + 1)}
	}
	return Operator{Address: core.Address{0xaa}, Registered: true, KeyHash: key, Vaults: vaults}
}

func vault(stake, weight core.Amount) Vault {
	return Vault{Stake: stake, Weight: weight, Readable: true}
}

// Protocol §3: ⌊weight · stake / 1e18⌋, "1e18 for wVARA itself; 1e12 for an 18-decimal token of equal worth".
func TestValue(t *testing.T) {
	for _, c := range []struct {
		name                string
		stake, weight, want core.Amount
	}{
		{"nothing", u(0), wVARA, u(0)},
		{"not accepted", u(5), u(0), u(0)},
		{"wVARA", u(123), wVARA, u(123)},
		{"one token of 18 decimals is one of 12", u(core.One), ether, u(1_000_000_000_000)},
		{"less than one base unit", u(999_999), ether, u(0)},
		{"exactly one base unit", u(1_000_000), ether, u(1)},
		{"rounded down", u(1_999_999), ether, u(1)},
		{"worth more", u(3), dec("2500000000000000000"), u(7)},
		{"a product of 512 bits", all, wVARA, all},
		{"a quotient beyond 256 bits", all, u(core.One + 1), all},
		{"the greatest quotient there is", all, all, all},
	} {
		if got := Value(c.stake, c.weight); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.Dec(), c.want.Dec())
		}
	}
}

// Protocol §3: stakeAt sums what counts of each vault, min(maxVaultStake, …); "a vault whose read reverts counts 0".
func TestStakeAt(t *testing.T) {
	capped := rules
	capped.MaxVaultStake = u(500)
	unreadable := vault(u(400), wVARA)
	unreadable.Readable = false
	o := operator(vault(u(400), wVARA), vault(u(501), wVARA), unreadable, vault(all, all), vault(u(500), wVARA))
	want := []Contribution{{core.Address{1}, u(400), false}, {core.Address{2}, u(500), true}, {core.Address{3}, u(0), false},
		{core.Address{4}, u(500), true}, {core.Address{5}, u(500), false}}
	if got := o.Contributions(capped); !slices.Equal(got, want) {
		t.Errorf("contributions %v, want %v", got, want)
	}
	if got := o.StakeAt(capped); got != u(1900) {
		t.Errorf("stake %s, want 1900", got.Dec())
	}
	if got := operator().StakeAt(capped); !got.IsZero() {
		t.Errorf("stake without vaults %s", got.Dec())
	}
}

// Hostile values: no wrapping, neither in range nor with rules that no contract would have.
func TestHostileStake(t *testing.T) {
	var vaults []Vault
	for range Slots {
		vaults = append(vaults, vault(all, all))
	}
	var want core.Amount
	want.Mul(&top89, uint256.NewInt(Slots))
	if got := operator(vaults...).StakeAt(rules); got != want {
		t.Errorf("16 endless vaults: %s, want 16 · maxVaultStake", got.Dec())
	}
	wild := rules
	wild.MaxVaultStake = all
	if got := operator(vaults...).StakeAt(wild); got != all {
		t.Errorf("16 endless vaults without a cap: %s, want 2^256 − 1", got.Dec())
	}
	if got := operator(vaults...).WeightAt(rules, 5); got != rules.MaxStake {
		t.Errorf("weight %s, want maxStake", got.Dec())
	}
}

// Protocol §3: "weightAt = min(stakeAt, maxStake), 0 when not eligible at t (not registered, paused, jailed, no
// key) or stakeAt < minStake".
func TestWeightAt(t *testing.T) {
	const now = 1000
	for _, c := range []struct {
		name   string
		stake  core.Amount
		change func(*Operator)
		want   core.Amount
	}{
		{"at the minimum", u(1000), nil, u(1000)},
		{"below the minimum", u(999), nil, u(0)},
		{"between", u(5000), nil, u(5000)},
		{"at the cap", u(1_000_000), nil, u(1_000_000)},
		{"above the cap", u(1_000_001), nil, u(1_000_000)},
		{"not registered", u(5000), func(o *Operator) { o.Registered = false }, u(0)},
		{"paused", u(5000), func(o *Operator) { o.Paused = true }, u(0)},
		{"jailed for a second more", u(5000), func(o *Operator) { o.JailedUntil = now + 1 }, u(0)},
		{"jailed until now", u(5000), func(o *Operator) { o.JailedUntil = now }, u(5000)},
		{"no key", u(5000), func(o *Operator) { o.KeyHash = core.Hash{} }, u(0)},
	} {
		o := operator(vault(c.stake, wVARA))
		if c.change != nil {
			c.change(&o)
		}
		if got := o.WeightAt(rules, now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got.Dec(), c.want.Dec())
		}
		if got := o.StakeAt(rules); got != c.stake {
			t.Errorf("%s: stakeAt %s, want %s whatever the operator is", c.name, got.Dec(), c.stake.Dec())
		}
	}
}

// A minStake above maxStake compares with the whole stake, not with the capped one.
func TestMinimumIsOfTheWholeStake(t *testing.T) {
	odd := Rules{1, u(2000), u(1000), top89}
	if got := operator(vault(u(2000), wVARA)).WeightAt(odd, 1); got != u(1000) {
		t.Errorf("weight %s, want 1000", got.Dec())
	}
	if got := operator(vault(u(1999), wVARA)).WeightAt(odd, 1); !got.IsZero() {
		t.Errorf("weight %s, want 0", got.Dec())
	}
}

func TestRulesCheck(t *testing.T) {
	beyond := *new(core.Amount).AddUint64(&top89, 1)
	for _, c := range []struct {
		name  string
		rules Rules
		ok    bool
	}{
		{"usual", rules, true},
		{"extremes", Rules{128, all, top89, top89}, true},
		{"smallest", Rules{1, u(0), u(1), u(0)}, true},
		{"no seats", Rules{0, u(1), u(1), u(1)}, false},
		{"129 seats", Rules{129, u(1), u(1), u(1)}, false},
		{"no maxStake", Rules{1, u(1), u(0), u(1)}, false},
		{"maxStake of 2^89", Rules{1, u(1), beyond, u(1)}, false},
		{"maxVaultStake of 2^89", Rules{1, u(1), u(1), beyond}, false},
	} {
		if err := c.rules.Check(); errors.Is(err, ErrRules) == c.ok || (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	// The bound's purpose: the weights of 128 Executors are below 2^96.
	if total := new(core.Amount).Mul(&top89, uint256.NewInt(MaxExecutors)); total.BitLen() > 96 {
		t.Errorf("a total of %d bits", total.BitLen())
	}
}

func TestSnapshotCheck(t *testing.T) {
	good := Snapshot{Rules: rules, Operators: []Operator{operator(vault(u(1), wVARA)), {Address: core.Address{2}}}}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	twice := good
	twice.Operators = append(slices.Clone(good.Operators), Operator{Address: core.Address{2}})
	vaults := good
	vaults.Operators = []Operator{operator(vault(u(1), wVARA), vault(u(2), wVARA))}
	vaults.Operators[0].Vaults[1].Address = vaults.Operators[0].Vaults[0].Address
	many := good
	many.Operators = []Operator{operator(make([]Vault, Slots+1)...)}
	unruly := good
	unruly.Rules = Rules{}
	for want, s := range map[error]Snapshot{ErrOperator: twice, ErrVault: vaults, ErrSlots: many, ErrRules: unruly} {
		if err := s.Check(); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	many.Operators = []Operator{operator(make([]Vault, Slots)...)}
	if err := many.Check(); err != nil {
		t.Errorf("16 vaults: %v", err)
	}
}

func TestSorted(t *testing.T) {
	s := Snapshot{Operators: []Operator{{Address: core.Address{3}}, {Address: core.Address{1}}, {Address: core.Address{2}}}}
	got := s.Sorted()
	for i, o := range got.Operators {
		if o.Address != (core.Address{byte(i + 1)}) {
			t.Errorf("operator %d is %s", i, o.Address)
		}
	}
	if s.Operators[0].Address != (core.Address{3}) {
		t.Error("the argument was changed")
	}
}

// oracle is protocol §3 in unbounded integers.
func oracle(o Operator, r Rules, at core.Time) (stake, weight *big.Int) {
	stake = new(big.Int)
	for _, v := range o.Vaults {
		if v.Readable {
			value := new(big.Int).Mul(v.Weight.ToBig(), v.Stake.ToBig())
			value.Div(value, big.NewInt(core.One))
			if most := r.MaxVaultStake.ToBig(); value.Cmp(most) > 0 {
				value = most
			}
			stake.Add(stake, value)
		}
	}
	if !o.Registered || o.Paused || o.JailedUntil > at || o.KeyHash == (core.Hash{}) || stake.Cmp(r.MinStake.ToBig()) < 0 {
		return stake, new(big.Int)
	}
	if most := r.MaxStake.ToBig(); stake.Cmp(most) > 0 {
		return stake, most
	}
	return stake, stake
}

// FuzzWeight compares with the oracle for amounts of every width.
func FuzzWeight(f *testing.F) {
	for seed := range int64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		random := rand.New(rand.NewSource(seed))
		var vaults []Vault
		for range random.Intn(Slots + 1) {
			v := vault(randomAmount(random, 256), randomAmount(random, 256))
			v.Readable = random.Intn(8) > 0
			vaults = append(vaults, v)
		}
		o := operator(vaults...)
		o.Registered, o.Paused = random.Intn(9) > 0, random.Intn(9) == 0
		o.JailedUntil = core.Time(random.Intn(6))
		if random.Intn(9) == 0 {
			o.KeyHash = core.Hash{}
		}
		r := Rules{1, randomAmount(random, 90), randomAmount(random, 89), randomAmount(random, 89)}
		at := core.Time(4)
		stake, weight := oracle(o, r, at)
		gotStake, gotWeight := o.StakeAt(r), o.WeightAt(r, at)
		if gotStake.ToBig().Cmp(stake) != 0 || gotWeight.ToBig().Cmp(weight) != 0 {
			t.Errorf("seed %d: stake %s, weight %s, want %s, %s", seed, gotStake.Dec(), gotWeight.Dec(), stake, weight)
		}
		var sum core.Amount
		for _, c := range o.Contributions(r) {
			sum.Add(&sum, &c.Amount)
		}
		if sum != gotStake {
			t.Errorf("seed %d: contributions add up to %s, stake is %s", seed, sum.Dec(), gotStake.Dec())
		}
	})
}

// randomAmount is of a random width up to bits.
func randomAmount(r *rand.Rand, bits int) core.Amount {
	a := core.Amount{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
	a.Rsh(&a, uint(256-r.Intn(bits+1)))
	return a
}
