package e2e

import (
	"bytes"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// A program sends a message to the Middleware, or another contract that trusts one of ours, to have it called by us.
// Programs is nobody's trusted caller, calls only onRosterMessage, and reverts when that is not there (protocol §1,
// §6).
func TestAttackDeliveryCallsTheMiddleware(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	at, s := w.Roster.At, w.Symbiotic()
	targets := []common.Address{at.Middleware, at.Operators, at.Router, at.Rewards, at.Offences, at.Programs, at.Token,
		w.vaults[0].Address, w.vaults[0].Slasher, w.vaults[0].Delegator, s.NetworkMiddleware, s.OperatorRegistry}
	// As payload, a call that only the Middleware, or only a network, may make.
	payload := middleware.PackExecuteSlash(w.vaults[0].Address, common.Big0)
	payloads := make([][]byte, len(targets))
	for i := range payloads {
		payloads[i] = payload
	}
	m := w.send(term, targets, payloads...)
	for i, target := range targets {
		t.Log(target)
		wantSilentRevert(t, w.simulate(w.attacker, at.Programs, m.deliver(w, i)))
		receipt, err := w.attacker.Sender.Do(w.ctx, chain.Call{To: &at.Programs, Data: m.deliver(w, i), Gas: 1_000_000})
		wantSilentRevert(t, err)
		if len(receipt.Logs) != 0 || m.delivered(w, i) {
			t.Fatal("a failed delivery left something behind")
		}
	}
}

// The attacker delivers a rival's message with so little gas that the receiver fails, to have it marked as delivered.
// A delivery reverts when the call does, so a failed one consumes nothing and anyone repeats it (protocol §6).
func TestAttackDeliveryStarvedOfGas(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	receiver := w.deployCode(dearReceiver)
	m := w.send(term, []common.Address{receiver, w.Owner.Sender.From()})
	at := w.Roster.At.Programs
	failed := 0
	for gas := uint64(60_000); ; gas += 15_000 {
		_, err := w.attacker.Sender.Do(w.ctx, chain.Call{To: &at, Data: m.deliver(w, 0), Gas: gas})
		last := w.slot(receiver, 5)
		if done := m.delivered(w, 0); done != (err == nil) || done == last.IsZero() {
			t.Fatalf("with %d gas: error %v, delivered %v, the receiver's last slot %s", gas, err, done, last)
		}
		if err == nil {
			break
		}
		failed++
		if gas > 1_000_000 {
			t.Fatal("never delivered: ", err)
		}
	}
	if failed < 5 {
		t.Fatalf("only %d deliveries were starved", failed)
	}
	wantRevertArgs(t, w.simulate(w.attacker, at, m.deliver(w, 0)), "AlreadyDelivered", w.set, m.messages[0].Number, 0)
	// An account without code would swallow the message.
	wantRevertArgs(t, w.simulate(w.attacker, at, m.deliver(w, 1)), "NoCodeAtDestination", w.Owner.Sender.From())
}

// A receiver that refuses today may take the message tomorrow, once.
func TestDeliveryIsRepeatedUntilItSucceedsOnce(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	receiver := w.deployCode(moodyReceiver)
	m := w.send(term, []common.Address{receiver})
	at := w.Roster.At.Programs
	for range 3 {
		wantSilentRevert(t, w.simulate(w.attacker, at, m.deliver(w, 0)))
	}
	w.do(w.Owner, receiver, []byte{1})
	w.do(w.attacker, at, m.deliver(w, 0))
	wantRevert(t, w.simulate(w.attacker, at, m.deliver(w, 0)), "AlreadyDelivered")
	if calls := w.slot(receiver, 0); calls != (core.Hash{31: 1}) {
		t.Fatal("called ", calls)
	}
}

// A receiver calls back into Programs from within a delivery, to be handed its message twice. The message is marked
// before the call leaves (protocol §6), so the second delivery fails, and with it, the receiver permitting, the first.
func TestAttackReentrantDelivery(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	receiver, at := w.deployCode(reentrantReceiver), w.Roster.At.Programs
	// The message says where to find the call that delivers it: in the code of an account that does not exist yet.
	nonce, err := w.Client().PendingNonceAt(w.ctx, w.attacker.Sender.From())
	w.must(err)
	note := crypto.CreateAddress(w.attacker.Sender.From(), nonce)
	m := w.send(term, []common.Address{receiver}, common.LeftPadBytes(note[:], 32))
	if made := w.deployBy(w.attacker, m.deliver(w, 0)); made != note {
		t.Fatalf("the note came to %v, not %v", made, note)
	}
	wantRevertArgs(t, w.simulate(w.attacker, at, m.deliver(w, 0)), "AlreadyDelivered", w.set, m.messages[0].Number, 0)
	// That the receiver does call: another message from within is delivered, as well as the one around it.
	nonce, err = w.Client().PendingNonceAt(w.ctx, w.attacker.Sender.From())
	w.must(err)
	note = crypto.CreateAddress(w.attacker.Sender.From(), nonce)
	quiet := w.deployCode("00")
	two := w.send(term, []common.Address{quiet, receiver}, nil, common.LeftPadBytes(note[:], 32))
	w.deployBy(w.attacker, two.deliver(w, 0))
	w.do(w.watcher, at, two.deliver(w, 1))
	if !two.delivered(w, 0) || !two.delivered(w, 1) || m.delivered(w, 0) {
		t.Fatal(two.delivered(w, 0), two.delivered(w, 1), m.delivered(w, 0))
	}
}

// Only what a batch sends is delivered, as it is and from where it stands in the batch.
func TestBadDelivery(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	term := w.activate(w.set, 0)
	receiver := w.deployCode("00")
	m := w.send(term, []common.Address{receiver, receiver, receiver})
	for name, change := range map[string]func(*bindings.OutgoingMessage){
		"another payload":     func(o *bindings.OutgoingMessage) { o.Payload = []byte("bye") },
		"another program":     func(o *bindings.OutgoingMessage) { o.Program[31] = 1 },
		"another destination": func(o *bindings.OutgoingMessage) { o.Destination = w.Roster.At.Token },
		"another place":       func(o *bindings.OutgoingMessage) { o.Index = 0 },
		"more messages":       func(o *bindings.OutgoingMessage) { o.Count = 4 },
		"another id":          func(o *bindings.OutgoingMessage) { o.Id[0]++ },
		"as a reply":          func(o *bindings.OutgoingMessage) { o.ReplyTo[31] = 1 },
		"another code":        func(o *bindings.OutgoingMessage) { o.ReplyCode[0] = 1 },
		"with a value":        func(o *bindings.OutgoingMessage) { o.Value = whole(1) },
	} {
		t.Log(name)
		o := m.messages[1]
		o.Payload = bytes.Clone(o.Payload)
		change(&o)
		err := w.simulate(w.attacker, w.Roster.At.Programs, programs.PackDeliver(o, m.proof(w, 1)))
		wantRevertArgs(t, err, "NotInBatch", anything, m.root)
	}
	for name, change := range map[string]func(*bindings.OutgoingMessage){
		"another set":              func(o *bindings.OutgoingMessage) { o.Set = chain.Number(w.other.set) },
		"a batch without messages": func(o *bindings.OutgoingMessage) { o.Number++ },
	} {
		t.Log(name)
		o := m.messages[1]
		change(&o)
		err := w.simulate(w.attacker, w.Roster.At.Programs, programs.PackDeliver(o, m.proof(w, 1)))
		wantRevertArgs(t, err, "NotInBatch", anything, core.Hash{})
	}
	beyond := m.messages[1]
	beyond.Index = 3
	err := w.simulate(w.attacker, w.Roster.At.Programs, programs.PackDeliver(beyond, m.proof(w, 1)))
	wantRevertArgs(t, err, "IndexOutOfRange", 3, 3)
	err = w.simulate(w.attacker, w.Roster.At.Programs, programs.PackDeliver(m.messages[1], m.proof(w, 1)[1:]))
	wantRevertArgs(t, err, "ProofLength", 1, 2)
	// A node of the tree as a message's neighbour: a proof as long as a smaller batch's.
	small := m.messages[2]
	small.Count, small.Index = 2, 1
	left := merkle.Root(m.leaves[:2])
	err = w.simulate(w.attacker, w.Roster.At.Programs, programs.PackDeliver(small, [][32]byte{left}))
	wantRevertArgs(t, err, "NotInBatch", anything, m.root)
	w.do(w.attacker, w.Roster.At.Programs, m.deliver(w, 1))
}
