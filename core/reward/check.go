package reward

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// check refuses facts that contradict themselves. They come from our own reading of the chain, so an error
// here is a bug or a hostile file, and no amount may follow from it.
func (in Facts) check() error {
	if len(in.Executors) > MaxExecutors {
		return fmt.Errorf("%d Executors: more than %d", len(in.Executors), MaxExecutors)
	}
	if in.Floor > core.One {
		return fmt.Errorf("floor %d: exceeds 1e18", in.Floor)
	}
	if in.Total.BitLen() > maxTotalBits {
		return fmt.Errorf("total weight %s: exceeds %d bits", in.Total.Dec(), maxTotalBits)
	}
	var sum core.Amount
	seen := make([]core.Address, 0, len(in.Executors))
	for _, x := range in.Executors {
		if err := x.check(); err != nil {
			return fmt.Errorf("Executor %s: %w", x.Operator, err)
		}
		var err error
		if sum, err = add(sum, x.Weight); err != nil {
			return fmt.Errorf("sum the weights: %w", err)
		}
		seen = append(seen, x.Operator)
	}
	if !sum.Eq(&in.Total) {
		return fmt.Errorf("weights sum to %s, the header's total is %s", sum.Dec(), in.Total.Dec())
	}
	if twice, found := duplicate(seen); found {
		return fmt.Errorf("Executor %s: listed twice", twice)
	}
	return nil
}

func (x Executor) check() error {
	if x.Weight.IsZero() {
		return fmt.Errorf("weight 0: cannot be in a set")
	}
	if x.CommissionBps > whole {
		return fmt.Errorf("commission %d bps: exceeds %d", x.CommissionBps, whole)
	}
	if len(x.Contributions) > MaxVaults {
		return fmt.Errorf("%d vaults: more than %d", len(x.Contributions), MaxVaults)
	}
	sum, err := x.contributed()
	if err != nil {
		return err
	}
	// weight = min(stake, maxStake), so what the vaults contributed cannot be less (protocol §3).
	if sum.Lt(&x.Weight) {
		return fmt.Errorf("vaults contribute %s, less than the weight %s", sum.Dec(), x.Weight.Dec())
	}
	seen := make([]core.Address, 0, len(x.Contributions))
	for _, c := range x.Contributions {
		seen = append(seen, c.Vault)
	}
	if twice, found := duplicate(seen); found {
		return fmt.Errorf("vault %s: contributes twice", twice)
	}
	return nil
}

// contributed is what all its vaults contributed, wVARA base units: its stake, not capped by maxStake.
func (x Executor) contributed() (sum core.Amount, err error) {
	for _, c := range x.Contributions {
		if sum, err = add(sum, c.Amount); err != nil {
			return core.Amount{}, fmt.Errorf("sum the contributions: %w", err)
		}
	}
	return sum, nil
}

// check refuses shares that sum to more than there are: that would pay the vault's part more than once.
func (v Vault) check() error {
	sum, err := v.Shares.Sum()
	if err != nil {
		return fmt.Errorf("vault %s: sum the shares: %w", v.Vault, err)
	}
	if sum.Gt(&v.TotalShares) {
		return fmt.Errorf("vault %s: stakers hold %s shares of %s", v.Vault, sum.Dec(), v.TotalShares.Dec())
	}
	return nil
}

func compare(a, b core.Address) int { return bytes.Compare(a[:], b[:]) }

// duplicate sorts its argument and returns an address that stands in it twice.
func duplicate(list []core.Address) (core.Address, bool) {
	slices.SortFunc(list, compare)
	for i := 1; i < len(list); i++ {
		if list[i-1] == list[i] {
			return list[i], true
		}
	}
	return core.Address{}, false
}
