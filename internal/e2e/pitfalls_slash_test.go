package e2e

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// rival is another network that shares a vault: an account that is its own middleware.
type rival struct {
	engine.Hand
	subnetwork [32]byte
}

// shareVault makes the attacker a network that may have a limit of a vault, all of it behind one operator.
func (w *world) shareVault(v *vault, o *devnet.Operator, limit core.Amount) rival {
	w.t.Helper()
	r := rival{Hand: w.attacker}
	copy(r.subnetwork[:], w.otherNetwork().Bytes())
	w.do(r.Hand, w.Symbiotic().NetworkMiddleware, bindings.NewNetworkMiddlewareService().PackSetMiddleware(r.Sender.From()))
	w.do(r.Hand, v.Delegator, delegatorABI.PackSetMaxNetworkLimit(common.Big0, chain.Big(limit)))
	w.do(v.curator, v.Delegator, delegatorABI.PackSetNetworkLimit(r.subnetwork, chain.Big(limit)))
	w.do(v.curator, v.Delegator, delegatorABI.PackSetOperatorNetworkShares(r.subnetwork, o.Sender.From(), common.Big1))
	w.do(o.Hand, w.Symbiotic().NetworkOptIn, optInABI.PackOptIn(r.Sender.From()))
	return r
}

// slash has the other network take an amount at once: it has no resolver.
func (w *world) slashByRival(r rival, v *vault, o *devnet.Operator, amount core.Amount) {
	w.t.Helper()
	index := ask(w, v.Slasher, slasherABI.PackSlashRequestsLength(), slasherABI.UnpackSlashRequestsLength)
	w.do(r.Hand, v.Slasher, slasherABI.PackRequestSlash(r.subnetwork, o.Sender.From(), chain.Big(amount), chain.Number(w.Now()), nil))
	w.do(r.Hand, v.Slasher, slasherABI.PackExecuteSlash(index, nil))
}

// Another network that shares the vault takes most of it first. Symbiotic's slasher reports what we asked for all
// the same; what we count, and pay a bounty of, is what reached the burner.
func TestPitfall14CrossSlash(t *testing.T) {
	w := newWorld(t, options{stakes: one(20_000), parameters: func(p *bindings.SetParameters) {
		p.EquivocationBps, p.BountyBps, p.BountyCap = 10_000, 1_000, whole(100_000)
	}})
	v, o := w.vaults[0], w.operators[0]
	r := w.shareVault(v, o, vara(20_000))
	term := w.activate(w.set, 0)
	w.slashByRival(r, v, o, vara(19_000))
	wantAmount(t, "slashable as Symbiotic has it", w.slashable(o.Address(), v, w.Roster.Times.Capture(0)), vara(20_000))
	total := ask(w, w.Roster.At.Middleware, middleware.PackSlashableAt(chain.Number(w.set), o.Sender.From(), chain.Number(w.Roster.Times.Capture(0))), middleware.UnpackSlashableAt)
	wantAmount(t, "slashable as we have it", chain.Amount(total), vara(1_000))

	c := w.convict(term, 0)
	at := w.requested(c, v)
	w.nextAt(at + w.Roster.Times.MinVeto)
	before, bounty := w.burnt(), w.balance(w.watcher.Sender.From())
	receipt, err := w.Stranger.ExecuteSlash(w.ctx, c, core.Address(v.Address))
	w.must(err)
	wantAmount(t, "burnt", less(t, w.burnt(), before), vara(1_000))
	wantAmount(t, "bounty", less(t, w.balance(w.watcher.Sender.From()), bounty), vara(100))
	for _, l := range receipt.Logs {
		if e, err := offences.UnpackSlashExecutedEvent(l); err == nil {
			wantAmount(t, "taken, by our event", chain.Amount(e.Taken), vara(1_000))
		}
	}
}

// A network that lowers its limit and raises it again does not have the curator's back. Ours is set once, to the
// most, by nobody but the Middleware, and another network's limits leave it alone.
func TestPitfall16RaisingTheLimitDoesNotRestoreIt(t *testing.T) {
	w := newWorld(t, options{stakes: one(20_000)})
	v, o := w.vaults[0], w.operators[0]
	r := w.shareVault(v, o, vara(20_000))
	w.do(r.Hand, v.Delegator, delegatorABI.PackSetMaxNetworkLimit(common.Big0, whole(1_000)))
	w.do(r.Hand, v.Delegator, delegatorABI.PackSetMaxNetworkLimit(common.Big0, whole(20_000)))
	theirs := ask(w, v.Delegator, delegatorABI.PackNetworkLimit(r.subnetwork), delegatorABI.UnpackNetworkLimit)
	wantAmount(t, "their limit", chain.Amount(theirs), vara(1_000))
	most := ask(w, v.Delegator, delegatorABI.PackMaxNetworkLimit(w.Roster.Subnetwork(w.set)), delegatorABI.UnpackMaxNetworkLimit)
	wantAmount(t, "our most", chain.Amount(most), *new(core.Amount).SetAllOne())
	wantRevert(t, w.try(w.Owner, v.Delegator, delegatorABI.PackSetMaxNetworkLimit(common.Big0, common.Big1)), "NotNetwork")
	w.past(w.Roster.Times.Capture(0))
	wantAmount(t, "our stake", w.weightAt(w.set, o.Address(), w.Roster.Times.Capture(0)), vara(20_000))
}

