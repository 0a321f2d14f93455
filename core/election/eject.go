package election

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
)

// Eject says whether an Executor can be ejected now, and why (protocol §4, "Continuously"). The operator is as
// it was at the capture of the active set's era, with the same vaults and weights, but with the Stake of each
// vault replaced by min(slashableStake(capture), vault.totalStake()), and with its JailedUntil of now; rules are
// those of the capture. What its stake is today, or whether it paused, left or unlinked, does not matter.
func Eject(o stake.Operator, r stake.Rules, now core.Time) (core.Reason, bool) {
	if o.JailedAt(now) {
		return EjectJailed, true
	}
	if left := o.StakeAt(r); left.Lt(&r.MinStake) {
		return EjectShrunk, true
	}
	return core.Reason{}, false
}
