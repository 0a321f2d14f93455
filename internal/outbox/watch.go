package outbox

import (
	"context"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

// watch looks what became of a sent intent: mined, final, overtaken, or to be sent again.
func (o *Outbox) watch(ctx context.Context, n *now, i Intent) error {
	unknown := error(nil)
	for a := len(i.Attempts) - 1; a >= 0; a-- {
		receipt, err := chain.Receipt(ctx, o.Client, common.Hash(i.Attempts[a].Hash))
		if errors.Is(err, chain.ErrIndexing) { // one of them may be mined, or none: to send again does no harm
			unknown = err
			continue
		}
		if err != nil {
			return err
		}
		if receipt != nil {
			return o.mined(ctx, n, i, i.Attempts[a], receipt)
		}
	}
	if max(n.mined, n.settled) > i.Nonce && unknown != nil {
		return unknown
	}
	if i.MinedIn > 0 { // a reorganisation undid it
		i.MinedIn = 0
		if err := o.Ledger.SaveIntent(ctx, i); err != nil {
			return err
		}
	}
	if n.settled > i.Nonce {
		return o.overtaken(ctx, n, i)
	}
	last := i.Attempts[len(i.Attempts)-1]
	tx, err := transactionOf(last)
	if err != nil {
		return err
	}
	if n.head.Number <= last.Block { // it can be in the next block at the earliest
		return nil
	}
	late := i.By > 0 && n.head.Time >= i.By
	due := n.head.Number >= last.Block+o.BumpBlocks
	switch {
	case late && !last.Cancel, due && i.Nonce == n.mined:
		return o.bump(ctx, n, i, tx, late)
	case due && i.Nonce > n.mined: // a higher fee does not help: something before it is not mined
		if err := o.fill(ctx, n, i); err != nil {
			return err
		}
	}
	return o.broadcast(ctx, tx)
}

// overtaken is about an intent whose nonce a final block has, while no receipt of ours is known. Then another process's
// transaction has it, and what we wanted has happened, or is planned anew. But the node that was asked for the receipts
// may lag behind, or be another one than the node that gave the nonce: it is believed when it says so at a later final
// block, too.
func (o *Outbox) overtaken(ctx context.Context, n *now, i Intent) error {
	if i.TakenAt == 0 {
		i.TakenAt = n.final.Number
		return o.Ledger.SaveIntent(ctx, i)
	}
	if n.final.Number <= i.TakenAt {
		return nil
	}
	i.Status, i.Attempts, i.TakenAt = store.Planned, nil, 0
	if err := o.Ledger.SaveIntent(ctx, i); err != nil {
		return err
	}
	return o.plan(ctx, n, i)
}

// mined takes a receipt into account. It is not the end before its block is final.
func (o *Outbox) mined(ctx context.Context, n *now, i Intent, a store.Attempt, r *types.Receipt) error {
	block := r.BlockNumber.Uint64()
	if block > n.final.Number {
		if i.MinedIn == block {
			return nil
		}
		i.MinedIn, i.TakenAt = block, 0
		if err := o.Ledger.SaveIntent(ctx, i); err != nil {
			return err
		}
		o.Events.Mined(i)
		return nil
	}
	if err := o.canonical(ctx, block, core.Hash(r.BlockHash)); err != nil {
		return err
	}
	i.MinedIn, i.TakenAt = block, 0
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
	cancel := late || i.Attempts[len(i.Attempts)-1].Cancel
	gas := tx.Gas()
	if cancel {
		gas = cancelGas
	}
	if short, err := o.overBudget(ctx, n, i, gas, f); err != nil || short {
		return errors.Join(err, o.broadcast(ctx, tx))
	}
	return o.send(ctx, n, i, gas, f, cancel)
}
