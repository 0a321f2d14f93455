package e2e

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// The whole way of the money, twice: reserved, earned, committed, activated, claimed. What is paid and what is not
// is what was reserved; every account gets what its leaf says; a claim pays all eras since the last one; and after
// every step the pots are the tokens that are there.
func TestRewardsTwice(t *testing.T) {
	w := newWorld(t, options{parameters: func(p *bindings.SetParameters) { p.BatchReward, p.ProposerReward = whole(1), whole(0) }})
	forOperators, forStakers := w.claimContracts(w.set)
	first := w.activate(w.set, 0)
	free, reserved := w.pot(w.set)
	wantAmount(t, "reserved", reserved, vara(1_000))
	wantAmount(t, "free", free, vara(99_000))
	w.commit(first, 1)
	w.commit(first, 2, 2) // the third is absent once
	w.wantPotsInOrder()

	second := w.activate(w.set, 1)
	w.closed(w.set, 0)
	d := w.distribution(second, 0)
	// 500 and 333.3 for the first two, half of 166.6 for the third; of each 5 %, rounded down.
	wantAmount(t, "operators' part", d.OperatorsAmount, core.Amount{45_833_333_333_332})
	wantAmount(t, "paid", plus(d.OperatorsAmount, d.StakersAmount), d.Payouts[0].Paid)
	wantAmount(t, "paid and unearned", plus(d.Payouts[0].Paid, d.Payouts[0].Unearned), vara(1_000))
	free, _ = w.pot(w.set)
	w.pay(second, d)
	after, reserved := w.pot(w.set)
	wantAmount(t, "reserved for era 1", reserved, vara(1_000))
	wantAmount(t, "back in the free pot", less(t, after, free), d.Payouts[0].Unearned)
	wantAmount(t, "with the operators' contract", w.balance(forOperators), d.OperatorsAmount)
	wantAmount(t, "with the stakers' contract", w.balance(forStakers), d.StakersAmount)

	// One operator claims now, all others only after the second era.
	early := w.operators[0].Hand
	w.wantClaim(early, forOperators, d, core.Amount{})
	_, err := early.Claim(w.ctx, forOperators, d.Operators)
	wantRevertArgs(t, err, "InsufficientTotalClaimable")
	claimed := core.Amount{25_000_000_000_000}

	w.commit(second, 3)
	third := w.activate(w.set, 2)
	w.closed(w.set, 1)
	d2 := w.distribution(third, 1)
	w.must(d2.Follows(d.Balances)) // cumulative: no leaf shrinks or disappears
	if d2.Statement.PreviousRoots != batch.PreviousRoots(d.Statement.OperatorsRoot, d.Statement.StakersRoot) {
		t.Error("the second commit does not stand on the first")
	}
	w.pay(third, d2)
	w.wantClaim(early, forOperators, d2, claimed)
	for _, o := range w.operators[1:] {
		w.wantClaim(o.Hand, forOperators, d2, core.Amount{})
	}
	w.wantClaim(w.vaults[0].staker, forStakers, d2, core.Amount{})
	w.wantPotsInOrder()
	wantAmount(t, "left with the operators' contract", w.balance(forOperators), core.Amount{})
	wantAmount(t, "left with the stakers' contract", w.balance(forStakers), core.Amount{})
}

// wantClaim claims for a hand and compares what arrives with its leaf, less what it claimed before.
func (w *world) wantClaim(by engine.Hand, contract common.Address, d engine.Distribution, before core.Amount) {
	w.t.Helper()
	_, forStakers := w.claimContracts(w.set)
	tree := d.Operators
	if contract == forStakers {
		tree = d.Stakers
	}
	leaf, _, err := tree.Prove(core.Address(by.Sender.From()))
	w.must(err)
	had := w.balance(by.Sender.From())
	_, err = by.Claim(w.ctx, contract, tree)
	w.must(err)
	wantAmount(w.t, "claimed", less(w.t, w.balance(by.Sender.From()), had), less(w.t, leaf.Amount, before))
}

