package chain

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// Waiter waits for a transaction's receipt.
type Waiter interface {
	Wait(ctx context.Context, client Client, tx common.Hash) (*types.Receipt, error)
}

// Poll waits by asking every so often, until the context ends: for a chain that others drive.
type Poll time.Duration

// Wait implements Waiter.
func (p Poll) Wait(ctx context.Context, client Client, tx common.Hash) (*types.Receipt, error) {
	tick := time.NewTicker(time.Duration(p))
	defer tick.Stop()
	for {
		receipt, err := mined(ctx, client, tx)
		if receipt != nil || (err != nil && KindOf(err) != Retry) {
			return receipt, err
		}
		select {
		case <-ctx.Done():
			return nil, &Error{Retry, errors.Join(ctx.Err(), err)}
		case <-tick.C:
		}
	}
}

// Drive waits by making blocks: for a chain in this process, such as devnet's, that nobody else drives.
type Drive struct {
	// Mine makes the pending transactions part of the chain.
	Mine func(context.Context) error
}

// Wait implements Waiter. A transaction that is not in the chain after one Mine never will be.
func (d Drive) Wait(ctx context.Context, client Client, tx common.Hash) (*types.Receipt, error) {
	if receipt, err := mined(ctx, client, tx); receipt != nil || err != nil {
		return receipt, err
	}
	if err := d.Mine(ctx); err != nil {
		return nil, &Error{Fatal, fmt.Errorf("make a block: %w", err)}
	}
	receipt, err := mined(ctx, client, tx)
	if receipt == nil && err == nil {
		err = &Error{Fatal, errors.New("the block was made without it")}
	}
	return receipt, err
}

// mined is Receipt, with nil also from a node that is still indexing, as it says of every transaction that it does not
// find.
func mined(ctx context.Context, client Client, tx common.Hash) (*types.Receipt, error) {
	receipt, err := Receipt(ctx, client, tx)
	if errors.Is(err, ErrIndexing) {
		return nil, nil
	}
	return receipt, err
}
