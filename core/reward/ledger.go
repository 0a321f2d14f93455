package reward

import (
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// ledger gathers, for each vault, what every staker gets through all Executors of the era. It keeps one
// amount per staker and vault, not one per Executor as well: an era may have 128 Executors in one vault.
type ledger struct {
	vaults []Vault         // ascending by vault, stakers ascending
	owed   [][]core.Amount // owed[i][j] belongs to vaults[i].Shares[j]
}

func openLedger(vaults []Vault) (*ledger, error) {
	l := &ledger{}
	for _, v := range vaults {
		s, err := v.sorted()
		if err != nil {
			return nil, err
		}
		l.vaults = append(l.vaults, s)
	}
	slices.SortFunc(l.vaults, func(a, b Vault) int { return compare(a.Vault, b.Vault) })
	for i, v := range l.vaults {
		if i > 0 && l.vaults[i-1].Vault == v.Vault {
			return nil, fmt.Errorf("vault %s: its shares are listed twice", v.Vault)
		}
		l.owed = append(l.owed, make([]core.Amount, len(v.Shares)))
	}
	return l, nil
}

// pay splits one Executor's vault part among the vault's stakers, ⌊part·shares/totalShares⌋ each. A vault
// without shares pays nobody. A vault that is not in the ledger is an error: its stakers would go unpaid
// because we did not read them.
func (l *ledger) pay(c Contribution, part core.Amount) (VaultPart, error) {
	i, found := slices.BinarySearchFunc(l.vaults, c.Vault, func(v Vault, a core.Address) int { return compare(v.Vault, a) })
	if !found {
		return VaultPart{}, fmt.Errorf("contributes %s, its shares are not among the facts", c.Amount.Dec())
	}
	v := l.vaults[i]
	out := VaultPart{
		Vault: c.Vault, Reason: VaultPaid, Contribution: c.Amount, Part: part, TotalShares: v.TotalShares, Shares: v.Shares,
	}
	if v.TotalShares.IsZero() {
		out.Reason = VaultShareless
		return out, nil
	}
	for j, s := range v.Shares {
		amount, err := mulDiv(part, s.Shares, v.TotalShares)
		if err != nil {
			return VaultPart{}, fmt.Errorf("pay staker %s: %w", s.Staker, err)
		}
		if l.owed[i][j], err = add(l.owed[i][j], amount); err != nil {
			return VaultPart{}, fmt.Errorf("pay staker %s: %w", s.Staker, err)
		}
		if out.Paid, err = add(out.Paid, amount); err != nil {
			return VaultPart{}, fmt.Errorf("pay staker %s: %w", s.Staker, err)
		}
	}
	return out, nil
}

// payments sums what each staker gets over all vaults, > 0, ascending by staker.
func (l *ledger) payments() ([]Payment, error) {
	n := 0
	for i := range l.owed {
		n += len(l.owed[i])
	}
	all := make([]Payment, 0, n)
	for i, v := range l.vaults {
		for j, s := range v.Shares {
			if !l.owed[i][j].IsZero() {
				all = append(all, Payment{Account: s.Staker, Amount: l.owed[i][j]})
			}
		}
	}
	all = byAccount(all)
	out := all[:0]
	for _, p := range all {
		if n := len(out); n > 0 && out[n-1].Account == p.Account {
			sum, err := add(out[n-1].Amount, p.Amount)
			if err != nil {
				return nil, fmt.Errorf("sum staker %s: %w", p.Account, err)
			}
			out[n-1].Amount = sum
			continue
		}
		out = append(out, p)
	}
	return out, nil
}
