package stake

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// MaxExecutors is the most Executors that a set may have: the ejected map and a certificate's bitmap are of
// 128 bits (protocol §3, §5).
const MaxExecutors = 128

// stakeBits bounds maxStake and maxVaultStake: below 2^89, the weights of 128 Executors add up to less than
// 2^96, the Router's type for a total.
const stakeBits = 89

// Rules are the parameters of an operator set that decide its elections (protocol §3). Amounts are in wVARA
// base units.
type Rules struct {
	// MaxExecutors is how many operators are elected at most, 1 to 128.
	MaxExecutors uint16
	// MinStake is the least stake with which an operator is eligible. It is compared with the whole stake,
	// before MaxStake.
	MinStake core.Amount
	// MaxStake is the most stake of one operator that counts, 1 to 2^89 − 1.
	MaxStake core.Amount
	// MaxVaultStake is the most stake of one operator in one vault that counts, at most 2^89 − 1.
	MaxVaultStake core.Amount
}

// Check returns an error that wraps ErrRules when a parameter is out of its range.
func (r Rules) Check() error {
	switch {
	case r.MaxExecutors < 1 || r.MaxExecutors > MaxExecutors:
		return fmt.Errorf("%w: maxExecutors is %d, want 1 to %d", ErrRules, r.MaxExecutors, MaxExecutors)
	case r.MaxStake.IsZero() || r.MaxStake.BitLen() > stakeBits:
		return fmt.Errorf("%w: maxStake is %s, want 1 to 2^%d − 1", ErrRules, r.MaxStake.Dec(), stakeBits)
	case r.MaxVaultStake.BitLen() > stakeBits:
		return fmt.Errorf("%w: maxVaultStake is %s, want at most 2^%d − 1", ErrRules, r.MaxVaultStake.Dec(), stakeBits)
	}
	return nil
}
