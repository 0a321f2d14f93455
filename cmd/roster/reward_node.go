package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/api"
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
		if slices.ContainsFunc(answer.Leaves[:i], func(x api.Leaf) bool { return x.Role == l.Role }) {
			return nil, fmt.Errorf("%s names two leaves of %s as %q", node, account, l.Role)
		}
		amount, err := uint256.FromDecimal(l.Amount)
		if err != nil {
			return nil, fmt.Errorf("%s answers with the amount %q: %w", node, l.Amount, err)
		}
		claim := merkle.Claim{Account: account, Amount: *amount}
		if !merkle.VerifyClaim(roots[l.Role], claim, l.Proof) {
			return nil, fmt.Errorf("%s proves %q as %q for %s under %s, paid up to era %d: the chain's root is %s, paid up to era %d; if the node is behind, wait, else ask another",
				node, l.Amount, l.Role, account, l.Root, answer.ToEra, roots[l.Role], last.ToEra)
		}
		p, err := s.proven(ctx, l.Role, contracts[l.Role], claim, l.Proof, roots[l.Role], head)
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, nil
}

// mostAnswer is the most bytes of a node's answer that are read: two proofs take less than 6,000.
const mostAnswer = 1 << 16

// askNode asks a node for an account's proofs.
func askNode(ctx context.Context, node string, set core.SetID, account core.Address) (p api.Proofs, err error) {
	where, err := url.JoinPath(node, fmt.Sprintf("/v1/sets/%d/proofs/%s", set, account))
	if err != nil {
		return p, fmt.Errorf("--node %s: %w", node, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // the first proof after a commit waits for the tree
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, where, nil)
	if err != nil {
		return p, fmt.Errorf("--node %s: %w", node, err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return p, fmt.Errorf("ask a node for proofs: %w", err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, mostAnswer))
	if err != nil {
		return p, fmt.Errorf("read the answer of %s: %w", node, err)
	}
	if response.StatusCode != http.StatusOK {
		var problem api.Problem
		if json.Unmarshal(body, &problem) == nil && problem.Detail != "" {
			return p, fmt.Errorf("%s: %q (%q)", node, problem.Detail, problem.Code)
		}
		return p, fmt.Errorf("%s answers %q: it is no node that serves rewards", node, response.Status)
	}
	if err := json.Unmarshal(body, &p); err != nil {
		return p, fmt.Errorf("read the answer of %s: %w", node, err)
	}
	if p.Set != set || p.Account != account {
		return p, fmt.Errorf("%s answers for %s of set %d, asked was %s of set %d", node, p.Account, p.Set, account, set)
	}
	return p, nil
}
