package e2e

import "testing"

// TestHarness goes the good way once with everything the harness offers, so that a test of an attack never fails
// for the harness's sake.
func TestHarness(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	term := w.activate(w.set, 0)
	if len(term.Entries) != 3 || term.Header.Total != vara(60_000) {
		t.Fatalf("elected %d with %s", len(term.Entries), term.Header.Total.Dec())
	}
	b := w.commit(term, 1)
	if b.Number == 0 || b.EndBlock != w.Roster.Intervals.End(b.Number) {
		t.Fatalf("%+v", b)
	}
	w.commit(term, 2, 2) // the smallest is absent: 50,000 of 60,000 is enough
	small := w.activate(w.other.set, 0)
	w.commit(small, 1)
	next := w.activate(w.set, 1)
	w.commit(next, 3)
}
