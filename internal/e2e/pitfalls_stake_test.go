package e2e

// The pitfalls of building on Symbiotic that concern the chain, by the numbers of our reference's list; those that
// another test shows are in this table.
//
//	 1 several vaults, one slash each          TestAttackStarvedReport, TestSlashIsRefused, TestBounty
//	 5 stake read now or later                 TestStakeIsReadInThePast, and TestPitfall05 below
//	 6 the last second of a slash              TestEveryWaitEndsInTime, TestOlderOffenceIsFinal (its window is over)
//	 7 a request that leaves no time           TestRequestInTheLastSecond, TestEveryWaitEndsInTime
//	 8 opting out after the capture            TestLeavingAfterTheCaptureDoesNotSave, and TestPitfall08 below
//	10 a newer slash before an older one       TestAttackDustSlashVoidsAnOlderOne
//	15 FullRestake counts twice                TestVaultIsRefused, TestAttackOneCollateralInTenSets
//	18 burner, slasher, uninitialised vaults   TestVaultIsRefused, TestVaultThatIsNone, and TestPitfall18 for a later hook
//	19 unlinked and linked between c and slash TestLeavingAfterTheCaptureDoesNotSave, TestLinksOfThePast, TestLinksInOneSecond
//	23 stakes near 2^256                       TestHostileStakeValues
//	25 veto, then another request              TestSlashIsRefused
//	29 too little gas with a hook              TestAttackStarvedReport
//	32 a set not replaced in time              TestSkippedErasAreCaughtUp, TestAttackLateOldSet
//	33 roots that are not cumulative           TestRewardsTwice, TestCommitRewardsIsRefused
//	34 an era paid twice                       TestCommitRewardsIsRefused; a vault without shares: core/reward

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

func (w *world) activeStake(v *vault) core.Amount {
	w.t.Helper()
	return chain.Amount(ask(w, v.Address, vaultABI.PackActiveStake(), vaultABI.UnpackActiveStake))
}

// withdrawals is what leaves a vault at the end of an epoch of its.
func (w *world) withdrawals(v *vault, epoch uint64) core.Amount {
	w.t.Helper()
	return chain.Amount(ask(w, v.Address, vaultABI.PackWithdrawals(chain.Number(epoch)), vaultABI.UnpackWithdrawals))
}

func (w *world) epochOf(v *vault, t core.Time) uint64 {
	w.t.Helper()
	return ask(w, v.Address, vaultABI.PackEpochAt(chain.Number(t)), vaultABI.UnpackEpochAt).Uint64()
}

func (w *world) withdraw(v *vault, amount core.Amount) {
	w.t.Helper()
	w.do(v.staker, v.Address, vaultABI.PackWithdraw(v.staker.Sender.From(), chain.Big(amount)))
}

// slashed requests and executes a slash.
func (w *world) slashed(o slash.Offence, v *vault) {
	w.t.Helper()
	at := w.requested(o, v)
	w.nextAt(at + w.Roster.Times.MinVeto)
	w.must(w.execute(o, v))
}

// What is withdrawn a second before the capture does not count, and shares the loss all the same.
func TestPitfall02WithdrawalBeforeTheCapture(t *testing.T) {
	w := newWorld(t, options{})
	v, capture := w.vaults[0], w.Roster.Times.Capture(0)
	w.nextAt(capture - 1)
	w.withdraw(v, vara(30_000))
	term := w.activate(w.set, 0)
	wantAmount(t, "weight of the first", term.Entries[0].Weight, vara(15_000))
	next := w.epochOf(v, capture) + 1
	w.slashed(w.convict(term, 0), v)
	if w.epochOf(v, w.Now()) != next-1 {
		t.Fatal("the slash fell into another epoch: the figures below are others")
	}
	wantAmount(t, "burnt", w.burnt(), vara(7_500))
	wantAmount(t, "active", w.activeStake(v), vara(26_250))
	wantAmount(t, "withdrawn", w.withdrawals(v, next), vara(26_250))
}

// What is withdrawn a second after the capture counted, cannot be claimed before every slash of it is over, and
// pays its part.
func TestPitfall03WithdrawalAfterTheCapture(t *testing.T) {
	w := newWorld(t, options{})
	v, times := w.vaults[0], w.Roster.Times
	w.nextAt(times.Capture(0) + 1)
	w.withdraw(v, vara(60_000))
	epoch := w.epochOf(v, times.Capture(0))
	claim := vaultABI.PackClaim(v.staker.Sender.From(), chain.Number(epoch+1))
	term := w.activate(w.set, 0)
	wantAmount(t, "weight of the first", term.Entries[0].Weight, vara(30_000))
	o := w.convict(term, 0)
	w.must(w.request(o, v))
	w.nextAt(times.SlashableUntil(0, times.MaxVaultEpoch)) // the last second of all
	wantRevert(t, w.try(v.staker, v.Address, claim), "InvalidEpoch")
	w.must(w.execute(o, v))
	wantAmount(t, "burnt", w.burnt(), vara(15_000))
	start := core.Time(ask(w, v.Address, vaultABI.PackEpochDurationInit(), vaultABI.UnpackEpochDurationInit).Uint64())
	w.nextAt(start + core.Time(epoch+2)*times.MaxVaultEpoch)
	before := w.balance(v.staker.Sender.From())
	w.do(v.staker, v.Address, claim)
	wantAmount(t, "claimed", less(t, w.balance(v.staker.Sender.From()), before), vara(45_000))
}

