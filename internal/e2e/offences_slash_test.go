package e2e

import (
	"errors"
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

// doGas sends a call with exactly this much gas, whatever becomes of it.
func (w *world) doGas(by engine.Hand, to common.Address, data []byte, gas uint64) (*types.Receipt, error) {
	call := chain.To(to, data)
	call.Gas = gas
	return by.Sender.Do(w.ctx, call)
}

func requestData(o slash.Offence, v *vault) []byte {
	return offences.PackRequestSlash(chain.OffenceBinding(o), v.Address)
}

func executeData(o slash.Offence, v *vault) []byte {
	return offences.PackExecuteSlash(chain.OffenceBinding(o), v.Address)
}

// burnsAll is a contract that burns all gas it is given and fails.
var burnsAll = common.Address{0xbb}

// The guilty makes one of his vaults fail, with a hook that burns its gas and with a stake too small to take
// anything of, and calls every step himself with too little gas. Each vault is a call of its own, a failed one
// consumes nothing and is repeated, and a slash is never smaller for want of gas: it is right or it is not.
func TestAttackStarvedReport(t *testing.T) {
	w := newWorld(t, options{
		stakes: [][]uint64{{10_000, 10_000, 0}, {10_000, 0, 1_000}},
		vault: func(v int, spec *devnet.VaultSpec) {
			if v == 1 {
				spec.Hook = burnsAll
			}
		},
		network: devnet.NetworkOptions{Options: devnet.Options{Alloc: types.GenesisAlloc{burnsAll: {Code: []byte{0xfe}, Balance: new(big.Int)}}}},
	})
	plainOne, hooked, dust := w.vaults[0], w.vaults[1], w.vaults[2]
	w.link(w.operators[0], dust)
	w.delegate(dust, w.operators[0], *new(core.Amount).SetUint64(1))
	term := w.activate(w.set, 0)
	place := term.IndexOf(w.operators[0].Address())
	o := offence(term, place, slash.Equivocation)

	// The report itself.
	e := w.twoBatches(term, 1, []int{place}, []int{place})
	signers, signature, entries := w.packEvidence(e)
	_, err := w.watcher.ConfirmKeys(w.ctx, term.Committee)
	w.must(err)
	report := offences.PackReportBatches(term.HeaderBinding(), 1, [2][32]byte{e.hashes[0], e.hashes[1]}, signers, signature, entries)
	w.starve(report, 60_000, func(gas uint64, _ error) {
		if w.reporterOf(o) != (common.Address{}) || w.jailedUntil(o.Operator) != 0 {
			t.Fatalf("a report that failed with %d gas left something behind", gas)
		}
	})
	// Requests: below the floor there is no request, above it there is the whole one.
	w.starve(requestData(o, hooked), 100_000, func(gas uint64, err error) {
		if at, _, _ := w.slashOf(o, hooked); at != 0 {
			t.Fatalf("a request that failed with %d gas is on record", gas)
		}
		if gas == 900_000 {
			wantRevertArgs(t, err, "NotEnoughGas", anything, 1_000_000)
		}
	})
	wantAmount(t, "requested", w.requestOf(o, hooked), vara(5_000))
	wantRevert(t, w.request(o, hooked), "AlreadyRequested")
	for range 2 { // and again, so nothing was consumed
		wantRevert(t, w.request(o, dust), "InsufficientSlash")
	}
	// Executions: the hook's 250,000 gas are burnt, and then the vault pays.
	at := w.requested(o, plainOne)
	w.nextAt(at + w.Roster.Times.MinVeto)
	w.starve(executeData(o, hooked), 50_000, func(gas uint64, _ error) {
		if _, _, executed := w.slashOf(o, hooked); executed || w.burnt() != (core.Amount{}) {
			t.Fatalf("an execution that failed with %d gas left something behind", gas)
		}
	})
	wantAmount(t, "taken past the hook", w.burnt(), vara(5_000))
	w.must(w.execute(o, plainOne))
	wantAmount(t, "taken from both", w.burnt(), vara(10_000))
}

// starve sends a call to Offences with more and more gas until it passes, and looks after each failure.
func (w *world) starve(data []byte, step uint64, failed func(gas uint64, err error)) {
	w.t.Helper()
	for gas := step; gas <= 4_000_000; gas += step {
		_, err := w.doGas(w.attacker, w.Roster.At.Offences, data, gas)
		if err == nil {
			if gas == step {
				w.t.Fatal("passed at once: nothing is shown")
			}
			return
		}
		failed(gas, err)
	}
	w.t.Fatal("never passed, whatever the gas")
}

// packEvidence is evidence as the contract takes it, against all that signed both.
func (w *world) packEvidence(e evidence) (signers [2]bindings.Signers, signature [3][32]byte, accused []bindings.Entry) {
	w.t.Helper()
	for i := range signers {
		var err error
		signers[i], err = e.term.Signers(e.signed[i].Bitmap)
		w.must(err)
	}
	for _, i := range e.signed[0].Bitmap.And(e.signed[1].Bitmap).Indices() {
		one, err := e.term.EntryBinding(i)
		w.must(err)
		accused = append(accused, one)
	}
	return signers, chain.SignatureWords(sum(e.signed[0].Signature, e.signed[1].Signature).Packed()), accused
}

// requestOf is what was asked for, as Symbiotic's slasher has it.
func (w *world) requestOf(o slash.Offence, v *vault) core.Amount {
	w.t.Helper()
	_, index, _ := w.slashOf(o, v)
	r := ask(w, v.Slasher, slasherABI.PackSlashRequests(chain.Number(index)), slasherABI.UnpackSlashRequests)
	return chain.Amount(r.Amount)
}

// What cannot be requested, and what cannot be executed.
func TestSlashIsRefused(t *testing.T) {
	w := newWorld(t, options{stakes: [][]uint64{{20_000, 10_000}, {20_000, 0}, {10_000, 0}}})
	term := w.activate(w.set, 0)
	unknown := offence(term, 1, slash.Equivocation)
	wantRevertArgs(t, w.request(unknown, w.vaults[0]), "UnknownOffence", w.set, unknown.Operator, 0, 0)
	wantRevertArgs(t, w.execute(unknown, w.vaults[0]), "UnknownOffence", w.set, unknown.Operator, 0, 0)
	other := w.convict(term, 1)
	capture := w.Roster.Times.Capture(0)
	wantRevertArgs(t, w.request(other, w.vaults[1]), "VaultDidNotCount", w.vaults[1].Address, other.Operator, capture)

	o := w.convict(term, 0)
	wrongKind := o
	wrongKind.Kind = slash.WrongResult
	wantRevertArgs(t, w.request(wrongKind, w.vaults[0]), "UnknownOffence", w.set, o.Operator, 0, 1)
	wantRevertArgs(t, w.execute(o, w.vaults[0]), "NotRequested", w.vaults[0].Address)
	at := w.requested(o, w.vaults[0])
	wantRevertArgs(t, w.request(o, w.vaults[0]), "AlreadyRequested", w.vaults[0].Address, 0)
	w.must(w.request(o, w.vaults[1]))
	w.veto(o, w.vaults[1])
	wantRevertArgs(t, w.execute(o, w.vaults[1]), "SlashVetoed", w.vaults[1].Address, 0)
	// A veto is final: the same cannot be asked for again (pitfall 25).
	wantRevertArgs(t, w.request(o, w.vaults[1]), "AlreadyRequested", w.vaults[1].Address, 0)
	w.nextAt(at + w.Roster.Times.MinVeto)
	w.must(w.execute(o, w.vaults[0]))
	wantRevertArgs(t, w.execute(o, w.vaults[0]), "AlreadyExecuted", w.vaults[0].Address)
	wantRevertArgs(t, w.execute(o, w.vaults[1]), "SlashVetoed", w.vaults[1].Address, 0)
	wantAmount(t, "burnt", w.burnt(), vara(10_000))

	deadline := w.Roster.Times.RequestDeadline(0)
	w.nextAt(deadline + 1)
	wantRevertArgs(t, w.request(other, w.vaults[0]), "TooLateToRequest", deadline+1, deadline)
}

// The last second for a request is D(e) + requestWindow.
func TestRequestInTheLastSecond(t *testing.T) {
	w := newWorld(t, options{})
	o := w.convict(w.activate(w.set, 0), 0)
	w.nextAt(w.Roster.Times.RequestDeadline(0))
	w.must(w.request(o, w.vaults[0]))
}

// Only Offences opens the Middleware's doors to Symbiotic, and only the resolver vetoes.
func TestSlashingHasOneDoor(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	o := w.convict(term, 0)
	for _, by := range []engine.Hand{w.Owner, w.Judge, w.Resolver, w.attacker} {
		wantRevertArgs(t, w.try(by, w.Roster.At.Middleware, middleware.PackRequestSlash(chain.Number(w.set), common.Address(o.Operator),
			w.vaults[0].Address, chain.Number(w.Roster.Times.Capture(0)), 10_000)), "OnlyOffences", by.Sender.From())
		wantRevertArgs(t, w.try(by, w.Roster.At.Middleware, middleware.PackExecuteSlash(w.vaults[0].Address, common.Big0)),
			"OnlyOffences", by.Sender.From())
		wantRevertArgs(t, w.try(by, w.Roster.At.Operators, operators.PackJail(common.Address(o.Operator), common.Big1)),
			"OnlyOffences", by.Sender.From())
		wantRevert(t, w.try(by, w.vaults[0].Slasher, slasherABI.PackRequestSlash(w.Roster.Subnetwork(w.set), common.Address(o.Operator),
			common.Big1, chain.Number(w.Roster.Times.Capture(0)), nil)), "NotNetworkMiddleware")
	}
	w.must(w.request(o, w.vaults[0]))
	for _, by := range []engine.Hand{w.Owner, w.Judge, w.at(term, 0).Hand, w.attacker} {
		wantRevert(t, w.try(by, w.vaults[0].Slasher, slasherABI.PackVetoSlash(common.Big0, nil)), "NotResolver")
	}
	w.veto(o, w.vaults[0])
}

// Between capture and slash the guilty leaves in every way there is: it opts out of network and vault, unlinks,
// pauses, leaves the set, the curator takes its shares and the set's limit, the staker withdraws. What it was at
// the capture stays slashable in full.
func TestLeavingAfterTheCaptureDoesNotSave(t *testing.T) {
	v := func(w *world) *vault { return w.vaults[0] }
	ways := map[string]func(*world, *devnet.Operator){
		"unlink": func(w *world, o *devnet.Operator) {
			w.do(o.Hand, w.Roster.At.Middleware, middleware.PackUnlinkVault(chain.Number(w.set), v(w).Address))
		},
		"unlink and link again": func(w *world, o *devnet.Operator) {
			w.do(o.Hand, w.Roster.At.Middleware, middleware.PackUnlinkVault(chain.Number(w.set), v(w).Address))
			w.do(o.Hand, w.Roster.At.Middleware, middleware.PackLinkVault(chain.Number(w.set), v(w).Address))
		},
		"pause": func(w *world, o *devnet.Operator) {
			w.do(o.Hand, w.Roster.At.Operators, operators.PackPause(chain.Number(w.set)))
		},
		"leave the set": func(w *world, o *devnet.Operator) {
			w.do(o.Hand, w.Roster.At.Operators, operators.PackLeaveSet(chain.Number(w.set)))
		},
		"opt out of the network": func(w *world, o *devnet.Operator) {
			w.do(o.Hand, w.Symbiotic().NetworkOptIn, optInABI.PackOptOut(w.Roster.At.Middleware))
		},
		"opt out of the vault": func(w *world, o *devnet.Operator) {
			w.do(o.Hand, w.Symbiotic().VaultOptIn, optInABI.PackOptOut(v(w).Address))
		},
		"shares to 0": func(w *world, o *devnet.Operator) { w.delegate(v(w), o, vara(0)) },
		"limit to 0":  func(w *world, _ *devnet.Operator) { w.limit(v(w), vara(0)) },
		"withdraw all": func(w *world, _ *devnet.Operator) {
			w.do(v(w).staker, v(w).Address, vaultABI.PackWithdraw(v(w).staker.Sender.From(), whole(60_000)))
		},
	}
	for name, leave := range ways {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, options{})
			term := w.activate(w.set, 0)
			leave(w, w.at(term, 0))
			w.past(w.Roster.Times.Capture(1))
			o := w.convict(term, 0)
			at := w.requested(o, v(w))
			w.nextAt(at + w.Roster.Times.MinVeto)
			w.must(w.execute(o, v(w)))
			wantAmount(t, "burnt", w.burnt(), vara(15_000))
		})
	}
}

