package outbox

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

// watch looks what became of a sent intent: mined, final, overtaken, or to be sent again.
func (o *Outbox) watch(ctx context.Context, n *now, i Intent) error {
	for a := len(i.Attempts) - 1; a >= 0; a-- {
		receipt, err := chain.Receipt(ctx, o.Client, common.Hash(i.Attempts[a].Hash))
		if err != nil {
			return err
		}
		if receipt != nil {
			return o.mined(ctx, n, i, i.Attempts[a], receipt)
		}
	}
	if i.MinedIn > 0 { // a reorganisation undid it
		i.MinedIn = 0
		if err := o.Ledger.SaveIntent(ctx, i); err != nil {
			return err
		}
	}
	if n.settled > i.Nonce {
		// A final block has this nonce with another transaction of the account: of another process, for every one of
		// ours was looked for. What we wanted has happened, or is planned anew.
		i.Status, i.Attempts = store.Planned, nil
		if err := o.Ledger.SaveIntent(ctx, i); err != nil {
			return err
		}
		return o.plan(ctx, n, i)
	}
	last := i.Attempts[len(i.Attempts)-1]
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(last.Raw); err != nil {
		return &chain.Error{Kind: chain.Fatal, Err: fmt.Errorf("read the transaction that was kept: %w", err)}
	}
	if n.head.Number <= last.Block { // it can be in the next block at the earliest
		return nil
	}
	if late := i.By > 0 && n.head.Time >= i.By; late && !last.Cancel || n.head.Number >= last.Block+o.BumpBlocks {
		return o.bump(ctx, n, i, tx, late)
	}
	return o.broadcast(ctx, tx)
}

// mined takes a receipt into account. It is not the end before its block is final.
func (o *Outbox) mined(ctx context.Context, n *now, i Intent, a store.Attempt, r *types.Receipt) error {
	block := r.BlockNumber.Uint64()
	if block > n.final.Number {
		if i.MinedIn == block {
			return nil
		}
		i.MinedIn = block
		if err := o.Ledger.SaveIntent(ctx, i); err != nil {
			return err
		}
		o.Events.Mined(i)
		return nil
	}
	i.MinedIn = block
	spent, _ := new(big.Int).SetString(i.Spent, 10)
	if spent == nil {
		spent = new(big.Int)
	}
	i.Spent = spent.Add(spent, new(big.Int).Mul(new(big.Int).SetUint64(r.GasUsed), r.EffectiveGasPrice)).String()
	i.Day = dayOf(n.final)
	switch {
	case a.Cancel:
		return o.end(ctx, i, store.Expired, i.Reason)
	case r.Status == types.ReceiptStatusSuccessful:
		return o.end(ctx, i, store.Done, "")
	}
	// It failed on chain: another was faster, or the gas was not enough. The next simulation says which.
	return o.fail(ctx, n, i, "reverted")
}

// bump sends the intent again with the same nonce and a higher fee; late, in place of it a transfer of nothing, which
// frees the nonce for what comes after it.
func (o *Outbox) bump(ctx context.Context, n *now, i Intent, tx *types.Transaction, late bool) error {
	f, err := o.fee(ctx, tx)
	if err != nil {
		return err
	}
	if f.capped {
		return o.broadcast(ctx, tx)
	}
	return o.send(ctx, n, i, tx.Gas(), f, late || i.Attempts[len(i.Attempts)-1].Cancel)
}

// fee is what is offered per gas, wei.
type fee struct {
	cap, tip *big.Int
	// capped: MaxFee does not allow what it would take to replace the transaction before.
	capped bool
}

// fee returns what to offer: the node's tip and twice the base fee, and to replace a transaction an eighth more than it
// offers, at least.
func (o *Outbox) fee(ctx context.Context, replaced *types.Transaction) (fee, error) {
	tip, err := o.Client.SuggestGasTipCap(ctx)
	if err != nil {
		return fee{}, fmt.Errorf("read gas tip: %w", chain.Classify(err))
	}
	head, err := o.Client.HeaderByNumber(ctx, nil)
	if err != nil {
		return fee{}, fmt.Errorf("read head: %w", chain.Classify(err))
	}
	if head.BaseFee == nil {
		return fee{}, &chain.Error{Kind: chain.Fatal, Err: fmt.Errorf("block %v has no base fee: the chain does not know EIP-1559", head.Number)}
	}
	f := fee{tip: new(big.Int).Set(tip)}
	f.cap = new(big.Int).Add(tip, new(big.Int).Lsh(head.BaseFee, 1)) // outlives six full blocks
	if replaced != nil {
		f.tip, f.cap = atLeast(f.tip, more(replaced.GasTipCap())), atLeast(f.cap, more(replaced.GasFeeCap()))
	}
	if o.MaxFee != nil && f.cap.Cmp(o.MaxFee) > 0 {
		f.capped = replaced != nil && more(replaced.GasFeeCap()).Cmp(o.MaxFee) > 0
		f.cap = new(big.Int).Set(o.MaxFee)
		f.tip = atMost(f.tip, f.cap)
	}
	return f, nil
}

// more is an eighth more, rounded up: what pools ask of a replacement is a tenth.
func more(x *big.Int) *big.Int {
	y := new(big.Int).Add(x, big.NewInt(7))
	return y.Rsh(y, 3).Add(y, x)
}

func atLeast(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

func atMost(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return b
	}
	return a
}

// overBudget reports whether the day's budget, or the account's balance, does not hold what a transaction may cost.
func (o *Outbox) overBudget(ctx context.Context, n *now, i Intent, gas uint64, f fee) (bool, error) {
	need := new(big.Int).Mul(new(big.Int).SetUint64(gas), f.cap)
	have, err := o.Client.BalanceAt(ctx, o.from, nil)
	if err != nil {
		return false, fmt.Errorf("read balance of %v: %w", o.from, chain.Classify(err))
	}
	if o.DayBudget != nil {
		spent, err := o.Ledger.SpentOn(ctx, dayOf(n.head))
		if err != nil {
			return false, err
		}
		have = atMost(have, new(big.Int).Sub(o.DayBudget, spent))
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
	o.Events.BudgetReached(i, need, have)
	return true, nil
}

// unaffordable is the reason of an intent that waits for money.
const unaffordable = "unaffordable"

// dayOf is the day of a block's timestamp, from 1970.
func dayOf(b chain.Block) uint64 { return uint64(b.Time) / 86_400 }
