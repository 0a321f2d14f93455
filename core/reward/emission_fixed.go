package reward

import "github.com/gear-tech/roster/core"

// fixed offers all of the emission, however much is staked.
type fixed struct{}

func (fixed) Pool(in EmissionFacts) (core.Amount, error) { return in.Emission, nil }

func (fixed) Reason() core.Reason { return PoolFixed }