// A capture on the border of two epochs belongs to the new one: what was withdrawn in the old one is not slashed
// for it while that runs.
func TestPitfall04CaptureOnAnEpochBorder(t *testing.T) {
	w := newWorld(t, options{})
	times := w.Roster.Times
	capture := times.Capture(0)
	curator := w.NewHand()
	w.nextAt(capture - times.MaxVaultEpoch)
	v := &vault{set: w.set, curator: curator, staker: w.NewHand(), Vault: w.made(curator, devnet.VaultSpec{})}
	w.must(w.tryEnroll(curator, v.Address))
	w.limit(v, vara(1_000_000))
	o := w.addOperator(w.set)
	w.link(o, v)
	w.delegate(v, o, vara(1))
	w.stake(v, vara(50_000))
	w.withdraw(v, vara(10_000))
	if w.epochOf(v, capture) != 1 || w.epochOf(v, capture-1) != 0 {
		t.Fatal("the capture is not on the border")
	}
	term := w.activate(w.set, 0)
	wantAmount(t, "weight", term.Entries[0].Weight, vara(40_000))
	w.slashed(w.convict(term, term.IndexOf(o.Address())), v)
	wantAmount(t, "burnt", w.burnt(), vara(20_000))
	wantAmount(t, "active", w.activeStake(v), vara(20_000))
	wantAmount(t, "withdrawn in the epoch before", w.withdrawals(v, 1), vara(10_000))
}

// Several writes in the second of the capture: the last one counts.
func TestPitfall05LastWriteOfASecond(t *testing.T) {
	w := newWorld(t, options{})
	v, o, capture := w.vaults[0], w.operators[2], w.Roster.Times.Capture(0)
	shares := func(n uint64) []byte {
		return delegatorABI.PackSetOperatorNetworkShares(w.Roster.Subnetwork(w.set), o.Sender.From(), whole(n))
	}
	w.nextAt(capture)
	w.together(v.curator, v.Delegator, shares(50_000), shares(0), shares(5_000))
	if w.Now() != capture {
		t.Fatal("not in the second of the capture")
	}
	w.must(w.Advance(1))
	// 60,000 are deposited, shared 30 : 20 : 5.
	wantAmount(t, "weight", w.weightAt(w.set, o.Address(), capture), core.Amount{5_454_545_454_545_454})
}

// Who opts out is not elected from the next capture on; what it was at the last one stays.
func TestPitfall08OptOutCountsFromTheNextCapture(t *testing.T) {
	w := newWorld(t, options{})
	times := w.Roster.Times
	w.past(times.Capture(0))
	o := w.operators[0]
	w.do(o.Hand, w.Symbiotic().NetworkOptIn, optInABI.PackOptOut(w.Roster.At.Middleware))
	w.wantElected(w.set, 0, o.Address(), w.operators[1].Address(), w.operators[2].Address())
	w.wantElected(w.set, 1, w.operators[1].Address(), w.operators[2].Address())
}

// Out and in again between two captures: both see it as it is at their moment. Symbiotic refuses to do it within
// one second.
func TestPitfall09OutAndInBetweenCaptures(t *testing.T) {
	w := newWorld(t, options{})
	times, o, v := w.Roster.Times, w.operators[0], w.vaults[0]
	w.past(times.Capture(0))
	w.do(o.Hand, w.Symbiotic().VaultOptIn, optInABI.PackOptOut(v.Address))
	out := w.Now()
	w.must(w.Advance(5))
	if passed := w.together(o.Hand, w.Symbiotic().VaultOptIn, optInABI.PackOptIn(v.Address), optInABI.PackOptOut(v.Address)); !passed[0] || passed[1] {
		t.Errorf("in and out within one second passed: %v", passed)
	}
	w.past(times.Capture(1))
	for at, want := range map[core.Time]uint64{times.Capture(0): 30_000, out: 0, out + 4: 0, times.Capture(1): 30_000} {
		wantAmount(t, "weight", w.weightAt(w.set, o.Address(), at), vara(want))
	}
}

