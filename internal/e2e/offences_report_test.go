package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// Two batches of one number, with different signers absent from each: accused is who stands in both, in as many
// calls as one likes, each once.
func TestReportBatches(t *testing.T) {
	w := newWorld(t, options{stakes: one(10_000, 10_000, 10_000, 10_000)})
	term := w.activate(w.set, 0)
	e := w.twoBatches(term, 7, []int{0, 1, 3}, []int{0, 2, 3})
	for _, place := range []int{1, 2} {
		wantRevertArgs(t, w.report(w.watcher, e, place), "NotSigned", place, 1|8)
	}
	wantRevertArgs(t, w.report(w.watcher, e, 0, 1), "NotSigned", 1, 1|8)
	_, err := w.watcher.ReportBatches(w.ctx, term.Committee, 7, e.hashes, e.signed, []int{})
	wantRevertArgs(t, err, "NobodyAccused")

	w.must(w.report(w.watcher, e, 3))
	w.must(w.report(w.attacker, e, 0))
	for place, reporter := range map[int]engine.Hand{3: w.watcher, 0: w.attacker} {
		if got := w.reporterOf(offence(term, place, slash.Equivocation)); got != reporter.Sender.From() {
			t.Errorf("place %d was reported by %v, want %v", place, got, reporter.Sender.From())
		}
	}
	for place, guilty := range []bool{true, false, false, true} {
		if jailed := w.jailedUntil(term.Entries[place].Operator) != 0; jailed != guilty {
			t.Errorf("place %d jailed is %v, want %v", place, jailed, guilty)
		}
	}
	wantRevertArgs(t, w.report(w.watcher, e, 0), "AlreadyReported", w.set, term.Entries[0].Operator, 0, 0)
}

// Everything that two statements must share, and the one thing they must not.
func TestReportBatchesThatDoNotContradict(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	e := w.twoBatches(term, 1, []int{0}, []int{0})
	same := e
	same.hashes[1] = e.hashes[0]
	same.signed[1] = e.signed[0]
	wantRevertArgs(t, w.report(w.watcher, same), "NoContradiction")
	// Signatures of two numbers, presented as of one.
	mixed := e
	mixed.signed[1] = w.signed(term, w.hashDigest(term, 2, e.hashes[1]), 0)
	wantRevert(t, w.report(w.watcher, mixed), "SignaturesMismatch")
	// Under another set's header the same bits are others.
	foreign := e
	foreign.term.Committee.Header.Total = vara(1)
	wantRevert(t, w.report(w.watcher, foreign), "UnknownHeader")
	// An entry that the set does not have.
	wrong := e
	wrong.term.Entries = append([]entry{}, term.Entries...)
	wrong.term.Entries[0].Weight = vara(1)
	wantRevert(t, w.report(w.watcher, wrong), "RootMismatch")
	w.must(w.report(w.watcher, e))
}

// The last second for a report of era 0 is D(0); every report of a later one is refused, with its number.
func TestReportInTheLastSecond(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	deadline := w.Roster.Times.Deadline(0)
	e := w.twoBatches(term, 1, []int{0, 1}, []int{0, 1})
	c := w.contradict(term, []int{0, 1}, []int{2})
	w.confirm(term)
	w.nextAt(deadline)
	w.must(w.report(w.watcher, e, 0))
	wantRevertArgs(t, w.report(w.watcher, e, 1), "TooLateToReport", deadline+1, deadline)
	_, err := w.dispute(w.watcher, c)
	wantRevertArgs(t, err, "TooLateToReport", deadline+1, deadline)
}

// rewardStatement is what the set of a term might sign about an era's rewards.
func rewardStatement(term devnet.Term, word byte) batch.Rewards {
	return batch.Rewards{Set: term.Committee.Set, Era: term.Committee.Era, OperatorsRoot: core.Hash{31: word}, DistributionHash: core.Hash{31: word}}
}

func (w *world) twoRewards(term devnet.Term, s [2]batch.Rewards, places ...int) (signed [2]executor.Signed) {
	w.t.Helper()
	for i := range s {
		signed[i] = w.signed(term, s[i].Digest(w.Roster.Domain()), places...)
	}
	return signed
}

