package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Certificate is the aggregated signature with which a batch was committed (protocol §5), as the transaction has it; who
// signed is in c. It is false when the transaction is not there any more, or called the Router through another contract: the
// event does not have the signature.
func (r *Roster) Certificate(ctx context.Context, c Committed) (signature [96]byte, known bool, err error) {
	tx, _, err := r.Client.TransactionByHash(ctx, c.Tx)
	if errors.Is(err, ethereum.NotFound) {
		return signature, false, nil
	}
	if err != nil {
		return signature, false, fmt.Errorf("read transaction %v, which committed batch %d: %w", c.Tx, c.Batch.Number, Classify(err))
	}
	if to := tx.To(); to == nil || *to != r.At.Router {
		return signature, false, nil
	}
	s, is := certificateIn(tx)
	if is && c.Signers.Amount() == Amount(s.Signers.Bitmap) {
		return packWords(s.Signature), true, nil
	}
	return signature, false, nil
}

// certificateIn takes the certificate out of a call of commitBatch.
func certificateIn(tx *types.Transaction) (s bindings.Statement, is bool) {
	method := router.GetABI().Methods["commitBatch"]
	data := tx.Data()
	if len(data) < 4 || [4]byte(data) != [4]byte(method.ID) {
		return s, false
	}
	values, err := method.Inputs.Unpack(data[4:])
	if err != nil || len(values) != 4 {
		return s, false
	}
	return *abi.ConvertType(values[3], new(bindings.Statement)).(*bindings.Statement), true
}

func packWords(words [3][32]byte) (packed [96]byte) {
	for i, w := range words {
		copy(packed[32*i:], w[:])
	}
	return packed
}