// Two offences of one capture add up, each a part of the whole stake, and never exceed it.
func TestPitfall11TwoOffencesOfOneCapture(t *testing.T) {
	for _, test := range []struct{ equivocation, first, both uint64 }{{5_000, 15_000, 18_000}, {9_500, 28_500, 30_000}} {
		w := newWorld(t, options{parameters: func(p *bindings.SetParameters) { p.EquivocationBps = uint16(test.equivocation) }})
		v := w.vaults[0]
		term := w.activate(w.set, 0)
		c := w.contradict(term, []int{0, 1}, []int{2})
		d := w.disputed(c)
		w.must(w.uphold(d, c.digests[0]))
		w.must(w.accuse(d, term, 0))
		w.slashed(w.convict(term, 0), v)
		wantAmount(t, "burnt for the first", w.burnt(), vara(test.first))
		w.slashed(offence(term, 0, slash.WrongResult), v)
		wantAmount(t, "burnt for both", w.burnt(), vara(test.both))
	}
}

// Slashed between the capture of the next era and its start: the election stays as it is, for it has one right
// answer, and what can still be taken shows in slashableAt, by which the Executor is ejected.
func TestPitfall12SlashBetweenCaptureAndStart(t *testing.T) {
	w := newWorld(t, options{parameters: func(p *bindings.SetParameters) { p.EquivocationBps, p.JailEras = 10_000, 1 }})
	times, v := w.Roster.Times, w.vaults[0]
	term := w.activate(w.set, 0)
	w.past(times.Capture(1))
	o := w.convict(term, 0)
	w.slashed(o, v)
	next := w.activate(w.set, 1)
	if next.Entries[0].Operator != o.Operator || next.Entries[0].Weight != vara(30_000) {
		t.Fatalf("era 1 starts with %s of %s", next.Entries[0].Weight.Dec(), next.Entries[0].Operator)
	}
	slashable := ask(w, w.Roster.At.Middleware, middleware.PackSlashableAt(chain.Number(w.set), [20]byte(o.Operator), chain.Number(times.Capture(1))), middleware.UnpackSlashableAt)
	wantAmount(t, "slashable", chain.Amount(slashable), core.Amount{})
	w.nextAt(times.Start(2)) // the jail is over; the stake is not back
	w.must(w.Advance(1))
	_, err := w.watcher.Eject(w.ctx, next.Elected, 0)
	w.must(err)
	_, err = w.watcher.Eject(w.ctx, next.Elected, 1)
	wantRevertArgs(t, err, "NoReasonToEject", next.Entries[1].Operator, vara(20_000), vara(1_000))
}

// A set's limit below the deposits: the slash leaves the guilty's stake as it was. Its jail does not depend on it.
func TestPitfall13SlashLeavesTheStake(t *testing.T) {
	w := newWorld(t, options{})
	v, times := w.vaults[0], w.Roster.Times
	w.limit(v, vara(30_000)) // of 60,000
	term := w.activate(w.set, 0)
	wantAmount(t, "weight", term.Entries[0].Weight, vara(15_000))
	o := w.convict(term, 0)
	w.slashed(o, v)
	wantAmount(t, "burnt", w.burnt(), vara(7_500))
	w.past(times.Capture(1))
	wantAmount(t, "Symbiotic's stake after the slash", w.symbioticStakeAt(o.Operator, v, times.Capture(1)), vara(15_000))
	wantAmount(t, "weight after the slash", w.weightAt(w.set, o.Operator, times.Capture(1)), core.Amount{})
}

// Nobody has enough: there is no set, an empty or weightless list is refused, and the next era starts over.
func TestPitfall22NobodyWithStake(t *testing.T) {
	w := newWorld(t, options{stakes: one(999, 500)}) // the least is 1,000
	w.addOperator(w.set)
	d := w.decide(w.set, 0)
	if len(d.Result.Executors) != 0 {
		t.Fatalf("%d elected", len(d.Result.Executors))
	}
	w.approveBond(w.attacker)
	p, err := d.Proposal()
	w.must(err)
	wantRevertArgs(t, w.tryPropose(w.attacker, w.set, 0, p), "EntriesLength", 0)
	for _, weight := range []core.Amount{{}, vara(999)} {
		list := []entry{{Operator: w.operators[0].Address(), Weight: weight, KeyHash: w.operators[0].Key.PublicKey().Hash()}}
		if weight == (core.Amount{}) {
			wantRevertArgs(t, w.tryPropose(w.attacker, w.set, 0, w.wrongList(d, list)), "WeightOutOfRange", 0, 0, vara(40_000))
			continue
		}
		standing := w.propose(w.attacker, d, w.wrongList(d, list)) // the Router does not know; anyone shows it
		challenges, err := engine.Audit(standing, d)
		w.must(err)
		_, err = w.watcher.Challenge(w.ctx, standing, challenges[0], d, engine.NoProposal())
		w.must(err)
	}
	w.stake(w.vaults[0], vara(3_000))
	w.wantElected(w.set, 1, w.operators[0].Address(), w.operators[1].Address())
}
