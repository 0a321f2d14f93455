package slash

import (
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
)

// JailedUntil returns the first second after the jail of an offence reported now: eraStart(clock's era + 1 +
// jailEras), or what the jail already was when that is later, for a jail only grows (protocol §3, §7). A jail
// beyond the end of time is era.Never.
//
// Errors: before genesis there is no clock's era, and no offence either.
func JailedUntil(t era.Times, now core.Time, jailEras uint64, already core.Time) (core.Time, error) {
	clock, ok := t.At(now)
	if !ok {
		return 0, fmt.Errorf("jail at %d: before genesis %d", now, t.Genesis)
	}
	until := era.Never
	if free := clock + 1 + core.Era(jailEras); free > clock {
		until = t.Start(free)
	}
	return max(until, already), nil
}
