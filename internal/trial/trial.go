// Package trial measures how long rewards of a large set take, on made-up stakers and vaults, with the code that nodes run.
package trial

import (
	"encoding/binary"
	"fmt"
	"os"
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
	// Seconds: the split among all stakers; adding it to the balances; both trees; the durable file with its hash, 0 when
	// there was none, which nodes write while they build the trees. All is their sum.
	Split    float64 `json:"split"`
	Balances float64 `json:"balances"`
	Trees    float64 `json:"trees"`
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
		f.Vaults = append(f.Vaults, reward.Vault{Vault: named(0xaa, v)})
	}
	var list []reward.Balance
	for n := range f.Vaults {
		v := &f.Vaults[n]
		list = list[:0]
		for i := n; i < stakers; i += vaults {
			h := core.Keccak(binary.BigEndian.AppendUint64(nil, uint64(i)))
			shares := *uint256.NewInt(1_000_000_000 + binary.BigEndian.Uint64(h[24:])>>20)
			list = append(list, reward.Balance{Account: core.Address(h[:20]), Amount: shares})
			v.TotalShares.Add(&v.TotalShares, &shares)
		}
		slices.SortFunc(list, func(a, b reward.Balance) int { return slices.Compare(a.Account[:], b.Account[:]) })
		var err error
		if v.Shares, err = reward.NewAmounts(list); err != nil {
			return reward.Facts{}, err
		}
	}
	return f, nil
}

// named is a made-up address.
func named(kind byte, n int) (a core.Address) {
	a[0] = kind
	binary.BigEndian.PutUint32(a[16:], uint32(n))
	return a
}

// Run computes an era of made-up Facts on top of one before, as a node does, and keeps the distribution in a folder, unless
// that is empty.
func Run(stakers, vaults int, dir string) (f Figures, err error) {
	f.Stakers, f.Vaults = stakers, vaults
	facts, err := Facts(stakers, vaults)
	if err != nil {
		return f, err
	}
	before, err := reward.CalculateOn(facts, engine.AtOnce)
	if err != nil {
		return f, err
	}
	activated, err := reward.Balances{}.ApplyOn(before, engine.AtOnce)
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
	paying, err := reward.Open(reward.Origin{}, activated, engine.AtOnce)
	if err != nil {
		return f, err
	}
	if err := paying.Pay(p); err != nil {
		return f, err
	}
	d, err := paying.Close()
	if err != nil {
		return f, err
	}
	lap(&f.Balances)
	facts, p = reward.Facts{}, reward.Payout{} // as in a node: what an era has for every staker is not kept
	_, tree, err := engine.Trees(d)
	if err != nil {
		return f, err
	}
	lap(&f.Trees)
	if dir != "" {
		shelf, err := store.OpenShelf(dir)
		if err != nil {
			return f, err
		}
		if f.FileBytes, err = put(shelf, d); err != nil {
			return f, err
		}
		lap(&f.File)
	}
	f.All = f.Split + f.Balances + f.Trees + f.File
	f.Root = tree.Root().String()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return f, err
	}
	f.PeakMiB = use.Maxrss >> 10 // KiB on Linux
	return f, nil
}

// put keeps a distribution and returns how many bytes it has.
func put(shelf *store.Shelf, d reward.Distribution) (int, error) {
	hash, err := shelf.Put(d)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(shelf.Path(hash))
	if err != nil {
		return 0, err
	}
	return int(info.Size()), nil
}
