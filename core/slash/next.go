package slash

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
)

// Verb is what is to be done.
type Verb uint8

// The verbs, in the order of a case's life; Nothing is the end of it.
const (
	Report  Verb = iota // hand in the evidence against the operator
	Request             // requestSlash
	Execute             // executeSlash
	Wait                // look again at Until
	Nothing             // never again
)

// String names the verb.
func (v Verb) String() string {
	return [...]string{"report", "request", "execute", "wait", "nothing"}[min(v, Nothing)]
}

// Action is what is due for a case now, and why. It is advice to whoever sends transactions: the contracts
// check everything again.
type Action struct {
	Verb     Verb
	Reason   core.Reason
	Until    core.Time // Wait: when to look again; sooner does no harm, and an older case may end sooner
	Window   Window    // of the step that is due or waited for; zero for Nothing
	Alarm    Alarm     // of that window, now
	Blocking Case      // OlderOpen, OlderRequested: the case that must end first
}

// Next returns what is due now for a case (protocol §7). records are the operator's other cases as Order takes
// them, disputes as WaitForDisputes does.
func Next(t era.Times, now core.Time, c Case, records []Case, disputes []Dispute) Action {
	if c.ReportedAt == 0 {
		return c.nextReport(t, now)
	}
	if why, final := c.Final(t, now); final {
		return Action{Verb: Nothing, Reason: why}
	}
	// Nothing slashable stays so: Symbiotic would revert with InsufficientSlash now and ever.
	if c.Slashable.IsZero() {
		return Action{Verb: Nothing, Reason: NothingSlashable}
	}
	if c.RequestedAt == 0 {
		if c.Penalty.IsZero() {
			return Action{Verb: Nothing, Reason: PenaltyZero}
		}
		return due(Request, DueRequest, c.RequestWindow(t), now)
	}
	return c.nextExecute(t, now, records, disputes)
}

// nextReport: an equivocation is reported at once; a wrong result once the judge has spoken.
func (c Case) nextReport(t era.Times, now core.Time) Action {
	w := c.ReportWindow(t)
	switch {
	case now > w.Closes && c.Kind == WrongResult && !c.Upheld:
		return Action{Verb: Nothing, Reason: JudgeSilent}
	case now > w.Closes:
		return Action{Verb: Nothing, Reason: TooLateToReport}
	case c.Kind == WrongResult && !c.Upheld:
		return wait(AwaitsJudge, after(w.Closes, 1), w, now)
	}
	return due(Report, DueReport, w, now)
}

// nextExecute: the obstacles in the order in which they fall; the first that still stands is the reason.
func (c Case) nextExecute(t era.Times, now core.Time, records []Case, disputes []Dispute) Action {
	k, w := c.Clock(t), c.ExecuteWindow(t)
	if now < k.VetoEnd {
		return wait(InVetoWindow, k.VetoEnd, w, now)
	}
	if now < k.Earliest {
		return wait(OlderReportable, k.Earliest, w, now)
	}
	if until, waits := WaitForDisputes(t, now, c, disputes); waits {
		return wait(OlderDisputed, until, w, now)
	}
	if older, why, blocked := Order(t, now, c, records); blocked {
		a := wait(why, older.finalBy(t), w, now)
		a.Blocking = older
		return a
	}
	return due(Execute, DueExecute, w, now)
}

func due(v Verb, why core.Reason, w Window, now core.Time) Action {
	return Action{Verb: v, Reason: why, Window: w, Alarm: w.Alarm(now)}
}

func wait(why core.Reason, until core.Time, w Window, now core.Time) Action {
	return Action{Verb: Wait, Reason: why, Until: until, Window: w, Alarm: w.Alarm(now)}
}
