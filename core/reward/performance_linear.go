package reward

import "github.com/gear-tech/roster/core"

// linear pays every signed certificate alike.
type linear struct{}

func (linear) Performance(ratio, _ uint64) uint64 { return ratio }

func (linear) Reason(ratio, _ uint64) core.Reason {
	if ratio == 0 {
		return PartSignedNothing
	}
	return PartEarned
}