// The curator hangs a hook into the delegator after the vault was checked, between capture and slash, to make it
// fail. It is given 250,000 gas and not asked; the slash goes through.
func TestPitfall18HookSetLater(t *testing.T) {
	w := newWorld(t, options{network: devnet.NetworkOptions{Options: devnet.Options{
		Alloc: types.GenesisAlloc{burnsAll: {Code: []byte{0xfe}, Balance: new(big.Int)}}}}})
	v := w.vaults[0]
	term := w.activate(w.set, 0)
	w.do(v.curator, v.Delegator, delegatorABI.PackSetHook(burnsAll))
	o := w.convict(term, 0)
	at := w.requested(o, v)
	w.nextAt(at + w.Roster.Times.MinVeto)
	_, err := w.doGas(w.attacker, w.Roster.At.Offences, executeData(o, v), 400_000)
	if err == nil {
		t.Error("executed with less gas than the hook may burn")
	}
	w.must(w.execute(o, v))
	wantAmount(t, "burnt", w.burnt(), vara(15_000))
}

// The blocks with a report, a request and an execution are lost, one after the other: whoever looks again finds
// what is to be done on the branch that stands, and does it once.
func TestPitfall24ReorgAcrossARequest(t *testing.T) {
	w := newWorld(t, options{})
	v := w.vaults[0]
	term := w.activate(w.set, 0)
	before := w.Head().Hash()
	o := w.convict(term, 0)
	w.must(w.Fork(before, true))
	w.forget()
	if w.jailedUntil(o.Operator) != 0 {
		t.Fatal("the report is still there")
	}
	w.convict(term, 0)
	step := func(want slash.Verb) {
		t.Helper()
		branch := w.Head().Hash()
		for range 2 { // once on the branch that is lost, once on the one that stands
			w.must(w.Fork(branch, true))
			w.forget()
			done, err := w.Stranger.SlashStep(w.ctx, w.set)
			w.must(err)
			if len(done) != 1 || done[0].Action.Verb != want || done[0].Err != nil {
				t.Fatalf("%+v, want %v", done, want)
			}
		}
		again, err := w.Stranger.SlashStep(w.ctx, w.set)
		w.must(err)
		if again[0].Action.Verb == want {
			t.Fatalf("%v is due twice", want)
		}
	}
	step(slash.Request)
	at, _, _ := w.slashOf(o, v)
	w.must(w.AdvanceTo(at + w.Roster.Times.MinVeto))
	step(slash.Execute)
	wantAmount(t, "burnt", w.burnt(), vara(15_000))
}

// forget lets every hand ask the node for its next nonce.
func (w *world) forget() {
	for _, by := range []engine.Hand{w.Owner, w.Judge, w.Resolver, w.Stranger, w.watcher, w.attacker} {
		by.Sender.Forget()
	}
}

// The resolver stands from the second of the enrolment, before which there is no stake to capture; nobody replaces or
// removes him, and a network that names one for itself names none for us.
func TestPitfall26And27TheResolverIsThereFirst(t *testing.T) {
	w := newWorld(t, options{})
	v := w.vaults[0]
	resolver := func(id [32]byte, at core.Time) common.Address {
		return ask(w, v.Slasher, slasherABI.PackResolverAt(id, chain.Number(at), nil), slasherABI.UnpackResolverAt)
	}
	id := w.Roster.Subnetwork(w.set)
	enrolled := w.enrolledAt(v)
	if resolver(id, enrolled-1) != (common.Address{}) || resolver(id, enrolled) != w.Resolver.Sender.From() {
		t.Error("the resolver does not stand from the enrolment on")
	}
	for _, o := range w.operators {
		wantAmount(t, "stake before the enrolment", w.symbioticStakeAt(o.Address(), v, enrolled-1), core.Amount{})
	}
	for _, by := range []engine.Hand{w.Owner, w.Resolver, v.curator} {
		wantRevert(t, w.try(by, v.Slasher, slasherABI.PackSetResolver(chain.Number(w.set), by.Sender.From(), nil)), "NotNetwork")
	}
	w.otherNetwork()
	w.do(w.attacker, v.Slasher, slasherABI.PackSetResolver(chain.Number(w.set), w.attacker.Sender.From(), nil))
	w.past(w.Now() + 4*w.Roster.Times.MaxVaultEpoch) // longer than any change takes
	if got := resolver(id, w.Now()); got != w.Resolver.Sender.From() {
		t.Errorf("our resolver is %v", got)
	}
	// Another set's vault has its own set's resolver alone.
	if got := resolver(w.Roster.Subnetwork(w.set+1), w.Now()); got != (common.Address{}) {
		t.Errorf("a set that the vault does not back has the resolver %v", got)
	}
}

