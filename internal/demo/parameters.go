package demo

import (
	"strconv"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// vara returns whole wVARA in base units.
func vara(n uint64) core.Amount {
	return *new(core.Amount).Mul(uint256.NewInt(devnet.VARA), uint256.NewInt(n))
}

// Economics of the story's sets, wVARA.
const (
	minStake = 1_000
	maxStake = 40_000
	bond     = 100
)

// parametersOf are the devnet's, with a jail of one era after the present one, so that a sinner is back before the
// story ends. Set 0 pays a fixed reward in proportion to work; further sets pay a rate of their weight, and
// nothing below half of the work.
func parametersOf(number int, s setPlan) bindings.SetParameters {
	p := devnet.DefaultParameters()
	p.MaxExecutors, p.JailEras = uint8(s.seats), 1
	p.MinStake, p.MaxStake = chain.Big(vara(minStake)), chain.Big(vara(maxStake))
	p.Bond = chain.Big(vara(bond))
	if number > 0 {
		p.EmissionRule, p.PerformanceRule = uint8(reward.EmissionRate), uint8(reward.PerformanceStrict)
	}
	return p
}

// RecordParameters returns a set's parameters for a record: amounts as decimal strings in base units.
func RecordParameters(p bindings.SetParameters) map[string]any {
	return map[string]any{
		"maxExecutors": p.MaxExecutors, "minStake": p.MinStake.String(), "maxStake": p.MaxStake.String(),
		"maxVaultStake": p.MaxVaultStake.String(), "eraReward": p.EraReward.String(), "emissionRule": p.EmissionRule,
		"eraRateBps": p.EraRateBps, "performanceRule": p.PerformanceRule, "performanceFloor": strconv.FormatUint(p.PerformanceFloor, 10),
		"equivocationBps": p.EquivocationBps, "wrongResultBps": p.WrongResultBps, "bountyBps": p.BountyBps,
		"bountyCap": p.BountyCap.String(), "jailEras": p.JailEras, "proposerReward": p.ProposerReward.String(),
		"batchReward": p.BatchReward.String(), "messageFee": p.MessageFee.String(), "bond": p.Bond.String(),
	}
}
