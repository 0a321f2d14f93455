package reward

import "github.com/gear-tech/roster/core"

// strict pays like linear from the set's floor on, and nothing below it: for a set that needs its Executors
// present more than it needs each certificate.
type strict struct{}

func (strict) Performance(ratio, floor uint64) uint64 {
	if ratio < floor {
		return 0
	}
	return ratio
}

func (strict) Reason(ratio, floor uint64) core.Reason {
	switch {
	case ratio < floor:
		return PartBelowFloor
	case ratio == 0:
		return PartSignedNothing
	}
	return PartEarned
}
