package fleet

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/chain"
)

// fault is what is wrong with an endpoint.
type fault uint8

const (
	none     fault = iota
	down           // answers nothing
	flaky          // fails every third time
	stale          // does not see the newest blocks
	deafness       // takes transactions and says that it did not
	dead           // the process behind it is gone
)

// errEndpoint is what a broken endpoint answers, or does not.
var errEndpoint = errors.New("connection lost, on purpose")

// endpoint is a node's way to the chain, which can be broken.
type endpoint struct {
	chain.Client
	fault fault
	rng   *rand.Rand
}

func (e *endpoint) fails() error {
	switch {
	case e.fault == down, e.fault == dead, e.fault == flaky && e.rng.IntN(3) == 0:
		return &chain.Error{Kind: chain.Retry, Err: errEndpoint}
	}
	return nil
}

// lag is how many blocks a stale endpoint does not see.
const lag = 3

// HeaderByNumber implements chain.Client.
func (e *endpoint) HeaderByNumber(ctx context.Context, number *big.Int) (*types.Header, error) {
	if err := e.fails(); err != nil {
		return nil, err
	}
	if e.fault == stale && number == nil {
		head, err := e.Client.HeaderByNumber(ctx, nil)
		if err != nil {
			return nil, err
		}
		n := head.Number.Uint64()
		number = new(big.Int).SetUint64(n - min(n, lag))
	}
	return e.Client.HeaderByNumber(ctx, number)
}

// FilterLogs implements chain.Client.
func (e *endpoint) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	if err := e.fails(); err != nil {
		return nil, err
	}
	return e.Client.FilterLogs(ctx, q)
}

// keptStates is how many blocks behind the head an endpoint has the state: that of a full node, no archive.
const keptStates = 128

// CallContract implements chain.Client.
func (e *endpoint) CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error) {
	if err := e.fails(); err != nil {
		return nil, err
	}
	if block != nil && block.Sign() > 0 {
		head, err := e.Client.BlockNumber(ctx)
		if err != nil {
			return nil, err
		}
		if block.Uint64()+keptStates < head {
			return nil, fmt.Errorf("missing trie node: state of block %v is not available, the head is %d", block, head)
		}
	}
	return e.Client.CallContract(ctx, call, block)
}

// EstimateGasAtBlock implements chain.Client.
func (e *endpoint) EstimateGasAtBlock(ctx context.Context, call ethereum.CallMsg, block *big.Int) (uint64, error) {
	if err := e.fails(); err != nil {
		return 0, err
	}
	return e.Client.EstimateGasAtBlock(ctx, call, block)
}

// PendingNonceAt implements chain.Client.
func (e *endpoint) PendingNonceAt(ctx context.Context, account common.Address) (uint64, error) {
	if err := e.fails(); err != nil {
		return 0, err
	}
	return e.Client.PendingNonceAt(ctx, account)
}

// TransactionByHash implements chain.Client.
func (e *endpoint) TransactionByHash(ctx context.Context, tx common.Hash) (*types.Transaction, bool, error) {
	if err := e.fails(); err != nil {
		return nil, false, err
	}
	return e.Client.TransactionByHash(ctx, tx)
}

// TransactionReceipt implements chain.Client.
func (e *endpoint) TransactionReceipt(ctx context.Context, tx common.Hash) (*types.Receipt, error) {
	if err := e.fails(); err != nil {
		return nil, err
	}
	return e.Client.TransactionReceipt(ctx, tx)
}

// SendTransaction implements chain.Client.
func (e *endpoint) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	if err := e.fails(); err != nil {
		return err
	}
	err := e.Client.SendTransaction(ctx, tx)
	if err == nil && e.fault == deafness {
		return &chain.Error{Kind: chain.Retry, Err: fmt.Errorf("%w, after it took the transaction", errEndpoint)}
	}
	return err
}
