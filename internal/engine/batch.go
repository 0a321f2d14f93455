package engine

import (
	"context"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
)

// CommitBatchCall posts a batch with its certificate; headNumber is the number of the batch before it.
func CommitBatchCall(at chain.Addresses, c executor.Committee, headNumber uint64, b batch.Batch, s executor.Signed) (chain.Call, error) {
	certificate, err := c.Statement(s)
	if err != nil {
		return chain.Call{}, err
	}
	return chain.To(at.Router, router.PackCommitBatch(c.HeaderBinding(), headNumber, chain.BatchBinding(b), certificate)), nil
}

// AddSignersCall posts signatures that came too late for a batch's certificate.
func AddSignersCall(at chain.Addresses, c executor.Committee, b batch.Batch, s executor.Signed) (chain.Call, error) {
	statement, err := c.Statement(s)
	if err != nil {
		return chain.Call{}, err
	}
	return chain.To(at.Router, router.PackAddSigners(c.HeaderBinding(), b.Number, b.Hash(), statement)), nil
}

// CommitBatch is CommitBatchCall, sent at once.
func (h Hand) CommitBatch(ctx context.Context, c executor.Committee, headNumber uint64, b batch.Batch, s executor.Signed) (*types.Receipt, error) {
	call, err := CommitBatchCall(h.Roster.At, c, headNumber, b, s)
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, call)
}

// AddSigners is AddSignersCall, sent at once.
func (h Hand) AddSigners(ctx context.Context, c executor.Committee, b batch.Batch, s executor.Signed) (*types.Receipt, error) {
	call, err := AddSignersCall(h.Roster.At, c, b, s)
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, call)
}
