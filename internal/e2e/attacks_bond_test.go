package e2e

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

// A wrong proposal cannot stand for ever by being replaced: who posts wrong lists again and again loses a bond each
// time, half to who proves it, half to the pot, and each next one is twice as dear (protocol §4, bond · 2^discarded).
func TestAttackEndlessReplacement(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	wrong := w.wrongList(d, d.Result.Executors[1:])
	free, _ := w.pot(w.set)
	var lost core.Amount
	for i, bond := range []uint64{100, 200, 400, 800, 1_600, 1_600, 1_600} {
		before := w.balance(w.attacker.Sender.From())
		s := w.propose(w.attacker, d, wrong)
		if paid := minus(before, w.balance(w.attacker.Sender.From())); paid != vara(bond) {
			t.Fatalf("proposal %d: bond %s, want %d wVARA", i, paid.Dec(), bond)
		}
		lost = plus(lost, vara(bond))
		if i == 0 {
			free, _ = w.pot(w.set) // the first proposal reserved the era's emission
			// Nobody but a successful challenge replaces what stands.
			err := w.tryPropose(w.watcher, w.set, 0, w.right(d))
			wantRevertArgs(t, err, "AlreadyProposed", w.set, 0)
		}
		found, err := engine.Audit(s, d)
		w.must(err)
		before = w.balance(w.watcher.Sender.From())
		if _, err := w.watcher.Challenge(w.ctx, s, found[0], d, engine.NoProposal()); err != nil {
			t.Fatal(err)
		}
		if got := minus(w.balance(w.watcher.Sender.From()), before); got != half(vara(bond)) {
			t.Fatalf("challenge %d brought %s, want half of %d wVARA", i, got.Dec(), bond)
		}
		state := ask(w, w.Roster.At.Router, router.PackStanding(chain.Number(w.set), 0), router.UnpackStanding)
		if state.Proposer != (common.Address{}) || int(state.Discarded) != i+1 {
			t.Fatalf("after challenge %d: %+v", i, state)
		}
	}
	if now, _ := w.pot(w.set); minus(now, free) != half(lost) {
		t.Fatalf("the pot got %s of %s", ptr(minus(now, free)).Dec(), lost.Dec())
	}
	s := w.propose(w.watcher, d, w.right(d))
	if left := w.balance(w.Roster.At.Router); left != vara(1_600) {
		t.Fatalf("the Router holds %s, want the one bond that stands", left.Dec())
	}
	if found, err := engine.Audit(s, d); err != nil || len(found) > 0 {
		t.Fatal(err, found)
	}
}

// The attacker lets its wrong lists be discarded until a watcher cannot pay the bond of the right one. The bond grows
// to sixteen-fold and no further: who holds sixteen always ends with the right list standing, in one call
// (protocol §4, 2^min(discarded, 4)).
func TestAttackPricedOutWatcher(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	wrong := w.wrongList(d, d.Result.Executors[1:])
	poor := w.NewHand()
	w.give(poor, 1_600-800) // the eighth challenge itself brings the other half
	for i := range 9 {
		s := w.propose(w.attacker, d, wrong)
		found, err := engine.Audit(s, d)
		w.must(err)
		if i < 8 {
			if _, err := w.watcher.Challenge(w.ctx, s, found[0], d, engine.NoProposal()); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if _, err := poor.Challenge(w.ctx, s, found[0], d, w.right(d)); err != nil {
			t.Fatal(err)
		}
	}
	s := w.standing(w.set, 0)
	if s.Proposer != core.Address(poor.Sender.From()) || len(s.Entries) != 3 {
		t.Fatalf("%s stands with %d entries", s.Proposer, len(s.Entries))
	}
	left := w.balance(poor.Sender.From())
	if !left.IsZero() {
		t.Fatalf("%s left", left.Dec())
	}
	// With the set active the whole bond comes back, and the proposer's reward of 5 on top.
	w.nextAt(w.Roster.Times.ActiveAt(0, s.PostedAt))
	_, err := poor.Release(w.ctx, w.set, 0)
	w.must(err)
	if got := w.balance(poor.Sender.From()); got != vara(1_605) {
		t.Fatalf("released %s", got.Dec())
	}
}

// A challenge whose replacement fails must not count: everything is undone, so that nobody discards the right to a
// bounty by a bad list (one call, protocol §4).
func TestAttackChallengeWithWrongReplacementUndoesAll(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	s := w.propose(w.attacker, d, w.wrongList(d, d.Result.Executors[1:]))
	found, err := engine.Audit(s, d)
	w.must(err)
	bad := w.right(d)
	bad.Seed = common.Big1
	_, err = w.watcher.Challenge(w.ctx, s, found[0], d, bad)
	wantRevertArgs(t, err, "SeedMismatch", 1, common.Hash(d.Draw.Seed).Big())
	if again := w.standing(w.set, 0); again.Header != s.Header {
		t.Fatal("the wrong list does not stand any more")
	}
}

// A watcher that cannot pay for a replacement still brings the wrong list down: what keeps the replacement from being
// posted must not keep the wrong list standing.
func TestChallengeWithoutTheMoneyForAReplacement(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	s := w.propose(w.attacker, d, w.wrongList(d, d.Result.Executors[1:]))
	found, err := engine.Audit(s, d)
	w.must(err)
	poor := w.NewHand()
	if _, err := poor.Challenge(w.ctx, s, found[0], d, w.right(d)); err != nil {
		t.Fatal(err)
	}
	if got := w.balance(poor.Sender.From()); got != vara(50) {
		t.Fatalf("the challenge brought %s", got.Dec())
	}
	if _, stands, err := w.Roster.Standing(w.ctx, w.set, 0, w.Block()); stands || err != nil {
		t.Fatal(stands, err)
	}
}
