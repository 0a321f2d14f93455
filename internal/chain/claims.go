package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

var operatorRewards = bindings.NewDefaultOperatorRewards()

// Claimed is one claim that a reward contract paid.
type Claimed = bindings.DefaultOperatorRewardsClaimRewards

// RewardContracts are a set's two instances of Symbiotic's reward contract.
type RewardContracts struct {
	Operators common.Address `json:"operators"`
	Stakers   common.Address `json:"stakers"`
}

// RewardContractsOf returns where a set's operators and stakers claim.
func (r *Roster) RewardContractsOf(ctx context.Context, set core.SetID, block uint64) (RewardContracts, error) {
	out, err := Read(ctx, r.Client, r.At.Middleware, Number(block),
		middleware.PackRewardContracts(Number(set)), middleware.UnpackRewardContracts)
	return RewardContracts{Operators: out.Operators, Stakers: out.Stakers}, err
}

// ClaimsAt returns every claim that a reward contract paid for the network up to a block, in order.
func (r *Roster) ClaimsAt(ctx context.Context, contract common.Address, block uint64) ([]*Claimed, error) {
	network := []common.Hash{common.BytesToHash(r.At.Middleware[:])}
	return events(ctx, r, block, source[Claimed]{
		contract, operatorRewards.GetABI(), "ClaimRewards", operatorRewards.UnpackClaimRewardsEvent}, network)
}

// PaidIn returns what the network ever paid into a reward contract, base units.
func (r *Roster) PaidIn(ctx context.Context, contract common.Address, block uint64) (core.Amount, error) {
	network := []common.Hash{common.BytesToHash(r.At.Middleware[:])}
	paid, err := events(ctx, r, block, source[bindings.DefaultOperatorRewardsDistributeRewards]{
		contract, operatorRewards.GetABI(), "DistributeRewards", operatorRewards.UnpackDistributeRewardsEvent}, network)
	var sum core.Amount
	for _, p := range paid {
		amount := Amount(p.Amount)
		sum.Add(&sum, &amount)
	}
	return sum, err
}

// ClaimedBy returns what a reward contract says it ever paid an account for the network, base units.
func (r *Roster) ClaimedBy(ctx context.Context, contract common.Address, account core.Address, block uint64) (core.Amount, error) {
	out, err := Read(ctx, r.Client, contract, Number(block),
		operatorRewards.PackClaimed(r.At.Middleware, r.At.Token, common.Address(account)), operatorRewards.UnpackClaimed)
	if err != nil {
		return core.Amount{}, err
	}
	return Amount(out), nil
}
