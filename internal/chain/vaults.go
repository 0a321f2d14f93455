package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// VaultEpoch is where a vault's own clock stands.
type VaultEpoch struct {
	Number   uint64
	Start    core.Time // of the present epoch
	Duration core.Time
}

// EpochOf returns a vault's present epoch as of a block.
func (r *Roster) EpochOf(ctx context.Context, vault common.Address, block uint64) (VaultEpoch, error) {
	number := Number(block)
	epoch, err := Read(ctx, r.Client, vault, number, vaults.PackCurrentEpoch(), vaults.UnpackCurrentEpoch)
	if err != nil {
		return VaultEpoch{}, err
	}
	start, err := Read(ctx, r.Client, vault, number, vaults.PackCurrentEpochStart(), vaults.UnpackCurrentEpochStart)
	if err != nil {
		return VaultEpoch{}, err
	}
	duration, err := Read(ctx, r.Client, vault, number, vaults.PackEpochDuration(), vaults.UnpackEpochDuration)
	if err != nil {
		return VaultEpoch{}, err
	}
	return VaultEpoch{epoch.Uint64(), core.Time(start.Uint64()), core.Time(duration.Uint64())}, nil
}

// UnlocksAt returns when a withdrawal made in the present epoch can be claimed, and in which of the vault's
// buckets it lies: Symbiotic keeps it to the end of the next epoch, so that it stays slashable.
func (e VaultEpoch) UnlocksAt() (at core.Time, bucket uint64) {
	return e.Start + 2*e.Duration, e.Number + 1
}

// ActiveStake returns a vault's active stake at a block, collateral base units.
func (r *Roster) ActiveStake(ctx context.Context, vault common.Address, block uint64) (core.Amount, error) {
	out, err := Read(ctx, r.Client, vault, Number(block), vaults.PackActiveStake(), vaults.UnpackActiveStake)
	if err != nil {
		return core.Amount{}, err
	}
	return Amount(out), nil
}

// WithdrawalOf returns what an account may claim of a bucket, collateral base units.
func (r *Roster) WithdrawalOf(ctx context.Context, vault common.Address, bucket uint64, account core.Address, block uint64) (core.Amount, error) {
	out, err := Read(ctx, r.Client, vault, Number(block),
		vaults.PackWithdrawalsOf(Number(bucket), common.Address(account)), vaults.UnpackWithdrawalsOf)
	if err != nil {
		return core.Amount{}, err
	}
	return Amount(out), nil
}

// VaultFlow is all that ever went into and out of a vault, collateral base units.
type VaultFlow struct {
	Deposited, Claimed, Slashed core.Amount
}

// FlowOf returns a vault's flow up to a block, from its own events since the chain's first block, for the vault
// may be older than our contracts. Claims in batches are not used by anyone here and are not counted.
func (r *Roster) FlowOf(ctx context.Context, vault common.Address, block uint64) (VaultFlow, error) {
	var f VaultFlow
	whole := *r
	whole.FirstBlock = 0
	r = &whole
	deposits, err := events(ctx, r, block, source[bindings.VaultDeposit]{vault, vaults.GetABI(), "Deposit", vaults.UnpackDepositEvent})
	if err != nil {
		return f, err
	}
	for _, d := range deposits {
		amount := Amount(d.Amount)
		f.Deposited.Add(&f.Deposited, &amount)
	}
	claims, err := events(ctx, r, block, source[bindings.VaultClaim]{vault, vaults.GetABI(), "Claim", vaults.UnpackClaimEvent})
	if err != nil {
		return f, err
	}
	for _, c := range claims {
		amount := Amount(c.Amount)
		f.Claimed.Add(&f.Claimed, &amount)
	}
	slashes, err := r.VaultSlashes(ctx, vault, block)
	if err != nil {
		return f, err
	}
	for _, s := range slashes {
		amount := Amount(s.SlashedAmount)
		f.Slashed.Add(&f.Slashed, &amount)
	}
	return f, nil
}

// EnrolledIn returns the vaults that were ever given to a set, up to a block, in order.
func (r *Roster) EnrolledIn(ctx context.Context, set core.SetID, block uint64) ([]common.Address, error) {
	enrolled, err := events(ctx, r, block, source[bindings.MiddlewareVaultEnrolled]{
		r.At.Middleware, middleware.GetABI(), "VaultEnrolled", middleware.UnpackVaultEnrolledEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	list := make([]common.Address, len(enrolled))
	for i, e := range enrolled {
		list[i] = e.Vault
	}
	return list, nil
}
