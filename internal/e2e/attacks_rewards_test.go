package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// The only Executor of a small set certifies a root that gives it the big set's pot. A root counts for the set that
// the header names, is paid from that set's pot and set in that set's two contracts.
func TestAttackSmallSetWritesTheBigSetsRoot(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	big, small := w.activate(w.set, 0), w.activate(w.other.set, 0)
	w.commit(big, 1)
	w.commit(small, 1)
	big, small = w.activate(w.set, 1), w.activate(w.other.set, 1)
	w.closed(w.set, 0)
	w.closed(w.other.set, 0)
	insider := w.other.operators[0]

	mine := w.distribution(small, 0).Statement
	mine.OperatorsAmount = vara(50_000)
	wantRevertArgs(t, w.commitRewards(small, mine), "OverEmission", plus(vara(50_000), mine.StakersAmount), vara(1_000))
	// Under the other set's name its header is not the one that stands there.
	relabelled := small
	relabelled.Committee.Set, relabelled.Committee.Header.Set = w.set, w.set
	mine.Set, mine.OperatorsAmount, mine.StakersAmount = w.set, vara(1_000), core.Amount{}
	_, err := insider.CommitRewards(w.ctx, relabelled.Committee, mine, w.signed(small, mine.Digest(w.Roster.Domain()), 0))
	wantRevert(t, err, "UnknownHeader")

	// What it can do is give itself its own set's emission, and claim it there alone.
	tree, err := merkle.NewClaimTree([]merkle.Claim{{Account: insider.Address(), Amount: vara(1_000)}})
	w.must(err)
	greedy := w.distribution(small, 0)
	greedy.Statement.OperatorsRoot, greedy.Statement.OperatorsAmount, greedy.Statement.StakersAmount = tree.Root(), vara(1_000), core.Amount{}
	bigFree, bigReserved := w.pot(w.set)
	w.pay(small, greedy)
	free, reserved := w.pot(w.set)
	wantAmount(t, "the big set's free pot", free, bigFree)
	wantAmount(t, "the big set's reserved pot", reserved, bigReserved)
	forOperators, _ := w.claimContracts(w.set)
	if !w.rootOf(forOperators).IsZero() {
		t.Error("the small set wrote the big set's root")
	}
	_, err = insider.Claim(w.ctx, forOperators, tree)
	wantRevert(t, err, "RootNotSet")
	w.pay(big, w.distribution(big, 0))
	_, err = insider.Claim(w.ctx, forOperators, tree)
	wantRevert(t, err, "InvalidProof")
	ownOperators, _ := w.claimContracts(w.other.set)
	_, err = insider.Claim(w.ctx, ownOperators, tree)
	w.must(err)
	w.wantPotsInOrder()
}

// Whoever commits leaves a rival's signature out, to have its share. What the rival does not earn goes back to the
// pot and to nobody; and the rival hands its signature in by itself, and earns it all the same.
func TestAttackCommitterLeavesSignersOut(t *testing.T) {
	run := func(late bool) (others []core.Amount, rival, unearned core.Amount) {
		w := newWorld(t, options{})
		first := w.activate(w.set, 0)
		w.commit(first, 1)
		b := w.commit(first, 2, 2) // all signed; the committer hands two signatures in
		if late {
			w.nextAt(w.Now() + w.Roster.Times.SignersWindow) // the last second in which it counts
			_, err := w.at(first, 2).AddSigners(w.ctx, first.Committee, b, w.signed(first, w.StatementOf(first.Committee, b), 2))
			w.must(err)
		}
		second := w.activate(w.set, 1)
		w.closed(w.set, 0)
		p := w.distribution(second, 0).Payouts[0]
		for i := range 3 {
			for _, o := range p.Operators {
				if o.Operator == first.Entries[i].Operator && i < 2 {
					others = append(others, o.Part)
				} else if o.Operator == first.Entries[i].Operator {
					rival = o.Part
				}
			}
		}
		return others, rival, p.Unearned
	}
	without, lost, unearned := run(false)
	with, whole, less := run(true)
	for i := range without {
		wantAmount(t, "what another earns by leaving the rival out", without[i], with[i])
	}
	wantAmount(t, "the rival's part with both", whole, core.Amount{166_666_666_666_666})
	wantAmount(t, "the rival's part with one of two", lost, core.Amount{83_333_333_333_333})
	if !less.Lt(&unearned) {
		t.Errorf("unearned is %s without the rival's signature and %s with it", unearned.Dec(), less.Dec())
	}
}

// A second too late, a signature that addSigners took counts nothing.
func TestSignersAfterTheWindow(t *testing.T) {
	w := newWorld(t, options{})
	first := w.activate(w.set, 0)
	b := w.commit(first, 1, 2)
	w.nextAt(w.Now() + w.Roster.Times.SignersWindow + 1)
	_, err := w.at(first, 2).AddSigners(w.ctx, first.Committee, b, w.signed(first, w.StatementOf(first.Committee, b), 2))
	w.must(err)
	second := w.activate(w.set, 1)
	w.closed(w.set, 0)
	for _, o := range w.distribution(second, 0).Payouts[0].Operators {
		if o.Operator == first.Entries[2].Operator {
			wantAmount(t, "its part", o.Part, core.Amount{})
		}
	}
}

