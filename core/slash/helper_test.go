package slash

import (
	"errors"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/holiman/uint256"
)

func amt(n uint64) core.Amount { return *uint256.NewInt(n) }

func who(n byte) (a core.Address) {
	a[19] = n
	return a
}

// devnet starts at 10,000. Era 3: start 10,360, capture 10,300, D(2) 10,450, D(3) 10,570, request by 10,590;
// with the vault below Symbiotic takes requests until 10,640 and executes until 10,660.
func devnet() era.Times {
	t := era.Devnet()
	t.Genesis = 10_000
	return t
}

// reported is an equivocation of era 3, reported at 10,500, in a vault of 360 s with a veto window of 20 s.
func reported() Case {
	return Case{
		Offence: Offence{Set: 1, Operator: who(1), Era: 3, Kind: Equivocation}, Vault: who(100), Counted: true,
		EpochDuration: 360, VetoDuration: 20, Penalty: amt(100), Slashable: amt(1000), ReportedAt: 10_500,
	}
}

func requested(at core.Time) Case {
	c := reported()
	c.RequestedAt = at
	return c
}

// older is a case of era 2 of the same operator in the same vault: request by 10,470, last 10,540.
func older() Case {
	c := reported()
	c.Era, c.ReportedAt = 2, 10_440
	return c
}

// refusedFor checks that an error is a *Refused with the reason and values beside it.
func refusedFor(t *testing.T, err error, why core.Reason) {
	t.Helper()
	var r *Refused
	if !errors.As(err, &r) {
		t.Fatalf("error %v, want %s", err, why.Code)
	}
	if r.Reason != why || r.Detail == "" {
		t.Errorf("refused for %s (%s), want %s", r.Reason.Code, r.Detail, why.Code)
	}
}
