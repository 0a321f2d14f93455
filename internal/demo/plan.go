package demo

import (
	"math/rand/v2"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/devnet"
)

// plan is who has what at the beginning: a pure function of the options. Stakes are in whole wVARA. Totals are
// fixed, so that the story holds for every seed; the seed splits each vault's total among its stakers, sets the
// commissions, and makes keys, addresses and so the lottery.
type plan struct {
	sets        []setPlan
	commissions []core.Bps // by operator
}

// setPlan is one operator set.
type setPlan struct {
	seats     int
	operators []int // of the cast, those who register in the set, strongest first
	vaults    []vaultPlan
	// In set 0: the operators around the last seat at first, who is paused, and who is below the minimum.
	last, next, paused, below int
}

// vaultPlan is one vault.
type vaultPlan struct {
	delegator devnet.Delegator
	owner     int // of types 2 and 3; −1 for one that is shared
	shares    []sharePlan
	deposits  []depositPlan
}

// sharePlan is what an operator has of a shared vault, wVARA; the delegator's shares are the same numbers.
type sharePlan struct {
	operator int
	stake    uint64
}

// depositPlan is what a staker has in a vault, wVARA.
type depositPlan struct {
	staker int
	amount uint64
}

// total is what lies in the vault, wVARA.
func (v vaultPlan) total() (sum uint64) {
	for _, s := range v.shares {
		sum += s.stake
	}
	return sum
}

// Stakes of set 0, wVARA. The cap is 40,000 and the minimum 1,000 (parameters.go).
const (
	starPool, starOwn = 12_000, 31_000 // above the cap together, whatever the slashes of the story take from the pool
	lastPool, lastOwn = 8_000, 22_000  // takes the last seat of era 0 …
	nextPool, nextOwn = 8_000, 14_000  // … before this one
	pausedStake       = 15_000
	belowStake        = 600
)

// newPlan makes the plan of options that Check accepts.
func newPlan(o Options) plan {
	r := rand.New(rand.NewPCG(o.Seed, 0x726f73746572))
	var p plan
	for range o.Operators {
		p.commissions = append(p.commissions, core.Bps(100*(3+r.IntN(8))))
	}
	p.sets = append(p.sets, mainSet(o))
	for i := 1; i < o.Sets; i++ {
		p.sets = append(p.sets, sideSet(o, i))
	}
	p.addVaults(o.Vaults - p.vaults())
	p.addStakers(o.Stakers, r)
	return p
}

func (p plan) vaults() (n int) {
	for _, s := range p.sets {
		n += len(s.vaults)
	}
	return n
}

// mainSet is set 0: stars above the cap, one for the last seat, one after it, spares, one paused, one too small.
func mainSet(o Options) setPlan {
	own := o.Vaults - (o.Sets - 1) - 2 // vaults there can be for one operator each
	s := setPlan{seats: min(max(leastSeats, o.Operators/2), own-1, o.Operators-besidesSeats)}
	for i := range o.Operators {
		s.operators = append(s.operators, i)
	}
	s.last, s.next, s.paused, s.below = s.seats-1, s.seats, o.Operators-2, o.Operators-1
	pool, small := vaultPlan{owner: -1}, vaultPlan{owner: -1}
	for i := range o.Operators {
		switch {
		case i < s.last:
			pool.shares = append(pool.shares, sharePlan{i, starPool})
			// Some have more than others, and nothing of it: stake above the cap does not count.
			s.vaults = append(s.vaults, ownVault(i, starOwn+uint64(i%4)*2_500))
		case i == s.last:
			pool.shares = append(pool.shares, sharePlan{i, lastPool})
			s.vaults = append(s.vaults, ownVault(i, lastOwn))
		case i == s.next:
			pool.shares = append(pool.shares, sharePlan{i, nextPool})
			s.vaults = append(s.vaults, ownVault(i, nextOwn))
		case i == s.paused:
			small.shares = append(small.shares, sharePlan{i, pausedStake})
		case i == s.below:
			small.shares = append(small.shares, sharePlan{i, belowStake})
		default:
			small.shares = append(small.shares, sharePlan{i, uint64(max(12_000-700*(i-s.next-1), 2_000))})
		}
	}
	s.vaults = append([]vaultPlan{pool, small}, s.vaults...)
	return s
}

// ownVault is a vault of type 2 or 3, in turn.
func ownVault(owner int, stake uint64) vaultPlan {
	kinds := [2]devnet.Delegator{devnet.OperatorSpecific, devnet.OperatorNetworkSpecific}
	return vaultPlan{delegator: kinds[owner%2], owner: owner, shares: []sharePlan{{owner, stake}}}
}

// sideSet is a further set: up to five operators for three seats, from the other end of the list, so that who is
// small in set 0 is great here.
func sideSet(o Options, number int) setPlan {
	s := setPlan{seats: 3, last: -1, next: -1, paused: -1, below: -1}
	pool := vaultPlan{owner: -1}
	for j := range min(5, o.Operators) {
		i := ((o.Operators-1-2*(number-1)-j)%o.Operators + o.Operators) % o.Operators
		s.operators = append(s.operators, i)
		pool.shares = append(pool.shares, sharePlan{i, uint64(25_000 - 5_000*j)})
	}
	s.vaults = []vaultPlan{pool}
	return s
}

// addVaults gives further vaults to single operators in turn: the three strongest of each further set, and the
// stars of set 0. What an operator has in all stays the same.
func (p plan) addVaults(n int) {
	type place struct{ set, rank int }
	var places []place
	for rank := range 3 {
		for set := 1; set < len(p.sets); set++ {
			places = append(places, place{set, rank})
		}
	}
	for rank := range p.sets[0].last {
		places = append(places, place{0, rank})
	}
	for i := range n {
		at := places[i%len(places)]
		s := &p.sets[at.set]
		s.split(s.operators[at.rank], i)
	}
}

// split moves a third of what an operator has in the first vault that backs it alone, or of its part of the
// pool, to a new vault of its own.
func (s *setPlan) split(operator, kind int) {
	from := &s.vaults[0]
	for i := range s.vaults {
		if s.vaults[i].owner == operator {
			from = &s.vaults[i]
			break
		}
	}
	for i := range from.shares {
		if from.shares[i].operator != operator {
			continue
		}
		third := from.shares[i].stake / 3
		from.shares[i].stake -= third
		v := ownVault(operator, third)
		if kind%2 == 1 {
			v.delegator = devnet.OperatorSpecific + devnet.OperatorNetworkSpecific - v.delegator
		}
		s.vaults = append(s.vaults, v)
		return
	}
}

// addStakers spreads the stakers over the vaults in turn. A vault's first staker has at least half of it.
func (p plan) addStakers(stakers int, r *rand.Rand) {
	var all []*vaultPlan
	for i := range p.sets {
		for j := range p.sets[i].vaults {
			all = append(all, &p.sets[i].vaults[j])
		}
	}
	for i := range stakers {
		v := all[i%len(all)]
		v.deposits = append(v.deposits, depositPlan{staker: i})
	}
	for _, v := range all {
		v.fill(r)
	}
}

// fill splits the vault's total among its stakers.
func (v *vaultPlan) fill(r *rand.Rand) {
	rest := v.total()
	parts, sum := make([]uint64, len(v.deposits)), uint64(0)
	for i := 1; i < len(parts); i++ {
		parts[i] = 1 + r.Uint64N(9)
		sum += parts[i]
	}
	half := rest / 2
	for i := 1; i < len(parts); i++ {
		v.deposits[i].amount = half * parts[i] / sum
		rest -= v.deposits[i].amount
	}
	v.deposits[0].amount = rest
}
