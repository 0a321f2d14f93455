package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// payout is what an era of the first set pays as far as it is known now: each operator's part and what nobody earned.
func (w *world) payout(e core.Era) (parts map[core.Address]core.Amount, unearned core.Amount) {
	w.t.Helper()
	parts = map[core.Address]core.Amount{}
	w.must(engine.Payouts(w.ctx, w.Roster, w.Roster, w.set, e, e, w.Block(), func(p reward.Payout) error {
		for _, o := range p.Operators {
			parts[o.Operator] = o.Part
		}
		unearned = p.Unearned
		return nil
	}))
	return parts, unearned
}

// Whoever commits leaves rivals out of the bitmap, as in TestAttackCommitterLeavesSignersOut; here is when the rival's own
// addSigners still counts: until signersWindow after the commit, that second included (protocol §6).
func TestLateSignersCountUntilTheWindowEnds(t *testing.T) {
	w := newWorld(t, options{stakes: one(10_000, 10_000, 10_000, 10_000)})
	term := w.activate(w.set, 0)
	victim := term.Entries[3].Operator
	b := w.commit(term, 1, 3)
	committed := w.Now()
	outcome := func() (map[core.Address]core.Amount, core.Amount) {
		w.must(w.AdvanceTo(w.Roster.Times.LifetimeEnd(0) + w.Roster.Times.SignersWindow))
		return w.payout(0)
	}
	late := func() error {
		digest := w.StatementOf(term.Committee, b)
		signed, err := devnet.Signed(term.Committee, digest, w.team.SignOnly(term.Committee, digest, 3))
		w.must(err)
		_, err = w.team[victim].AddSigners(w.ctx, term.Committee, b, signed)
		return err
	}
	fork := w.Head().Hash()

	// Left out: nobody else has more for it.
	parts, unearned := outcome()
	for o, part := range parts {
		if want := map[bool]uint64{true: 0, false: 250}[o == victim]; part != vara(want) {
			t.Fatalf("%s has %s, want %d wVARA of 1,000", o, part.Dec(), want)
		}
	}
	if unearned != vara(250) {
		t.Fatal(unearned.Dec())
	}
	// Handed in by itself in the last second in which it counts: it has its part, the others have theirs.
	w.back(fork)
	w.nextAt(committed + w.Roster.Times.SignersWindow)
	w.must(late())
	parts, unearned = outcome()
	if parts[victim] != vara(250) || !unearned.IsZero() {
		t.Fatal(ptr(parts[victim]).Dec(), unearned.Dec())
	}
	// A second later it is on chain, and does not count.
	w.back(fork)
	w.team[victim].Sender.Forget()
	w.nextAt(committed + w.Roster.Times.SignersWindow + 1)
	w.must(late())
	if parts, _ = outcome(); parts[victim] != (core.Amount{}) {
		t.Fatal(ptr(parts[victim]).Dec())
	}
}

// What one era's absent Executors did not earn is in the free pot after the activation, to the base unit.
func TestUnearnedGoesBackToThePot(t *testing.T) {
	w := newWorld(t, options{stakes: one(10_000, 10_000, 10_000, 10_000), pot: 3_000})
	term := w.activate(w.set, 0)
	w.commit(term, 1, 3)
	next := w.activate(w.set, 2) // era 0 is closed when era 2 starts; era 1 had no set
	if _, reserved := w.pot(w.set); reserved != vara(2_000) {
		t.Fatal(reserved.Dec())
	}
	d, _, err := w.CommitRewards(w.ctx, w.Owner, next, w.team)
	w.must(err)
	before, _ := w.pot(w.set)
	w.must(w.Advance(w.Roster.Times.RewardDelay))
	_, err = w.Owner.ActivateRewards(w.ctx, d.Statement)
	w.must(err)
	after, reserved := w.pot(w.set)
	paid := plus(d.OperatorsAmount, d.StakersAmount)
	if reserved != vara(1_000) || minus(after, before) != minus(vara(1_000), paid) || paid.Gt(ptr(vara(750))) {
		t.Fatalf("paid %s, freed %s, still reserved %s", paid.Dec(), ptr(minus(after, before)).Dec(), reserved.Dec())
	}
}

// addSigners is for real signatures to real batches of a set that was active: nothing else gets an event.
func TestAddSignersVerifies(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	b := w.commit(term, 1, 2)
	digest := w.StatementOf(term.Committee, b)
	add := func(number uint64, hash core.Hash, digest core.Hash) error {
		s := w.statement(term, digest, 0, 1)
		return w.simulate(w.attacker, w.Roster.At.Router, router.PackAddSigners(term.HeaderBinding(), number, hash, s))
	}
	w.must(add(b.Number, b.Hash(), digest))
	other := batch.Statement{Set: w.set, Era: 0, Number: 2, BatchHash: b.Hash()}.Digest(w.Roster.Domain())
	wantRevertArgs(t, add(2, b.Hash(), digest), "SignatureMismatch", other)
	wantRevertArgs(t, add(b.Number, b.Hash(), other), "SignatureMismatch", digest)
	forged := w.statement(term, digest, 0, 1)
	forged.Signers.Bitmap = w.statement(term, digest, 1, 2).Signers.Bitmap // claims to be another's
	err := w.simulate(w.attacker, w.Roster.At.Router, router.PackAddSigners(term.HeaderBinding(), b.Number, b.Hash(), forged))
	wantRevertArgs(t, err, "RootMismatch", anything, term.Header.Root)
	// A batch that was never committed may have its signatures on chain: the reward rule looks for the commit.
	unknown := batch.Statement{Set: w.set, Era: 0, Number: 9, BatchHash: core.Hash{1}}
	w.must(add(9, core.Hash{1}, unknown.Digest(w.Roster.Domain())))
	w.do(w.attacker, w.Roster.At.Router, router.PackAddSigners(term.HeaderBinding(), 9, core.Hash{1},
		w.statement(term, unknown.Digest(w.Roster.Domain()), 0, 1)))
	list, err := w.Roster.Batches(w.ctx, w.set, w.Block())
	w.must(err)
	if len(list) != 1 || !list[0].Late.IsZero() {
		t.Fatalf("%+v", list)
	}
}
