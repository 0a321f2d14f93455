package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/executor"
)

// The quorum (30,000 and 20,000 of 60,000) certifies a lie and wants the third, who signed the truth, slashed for
// it. It can prove no equivocation, and its dispute leads nowhere without the judge, who reads the batch.
func TestAttackQuorumFramesTheHonestMinority(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	c := w.contradict(term, []int{0, 1}, []int{2})
	d := w.disputed(c)

	honest := offence(term, 2, slash.WrongResult)
	wantRevertArgs(t, w.accuse(d, term, 2), "NotUpheld", d.Id)
	wantRevertArgs(t, w.request(honest, w.vaults[0]), "UnknownOffence", w.set, honest.Operator, 0, 1)
	_, err := w.attacker.Uphold(w.ctx, d.Dispute, c.digests[1])
	wantRevertArgs(t, err, "OnlyJudge", w.attacker.Sender.From())
	// One of theirs signed the truth as well, to have a bit in both: that convicts him, and him alone.
	both := evidence{term: term, number: c.batches[0].Number, hashes: [2]core.Hash{c.batches[0].Hash(), c.batches[1].Hash()},
		signed: [2]executor.Signed{c.signed[0], w.signed(term, c.digests[1], 0, 2)}}
	wantRevertArgs(t, w.report(w.attacker, both, 2), "NotSigned", 2, 1)

	w.must(w.uphold(d, c.digests[0]))
	wantRevertArgs(t, w.accuse(d, term, 2), "NotSigned", 2, 3)
	if until := w.jailedUntil(honest.Operator); until != 0 {
		t.Errorf("the honest one is jailed until %d", until)
	}
	w.must(w.accuse(d, term, 0, 1))
}

// A quorum certifies a lie and the Router takes it: whoever has the one other signature brings it before the
// judge, and all of the quorum pay, though they outvote everybody.
func TestAttackQuorumCertifiesALie(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	c := w.contradict(term, []int{0, 1}, []int{2})
	_, err := w.attacker.CommitBatch(w.ctx, term.Committee, 0, c.batches[0], c.signed[0])
	w.must(err)

	d := w.disputed(c)
	w.must(w.uphold(d, c.digests[0]))
	w.must(w.accuse(d, term, 1)) // any subset per call
	w.must(w.accuse(d, term, 0))
	for place, stake := range []uint64{30_000, 20_000} {
		o := offence(term, place, slash.WrongResult)
		if until, want := w.jailedUntil(o.Operator), w.Roster.Times.Start(3); until != want {
			t.Errorf("place %d is jailed until %d, want %d", place, until, want)
		}
		before := w.burnt()
		at := w.requested(o, w.vaults[0])
		w.nextAt(at + w.Roster.Times.MinVeto)
		w.must(w.execute(o, w.vaults[0]))
		wantAmount(t, "what a lie costs: a tenth", less(t, w.burnt(), before), vara(stake/10))
	}
	if until := w.jailedUntil(term.Entries[2].Operator); until != 0 {
		t.Errorf("the honest one is jailed until %d", until)
	}
}

// A judge who never speaks slashes nobody: the dispute lapses at D(e) + requestWindow.
func TestAttackAbsentJudge(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	c := w.contradict(term, []int{0, 1}, []int{2})
	d := w.disputed(c)
	deadline := w.Roster.Times.RequestDeadline(0)
	w.nextAt(deadline + 1)
	wantRevertArgs(t, w.uphold(d, c.digests[0]), "TooLateToUphold", deadline+1, deadline)
	for place := range 3 {
		wantRevertArgs(t, w.accuse(d, term, place), "NotUpheld", d.Id)
		wantRevert(t, w.request(offence(term, place, slash.WrongResult), w.vaults[0]), "UnknownOffence")
		if until := w.jailedUntil(term.Entries[place].Operator); until != 0 {
			t.Errorf("place %d is jailed until %d", place, until)
		}
	}
}

// A resolver who never answers stops nothing: the slash waits for his window, counted from the request, not one
// second less or more.
func TestAttackAbsentResolver(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	o := w.convict(term, 0)
	at := w.requested(o, w.vaults[0])
	end := at + w.Roster.Times.MinVeto
	w.nextAt(end - 1)
	wantRevertArgs(t, w.execute(o, w.vaults[0]), "VetoWindowOpen", end-1, end)
	w.nextAt(end)
	w.must(w.execute(o, w.vaults[0]))
	wantAmount(t, "burnt", w.burnt(), vara(15_000))
}