// enrolledAt is the timestamp of a vault's enrolment.
func (w *world) enrolledAt(v *vault) core.Time {
	w.t.Helper()
	topics := [][]common.Hash{{middleware.GetABI().Events["VaultEnrolled"].ID}, nil, {common.BytesToHash(v.Address.Bytes())}}
	logs, err := chain.Logs(w.ctx, w.Client(), 0, w.Block(), []common.Address{w.Roster.At.Middleware}, topics)
	w.must(err)
	at, err := w.Roster.TimeOf(w.ctx, logs[0].BlockNumber)
	w.must(err)
	return at
}

// One vault fails whatever one does (its collateral refuses to move): the other is slashed all the same, and the
// error stands beside the one that failed.
func TestPitfall30OneVaultFails(t *testing.T) {
	network := longSetup()
	network.Options.Alloc = types.GenesisAlloc{greedy: {Code: greedyCode, Balance: new(big.Int)}}
	w := newWorld(t, options{stakes: one(20_000), network: network})
	o := w.operators[0]
	w.announce(greedy, power(10, 18))
	v := w.addVault(w.set, devnet.VaultSpec{Collateral: greedy})
	w.link(o, v)
	w.do(v.staker, v.Address, vaultABI.PackDeposit(v.staker.Sender.From(), whole(7_000)))
	w.delegate(v, o, vara(1))
	term := w.activate(w.set, 0)
	wantAmount(t, "weight", term.Entries[0].Weight, vara(27_000))
	c := w.convict(term, 0)
	w.must(w.request(c, v))
	at := w.requested(c, w.vaults[0])
	w.must(w.AdvanceTo(at + w.Roster.Times.MinVeto))
	done, err := w.Stranger.SlashStep(w.ctx, w.set)
	w.must(err)
	for _, d := range done {
		if failed := d.Case.Vault == core.Address(v.Address); d.Action.Verb != slash.Execute || (d.Err != nil) != failed {
			t.Errorf("vault %s: %v, %v", d.Case.Vault, d.Action.Verb, d.Err)
		}
	}
	wantAmount(t, "burnt", w.burnt(), vara(10_000))
	if _, _, executed := w.slashOf(c, v); executed || len(done) != 2 {
		t.Error("the failed one counts as executed")
	}
}

// A vault that was slashed to nothing has shares and no stake: it counts nothing, its stakers earn nothing for it,
// and rewards go on. What is deposited afterwards meets shares by the trillion, and is paid right all the same.
func TestPitfall31WhollySlashedVault(t *testing.T) {
	w := newWorld(t, options{stakes: [][]uint64{{10_000, 0}, {0, 30_000}}, parameters: func(p *bindings.SetParameters) { p.EquivocationBps = 10_000 }})
	gone, honest := w.vaults[0], w.operators[1]
	w.link(honest, gone)
	term := w.activate(w.set, 0)
	place := term.IndexOf(w.operators[0].Address())
	second := w.activate(w.set, 1)
	w.slashed(w.convict(term, place), gone)
	wantAmount(t, "left in the vault", w.activeStake(gone), core.Amount{})
	w.delegate(gone, honest, vara(10_000))
	w.commit(second, 1, second.IndexOf(w.operators[0].Address()))

	third := w.activate(w.set, 2)
	wantAmount(t, "weight of who is left", third.Entries[0].Weight, vara(30_000))
	w.commit(third, 2)
	late := w.NewHand()
	w.give(late, 5_000)
	w.must(w.Deposit(w.ctx, late, gone.Vault, vara(5_000)))
	w.delegate(gone, w.operators[0], vara(0))
	fourth := w.activate(w.set, 3)
	wantAmount(t, "weight with the new deposit", fourth.Entries[0].Weight, vara(35_000))
	w.commit(fourth, 3)
	fifth := w.activate(w.set, 4)
	w.closed(w.set, 3)
	d := w.distribution(fifth, 3)
	for i, p := range d.Payouts {
		wantAmount(t, "paid and unearned", plus(p.Paid, p.Unearned), p.Pool)
		for _, o := range p.Operators {
			for _, part := range o.Vaults {
				if i == 2 && part.Vault == core.Address(gone.Address) {
					t.Errorf("era 2 pays %s for the empty vault", part.Part.Dec())
				}
				if i == 3 && part.Vault == core.Address(gone.Address) && part.Paid.IsZero() {
					t.Error("era 3 pays nothing for the new deposit")
				}
			}
		}
	}
	// The newcomer has almost all shares, and a seventh of the Executor's 950: all but rounding is its.
	leaf, _, err := d.Stakers.Prove(core.Address(late.Sender.From()))
	w.must(err)
	if part := (core.Amount{135_714_285_714_285}); leaf.Amount.Gt(&part) || leaf.Amount.Lt(ptr(less(t, part, core.Amount{1_000}))) {
		t.Errorf("the newcomer earns %s, want about %s", leaf.Amount.Dec(), part.Dec())
	}
	w.pay(fifth, d)
}
