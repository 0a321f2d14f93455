package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// eject is the call that ejects an Executor of a term.
func (w *world) eject(term devnet.Term, place int) []byte {
	w.t.Helper()
	return router.PackEject(term.HeaderBinding(), w.entry(term.Elected, place))
}

// ejected is what the Router keeps of a term's ejections.
func (w *world) ejected(term devnet.Term) (bitmap string, weight core.Amount) {
	w.t.Helper()
	b, weight, err := w.Roster.Ejections(w.ctx, term.Set, term.Era, w.Block())
	w.must(err)
	return b.String(), weight
}

// The attacker, or a curator in its pay, ejects rivals that have done nothing: by lowering the limit, the shares, by
// withdrawing, unlinking, and then calling eject. What counts is what can still be taken of the stake at the capture,
// which nobody can move (protocol §4, "never because of its stake today").
func TestAttackPrematureEject(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	try := func(place int, have uint64) {
		t.Helper()
		err := w.simulate(w.attacker, w.Roster.At.Router, w.eject(term, place))
		wantRevertArgs(t, err, "NoReasonToEject", term.Entries[place].Operator, vara(have), vara(1_000))
	}
	try(0, 30_000)
	v, victim := w.vaults[0], w.team[term.Entries[0].Operator]
	w.delegate(v, victim, core.Amount{})
	w.limit(v, core.Amount{})
	w.do(victim.Hand, w.Roster.At.Middleware, middleware.PackUnlinkVault(chain.Number(w.set), v.Address))
	w.do(victim.Hand, w.Roster.At.Operators, operators.PackLeaveSet(chain.Number(w.set)))
	w.do(v.staker, v.Address, vaults.PackWithdraw(v.staker.Sender.From(), whole(60_000)))
	w.must(w.Advance(3))
	for place, have := range []uint64{30_000, 20_000, 10_000} {
		try(place, have)
	}
	if bitmap, weight := w.ejected(term); bitmap != "0x00000000000000000000000000000000" || !weight.IsZero() {
		t.Fatal(bitmap, weight.Dec())
	}
}

// One jailed Executor is ejected twice, so that its weight is taken off the total twice and few are left to certify.
// Its bit is set once (protocol §4, "once, not undone within the era").
func TestAttackDoubleEject(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	w.equivocate(term, 1)
	for range 2 {
		if err := w.try(w.attacker, w.Roster.At.Router, w.eject(term, 1)); err != nil {
			wantRevertArgs(t, err, "AlreadyEjected", 1)
		}
		bitmap, weight := w.ejected(term)
		if bitmap != "0x00000000000000000000000000000002" || weight != vara(20_000) {
			t.Fatal(bitmap, weight.Dec())
		}
	}
	// The same entry under another index is no entry, and a wrong weight neither.
	moved, heavier := w.entry(term.Elected, 1), w.entry(term.Elected, 1)
	moved.Index, heavier.Weight = chain.Number(0), whole(1)
	for _, e := range []bindings.Entry{moved, heavier} {
		err := w.simulate(w.attacker, w.Roster.At.Router, router.PackEject(term.HeaderBinding(), e))
		wantRevertArgs(t, err, "RootMismatch", anything, term.Header.Root)
	}
	// Nor does a jail undo itself: the others are free.
	err := w.simulate(w.attacker, w.Roster.At.Router, w.eject(term, 0))
	wantRevertArgs(t, err, "NoReasonToEject", term.Entries[0].Operator, vara(30_000), vara(1_000))
}

