package engine

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/executor"
)

// StatementOf is the statement that the set of an era signed about a reward commit: CommitBinding, backwards.
func StatementOf(set core.SetID, signing core.Era, c bindings.RewardCommit) batch.Rewards {
	return batch.Rewards{Set: set, Era: signing, FromEra: core.Era(c.FromEra), ToEra: core.Era(c.ToEra), PreviousRoots: c.PreviousRoots,
		OperatorsRoot: c.OperatorsRoot, StakersRoot: c.StakersRoot, OperatorsAmount: chain.Amount(c.OperatorsAmount),
		StakersAmount: chain.Amount(c.StakersAmount), DistributionHash: c.DistributionHash}
}

// refuseRewards says, once each, which reward statements of other Executors are not what this node computed. There is
// nothing else to do: what this node does not sign needs the others' two thirds, and on chain it can be cancelled.
func (n *Node) refuseRewards(t Tick, c executor.Committee, d Distribution) {
	if n.Pool == nil {
		return
	}
	for _, m := range n.Pool.Rewards(c.Set, c.Era) {
		difference := m.Rewards.FirstDifference(d.Statement)
		if difference == "" || m.Index >= len(c.Entries) {
			continue
		}
		digest, operator := m.Digest(n.Roster.Domain()), c.Entries[m.Index].Operator
		n.sayOnce("refused/"+digest.String()+operator.String(), func() {
			n.Events.RewardsRefused(RewardsRefused{Set: c.Set, Era: c.Era, Block: t.Final.Number, From: d.Statement.FromEra, To: d.Statement.ToEra,
				Operator: operator, Digest: digest, Computed: d.Statement.Digest(n.Roster.Domain()), Difference: difference,
				File: m.Rewards.DistributionHash})
		})
	}
}
