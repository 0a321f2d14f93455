package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// firstCapture is the first capture at or after a moment.
func firstCapture(t era.Times, moment core.Time) core.Time {
	first := t.Capture(0)
	for e := core.Era(1); first < moment; e++ {
		first = t.Capture(e)
	}
	return first
}

// setCommission changes an operator's commission in the first set and returns from when it counts.
func (w *world) setCommission(o *devnet.Operator, bps uint16) core.Time {
	w.t.Helper()
	receipt := w.do(o.Hand, w.Roster.At.Operators, operators.PackSetCommission(chain.Number(w.set), bps))
	for _, l := range receipt.Logs {
		if e, err := operators.UnpackCommissionChangedEvent(l); err == nil {
			return core.Time(e.From.Uint64())
		}
	}
	w.t.Fatal("no event")
	return 0
}

// wantCommission wants these commissions at these moments.
func (w *world) wantCommission(o *devnet.Operator, want map[core.Time]core.Bps) {
	w.t.Helper()
	for at, bps := range want {
		if got := w.statusAt(o, at).commission; got != bps {
			w.t.Errorf("commission at %d is %d, want %d", at, got, bps)
		}
	}
}

// An operator raises its commission just before the capture, when its stakers cannot leave any more. A raise counts
// from the first capture at least `notice` later (protocol §3).
func TestAttackCommissionRaisedBeforeCapture(t *testing.T) {
	w := newWorld(t, options{})
	o, times := w.operators[0], w.Roster.Times
	w.nextAt(times.Capture(0) - 1)
	from := w.setCommission(o, 10_000)
	now := w.Now()
	if want := firstCapture(times, now+times.Notice); from != want || from < now+times.Notice {
		t.Fatalf("a raise at %d counts from %d, want %d", now, from, want)
	}
	w.wantCommission(o, map[core.Time]core.Bps{times.Capture(0): 500, times.Capture(1): 500, from - 1: 500, from: 10_000})
	// Exactly `notice` before a capture is in time for it.
	other := w.operators[1]
	w.nextAt(times.Capture(8) - times.Notice)
	if from := w.setCommission(other, 501); from != times.Capture(8) {
		t.Fatalf("counts from %d, want %d", from, times.Capture(8))
	}
	third := w.operators[2]
	if from := w.setCommission(third, 501); from != times.Capture(9) { // a second later
		t.Fatalf("counts from %d, want %d", from, times.Capture(9))
	}
}

// The way around the notice: leave the set and register again with the higher commission. The first registration's
// counts at once, a later one's like a raise (protocol §3).
func TestAttackCommissionRaisedByRegisteringAgain(t *testing.T) {
	w := newWorld(t, options{})
	o, times, at := w.operators[0], w.Roster.Times, w.Roster.At.Operators
	again := func(word string, bps uint16) {
		t.Helper()
		o.Key = secret(t, word)
		key, proof := o.Possession(w.set)
		w.do(o.Hand, at, operators.PackRegisterOperator(chain.Number(w.set), key, proof, "here", bps))
	}
	w.do(o.Hand, at, operators.PackLeaveSet(chain.Number(w.set)))
	again("higher", 10_000)
	from := firstCapture(times, w.Now()+times.Notice)
	w.wantCommission(o, map[core.Time]core.Bps{w.Now() + 1: 500, times.Capture(0): 500, from - 1: 500, from: 10_000})
	// Nor by a detour below: down first, then up again before either counts.
	w.setCommission(o, 0)
	w.setCommission(o, 10_000)
	from = firstCapture(times, w.Now()+times.Notice)
	w.wantCommission(o, map[core.Time]core.Bps{times.Capture(0): 500, from - 1: 500, from: 10_000})
	// A lower one on the way back counts from the next capture.
	w.do(o.Hand, at, operators.PackLeaveSet(chain.Number(w.set)))
	again("lower", 100)
	w.wantCommission(o, map[core.Time]core.Bps{times.Capture(0) - 1: 500, times.Capture(0): 100, from: 100})
}

// A lower commission counts from the next capture; what does not count yet is replaced, and what once counted stays
// what it was.
func TestCommissionChangesReplaceEachOther(t *testing.T) {
	w := newWorld(t, options{})
	o, times := w.operators[0], w.Roster.Times
	first, second := times.Capture(0), times.Capture(1)
	if from := w.setCommission(o, 300); from != first {
		t.Fatalf("a lower one counts from %d, want %d", from, first)
	}
	up := w.setCommission(o, 900)
	w.wantCommission(o, map[core.Time]core.Bps{first: 500, up - 1: 500, up: 900}) // the lower one is gone
	w.setCommission(o, 300)
	w.wantCommission(o, map[core.Time]core.Bps{first - 1: 500, first: 300, up: 300}) // so is the raise
	w.nextAt(first)
	if from := w.setCommission(o, 200); from != second { // in the capture's own second: too late for it
		t.Fatalf("counts from %d, want %d", from, second)
	}
	if from := w.setCommission(o, 300); from != second { // as now: no raise
		t.Fatalf("counts from %d, want %d", from, second)
	}
	if from := w.setCommission(o, 301); from < w.Now()+times.Notice { // above what counts now: a raise
		t.Fatalf("counts from %d", from)
	}
	w.wantCommission(o, map[core.Time]core.Bps{first - 1: 500, first: 300, second: 300})
	wantRevertArgs(t, w.simulate(o.Hand, w.Roster.At.Operators, operators.PackSetCommission(chain.Number(w.set), 10_001)),
		"CommissionTooHigh", 10_001, 10_000)
}

// What a registration sets counts from the next second, and a change in the very same second neither erases it nor
// counts at once.
func TestCommissionChangedInTheSecondOfTheRegistration(t *testing.T) {
	w := newWorld(t, options{})
	o, at, times := w.newOperator(), w.Roster.At.Operators, w.Roster.Times
	key, proof := o.Possession(w.set)
	w.inOneBlock(o.Hand, at, register(w.set, key, proof), operators.PackSetCommission(chain.Number(w.set), 400))
	now := w.Now()
	w.wantCommission(o, map[core.Time]core.Bps{now + 1: 500, times.Capture(0) - 1: 500, times.Capture(0): 400})
}
