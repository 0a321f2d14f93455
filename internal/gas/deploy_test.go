package gas

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/devnet"
)

// firstDeployer is the first of the accounts that deploy a contract again: nobody else has them.
const firstDeployer = executors + 12

// deploy measures each contract's code, and its deployment by sending the data that deployed it once more.
func (h *hundred) deploy(ctx context.Context) error {
	first, err := h.deployments(ctx)
	if err != nil {
		return err
	}
	a := h.Roster.At
	for i, c := range []struct {
		name string
		at   common.Address
	}{
		{"Middleware", a.Middleware}, {"Operators", a.Operators}, {"Router", a.Router}, {"Rewards", a.Rewards},
		{"Offences", a.Offences}, {"Programs", a.Programs}, {"WrappedVara", a.Token},
	} {
		code, err := h.Client().CodeAt(ctx, c.at, nil)
		if err != nil {
			return fmt.Errorf("read code of %s: %w", c.name, err)
		}
		h.record("bytecode."+c.name, uint64(len(code)))
		receipt, err := h.redeploy(ctx, h.Account(firstDeployer+i), first[c.at])
		if err != nil {
			return fmt.Errorf("deploy %s again: %w", c.name, err)
		}
		h.record("deploy."+c.name, receipt.GasUsed)
	}
	return nil
}

// deployments returns what deployed each contract of the network's first blocks.
func (w *world) deployments(ctx context.Context) (map[common.Address][]byte, error) {
	found := map[common.Address][]byte{}
	for number := int64(1); number <= int64(w.Roster.FirstBlock)+10; number++ {
		block, err := w.Client().BlockByNumber(ctx, big.NewInt(number))
		if err != nil {
			return nil, fmt.Errorf("read block %d: %w", number, err)
		}
		for _, tx := range block.Transactions() {
			receipt, err := w.Client().TransactionReceipt(ctx, tx.Hash())
			if err != nil {
				return nil, fmt.Errorf("read receipt of %v: %w", tx.Hash(), err)
			}
			if tx.To() == nil {
				found[receipt.ContractAddress] = tx.Data()
			}
		}
	}
	return found, nil
}

// redeploy sends a deployment from an account that has sent nothing, with a gas limit that only Amsterdam accepts
// when it must be.
func (w *world) redeploy(ctx context.Context, by devnet.Account, data []byte) (*types.Receipt, error) {
	limit := uint64(16_000_000)
	if w.fork == devnet.Amsterdam {
		limit = 59_000_000
	}
	fee := new(big.Int).Mul(big.NewInt(2), w.Head().BaseFee)
	tx, err := types.SignNewTx(by.Key, types.LatestSignerForChainID(big.NewInt(devnet.ChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(devnet.ChainID), GasTipCap: big.NewInt(1_000_000), GasFeeCap: fee.Add(fee, big.NewInt(1_000_000)),
		Gas: limit, Data: data,
	})
	if err != nil {
		return nil, err
	}
	if err := w.Client().SendTransaction(ctx, tx); err != nil {
		return nil, err
	}
	if _, err := w.Commit(); err != nil {
		return nil, err
	}
	receipt, err := w.Client().TransactionReceipt(ctx, tx.Hash())
	if err == nil && receipt.Status != types.ReceiptStatusSuccessful {
		err = errors.New("it failed")
	}
	return receipt, err
}
