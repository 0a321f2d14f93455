package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// Client is what this package needs of a node: *ethclient.Client, over a network or within the process.
type Client interface {
	ethereum.ChainIDReader
	ethereum.BlockNumberReader
	ethereum.LogFilterer

	HeaderByNumber(ctx context.Context, number *big.Int) (*types.Header, error)
	HeaderByHash(ctx context.Context, hash common.Hash) (*types.Header, error)
	CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error)
	CallContractAtHash(ctx context.Context, call ethereum.CallMsg, block common.Hash) ([]byte, error)
	EstimateGasAtBlock(ctx context.Context, call ethereum.CallMsg, block *big.Int) (uint64, error)
	SuggestGasTipCap(ctx context.Context) (*big.Int, error)
	PendingNonceAt(ctx context.Context, account common.Address) (uint64, error)
	NonceAt(ctx context.Context, account common.Address, block *big.Int) (uint64, error)
	BalanceAt(ctx context.Context, account common.Address, block *big.Int) (*big.Int, error)
	SendTransaction(ctx context.Context, tx *types.Transaction) error
	TransactionByHash(ctx context.Context, hash common.Hash) (tx *types.Transaction, pending bool, err error)
	TransactionReceipt(ctx context.Context, hash common.Hash) (*types.Receipt, error)
}

var _ Client = (*ethclient.Client)(nil)

// Dial connects to a node. A URL without a host cannot be reached later either, so it is the user's to correct.
func Dial(ctx context.Context, url string) (*ethclient.Client, error) {
	client, err := ethclient.DialContext(ctx, url)
	if err != nil {
		return nil, &Error{User, fmt.Errorf("connect to %s: %w", url, err)}
	}
	return client, nil
}

// Read calls a contract at a block number, nil for the newest, and unpacks the answer. A revert comes back as a
// Revert.
// Warning: on the newest block the contract sees that block's own number and time, not the next one's.
func Read[T any](ctx context.Context, c Client, to common.Address, block *big.Int, data []byte, unpack func([]byte) (T, error)) (T, error) {
	out, err := c.CallContract(ctx, ethereum.CallMsg{To: &to, Data: data}, block)
	return unpacked(out, err, to, data, unpack)
}

// ReadAt is Read at the block of this hash: after a reorganisation it fails, where a number would answer from
// another branch.
func ReadAt[T any](ctx context.Context, c Client, to common.Address, block common.Hash, data []byte, unpack func([]byte) (T, error)) (T, error) {
	out, err := c.CallContractAtHash(ctx, ethereum.CallMsg{To: &to, Data: data}, block)
	return unpacked(out, err, to, data, unpack)
}

// Simulate runs a call as it would run at a block (rpc.PendingBlockNumber: on what waits to be mined) and returns the gas
// that it needs. A revert comes back as a Revert. gas is the limit, 0 for MaxGas.
func Simulate(ctx context.Context, c Client, from common.Address, call Call, block *big.Int) (uint64, error) {
	limit := call.Gas
	if limit == 0 {
		limit = MaxGas
	}
	need, err := c.EstimateGasAtBlock(ctx, ethereum.CallMsg{From: from, To: call.To, Value: call.Value, Data: call.Data, Gas: limit}, block)
	return need, classify(err)
}

// Pending is the block that waits to be mined, for Simulate.
var Pending = big.NewInt(int64(rpc.PendingBlockNumber))

// ErrIndexing is returned by a node that does not know yet which transactions are in the chain.
var ErrIndexing = &Error{Retry, errors.New("the node is still indexing its transactions")}

// Receipt returns the receipt of a transaction in the chain, nil when it is not there (yet). A node that cannot tell,
// for it is still indexing, answers ErrIndexing.
func Receipt(ctx context.Context, c Client, tx common.Hash) (*types.Receipt, error) {
	receipt, err := c.TransactionReceipt(ctx, tx)
	if errors.Is(err, ethereum.NotFound) {
		return nil, nil
	}
	if err != nil && strings.Contains(err.Error(), indexing) {
		return nil, fmt.Errorf("read receipt of %v: %w", tx, ErrIndexing)
	}
	if err != nil {
		return nil, fmt.Errorf("read receipt of %v: %w", tx, classify(err))
	}
	return receipt, nil
}

// indexing is what such a node says.
const indexing = "indexing is in progress"

// Classify turns what a client returned into a Revert or an Error of a kind.
func Classify(err error) error { return classify(err) }

// unpacked turns an answer into a value. An empty answer to a call that should answer means that there is no
// contract.
func unpacked[T any](out []byte, err error, to common.Address, data []byte, unpack func([]byte) (T, error)) (T, error) {
	var zero T
	if err != nil {
		return zero, fmt.Errorf("read %s of %v: %w", method(data), to, classify(err))
	}
	value, err := unpack(out)
	if err != nil {
		return zero, &Error{Fatal, fmt.Errorf("read %s of %v: unpack %d bytes: %w", method(data), to, len(out), err)}
	}
	return value, nil
}
