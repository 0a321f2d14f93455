package slash

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
)

// Offence is what a report records, once for each set, operator, era and kind, whatever the number of batches.
type Offence struct {
	Set      core.SetID
	Operator core.Address
	Era      core.Era
	Kind     Kind
}

// Case is an offence in one vault, and how far it has come. The offence is final for each vault apart. A moment
// of 0 is "not yet": no block has that timestamp.
type Case struct {
	Offence
	Vault         core.Address
	Counted       bool        // the vault counted for the operator at the capture
	EpochDuration core.Time   // E, the vault's, immutable
	VetoDuration  core.Time   // V, its slasher's, immutable
	Penalty       core.Amount // Penalty of its stake, collateral base units
	Slashable     core.Amount // slashableStake(subnetwork, operator, capture) as of now; it only falls

	Upheld      bool      // for a wrong result: the judge has named the operator's statement wrong
	ReportedAt  core.Time // recorded by report
	RequestedAt core.Time // requestSlash went through
	Vetoed      bool      // by the resolver; final
	ExecutedAt  core.Time // executeSlash went through
}

// Takeable is what a case can really take now, given what is next: the smaller of the penalty and what is slashable, and nothing
// when nothing is to come.
func (c Case) Takeable(next Action) core.Amount {
	switch {
	case next.Verb == Nothing:
		return core.Amount{}
	case c.Penalty.Lt(&c.Slashable):
		return c.Penalty
	}
	return c.Slashable
}

// ID names a case of a set: operator, era, kind and vault, with dashes between them. ParseID reads it.
func (c Case) ID() string {
	return fmt.Sprintf("%s-%d-%d-%s", c.Operator, c.Era, uint8(c.Kind), c.Vault)
}

// ParseID reads what ID wrote, for a set.
func ParseID(set core.SetID, id string) (o Offence, vault core.Address, err error) {
	bad := fmt.Errorf("case %q: want OPERATOR-ERA-KIND-VAULT, as roster slash show names it", id)
	parts := strings.Split(id, "-")
	if len(parts) != 4 {
		return o, vault, bad
	}
	e, err := strconv.ParseUint(parts[1], 10, 62)
	if err != nil {
		return o, vault, bad
	}
	kind, err := strconv.ParseUint(parts[2], 10, 8)
	if err != nil || Kind(kind) > WrongResult {
		return o, vault, bad
	}
	o = Offence{Set: set, Era: core.Era(e), Kind: Kind(kind)}
	if o.Operator.UnmarshalText([]byte(parts[0])) != nil || vault.UnmarshalText([]byte(parts[3])) != nil {
		return o, vault, bad
	}
	return o, vault, nil
}

// Status is how far a case has come.
type Status uint8

// The statuses. Vetoed, Executed and Expired are the end of a case.
const (
	Open      Status = iota // no slash was requested, and it still can be
	Requested               // a slash was requested and waits
	Vetoed                  // the resolver vetoed it
	Executed                // the slash was taken
	Expired                 // nothing can be taken any more
)

// String names the status.
func (s Status) String() string {
	return [...]string{"open", "requested", "vetoed", "executed", "expired"}[min(s, Expired)]
}

// Status returns how far the case has come. A vault that did not count never has more to give: Expired.
func (c Case) Status(t era.Times, now core.Time) Status {
	switch why, final := c.Final(t, now); {
	case why == AlreadyExecuted:
		return Executed
	case why == AlreadyVetoed:
		return Vetoed
	case final:
		return Expired
	case c.RequestedAt != 0:
		return Requested
	}
	return Open
}

// Final reports whether the case can take nothing any more, and why; these are the endings that free newer
// offences of the operator in the vault (protocol §7). Not final: the reason says what it still is.
//
// Before its request deadline a requested case with nothing slashable is not final, though nothing can come of
// it: the rule is the contract's, and costs newer cases no more than that wait.
func (c Case) Final(t era.Times, now core.Time) (core.Reason, bool) {
	k := c.Clock(t)
	switch {
	case c.ExecutedAt != 0:
		return AlreadyExecuted, true
	case c.Vetoed:
		return AlreadyVetoed, true
	case !c.Counted:
		return NotCounted, true
	case now > k.Last:
		return WindowOver, true
	case c.RequestedAt == 0 && now > k.Request:
		return TooLateToRequest, true
	case now > k.Request && c.Slashable.IsZero():
		return NothingSlashable, true
	case c.RequestedAt != 0:
		return OlderRequested, false
	}
	return OlderOpen, false
}

// finalBy is the second from which the case is final whatever anyone does.
func (c Case) finalBy(t era.Times) core.Time {
	k := c.Clock(t)
	if c.RequestedAt == 0 || c.Slashable.IsZero() {
		return after(min(k.Request, k.Last), 1)
	}
	return after(k.Last, 1)
}

// String names the case for a log line.
func (c Case) String() string {
	return fmt.Sprintf("%s by %s in set %d era %d, vault %s", c.Kind, c.Operator, c.Set, c.Era, c.Vault)
}