// A claim is one's own, of exactly what the tree says: another account's leaf, another amount, another path are
// nothing, and the operators' leaf is none at the stakers' contract.
func TestClaimsAreRefused(t *testing.T) {
	w := newWorld(t, options{})
	forOperators, forStakers := w.claimContracts(w.set)
	first := w.activate(w.set, 0)
	w.commit(first, 1)
	second := w.activate(w.set, 1)
	w.closed(w.set, 0)
	d := w.distribution(second, 0)
	claim := func(by engine.Hand, contract common.Address, of core.Address, more uint64) error {
		leaf, proof, err := d.Operators.Prove(of)
		w.must(err)
		var path [][32]byte
		for _, p := range proof {
			path = append(path, p)
		}
		return w.try(by, contract, claimsABI.PackClaimRewards(by.Sender.From(), w.Roster.At.Middleware, w.Roster.At.Token,
			chain.Big(plus(leaf.Amount, core.Amount{more})), path))
	}
	o := w.operators[0]
	wantRevert(t, claim(o.Hand, forOperators, o.Address(), 0), "RootNotSet")
	w.pay(second, d)
	wantRevert(t, claim(w.attacker, forOperators, o.Address(), 0), "InvalidProof")
	wantRevert(t, claim(o.Hand, forOperators, w.operators[1].Address(), 0), "InvalidProof")
	wantRevert(t, claim(o.Hand, forOperators, o.Address(), 1), "InvalidProof")
	wantRevert(t, claim(o.Hand, forStakers, o.Address(), 0), "InvalidProof")
	w.must(claim(o.Hand, forOperators, o.Address(), 0))
	// Only the Middleware writes roots.
	for _, by := range []engine.Hand{w.Owner, w.attacker} {
		wantRevert(t, w.try(by, forOperators, claimsABI.PackDistributeRewards(w.Roster.At.Middleware, w.Roster.At.Token, common.Big0, [32]byte{1})),
			"NotNetworkMiddleware")
		wantRevertArgs(t, w.try(by, w.Roster.At.Middleware, middleware.PackDistribute(chain.Number(w.set), common.Big0, [32]byte{1}, common.Big0, [32]byte{})),
			"OnlyRewards", by.Sender.From())
	}
}

// Eras without a commit are paid together by the next one, and an era without a set pays nothing and stops nothing.
func TestSkippedErasAreCaughtUp(t *testing.T) {
	w := newWorld(t, options{parameters: func(p *bindings.SetParameters) { p.ProposerReward = whole(0) }})
	times := w.Roster.Times
	first := w.activate(w.set, 0)
	last := w.commit(first, 1)
	// Era 1 has no set: era 0's goes on until its lifetime is over, and then there is none for a while.
	w.nextAt(times.LifetimeEnd(0))
	if _, active, err := w.Roster.ActiveEra(w.ctx, w.set, w.Block()); err != nil || !active {
		t.Fatal("era 0's set does not go on after its era", err)
	}
	w.must(w.AdvanceTo(times.LifetimeEnd(0)))
	if _, active, _ := w.Roster.ActiveEra(w.ctx, w.set, w.Block()); active {
		t.Fatal("a set outlives its lifetime")
	}
	third := w.activate(w.set, 2)
	b := w.commit(third, 2)
	if b.PreviousHash != last.Hash() {
		t.Error("the next set does not go on from the last one's batch")
	}
	w.closed(w.set, 1)
	w.activate(w.set, 3)
	w.closed(w.set, 2)
	d := w.distribution(w.term(3), 2)
	if len(d.Payouts) != 3 {
		t.Fatalf("%d eras are paid, want 3", len(d.Payouts))
	}
	for e, want := range []uint64{1_000, 0, 1_000} {
		wantAmount(t, "emission", d.Payouts[e].Emission, vara(want))
	}
	w.pay(w.term(3), d)
	progress := ask(w, w.Roster.At.Rewards, rewards.PackProgressOf(chain.Number(w.set)), rewards.UnpackProgressOf)
	if progress.NextEra != 3 {
		t.Errorf("next era to pay is %d, want 3", progress.NextEra)
	}
	_, reserved := w.pot(w.set)
	wantAmount(t, "reserved for era 3", reserved, vara(1_000))
}

// An era whose Executors did nothing pays nobody: all of it goes back, and the trees stay empty (root 0).
func TestIdleEraPaysNobody(t *testing.T) {
	w := newWorld(t, options{parameters: func(p *bindings.SetParameters) { p.ProposerReward = whole(0) }})
	w.activate(w.set, 0)
	second := w.activate(w.set, 1)
	w.closed(w.set, 0)
	d := w.distribution(second, 0)
	if !d.Statement.OperatorsRoot.IsZero() || !d.Statement.StakersRoot.IsZero() || d.OperatorsAmount != (core.Amount{}) {
		t.Errorf("an idle era pays %s", d.OperatorsAmount.Dec())
	}
	w.pay(second, d)
	free, reserved := w.pot(w.set)
	wantAmount(t, "free", free, vara(99_000))
	wantAmount(t, "reserved for era 1", reserved, vara(1_000))
}

