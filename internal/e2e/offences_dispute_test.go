package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// A minority alone cannot summon the judge, nor can exactly two thirds.
func TestDisputeOfNothingCertified(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	_, err := w.dispute(w.attacker, w.contradict(term, []int{0, 2}, []int{1})) // 40,000 of 60,000
	wantRevertArgs(t, err, "NeitherCertified", vara(40_000), vara(20_000))
	_, err = w.dispute(w.attacker, w.contradict(term, []int{1}, []int{0, 1})) // either side may be it
	w.must(err)
}

// What two batches must share to contradict each other: the set, the number and the hash before; their contents
// must differ.
func TestDisputeOfDifferentSlots(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	slot := func(change func(*batch.Batch)) error {
		c := w.contradict(term, []int{0, 1}, []int{2})
		change(&c.batches[1])
		c.digests[1] = w.StatementOf(term.Committee, c.batches[1])
		c.signed[1] = w.signed(term, c.digests[1], 2)
		_, err := w.dispute(w.watcher, c)
		return err
	}
	wantRevert(t, slot(func(b *batch.Batch) { b.Number++ }), "DifferentSlots")
	wantRevert(t, slot(func(b *batch.Batch) { b.PreviousHash = core.Hash{1} }), "DifferentSlots")
	wantRevertArgs(t, slot(func(b *batch.Batch) { b.StateRoot = core.Hash{31: 1} }), "NoContradiction")
	// The preimage handed in is what was signed.
	c := w.contradict(term, []int{0, 1}, []int{2})
	c.batches[0].StateRoot = core.Hash{31: 9}
	_, err := w.dispute(w.watcher, c)
	wantRevert(t, err, "SignatureMismatch")
}

// Sets of one operator each on a slot of their own never contradict each other.
func TestDisputeAcrossSets(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	first := w.activate(w.set, 0)
	second := w.activate(w.other.set, 0)
	c := w.contradictAcross([2]devnet.Term{first, second}, []int{0, 1}, []int{0})
	_, err := w.dispute(w.attacker, c)
	wantRevert(t, err, "DifferentSlots")
	// Relabelled as one of the first set, the second set's header is unknown there.
	c.terms[1].Committee.Set, c.terms[1].Committee.Header.Set = w.set, w.set
	c.batches[1].Set = w.set
	_, err = w.dispute(w.attacker, c)
	wantRevert(t, err, "UnknownHeader")
}

// The judge speaks once, of one of the two, in time; nobody else does.
func TestUphold(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	c := w.contradict(term, []int{0, 1}, []int{2})
	d := w.disputed(c)
	_, err := w.dispute(w.watcher, c)
	wantRevertArgs(t, err, "AlreadyDisputed", d.Id)
	for _, by := range []engine.Hand{w.Owner, w.Resolver, w.Stranger} {
		_, err := by.Uphold(w.ctx, d.Dispute, c.digests[0])
		wantRevertArgs(t, err, "OnlyJudge", by.Sender.From())
	}
	wantRevertArgs(t, w.uphold(d, core.Hash{1}), "NotOfTheDispute", core.Hash{1})
	invented := *d
	invented.Dispute.A.Bitmap = whole(4)
	wantRevert(t, w.uphold(&invented, c.digests[0]), "UnknownDispute")
	w.nextAt(w.Roster.Times.RequestDeadline(0))
	w.must(w.uphold(d, c.digests[1]))
	wantRevertArgs(t, w.uphold(d, c.digests[1]), "AlreadyUpheld", d.Id)
	wantRevertArgs(t, w.uphold(d, c.digests[0]), "AlreadyUpheld", d.Id)
	if state := ask(w, w.Roster.At.Offences, offences.PackDisputeState(d.Id), offences.UnpackDisputeState); state != 3 {
		t.Errorf("state is %d, want 3: b is wrong", state)
	}
}

