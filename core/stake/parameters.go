package stake

import "github.com/gear-tech/roster/core"

// Parameters are all of an operator set (IParameters.SetParameters). Amounts are wVARA base units.
type Parameters struct {
	Rules
	EraReward        core.Amount
	EmissionRule     uint8
	EraRateBps       core.Bps
	PerformanceRule  uint8
	PerformanceFloor uint64 // 1e18 fixed point
	EquivocationBps  core.Bps
	WrongResultBps   core.Bps
	BountyBps        core.Bps
	BountyCap        core.Amount
	JailEras         uint16
	ProposerReward   core.Amount
	BatchReward      core.Amount
	MessageFee       core.Amount
	Bond             core.Amount
}
