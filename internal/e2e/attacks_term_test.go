package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/engine"
)

// Executors that were voted out go on signing under the header they were elected by, which the Router still knows.
// Before it accepts a header it looks at the words of all later eras (protocol §4, the peer's hole).
func TestAttackOldHeaderWhileANewerSetIsActive(t *testing.T) {
	w := newWorld(t, options{})
	old := w.activate(w.set, 0)
	w.commit(old, 1)
	next := w.elect(w.set, 1)
	w.must(w.tryNext(old)) // the next set stands, and is not active: the old one goes on
	activeAt := w.Roster.Times.ActiveAt(1, next.PostedAt)
	w.nextAt(activeAt - 1)
	w.must(w.tryNext(old)) // its last second
	w.nextAt(activeAt)
	wantRevertArgs(t, w.tryNext(old), "SupersededBy", w.set, 1)
	entry := w.entry(old.Elected, 0)
	err := w.simulate(w.attacker, w.Roster.At.Router, router.PackEject(old.HeaderBinding(), entry))
	wantRevertArgs(t, err, "SupersededBy", w.set, 1)
	w.must(w.tryNext(next))
	// Two eras on, with the one in between skipped over, as well.
	third := w.activate(w.set, 2)
	wantRevert(t, w.tryNext(old), "LifetimeOver")
	wantRevertArgs(t, w.tryNext(next), "SupersededBy", w.set, 2)
	w.must(w.tryNext(third))
}

// A proposed set signs before its time, to certify what it likes while its list can still be challenged. Until
// activeAt the Router takes nothing from it (protocol §4).
func TestAttackPendingSetSignsForItself(t *testing.T) {
	w := newWorld(t, options{})
	first := w.elect(w.set, 0)
	start := w.Roster.Times.ActiveAt(0, first.PostedAt)
	wantRevertArgs(t, w.tryNext(first), "NotActiveYet", w.set, 0, w.next(), start)
	err := w.simulate(w.attacker, w.Roster.At.Router, router.PackEject(first.HeaderBinding(), w.entry(first.Elected, 0)))
	wantRevertArgs(t, err, "NotActiveYet", w.set, 0, w.next(), start)
	b, _ := w.nextBatch(w.set, 1)
	add := router.PackAddSigners(first.HeaderBinding(), 1, b.Hash(), w.statement(first, w.digestOfBatch(first, b)))
	wantRevertArgs(t, w.simulate(w.attacker, w.Roster.At.Router, add), "NeverActive", w.set, 0)
	w.nextAt(start - 1)
	wantRevertArgs(t, w.tryNext(first), "NotActiveYet", w.set, 0, start-1, start)
	w.nextAt(start)
	w.must(w.tryNext(first))

	// Posted late in its era, a set waits for the whole challenge window.
	late := w.decide(w.set, 1)
	w.nextAt(w.Roster.Times.Start(1) + 40)
	s := w.propose(w.attacker, late, w.right(late))
	term, err := w.Term(w.ctx, late)
	w.must(err)
	wantRevertArgs(t, w.tryNext(term), "NotActiveYet", w.set, 1, w.next(), s.PostedAt+w.Roster.Times.ChallengeWindow)
	w.must(w.tryNext(first)) // meanwhile the old set signs
}

// No successor is elected, and an old set goes on for longer than its stake is slashable. After its lifetime the
// Router accepts nothing from it: safety before liveness (protocol §2, setLifetime); the next era's set succeeds it
// like any other (§9).
func TestAttackLateOldSet(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	end := w.Roster.Times.LifetimeEnd(0)
	w.nextAt(end - 1)
	w.must(w.tryNext(term))
	w.nextAt(end)
	wantRevertArgs(t, w.tryNext(term), "LifetimeOver", w.set, 0, end, end)
	eject := router.PackEject(term.HeaderBinding(), w.entry(term.Elected, 0))
	wantRevertArgs(t, w.simulate(w.attacker, w.Roster.At.Router, eject), "LifetimeOver", w.set, 0, end, end)
	if _, active, err := w.Roster.ActiveEra(w.ctx, w.set, w.Block()); err != nil || !active {
		t.Fatal(active, err) // the newest block is the last second of its lifetime
	}
	w.must(w.Advance(1))
	if e, active, err := w.Roster.ActiveEra(w.ctx, w.set, w.Block()); err != nil || active {
		t.Fatal(e, active, err)
	}
	wantRevert(t, w.tryNext(term), "LifetimeOver")
	next := w.activate(w.set, 2)
	w.commit(next, 1)
	wantRevertArgs(t, w.tryNext(term), "LifetimeOver", w.set, 0, w.next(), end)
}

