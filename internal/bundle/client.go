package bundle

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/chain"
)

var _ chain.Client = (*Chain)(nil)

// ChainID implements chain.Client. It is the bundle's claim; a wrong one gives another distribution, for it has the id
// in it.
func (c *Chain) ChainID(context.Context) (*big.Int, error) { return new(big.Int).SetUint64(c.id), nil }

// BlockNumber implements chain.Client: the anchor is the newest block.
func (c *Chain) BlockNumber(context.Context) (uint64, error) { return c.anchor.Number.Uint64(), nil }

// HeaderByNumber implements chain.Client; nil is the anchor.
func (c *Chain) HeaderByNumber(_ context.Context, number *big.Int) (*types.Header, error) {
	if number == nil {
		return types.CopyHeader(c.anchor), nil
	}
	if !number.IsUint64() {
		return nil, fatal(fmt.Errorf("block %v: %w", number, ErrOffline))
	}
	h, err := c.at(number.Uint64())
	if err != nil {
		return nil, fatal(err)
	}
	out, err := h.decode()
	return out, fatal(err)
}

// CallContract implements chain.Client, at the anchor alone (nil, or its number).
// Errors: ErrMissing for state that was not recorded, ErrOffline for another block; a chain.Revert.
func (c *Chain) CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error) {
	if block != nil && block.Cmp(c.anchor.Number) != 0 {
		return nil, fatal(fmt.Errorf("state of block %v, the anchor is block %v: %w", block, c.anchor.Number, ErrOffline))
	}
	out, err := c.call(ctx, call)
	return out, fatal(err)
}

// CallContractAtHash implements chain.Client, at the anchor alone.
func (c *Chain) CallContractAtHash(ctx context.Context, call ethereum.CallMsg, block common.Hash) ([]byte, error) {
	if block != c.anchor.Hash() {
		return nil, fatal(fmt.Errorf("state of block %v, the anchor is block %v: %w", block, c.anchor.Hash(), ErrOffline))
	}
	return c.CallContract(ctx, call, nil)
}

// fatal marks an error as one that no repetition helps, which is what a file's are. Those of the node behind a recording
// have a kind already.
func fatal(err error) error {
	if e, r := (*chain.Error)(nil), (*chain.Revert)(nil); err == nil || errors.As(err, &e) || errors.As(err, &r) {
		return err
	}
	return &chain.Error{Kind: chain.Fatal, Err: err}
}

// offline is the answer of a method that needs a node.
func offline(method string) error { return fatal(fmt.Errorf("%s: %w", method, ErrOffline)) }

// HeaderByHash implements chain.Client; it has no answer.
func (c *Chain) HeaderByHash(context.Context, common.Hash) (*types.Header, error) {
	return nil, offline("HeaderByHash")
}

// SubscribeFilterLogs implements chain.Client; it has no answer.
func (c *Chain) SubscribeFilterLogs(context.Context, ethereum.FilterQuery, chan<- types.Log) (ethereum.Subscription, error) {
	return nil, offline("SubscribeFilterLogs")
}

// EstimateGasAtBlock implements chain.Client; it has no answer.
func (c *Chain) EstimateGasAtBlock(context.Context, ethereum.CallMsg, *big.Int) (uint64, error) {
	return 0, offline("EstimateGasAtBlock")
}

// SuggestGasTipCap implements chain.Client; it has no answer.
func (c *Chain) SuggestGasTipCap(context.Context) (*big.Int, error) {
	return nil, offline("SuggestGasTipCap")
}

// PendingNonceAt implements chain.Client; it has no answer.
func (c *Chain) PendingNonceAt(context.Context, common.Address) (uint64, error) {
	return 0, offline("PendingNonceAt")
}

// NonceAt implements chain.Client; it has no answer.
func (c *Chain) NonceAt(context.Context, common.Address, *big.Int) (uint64, error) {
	return 0, offline("NonceAt")
}

// BalanceAt implements chain.Client; it has no answer.
func (c *Chain) BalanceAt(context.Context, common.Address, *big.Int) (*big.Int, error) {
	return nil, offline("BalanceAt")
}

// SendTransaction implements chain.Client; it has no answer.
func (c *Chain) SendTransaction(context.Context, *types.Transaction) error {
	return offline("SendTransaction")
}

// TransactionByHash implements chain.Client; it has no answer.
func (c *Chain) TransactionByHash(context.Context, common.Hash) (*types.Transaction, bool, error) {
	return nil, false, offline("TransactionByHash")
}

// TransactionReceipt implements chain.Client; it has no answer.
func (c *Chain) TransactionReceipt(context.Context, common.Hash) (*types.Receipt, error) {
	return nil, offline("TransactionReceipt")
}
