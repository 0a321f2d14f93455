package engine

import (
	"context"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
)

// CommitBatch posts a batch with its certificate; headNumber is the number of the batch before it.
func (h Hand) CommitBatch(ctx context.Context, c executor.Committee, headNumber uint64, b batch.Batch, s executor.Signed) (*types.Receipt, error) {
	certificate, err := c.Statement(s)
	if err != nil {
		return nil, err
	}
	return h.do(ctx, h.Roster.At.Router, router.PackCommitBatch(c.HeaderBinding(), headNumber, chain.BatchBinding(b), certificate))
}

// AddSigners posts signatures that came too late for a batch's certificate.
func (h Hand) AddSigners(ctx context.Context, c executor.Committee, b batch.Batch, s executor.Signed) (*types.Receipt, error) {
	statement, err := c.Statement(s)
	if err != nil {
		return nil, err
	}
	return h.do(ctx, h.Roster.At.Router, router.PackAddSigners(c.HeaderBinding(), b.Number, b.Hash(), statement))
}