// A batch that was certified twice, with two ends or two outcomes, would fork the chain of batches. Its end follows from
// its number, and only one batch follows a head (protocol §6); that two were signed is evidence.
func TestAttackTwoEndsOfOneBatch(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	first, head := w.nextBatch(w.set, 1)
	shorter := first
	shorter.EndBlock--
	parent, err := w.Client().HeaderByNumber(w.ctx, chain.Number(shorter.EndBlock))
	w.must(err)
	shorter.EndBlockHash = core.Hash(parent.Hash())
	wantRevertArgs(t, w.trySigned(term, head, shorter), "NotTheIntervalsEnd", first.Number, shorter.EndBlock, first.EndBlock)

	second := first
	second.StateRoot = core.Hash{2}
	h, s := term.HeaderBinding(), w.statement(term, w.digestOfBatch(term, second))
	w.must(w.tryCommit(h, head, second, s)) // it would have passed
	_, err = w.Owner.CommitBatch(w.ctx, term.Committee, head, first, w.gathered(term, w.digestOfBatch(term, first)))
	w.must(err)
	now := batch.Head(first.Number, first.Hash())
	wantRevertArgs(t, w.tryCommit(h, head, second, s), "NotTheHead", batch.Head(head, core.Hash{}), now)
	wantRevertArgs(t, w.tryCommit(h, first.Number, second, s), "NotTheHead", batch.Head(first.Number, core.Hash{}), now)
	// Put behind the first, it is another batch than the one that was signed.
	second.PreviousHash = first.Hash()
	wantRevertArgs(t, w.tryCommit(h, first.Number, second, s), "NumberNotAbove", first.Number, first.Number)
	next, _ := w.nextBatch(w.set, 2)
	wantRevertArgs(t, w.tryCommit(h, first.Number, next, s), "SignatureMismatch", w.digestOfBatch(term, next))
}

// What Executors of one set certify is handed in for another set, to move its chain of batches. The header of the
// one is not the other's, and the digest names the set (protocol §5).
func TestAttackCertificateOfAnotherSet(t *testing.T) {
	w := newWorld(t, options{second: one(5_000, 5_000)})
	big, small := w.activate(w.set, 0), w.activate(w.other.set, 0)
	b, head := w.nextBatch(small.Set, 1)
	s := w.statement(small, w.digestOfBatch(small, b))
	posing := small.HeaderBinding()
	posing.Set = chain.Number(w.set)
	wantRevertArgs(t, w.tryCommit(posing, head, b, s), "UnknownHeader", w.set, 0, headerHash(posing), big.Header.Hash())
	// Under the big set's own header the small set's signatures are of somebody else.
	all := w.statement(small, w.digestOfBatch(small, b))
	err := w.tryCommit(big.HeaderBinding(), head, b, bindings.Statement{Signers: bindings.Signers{Bitmap: chain.Number(7),
		Absent: []byte{}, Proof: [][32]byte{}}, Signature: all.Signature})
	b.Set = w.set
	wantRevertArgs(t, err, "SignatureMismatch", w.digestOfBatch(big, b))
}

// A reorganisation gives the seal another block, and so another seed. A list that was computed with the seed that
// is gone must not be taken for one of the new: the proposal names its seed and reverts (protocol §4).
func TestAttackReorgOfTheSeal(t *testing.T) {
	w := newWorld(t, options{stakes: one(10_000, 10_000, 10_000, 10_000, 10_000, 10_000)}) // six equals, four seats
	w.approveBond(w.attacker)
	w.nextAt(w.Roster.Times.SealableAt(0))
	before := w.Head().Hash()
	gone := w.decide(w.set, 0)
	w.back(before)
	w.must(w.Advance(2))
	d := w.decide(w.set, 0)
	if d.Draw.Seed == gone.Draw.Seed {
		t.Fatal("both branches have one seed: the test tests nothing")
	}
	err := w.tryPropose(w.attacker, w.set, 0, w.right(gone))
	wantRevertArgs(t, err, "SeedMismatch", seedNumber(gone), seedNumber(d))
	// Re-labelled with the new seed the old order is wrong, or its choice is, and a watcher shows it.
	relabelled := w.right(gone)
	relabelled.Seed = seedNumber(d)
	if err := w.tryPropose(w.attacker, w.set, 0, relabelled); err != nil {
		wantRevert(t, err, "EntriesOutOfOrder")
	} else {
		found, err := engine.Audit(w.propose(w.attacker, d, relabelled), d)
		w.must(err)
		if len(found) == 0 {
			t.Fatal("the draw of the branch that is gone passes for this one's")
		}
	}
}

// A reorganisation around the capture changes whose stake counted. Nothing is decided before the capture is
// finalityLag old: an era cannot be sealed earlier (protocol §2, §4), and from then on everyone reads the same.
func TestAttackReorgAtCapture(t *testing.T) {
	w := newWorld(t, options{stakes: one(12_000, 10_000)})
	capture := w.Roster.Times.Capture(0)
	staker := w.vaults[0].staker
	w.give(staker, 8_000)
	w.do(staker, w.Roster.At.Token, token.PackApprove(w.vaults[0].Address, whole(8_000)))
	w.nextAt(capture)
	before := w.Head().Hash()
	w.do(staker, w.vaults[0].Address, vaults.PackDeposit(staker.Sender.From(), whole(8_000))) // in the capture's own second
	w.approveBond(w.attacker)
	from := w.Roster.Times.SealableAt(0)
	seal := router.PackSeal(0)
	wantRevertArgs(t, w.simulate(w.attacker, w.Roster.At.Router, seal), "NotSealable", 0, w.next(), from)
	w.nextAt(from - 1)
	wantRevertArgs(t, w.simulate(w.attacker, w.Roster.At.Router, seal), "NotSealable", 0, from-1, from)
	wantRevertArgs(t, w.tryProposeUnsealed(0), "NotSealable", 0, w.next(), from)

	gone := w.decide(w.set, 0)
	w.back(before) // the reorganisation is longer than finalityLag allows, to have something to compare
	staker.Sender.Forget()
	d := w.decide(w.set, 0)
	w.compareWeights(d)
	if gone.Result.Total == d.Result.Total {
		t.Fatalf("both branches have the total %s: the test tests nothing", d.Result.Total.Dec())
	}
	s := w.propose(w.Owner, d, w.right(d))
	if passing := w.passing(s, d); len(passing) > 0 {
		t.Fatal(passing)
	}
}
