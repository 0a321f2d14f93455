package election

import (
	"math/big"
	"math/rand"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/stake"
	"github.com/holiman/uint256"
)

func u(n uint64) core.Amount { return *uint256.NewInt(n) }

var (
	draw      = Draw{ChainID: 31337, Router: core.Address{0x52}, Seed: core.Hash{7, 7}}
	aggregate = core.Hash{0xa9}
)

func addressOf(n int) core.Address { return core.Address{0: 0xe0, 19: byte(n), 18: byte(n >> 8)} }

func keyOf(n int) core.Hash { return core.Hash{0: 1, 31: byte(n), 30: byte(n >> 8)} }

// operator n is eligible, with one vault of wVARA.
func operator(n int, amount uint64) stake.Operator {
	return stake.Operator{Address: addressOf(n), Registered: true, KeyHash: keyOf(n),
		Vaults: []stake.Vault{{Address: core.Address{1}, Stake: u(amount), Weight: u(core.One), Readable: true}}}
}

func snapshot(seats uint16, operators ...stake.Operator) stake.Snapshot {
	return stake.Snapshot{Set: 1, Era: 9, Capture: 5000, Operators: operators,
		Rules: stake.Rules{MaxExecutors: seats, MinStake: u(10), MaxStake: u(100), MaxVaultStake: u(1000)}}
}

// randomSnapshot has up to 40 operators, many of equal weight, above the cap, below the minimum or otherwise
// out, for up to 12 seats.
func randomSnapshot(r *rand.Rand) stake.Snapshot {
	s := snapshot(uint16(1 + r.Intn(12)))
	for n := range r.Intn(40) {
		o := operator(n, uint64(r.Intn(13)*10+r.Intn(2)))
		o.Registered, o.Paused = r.Intn(10) > 0, r.Intn(10) == 0
		o.JailedUntil = core.Time(r.Intn(10)/8) * core.Time(4999+r.Intn(3))
		o.Vaults[0].Readable = r.Intn(12) > 0
		if r.Intn(12) == 0 {
			o.KeyHash = core.Hash{}
		}
		if r.Intn(3) == 0 {
			o.Vaults = append(o.Vaults, stake.Vault{Address: core.Address{2}, Stake: u(uint64(r.Intn(50))), Weight: u(core.One), Readable: true})
		}
		s.Operators = append(s.Operators, o)
	}
	return s
}

func randomDraw(r *rand.Rand) Draw {
	d := Draw{ChainID: r.Uint64()}
	r.Read(d.Router[:])
	r.Read(d.Seed[:])
	return d
}

// The oracle: a second implementation of protocol §4, in unbounded integers, with go-ethereum's encoding, by
// picking the best of the rest again and again.

func oracleLottery(s stake.Snapshot, d Draw, operator core.Address) *big.Int {
	var arguments abi.Arguments
	for _, name := range []string{"uint256", "address", "uint96", "uint64", "bytes32", "address"} {
		typ, err := abi.NewType(name, "", nil)
		if err != nil {
			panic(err)
		}
		arguments = append(arguments, abi.Argument{Type: typ})
	}
	packed, err := arguments.Pack(new(big.Int).SetUint64(d.ChainID), common.Address(d.Router), big.NewInt(int64(s.Set)),
		uint64(s.Era), [32]byte(d.Seed), common.Address(operator))
	if err != nil {
		panic(err)
	}
	return new(big.Int).SetBytes(crypto.Keccak256(packed))
}

func oracleWeight(s stake.Snapshot, o stake.Operator) *big.Int {
	sum := new(big.Int)
	for _, v := range o.Vaults {
		if v.Readable {
			value := new(big.Int).Mul(v.Weight.ToBig(), v.Stake.ToBig())
			sum.Add(sum, smaller(value.Div(value, big.NewInt(core.One)), s.Rules.MaxVaultStake.ToBig()))
		}
	}
	if !o.Registered || o.Paused || s.Capture < o.JailedUntil || o.KeyHash.IsZero() || sum.Cmp(s.Rules.MinStake.ToBig()) < 0 {
		return new(big.Int)
	}
	return smaller(sum, s.Rules.MaxStake.ToBig())
}

func smaller(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// oracleBefore reports whether operator a with weight v stands before operator b with weight w.
func oracleBefore(s stake.Snapshot, d Draw, a core.Address, v *big.Int, b core.Address, w *big.Int) bool {
	if v.Cmp(w) != 0 {
		return v.Cmp(w) > 0
	}
	return oracleLottery(s, d, a).Cmp(oracleLottery(s, d, b)) < 0
}

func oracleElect(s stake.Snapshot, d Draw) []merkle.Entry {
	rest := slices.Clone(s.Operators)
	var entries []merkle.Entry
	for len(entries) < int(s.Rules.MaxExecutors) {
		best := -1
		for i, o := range rest {
			weight := oracleWeight(s, o)
			if weight.Sign() > 0 && (best < 0 || oracleBefore(s, d, o.Address, weight, rest[best].Address, oracleWeight(s, rest[best]))) {
				best = i
			}
		}
		if best < 0 {
			break
		}
		weight, _ := uint256.FromBig(oracleWeight(s, rest[best]))
		entries = append(entries, merkle.Entry{Operator: rest[best].Address, Weight: *weight, KeyHash: rest[best].KeyHash})
		rest = slices.Delete(rest, best, best+1)
	}
	return entries
}

func mustElect(t *testing.T, s stake.Snapshot, d Draw) Result {
	t.Helper()
	result, err := Elect(s, d)
	if err != nil {
		t.Fatal(err)
	}
	return result
}