// Reporting a wrong result: not before the judge spoke, under the wrong side's header alone, of its signers alone,
// in time. The minority is convicted like a quorum when it is the one that lied.
func TestReportWrongResult(t *testing.T) {
	w := newWorld(t, options{})
	first, second := w.activate(w.set, 0), w.activate(w.set, 1)
	c := w.contradictAcross([2]devnet.Term{first, second}, []int{2}, []int{0, 1})
	d := w.disputed(c)
	wantRevertArgs(t, w.accuse(d, first, 2), "NotUpheld", d.Id)
	w.must(w.uphold(d, c.digests[0]))
	wantRevertArgs(t, w.accuse(d, second, 2), "WrongHeader", second.Header.Hash(), first.Header.Hash())
	wantRevertArgs(t, w.accuse(d, first, 0), "NotSigned", 0, 4)
	wantRevertArgs(t, w.accuse(d, first), "NobodyAccused")
	deadline := w.Roster.Times.RequestDeadline(0)
	w.nextAt(deadline)
	w.must(w.accuse(d, first, 2))
	wantRevertArgs(t, w.accuse(d, first, 2), "TooLateToReport", deadline+1, deadline)
	o := offence(first, 2, slash.WrongResult)
	if got := w.reporterOf(o); got != w.watcher.Sender.From() {
		t.Errorf("reporter is %v, want who disputed, %v", got, w.watcher.Sender.From())
	}
}

// The bounty of a wrong result is that of who disputed it, whoever records the offenders afterwards.
func TestBountyOfADispute(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	c := w.contradict(term, []int{0, 1}, []int{2})
	d := w.disputed(c)
	w.must(w.uphold(d, c.digests[0]))
	_, err := w.attacker.ReportWrongResult(w.ctx, d.Dispute, term.Elected, []int{0})
	w.must(err)
	o := offence(term, 0, slash.WrongResult)
	at := w.requested(o, w.vaults[0])
	w.nextAt(at + w.Roster.Times.MinVeto)
	disputer, reporter := w.balance(w.watcher.Sender.From()), w.balance(w.attacker.Sender.From())
	w.must(w.execute(o, w.vaults[0]))
	wantAmount(t, "the disputer's bounty", less(t, w.balance(w.watcher.Sender.From()), disputer), vara(10))
	wantAmount(t, "the reporter's bounty", w.balance(w.attacker.Sender.From()), reporter)
}

// A second dispute of the same statements, by another reporter, convicts nobody twice.
func TestDisputeTwice(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	c := w.contradict(term, []int{0, 1}, []int{2})
	d := w.disputed(c)
	again, err := w.dispute(w.attacker, c)
	w.must(err)
	if again.Id == d.Id {
		t.Fatal("one dispute for two reporters")
	}
	w.must(w.uphold(d, c.digests[0]))
	w.must(w.uphold(again, c.digests[0]))
	w.must(w.accuse(d, term, 0, 1))
	wantRevertArgs(t, w.accuse(again, term, 0), "AlreadyReported", w.set, term.Entries[0].Operator, 0, 1)
}

// Rewards are disputed like batches: the slot is what they pay and what they stand on. Who signs does not matter:
// the same contents under two eras' sets are no contradiction.
func TestDisputeRewards(t *testing.T) {
	w := newWorld(t, options{})
	first, second := w.activate(w.set, 0), w.activate(w.set, 1)
	file := func(a, b batch.Rewards, terms [2]devnet.Term, placesA, placesB []int) (*bindings.OffencesDisputed, error) {
		var headers [2]bindings.Header
		var statements [2]bindings.Statement
		for i, s := range []batch.Rewards{a, b} {
			headers[i] = terms[i].HeaderBinding()
			signed := w.signed(terms[i], s.Digest(w.Roster.Domain()), [2][]int{placesA, placesB}[i]...)
			var err error
			statements[i], err = terms[i].Statement(signed)
			w.must(err)
		}
		receipt, err := devnet.Do(w.ctx, w.watcher, w.Roster.At.Offences, offences.PackDisputeRewards(headers,
			[2]bindings.RewardCommit{engine.CommitBinding(a), engine.CommitBinding(b)}, statements))
		if err != nil {
			return nil, err
		}
		for _, l := range receipt.Logs {
			if d, err := offences.UnpackDisputedEvent(l); err == nil {
				return d, nil
			}
		}
		t.Fatal("no event")
		return nil, nil
	}
	w.confirm(first, second)
	a, b := rewardStatement(first, 1), rewardStatement(second, 1)
	_, err := file(a, b, [2]devnet.Term{first, second}, []int{0, 1}, []int{0, 1})
	wantRevertArgs(t, err, "NoContradiction")
	b = rewardStatement(second, 2)
	other := b
	other.ToEra = 1
	_, err = file(a, other, [2]devnet.Term{first, second}, []int{0, 1}, []int{0, 1})
	wantRevert(t, err, "DifferentSlots")
	_, err = file(a, b, [2]devnet.Term{first, second}, []int{0}, []int{1})
	wantRevertArgs(t, err, "NeitherCertified", vara(30_000), vara(20_000))
	d, err := file(a, b, [2]devnet.Term{first, second}, []int{0, 1}, []int{2})
	w.must(err)
	w.must(w.uphold(d, a.Digest(w.Roster.Domain())))
	w.must(w.accuse(d, first, 0, 1))
	wantRevert(t, w.accuse(d, second, 2), "WrongHeader")
}

