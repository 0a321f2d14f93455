package stake_test

import (
	"encoding/binary"
	"math/rand"
	"runtime"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/stake"
)

// The size of the largest set that is planned for: every operator has all of its slots.
const (
	benchOperators = 10_000
	benchVaults    = 1_000
	capture        = core.Time(1_000_000)
)

func numbered(kind byte, i int) (a core.Address) {
	a[0] = kind
	binary.BigEndian.PutUint32(a[16:], uint32(i))
	return a
}

func whole(n uint64) core.Amount {
	return *new(core.Amount).Mul(uint256.NewInt(n), uint256.NewInt(1_000_000_000_000))
}

// large is a history of benchOperators with 16 of benchVaults each, with more checkpoints than those alone: each vault
// has 50 further deposits, and each operator two changes of its commission.
func large(b *testing.B) (h *stake.History, events int) {
	b.Helper()
	h = stake.NewHistory(core.Address{1})
	random := rand.New(rand.NewSource(1))
	at := stake.Place{Block: 1, Time: 1000}
	apply := func(e stake.Event) {
		at.Index++
		if at.Index%200 == 0 {
			at = stake.Place{Block: at.Block + 1, Time: at.Time + 12}
		}
		if err := h.Apply(at, e); err != nil {
			b.Fatal(err)
		}
		events++
	}
	token := numbered(4, 0)
	apply(stake.CollateralSet{Token: token, From: 1, Weight: *uint256.NewInt(core.One)})
	apply(stake.ParametersSet{From: 1, Parameters: stake.Parameters{Rules: stake.Rules{MaxExecutors: 100, MinStake: whole(1),
		MaxStake: whole(1_000_000), MaxVaultStake: whole(1_000_000)}}})
	for i := range benchVaults {
		v := numbered(3, i)
		if err := h.AddVault(stake.VaultFacts{Address: v, Delegator: numbered(5, i), Collateral: token, Version: 1, EpochInit: 1,
			EpochDuration: 604_800}); err != nil {
			b.Fatal(err)
		}
		apply(stake.NetworkLimitSet{Vault: v, Amount: whole(1 << 30)})
	}
	for i := range benchOperators {
		o := numbered(2, i)
		apply(stake.NetworkOptedIn{Operator: o, In: true})
		apply(stake.OperatorRegistered{Operator: o, KeyHash: core.Hash{1, byte(i), byte(i >> 8)}})
		first := random.Intn(benchVaults)
		for slot := range stake.Slots {
			v := numbered(3, (first+slot*61)%benchVaults)
			apply(stake.VaultOptedIn{Vault: v, Operator: o, In: true})
			apply(stake.VaultLinked{Operator: o, Vault: v, Slot: slot, Linked: true})
			apply(stake.OperatorSharesSet{Vault: v, Operator: o, Shares: whole(1 + random.Uint64()%1000)})
		}
		for range 2 {
			apply(stake.CommissionChanged{Operator: o, Commission: core.Bps(random.Intn(10_000)), From: at.Time + 1})
		}
	}
	for range 50 {
		for i := range benchVaults {
			amount := whole(1 + random.Uint64()%10_000)
			apply(stake.Deposited{Vault: numbered(3, i), Account: numbered(6, random.Intn(100)), Amount: amount, Shares: amount})
		}
	}
	if at.Time >= capture {
		b.Fatalf("the last event is at %d", at.Time)
	}
	return h, events
}

// BenchmarkElectionFromMirror decides the election of a set of 10,000 operators with 16 of 1,000 vaults each: the
// snapshot and the rule. heap-MB is what the process has in use afterwards, the history with all its events included.
func BenchmarkElectionFromMirror(b *testing.B) {
	h, events := large(b)
	var elected int
	b.ReportAllocs()
	for b.Loop() {
		r, err := election.Elect(h.Snapshot(0, 1, capture), election.Draw{Seed: core.Hash{1}})
		if err != nil {
			b.Fatal(err)
		}
		elected = len(r.Executors)
	}
	if elected != 100 {
		b.Fatalf("%d are elected", elected)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.HeapInuse)/1e6, "heap-MB")
	b.ReportMetric(float64(events), "events")
}

// BenchmarkApply adds deposits of 1,000 stakers to 1,000 vaults.
func BenchmarkApply(b *testing.B) {
	h := stake.NewHistory(core.Address{1})
	for i := range benchVaults {
		if err := h.AddVault(stake.VaultFacts{Address: numbered(3, i), Version: 1, EpochDuration: 604_800}); err != nil {
			b.Fatal(err)
		}
	}
	one, i := whole(1), 0
	b.ReportAllocs()
	for b.Loop() {
		i++
		at := stake.Place{Block: uint64(i), Time: core.Time(i)}
		e := stake.Deposited{Vault: numbered(3, i%benchVaults), Account: numbered(6, (i*7)%1000), Amount: one, Shares: one}
		if err := h.Apply(at, e); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDigest hashes the whole history of BenchmarkElectionFromMirror.
func BenchmarkDigest(b *testing.B) {
	h, _ := large(b)
	for b.Loop() {
		h.Digest()
	}
}
