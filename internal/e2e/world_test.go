package e2e

import (
	"context"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// options say what world to make. The zero value is one set with one vault and three operators that have 30,000,
// 20,000 and 10,000 wVARA behind them.
type options struct {
	// stakes[i][v] is what the first set's operator i has in the set's vault v, whole wVARA. Where it is 0 the
	// operator does not link the vault.
	stakes [][]uint64
	// second are the stakes of a second set, with operators and vaults of its own. Nil: there is none.
	second [][]uint64
	// parameters changes the parameters of both sets (devnet.DefaultParameters).
	parameters func(*bindings.SetParameters)
	// times changes the times (era.Devnet).
	times func(*era.Times)
	// vault changes a vault before it is made: v is its number in its set.
	vault func(v int, spec *devnet.VaultSpec)
	// pot is what is put into each set's pot, whole wVARA. Default 100,000; a negative number leaves it empty.
	pot int64
	// network is passed on; its Times are what `times` made.
	network devnet.NetworkOptions
}

// one returns the stakes of operators in a single vault.
func one(stakes ...uint64) [][]uint64 {
	out := make([][]uint64, len(stakes))
	for i, s := range stakes {
		out[i] = []uint64{s}
	}
	return out
}

// world is a running network with its sets, before the first capture.
type world struct {
	*devnet.Network
	t   *testing.T
	ctx context.Context
	// set is the first set; operators and vaults are its.
	set       core.SetID
	operators []*devnet.Operator
	vaults    []*vault
	// other is the second set, if the options asked for it.
	other *sector
	// team are the operators of both sets: who signs.
	team devnet.Team
	// watcher has 100,000 wVARA for bonds, attacker as much.
	watcher, attacker engine.Hand
}

// sector is one set with what stands behind it.
type sector struct {
	set       core.SetID
	operators []*devnet.Operator
	vaults    []*vault
}

// vault is a vault with the hands that move it.
type vault struct {
	devnet.Vault
	set             core.SetID
	curator, staker engine.Hand
}

// newWorld starts a network and sets it up; it is closed when the test ends.
func newWorld(t *testing.T, o options) *world {
	t.Helper()
	ctx := context.Background()
	if o.network.Accounts == 0 {
		o.network.Accounts = 96
	}
	o.network.Times = era.Devnet()
	if o.times != nil {
		o.times(&o.network.Times)
	}
	n, err := devnet.StartNetwork(ctx, o.network)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{Network: n, t: t, ctx: ctx, team: devnet.Team{}, watcher: n.NewHand(), attacker: n.NewHand()}
	w.give(w.watcher, 100_000)
	w.give(w.attacker, 100_000)
	if o.stakes == nil {
		o.stakes = one(30_000, 20_000, 10_000)
	}
	first := w.addSet(o, o.stakes)
	w.set, w.operators, w.vaults = first.set, first.operators, first.vaults
	if o.second != nil {
		w.other = w.addSet(o, o.second)
	}
	if now := w.Now(); now >= w.Roster.Times.Capture(0) {
		t.Fatalf("the network took until %d, after the first capture %d: give it more Setup", now, w.Roster.Times.Capture(0))
	}
	return w
}

// addSet makes a set with operators and vaults.
func (w *world) addSet(o options, stakes [][]uint64) *sector {
	w.t.Helper()
	p := devnet.DefaultParameters()
	if o.parameters != nil {
		o.parameters(&p)
	}
	set, err := w.CreateSet(w.ctx, p)
	w.must(err)
	if o.pot == 0 {
		o.pot = 100_000
	}
	if o.pot > 0 {
		w.must(w.Fund(w.ctx, set, vara(uint64(o.pot))))
	}
	s := &sector{set: set}
	for range stakes {
		s.operators = append(s.operators, w.addOperator(set))
	}
	for v := range stakes[0] {
		spec := devnet.VaultSpec{}
		if o.vault != nil {
			o.vault(v, &spec)
		}
		made := w.addVault(set, spec)
		s.vaults = append(s.vaults, made)
		var total uint64
		for i, operator := range s.operators {
			if stakes[i][v] > 0 {
				w.link(operator, made)
				w.delegate(made, operator, vara(stakes[i][v]))
				total += stakes[i][v]
			}
		}
		if total > 0 {
			w.stake(made, vara(total))
		}
	}
	return s
}

// addOperator makes an operator and registers it in a set, with 5 % commission and nothing behind it.
func (w *world) addOperator(set core.SetID) *devnet.Operator {
	w.t.Helper()
	o := w.newOperator()
	_, err := o.Register(w.ctx, set, "here", 500)
	w.must(err)
	return o
}

// newOperator makes an operator that is in no set yet, and adds it to the team.
func (w *world) newOperator() *devnet.Operator {
	w.t.Helper()
	o, err := w.NewOperator(w.ctx)
	w.must(err)
	w.team[o.Address()] = o
	return o
}

// addVault makes a vault, enrolls it for a set and gives it an endless limit (types 0 and 2 of delegators).
func (w *world) addVault(set core.SetID, spec devnet.VaultSpec) *vault {
	w.t.Helper()
	v := &vault{set: set, curator: w.NewHand(), staker: w.NewHand()}
	var err error
	v.Vault, err = w.MakeVault(w.ctx, v.curator, spec)
	w.must(err)
	if spec.Delegator == devnet.NetworkRestake {
		w.must(w.Enroll(w.ctx, v.curator, set, v.Vault))
		w.limit(v, vara(1_000_000_000))
	}
	return v
}

// link opts an operator in to a vault and links it.
func (w *world) link(o *devnet.Operator, v *vault) {
	w.t.Helper()
	w.must(o.Link(w.ctx, w.Symbiotic(), v.set, v.Vault))
}

// limit sets how much of a vault a set may have, base units of its collateral.
func (w *world) limit(v *vault, amount core.Amount) {
	w.t.Helper()
	w.must(w.Limit(w.ctx, v.curator, v.set, v.Vault, amount))
}

// delegate sets an operator's shares of a vault. Where all shares add up to what is deposited, and the limit does
// not bind, they are its stake in base units.
func (w *world) delegate(v *vault, o *devnet.Operator, shares core.Amount) {
	w.t.Helper()
	w.must(w.Delegate(w.ctx, v.curator, v.set, v.Vault, o.Sender.From(), shares))
}

// stake gives the vault's staker wVARA from the owner and deposits it.
func (w *world) stake(v *vault, amount core.Amount) {
	w.t.Helper()
	w.must(w.Give(w.ctx, v.staker.Sender.From(), amount))
	w.must(w.Deposit(w.ctx, v.staker, v.Vault, amount))
}

// give moves whole wVARA from the owner to a hand.
func (w *world) give(to engine.Hand, whole uint64) {
	w.t.Helper()
	w.must(w.Give(w.ctx, to.Sender.From(), vara(whole)))
}

// must fails the test on an error.
func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// do sends a call that must succeed.
func (w *world) do(by engine.Hand, to common.Address, data []byte) *types.Receipt {
	w.t.Helper()
	receipt, err := devnet.Do(w.ctx, by, to, data)
	w.must(err)
	return receipt
}

// try simulates a call on the next block and sends it if it passes there. A revert comes back as the error, and
// nothing was sent then.
func (w *world) try(by engine.Hand, to common.Address, data []byte) error {
	_, err := devnet.Do(w.ctx, by, to, data)
	return err
}

// nextAt makes blocks so that the next one, and every simulation until then, has exactly this timestamp.
func (w *world) nextAt(t core.Time) {
	w.t.Helper()
	if w.Now() == t-1 {
		return
	}
	w.must(w.AdvanceTo(t - 1))
}

// next is the timestamp of the next block when nothing advances the clock in between.
func (w *world) next() core.Time { return w.Now() + 1 }

// past makes sure that the newest block is later than t, so that reading a stake at t is allowed.
func (w *world) past(t core.Time) {
	w.t.Helper()
	if w.Now() <= t {
		w.must(w.AdvanceTo(t + 1))
	}
}

// decide waits until an era can be sealed, seals it and computes the election, and posts nothing.
func (w *world) decide(set core.SetID, e core.Era) engine.Decision {
	w.t.Helper()
	d, err := w.Decide(w.ctx, w.Owner, set, e)
	w.must(err)
	return d
}

// elect seals an era and posts the right proposal by the owner. The set is not active yet.
func (w *world) elect(set core.SetID, e core.Era) devnet.Term {
	w.t.Helper()
	term, err := w.Elect(w.ctx, w.Owner, set, e)
	w.must(err)
	return term
}

// activate elects an era and waits until its set is active.
func (w *world) activate(set core.SetID, e core.Era) devnet.Term {
	w.t.Helper()
	term := w.elect(set, e)
	w.must(w.Activate(term))
	return term
}

// standing is the proposal that stands for a set and era.
func (w *world) standing(set core.SetID, e core.Era) chain.Elected {
	w.t.Helper()
	s, stands, err := w.Roster.Standing(w.ctx, set, e, w.Block())
	w.must(err)
	if !stands {
		w.t.Fatalf("no proposal stands for set %d, era %d", set, e)
	}
	return s
}

// commit has the team sign the set's next batch, but for the absent places, and commits it by the owner. The
// word tells batches apart.
func (w *world) commit(term devnet.Term, word byte, absent ...int) batch.Batch {
	w.t.Helper()
	b, _, err := w.CommitBatch(w.ctx, w.Owner, term, w.team, core.Hash{31: word}, absent...)
	w.must(err)
	return b
}

// balance is an account's wVARA, base units.
func (w *world) balance(of common.Address) core.Amount {
	w.t.Helper()
	b, err := w.Balance(w.ctx, of)
	w.must(err)
	return b
}

// pot is the free and the reserved part of a set's pot, base units.
func (w *world) pot(set core.SetID) (free, reserved core.Amount) {
	w.t.Helper()
	p := ask(w, w.Roster.At.Rewards, rewards.PackPotOf(chain.Number(set)), rewards.UnpackPotOf)
	return chain.Amount(p.Free), chain.Amount(p.Reserved)
}

// ask calls a view at the newest block, which must answer.
func ask[T any](w *world, at common.Address, data []byte, unpack func([]byte) (T, error)) T {
	w.t.Helper()
	value, err := chain.Read(w.ctx, w.Client(), at, nil, data, unpack)
	w.must(err)
	return value
}

// The packers of the contracts: they hold no state.
var (
	router     = bindings.NewRouter()
	middleware = bindings.NewMiddleware()
	operators  = bindings.NewOperators()
	rewards    = bindings.NewRewards()
	programs   = bindings.NewPrograms()
	offences   = bindings.NewOffences()
	token      = bindings.NewWrappedVara()
	vaults     = bindings.NewVault()
)

// vara is whole wVARA in base units.
func vara(whole uint64) core.Amount {
	return *new(core.Amount).Mul(uint256.NewInt(devnet.VARA), uint256.NewInt(whole))
}

// whole is vara as the bindings want it.
func whole(n uint64) *bigInt { return chain.Big(vara(n)) }
