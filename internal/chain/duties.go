package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Posted is what the Router keeps of a set and era besides the list itself.
type Posted struct {
	Proposer  core.Address // zero when no proposal stands
	PostedAt  core.Time
	Discarded uint8 // proposals that were proven wrong
	Released  bool  // the bond went back
}

// PostedOf returns what stands for a set and era at a block.
func (r *Roster) PostedOf(ctx context.Context, set core.SetID, e core.Era, block uint64) (Posted, error) {
	s, err := Read(ctx, r.Client, r.At.Router, Number(block), router.PackStanding(Number(set), uint64(e)), router.UnpackStanding)
	if err != nil {
		return Posted{}, err
	}
	return Posted{Proposer: core.Address(s.Proposer), PostedAt: core.Time(s.PostedAt.Uint64()), Discarded: s.Discarded,
		Released: s.Released}, nil
}

// SealedAt returns when an era was sealed, false when it was not up to the block.
func (r *Roster) SealedAt(ctx context.Context, e core.Era, block uint64) (core.Time, bool, error) {
	sealed, err := events(ctx, r, block, source[bindings.RouterEraSealed]{
		r.At.Router, router.GetABI(), "EraSealed", router.UnpackEraSealedEvent}, topic(e))
	if err != nil || len(sealed) == 0 {
		return 0, false, err
	}
	at, err := r.TimeOf(ctx, sealed[0].Raw.BlockNumber)
	return at, err == nil, err
}

// BondAt returns what the first proposal of an era with this capture costs as a bond, wVARA base units; each one
// that was discarded doubles it, four times at the most (protocol §4).
func (r *Roster) BondAt(ctx context.Context, set core.SetID, capture core.Time, block uint64) (core.Amount, error) {
	bond, err := Read(ctx, r.Client, r.At.Middleware, Number(block), middleware.PackBondAt(Number(set), Number(capture)), middleware.UnpackBondAt)
	if err != nil {
		return core.Amount{}, err
	}
	return Amount(bond), nil
}

// PendingRewards are those of a set that are committed and not activated: zero Digest when there are none.
type PendingRewards struct {
	Digest        core.Hash
	ActivatableAt core.Time
}

// PendingRewardsOf returns what is pending in a set at a block.
func (r *Roster) PendingRewardsOf(ctx context.Context, set core.SetID, block uint64) (PendingRewards, error) {
	p, err := Read(ctx, r.Client, r.At.Rewards, Number(block), rewards.PackPendingOf(Number(set)), rewards.UnpackPendingOf)
	if err != nil {
		return PendingRewards{}, err
	}
	return PendingRewards{Digest: p.Digest, ActivatableAt: core.Time(p.ActivatableAt.Uint64())}, nil
}

// KeysConfirmed reports whether the keys behind a header are shown to be the registered ones, at a block.
func (r *Roster) KeysConfirmed(ctx context.Context, header core.Hash, block uint64) (bool, error) {
	return Read(ctx, r.Client, r.At.Offences, Number(block), offences.PackKeysConfirmed(common.Hash(header)), offences.UnpackKeysConfirmed)
}

// IsReported reports whether an offence is on record at a block.
func (r *Roster) IsReported(ctx context.Context, o bindings.OffenceId, block uint64) (bool, error) {
	reporter, err := Read(ctx, r.Client, r.At.Offences, Number(block), offences.PackReporterOf(o), offences.UnpackReporterOf)
	return reporter != (common.Address{}), err
}
