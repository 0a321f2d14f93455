package stake

import (
	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

// Contribution is what one vault adds to an operator's stake.
type Contribution struct {
	Vault core.Address
	// Amount is min(maxVaultStake, ⌊weight · stake / 1e18⌋) in wVARA base units, 0 when the vault could not be
	// read. Rewards are shared in proportion to it (protocol §8).
	Amount core.Amount
	// Capped says that maxVaultStake cut it.
	Capped bool
}

// Value is a stake in wVARA base units: ⌊weight · stake / 1e18⌋, weight being the collateral's 1e18 fixed
// point (protocol §3). The product is of 512 bits, as in OpenZeppelin's Math.mulDiv. A quotient beyond 256
// bits, where mulDiv would revert, is 2^256 − 1: whatever it is then compared with is smaller.
func Value(stake, weight core.Amount) core.Amount {
	one := uint256.NewInt(core.One)
	var value core.Amount
	if _, overflow := value.MulDivOverflow(&weight, &stake, one); overflow {
		value.SetAllOne()
	}
	return value
}

// Contribution returns what the vault adds to its operator's stake under the rules.
func (v Vault) Contribution(r Rules) Contribution {
	c := Contribution{Vault: v.Address}
	if !v.Readable {
		return c
	}
	c.Amount = Value(v.Stake, v.Weight)
	if c.Amount.Gt(&r.MaxVaultStake) {
		c.Amount, c.Capped = r.MaxVaultStake, true
	}
	return c
}

// Contributions returns what each linked vault adds, in the order of the slots.
//
// Invariant: their sum is StakeAt.
func (o Operator) Contributions(r Rules) []Contribution {
	all := make([]Contribution, len(o.Vaults))
	for i, v := range o.Vaults {
		all[i] = v.Contribution(r)
	}
	return all
}

// StakeAt is the Middleware's stakeAt(set, operator, capture): the sum of the contributions of the linked
// vaults, whether or not the operator is eligible (protocol §3). A sum beyond 256 bits, which no rules in
// range allow, is 2^256 − 1.
func (o Operator) StakeAt(r Rules) core.Amount {
	var sum core.Amount
	for _, v := range o.Vaults {
		c := v.Contribution(r)
		if _, overflow := sum.AddOverflow(&sum, &c.Amount); overflow {
			sum.SetAllOne()
			return sum
		}
	}
	return sum
}

// JailedAt reports whether the operator is in jail at a moment: jailed until means that at JailedUntil itself
// it is free.
func (o Operator) JailedAt(t core.Time) bool { return t < o.JailedUntil }

// EligibleAt reports whether the operator may be elected for what it is, its stake aside: registered, not
// paused, not jailed at the capture t, with a key (protocol §3).
func (o Operator) EligibleAt(t core.Time) bool {
	return o.Registered && !o.Paused && !o.JailedAt(t) && !o.KeyHash.IsZero()
}

// WeightAt is the Middleware's weightAt(set, operator, capture): min(StakeAt, maxStake), and 0 when the
// operator is not eligible at the capture t or its stake is below minStake (protocol §3).
func (o Operator) WeightAt(r Rules, t core.Time) core.Amount {
	if !o.EligibleAt(t) {
		return core.Amount{}
	}
	stake := o.StakeAt(r)
	if stake.Lt(&r.MinStake) {
		return core.Amount{}
	}
	if stake.Gt(&r.MaxStake) {
		return r.MaxStake
	}
	return stake
}
