package chain

import (
	"context"

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

// WithdrawersFrom returns which of some vaults an account ever withdrew from, up to a block.
func (r *Roster) WithdrawersFrom(ctx context.Context, in []common.Address, account core.Address, block uint64) (map[common.Address]bool, error) {
	found := map[common.Address]bool{}
	if len(in) == 0 {
		return found, nil
	}
	id := vaults.GetABI().Events["Withdraw"].ID
	who := []common.Hash{common.BytesToHash(account[:])}
	for _, topics := range [][][]common.Hash{{{id}, who}, {{id}, nil, who}} { // by whom, and for whom it can be claimed
		logs, err := Logs(ctx, r.Client, 0, block, in, topics)
		if err != nil {
			return nil, err
		}
		for _, l := range logs {
			found[l.Address] = true
		}
	}
	return found, nil
}
