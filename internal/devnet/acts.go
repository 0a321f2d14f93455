package devnet

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/engine"
)

var vetoSlasher = bindings.NewVetoSlasher()

// Withdraw takes a staker's collateral out of a vault, base units. It waits in the returned bucket, slashable,
// until the returned moment.
func (n *Network) Withdraw(ctx context.Context, staker engine.Hand, vault Vault, amount core.Amount) (bucket uint64, at core.Time, err error) {
	receipt, err := Do(ctx, staker, vault.Address, vaultOf.PackWithdraw(staker.Sender.From(), chain.Big(amount)))
	if err != nil {
		return 0, 0, err
	}
	epoch, err := n.Roster.EpochOf(ctx, vault.Address, receipt.BlockNumber.Uint64())
	if err != nil {
		return 0, 0, err
	}
	at, bucket = epoch.UnlocksAt()
	return bucket, at, nil
}

// ClaimWithdrawal pays out what a bucket of a vault still holds of a staker's withdrawal, base units.
func (n *Network) ClaimWithdrawal(ctx context.Context, staker engine.Hand, vault Vault, bucket uint64) (core.Amount, error) {
	receipt, err := Do(ctx, staker, vault.Address, vaultOf.PackClaim(staker.Sender.From(), chain.Number(bucket)))
	if err != nil {
		return core.Amount{}, err
	}
	for _, l := range receipt.Logs {
		if c, err := vaultOf.UnpackClaimEvent(l); err == nil {
			return chain.Amount(c.Amount), nil
		}
	}
	return core.Amount{}, fmt.Errorf("claim in transaction %v: no event", receipt.TxHash)
}

// Pause keeps the operator out of a set's elections until it resumes.
func (o *Operator) Pause(ctx context.Context, set core.SetID) error {
	_, err := Do(ctx, o.Hand, o.Roster.At.Operators, operatorsOf.PackPause(chain.Number(set)))
	return err
}

// Resume ends a pause.
func (o *Operator) Resume(ctx context.Context, set core.SetID) error {
	_, err := Do(ctx, o.Hand, o.Roster.At.Operators, operatorsOf.PackResume(chain.Number(set)))
	return err
}

// Veto stops a slash that was requested at a vault's slasher; the hand must be the resolver's.
func (n *Network) Veto(ctx context.Context, by engine.Hand, slasher common.Address, index uint64) (*types.Receipt, error) {
	return Do(ctx, by, slasher, vetoSlasher.PackVetoSlash(chain.Number(index), nil))
}
