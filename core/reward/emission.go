package reward

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// EmissionID is the id on chain of a set's emission rule (protocol §8, step 1).
type EmissionID uint8

// The emission rules there are. An id is never given a second meaning.
const (
	EmissionFixed EmissionID = 0 // all of the emission
	EmissionRate  EmissionID = 1 // eraRateBps of the header's total weight, at most the emission
)

// EmissionFacts is all that an emission rule may know. It does not see operators, so that no rule can tell
// one stake from the same stake split into several operators.
type EmissionFacts struct {
	Emission core.Amount // emission(e), wVARA base units: what was reserved when the era's first proposal was accepted
	Total    core.Amount // the header's total weight, wVARA base units
	RateBps  core.Bps    // eraRateBps, 0 … 10,000
}

// EmissionRule says how much of what was reserved an era offers.
type EmissionRule interface {
	// Pool returns pool(e) in wVARA base units, 0 … Emission, rounded down: the free pot gains.
	Pool(EmissionFacts) (core.Amount, error)
	// Reason names the rule in an explanation.
	Reason() core.Reason
}

// Emission returns the rule with the id. An unknown id is an error and not a pool of 0: a node too old for a
// rule must not sign anything about it.
func Emission(id EmissionID) (EmissionRule, error) {
	switch id {
	case EmissionFixed:
		return fixed{}, nil
	case EmissionRate:
		return rate{}, nil
	}
	return nil, fmt.Errorf("emission rule %d: not known", id)
}

// EmissionIDs lists the ids Emission knows, ascending.
func EmissionIDs() []EmissionID { return []EmissionID{EmissionFixed, EmissionRate} }
