package devnet

import (
	"math/big"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// DefaultParameters are a set's economics to start from: 4 Executors of 1,000 to 40,000 wVARA, 1,000 wVARA an
// era, half of the stake for an equivocation and a tenth for a wrong result.
func DefaultParameters() bindings.SetParameters {
	return bindings.SetParameters{
		MaxExecutors: 4, MinStake: whole(1_000), MaxStake: whole(40_000), MaxVaultStake: whole(1_000_000),
		EraReward: whole(1_000), EmissionRule: 0, EraRateBps: 50, PerformanceRule: 0, PerformanceFloor: core.One / 2,
		EquivocationBps: 5_000, WrongResultBps: 1_000, BountyBps: 100, BountyCap: whole(10), JailEras: 2,
		ProposerReward: whole(5), BatchReward: whole(1), MessageFee: whole(1), Bond: whole(100),
	}
}

// whole returns wVARA in base units.
func whole(n uint64) *big.Int {
	return chain.Big(*new(core.Amount).Mul(uint256.NewInt(VARA), uint256.NewInt(n)))
}
