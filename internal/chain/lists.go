package chain

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// CreatedProgram is where a program began.
type CreatedProgram struct {
	ProgramCreated
	Block uint64
}

// ProgramsOf returns the programs of a set that were created up to a block, in order.
func (r *Roster) ProgramsOf(ctx context.Context, set core.SetID, block uint64) ([]CreatedProgram, error) {
	created, err := events(ctx, r, block, source[bindings.ProgramsProgramCreated]{
		r.At.Programs, programs.GetABI(), "ProgramCreated", programs.UnpackProgramCreatedEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	list := make([]CreatedProgram, len(created))
	for i, c := range created {
		list[i] = CreatedProgram{ProgramCreated{Set: set, Program: c.Program, CodeID: c.CodeId, Creator: core.Address(c.Creator), Salt: c.Salt,
			Init: c.Init, Value: Amount(c.Value)}, c.Raw.BlockNumber}
	}
	return list, nil
}

// RewardsCancelledOf returns the digests of a set's commits that the owner cancelled up to a block.
func (r *Roster) RewardsCancelledOf(ctx context.Context, set core.SetID, block uint64) (map[core.Hash]bool, error) {
	cancelled, err := events(ctx, r, block, source[bindings.RewardsRewardsCancelled]{
		r.At.Rewards, rewards.GetABI(), "RewardsCancelled", rewards.UnpackRewardsCancelledEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	digests := map[core.Hash]bool{}
	for _, c := range cancelled {
		digests[c.Digest] = true
	}
	return digests, nil
}

// TouchedBy returns in which of some vaults an account may have something besides active shares as of a block: withdrawals that
// it can claim, and deposits for it since then, up to head.
func (r *Roster) TouchedBy(ctx context.Context, in []common.Address, account core.Address, block, head uint64) (map[common.Address]bool, error) {
	found := map[common.Address]bool{}
	who := []common.Hash{common.BytesToHash(account[:])}
	for some := range slices.Chunk(in, mostAddresses) {
		for _, q := range []struct {
			event string
			from  uint64
		}{{"Withdraw", 0}, {"Deposit", block}} {
			logs, err := Logs(ctx, r.Client, q.from, head, some, [][]common.Hash{{vaults.GetABI().Events[q.event].ID}, nil, who})
			if err != nil {
				return nil, err
			}
			for _, l := range logs {
				found[l.Address] = true
			}
		}
	}
	return found, nil
}

// Listed is a proposal, read no further than its event.
type Listed struct {
	Bond
	event *bindings.RouterProposed
}

// ListedOf returns the proposals of a set up to a block, in order, those discarded included.
func (r *Roster) ListedOf(ctx context.Context, set core.SetID, block uint64) ([]Listed, error) {
	bonds, err := r.BondsOf(ctx, set, block)
	if err != nil {
		return nil, err
	}
	proposed, err := events(ctx, r, block, source[bindings.RouterProposed]{
		r.At.Router, router.GetABI(), "Proposed", router.UnpackProposedEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	if len(proposed) != len(bonds) {
		return nil, &Error{Retry, fmt.Errorf("%d proposals and %d bonds of set %d up to block %d", len(proposed), len(bonds), set, block)}
	}
	list := make([]Listed, len(proposed))
	for i, p := range proposed {
		list[i] = Listed{bonds[i], p}
	}
	return list, nil
}

// Read returns all of a proposal.
func (r *Roster) Read(ctx context.Context, l Listed) (Elected, error) {
	return r.electedOf(ctx, l.event)
}
