package main

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// wait lets blocks pass, as a tutorial's reader lets time pass:
//
//	capture   to just after the next capture
//	era       to just after the start of the next era
//	list      until the list of the era that was captured last stands
//	rewards   until rewards are activated that were not before
//	epochs    two epochs of a vault, in one leap: nobody has anything to do meanwhile
func (r *reader) wait(what string) error {
	times, now := r.net.Roster.Times, r.net.Now()
	next := func(of func(core.Era) core.Time) (e core.Era) {
		for of(e) <= now {
			e++
		}
		return e
	}
	switch what {
	case "capture":
		return r.elapse(times.Capture(next(times.Capture)) + 6)
	case "era":
		return r.elapse(times.Start(next(times.Start)) + 3)
	case "epochs":
		return r.net.AdvanceTo(now + 2*times.MaxVaultEpoch + 1)
	case "list":
		captured := next(times.Capture) - 1
		return r.tickUntil(times.Start(captured), func() (bool, error) {
			posted, err := r.net.Roster.PostedOf(r.t.Context(), r.set, captured, r.net.Block())
			return posted.PostedAt > 0, err
		})
	case "rewards":
		if err := r.leap(times.Capture(0)); err != nil {
			return err
		}
		return r.tickUntil(r.net.Now()+6*times.EraDuration, func() (bool, error) {
			paid, err := r.net.Roster.RewardsActivatedOf(r.t.Context(), r.set, r.net.Block())
			more := len(paid) > r.seen
			if more {
				r.seen = len(paid)
			}
			return more, err
		})
	}
	return fmt.Errorf("nobody knows how to wait for that")
}

// leap goes where nobody has anything to do before the first capture.
func (r *reader) leap(to core.Time) error {
	if to = min(to, r.net.Roster.Times.Capture(0)) - 10; r.net.Now() < to {
		return r.net.AdvanceTo(to)
	}
	return nil
}

// elapse goes on to a moment; where nobody acts, at once.
func (r *reader) elapse(to core.Time) error {
	if r.fleet == nil && len(r.nodes) == 0 {
		return r.net.AdvanceTo(to)
	}
	if err := r.leap(to); err != nil {
		return err
	}
	return r.tickUntil(to+60, func() (bool, error) { return r.net.Now() >= to, nil })
}

// tickUntil makes blocks until something is so, and lets those who act on each.
func (r *reader) tickUntil(limit core.Time, is func() (bool, error)) error {
	for {
		ok, err := is()
		if ok || err != nil {
			return err
		}
		if r.net.Now() > limit {
			return fmt.Errorf("it does not come by %d", limit)
		}
		if r.fleet != nil {
			if err := r.fleet.Tick(r.t.Context()); err != nil {
				return err
			}
			continue
		}
		if _, err := r.net.Commit(); err != nil {
			return err
		}
		r.until("the node", r.current)
	}
}
