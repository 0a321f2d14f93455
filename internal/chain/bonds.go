package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Bond is what a proposer put at stake for one proposal, and what became of it.
type Bond struct {
	Set      core.SetID
	Era      core.Era
	Proposer core.Address
	Amount   core.Amount // wVARA base units
	Tx       common.Hash // that posted the proposal, by itself or with a challenge
	Block    uint64
	// Discarded: a challenge proved the proposal wrong, and the bond was split. Released: it went back.
	Discarded, Released bool
}

// BondsOf returns the bonds of every proposal of a set up to a block, in order.
func (r *Roster) BondsOf(ctx context.Context, set core.SetID, block uint64) ([]Bond, error) {
	proposed, err := events(ctx, r, block, source[bindings.RouterProposed]{
		r.At.Router, router.GetABI(), "Proposed", router.UnpackProposedEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	discarded, err := r.DiscardedOf(ctx, set, block)
	if err != nil {
		return nil, err
	}
	released, err := events(ctx, r, block, source[bindings.RouterReleased]{
		r.At.Router, router.GetABI(), "Released", router.UnpackReleasedEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	left, list := map[core.Era]int{}, make([]Bond, len(proposed))
	for _, d := range discarded {
		left[core.Era(d.Era)]++
	}
	for i, p := range proposed {
		b := Bond{Set: set, Era: core.Era(p.Era), Proposer: core.Address(p.Proposer), Amount: Amount(p.Bond),
			Tx: p.Raw.TxHash, Block: p.Raw.BlockNumber}
		// A proposal follows only on one that was discarded: the first ones of an era are those.
		if left[b.Era] > 0 {
			left[b.Era]--
			b.Discarded = true
		}
		for _, f := range released {
			b.Released = b.Released || core.Era(f.Era) == b.Era && !b.Discarded
		}
		list[i] = b
	}
	return list, nil
}
