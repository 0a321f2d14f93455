package era

import "github.com/gear-tech/roster/core"

// Deadline is D(e) = Start(e) + setLifetime + detectionWindow: the last moment to report an offence of era e
// (protocol §2).
func (t Times) Deadline(e core.Era) core.Time { return plus(t.LifetimeEnd(e), t.DetectionWindow) }

// OlderDeadline is D(e−1): only after it no offence of an era before e can still be reported, so only after
// it slashes of era e are executed (protocol §7). For era 0 nothing is waited for: false.
func (t Times) OlderDeadline(e core.Era) (core.Time, bool) {
	if e == 0 {
		return 0, false
	}
	return t.Deadline(e - 1), true
}

// RequestDeadline is D(e) + requestWindow: the last moment to request a slash for an offence of era e, and to
// uphold a dispute about it (protocol §7).
func (t Times) RequestDeadline(e core.Era) core.Time { return plus(t.Deadline(e), t.RequestWindow) }

// SlashableUntil is Capture(e) + epochDuration of a vault: the last moment at which Symbiotic's slasher takes
// stake captured for era e (VetoSlasher.executeSlash refuses when now − captureTimestamp > epochDuration).
func (t Times) SlashableUntil(e core.Era, epochDuration core.Time) core.Time {
	return plus(t.Capture(e), epochDuration)
}

// Standing is a proposal that stands for an era, not discarded by a challenge.
type Standing struct {
	Era      core.Era
	PostedAt core.Time
}

// Active is the era of the set that is active at a moment: the greatest era up to the clock's with a standing
// proposal whose ActiveAt has come, provided its lifetime is not over (protocol §4). False when no set is
// active: a fallen set is not succeeded by an older one, whose lifetime is over before. The order of the
// proposals does not matter.
func (t Times) Active(now core.Time, proposals []Standing) (core.Era, bool) {
	var greatest core.Era
	found := false
	for _, p := range proposals {
		// No proposal is active before its era starts, so this also leaves out eras beyond the clock's.
		if t.ActiveAt(p.Era, p.PostedAt) > now || found && p.Era < greatest {
			continue
		}
		greatest, found = p.Era, true
	}
	if !found || now >= t.LifetimeEnd(greatest) {
		return 0, false
	}
	return greatest, true
}