// A few get the others ejected until they alone are more than two thirds of what is left. Ejections take a third of
// the total off at most (protocol §5, ⌊total/3⌋): certifying then still takes more than 4/9 of all weight.
func TestAttackEjectionsShrinkTheQuorum(t *testing.T) {
	w := newWorld(t, options{stakes: one(10_000, 10_000, 10_000, 10_000, 10_000), parameters: func(p *bindings.SetParameters) {
		p.MaxExecutors = 8
	}})
	term := w.activate(w.set, 0)
	w.equivocate(term, 0, 1, 2)
	base := func() core.Amount {
		return chain.Amount(ask(w, w.Roster.At.Router, router.PackQuorumBase(term.HeaderBinding()), router.UnpackQuorumBase))
	}
	third := minus(vara(50_000), core.Amount{50_000 * devnet.VARA / 3})
	for i, c := range []struct {
		base    core.Amount
		absent  []int
		signed  uint64
		ejected uint64
	}{
		{vara(50_000), []int{0}, 40_000, 0},
		{vara(40_000), []int{0, 1}, 30_000, 10_000},
		{third, []int{0, 1}, 30_000, 20_000},
		{third, []int{0, 1, 2}, 20_000, 30_000},
	} {
		if got := base(); got != c.base {
			t.Fatalf("after %d ejections the quorum is of %s, want %s", i, got.Dec(), c.base.Dec())
		}
		err := w.tryNext(term, c.absent...)
		if i < 3 {
			w.must(err)
			w.do(w.attacker, w.Roster.At.Router, w.eject(term, i))
			continue
		}
		wantRevertArgs(t, err, "NoQuorum", vara(c.signed), vara(50_000), vara(c.ejected))
	}
	// And the ejected do not count as signers, nor poison a certificate unseen.
	wantRevertArgs(t, w.tryNext(term), "EjectedSigner", 0b11111, 0b111)
	wantRevertArgs(t, w.tryNext(term, 1, 2), "EjectedSigner", 0b11001, 0b111)
}

// Exactly two thirds are not enough: the comparison is strict (protocol §5, "3·signed > 2·…").
func TestQuorumIsMoreThanTwoThirds(t *testing.T) {
	w := newWorld(t, options{stakes: one(10_000, 10_000, 10_000)})
	term := w.activate(w.set, 0)
	wantRevertArgs(t, w.tryNext(term, 2), "NoQuorum", vara(20_000), vara(30_000), 0)
	w.must(w.tryNext(term))
}

// An ejection lasts for its era alone: the weight of one era's ejected does not lower the next era's quorum, and who
// is jailed is not elected then anyway.
func TestEjectionEndsWithTheEra(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	w.equivocate(term, 2)
	w.do(w.attacker, w.Roster.At.Router, w.eject(term, 2))
	next := w.activate(w.set, 1)
	if next.IndexOf(term.Entries[2].Operator) >= 0 || next.Header.Total != vara(50_000) {
		t.Fatalf("era 1 has %d Executors with %s", len(next.Entries), next.Header.Total.Dec())
	}
	base := ask(w, w.Roster.At.Router, router.PackQuorumBase(next.HeaderBinding()), router.UnpackQuorumBase)
	if chain.Amount(base) != vara(50_000) {
		t.Fatal(base)
	}
}

// An operator elected with a jail that begins in the second of the capture is eligible there: jails, like everything
// of ours, count from the next second on, and the set then ejects it.
func TestJailInTheSecondOfTheCapture(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	evidence := w.equivocation(term, 0)
	w.nextAt(w.Roster.Times.Capture(1))
	w.do(w.watcher, w.Roster.At.Offences, evidence)
	next := w.elect(w.set, 1)
	place := next.IndexOf(term.Entries[0].Operator)
	if place < 0 {
		t.Fatal("a jail of the next second counted at the capture")
	}
	w.must(w.Activate(next))
	w.do(w.attacker, w.Roster.At.Router, w.eject(next, place))
	if _, weight := w.ejected(next); weight != vara(30_000) {
		t.Fatal(weight.Dec())
	}
	third := w.elect(w.set, 2)
	if third.IndexOf(term.Entries[0].Operator) >= 0 {
		t.Fatal("a jailed operator was elected")
	}
}

// Another network slashes the vault that ours counted on. An Executor whose stake is not there any more to be
// slashed is ejected although it did nothing wrong to us (protocol §4, min(slashableStake(capture), totalStake)).
func TestEjectBelowMinimumAfterAnotherNetworksSlash(t *testing.T) {
	w := newWorld(t, options{})
	v, o := w.vaults[0], w.operators[0]
	thief := w.newNetwork(v, o)
	term := w.activate(w.set, 0)
	place := term.IndexOf(o.Address())
	err := w.simulate(w.attacker, w.Roster.At.Router, w.eject(term, place))
	wantRevertArgs(t, err, "NoReasonToEject", o.Address(), vara(30_000), vara(1_000))
	thief.slash(w, vara(60_000-999))
	w.do(w.attacker, w.Roster.At.Router, w.eject(term, place))
	if _, weight := w.ejected(term); weight != vara(30_000) {
		t.Fatal(weight.Dec())
	}
}
