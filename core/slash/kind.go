package slash

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// Kind is what an operator is accused of; the number is the one on chain (protocol §7).
type Kind uint8

// The offences there are. Absence is none: it earns nothing and is not slashed.
const (
	Equivocation Kind = 0 // signed two statements of which it may sign one
	WrongResult  Kind = 1 // signed what the judge, with anyone's recomputation, says is wrong
)

// String returns the protocol's name for the offence.
func (k Kind) String() string {
	switch k {
	case Equivocation:
		return "equivocation"
	case WrongResult:
		return "wrong result"
	}
	return fmt.Sprintf("offence kind %d", uint8(k))
}

// whole is 10,000: what basis points are of.
const whole = 10_000

// MaxWrongResultBps bounds wrongResultBps (protocol §3): judge and resolver together can never take more than
// a tenth from the innocent. A lie that a signature pair proves needs no such bound but 10,000.
const MaxWrongResultBps core.Bps = 1_000

// MaxFraction returns the greatest fraction of its stake that the offence may cost.
func (k Kind) MaxFraction() (core.Bps, error) {
	switch k {
	case Equivocation:
		return whole, nil
	case WrongResult:
		return MaxWrongResultBps, nil
	}
	return 0, fmt.Errorf("%s: not known", k)
}