// The bounty, case by case: a part of what was taken, rounded down, no more than the cap over all vaults, no more
// than the free pot has, and nothing from what is reserved.
func TestBounty(t *testing.T) {
	tests := []struct {
		name     string
		bps      uint16
		cap, pot int64 // whole wVARA
		want     []uint64
	}{
		{"a hundredth", 100, 1_000, 100_000, []uint64{100, 50}},
		{"none", 0, 1_000, 100_000, []uint64{0, 0}},
		{"capped in the second vault", 100, 120, 100_000, []uint64{100, 20}},
		{"capped in the first", 100, 60, 100_000, []uint64{60, 0}},
		{"an empty pot", 100, 1_000, -1, []uint64{0, 0}},
		{"a pot for half of it", 1_000, 10_000, 1_075, []uint64{70, 0}}, // 1,000 are reserved, 5 are the proposer's
		{"the highest part", 1_000, 10_000, 100_000, []uint64{1_000, 500}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, options{stakes: [][]uint64{{20_000, 10_000}, {10_000, 0}}, pot: test.pot,
				parameters: func(p *bindings.SetParameters) { p.BountyBps, p.BountyCap = test.bps, whole(uint64(test.cap)) }})
			term := w.activate(w.set, 0)
			_, err := w.Owner.Release(w.ctx, w.set, 0)
			w.must(err)
			o := w.convict(term, 0)
			var at core.Time
			for _, v := range w.vaults {
				at = w.requested(o, v)
			}
			w.nextAt(at + w.Roster.Times.MinVeto)
			_, reserved := w.pot(w.set)
			for i, v := range w.vaults {
				before := w.balance(w.watcher.Sender.From())
				w.must(w.execute(o, v))
				wantAmount(t, "bounty", less(t, w.balance(w.watcher.Sender.From()), before), vara(test.want[i]))
			}
			_, after := w.pot(w.set)
			wantAmount(t, "reserved", after, reserved)
		})
	}
}

// The Go side finds and does the same, step by step, without being told anything (engine.SlashStep).
func TestSlashStepDoesItAll(t *testing.T) {
	w := newWorld(t, options{stakes: [][]uint64{{20_000, 10_000}, {10_000, 0}}})
	term := w.activate(w.set, 0)
	w.convict(term, 0)
	for range 60 {
		done, err := w.Stranger.SlashStep(w.ctx, w.set)
		w.must(err)
		finished := len(done) > 0
		for _, d := range done {
			if d.Err != nil {
				t.Fatal(errors.Join(errors.New(d.Action.Reason.Code), d.Err))
			}
			finished = finished && d.Action.Verb == slash.Nothing
		}
		if finished {
			wantAmount(t, "burnt", w.burnt(), vara(15_000))
			return
		}
		w.must(w.Advance(1))
	}
	t.Fatalf("not done at %d", w.Now())
}