// Two reward statements of one slot convict as two batches do; of two slots they do not, whatever differs.
func TestReportRewards(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	first := rewardStatement(term, 1)
	report := func(second batch.Rewards) error {
		s := [2]batch.Rewards{first, second}
		_, err := w.watcher.ReportRewards(w.ctx, term.Committee, s, w.twoRewards(term, s, 0, 1), nil)
		return err
	}
	for name, change := range map[string]func(*batch.Rewards){
		"first era":      func(r *batch.Rewards) { r.FromEra, r.ToEra = 1, 1 },
		"last era":       func(r *batch.Rewards) { r.ToEra = 1 },
		"previous roots": func(r *batch.Rewards) { r.PreviousRoots = core.Hash{1} },
	} {
		second := rewardStatement(term, 2)
		change(&second)
		if err := report(second); chain.RevertName(err) != "DifferentSlots" {
			t.Errorf("another %s: %v, want DifferentSlots", name, err)
		}
	}
	wantRevertArgs(t, report(first), "NoContradiction")
	for name, change := range map[string]func(*batch.Rewards){
		"operators root": func(r *batch.Rewards) { r.OperatorsRoot = core.Hash{2} },
		"amount":         func(r *batch.Rewards) { r.StakersAmount = vara(1) },
	} {
		second := first
		change(&second)
		s := [2]batch.Rewards{first, second}
		signed := w.twoRewards(term, s, 0)
		signed[1] = signed[0] // he signed only the first
		if _, err := w.watcher.ReportRewards(w.ctx, term.Committee, s, signed, nil); chain.RevertName(err) != "SignaturesMismatch" {
			t.Errorf("another %s, not signed: %v, want SignaturesMismatch", name, err)
		}
	}
	w.must(report(rewardStatement(term, 2)))
	for place := range 2 {
		wantJail(t, w, term, place, w.Roster.Times.Start(3))
	}
	// The batch of the same era adds nothing: one offence of a kind.
	wantRevertArgs(t, w.report(w.watcher, w.twoBatches(term, 1, []int{0}, []int{0})),
		"AlreadyReported", w.set, term.Entries[0].Operator, 0, 0)
}

func wantJail(t *testing.T, w *world, term devnet.Term, place int, want core.Time) {
	t.Helper()
	if got := w.jailedUntil(term.Entries[place].Operator); got != want {
		t.Errorf("place %d is jailed until %d, want %d", place, got, want)
	}
}

// The attacker proposes a list in which the victim's address stands with the attacker's key, and signs two batches
// with it. Evidence counts only under a header that is or was active: this one is challenged; one that is pending
// or was superseded before its time never was.
func TestAttackEvidenceUnderANeverActiveHeader(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	victim := d.Result.Executors[0].Operator
	forger, err := bls.SecretKeyFromSeed(make([]byte, 32))
	w.must(err)
	public := forger.PublicKey()
	fake := []entry{{Operator: victim, Weight: vara(30_000), KeyHash: public.Hash()}}
	p, err := engine.ProposalOf(d.Draw.Seed, fake, public.Packed())
	w.must(err)
	_, err = w.attacker.Propose(w.ctx, w.set, 0, p)
	w.must(err)
	standing := w.standing(w.set, 0)
	committee := executor.Committee{Elected: standing, Keys: []bls.PublicKey{public}}
	forged := evidence{term: devnet.Term{Committee: committee}, number: 1, hashes: [2]core.Hash{{1}, {2}}}
	for i, hash := range forged.hashes {
		digest := w.hashDigest(forged.term, 1, hash)
		s, bad, err := committee.Gather(digest, []executor.Signature{{Signature: forger.Sign(digest, bls.Statement)}})
		w.must(err)
		if len(bad) > 0 {
			t.Fatal("the forger's own signature is bad")
		}
		forged.signed[i] = s
	}
	wantRevertArgs(t, w.report(w.attacker, forged), "NeverActive", w.set, 0)

	challenges, err := engine.Audit(standing, d)
	w.must(err)
	right, err := d.Proposal()
	w.must(err)
	_, err = w.watcher.Challenge(w.ctx, standing, challenges[0], d, right)
	w.must(err)
	term := w.standing(w.set, 0)
	wantRevertArgs(t, w.report(w.attacker, forged), "UnknownHeader", w.set, 0, standing.Header.Hash(), term.Header.Hash())

	// The right list, still pending: not yet, though everybody in it is real.
	real := w.twoBatches(w.term(0), 1, []int{0}, []int{0})
	wantRevertArgs(t, w.report(w.watcher, real), "NeverActive", w.set, 0)
	w.must(w.Activate(real.term))
	wantRevert(t, w.report(w.attacker, forged), "UnknownHeader")
	w.must(w.report(w.watcher, real))
}

// Era 0's list is posted so late that era 1's set is active before it could be: it never is, and never was.
func TestEvidenceUnderASupersededHeader(t *testing.T) {
	w := newWorld(t, options{})
	times := w.Roster.Times
	d := w.decide(w.set, 0)
	p, err := d.Proposal()
	w.must(err)
	w.elect(w.set, 1)
	w.nextAt(times.Start(1) - 5)
	_, err = w.Owner.Propose(w.ctx, w.set, 0, p)
	w.must(err)
	late := w.term(0)
	e := w.twoBatches(late, 1, []int{0}, []int{0})
	for _, at := range []core.Time{times.Start(1), times.ActiveAt(0, late.PostedAt), times.Start(1) + 60} {
		w.nextAt(at)
		wantRevertArgs(t, w.report(w.watcher, e), "NeverActive", w.set, 0)
	}
	_, err = w.dispute(w.watcher, w.contradict(late, []int{0, 1}, []int{2}))
	wantRevertArgs(t, err, "NeverActive", w.set, 0)
}
