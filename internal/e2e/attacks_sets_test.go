package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// tryCommitRewards signs a reward statement by a whole term and simulates its commit under a header.
func (w *world) tryCommitRewards(h bindings.Header, term devnet.Term, s batch.Rewards) error {
	w.t.Helper()
	certificate := w.statement(term, s.Digest(w.Roster.Domain()))
	return w.simulate(w.attacker, w.Roster.At.Rewards, rewards.PackCommitRewards(h, engine.CommitBinding(s), certificate))
}

// What a small set signs about the rewards of a big one counts nowhere, whatever header it is handed in under
// (beside TestAttackSmallSetWritesTheBigSetsRoot): the header is not the other's, the digest is of the header's set, and
// the keys are not those of the set.
func TestBadRewardStatementOfAnotherSet(t *testing.T) {
	w := newWorld(t, options{second: one(1_000), pot: 5_000})
	w.activate(w.set, 0)
	w.activate(w.other.set, 0)
	small := w.activate(w.other.set, 2)
	big := w.activate(w.set, 2) // era 0 is closed for both
	mine := batch.Rewards{Set: w.other.set, Era: 2, OperatorsRoot: core.Hash{1}, StakersRoot: core.Hash{2}, OperatorsAmount: vara(1_000)}
	w.must(w.tryCommitRewards(small.HeaderBinding(), small, mine)) // its own it may ruin
	theirs := mine
	theirs.Set = w.set
	posing := small.HeaderBinding()
	posing.Set = chain.Number(w.set)
	wantRevertArgs(t, w.tryCommitRewards(posing, small, theirs), "UnknownHeader", w.set, 2, headerHash(posing), big.Header.Hash())
	wantRevertArgs(t, w.tryCommitRewards(small.HeaderBinding(), small, theirs), "SignatureMismatch", mine.Digest(w.Roster.Domain()))
	bits := w.statement(small, theirs.Digest(w.Roster.Domain()))
	bits.Signers.Bitmap = chain.Number(7)
	err := w.simulate(w.attacker, w.Roster.At.Rewards, rewards.PackCommitRewards(big.HeaderBinding(), engine.CommitBinding(theirs), bits))
	wantRevertArgs(t, err, "SignatureMismatch", theirs.Digest(w.Roster.Domain()))
	// More than all numbers there are, in two parts whose sum would wrap around to little.
	mine.OperatorsAmount, mine.StakersAmount = vara(1_000), *new(core.Amount).SetAllOne()
	wantRevertArgs(t, w.tryCommitRewards(small.HeaderBinding(), small, mine), "OverEmission", mine.StakersAmount, vara(1_000))
	mine.OperatorsAmount = core.Amount{}
	wantRevertArgs(t, w.tryCommitRewards(small.HeaderBinding(), small, mine), "OverEmission", mine.StakersAmount, vara(1_000))
}

// The owner changes who can be elected once it knows the stakes of a capture. Every parameter has for era e the value
// that it had at capture(e), and what is announced counts from the first capture at least `notice` later
// (protocol §2).
func TestAttackElectionRulesMovedAfterCapture(t *testing.T) {
	w := newWorld(t, options{})
	times, at := w.Roster.Times, w.Roster.At.Middleware
	moved := devnet.DefaultParameters()
	moved.MaxExecutors, moved.MinStake, moved.MaxStake, moved.MaxVaultStake, moved.Bond =
		1, whole(15_000), whole(25_000), whole(22_000), whole(1)
	w.past(times.Capture(0))
	w.do(w.Owner, at, middleware.PackAnnounceParameters(chain.Number(w.set), moved))
	announced := w.Now()
	from := firstCapture(times, announced+times.Notice)

	d := w.decide(w.set, 0)
	if len(d.Result.Executors) != 3 || d.Result.Total != vara(60_000) {
		t.Fatalf("%d elected with %s", len(d.Result.Executors), d.Result.Total.Dec())
	}
	before := w.balance(w.watcher.Sender.From())
	s := w.propose(w.watcher, d, w.right(d))
	if bond := minus(before, w.balance(w.watcher.Sender.From())); bond != vara(100) {
		t.Fatal(bond.Dec())
	}
	if passing := w.passing(s, d); len(passing) > 0 {
		t.Fatal(passing)
	}
	// The last era before the change, and the first with it.
	e, _ := times.CapturedAt(from)
	if times.Capture(e) != from {
		t.Fatalf("%d is no capture", from)
	}
	last := w.decide(w.set, e-1)
	if len(last.Result.Executors) != 3 {
		t.Fatalf("era %d: %d elected", e-1, len(last.Result.Executors))
	}
	first := w.decide(w.set, e)
	w.compareWeights(first)
	if len(first.Result.Executors) != 1 || first.Result.Total != vara(22_000) {
		t.Fatalf("era %d: %d elected with %s", e, len(first.Result.Executors), first.Result.Total.Dec())
	}
	before = w.balance(w.watcher.Sender.From())
	s = w.propose(w.watcher, first, w.right(first))
	if bond := minus(before, w.balance(w.watcher.Sender.From())); bond != vara(1) {
		t.Fatal(bond.Dec())
	}
	if passing := w.passing(s, first); len(passing) > 0 {
		t.Fatal(passing)
	}
}

// A stake is final only strictly before the block's own second: until then it can still change in the same block, so
// no view answers (protocol §2).
func TestStakeOfThePresentIsRefused(t *testing.T) {
	w := newWorld(t, options{})
	at, set, o := w.Roster.At.Middleware, chain.Number(w.set), w.operators[0].Sender.From()
	next := w.next()
	for _, when := range []core.Time{next, next + 1, next + 1_000_000} {
		for name, call := range map[string][]byte{
			"stakeAt": middleware.PackStakeAt(set, o, chain.Number(when)), "weightAt": middleware.PackWeightAt(set, o, chain.Number(when)),
			"slashableAt": middleware.PackSlashableAt(set, o, chain.Number(when)), "stakesAt": middleware.PackStakesAt(set, o, chain.Number(when)),
		} {
			t.Log(name)
			wantRevertArgs(t, w.simulate(w.attacker, at, call), "NotInThePast", when, next)
		}
	}
	w.must(w.simulate(w.attacker, at, middleware.PackWeightAt(set, o, chain.Number(next-1))))
}

// A new set may go on from a batch of a dead one, and from there only.
func TestSetThatGoesOnFromADeadOne(t *testing.T) {
	w := newWorld(t, options{})
	dead := core.Hash{5}
	w.do(w.Owner, w.Roster.At.Middleware, middleware.PackCreateSet(devnet.DefaultParameters(), 21, dead))
	if got := headOf(w, 1); got != batch.Head(21, dead) {
		t.Fatal(got)
	}
}
