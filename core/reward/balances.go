package reward

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// Balances are the two cumulative trees' leaves of an operator set (protocol §8): accounts and all they were ever paid, in
// wVARA base units since the set's beginning, claimed or not. An operator that is also a staker stands in both,
// separately: each tree is paid out by a reward contract of its own.
//
// Invariant: from one to the next no leaf shrinks or disappears, for a dropped leaf forfeits a claim and a lowered one
// blocks it (Symbiotic's DefaultOperatorRewards.claimRewards pays totalClaimable − claimed).
type Balances struct {
	Operators Amounts
	Stakers   Amounts
}

// Apply returns the balances after one more era; the receiver stays as it is. The zero value is what a new set has.
// Errors: a sum beyond 256 bits, a payout that does not add up, and any leaf that would shrink or vanish.
func (b Balances) Apply(p Payout) (Balances, error) { return b.ApplyOn(p, core.Machine{}) }

// ApplyOn is Apply with pieces of the accounts handled at once, as the Runner does.
func (b Balances) ApplyOn(p Payout, on core.Machine) (Balances, error) {
	after, _, _, err := b.apply(p, on)
	return after, err
}

// apply is ApplyOn; it says how much each list has grown.
func (b Balances) apply(p Payout, on core.Machine) (after Balances, operators, stakers core.Amount, err error) {
	after, err = b.plus(p, on)
	if err == nil {
		operators, stakers, err = after.since(b, on)
	}
	var grown core.Amount
	if err == nil {
		grown, err = add(operators, stakers)
	}
	if err == nil && !grown.Eq(&p.Paid) {
		err = fmt.Errorf("balances grow by %s, the era pays %s", grown.Dec(), p.Paid.Dec())
	}
	if err != nil {
		return Balances{}, core.Amount{}, core.Amount{}, fmt.Errorf("apply rewards of set %d era %d: %w", p.Set, p.Era, err)
	}
	return after, operators, stakers, nil
}

func (b Balances) plus(p Payout, on core.Machine) (after Balances, err error) {
	if after.Operators, err = b.Operators.plus(p.Commissions(), on); err != nil {
		return Balances{}, fmt.Errorf("operators: %w", err)
	}
	if after.Stakers, err = b.Stakers.plus(p.Stakers, on); err != nil {
		return Balances{}, fmt.Errorf("stakers: %w", err)
	}
	return after, nil
}

// Since returns how much each list grew over an earlier one, in wVARA base units: the operatorsAmount and
// stakersAmount of a Rewards statement (protocol §5). A leaf that shrank or disappeared is an error: the
// later balances must not be signed.
func (b Balances) Since(earlier Balances) (operators, stakers core.Amount, err error) {
	return b.since(earlier, core.Machine{})
}

func (b Balances) since(earlier Balances, on core.Machine) (operators, stakers core.Amount, err error) {
	if operators, err = growth(earlier.Operators, b.Operators, on); err != nil {
		return core.Amount{}, core.Amount{}, fmt.Errorf("operators: %w", err)
	}
	if stakers, err = growth(earlier.Stakers, b.Stakers, on); err != nil {
		return core.Amount{}, core.Amount{}, fmt.Errorf("stakers: %w", err)
	}
	return operators, stakers, nil
}
