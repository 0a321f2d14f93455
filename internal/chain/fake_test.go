package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// answer is a JSON-RPC error.
type answer struct {
	code int
	text string
	data any
}

func (a answer) Error() string  { return a.text }
func (a answer) ErrorCode() int { return a.code }
func (a answer) ErrorData() any { return a.data }

// provider is a node that gives one log per block, for at most limit blocks a time, and receipts from the
// third question on. It panics on everything else.
type provider struct {
	Client
	limit  uint64
	fail   error // instead of any logs
	asked  []string
	trials int
}

func (p *provider) FilterLogs(_ context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	from, to := q.FromBlock.Uint64(), q.ToBlock.Uint64()
	p.asked = append(p.asked, fmt.Sprintf("%d-%d", from, to))
	if p.fail != nil {
		return nil, p.fail
	}
	if to-from >= p.limit {
		return nil, answer{code: -32005, text: fmt.Sprintf("query exceeds max block range %d", p.limit)}
	}
	var logs []types.Log
	for n := from; ; n++ {
		logs = append(logs, types.Log{BlockNumber: n})
		if n == to {
			return logs, nil
		}
	}
}

func (p *provider) TransactionReceipt(_ context.Context, tx common.Hash) (*types.Receipt, error) {
	p.trials++
	switch {
	case p.fail != nil:
		return nil, p.fail
	case p.trials == 1:
		return nil, ethereum.NotFound
	case p.trials == 2:
		return nil, errors.New("transaction indexing is in progress")
	}
	return &types.Receipt{TxHash: tx}, nil
}
