package reward

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// rate offers ⌊eraRateBps·total/10,000⌋, at most the emission: a yield per era on the weight that works.
// Below the cap a set that grows does not dilute anyone.
type rate struct{}

func (rate) Pool(in EmissionFacts) (core.Amount, error) {
	if in.RateBps > whole {
		return core.Amount{}, fmt.Errorf("era rate %d bps: exceeds %d", in.RateBps, whole)
	}
	pool, err := share(in.Total, in.RateBps)
	if err != nil {
		return core.Amount{}, fmt.Errorf("take the rate of the total weight: %w", err)
	}
	if pool.Gt(&in.Emission) {
		return in.Emission, nil
	}
	return pool, nil
}

func (rate) Reason() core.Reason { return PoolRate }
