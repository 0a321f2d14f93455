// Package trial measures how long rewards of a large set take, on made-up stakers and vaults, with the code that nodes run.
package trial

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/store"
)

// Figures are what a run took.
type Figures struct {
	Stakers int `json:"stakers"`
	Vaults  int `json:"vaults"`
	// Seconds: the split among all stakers; adding it to the balances; both trees; the canonical bytes and their hash; the
	// durable file, 0 when there was none. All is their sum.
	Split    float64 `json:"split"`
	Balances float64 `json:"balances"`
	Trees    float64 `json:"trees"`
	Hash     float64 `json:"hash"`
	File     float64 `json:"file"`
	All      float64 `json:"all"`
	// FileBytes is how large the distribution is, PeakMiB the most memory that the process ever had, its facts included.
	FileBytes int    `json:"fileBytes"`
	PeakMiB   int64  `json:"peakMiB"`
	Root      string `json:"stakersRoot"`
}

// Facts are an era's with so many stakers, each in one of the vaults, sixteen vaults behind each Executor. There are 2,048
// vaults at the most. The same numbers give the same facts.
func Facts(stakers, vaults int) (reward.Facts, error) {
	if most := reward.MaxExecutors * reward.MaxVaults; vaults < 1 || vaults > most || stakers < vaults {
		return reward.Facts{}, fmt.Errorf("%d stakers in %d vaults: want 1 to %d vaults, and a staker in each", stakers, vaults, most)
	}
	const weight = 1_000_000
	f := reward.Facts{Emission: *uint256.NewInt(1e18), EmissionRule: reward.EmissionFixed, PerformanceRule: reward.PerformanceLinear, Certificates: 10}
	for v := range vaults {
		if v%reward.MaxVaults == 0 {
			f.Executors = append(f.Executors, reward.Executor{Operator: named(0xee, v), Weight: *uint256.NewInt(weight), Signed: 10, CommissionBps: 500})
			f.Total.AddUint64(&f.Total, weight)
		}
		x := &f.Executors[len(f.Executors)-1]
		x.Contributions = append(x.Contributions, reward.Contribution{Vault: named(0xaa, v), Amount: *uint256.NewInt(weight + uint64(v))})
		f.Vaults = append(f.Vaults, reward.Vault{Vault: named(0xaa, v), Shares: make([]reward.Share, 0, stakers/vaults+1)})
	}
	for i := range stakers {
		h := core.Keccak(binary.BigEndian.AppendUint64(nil, uint64(i)))
		v := &f.Vaults[i%vaults]
		shares := *uint256.NewInt(1_000_000_000 + binary.BigEndian.Uint64(h[24:])>>20)
		v.Shares = append(v.Shares, reward.Share{Staker: core.Address(h[:20]), Shares: shares})
		v.TotalShares.Add(&v.TotalShares, &shares)
	}
	for _, v := range f.Vaults { // as the chain's history gives them
		slices.SortFunc(v.Shares, func(a, b reward.Share) int { return slices.Compare(a.Staker[:], b.Staker[:]) })
	}
	return f, nil
}

// named is a made-up address.
func named(kind byte, n int) (a core.Address) {
	a[0] = kind
	binary.BigEndian.PutUint32(a[16:], uint32(n))
	return a
}

// Run computes an era on top of one before, as a node does, and keeps the distribution in a folder, unless that is empty.
func Run(facts reward.Facts, dir string) (f Figures, err error) {
	f.Vaults = len(facts.Vaults)
	for _, v := range facts.Vaults {
		f.Stakers += len(v.Shares)
	}
	before, err := reward.Calculate(facts)
	if err != nil {
		return f, err
	}
	activated, err := reward.Balances{}.Apply(before)
	if err != nil {
		return f, err
	}
	before = reward.Payout{} // a node has this one from the last commit, as balances alone
	runtime.GC()
	since := time.Now()
	lap := func(into *float64) {
		now := time.Now()
		*into, since = now.Sub(since).Seconds(), now
	}
	p, err := reward.CalculateOn(facts, engine.AtOnce)
	if err != nil {
		return f, err
	}
	lap(&f.Split)
	d, err := reward.Distribute(reward.Origin{}, activated, []reward.Payout{p})
	if err != nil {
		return f, err
	}
	lap(&f.Balances)
	_, stakers, err := engine.Trees(d)
	if err != nil {
		return f, err
	}
	lap(&f.Trees)
	raw, err := d.Encode()
	if err != nil {
		return f, err
	}
	core.Keccak(raw)
	lap(&f.Hash)
	if dir != "" {
		shelf, err := store.OpenShelf(dir)
		if err != nil {
			return f, err
		}
		if _, err := shelf.Put(raw); err != nil {
			return f, err
		}
		lap(&f.File)
	}
	f.All = f.Split + f.Balances + f.Trees + f.Hash + f.File
	f.FileBytes, f.Root = len(raw), stakers.Root().String()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return f, err
	}
	f.PeakMiB = use.Maxrss >> 10 // KiB on Linux
	return f, nil
}
