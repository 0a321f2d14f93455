package reward

import (
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
)

// large are facts of an era with so many stakers, each in one of the vaults, sixteen vaults behind each Executor.
func large(stakers, vaults int) Facts {
	f := Facts{Emission: small(1_000_000_000_000_000_000), EmissionRule: EmissionFixed, PerformanceRule: PerformanceLinear, Certificates: 10}
	for v := range vaults {
		if v%MaxVaults == 0 {
			f.Executors = append(f.Executors, Executor{Operator: core.Address{0: 0xee, 18: byte(v >> 12), 19: byte(v >> 4)}, Weight: small(1_000_000), Signed: 10, CommissionBps: 500})
			f.Total.AddUint64(&f.Total, 1_000_000)
		}
		x := &f.Executors[len(f.Executors)-1]
		at := core.Address{0: 0xaa, 17: byte(v >> 16), 18: byte(v >> 8), 19: byte(v)}
		x.Contributions = append(x.Contributions, Contribution{Vault: at, Amount: small(1_000_000 + uint64(v))})
		f.Vaults = append(f.Vaults, Vault{Vault: at})
	}
	for i := range stakers {
		h := core.Keccak(binary.BigEndian.AppendUint64(nil, uint64(i)))
		v := &f.Vaults[i%vaults]
		shares := small(1_000_000_000 + binary.BigEndian.Uint64(h[24:])>>20)
		v.Shares = append(v.Shares, Share{Staker: core.Address(h[:20]), Shares: shares})
		v.TotalShares.Add(&v.TotalShares, &shares)
	}
	for _, v := range f.Vaults { // as the chain's history gives them
		slices.SortFunc(v.Shares, func(a, b Share) int { return compare(a.Staker, b.Staker) })
	}
	return f
}

// BenchmarkEra: from an era's facts to the roots of both trees and the distribution's hash. Goal: a million stakers in 2,000
// vaults within a second on two cores.
func BenchmarkEra(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		facts := large(n, 2000)
		before, err := Calculate(facts)
		if err != nil {
			b.Fatal(err)
		}
		activated, err := Balances{}.Apply(before)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p, err := Calculate(facts)
				if err != nil {
					b.Fatal(err)
				}
				d, err := Distribute(Origin{}, activated, []Payout{p})
				if err != nil {
					b.Fatal(err)
				}
				claims := make([]merkle.Claim, len(d.Balances.Stakers))
				for i, s := range d.Balances.Stakers {
					claims[i] = merkle.Claim(s)
				}
				if _, err := merkle.BuildClaimTree(claims, merkle.InTurn); err != nil {
					b.Fatal(err)
				}
				if _, err := d.Hash(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
