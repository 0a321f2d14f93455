// Package trial measures how long rewards of a large set take, on made-up stakers and vaults, with the code that nodes run.
package trial

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/cloudflare/circl/simd/keccakf1600"
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
	Cores   int `json:"cores"`
	Rounds  int `json:"rounds"`
	// Seconds, the median of all rounds: the split among all stakers; adding it to the balances; both trees; the three
	// together.
	Split    float64 `json:"split"`
	Balances float64 `json:"balances"`
	Trees    float64 `json:"trees"`
	Roots    float64 `json:"roots"`
	// PerStaker is Roots in nanoseconds a staker.
	PerStaker float64 `json:"nanosecondsPerStaker"`
	// PeakMiB is the most memory that the process had until then, its facts included.
	PeakMiB int64 `json:"peakMiB"`
	// KeccakShare is how much of Trees the hashes alone would have taken on all cores, 0 … 1, with the fastest kernel there
	// is here: four permutations at once, again and again on one state, measured before and after.
	KeccakRate  float64 `json:"keccakPermutationsPerSecond"`
	KeccakShare float64 `json:"keccakShare"`
	// File are the seconds of the durable file with its hash, after the trees; nodes write it while they build them. 0 when
	// there was none, and so are the rest.
	File      float64 `json:"file"`
	FileBytes int     `json:"fileBytes"`
	// Verify are the seconds to recompute the era and compare it with the file: Roots, and opening, hashing and comparing.
	Verify float64 `json:"verify"`
	// Open are the seconds to build the trees from the mapped file, Proofs how many proofs a second one core then gives.
	Open   float64 `json:"open"`
	Proofs float64 `json:"proofsPerSecond"`
	Root   string  `json:"stakersRoot"`
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

// Steps is how often Run calls done when it keeps a file.
func Steps(rounds int) int { return 5 + 3*rounds }

// stopwatch measures one step after the other.
type stopwatch struct {
	since time.Time
	done  func()
}

func (w *stopwatch) lap() float64 {
	now := time.Now()
	took := now.Sub(w.since).Seconds()
	w.since = now
	w.done()
	return took
}

// Run computes an era of made-up Facts on top of one before, as a node does, so many times, and keeps the distribution in a
// folder, unless that is empty; then it verifies the file and takes proofs from it. It calls done after each step, making up
// the Facts included.
func Run(stakers, vaults, rounds int, dir string, done func()) (f Figures, err error) {
	f.Stakers, f.Vaults, f.Cores, f.Rounds = stakers, vaults, runtime.GOMAXPROCS(0), rounds
	if rounds < 1 {
		return f, fmt.Errorf("%d rounds: want at least one", rounds)
	}
	e, err := newEra(stakers, vaults)
	if err != nil {
		return f, err
	}
	done()
	all := make([]round, rounds)
	for i := range all {
		if err := e.pay(&all[i], done); err != nil {
			return f, err
		}
	}
	e.facts = reward.Facts{} // as in a node: what an era has for every staker is not kept
	for i := range all {
		engine.GiveBack(stakers)
		if err := e.build(&all[i], done); err != nil {
			return f, err
		}
	}
	f.Split, f.Balances = median(all, func(r round) float64 { return r.split }), median(all, func(r round) float64 { return r.balances })
	f.Trees, f.KeccakRate = median(all, func(r round) float64 { return r.trees }), median(all, func(r round) float64 { return r.rate })
	f.KeccakShare = median(all, func(r round) float64 { return float64(3*stakers-1) / r.rate / r.trees })
	f.Roots = median(all, func(r round) float64 { return r.split + r.balances + r.trees })
	f.PerStaker = 1e9 * f.Roots / float64(stakers)
	f.Root = e.root.String()
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return f, err
	}
	f.PeakMiB = use.Maxrss >> 10 // KiB on Linux
	if dir == "" {
		return f, nil
	}
	return f, f.keep(e.d, dir, done)
}

