package e2e

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// together sends calls of one hand so that all are in one block, in order, and returns whether each passed. Their
// gas is given, for each depends on the ones before.
func (w *world) together(by engine.Hand, to common.Address, calls ...[]byte) (passed []bool) {
	w.t.Helper()
	var sent []*types.Transaction
	for _, data := range calls {
		call := chain.To(to, data)
		call.Gas = 3_000_000
		tx, err := by.Sender.Send(w.ctx, call)
		w.must(err)
		sent = append(sent, tx)
	}
	_, err := w.Commit()
	w.must(err)
	var block uint64
	for _, tx := range sent {
		receipt, err := by.Sender.Wait(w.ctx, tx)
		if receipt == nil {
			w.t.Fatal(err)
		}
		if block != 0 && receipt.BlockNumber.Uint64() != block {
			w.t.Fatal("the calls are not in one block")
		}
		block = receipt.BlockNumber.Uint64()
		passed = append(passed, err == nil)
	}
	return passed
}

// linked are the vaults in an operator's slots at t, empty ones included.
func (w *world) linked(o *devnet.Operator, t core.Time) []common.Address {
	w.t.Helper()
	return ask(w, w.Roster.At.Middleware, middleware.PackLinksAt(chain.Number(w.set), o.Sender.From(), chain.Number(t)), middleware.UnpackLinksAt)
}

// countOf is how often a vault stands in slots.
func countOf(slots []common.Address, vault common.Address) (n int) {
	for _, s := range slots {
		if s == vault {
			n++
		}
	}
	return n
}

// Sixteen slots and not one more, each vault once; an unlinked slot is free for another.
func TestSlotsOfAnOperator(t *testing.T) {
	w := newWorld(t, options{network: longSetup()})
	o := w.operators[0]
	wantRevertArgs(t, w.tryLink(o.Hand, w.vaults[0].Address), "VaultAlreadyLinked", w.vaults[0].Address, 0)
	var last common.Address
	for i := 1; i < 16; i++ {
		v := w.made(w.watcher, devnet.VaultSpec{})
		w.must(w.tryEnroll(w.watcher, v.Address))
		w.must(w.tryLink(o.Hand, v.Address))
		last = v.Address
	}
	seventeenth := w.made(w.watcher, devnet.VaultSpec{})
	w.must(w.tryEnroll(w.watcher, seventeenth.Address))
	wantRevertArgs(t, w.tryLink(o.Hand, seventeenth.Address), "TooManyVaults", 16)
	wantRevertArgs(t, w.tryLink(o.Hand, last), "VaultAlreadyLinked", last, 15)
	unlink := middleware.PackUnlinkVault(chain.Number(w.set), w.vaults[0].Address)
	w.do(o.Hand, w.Roster.At.Middleware, unlink)
	wantRevertArgs(t, w.try(o.Hand, w.Roster.At.Middleware, unlink), "VaultNotLinked", w.vaults[0].Address)
	wantRevertArgs(t, w.try(o.Hand, w.Roster.At.Middleware, middleware.PackUnlinkVault(chain.Number(w.set), common.Address{})),
		"VaultNotLinked", common.Address{})
	w.must(w.tryLink(o.Hand, seventeenth.Address))
	w.must(w.Advance(1))
	if slots := w.linked(o, w.Now()); len(slots) != 16 || slots[0] != seventeenth.Address {
		t.Errorf("slots are %v, want 16 with the seventeenth vault in the first", slots)
	}
	// Reading all of them stays far below what a call may cost, whatever else exists.
	gas := w.gasOf(middleware.PackStakeAt(chain.Number(w.set), o.Sender.From(), chain.Number(w.Now()-1)))
	if gas > 4_000_000 {
		t.Errorf("reading sixteen vaults takes %d gas", gas)
	}
}

// gasOf estimates a call of the Middleware.
func (w *world) gasOf(data []byte) uint64 {
	w.t.Helper()
	gas, err := w.Client().EstimateGas(w.ctx, callOf(w.Roster.At.Middleware, data))
	w.must(err)
	return gas
}

// Linking and unlinking count from the next second: within one block the last word counts, a vault is never in two
// slots, and the moment of the block itself is as it was.
func TestLinksInOneSecond(t *testing.T) {
	w := newWorld(t, options{})
	o, v := w.operators[0], w.vaults[0].Address
	link, unlink := middleware.PackLinkVault(chain.Number(w.set), v), middleware.PackUnlinkVault(chain.Number(w.set), v)
	tests := []struct {
		name       string
		calls      [][]byte
		passed     []bool
		then, next int
	}{
		{"unlink and link", [][]byte{unlink, link}, []bool{true, true}, 1, 1},
		{"unlink twice", [][]byte{unlink, unlink}, []bool{true, false}, 1, 0},
		{"link and unlink", [][]byte{link, unlink}, []bool{true, true}, 0, 0},
		{"link twice", [][]byte{link, link}, []bool{true, false}, 0, 1},
		{"unlink, link, unlink, link", [][]byte{unlink, link, unlink, link}, []bool{true, true, true, true}, 1, 1},
	}
	for _, test := range tests {
		passed := w.together(o.Hand, w.Roster.At.Middleware, test.calls...)
		for i := range passed {
			if passed[i] != test.passed[i] {
				t.Errorf("%s: call %d passed is %v", test.name, i, passed[i])
			}
		}
		at := w.Now()
		w.must(w.Advance(1))
		if got := countOf(w.linked(o, at), v); got != test.then {
			t.Errorf("%s: the vault stands in %d slots in that second, want %d", test.name, got, test.then)
		}
		if got := countOf(w.linked(o, at+1), v); got != test.next {
			t.Errorf("%s: the vault stands in %d slots in the next second, want %d", test.name, got, test.next)
		}
	}
}

