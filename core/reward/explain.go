package reward

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// The formulas of protocol §8; ⌊ ⌋ rounds down.
const (
	formulaFixed      = "emission"
	formulaRate       = "min(emission, ⌊rateBps · total / 10000⌋)"
	formulaPart       = "⌊pool · weight · performance / (total · 1e18)⌋"
	formulaCommission = "⌊part · commissionBps / 10000⌋"
	formulaVault      = "⌊(part − commission) · contribution / contributed⌋"
	formulaStaker     = "⌊vault's part · shares / totalShares⌋"
	formulaSum        = "carried + the eras'"
)

// Explain returns every step that leads to an account's cumulative amounts: what it had before, each era's
// divisions, what its leaves say afterwards; first as operator, then as staker. An account with neither a
// leaf nor a part in any era has no steps. The payouts are those that led from activated to the result, in order.
//
// Errors: what Apply refuses; an explanation is never of balances that do not add up.
func Explain(account core.Address, activated Balances, payouts []Payout) ([]Step, error) {
	x, after := Explanation{Account: account}, activated
	for _, p := range payouts {
		var err error
		if after, err = after.Apply(p); err != nil {
			return nil, fmt.Errorf("explain %s: %w", account, err)
		}
		x.Add(p)
	}
	return x.Steps(activated, after), nil
}

// Explanation gathers what eras pay an account, one after the other.
type Explanation struct {
	Account              core.Address
	asOperator, asStaker []Step
}

// Add adds the next era's steps.
func (x *Explanation) Add(p Payout) {
	x.asOperator = append(x.asOperator, p.explainOperator(x.Account)...)
	x.asStaker = append(x.asStaker, p.explainStaker(x.Account)...)
}

// Steps are Explain's, where the balances after the payouts are known, as a Distribution has them. Warning: it takes the
// caller's word that after is what the payouts lead to.
func (x *Explanation) Steps(activated, after Balances) []Step {
	steps := frame(AsOperator, activated.Operators.Of(x.Account), x.asOperator, after.Operators.Of(x.Account))
	return append(steps, frame(AsStaker, activated.Stakers.Of(x.Account), x.asStaker, after.Stakers.Of(x.Account))...)
}

// frame puts what was carried before and the leaf after the eras' steps; nothing when there is nothing to say.
func frame(role Role, carried core.Amount, eras []Step, leaf core.Amount) []Step {
	if carried.IsZero() && len(eras) == 0 {
		return nil
	}
	var steps []Step
	if !carried.IsZero() {
		steps = append(steps, Step{Role: role, Reason: Carried, Amount: carried})
	}
	for _, s := range eras {
		s.Role = role
		steps = append(steps, s)
	}
	return append(steps, Step{Role: role, Reason: Cumulative, Formula: formulaSum, Terms: []Term{{"carried", carried}}, Amount: leaf})
}

// explainOperator is one era for an operator's commission: pool, part, commission. Nothing when it was not
// an Executor.
func (p Payout) explainOperator(account core.Address) []Step {
	for _, o := range p.Operators {
		if o.Operator == account {
			return []Step{p.poolStep(), p.partStep(o), p.commissionStep(o)}
		}
	}
	return nil
}

// explainStaker is one era for a staker: the pool, then for each Executor behind which it stood the
// Executor's part and commission, and each vault's part and its own of it.
func (p Payout) explainStaker(account core.Address) (steps []Step) {
	for _, o := range p.Operators {
		named := false
		for _, v := range o.Vaults {
			shares, amount, found := v.Staker(account)
			if !found {
				continue
			}
			if len(steps) == 0 {
				steps = append(steps, p.poolStep())
			}
			if !named {
				steps, named = append(steps, p.partStep(o), p.commissionStep(o)), true
			}
			steps = append(steps, p.vaultStep(o, v), Step{
				Reason: StakerPaid, Era: p.Era, Operator: o.Operator, Vault: v.Vault, Formula: formulaStaker,
				Terms:  []Term{{"vault's part", v.Part}, {"shares", shares}, {"totalShares", v.TotalShares}},
				Amount: amount,
			})
		}
	}
	return steps
}

func (p Payout) poolStep() Step {
	s := Step{Reason: p.PoolReason, Era: p.Era, Formula: formulaFixed, Terms: []Term{{"emission", p.Emission}}, Amount: p.Pool}
	if p.PoolReason == PoolRate {
		s.Formula = formulaRate
		s.Terms = append(s.Terms, Term{"rateBps", small(uint64(p.RateBps))}, Term{"total", p.Total})
	}
	return s
}

func (p Payout) partStep(o OperatorPart) Step {
	s := Step{
		Reason: o.Reason, Era: p.Era, Operator: o.Operator, Formula: formulaPart,
		Terms: []Term{
			{"pool", p.Pool}, {"weight", o.Weight}, {"performance", small(o.Performance)}, {"total", p.Total},
			{"signed", small(o.Signed)}, {"certificates", small(p.Certificates)},
		},
		Amount: o.Part,
	}
	if o.Reason == PartBelowFloor {
		s.Terms = append(s.Terms, Term{"ratio", small(o.Ratio)}, Term{"floor", small(p.Floor)})
	}
	return s
}

func (p Payout) commissionStep(o OperatorPart) Step {
	return Step{
		Reason: Commission, Era: p.Era, Operator: o.Operator, Formula: formulaCommission,
		Terms:  []Term{{"part", o.Part}, {"commissionBps", small(uint64(o.CommissionBps))}},
		Amount: o.Commission,
	}
}

func (p Payout) vaultStep(o OperatorPart, v VaultPart) Step {
	return Step{
		Reason: v.Reason, Era: p.Era, Operator: o.Operator, Vault: v.Vault, Formula: formulaVault,
		Terms: []Term{
			{"part", o.Part}, {"commission", o.Commission}, {"contribution", v.Contribution}, {"contributed", o.Contributed},
		},
		Amount: v.Part,
	}
}
