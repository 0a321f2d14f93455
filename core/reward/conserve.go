package reward

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// balance fills in what was paid and what was not, and proves the payout's invariants (protocol §8, step 4)
// from the lists that will really be paid, not from the intermediate sums: a base unit too many would leave
// a claim that cannot be paid, one too few a wVARA that no one can ever move.
func (p *Payout) balance(on core.Machine) error {
	parts, err := p.leftovers()
	if err != nil {
		return err
	}
	commissions, err := p.Commissions().Sum()
	if err != nil {
		return fmt.Errorf("sum the commissions: %w", err)
	}
	stakers, err := growth(Amounts{}, p.Stakers, on)
	if err != nil {
		return fmt.Errorf("sum what stakers are paid: %w", err)
	}
	if p.Paid, err = add(commissions, stakers); err != nil {
		return fmt.Errorf("sum what is paid: %w", err)
	}
	if p.Pool.Gt(&p.Emission) {
		return fmt.Errorf("pool %s exceeds the emission %s", p.Pool.Dec(), p.Emission.Dec())
	}
	if p.Idle, err = sub(p.Pool, parts); err != nil {
		return fmt.Errorf("parts exceed the pool: %w", err)
	}
	if p.Unearned, err = sub(p.Pool, p.Paid); err != nil {
		return fmt.Errorf("paid exceeds the pool: %w", err)
	}
	var explained core.Amount // each at most the pool: no overflow
	explained.Add(&p.Idle, &p.Shareless)
	explained.Add(&explained, &p.Dust)
	if !explained.Eq(&p.Unearned) {
		return fmt.Errorf("unearned %s, of which %s explained", p.Unearned.Dec(), explained.Dec())
	}
	return nil
}

// leftovers walks the parts, sums them and what stays behind in each: vaults without shares, and dust.
func (p *Payout) leftovers() (parts core.Amount, err error) {
	for _, o := range p.Operators {
		if parts, err = add(parts, o.Part); err != nil {
			return core.Amount{}, fmt.Errorf("sum the parts: %w", err)
		}
		dust := o.Rest
		for _, v := range o.Vaults {
			if dust, err = sub(dust, v.Part); err != nil {
				return core.Amount{}, fmt.Errorf("operator %s: vaults get more than its rest: %w", o.Operator, err)
			}
			left, err := sub(v.Part, v.Paid)
			if err != nil {
				return core.Amount{}, fmt.Errorf("vault %s: stakers get more than its part: %w", v.Vault, err)
			}
			into := &p.Dust
			if v.Reason == VaultShareless {
				into = &p.Shareless
			}
			if *into, err = add(*into, left); err != nil {
				return core.Amount{}, fmt.Errorf("sum what is left: %w", err)
			}
		}
		if p.Dust, err = add(p.Dust, dust); err != nil {
			return core.Amount{}, fmt.Errorf("sum the dust: %w", err)
		}
	}
	return parts, nil
}
