package chain

import (
	"bytes"
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

var wrappedVara = bindings.NewWrappedVara()

// BalanceAt returns an account's wVARA at a block, base units.
func (r *Roster) BalanceAt(ctx context.Context, account common.Address, block uint64) (core.Amount, error) {
	out, err := Read(ctx, r.Client, r.At.Token, Number(block), wrappedVara.PackBalanceOf(account), wrappedVara.UnpackBalanceOf)
	if err != nil {
		return core.Amount{}, err
	}
	return Amount(out), nil
}

// TotalSupply returns all the wVARA there is at a block, base units.
func (r *Roster) TotalSupply(ctx context.Context, block uint64) (core.Amount, error) {
	out, err := Read(ctx, r.Client, r.At.Token, Number(block), wrappedVara.PackTotalSupply(), wrappedVara.UnpackTotalSupply)
	if err != nil {
		return core.Amount{}, err
	}
	return Amount(out), nil
}

// Holders returns every address that ever received wVARA up to a block, ascending. The token may be older than
// the contracts: its transfers are searched from the chain's first block, which only a devnet can afford.
func (r *Roster) Holders(ctx context.Context, block uint64) ([]common.Address, error) {
	whole := *r
	whole.FirstBlock = 0
	transfers, err := events(ctx, &whole, block, source[bindings.WrappedVaraTransfer]{
		r.At.Token, wrappedVara.GetABI(), "Transfer", wrappedVara.UnpackTransferEvent})
	if err != nil {
		return nil, err
	}
	var all []common.Address
	for _, t := range transfers {
		all = append(all, t.To)
	}
	slices.SortFunc(all, func(a, b common.Address) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(all), nil
}