// The attacker commits equivocations by the hundred to have bounties, jails and slashes by the hundred: an operator
// has one offence of a kind in an era, whatever it signed, and all its vaults together pay one capped bounty.
func TestAttackMillionOffences(t *testing.T) {
	w := newWorld(t, options{stakes: [][]uint64{{10_000, 10_000, 10_000}, {10_000, 10_000, 0}, {10_000, 0, 0}}})
	term := w.activate(w.set, 0)
	w.must(w.report(w.watcher, w.twoBatches(term, 1, []int{0}, []int{0})))
	culprit := term.Entries[0].Operator
	for number := uint64(1); number < 4; number++ {
		err := w.report(w.attacker, w.twoBatches(term, number, []int{0}, []int{0}))
		wantRevertArgs(t, err, "AlreadyReported", w.set, culprit, 0, 0)
	}
	// Nor by naming one twice in a call, or beside one who is on record: each is recorded once (protocol §7).
	w.must(w.report(w.attacker, w.twoBatches(term, 2, []int{0, 1}, []int{0, 1}), 1, 0, 1))
	reported, err := w.Roster.OffencesOf(w.ctx, w.set, w.Block())
	w.must(err)
	if len(reported) != 2 {
		t.Errorf("%d offences are on record, want 2", len(reported))
	}
	if by := w.reporterOf(offence(term, 0, slash.Equivocation)); by != w.watcher.Sender.From() {
		t.Errorf("the first report is now by %v", by)
	}

	o := offence(term, 0, slash.Equivocation)
	before := w.balance(w.watcher.Sender.From())
	var at core.Time
	for _, v := range w.vaults {
		at = w.requested(o, v)
	}
	w.nextAt(at + w.Roster.Times.MinVeto)
	for _, v := range w.vaults {
		w.must(w.execute(o, v))
	}
	wantAmount(t, "burnt", w.burnt(), vara(15_000))
	// A hundredth of 15,000 is 150; the cap of the set is 10, for the offence.
	wantAmount(t, "bounty over three vaults", less(t, w.balance(w.watcher.Sender.From()), before), vara(10))
}

// Colluders sign so that nobody's own signature can be shown: what each of them publishes is off by a blinding
// that only the sum cancels. The sum verifies for the bitmaps, and everybody in both of them is convicted.
func TestAttackAggregateOnlyColluders(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	e := w.twoBatches(term, 1, []int{0, 1, 2}, []int{0, 1})
	blinding := w.team[term.Entries[0].Operator].Key.Sign(core.Hash{1}, bls.Statement)
	for i, hash := range e.hashes {
		digest := w.hashDigest(term, 1, hash)
		blinded := bls.AggregateSignatures(w.at(term, 0).Key.Sign(digest, bls.Statement), blinding)
		if bls.Verify(digest, bls.Statement, term.Keys[0], blinded) == nil {
			t.Fatal("the blinded signature can be shown after all")
		}
		rest := bls.AggregateSignatures(w.at(term, 1).Key.Sign(digest, bls.Statement), negated(t, blinding))
		parts := []bls.Signature{blinded, rest}
		if i == 0 {
			parts = append(parts, w.at(term, 2).Key.Sign(digest, bls.Statement))
		}
		e.signed[i].Signature = bls.AggregateSignatures(parts...)
	}
	// The third signed one of the two, and no aggregate can make him a signer of the other.
	wantRevertArgs(t, w.report(w.watcher, e, 2), "NotSigned", 2, 3)
	w.must(w.report(w.watcher, e))
	for place := range 2 {
		if w.jailedUntil(term.Entries[place].Operator) == 0 {
			t.Errorf("the colluder in place %d is free", place)
		}
	}
	// A bitmap that claims more than the sum covers proves nothing against anyone.
	e = w.twoBatches(term, 2, []int{0, 2}, []int{0})
	e.signed[1].Bitmap = e.signed[1].Bitmap.With(2)
	wantRevert(t, w.report(w.attacker, e, 2), "SignaturesMismatch")
}

// Guilty anyway, an operator reports itself to get back by the bounty what it loses. The bounty is a part of what
// was really taken, at most a tenth of it by the bounds, and capped.
func TestAttackSelfReportForTheBounty(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	self := w.at(term, 0)
	w.must(w.report(self.Hand, w.twoBatches(term, 1, []int{0}, []int{0})))
	o := offence(term, 0, slash.Equivocation)
	at := w.requested(o, w.vaults[0])
	w.nextAt(at + w.Roster.Times.MinVeto)
	before := w.balance(self.Sender.From())
	w.must(w.execute(o, w.vaults[0]))
	bounty := less(t, w.balance(self.Sender.From()), before)
	wantAmount(t, "bounty", bounty, vara(10))
	if loss := w.burnt(); !bounty.Lt(&loss) {
		t.Errorf("the bounty %s makes up for the loss %s", bounty.Dec(), loss.Dec())
	}
}