// An ejected signer is a signer: who is removed for one offence answers for the others. Its bit may be set in
// evidence, where a certificate with it is refused.
func TestEvidenceOfTheEjected(t *testing.T) {
	w := newWorld(t, options{stakes: one(10_000, 10_000, 10_000, 10_000)})
	term := w.activate(w.set, 0)
	c := w.contradict(term, []int{0, 1, 2}, []int{3})
	w.convict(term, 0)
	_, err := w.watcher.Eject(w.ctx, term.Elected, 0)
	w.must(err)
	_, err = w.attacker.CommitBatch(w.ctx, term.Committee, 0, c.batches[0], c.signed[0])
	wantRevertArgs(t, err, "EjectedSigner", 7, 1)
	d := w.disputed(c)
	w.must(w.uphold(d, c.digests[0]))
	w.must(w.accuse(d, term, 0, 1, 2))
}

// Whoever signed the wrong side signed it, however the statement reached the chain: without the absent's keys, or
// with another signer's bit, it does not verify.
func TestDisputeWithForgedSigners(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	c := w.contradict(term, []int{0, 1}, []int{2})
	honest := c.signed[0]
	c.signed[0].Bitmap = honest.Bitmap.With(2)
	_, err := w.dispute(w.attacker, c)
	wantRevert(t, err, "SignatureMismatch")
	c.signed[0] = executor.Signed{Bitmap: honest.Bitmap, Signature: c.signed[1].Signature}
	_, err = w.dispute(w.attacker, c)
	wantRevert(t, err, "SignatureMismatch")
}

// An ejected Executor of half the weight signs a lie alone and files it against the honest rest. What ejections take
// off counts for evidence as well, and its own bit does too, or a quorum could escape the judge by ejecting one of its
// own afterwards; so it may summon him, with less than two thirds and with more than four ninths of what it was. That
// alone costs nobody anything but a wait; before the ejection it could not.
func TestEjectedAloneSummonsTheJudge(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	c := w.contradict(term, []int{0}, []int{1})
	_, err := w.dispute(w.attacker, c)
	wantRevertArgs(t, err, "NeitherCertified", vara(30_000), vara(20_000))
	w.convict(term, 0)
	_, err = w.watcher.Eject(w.ctx, term.Elected, 0)
	w.must(err)
	_, err = w.dispute(w.attacker, w.contradict(term, []int{2}, []int{1})) // a third without it, still nothing
	wantRevertArgs(t, err, "NeitherCertified", vara(10_000), vara(20_000))
	d := w.disputed(c)
	wantRevertArgs(t, w.accuse(d, term, 1), "NotUpheld", d.Id)
	w.nextAt(w.Roster.Times.RequestDeadline(0) + 1)
	for place := 1; place < 3; place++ {
		wantJail(t, w, term, place, 0)
	}
}

// A quorum certifies a lie and then has one of its own ejected, so that its certificate, judged by today's ejections,
// would be none. It stays one for the judge.
func TestAttackQuorumEscapesByEjection(t *testing.T) {
	w := newWorld(t, options{stakes: one(30_000, 28_000, 23_000, 18_000, 1_000), parameters: func(p *bindings.SetParameters) { p.MaxExecutors = 5 }})
	term := w.activate(w.set, 0)
	w.convict(term, 0)
	_, err := w.watcher.Eject(w.ctx, term.Elected, 0)
	w.must(err)
	c := w.contradict(term, []int{1, 3, 4}, []int{2}) // 47,000 of the 70,000 that are left
	_, err = w.attacker.CommitBatch(w.ctx, term.Committee, 0, c.batches[0], c.signed[0])
	w.must(err)
	w.convict(term, 4)
	_, err = w.attacker.Eject(w.ctx, term.Elected, 4)
	w.must(err)
	d := w.disputed(c)
	w.must(w.uphold(d, c.digests[0]))
	w.must(w.accuse(d, term, 1, 3, 4))
}
