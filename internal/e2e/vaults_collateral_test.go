package e2e

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

func callOf(to common.Address, data []byte) ethereum.CallMsg {
	return ethereum.CallMsg{To: &to, Data: data}
}

// power is base to the exponent.
func power(base, exponent int64) *big.Int {
	return new(big.Int).Exp(big.NewInt(base), big.NewInt(exponent), nil)
}

// announce has the owner announce a collateral, and returns from when it counts.
func (w *world) announce(collateral common.Address, weight *big.Int) core.Time {
	w.t.Helper()
	receipt := w.do(w.Owner, w.Roster.At.Middleware, middleware.PackAnnounceCollateral(collateral, weight))
	for _, l := range receipt.Logs {
		if e, err := middleware.UnpackCollateralAnnouncedEvent(l); err == nil {
			return core.Time(e.From.Uint64())
		}
	}
	w.t.Fatal("no event")
	return 0
}

func (w *world) collateralWeight(collateral common.Address, at core.Time) *big.Int {
	w.t.Helper()
	return ask(w, w.Roster.At.Middleware, middleware.PackCollateralWeightAt(collateral, chain.Number(at)), middleware.UnpackCollateralWeightAt)
}

// fill has the test token's holder put base units of it into a vault and gives all of that to an operator.
func (w *world) fill(v *vault, o *devnet.Operator, amount *big.Int) {
	w.t.Helper()
	holder := w.Hand(95)
	w.do(holder, w.Symbiotic().TestToken, token.PackApprove(v.Address, amount))
	w.do(holder, v.Address, vaultABI.PackDeposit(holder.Sender.From(), amount))
	w.delegate(v, o, vara(1))
}

// A collateral of 18 decimals that is worth as much counts with 1e12: from its announced capture on, never before,
// and until the capture of its end.
func TestCollateralCountsFromItsCapture(t *testing.T) {
	w := newWorld(t, options{stakes: one(2_000)})
	times, o := w.Roster.Times, w.operators[0]
	foreign := w.Symbiotic().TestToken
	wantRevertArgs(t, w.try(w.attacker, w.Roster.At.Middleware, middleware.PackAnnounceCollateral(foreign, common.Big1)),
		"OwnableUnauthorizedAccount", w.attacker.Sender.From())
	wantRevertArgs(t, w.try(w.Owner, w.Roster.At.Middleware, middleware.PackAnnounceCollateral(common.Address{}, common.Big1)),
		"ZeroAddress", "collateral")
	tooMuch := new(big.Int).Add(power(10, 30), common.Big1)
	wantRevertArgs(t, w.try(w.Owner, w.Roster.At.Middleware, middleware.PackAnnounceCollateral(foreign, tooMuch)),
		"ParameterOutOfBounds", "weight", tooMuch, 0, power(10, 30))

	from := w.announce(foreign, power(10, 12))
	first, at, _ := times.Effective(w.Now())
	if from != at || from < w.Now()+times.Notice || from >= w.Now()+times.Notice+times.EraDuration {
		t.Fatalf("counts from %d, want the first capture at least %d after %d: %d", from, times.Notice, w.Now(), at)
	}
	v := w.addVault(w.set, devnet.VaultSpec{Collateral: foreign}) // enrolled before it counts
	w.link(o, v)
	w.limit(v, *new(core.Amount).SetAllOne())
	w.fill(v, o, new(big.Int).Mul(big.NewInt(3_000), power(10, 18)))

	w.past(times.Capture(first))
	wantAmount(t, "weight before", w.weightAt(w.set, o.Address(), from-1), vara(2_000))
	wantAmount(t, "weight from then on", w.weightAt(w.set, o.Address(), from), vara(5_000))
	end := w.announce(foreign, common.Big0)
	w.past(end)
	wantAmount(t, "weight until the end", w.weightAt(w.set, o.Address(), end-1), vara(5_000))
	wantAmount(t, "weight after it", w.weightAt(w.set, o.Address(), end), vara(2_000))
	// What does not count any more cannot be enrolled anew.
	gone := w.made(w.watcher, devnet.VaultSpec{Collateral: foreign})
	wantRevertArgs(t, w.tryEnroll(w.watcher, gone.Address), "CollateralNotAccepted", gone.Address, foreign)
}

