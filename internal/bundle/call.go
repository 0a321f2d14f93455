package bundle

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	gethcore "github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/internal/chain"
)

// callGas is what a call may use: ten times what go-ethereum's own eth_call gives, and an end to a loop that has none.
const callGas = 500_000_000

// rules are those of the EVM at a block, as far as its header tells: Amsterdam's when it has what Amsterdam added, else
// Osaka's, the first on which Roster's contracts run (they need EIP-2537 and EIP-7939). Osaka added nothing to headers, so
// that what is refused is what is older than Prague.
// Errors: ErrProof for a block before Prague.
func rules(id uint64, h *types.Header) (*params.ChainConfig, error) {
	if h.RequestsHash == nil || h.Difficulty == nil || h.Difficulty.Sign() != 0 {
		return nil, fmt.Errorf("%w: block %d is from before Prague: Roster's contracts did not run there", ErrProof, h.Number)
	}
	c := *params.AllDevChainProtocolChanges
	c.ChainID = new(big.Int).SetUint64(id)
	c.BogotaTime, c.AmsterdamTime = nil, nil
	if h.BlockAccessListHash != nil || h.SlotNumber != nil {
		c.AmsterdamTime = new(uint64)
	}
	return &c, nil
}

// call runs a call on the anchor's state, as eth_call does: without a price for gas, and from anybody.
func (c *Chain) call(ctx context.Context, m ethereum.CallMsg) ([]byte, error) {
	if m.To == nil || m.Value != nil && m.Value.Sign() != 0 {
		return nil, fmt.Errorf("call that creates or pays: %w", ErrOffline)
	}
	r := &reader{chain: c, ctx: ctx}
	db, err := state.NewWithReader(c.anchor.Root, c.empty, r)
	if err != nil {
		return nil, err
	}
	block := c.context(r)
	active := c.config.Rules(block.BlockNumber, true, block.Time)
	db.Prepare(active, m.From, block.Coinbase, m.To, vm.ActivePrecompiles(active), nil)
	evm := vm.NewEVM(block, db, c.config, vm.Config{NoBaseFee: true})
	defer evm.Release()
	evm.SetTxContext(vm.TxContext{Origin: m.From, GasPrice: new(uint256.Int)})
	stop := context.AfterFunc(ctx, evm.Cancel)
	defer stop()

	out, _, err := evm.Call(m.From, *m.To, m.Data, vm.NewGasBudget(callGas, callGas), new(uint256.Int))
	// What could not be read comes first: without it, whatever came of the call means nothing.
	if unread := errors.Join(r.err, ctx.Err()); unread != nil {
		return nil, unread
	}
	if unread := db.Error(); unread != nil {
		return nil, unread
	}
	if errors.Is(err, vm.ErrExecutionReverted) {
		return nil, chain.Decode(out)
	}
	return out, err
}

// context is the anchor's block as contracts see it.
func (c *Chain) context(r *reader) vm.BlockContext {
	h := c.anchor
	b := vm.BlockContext{CanTransfer: gethcore.CanTransfer, Transfer: gethcore.Transfer,
		Coinbase: h.Coinbase, GasLimit: h.GasLimit, BlockNumber: new(big.Int).Set(h.Number), Time: h.Time, Difficulty: new(big.Int),
		BaseFee: new(big.Int), BlobBaseFee: new(big.Int), Random: &h.MixDigest, CostPerStateByte: params.CostPerStateByte,
		GetHash: func(number uint64) common.Hash {
			at, err := c.at(number)
			_ = r.keep(err) // a view that asks for the hash of a block before the first has no answer
			return at.hash
		}}
	if h.SlotNumber != nil {
		b.SlotNum = *h.SlotNumber
	}
	return b
}
