package fleet

import (
	"strings"
	"testing"

	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// beforeRewards is a fleet just before the era whose set is the first to sign rewards, with what it will have to sign.
func beforeRewards(t *testing.T) (*Fleet, executor.Committee, batch.Rewards) {
	t.Helper()
	f := begin(t, Options{Nodes: 4, Eras: 2, Everyone: true, BlockTime: 3})
	ctx := t.Context()
	f.until(t, f.Roster.Times.Start(2)-6)
	standing, stands, err := f.Roster.Standing(ctx, f.set, 2, f.Block())
	if err != nil || !stands {
		t.Fatalf("no list stands for era 2 (%v)", err)
	}
	committee, err := f.Committee(ctx, standing)
	if err != nil {
		t.Fatal(err)
	}
	right, err := engine.Distribute(ctx, f.Roster, f.set, 0, 2, f.Block())
	if err != nil {
		t.Fatal(err)
	}
	return f, committee, right.Statement
}

// TestOtherRewardsHeard: an Executor that signs other rewards is named, with the first field in which they differ, by
// every node that hears it; the others' rewards are committed.
func TestOtherRewardsHeard(t *testing.T) {
	f, committee, right := beforeRewards(t)
	liar := f.nodes[0] // of the least stake: the others are enough
	f.stop(t, liar)
	liar.asleep = 1 << 30
	lie := right
	lie.StakersAmount.AddUint64(&lie.StakersAmount, 1)
	said := executor.Message{Era: 2, Rewards: &lie, Index: committee.IndexOf(liar.operator.Address())}
	said.Signature = liar.operator.Key.Sign(said.Digest(f.Roster.Domain()), bls.Statement)
	heard := map[int][]engine.RewardsRefused{}
	for _, m := range f.nodes[1:] {
		m.node.Events.RewardsRefused = func(r engine.RewardsRefused) { heard[m.index] = append(heard[m.index], r) }
		m.node.Events.RewardsDiffer = func(r engine.RewardStatement) { t.Errorf("pending differ: %+v", r) }
		if v := m.node.Hear(said.Encode()); v != executor.Accept {
			t.Fatalf("node %d: verdict %d", m.index, v)
		}
	}
	f.until(t, f.Roster.Times.Start(2)+30)
	want := "stakersAmount is " + lie.StakersAmount.Dec() + ", computed " + right.StakersAmount.Dec()
	for _, m := range f.nodes[1:] {
		if of := heard[m.index]; len(of) != 1 || of[0].Difference != want || of[0].Operator != liar.operator.Address() || of[0].File != lie.DistributionHash {
			t.Errorf("node %d: %+v, want %s", m.index, of, want)
		}
	}
	pending, err := f.Roster.PendingRewardsOf(t.Context(), f.set, f.Block())
	if err != nil || pending.Digest != right.Digest(f.Roster.Domain()) {
		t.Errorf("pending is %s (%v)", pending.Digest, err)
	}
}

// TestOtherRewardsPending: when a quorum has committed other rewards, every node says in what they differ, and none
// activates them.
func TestOtherRewardsPending(t *testing.T) {
	f, committee, right := beforeRewards(t)
	ctx := t.Context()
	team := devnet.Team{}
	var everyone []int
	for _, m := range f.nodes {
		f.stop(t, m)
		m.asleep = 1 << 30
		team[m.operator.Address()] = m.operator
		everyone = append(everyone, m.index)
	}
	f.until(t, f.Roster.Times.Start(2)+3)
	lie := right
	lie.StakersRoot[5]++
	lie.DistributionHash[5]++
	digest := lie.Digest(f.Roster.Domain())
	signed, err := devnet.Signed(committee, digest, team.SignOnly(committee, digest, everyone...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Owner.CommitRewards(ctx, committee, lie, signed); err != nil {
		t.Fatal(err)
	}
	heard := map[int][]engine.RewardStatement{}
	for _, m := range f.nodes {
		if err := f.start(ctx, m); err != nil {
			t.Fatal(err)
		}
		m.asleep = 0
		m.node.Events.RewardsDiffer = func(r engine.RewardStatement) { heard[m.index] = append(heard[m.index], r) }
	}
	f.until(t, f.Now()+60)
	for _, m := range f.nodes {
		of := heard[m.index]
		if len(of) != 1 || !strings.HasPrefix(of[0].Difference, "stakersRoot is "+lie.StakersRoot.String()) ||
			!strings.HasSuffix(of[0].Difference, "computed "+right.StakersRoot.String()) || of[0].File != lie.DistributionHash {
			t.Errorf("node %d: %+v", m.index, of)
		}
	}
	if activated, err := f.Roster.RewardsActivatedOf(ctx, f.set, f.Block()); err != nil || len(activated) > 0 {
		t.Errorf("%d commits are activated (%v)", len(activated), err)
	}
}
