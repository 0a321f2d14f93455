package slash

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
)

// Dispute is a contradiction that was filed, and what the judge has said so far. It names at most one of its
// two statements wrong.
type Dispute struct {
	Set      core.SetID
	Eras     [2]core.Era // of the sets that signed the two statements
	FiledAt  core.Time
	Upheld   bool     // the judge has named the wrong one
	WrongEra core.Era // of the wrong one, once upheld
}

// Order returns what keeps the case from being executed now, in the order rule of protocol §7: the oldest
// recorded offence of the same operator in the same set that is not final for the same vault, with the reason
// (OlderOpen, OlderRequested). False: none. Offences of the same era have the same capture and do not wait for
// each other. records may hold cases of anyone, in any order; those not yet reported do not count.
func Order(t era.Times, now core.Time, c Case, records []Case) (blocking Case, why core.Reason, blocked bool) {
	for _, r := range records {
		if r.Set != c.Set || r.Operator != c.Operator || r.Vault != c.Vault || r.Era >= c.Era || r.ReportedAt == 0 {
			continue
		}
		if reason, final := r.Final(t, now); !final && (!blocked || r.before(blocking)) {
			blocking, why, blocked = r, reason, true
		}
	}
	return blocking, why, blocked
}

func (c Case) before(d Case) bool {
	if c.Era != d.Era {
		return c.Era < d.Era
	}
	return c.Kind < d.Kind
}

// WaitForDisputes returns the first second at which no dispute of an older era of the set can lead to a newly
// recorded offence, and whether it is still to come. It closes what the order rule leaves open: a dispute of
// era e' may be upheld, and its accused reported, until D(e') + requestWindow, which is after D(e−1); executing
// era e in between would void the captures that the judge is about to accuse.
//
// The wait ends with the window, whatever the judge says meanwhile: until then the accused of the wrong
// statement can still be reported, and another dispute of the same era may be pending. Offences does the same
// (OlderDisputeOpen).
func WaitForDisputes(t era.Times, now core.Time, c Case, disputes []Dispute) (core.Time, bool) {
	var until core.Time
	for _, d := range disputes {
		if d.Set != c.Set || d.FiledAt > now {
			continue
		}
		for _, e := range d.Eras {
			if e < c.Era && d.inTime(t, e) {
				until = max(until, after(t.RequestDeadline(e), 1))
			}
		}
	}
	return until, now < until
}

// MayUphold reports whether the judge may now name the statement of era e wrong: it is one of the dispute's,
// the dispute was filed by D(e), nothing is named yet, and D(e) + requestWindow has not passed (protocol §7).
func (d Dispute) MayUphold(t era.Times, now core.Time, e core.Era) bool {
	return (d.Eras[0] == e || d.Eras[1] == e) && d.inTime(t, e) && d.FiledAt <= now && !d.Upheld && now <= t.RequestDeadline(e)
}

// inTime reports whether the dispute was filed while a statement of era e could still be held against anyone.
// Between statements of two eras each has a deadline of its own: executions of era e+1 rely on D(e).
func (d Dispute) inTime(t era.Times, e core.Era) bool { return d.FiledAt <= t.Deadline(e) }
