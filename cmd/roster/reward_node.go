package main

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
)

// leavesOf takes an account's leaves and proofs from a node. The node is not believed: each proof must lead to the root that
// the chain has activated last.
func (s session) leavesOf(ctx context.Context, account core.Address, node string) ([]proven, error) {
	answer, err := askNode(ctx, node, s.set, account)
	if err != nil {
		return nil, err
	}
	_, head, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	said, err := s.RewardsActivatedOf(ctx, s.set, head)
	if err != nil {
		return nil, err
	}
	if len(said) == 0 {
		return nil, fmt.Errorf("set %d has no rewards on chain yet", s.set)
	}
	last := said[len(said)-1]
	at, err := s.RewardContractsOf(ctx, s.set, head)
	if err != nil {
		return nil, err
	}
	contracts := map[reward.Role]common.Address{reward.AsOperator: at.Operators, reward.AsStaker: at.Stakers}
	roots := map[reward.Role]core.Hash{reward.AsOperator: last.OperatorsRoot, reward.AsStaker: last.StakersRoot}
	if len(answer.Leaves) == 0 {
		return nil, fmt.Errorf("%s names no leaf of %s: that it has none is not proven; compute it without --node", node, account)
	}
	var found []proven
	for i, l := range answer.Leaves {
		if slices.ContainsFunc(answer.Leaves[:i], func(x client.ProvenLeaf) bool { return x.Role == l.Role }) {
			return nil, fmt.Errorf("%s names two leaves of %s as %q", node, account, l.Role)
		}
		role, claim := reward.Role(l.Role), merkle.Claim{Account: account, Amount: core.Amount(l.Amount)}
		if !merkle.VerifyClaim(roots[role], claim, l.Proof) {
			return nil, fmt.Errorf("%s proves %s as %q for %s under %s, paid up to era %d: the chain's root is %s, paid up to era %d; if the node is behind, wait, else ask another",
				node, l.Amount, l.Role, account, l.Root, answer.ToEra, roots[role], last.ToEra)
		}
		p, err := s.proven(ctx, role, contracts[role], claim, l.Proof, roots[role], head)
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, nil
}

// askNode asks a node for an account's proofs.
func askNode(ctx context.Context, node string, set core.SetID, account core.Address) (p client.Proofs, err error) {
	c, err := client.New(node)
	if err != nil {
		return p, fmt.Errorf("--node: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // the first proof after a commit waits for the tree
	defer cancel()
	return c.Proofs(ctx, set, account)
}
