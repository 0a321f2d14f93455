package reward

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// PerformanceID is the id on chain of a set's performance rule (protocol §8, step 2).
type PerformanceID uint8

// The performance rules there are. An id is never given a second meaning.
const (
	PerformanceLinear PerformanceID = 0 // the ratio of certificates signed
	PerformanceStrict PerformanceID = 1 // the ratio when it reaches the set's floor, else 0
)

// PerformanceRule says how much of its full part an Executor earns. It sees the ratio and nothing of the
// Executor's weight, so that no rule can tell one stake from the same stake split.
type PerformanceRule interface {
	// Performance returns 0 … 1e18 from ratio = ⌊1e18·signed/certificates⌋ and the set's floor, both 0 … 1e18.
	// It never exceeds ratio and never falls when ratio rises.
	Performance(ratio, floor uint64) uint64
	// Reason says why an Executor that earned nothing under the rule did not.
	Reason(ratio, floor uint64) core.Reason
}

// Performance returns the rule with the id; an unknown id is an error (see Emission).
func Performance(id PerformanceID) (PerformanceRule, error) {
	switch id {
	case PerformanceLinear:
		return linear{}, nil
	case PerformanceStrict:
		return strict{}, nil
	}
	return nil, fmt.Errorf("performance rule %d: not known", id)
}

// PerformanceIDs lists the ids Performance knows, ascending.
func PerformanceIDs() []PerformanceID {
	return []PerformanceID{PerformanceLinear, PerformanceStrict}
}

// Ratio returns ⌊1e18·signed/certificates⌋: 0 … 1e18, rounded down, 0 when there were no certificates.
// More signed than there were is an error: the facts are wrong.
func Ratio(signed, certificates uint64) (uint64, error) {
	if signed > certificates {
		return 0, fmt.Errorf("signed %d of %d certificates: more than there were", signed, certificates)
	}
	if certificates == 0 {
		return 0, nil
	}
	return scale(signed, certificates), nil
}

// perform applies protocol §8, step 2 to one Executor: ratio, performance and the reason for them. Ejected
// and jailed come first: they take everything, whatever was signed.
func perform(rule PerformanceRule, in Facts, x Executor) (ratio, performance uint64, why core.Reason, err error) {
	if ratio, err = Ratio(x.Signed, in.Certificates); err != nil {
		return 0, 0, core.Reason{}, err
	}
	switch {
	case x.Ejected:
		return ratio, 0, PartEjected, nil
	case x.Jailed:
		return ratio, 0, PartJailed, nil
	case in.Certificates == 0:
		return 0, 0, PartNoCertificates, nil
	}
	performance = rule.Performance(ratio, in.Floor)
	if performance > ratio || performance > core.One {
		return 0, 0, core.Reason{}, fmt.Errorf("performance %d of ratio %d: the rule pays for work not done", performance, ratio)
	}
	return ratio, performance, rule.Reason(ratio, in.Floor), nil
}
