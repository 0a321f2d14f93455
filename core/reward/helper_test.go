package reward

import (
	"math/big"
	"math/rand"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

func amt(n uint64) core.Amount { return *uint256.NewInt(n) }

func dec(t testing.TB, s string) core.Amount {
	t.Helper()
	a, err := uint256.FromDecimal(s)
	if err != nil {
		t.Fatalf("read %q: %v", s, err)
	}
	return *a
}

func fromBig(t testing.TB, b *big.Int) core.Amount {
	t.Helper()
	a, over := uint256.FromBig(b)
	if over {
		t.Fatalf("%s does not fit", b)
	}
	return *a
}

// who is the n-th address; its order as an address is that of n.
func who(n int) (a core.Address) {
	a[18], a[19] = byte(n>>8), byte(n)
	return a
}

func must(t testing.TB, in Facts) Payout {
	t.Helper()
	p, err := Calculate(in)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// held are accounts with amounts, as columns.
func held(list []Balance) Amounts {
	a, err := NewAmounts(list)
	if err != nil {
		panic(err)
	}
	return a
}

// listed is the reverse.
func listed(a Amounts) []Balance { return slices.Collect(a.All()) }

// below is uniform below 2^bits.
func below(r *rand.Rand, bits uint) core.Amount {
	n := new(big.Int).Rand(r, new(big.Int).Lsh(big.NewInt(1), bits))
	a, _ := uint256.FromBig(n)
	return *a
}

// shape is how large random facts are.
type shape struct {
	executors, vaults, stakers         int
	emissionBits, stakeBits, shareBits uint
}

// randomFacts are consistent facts of any shape: vaults shared by Executors, stakers by vaults, vaults
// without shares, stakers without shares, operators that are stakers, capped weights, every flag and rule.
func randomFacts(r *rand.Rand, s shape) Facts {
	in := Facts{
		Set: 7, Era: 42, Emission: below(r, s.emissionBits),
		EmissionRule: EmissionID(r.Intn(2)), RateBps: core.Bps(r.Intn(whole + 1)),
		PerformanceRule: PerformanceID(r.Intn(2)), Floor: uint64(r.Int63n(core.One + 1)),
		Certificates: uint64(r.Intn(50)),
	}
	for v := range s.vaults {
		in.Vaults = append(in.Vaults, randomVault(r, s, 1000+v))
	}
	for x := range s.executors {
		in.Executors = append(in.Executors, randomExecutor(r, s, x, in.Certificates))
		in.Total.Add(&in.Total, &in.Executors[x].Weight)
	}
	r.Shuffle(len(in.Vaults), func(i, j int) { in.Vaults[i], in.Vaults[j] = in.Vaults[j], in.Vaults[i] })
	return in
}

func randomVault(r *rand.Rand, s shape, address int) Vault {
	v := Vault{Vault: who(address)}
	var list []Balance
	for _, n := range r.Perm(2 * s.stakers)[:s.stakers] {
		shares := below(r, s.shareBits)
		if r.Intn(20) == 0 || address%7 == 3 { // the latter: a vault without shares
			shares = core.Amount{}
		}
		list = append(list, Balance{who(n), shares})
		v.TotalShares.Add(&v.TotalShares, &shares)
	}
	v.Shares = held(list)
	if !v.TotalShares.IsZero() && r.Intn(2) == 0 {
		extra := below(r, s.shareBits)
		v.TotalShares.Add(&v.TotalShares, &extra)
	}
	return v
}

func randomExecutor(r *rand.Rand, s shape, n int, certificates uint64) Executor {
	x := Executor{
		Operator: who(n), Ejected: r.Intn(10) == 0, Jailed: r.Intn(10) == 0,
		Signed:        uint64(r.Int63n(int64(certificates) + 1)),
		CommissionBps: core.Bps(r.Intn(whole + 1)),
	}
	if r.Intn(4) > 0 {
		x.Signed = certificates
	}
	one := amt(1)
	for _, v := range r.Perm(s.vaults)[:min(s.vaults, 1+r.Intn(MaxVaults))] {
		c := Contribution{Vault: who(1000 + v), Amount: below(r, s.stakeBits)}
		if r.Intn(10) == 0 {
			c.Amount = core.Amount{}
		}
		x.Contributions = append(x.Contributions, c)
		x.Weight.Add(&x.Weight, &c.Amount)
	}
	if x.Weight.IsZero() {
		x.Contributions[0].Amount, x.Weight = one, one
	}
	if limit := new(uint256.Int).Lsh(&one, s.stakeBits); x.Weight.Gt(limit) {
		x.Weight = *limit // maxStake
	}
	return x
}

// simple is one Executor of weight 100 behind one vault with one staker, of a total of 400 (another has the
// rest), pool 1,000, everything signed, no commission. So its part is 250.
func simple() Facts {
	return Facts{
		Set: 1, Era: 5, Emission: amt(1000), Total: amt(400), Certificates: 10,
		Executors: []Executor{
			{Operator: who(1), Weight: amt(100), Signed: 10, Contributions: []Contribution{{who(100), amt(100)}}},
			{Operator: who(2), Weight: amt(300), Signed: 10, Contributions: []Contribution{{who(101), amt(300)}}},
		},
		Vaults: []Vault{
			{Vault: who(100), TotalShares: amt(10), Shares: held([]Balance{{who(50), amt(10)}})},
			{Vault: who(101), TotalShares: amt(10), Shares: held([]Balance{{who(51), amt(10)}})},
		},
	}
}
