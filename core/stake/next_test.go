package stake

import (
	"fmt"
	"testing"

	"github.com/gear-tech/roster/core"
)

// TestNextChange: from the last event on, nothing that a snapshot or the parameters say changes before the moment that is named,
// and where a difference begins, that moment is named.
func TestNextChange(t *testing.T) {
	changes, quiet := 0, 0
	for seed := range int64(40) {
		s := newStory(seed)
		s.prepare()
		s.tell(260)
		h := history(t, s.vaults, s.events)
		for set := range core.SetID(2) {
			seen := func(at core.Time) string {
				snapshot := h.Snapshot(set, 7, at)
				snapshot.Capture = 0
				for i := range snapshot.Operators {
					o := &snapshot.Operators[i]
					if o.EligibleAt(at) || !o.JailedAt(at) { // free: since when does not matter
						o.JailedUntil = 0
					}
				}
				return fmt.Sprint(snapshot, h.ParametersAt(set, at))
			}
			named := map[core.Time]bool{}
			for at, any := h.NextChange(set, s.now.Time); any; at, any = h.NextChange(set, at) {
				named[at] = true
			}
			for at := s.now.Time + 1; at < s.now.Time+80; at++ {
				if seen(at) != seen(at-1) {
					if changes++; !named[at] {
						t.Errorf("seed %d, set %d: at %d\n%s\nwas\n%s", seed, set, at, seen(at), seen(at-1))
					}
				}
			}
			if len(named) == 0 {
				quiet++
			}
			if at, any := h.NextChange(set, s.now.Time+1000); any {
				t.Errorf("seed %d: %d after everything", seed, at)
			}
		}
	}
	if changes < 20 {
		t.Errorf("%d changes and %d quiet sets: the test shows nothing", changes, quiet)
	}
	if at, any := NewHistory(core.Address{1}).NextChange(3, 0); any {
		t.Errorf("a set that is not there changes at %d", at)
	}
}