// era is what rounds are about.
type era struct {
	facts     reward.Facts
	activated reward.Balances
	d         reward.Distribution
	root      core.Hash
}

// newEra makes up an era, and the balances of one before.
func newEra(stakers, vaults int) (*era, error) {
	facts, err := Facts(stakers, vaults)
	if err != nil {
		return nil, err
	}
	earlier, err := reward.CalculateOn(facts, engine.Here())
	if err != nil {
		return nil, err
	}
	activated, err := reward.Balances{}.ApplyOn(earlier, engine.Here())
	return &era{facts: facts, activated: activated}, err
}

// round is what one took, in seconds, and how many permutations a second there could have been.
type round struct{ split, balances, trees, rate float64 }

// pay computes the era and adds it to the balances.
func (e *era) pay(r *round, done func()) error {
	e.d = reward.Distribution{}
	runtime.GC() // of the round before
	watch := stopwatch{time.Now(), done}
	p, err := reward.CalculateOn(e.facts, engine.Here())
	if err != nil {
		return err
	}
	r.split = watch.lap()
	paying, err := reward.Open(reward.Origin{}, e.activated, engine.Here())
	if err != nil {
		return err
	}
	if err := paying.Pay(p); err != nil {
		return err
	}
	e.d, err = paying.Close()
	r.balances = watch.lap()
	return err
}

// build builds both trees.
func (e *era) build(r *round, done func()) error {
	before := permutations()
	watch := stopwatch{time.Now(), done}
	_, tree, err := engine.Trees(e.d)
	if err != nil {
		return err
	}
	r.trees = watch.lap()
	r.rate = (before + permutations()) / 2
	e.root = tree.Root()
	return nil
}

// median of a figure of all rounds, the lower of two in the middle.
func median(all []round, of func(round) float64) float64 {
	list := make([]float64, len(all))
	for i, r := range all {
		list[i] = of(r)
	}
	slices.Sort(list)
	return list[(len(list)-1)/2]
}

// keep writes the durable file, compares it with what was computed, and takes proofs from it.
func (f *Figures) keep(d reward.Distribution, dir string, done func()) error {
	shelf, err := store.OpenShelf(dir)
	if err != nil {
		return err
	}
	watch := stopwatch{time.Now(), done}
	hash, err := shelf.Put(d)
	if err != nil {
		return err
	}
	f.File = watch.lap()
	file, err := shelf.Open(hash)
	if err != nil {
		return err
	}
	defer file.Close()
	f.FileBytes = len(file.Bytes())
	kept, err := reward.Decode(file.Bytes())
	if err != nil {
		return err
	}
	if at, differs := kept.Balances.Stakers.FirstDifference(d.Balances.Stakers); differs {
		return fmt.Errorf("the file differs in place %d", at)
	}
	f.Verify = f.Roots + watch.lap()
	_, tree, err := engine.Trees(kept)
	if err != nil {
		return err
	}
	f.Open = watch.lap()
	if root := tree.Root().String(); root != f.Root {
		return fmt.Errorf("the file gives root %s, computed was %s", root, f.Root)
	}
	var proof []core.Hash
	const proofs = 200_000
	for i := range uint64(proofs) {
		account, _ := kept.Balances.Stakers.At(int(i * 0x9e3779b97f4a7c15 % uint64(f.Stakers))) // here and there
		if _, proof, err = tree.AppendProof(proof[:0], account); err != nil {
			return err
		}
	}
	f.Proofs = proofs / watch.lap()
	return nil
}

// permutations is how many permutations a second all cores do together when they do nothing else.
func permutations() float64 {
	const rounds = 200_000
	start := time.Now()
	engine.AtOnce(runtime.GOMAXPROCS(0), func(int) {
		var state keccakf1600.StateX4
		state.Initialize(false)
		for range rounds {
			state.Permute()
		}
	})
	return 4 * rounds * float64(runtime.GOMAXPROCS(0)) / time.Since(start).Seconds()
}
