package chain

import (
	"context"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Pot is a set's wVARA for rewards and bounties, base units.
type Pot struct {
	Free, Reserved core.Amount
	// Funded is all that ever came in, Paid all that went out to proposers, posters of batches and reporters,
	// Distributed all that went out as rewards.
	Funded, Paid, Distributed core.Amount
}

// PotOf returns a set's pot with its history, at a block.
func (r *Roster) PotOf(ctx context.Context, set core.SetID, block uint64) (Pot, error) {
	now, err := Read(ctx, r.Client, r.At.Rewards, Number(block), rewards.PackPotOf(Number(set)), rewards.UnpackPotOf)
	if err != nil {
		return Pot{}, err
	}
	p := Pot{Free: Amount(now.Free), Reserved: Amount(now.Reserved)}
	funded, err := events(ctx, r, block, source[bindings.RewardsPotFunded]{
		r.At.Rewards, rewards.GetABI(), "PotFunded", rewards.UnpackPotFundedEvent}, topic(set))
	if err != nil {
		return p, err
	}
	for _, f := range funded {
		amount := Amount(f.Amount)
		p.Funded.Add(&p.Funded, &amount)
	}
	paid, err := events(ctx, r, block, source[bindings.RewardsPotPaid]{
		r.At.Rewards, rewards.GetABI(), "PotPaid", rewards.UnpackPotPaidEvent}, topic(set))
	if err != nil {
		return p, err
	}
	for _, f := range paid {
		amount := Amount(f.Paid)
		p.Paid.Add(&p.Paid, &amount)
	}
	activated, err := r.RewardsActivatedOf(ctx, set, block)
	if err != nil {
		return p, err
	}
	for _, a := range activated {
		amount := Amount(a.Paid)
		p.Distributed.Add(&p.Distributed, &amount)
	}
	return p, nil
}

// NextPaid is the first era of a set that no activated reward commit pays, at a block.
func (r *Roster) NextPaid(ctx context.Context, set core.SetID, block uint64) (core.Era, error) {
	p, err := Read(ctx, r.Client, r.At.Rewards, Number(block), rewards.PackProgressOf(Number(set)), rewards.UnpackProgressOf)
	return core.Era(p.NextEra), err
}
