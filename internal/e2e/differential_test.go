package e2e

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// TestDifferentialElection compares core's election with the contracts on random networks: whatever operators,
// stakes, caps, ties, limits, pauses, departures and rotations there are, before, at and after the capture, core's
// list is accepted, no challenge whatever succeeds against it, and every list that differs in one thing is either
// refused or falls to a challenge that core's audit finds (protocol §4: "it has exactly one right answer").
func TestDifferentialElection(t *testing.T) {
	seeds := 8
	if testing.Short() {
		seeds = 3
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(seed), 4))
			w := randomWorld(t, rng)
			w.past(w.Roster.Times.Capture(0))
			for range 3 {
				w.disturb(rng) // after the capture: must not count
			}
			w.compare(rng, w.set, 0)
		})
	}
}

// TestDifferentialElectionWithJails is the same for an election in which one operator sits in jail for a real
// equivocation in the era before.
func TestDifferentialElectionWithJails(t *testing.T) {
	w := newWorld(t, options{stakes: one(8_000, 8_000, 8_000, 3_000, 3_000, 3_000), parameters: func(p *bindings.SetParameters) {
		p.MaxExecutors = 4
	}})
	term := w.activate(w.set, 0)
	jailed := term.Entries[1].Operator
	w.equivocate(term, 1)
	d := w.decide(w.set, 1)
	for _, o := range d.Result.Outcomes {
		if o.Operator == jailed && (o.Elected || o.JailedUntil == 0 || o.JailedUntil != w.Roster.Times.Start(3)) {
			t.Fatalf("%s: jailed until %d, want %d", o, o.JailedUntil, w.Roster.Times.Start(3))
		}
	}
	w.compare(rand.New(rand.NewPCG(1, 1)), w.set, 1)
}

// randomWorld makes a network whose elections have ties, caps, rounding and ineligible operators in them.
func randomWorld(t *testing.T, rng *rand.Rand) *world {
	operators, vaults := 5+rng.IntN(8), 1+rng.IntN(3)
	amounts := []uint64{0, 400, 1_000, 1_000, 2_500, 2_500, 7_000, 20_000}
	stakes := make([][]uint64, operators)
	for i := range stakes {
		stakes[i] = make([]uint64, vaults)
		for v := range stakes[i] {
			stakes[i][v] = amounts[rng.IntN(len(amounts))]
		}
	}
	stakes[0][0] = 2_500 // so that somebody is eligible and every vault-less corner stays possible
	w := newWorld(t, options{stakes: stakes, parameters: func(p *bindings.SetParameters) {
		p.MaxExecutors = uint8(2 + rng.IntN(operators))
		p.MinStake, p.MaxStake, p.MaxVaultStake = whole(1_000), whole(8_000), whole(6_000)
	}})
	for _, v := range w.vaults {
		// What does not divide: a stake is floor(shares · active / all shares), or of the limit if that is lower.
		if rng.IntN(2) == 0 {
			w.stake(v, *uint256.NewInt(1 + rng.Uint64N(3_000*devnet.VARA)))
		}
		if rng.IntN(3) == 0 {
			w.limit(v, *uint256.NewInt(1 + rng.Uint64N(30_000*devnet.VARA)))
		}
	}
	for range 4 {
		w.disturb(rng)
	}
	// One change in the very second of the capture: ours count from the next one, Symbiotic's at once.
	w.nextAt(w.Roster.Times.Capture(0))
	w.disturb(rng)
	return w
}

// disturb does one random thing that can change an election; one that is refused makes no block.
func (w *world) disturb(rng *rand.Rand) {
	w.t.Helper()
	o, v := w.operators[1+rng.IntN(len(w.operators)-1)], w.vaults[rng.IntN(len(w.vaults))]
	set, at := chain.Number(w.set), w.Roster.At
	switch rng.IntN(8) {
	case 0:
		_ = w.try(o.Hand, at.Operators, operators.PackPause(set))
	case 1:
		_ = w.try(o.Hand, at.Operators, operators.PackResume(set))
	case 2:
		_ = w.try(o.Hand, at.Operators, operators.PackLeaveSet(set))
	case 3:
		w.rotate(o, fmt.Sprint(rng.Uint64()))
	case 4:
		_ = w.try(o.Hand, at.Middleware, middleware.PackUnlinkVault(set, v.Address))
	case 5:
		w.delegate(v, o, *uint256.NewInt(rng.Uint64N(9_000 * devnet.VARA)))
	case 6:
		w.limit(v, *uint256.NewInt(rng.Uint64N(40_000 * devnet.VARA)))
	case 7:
		w.stake(v, *uint256.NewInt(1 + rng.Uint64N(5_000*devnet.VARA)))
	}
}

// compare is the differential test of one election.
func (w *world) compare(rng *rand.Rand, set core.SetID, e core.Era) {
	w.t.Helper()
	d := w.decide(set, e)
	w.compareWeights(d)
	w.approveBond(w.attacker)
	w.approveBond(w.watcher)
	w.approveBond(w.Owner)
	if len(d.Result.Executors) == 0 {
		w.t.Fatal("nobody is eligible: the test tests nothing")
	}
	unproposed := w.Head().Hash()

	standing := w.propose(w.Owner, d, w.right(d))
	if found, err := engine.Audit(standing, d); err != nil || len(found) > 0 {
		w.t.Fatal("audit of the right list: ", err, found)
	}
	if passing := w.passing(standing, d); len(passing) > 0 {
		w.t.Fatal("challenges that succeed against the right list: ", passing)
	}
	w.back(unproposed)

	outcomes := map[string]int{}
	for _, m := range mutations(rng, d, w.Roster.Domain()) {
		outcomes[w.mutate(rng, d, m)]++
		w.back(unproposed)
	}
	w.t.Logf("%d operators, %d elected; wrong lists by what happened to them: %v", len(d.Result.Outcomes), len(d.Result.Executors), outcomes)
	for _, kind := range []election.Kind{"refused", election.ChallengeEntry, election.ChallengeOmission, election.ChallengeAggregate} {
		if outcomes[string(kind)] == 0 && len(d.Result.Executors) > 1 {
			w.t.Errorf("no wrong list was %s: the test tests too little", kind)
		}
	}
}

