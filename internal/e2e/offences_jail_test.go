package e2e

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// wantElected fails unless the era's election has these operators, in any order.
func (w *world) wantElected(set core.SetID, e core.Era, want ...core.Address) {
	w.t.Helper()
	d := w.decide(set, e)
	got := map[core.Address]bool{}
	for _, x := range d.Result.Executors {
		got[x.Operator] = true
	}
	if len(got) != len(want) {
		w.t.Errorf("era %d has %d Executors, want %d", e, len(got), len(want))
	}
	for _, o := range want {
		if !got[o] {
			w.t.Errorf("%s is not elected in era %d", o, e)
		}
	}
}

// A jail lasts to the end of jailEras whole eras after the running one, in every set of the operator, whatever it
// does meanwhile; then it is eligible again without doing anything.
func TestJail(t *testing.T) {
	w := newWorld(t, options{second: one(9_000)})
	times := w.Roster.Times
	term := w.activate(w.set, 0)
	guilty := w.at(term, 0)
	a := guilty.Address()
	// It is in the second set too, with a key and a vault of that set.
	w.joinOther(guilty, 8_000)
	w.past(times.Capture(1))
	if weight := w.weightAt(w.other.set, a, times.Capture(1)); weight != vara(8_000) {
		t.Fatalf("weight in the second set is %s before the jail", weight.Dec())
	}
	w.convict(term, 0)
	until := times.Start(3) // the clock's era 0, and two whole eras after it
	wantJail(t, w, term, 0, until)

	w.do(guilty.Hand, w.Roster.At.Operators, operators.PackPause(chain.Number(w.set)))
	wantRevertArgs(t, w.try(guilty.Hand, w.Roster.At.Operators, operators.PackResume(chain.Number(w.set))),
		"Jailed", a, until)
	// A jail survives leaving and joining with another key.
	w.do(guilty.Hand, w.Roster.At.Operators, operators.PackLeaveSet(chain.Number(w.set)))
	guilty.Key = secret(t, "after the jail")
	_, err := guilty.Register(w.ctx, w.set, "here", 500)
	w.must(err)

	honest := []core.Address{w.operators[1].Address(), w.operators[2].Address()}
	w.wantElected(w.set, 2, honest...)
	w.wantElected(w.other.set, 2, w.other.operators[0].Address())
	// Era 3 is captured while the jail lasts, era 4 is the first after it.
	w.wantElected(w.set, 3, honest...)
	w.wantElected(w.set, 4, append(honest, a)...)
	w.wantElected(w.other.set, 4, w.other.operators[0].Address(), a)
}

// joinOther registers an operator in the second set with another key, and gives it a stake there.
func (w *world) joinOther(o *devnet.Operator, stake uint64) {
	w.t.Helper()
	same := *o
	same.Key = secret(w.t, "for the second set")
	_, err := same.Register(w.ctx, w.other.set, "there", 500)
	w.must(err)
	v := w.addVault(w.other.set, devnet.VaultSpec{})
	w.link(o, v)
	w.delegate(v, o, vara(stake))
	w.stake(v, vara(stake))
}

// The last second of a jail and the first one after it.
func TestJailEndsInItsSecond(t *testing.T) {
	w := newWorld(t, options{parameters: func(p *bindings.SetParameters) { p.JailEras = 1 }})
	term := w.activate(w.set, 0)
	o := w.convict(term, 0)
	reported := w.Now()
	until := w.Roster.Times.Start(2)
	wantJail(t, w, term, 0, until)
	w.past(until)
	for at, want := range map[core.Time]core.Amount{reported: vara(30_000), reported + 1: vara(0), until - 1: vara(0), until: vara(30_000)} {
		wantAmount(t, "weight", w.weightAt(w.set, o.Operator, at), want)
	}
}

// A second offence while jailed lengthens the jail; one of an older era, reported at the same time, cannot shorten it.
func TestJailOnlyGrows(t *testing.T) {
	w := newWorld(t, options{})
	first, second := w.activate(w.set, 0), w.activate(w.set, 1)
	w.convict(second, 0)
	wantJail(t, w, first, 0, w.Roster.Times.Start(4))
	w.convict(first, 0)
	wantJail(t, w, first, 0, w.Roster.Times.Start(4))
	c := w.contradict(second, []int{0, 1}, []int{2})
	d := w.disputed(c)
	w.must(w.uphold(d, c.digests[0]))
	w.nextAt(w.Roster.Times.Start(2))
	w.must(w.accuse(d, second, 0))
	wantJail(t, w, first, 0, w.Roster.Times.Start(5))
}

