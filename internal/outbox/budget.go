package outbox

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

// commit counts what a transaction may cost, wei, as spent until it is final; waiting: it is in no block yet.
func (n *now) commit(cost *big.Int, waiting bool) {
	n.committed.Add(n.committed, cost)
	if waiting {
		n.waiting.Add(n.waiting, cost)
	}
}

// mayCost is the most wei that what was sent for an intent may cost: one of its attempts is mined, and any may be.
func mayCost(i Intent) (*big.Int, error) {
	most := new(big.Int)
	for _, a := range i.Attempts {
		tx, err := transactionOf(a)
		if err != nil {
			return nil, err
		}
		most = atLeast(most, tx.Cost())
	}
	return most, nil
}

// transactionOf reads the transaction that was kept.
func transactionOf(a store.Attempt) (*types.Transaction, error) {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(a.Raw); err != nil {
		return nil, &chain.Error{Kind: chain.Fatal, Err: fmt.Errorf("read the transaction that was kept: %w", err)}
	}
	return tx, nil
}

// overBudget reports whether the day's budget, or the account's balance, does not hold what one more transaction for an
// intent may cost, besides all that is on its way. Of a replacement only what it may cost more counts.
func (o *Outbox) overBudget(ctx context.Context, n *now, i Intent, gas uint64, f fee) (bool, error) {
	before, err := mayCost(i)
	if err != nil {
		return false, err
	}
	need := new(big.Int).Mul(new(big.Int).SetUint64(gas), f.cap)
	if need.Sub(need, before).Sign() <= 0 {
		return false, nil
	}
	balance, err := o.Client.BalanceAt(ctx, o.from, nil)
	if err != nil {
		return false, fmt.Errorf("read balance of %v: %w", o.from, chain.Classify(err))
	}
	have := new(big.Int).Sub(balance, n.waiting)
	if o.DayBudget != nil {
		spent, err := o.Ledger.SpentOn(ctx, dayOf(n.head))
		if err != nil {
			return false, err
		}
		left := new(big.Int).Sub(o.DayBudget, spent)
		have = atMost(have, left.Sub(left, n.committed))
	}
	if need.Cmp(have) <= 0 {
		return false, nil
	}
	if i.Reason == unaffordable { // said already
		return true, nil
	}
	i.Reason = unaffordable
	if err := o.Ledger.SaveIntent(ctx, i); err != nil {
		return true, err
	}
	o.Events.BudgetReached(i, need, atLeast(have, new(big.Int)))
	return true, nil
}

// unaffordable is the reason of an intent that waits for money.
const unaffordable = "unaffordable"

// dayOf is the day of a block's timestamp, from 1970.
func dayOf(b chain.Block) uint64 { return uint64(b.Time) / 86_400 }