// compareWeights checks core's arithmetic operator by operator against the Middleware's, and its list against
// the dumbest election there is.
func (w *world) compareWeights(d engine.Decision) {
	w.t.Helper()
	set, t := chain.Number(d.Snapshot.Set), chain.Number(d.Snapshot.Capture)
	var all []merkle.Entry
	for _, o := range d.Result.Outcomes {
		at := common.Address(o.Operator)
		stake := ask(w, w.Roster.At.Middleware, middleware.PackStakeAt(set, at, t), middleware.UnpackStakeAt)
		weight := ask(w, w.Roster.At.Middleware, middleware.PackWeightAt(set, at, t), middleware.UnpackWeightAt)
		key := ask(w, w.Roster.At.Operators, operators.PackKeyHashAt(set, at, t), operators.UnpackKeyHashAt)
		if chain.Amount(stake) != o.Stake || chain.Amount(weight) != o.Weight {
			w.t.Fatalf("%s: core has stake %s and weight %s, the chain %s and %s", o.Operator, o.Stake.Dec(), o.Weight.Dec(), stake, weight)
		}
		if weight.Sign() > 0 {
			all = append(all, merkle.Entry{Operator: o.Operator, Weight: chain.Amount(weight), KeyHash: key})
		}
	}
	order(all, d, w.Roster.Domain())
	all = all[:min(len(all), int(d.Snapshot.Rules.MaxExecutors))]
	if !slices.Equal(all, d.Result.Executors) {
		w.t.Fatalf("core elects %v, the chain's weights give %v", d.Result.Executors, all)
	}
}

// order sorts entries as an election would: weight descending, then ticket.
func order(entries []merkle.Entry, d engine.Decision, domain batch.Domain) {
	slices.SortStableFunc(entries, func(a, b merkle.Entry) int {
		if by := b.Weight.Cmp(&a.Weight); by != 0 {
			return by
		}
		x, y := ticket(a.Operator, d, domain), ticket(b.Operator, d, domain)
		return bytes.Compare(x[:], y[:])
	})
}

func ticket(o core.Address, d engine.Decision, domain batch.Domain) core.Hash {
	return batch.Lottery(domain.ChainID, domain.Router, d.Snapshot.Set, d.Snapshot.Era, d.Draw.Seed, o)
}

// passing tries every challenge there can be against a standing proposal and returns those that succeed: each
// entry, each operator at each place, the sum of the keys. Those that fail must say why.
func (w *world) passing(s chain.Elected, d engine.Decision) (passing []string) {
	w.t.Helper()
	weight := map[core.Address]core.Amount{}
	for _, o := range d.Result.Outcomes {
		weight[o.Operator] = o.Weight
	}
	for i, e := range s.Entries {
		err := w.simulate(w.watcher, w.Roster.At.Router, w.challengeEntry(s, i))
		if err == nil {
			passing = append(passing, fmt.Sprintf("entry %d", i))
			continue
		}
		wantRevertArgs(w.t, err, "EntryIsRight", e.Operator, e.Weight)
	}
	for _, o := range w.candidates(s, d) {
		for _, places := range gaps(len(s.Entries)) {
			err := w.simulate(w.watcher, w.Roster.At.Router, w.challengeOmission(s, o, places...))
			if err == nil {
				passing = append(passing, fmt.Sprintf("omission of %s at %v", o, places))
				continue
			}
			need := weight[o]
			switch chain.RevertName(err) {
			case "ListIsFull":
				wantRevertArgs(w.t, err, "ListIsFull", d.Snapshot.Rules.MaxExecutors)
			case "NotEligible":
				wantRevertArgs(w.t, err, "NotEligible", o)
				if !need.IsZero() {
					w.t.Fatalf("%s with weight %s is not eligible", o, need.Dec())
				}
			default:
				wantRevertArgs(w.t, err, "NotBetween", o, need)
			}
		}
	}
	if call, ok := w.challengeAggregate(s, d.Registered); ok {
		if err := w.simulate(w.watcher, w.Roster.At.Router, call); err == nil {
			passing = append(passing, "aggregate")
		} else {
			wantRevertArgs(w.t, err, "AggregateIsRight")
		}
	}
	slices.Sort(passing)
	return passing
}

// candidates are everyone an omission could be claimed of: all operators of the set, those that are listed, and
// somebody nobody knows.
func (w *world) candidates(s chain.Elected, d engine.Decision) []core.Address {
	var all []core.Address
	for _, o := range d.Result.Outcomes {
		all = append(all, o.Operator)
	}
	for _, e := range s.Entries {
		if !slices.Contains(all, e.Operator) {
			all = append(all, e.Operator)
		}
	}
	return append(all, core.Address(w.attacker.Sender.From()))
}

// back makes an earlier block the head again.
func (w *world) back(to common.Hash) {
	w.t.Helper()
	w.must(w.Fork(to, true))
	for _, h := range []engine.Hand{w.Owner, w.watcher, w.attacker} {
		h.Sender.Forget()
	}
}