// The jailed is ejected from the set that is active now, by anyone, and from every set it was elected into before.
func TestEjectTheJailed(t *testing.T) {
	w := newWorld(t, options{stakes: one(10_000, 10_000, 10_000, 10_000)})
	first := w.activate(w.set, 0)
	next := w.elect(w.set, 1)
	guilty := first.Entries[0].Operator
	_, err := w.watcher.Eject(w.ctx, first.Elected, 0)
	wantRevertArgs(t, err, "NoReasonToEject", guilty, vara(10_000), vara(1_000))
	w.convict(first, 0)
	_, err = w.attacker.Eject(w.ctx, first.Elected, 0)
	w.must(err)
	_, err = w.attacker.Eject(w.ctx, first.Elected, 0)
	wantRevertArgs(t, err, "AlreadyEjected", 0)
	place := next.IndexOf(guilty)
	_, err = w.watcher.Eject(w.ctx, next.Elected, place)
	wantRevert(t, err, "NotActiveYet")
	w.must(w.Activate(next))
	_, err = w.watcher.Eject(w.ctx, next.Elected, place)
	w.must(err)
	// Its weight is off what a certificate needs; its signature on one is refused.
	_, _, err = w.CommitBatch(w.ctx, w.watcher, next, w.team, core.Hash{31: 1})
	wantRevertArgs(t, err, "EjectedSigner", 15, 1<<place)
	_, _, err = w.CommitBatch(w.ctx, w.watcher, next, w.team, core.Hash{31: 1}, place)
	w.must(err)
}

// Fractions, jail and bounty of an offence are those at its capture, whatever the owner has announced since and
// whatever counts by the time of the slash: the owner can neither spare nor ruin anybody in retrospect.
func TestAttackParametersMovedAfterCapture(t *testing.T) {
	w := newWorld(t, options{})
	times := w.Roster.Times
	moved := devnet.DefaultParameters()
	moved.EquivocationBps, moved.WrongResultBps, moved.BountyBps = 1, 1, 0
	moved.JailEras, moved.EraReward, moved.MinStake = 1, whole(1), whole(40_000)
	w.do(w.Owner, w.Roster.At.Middleware, middleware.PackAnnounceParameters(chain.Number(w.set), moved))
	// It counts from the first capture at least `notice` later: the last era before that is wholly the old one's.
	era, from, ok := times.Effective(w.Now())
	if !ok || from < w.Now()+times.Notice {
		t.Fatalf("counts from %d, announced at %d", from, w.Now())
	}
	term := w.activate(w.set, era-1)
	w.past(from) // the offence is reported and slashed when the new ones count already
	_, reserved := w.pot(w.set)
	wantAmount(t, "reserved for the last era of the old", reserved, vara(1_000))
	o := w.convict(term, 0)
	wantJail(t, w, term, 0, times.Start(era-1+3))
	at := w.requested(o, w.vaults[0])
	w.nextAt(max(at+times.MinVeto, times.Deadline(era-2)+1))
	before := w.balance(w.watcher.Sender.From())
	w.must(w.execute(o, w.vaults[0]))
	wantAmount(t, "taken by the old fraction", w.burnt(), vara(15_000))
	wantAmount(t, "bounty by the old part", less(t, w.balance(w.watcher.Sender.From()), before), vara(10))

	if d := w.decide(w.set, era); len(d.Result.Executors) != 0 {
		t.Errorf("%d elected in the first era of the new, want none: minStake is 40,000", len(d.Result.Executors))
	}
	terms := ask(w, w.Roster.At.Middleware, middleware.PackOffenceTermsAt(chain.Number(w.set), chain.Number(from)), middleware.UnpackOffenceTermsAt)
	if terms.EquivocationBps != 1 || terms.JailEras != 1 {
		t.Errorf("from %d on the fraction is %d and the jail %d, want 1 and 1", from, terms.EquivocationBps, terms.JailEras)
	}
}

// Nobody but Offences pays bounties and jails; the reporter of an offence that is not on record is nobody.
func TestReporterOf(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	o := w.convict(term, 0)
	if got := w.reporterOf(o); got != w.watcher.Sender.From() {
		t.Errorf("reporter is %v", got)
	}
	o.Kind = slash.WrongResult
	if got := w.reporterOf(o); got != (common.Address{}) {
		t.Errorf("reporter of what was not reported is %v", got)
	}
}
