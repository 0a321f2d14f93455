package e2e

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// outgoing is a message of a program to an account, to be posted; worth wVARA base units.
func outgoing(program core.Hash, to common.Address, worth core.Amount) bindings.OutgoingMessage {
	return bindings.OutgoingMessage{Program: program, Destination: to, Id: core.Keccak(program[:], to[:]), Value: chain.Big(worth),
		Payload: []byte("take this")}
}

// call sends a call that must succeed.
func (w *world) call(by engine.Hand, c chain.Call) {
	w.t.Helper()
	w.do(by, *c.To, c.Data)
}

// refused simulates a call that must fail with a custom error and its arguments, in order.
func (w *world) refused(by engine.Hand, c chain.Call, name string, args ...any) {
	w.t.Helper()
	wantRevertArgs(w.t, w.simulate(by, *c.To, c.Data), name, args...)
}

// approve lets Programs take whatever a hand owns.
func (w *world) approve(hands ...engine.Hand) {
	w.t.Helper()
	for _, h := range hands {
		w.call(h, chain.ApproveProgramsCall(w.Roster.At))
	}
}

// upload uploads a code by a hand and returns its id.
func (w *world) upload(by engine.Hand, code []byte) core.Hash {
	w.t.Helper()
	for _, c := range chain.UploadCodeCalls(w.Roster.At, code) {
		w.call(by, c)
	}
	return chain.CodeID(chain.Chunks(code))
}

// create uploads a code where it is not there yet, and makes a program of it by the attacker, who has approved.
func (w *world) create(set core.SetID, salt byte, value core.Amount) core.Hash {
	w.t.Helper()
	code := []byte("a program")
	id := w.upload(w.attacker, code)
	w.call(w.attacker, chain.CreateProgramCall(w.Roster.At, set, id, core.Hash{salt}, nil, value))
	return chain.ProgramID(set, id, core.Address(w.attacker.Sender.From()), core.Hash{salt})
}

// held is what is entrusted to a set's programs, base units.
func (w *world) held(set core.SetID) core.Amount {
	w.t.Helper()
	return chain.Amount(ask(w, w.Roster.At.Programs, programs.PackHeld(chain.Number(set)), programs.UnpackHeld))
}

// wantHeld checks what each set holds, from set 0 on, and that all of it together is what Programs owns.
func (w *world) wantHeld(want ...core.Amount) {
	w.t.Helper()
	var total core.Amount
	for set, amount := range want {
		wantAmount(w.t, "held of a set", w.held(core.SetID(set)), amount)
		total.Add(&total, &amount)
	}
	sets, err := w.Roster.SetCount(w.ctx, w.Block())
	w.must(err)
	if len(want) != int(sets) {
		w.t.Fatalf("%d amounts for %d sets", len(want), sets)
	}
	wantAmount(w.t, "tokens of Programs, against all that is held", w.balance(w.Roster.At.Programs), total)
}

// marks are what Programs says was done with a message.
type marks struct{ delivered, claimed, replied bool }

func (m mail) marks(w *world, i int) marks {
	w.t.Helper()
	o, at := m.messages[i], w.Roster.At.Programs
	return marks{m.delivered(w, i), ask(w, at, programs.PackClaimed(o.Set, o.Number, o.Index), programs.UnpackClaimed),
		ask(w, at, programs.PackReplied(o.Set, o.Number, o.Index), programs.UnpackReplied)}
}

// twoSets is a world with two sets, both active, in which attacker and watcher have approved Programs.
func twoSets(w *world) (first, second devnet.Term) {
	w.t.Helper()
	first = w.activate(w.set, 0)
	second = w.activate(w.other.set, 0)
	w.approve(w.attacker, w.watcher)
	return first, second
}

// beyond is 2^128, more than a value can be.
func beyond() *big.Int { return new(big.Int).Lsh(common.Big1, 128) }