// A second announcement that counts from the same capture replaces the first; one for a later capture leaves it.
func TestCollateralAnnouncedTwice(t *testing.T) {
	w := newWorld(t, options{})
	foreign, times := w.Symbiotic().TestToken, w.Roster.Times
	first := w.announce(foreign, power(10, 12))
	second := w.announce(foreign, power(10, 13))
	w.must(w.AdvanceTo(w.Now() + times.EraDuration))
	third := w.announce(foreign, power(10, 14))
	if second != first || third != first+times.EraDuration {
		t.Fatalf("counts from %d, %d and %d", first, second, third)
	}
	for at, want := range map[core.Time]*big.Int{first - 1: common.Big0, first: power(10, 13), third - 1: power(10, 13), third: power(10, 14)} {
		if got := w.collateralWeight(foreign, at); got.Cmp(want) != 0 {
			t.Errorf("weight at %d is %v, want %v", at, got, want)
		}
	}
	if got := w.collateralWeight(w.Roster.At.Token, w.Now()); got.Cmp(power(10, 18)) != 0 {
		t.Errorf("wVARA weighs %v", got)
	}
}

// greedy is a collateral that says yes to every transfer and shows whatever balance was "transferred": with it a
// vault holds any number.
var greedy = common.Address{0xee}

// balanceOf and everything else: return slot 0; transferFrom(from, to, amount): add amount to slot 0, return true.
var greedyCode = common.FromHex("0x60003560e01c806323b872dd14601b57600054600052602060" + "00f35b60443560005401600055600160005260206000f3")

// A vault of a hostile collateral claims any stake up to the last bit: what counts of it is maxVaultStake, nothing
// overflows, and a worthless one counts nothing. Who has it is elected with maxStake and no more (pitfall 23).
func TestHostileStakeValues(t *testing.T) {
	most := new(big.Int).Sub(power(2, 255), common.Big1)
	for _, test := range []struct {
		name          string
		stake, weight *big.Int
		counts        core.Amount // of maxVaultStake 50,000
	}{
		{"a little", power(10, 15), power(10, 18), vara(1_000)},
		{"2^64", power(2, 64), power(10, 18), vara(50_000)},
		{"2^200 at the smallest weight", power(2, 200), common.Big1, vara(50_000)},
		{"2^200 and a unit", new(big.Int).Add(power(2, 200), common.Big1), common.Big1, vara(50_000)},
		{"all bits at the largest weight", most, power(10, 30), vara(50_000)},
		{"all bits, worthless", most, common.Big0, vara(0)},
	} {
		t.Run(test.name, func(t *testing.T) {
			network := longSetup()
			network.Options.Alloc = types.GenesisAlloc{greedy: {Code: greedyCode, Balance: new(big.Int)}}
			w := newWorld(t, options{stakes: one(2_000), network: network,
				parameters: func(p *bindings.SetParameters) { p.MaxVaultStake = whole(50_000) }})
			o := w.operators[0]
			w.announce(greedy, common.Big1) // to be enrolled at all
			v := w.addVault(w.set, devnet.VaultSpec{Collateral: greedy})
			w.announce(greedy, test.weight)
			w.link(o, v)
			w.limit(v, *new(core.Amount).SetAllOne())
			w.do(v.staker, v.Address, vaultABI.PackDeposit(v.staker.Sender.From(), test.stake))
			w.delegate(v, o, *new(core.Amount).SetUint64(1))
			term := w.activate(w.set, 0)
			capture := w.Roster.Times.Capture(0)
			if got := w.symbioticStakeAt(o.Address(), v, capture); got.ToBig().Cmp(test.stake) != 0 {
				t.Fatalf("Symbiotic says %s, want %v: nothing is shown", got.Dec(), test.stake)
			}
			stake := ask(w, w.Roster.At.Middleware, middleware.PackStakeAt(chain.Number(w.set), o.Sender.From(), chain.Number(capture)), middleware.UnpackStakeAt)
			want := plus(vara(2_000), test.counts)
			wantAmount(t, "stake", chain.Amount(stake), want)
			if limit := vara(40_000); want.Gt(&limit) {
				want = limit
			}
			wantAmount(t, "weight in the set", term.Entries[0].Weight, want)
			slashable := ask(w, w.Roster.At.Middleware, middleware.PackSlashableAt(chain.Number(w.set), o.Sender.From(), chain.Number(capture)), middleware.UnpackSlashableAt)
			wantAmount(t, "slashable", chain.Amount(slashable), plus(vara(2_000), test.counts))
		})
	}
}
