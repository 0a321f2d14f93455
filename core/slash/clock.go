package slash

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
)

// Clock is all deadlines of one case: one offence of one operator in one vault (protocol §2, §7). Each is the
// last second at which the step counts, Earliest and VetoEnd the first. Times too far to count are era.Never.
type Clock struct {
	Capture core.Time // capture(e): the stake that is slashed

	Report  core.Time // D(e); for a wrong result, which needs the judge first, D(e) + requestWindow
	Uphold  core.Time // D(e) + requestWindow: the judge's last second; for an equivocation nothing
	Request core.Time // min of D(e) + requestWindow and Symbiotic

	// Symbiotic is the last second at which the VetoSlasher takes a request: now + V − E ≤ capture. By the chain
	// of inequalities it is not before D(e) + requestWindow, whatever vault passed its first link.
	Symbiotic core.Time

	VetoEnd  core.Time // requestedAt + V, counted by us, whether or not Symbiotic would insist; 0 before a request
	Earliest core.Time // max(VetoEnd, D(e−1) + 1); VetoEnd for era 0; 0 before a request
	Last     core.Time // capture + E: Symbiotic's last second to execute, now − capture ≤ E
}

// Clock returns the deadlines of the case.
func (c Case) Clock(t era.Times) Clock {
	k := Clock{
		Capture: t.Capture(c.Era), Uphold: t.RequestDeadline(c.Era), Last: t.SlashableUntil(c.Era, c.EpochDuration),
	}
	k.Report = t.Deadline(c.Era)
	if c.Kind == WrongResult {
		k.Report = k.Uphold
	}
	switch {
	case k.Last == era.Never:
		k.Symbiotic = era.Never
	case k.Last > c.VetoDuration:
		k.Symbiotic = k.Last - c.VetoDuration
	}
	k.Request = min(t.RequestDeadline(c.Era), k.Symbiotic)
	if c.RequestedAt == 0 {
		return k
	}
	k.VetoEnd = after(c.RequestedAt, c.VetoDuration)
	k.Earliest = k.VetoEnd
	if older, exists := t.OlderDeadline(c.Era); exists {
		k.Earliest = max(k.VetoEnd, after(older, 1))
	}
	return k
}

// ReportWindow is from the first second at which the era's set may sign to the last for a report.
func (c Case) ReportWindow(t era.Times) Window {
	return Window{Opens: t.Start(c.Era), Closes: c.Clock(t).Report}
}

// RequestWindow is from the report to the last second for a request.
func (c Case) RequestWindow(t era.Times) Window {
	return Window{Opens: c.ReportedAt, Closes: c.Clock(t).Request}
}

// ExecuteWindow is from the earliest execution to the last. Older cases and disputes may keep it shut for a
// while after it opens; the alarms count from here all the same.
func (c Case) ExecuteWindow(t era.Times) Window {
	k := c.Clock(t)
	return Window{Opens: k.Earliest, Closes: k.Last}
}

// after adds a duration; what does not fit is era.Never, which no clock reaches.
func after(moment, duration core.Time) core.Time {
	if moment > era.Never-duration {
		return era.Never
	}
	return moment + duration
}
