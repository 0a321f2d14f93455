package reward

import (
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// ledger gathers, for each vault, what every staker gets through all Executors of the era. It keeps one
// amount per staker and vault, not one per Executor as well: an era may have 128 Executors in one vault.
type ledger struct {
	run    core.Runner
	vaults []Vault         // ascending by vault, stakers ascending
	owed   [][]core.Amount // owed[i][j] belongs to vaults[i].Shares[j]
	duties [][]duty        // of each vault, in the order in which they came
}

// duty is one Executor's part for one vault.
type duty struct {
	executor, place int // where the VaultPart stands, before anything is sorted
	part            core.Amount
	paid            core.Amount // of it, what the stakers get
	err             error
}

func openLedger(vaults []Vault, run core.Runner) (*ledger, error) {
	l := &ledger{run: run, vaults: make([]Vault, len(vaults)), owed: make([][]core.Amount, len(vaults)), duties: make([][]duty, len(vaults))}
	faults := make([]error, len(vaults))
	run(len(vaults), func(i int) { l.vaults[i], faults[i] = vaults[i].sorted() })
	for _, err := range faults {
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(l.vaults, func(a, b Vault) int { return compare(a.Vault, b.Vault) })
	for i, v := range l.vaults {
		if i > 0 && l.vaults[i-1].Vault == v.Vault {
			return nil, fmt.Errorf("vault %s: its shares are listed twice", v.Vault)
		}
	}
	return l, nil
}

// owe notes one Executor's vault part, to be split among the vault's stakers. A vault without shares pays nobody. A vault
// that is not in the ledger is an error: its stakers would go unpaid because we did not read them.
func (l *ledger) owe(executor, place int, c Contribution, part core.Amount) (VaultPart, error) {
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
	l.duties[i] = append(l.duties[i], duty{executor: executor, place: place, part: part})
	return out, nil
}

// settle pays every staker ⌊part·shares/totalShares⌋ of every part, and fills in what the parts have paid. The operators
// are in the order in which they owed.
func (l *ledger) settle(operators []OperatorPart) error {
	l.run(len(l.vaults), func(i int) {
		l.owed[i] = make([]core.Amount, len(l.vaults[i].Shares))
		for k := range l.duties[i] {
			d := &l.duties[i][k]
			d.err = l.pay(i, d)
		}
	})
	for i := range l.duties {
		for _, d := range l.duties[i] {
			o := &operators[d.executor]
			if d.err != nil {
				return fmt.Errorf("Executor %s: vault %s: %w", o.Operator, l.vaults[i].Vault, d.err)
			}
			o.Vaults[d.place].Paid = d.paid
		}
	}
	return nil
}

// pay splits one part among the stakers of vault i.
func (l *ledger) pay(i int, d *duty) error {
	v := l.vaults[i]
	for j, s := range v.Shares {
		amount, err := mulDiv(d.part, s.Shares, v.TotalShares)
		if err != nil {
			return fmt.Errorf("pay staker %s: %w", s.Staker, err)
		}
		if l.owed[i][j], err = add(l.owed[i][j], amount); err != nil {
			return fmt.Errorf("pay staker %s: %w", s.Staker, err)
		}
		if d.paid, err = add(d.paid, amount); err != nil {
			return fmt.Errorf("pay staker %s: %w", s.Staker, err)
		}
	}
	return nil
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
	all = byAccount(all, l.run)
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