// Links of the past are read as they were, whatever was linked since, second by second.
func TestLinksOfThePast(t *testing.T) {
	w := newWorld(t, options{stakes: [][]uint64{{5_000, 3_000}}})
	o, a := w.operators[0], w.vaults[0].Address
	w.must(w.Advance(1))
	linkedAt := w.Now()
	w.do(o.Hand, w.Roster.At.Middleware, middleware.PackUnlinkVault(chain.Number(w.set), a))
	unlinkedAt := w.Now()
	w.must(w.Advance(7))
	w.do(o.Hand, w.Roster.At.Middleware, middleware.PackLinkVault(chain.Number(w.set), a))
	backAt := w.Now()
	w.must(w.Advance(3))
	w.do(o.Hand, w.Roster.At.Operators, operators.PackLeaveSet(chain.Number(w.set)))
	w.must(w.Advance(3))
	for at, want := range map[core.Time]uint64{linkedAt: 8_000, unlinkedAt: 8_000, unlinkedAt + 1: 3_000, backAt: 3_000, backAt + 1: 8_000, backAt + 2: 8_000} {
		stake := ask(w, w.Roster.At.Middleware, middleware.PackStakeAt(chain.Number(w.set), o.Sender.From(), chain.Number(at)), middleware.UnpackStakeAt)
		wantAmount(t, "stake", chain.Amount(stake), vara(want))
	}
	// Leaving takes the weight away and not the right to unlink.
	wantAmount(t, "weight after leaving", w.weightAt(w.set, o.Address(), w.Now()-1), vara(0))
	w.do(o.Hand, w.Roster.At.Middleware, middleware.PackUnlinkVault(chain.Number(w.set), a))
	wantRevertArgs(t, w.tryLink(o.Hand, a), "NotRegistered", w.set, o.Sender.From())
}

// A stake is read strictly in the past: now and later are refused, with the block's own time.
func TestStakeIsReadInThePast(t *testing.T) {
	w := newWorld(t, options{})
	o := w.operators[0].Sender.From()
	for _, at := range []core.Time{w.next(), w.next() + 1, 1<<48 - 1} {
		for _, data := range [][]byte{middleware.PackStakeAt(chain.Number(w.set), o, chain.Number(at)), middleware.PackWeightAt(chain.Number(w.set), o, chain.Number(at)),
			middleware.PackSlashableAt(chain.Number(w.set), o, chain.Number(at)), middleware.PackStakesAt(chain.Number(w.set), o, chain.Number(at))} {
			wantRevertArgs(t, w.try(w.watcher, w.Roster.At.Middleware, data), "NotInThePast", at, w.next())
		}
	}
	w.must(w.try(w.watcher, w.Roster.At.Middleware, middleware.PackStakeAt(chain.Number(w.set), o, chain.Number(w.next()-1))))
}

// Random links and unlinks, several in a block, against a model that keeps every second's slots in full: what
// linksAt says of any second is what stood there.
func TestLinksAgainstAModel(t *testing.T) {
	w := newWorld(t, options{stakes: one(1_000), network: longSetup()})
	o := w.addOperator(w.set)
	var vaults []common.Address
	for range 5 {
		v := w.made(w.watcher, devnet.VaultSpec{})
		w.must(w.tryEnroll(w.watcher, v.Address))
		vaults = append(vaults, v.Address)
	}
	rng := rand.New(rand.NewPCG(3, 1))
	var now []common.Address // the slots after all calls so far
	history := map[core.Time][]common.Address{}
	first := w.next()
	for range 40 {
		var calls [][]byte
		var want []bool
		for range rng.IntN(4) {
			v := vaults[rng.IntN(len(vaults))]
			at, free := slices.Index(now, v), slices.Index(now, common.Address{})
			if rng.IntN(2) == 0 {
				calls = append(calls, middleware.PackLinkVault(chain.Number(w.set), v))
				want = append(want, at < 0)
				if at < 0 && free >= 0 {
					now[free] = v
				} else if at < 0 {
					now = append(now, v)
				}
				continue
			}
			calls = append(calls, middleware.PackUnlinkVault(chain.Number(w.set), v))
			want = append(want, at >= 0)
			if at >= 0 {
				now[at] = common.Address{}
			}
		}
		passed := w.together(o.Hand, w.Roster.At.Middleware, calls...)
		if !slices.Equal(passed, want) {
			t.Fatalf("passed %v, want %v", passed, want)
		}
		history[w.Now()+1] = slices.Clone(now)
		w.must(w.Advance(core.Time(1 + rng.IntN(3))))
	}
	var then []common.Address
	for at := first; at <= w.Now(); at++ {
		if changed, ok := history[at]; ok {
			then = changed
		}
		got := w.linked(o, at)
		for i, v := range got { // slots that came later are empty then
			want := common.Address{}
			if i < len(then) {
				want = then[i]
			}
			if v != want {
				t.Fatalf("second %d: slot %d has %v, want %v", at, i, v, want)
			}
		}
	}
}
