package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// paidWorld is a network in era 1 with era 0 closed and one batch in it: a reward commit can be made.
func paidWorld(t *testing.T, o options) (w *world, first, second devnet.Term, d engine.Distribution) {
	t.Helper()
	w = newWorld(t, o)
	first = w.activate(w.set, 0)
	w.commit(first, 1)
	second = w.activate(w.set, 1)
	w.closed(w.set, 0)
	return w, first, second, w.distribution(second, 0)
}

// What commitRewards refuses, one thing wrong at a time, each certified by all.
func TestCommitRewardsIsRefused(t *testing.T) {
	w, first, second, d := paidWorld(t, options{})
	over := plus(d.OperatorsAmount, core.Amount{1})
	tests := []struct {
		change func(*batch.Rewards)
		name   string
		args   []any
	}{
		{func(s *batch.Rewards) { s.FromEra, s.ToEra = 1, 1 }, "WrongFirstEra", []any{1, 0}},
		{func(s *batch.Rewards) { s.ToEra = 1 }, "EraNotClosed", []any{w.set, 1}},
		{func(s *batch.Rewards) { s.ToEra = 7 }, "EraNotClosed", []any{w.set, 7}},
		{func(s *batch.Rewards) { s.PreviousRoots = core.Hash{1} }, "WrongPreviousRoots", []any{core.Hash{1}, core.Hash{}}},
		{func(s *batch.Rewards) { s.PreviousRoots = batch.PreviousRoots(core.Hash{}, core.Hash{}) }, "WrongPreviousRoots",
			[]any{batch.PreviousRoots(core.Hash{}, core.Hash{}), core.Hash{}}},
		{func(s *batch.Rewards) { s.OperatorsAmount, s.StakersAmount = vara(1_000), core.Amount{1} }, "OverEmission", []any{plus(vara(1_000), core.Amount{1}), vara(1_000)}},
		{func(s *batch.Rewards) { s.OperatorsAmount, s.StakersAmount = core.Amount{}, vara(100_000) }, "OverEmission", []any{vara(100_000), vara(1_000)}},
	}
	for _, test := range tests {
		s := d.Statement
		test.change(&s)
		wantRevertArgs(t, w.commitRewards(second, s), test.name, test.args...)
	}
	// Amounts that wrap around pay no more for it.
	s := d.Statement
	s.OperatorsAmount, s.StakersAmount = *new(core.Amount).SetAllOne(), over
	if err := w.commitRewards(second, s); chain.RevertName(err) != "OverEmission" && chain.RevertName(err) != "Panic" {
		t.Errorf("amounts that wrap around: %v", err)
	}
	// By a set that was superseded, by too few, by the right ones over another statement.
	old := d.Statement
	old.Era = 0
	wantRevertArgs(t, w.commitRewards(first, old), "SupersededBy", w.set, 1)
	wantRevertArgs(t, w.commitRewards(second, d.Statement, 0, 2), "NoQuorum", vara(40_000), vara(60_000), 0)
	_, err := w.attacker.CommitRewards(w.ctx, second.Committee, d.Statement, w.signed(second, old.Digest(w.Roster.Domain()), 0, 1, 2))
	wantRevert(t, err, "SignatureMismatch")

	w.must(w.commitRewards(second, d.Statement, 0, 1))
	digest := d.Statement.Digest(w.Roster.Domain())
	wantRevertArgs(t, w.commitRewards(second, d.Statement), "RewardsPending", w.set, digest)
	w.nextAt(w.Now() + w.Roster.Times.RewardDelay)
	w.must(w.activateRewards(d.Statement))
	wantRevertArgs(t, w.commitRewards(second, d.Statement), "WrongFirstEra", 0, 1)
}

// An era is closed signersWindow after its end, in that second and not before; its own end is when the next set
// takes over.
func TestEraCloses(t *testing.T) {
	w := newWorld(t, options{})
	w.activate(w.set, 0)
	second := w.activate(w.set, 1)
	at := w.Roster.Times.Start(1) + w.Roster.Times.SignersWindow
	s := rewardStatement(second, 1)
	w.nextAt(at - 1)
	wantRevertArgs(t, w.commitRewards(second, s), "EraNotClosed", w.set, 0)
	w.nextAt(at)
	w.must(w.commitRewards(second, s))
}

// Activating: not before rewardDelay, what is pending and nothing else, by anyone, once.
func TestActivateRewards(t *testing.T) {
	w, _, second, d := paidWorld(t, options{})
	wantRevertArgs(t, w.activateRewards(d.Statement), "NoRewardsPending", w.set)
	w.must(w.commitRewards(second, d.Statement))
	from := w.Now() + w.Roster.Times.RewardDelay
	wantRevertArgs(t, w.activateRewards(d.Statement), "TooEarlyToActivate", w.next(), from)
	w.nextAt(from - 1)
	wantRevertArgs(t, w.activateRewards(d.Statement), "TooEarlyToActivate", from-1, from)
	w.nextAt(from)
	for _, change := range []func(*batch.Rewards){
		func(s *batch.Rewards) { s.OperatorsRoot = core.Hash{1} },
		func(s *batch.Rewards) { s.StakersAmount = core.Amount{} },
		func(s *batch.Rewards) { s.DistributionHash = core.Hash{1} },
		func(s *batch.Rewards) { s.ToEra = 5 },
	} {
		s := d.Statement
		change(&s)
		wantRevert(t, w.activateRewards(s), "NotThePending")
	}
	w.must(w.activateRewards(d.Statement))
	wantRevertArgs(t, w.activateRewards(d.Statement), "NoRewardsPending", w.set)
	w.wantPotsInOrder()
}

// Only the owner cancels, and only what is pending; nothing was paid, and nothing of the reserved is lost.
func TestCancelRewards(t *testing.T) {
	w, _, second, d := paidWorld(t, options{})
	cancel := rewards.PackCancelRewards(chain.Number(w.set))
	at := w.Roster.At.Rewards
	wantRevertArgs(t, w.try(w.Owner, at, cancel), "NoRewardsPending", w.set)
	w.must(w.commitRewards(second, d.Statement))
	for _, by := range []engine.Hand{w.Judge, w.Resolver, w.attacker} {
		wantRevertArgs(t, w.try(by, at, cancel), "OnlyOwner", by.Sender.From())
	}
	_, before := w.pot(w.set)
	w.do(w.Owner, at, cancel)
	_, after := w.pot(w.set)
	wantAmount(t, "reserved", after, before)
	forOperators, forStakers := w.claimContracts(w.set)
	if !w.rootOf(forOperators).IsZero() || !w.rootOf(forStakers).IsZero() {
		t.Error("a cancelled root was set")
	}
	w.nextAt(w.Now() + w.Roster.Times.RewardDelay)
	wantRevertArgs(t, w.activateRewards(d.Statement), "NoRewardsPending", w.set)
	w.wantPotsInOrder()
}