// A commit is made and then nobody activates it, to block all later ones. Anyone activates it after the delay; the
// next era's set goes on.
func TestAttackPendingRootBlocks(t *testing.T) {
	w, _, second, d := paidWorld(t, options{})
	w.must(w.commitRewards(second, d.Statement))
	w.commit(second, 2)
	third := w.activate(w.set, 2)
	w.closed(w.set, 1)
	next := d.Statement
	next.Era, next.FromEra, next.ToEra = 2, 0, 1
	wantRevertArgs(t, w.commitRewards(third, next), "RewardsPending", w.set, d.Statement.Digest(w.Roster.Domain()))
	w.must(w.activateRewards(d.Statement)) // by a stranger, an era later: money does not wait for it either
	w.pay(third, w.distribution(third, 1))
}

// A quorum wrote a wrong root, the owner cancels it, and it is posted again and again. A cancelled digest is refused
// for ever; the next era's set signs the right one.
func TestAttackCancelledRootReposted(t *testing.T) {
	w, _, second, d := paidWorld(t, options{})
	wrong := d.Statement
	wrong.OperatorsRoot = core.Hash{1}
	w.must(w.commitRewards(second, wrong))
	w.do(w.Owner, w.Roster.At.Rewards, rewards.PackCancelRewards(chain.Number(w.set)))
	digest := wrong.Digest(w.Roster.Domain())
	for _, places := range [][]int{{0, 1, 2}, {0, 1}} { // other signatures are no other statement
		wantRevertArgs(t, w.commitRewards(second, wrong, places...), "DigestCancelled", digest)
	}
	w.commit(second, 2)
	third := w.activate(w.set, 2)
	w.closed(w.set, 1)
	wantRevert(t, w.commitRewards(second, wrong), "DigestCancelled")
	right := w.distribution(third, 1)
	wantAmount(t, "both eras' emission", plus(right.Payouts[0].Emission, right.Payouts[1].Emission), vara(2_000))
	w.pay(third, right)
}

// Batch rewards, proposers' rewards and bounties empty the free pot, so that there is nothing left for what was
// earned. An era's emission is reserved by its first proposal, before any of them, and nothing else touches it; what
// the empty pot cannot pay is not paid and stops nothing.
func TestAttackEmptiedPot(t *testing.T) {
	w := newWorld(t, options{pot: 1_100, parameters: func(p *bindings.SetParameters) {
		p.BatchReward, p.ProposerReward, p.BountyBps, p.BountyCap = whole(40), whole(30), 1_000, whole(10_000)
	}})
	first := w.activate(w.set, 0)
	free, reserved := w.pot(w.set)
	wantAmount(t, "free", free, vara(100))
	wantAmount(t, "reserved", reserved, vara(1_000))
	_, err := w.Owner.Release(w.ctx, w.set, 0)
	w.must(err)
	for i, paid := range []uint64{40, 30, 0, 0} {
		before := w.balance(w.Owner.Sender.From())
		w.commit(first, byte(i+1))
		wantAmount(t, "batch reward", less(t, w.balance(w.Owner.Sender.From()), before), vara(paid))
		w.wantPotsInOrder()
	}
	second := w.activate(w.set, 1)
	_, reserved = w.pot(w.set)
	wantAmount(t, "reserved for two eras", reserved, vara(1_000)) // era 1 has nothing, and its set stands
	o := w.convict(first, 0)
	at := w.requested(o, w.vaults[0])
	w.nextAt(at + w.Roster.Times.MinVeto)
	before := w.balance(w.watcher.Sender.From())
	w.must(w.execute(o, w.vaults[0]))
	wantAmount(t, "bounty", w.balance(w.watcher.Sender.From()), before)

	w.closed(w.set, 0)
	d := w.distribution(second, 0)
	w.pay(second, d)
	free, reserved = w.pot(w.set)
	wantAmount(t, "reserved after all", reserved, core.Amount{})
	wantAmount(t, "free after all: what nobody earned", free, d.Payouts[0].Unearned)
	if paid := d.Payouts[0].Paid; paid.IsZero() {
		t.Error("nothing was paid: nothing is shown")
	}
}

// Who is jailed before its era closed earns nothing of it, and nobody gets its part.
func TestTheJailedEarnsNothing(t *testing.T) {
	w := newWorld(t, options{})
	first := w.activate(w.set, 0)
	w.commit(first, 1)
	second := w.activate(w.set, 1)
	w.convict(first, 0) // era 0 is over, and not closed
	w.closed(w.set, 0)
	p := w.distribution(second, 0).Payouts[0]
	for _, o := range p.Operators {
		want := core.Amount{}
		for i, part := range []uint64{0, 333_333_333_333_333, 166_666_666_666_666} {
			if o.Operator == first.Entries[i].Operator {
				want = core.Amount{part}
			}
		}
		wantAmount(t, "part", o.Part, want)
	}
	wantAmount(t, "unearned", p.Unearned, less(t, vara(1_000), p.Paid))
}
