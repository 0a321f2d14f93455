package chain

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Position is what an account has in a vault, base units of the vault's collateral.
type Position struct {
	Vault, Collateral common.Address
	// Active is its part of the active stake, which is delegated, earns and can be slashed.
	Active core.Amount
	// Waiting are withdrawals that were not paid out yet, by epoch.
	Waiting []Withdrawal
}

// Withdrawal is what an account has in one of a vault's buckets.
type Withdrawal struct {
	Epoch  uint64
	Amount core.Amount // as of now: until it is free it can be slashed
	// FreeAt is the first second at which it can be claimed, Free whether it is over.
	FreeAt core.Time
	Free   bool
}

// PositionOf reads what an account has in a vault at a block of timestamp now.
func (r *Roster) PositionOf(ctx context.Context, vault common.Address, account core.Address, block uint64, now core.Time) (Position, error) {
	p := Position{Vault: vault}
	who, number := common.Address(account), Number(block)
	var err error
	if p.Collateral, err = Read(ctx, r.Client, vault, number, vaults.PackCollateral(), vaults.UnpackCollateral); err != nil {
		return p, fmt.Errorf("vault %s: %w: is it one of Symbiotic's, on this chain?", vault, err)
	}
	active, err := Read(ctx, r.Client, vault, number, vaults.PackActiveBalanceOf(who), vaults.UnpackActiveBalanceOf)
	if err != nil {
		return p, err
	}
	p.Active = Amount(active)
	clock, err := r.EpochOf(ctx, vault, block)
	if err != nil {
		return p, err
	}
	// A bucket's epoch does not stand in the event: it is the one after that of the block.
	withdrawn, err := events(ctx, r, block, source[bindings.VaultWithdraw]{vault, vaults.GetABI(), "Withdraw", vaults.UnpackWithdrawEvent},
		nil, []common.Hash{common.BytesToHash(who[:])})
	if err != nil {
		return p, err
	}
	last := uint64(0)
	for _, w := range withdrawn {
		at, err := r.TimeOf(ctx, w.Raw.BlockNumber)
		if err != nil {
			return p, err
		}
		epoch, err := Read(ctx, r.Client, vault, number, vaults.PackEpochAt(Number(at)), vaults.UnpackEpochAt)
		if err != nil {
			return p, err
		}
		bucket := epoch.Uint64() + 1
		if bucket == last { // events ascend, and so do their epochs
			continue
		}
		last = bucket
		if err := r.addWithdrawal(ctx, &p, who, bucket, clock, block, now); err != nil {
			return p, err
		}
	}
	return p, nil
}

// addWithdrawal adds what is in a bucket, unless it was claimed.
func (r *Roster) addWithdrawal(ctx context.Context, p *Position, who common.Address, bucket uint64, clock VaultEpoch, block uint64, now core.Time) error {
	epoch, number := Number(bucket), Number(block)
	claimed, err := Read(ctx, r.Client, p.Vault, number, vaults.PackIsWithdrawalsClaimed(epoch, who), vaults.UnpackIsWithdrawalsClaimed)
	if err != nil || claimed {
		return err
	}
	amount, err := Read(ctx, r.Client, p.Vault, number, vaults.PackWithdrawalsOf(epoch, who), vaults.UnpackWithdrawalsOf)
	if err != nil || amount.Sign() == 0 {
		return err
	}
	// The start of the epoch after the bucket's, counted from the present one's.
	free := clock.Start + core.Time(bucket+1)*clock.Duration - core.Time(clock.Number)*clock.Duration
	p.Waiting = append(p.Waiting, Withdrawal{Epoch: bucket, Amount: Amount(amount), FreeAt: free, Free: now >= free})
	return nil
}

// Allowance is how much of an account's tokens a vault may take, base units; Has is how much there is.
func (r *Roster) Allowance(ctx context.Context, collateral, vault common.Address, account core.Address, block uint64) (has, allowance core.Amount, err error) {
	who := common.Address(account)
	balance, err := Read(ctx, r.Client, collateral, Number(block), erc20.PackBalanceOf(who), erc20.UnpackBalanceOf)
	if err != nil {
		return has, allowance, err
	}
	allowed, err := Read(ctx, r.Client, collateral, Number(block), erc20.PackAllowance(who, vault), erc20.UnpackAllowance)
	if err != nil {
		return has, allowance, err
	}
	return Amount(balance), Amount(allowed), nil
}

// The calls of a staker, for itself.

// ApproveCall lets a vault take so much of the sender's collateral.
func ApproveCall(collateral, vault common.Address, amount core.Amount) Call {
	return To(collateral, erc20.PackApprove(vault, Big(amount)))
}

// DepositCall puts collateral into a vault, on behalf of whoever sends it.
func DepositCall(vault common.Address, by core.Address, amount core.Amount) Call {
	return To(vault, vaults.PackDeposit(common.Address(by), Big(amount)))
}

// WithdrawCall takes collateral out of the active stake; it waits for the next epoch's end.
func WithdrawCall(vault common.Address, by core.Address, amount core.Amount) Call {
	return To(vault, vaults.PackWithdraw(common.Address(by), Big(amount)))
}

// CollectCall pays out what a bucket has of the sender's.
func CollectCall(vault common.Address, by core.Address, epoch uint64) Call {
	return To(vault, vaults.PackClaim(common.Address(by), Number(epoch)))
}

// TransferCall moves tokens of the sender.
func TransferCall(token, to common.Address, amount core.Amount) Call {
	return To(token, erc20.PackTransfer(to, Big(amount)))
}
