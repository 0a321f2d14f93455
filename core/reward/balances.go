package reward

import (
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// Balance is one leaf of a cumulative tree: an account and all it was ever paid.
type Balance struct {
	Account core.Address
	Amount  core.Amount // wVARA base units since the set's beginning, > 0, claimed or not
}

// Balances are the two cumulative trees' leaves of an operator set (protocol §8). An operator that is also a
// staker stands in both, separately: each tree is paid out by a reward contract of its own.
//
// Invariant: both lists are strictly ascending by address and hold no zero; from one to the next no leaf
// shrinks or disappears, for a dropped leaf forfeits a claim and a lowered one blocks it (Symbiotic's
// DefaultOperatorRewards.claimRewards pays totalClaimable − claimed).
type Balances struct {
	Operators []Balance
	Stakers   []Balance
}

// Apply returns the balances after one more era; the receiver stays as it is. The zero value is what a new
// set has. Errors: balances out of order, a sum beyond 256 bits, and any leaf that would shrink or vanish.
func (b Balances) Apply(p Payout) (Balances, error) {
	after, err := b.apply(p)
	if err != nil {
		return Balances{}, fmt.Errorf("apply rewards of set %d era %d: %w", p.Set, p.Era, err)
	}
	return after, nil
}

func (b Balances) apply(p Payout) (after Balances, err error) {
	if err := b.Check(); err != nil {
		return Balances{}, err
	}
	if after.Operators, err = merge(b.Operators, p.Commissions()); err != nil {
		return Balances{}, fmt.Errorf("operators: %w", err)
	}
	if after.Stakers, err = merge(b.Stakers, p.Stakers); err != nil {
		return Balances{}, fmt.Errorf("stakers: %w", err)
	}
	operators, stakers, err := after.Since(b)
	if err != nil {
		return Balances{}, err
	}
	grown, err := add(operators, stakers)
	if err != nil {
		return Balances{}, err
	}
	if !grown.Eq(&p.Paid) {
		return Balances{}, fmt.Errorf("balances grow by %s, the era pays %s", grown.Dec(), p.Paid.Dec())
	}
	return after, nil
}

// Check refuses lists that are not strictly ascending or hold a zero.
func (b Balances) Check() error {
	for _, list := range []struct {
		name   string
		leaves []Balance
	}{{"operators", b.Operators}, {"stakers", b.Stakers}} {
		for i, leaf := range list.leaves {
			if leaf.Amount.IsZero() {
				return fmt.Errorf("%s: account %s: amount 0", list.name, leaf.Account)
			}
			if i > 0 && compare(list.leaves[i-1].Account, leaf.Account) >= 0 {
				return fmt.Errorf("%s: account %s stands after %s", list.name, leaf.Account, list.leaves[i-1].Account)
			}
		}
	}
	return nil
}

// Since returns how much each list grew over an earlier one, in wVARA base units: the operatorsAmount and
// stakersAmount of a Rewards statement (protocol §5). A leaf that shrank or disappeared is an error: the
// later balances must not be signed.
func (b Balances) Since(earlier Balances) (operators, stakers core.Amount, err error) {
	if err := b.Check(); err != nil {
		return core.Amount{}, core.Amount{}, err
	}
	if operators, err = growth(earlier.Operators, b.Operators); err != nil {
		return core.Amount{}, core.Amount{}, fmt.Errorf("operators: %w", err)
	}
	if stakers, err = growth(earlier.Stakers, b.Stakers); err != nil {
		return core.Amount{}, core.Amount{}, fmt.Errorf("stakers: %w", err)
	}
	return operators, stakers, nil
}

// Amount returns an account's leaf in a list that is in order, 0 when it has none.
func Amount(list []Balance, account core.Address) core.Amount {
	i, found := slices.BinarySearchFunc(list, account, func(b Balance, a core.Address) int { return compare(b.Account, a) })
	if !found {
		return core.Amount{}
	}
	return list[i].Amount
}

// merge adds payments to leaves, both strictly ascending; the result is too.
func merge(leaves []Balance, payments []Payment) ([]Balance, error) {
	out := make([]Balance, 0, len(leaves)+len(payments))
	for len(leaves) > 0 || len(payments) > 0 {
		switch {
		case len(payments) == 0 || len(leaves) > 0 && compare(leaves[0].Account, payments[0].Account) < 0:
			out, leaves = append(out, leaves[0]), leaves[1:]
		case len(leaves) == 0 || compare(payments[0].Account, leaves[0].Account) < 0:
			out, payments = append(out, Balance(payments[0])), payments[1:]
		default:
			sum, err := add(leaves[0].Amount, payments[0].Amount)
			if err != nil {
				return nil, fmt.Errorf("account %s: %w", leaves[0].Account, err)
			}
			out = append(out, Balance{Account: leaves[0].Account, Amount: sum})
			leaves, payments = leaves[1:], payments[1:]
		}
	}
	return out, nil
}

// growth returns Σ later − Σ earlier, after it saw that every earlier leaf is still there and not smaller.
func growth(earlier, later []Balance) (core.Amount, error) {
	var before, after core.Amount
	var err error
	rest := later // both ascend
	for _, leaf := range earlier {
		for len(rest) > 0 && compare(rest[0].Account, leaf.Account) < 0 {
			rest = rest[1:]
		}
		var now core.Amount
		if len(rest) > 0 && rest[0].Account == leaf.Account {
			now = rest[0].Amount
		}
		if now.Lt(&leaf.Amount) {
			return core.Amount{}, fmt.Errorf("account %s: leaf shrinks from %s to %s", leaf.Account, leaf.Amount.Dec(), now.Dec())
		}
		if before, err = add(before, leaf.Amount); err != nil {
			return core.Amount{}, fmt.Errorf("sum the earlier leaves: %w", err)
		}
	}
	for _, leaf := range later {
		if after, err = add(after, leaf.Amount); err != nil {
			return core.Amount{}, fmt.Errorf("sum the leaves: %w", err)
		}
	}
	return sub(after, before)
}
