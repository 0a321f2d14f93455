package e2e

import (
	"math"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// Somebody proposes a set for an era so far away that its timestamps have no room in 48 bits: cut off, they would
// look like the present, the capture would be a moment that he chose, and nobody looks at that era. The clock
// refuses such eras instead (protocol §2).
func TestAttackEraBeyondAllClocks(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	w.approveBond(w.attacker)
	unsealed := w.right(d)
	unsealed.Seed = common.Big0 // seal it in the call
	wraps := core.Era((1 << 48) / uint64(w.Roster.Times.EraDuration))
	for _, e := range []core.Era{wraps, wraps + 1, math.MaxUint64} {
		wantRevertArgs(t, w.try(w.attacker, w.Roster.At.Router, router.PackSeal(uint64(e))), "EraOutOfRange", uint64(e))
		wantRevertArgs(t, w.tryPropose(w.attacker, w.set, e, unsealed), "EraOutOfRange", uint64(e))
	}
}

// A stranger makes vaults and wants them in an operator's sixteen slots, so that the operator's own find no room:
// only the operator fills its slots (protocol §3).
func TestAttackStrangerFillsTheSlots(t *testing.T) {
	w := newWorld(t, options{})
	before := w.Now()
	for range 3 {
		v := w.made(w.attacker, devnet.VaultSpec{})
		w.must(w.tryEnroll(w.attacker, v.Address))
		wantRevertArgs(t, w.tryLink(w.attacker, v.Address), "NotRegistered", w.set, w.attacker.Sender.From())
	}
	w.must(w.Advance(2))
	for _, o := range w.operators {
		linked, err := w.Roster.LinksAt(w.ctx, w.set, o.Address(), w.Now()-1, w.Block())
		w.must(err)
		if len(linked) != 1 || linked[0] != w.vaults[0].Address {
			t.Errorf("%s has vaults %v in its slots since %d", o.Address(), linked, before)
		}
	}
}

// Nobody is eligible, so nobody may be elected; a stranger posts paused operators. One watcher is enough: it
// brings the list down for half of the bond. And had nobody looked in time, the list would pay nothing
// (protocol §4, §8, §11).
func TestAttackEraWithoutOperatorsIsTaken(t *testing.T) {
	w := newWorld(t, options{})
	right := w.decide(w.set, 0)
	for _, o := range w.operators {
		w.do(o.Hand, w.Roster.At.Operators, operators.PackPause(chain.Number(w.set)))
	}
	empty := w.decide(w.set, 1)
	if len(empty.Result.Executors) != 0 {
		t.Fatalf("elected: %v", empty.Result.Executors)
	}
	taken := w.proposal(empty, right.Result.Executors[:1], [192]byte{})
	standing := w.propose(w.attacker, empty, taken)
	found, err := engine.Audit(standing, empty)
	w.must(err)
	if len(found) == 0 {
		t.Fatal("the audit finds nothing against the list")
	}
	before := w.balance(w.watcher.Sender.From())
	_, err = w.watcher.Challenge(w.ctx, standing, found[0], empty, engine.NoProposal())
	w.must(err)
	after := w.balance(w.watcher.Sender.From())
	if !after.Gt(&before) {
		t.Errorf("the watcher had %s and has %s", before.Dec(), after.Dec())
	}
	if hash := ask(w, w.Roster.At.Router, router.PackHeaderHashOf(chain.Number(w.set), 1), router.UnpackHeaderHashOf); hash != (common.Hash{}) {
		t.Errorf("the list stands: %x", hash)
	}

	unseen := w.propose(w.attacker, empty, taken)
	w.must(w.AdvanceTo(w.Roster.Times.ActiveAt(1, unseen.PostedAt)))
	w.must(w.AdvanceTo(w.Roster.Times.LifetimeEnd(1) + w.Roster.Times.SignersWindow))
	facts, err := engine.Facts(w.ctx, w.Roster, w.Roster, w.set, 1, w.Block())
	w.must(err)
	if len(facts.Executors) != 0 {
		t.Errorf("the list earns: %v", facts.Executors)
	}
}

// A new set may go on from where a dead one stood, not from a batch that is still to come: no batch could follow it
// until then, and a head is never rewritten.
func TestSetCannotStartInTheFuture(t *testing.T) {
	w := newWorld(t, options{})
	next := w.Roster.Intervals.Newest(w.Block()) + 1
	for _, number := range []uint64{next + 1, math.MaxUint64} {
		err := w.try(w.Owner, w.Roster.At.Middleware, middleware.PackCreateSet(devnet.DefaultParameters(), number, [32]byte{1}))
		wantRevert(t, err, "BlockNotPast")
	}
	w.must(w.try(w.Owner, w.Roster.At.Middleware, middleware.PackCreateSet(devnet.DefaultParameters(), next-1, [32]byte{1})))
}