// Only what was put in comes out, and only by the doors there are.
func TestFundingThePot(t *testing.T) {
	w := newWorld(t, options{pot: -1})
	at := w.Roster.At.Rewards
	w.do(w.attacker, w.Roster.At.Token, token.PackApprove(at, whole(100)))
	wantRevertArgs(t, w.try(w.attacker, at, rewards.PackFund(chain.Number(core.SetID(1)), whole(1))), "UnknownSet", 1)
	wantRevert(t, w.try(w.attacker, at, rewards.PackFund(chain.Number(w.set), whole(101))), "ERC20InsufficientAllowance")
	w.do(w.attacker, at, rewards.PackFund(chain.Number(w.set), whole(100)))
	w.do(w.attacker, w.Roster.At.Token, token.PackTransfer(at, whole(7))) // a gift to nobody: in no pot
	free, reserved := w.pot(w.set)
	wantAmount(t, "free", free, vara(100))
	wantAmount(t, "reserved", reserved, vara(0))
	id := chain.Number(w.set)
	for _, by := range []engine.Hand{w.Owner, w.Judge, w.attacker} {
		who := by.Sender.From()
		wantRevertArgs(t, w.try(by, at, rewards.PackCredit(id, who, common.Big1)), "OnlyRouter", who)
		wantRevertArgs(t, w.try(by, at, rewards.PackReserve(id, 0)), "OnlyRouter", who)
		wantRevertArgs(t, w.try(by, at, rewards.PackPay(id, who, common.Big1)), "OnlyRouter", who)
	}
	if err := w.try(w.Owner, at, common.FromHex("0x3ccfd60b")); err == nil {
		t.Error("there is a withdraw()")
	}
}

// A set that is created later begins with the first era that it can elect: nobody has to pay it for the eras before.
func TestRewardsOfASetCreatedLater(t *testing.T) {
	w := newWorld(t, options{})
	times := w.Roster.Times
	for _, test := range []struct {
		createdAt core.Time
		first     uint64
	}{
		{times.Capture(3) - 1, 3}, // its parameters count from the second of the capture on
		{times.Capture(4), 5},
	} {
		w.nextAt(test.createdAt)
		set, err := w.CreateSet(w.ctx, devnet.DefaultParameters())
		w.must(err)
		progress := ask(w, w.Roster.At.Rewards, rewards.PackProgressOf(chain.Number(set)), rewards.UnpackProgressOf)
		if progress.NextEra != test.first {
			t.Errorf("created at capture(3) + %d, its first era is %d, want %d", int64(w.Now())-int64(times.Capture(3)), progress.NextEra, test.first)
		}
		wantAmount(t, "reward at its first capture", w.eraReward(set, times.Capture(core.Era(test.first))), vara(1_000))
		wantAmount(t, "reward at the capture before", w.eraReward(set, times.Capture(core.Era(test.first-1))), vara(0))
	}
	wantRevertArgs(t, w.try(w.Owner, w.Roster.At.Rewards, rewards.PackOpenSet(chain.Number(w.set))), "OnlyMiddleware", w.Owner.Sender.From())

	// It elects, earns and pays like the first one, from there on.
	late := w.addSet(options{pot: 5_000}, one(4_000))
	first := w.activate(late.set, 5)
	w.commit(first, 1)
	second := w.activate(late.set, 6)
	w.closed(late.set, 5)
	progress := ask(w, w.Roster.At.Rewards, rewards.PackProgressOf(chain.Number(late.set)), rewards.UnpackProgressOf)
	if progress.NextEra != 5 {
		t.Fatalf("its first era is %d, want 5", progress.NextEra)
	}
	s := rewardStatement(second, 1)
	wantRevertArgs(t, w.commitRewards(second, s), "WrongFirstEra", 0, 5)
	w.pay(second, w.distribution(second, 5))
}

// A pot that has less than an era's reward reserves all it has, and an empty one nothing; the era goes on either way
// (protocol §8, §9).
func TestPoorPotReservesWhatThereIs(t *testing.T) {
	w := newWorld(t, options{pot: 600})
	w.elect(w.set, 0)
	wantAmount(t, "emission of era 0", emission(w, 0), vara(600))
	free, reserved := w.pot(w.set)
	wantAmount(t, "free", free, vara(0))
	wantAmount(t, "reserved", reserved, vara(600))
	w.activate(w.set, 1)
	wantAmount(t, "emission of era 1", emission(w, 1), vara(0))
}

func emission(w *world, e core.Era) core.Amount {
	w.t.Helper()
	amount, err := w.Roster.Emission(w.ctx, w.set, e, w.Block())
	w.must(err)
	return amount
}
