package e2e

import (
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// Receivers of messages, in bytecode. They look at nothing but what their comment says.
const (
	// Writes 1 to slots 1 to 5, which takes over 110,000 gas, and stops.
	dearReceiver = "6001600155600160025560016003556001600455600160055500"
	// Counts its calls in slot 0, and reverts as long as slot 1 is 0, which anyone sets by a call with 1 byte of data:
	// CALLDATASIZE 1 EQ → set: SSTORE(1,1) STOP; else SLOAD(1) ISZERO → revert; SSTORE(0, SLOAD(0)+1) STOP.
	moodyReceiver = "60013614601e5760015415601857600054600101600055005b60006000fd5b600160015500"
	// Calls the caller with what stands as code at the address that its payload names, and reverts with whatever comes
	// back when that fails.
	reentrantReceiver = "6084353b600060006084353c600060006084353b60006000335af16028573d600060003e3d6000fd5b00"
)

// deployCode puts runtime bytecode, given as hex, on chain.
func (w *world) deployCode(runtime string) common.Address {
	w.t.Helper()
	return w.deployBy(w.Owner, common.FromHex(runtime))
}

// deployBy puts an account with these bytes as code on chain: the constructor returns what follows it.
func (w *world) deployBy(by engine.Hand, code []byte) common.Address {
	w.t.Helper()
	// PUSH2 length, PUSH1 14, PUSH1 0, CODECOPY, PUSH2 length, PUSH1 0, RETURN
	high, low := byte(len(code)>>8), byte(len(code))
	creation := append([]byte{0x61, high, low, 0x60, 14, 0x60, 0, 0x39, 0x61, high, low, 0x60, 0, 0xf3}, code...)
	at, _, err := by.Sender.Deploy(w.ctx, creation)
	w.must(err)
	return at
}

// slot reads a word of a contract's storage.
func (w *world) slot(at common.Address, i uint64) core.Hash {
	w.t.Helper()
	word, err := w.Client().StorageAt(w.ctx, at, common.BigToHash(chain.Number(i)), nil)
	w.must(err)
	return core.Hash(word)
}

// mail is the outgoing messages of a committed batch.
type mail struct {
	messages []bindings.OutgoingMessage
	leaves   []core.Hash
	root     core.Hash
}

// send has a term certify a batch that sends messages, one to each destination with its payload.
func (w *world) send(term devnet.Term, destinations []common.Address, payloads ...[]byte) mail {
	w.t.Helper()
	b, head := w.nextBatch(term.Set, 77)
	var m mail
	for i, to := range destinations {
		payload := []byte("hello")
		if i < len(payloads) {
			payload = payloads[i]
		}
		program := core.Hash{byte(i + 1)}
		m.messages = append(m.messages, bindings.OutgoingMessage{Set: chain.Number(term.Set), Number: b.Number, Index: uint64(i),
			Count: uint64(len(destinations)), Program: program, Destination: to, Payload: payload})
		m.leaves = append(m.leaves, batch.Message{Set: term.Set, Number: b.Number, Index: uint64(i), Program: program,
			Destination: core.Address(to), PayloadHash: core.Hash(crypto.Keccak256Hash(payload))}.Leaf())
	}
	m.root = batch.MessagesRoot(uint64(len(m.leaves)), merkle.Root(m.leaves))
	b.MessagesRoot = m.root
	_, err := w.Owner.CommitBatch(w.ctx, term.Committee, head, b, w.gathered(term, w.digestOfBatch(term, b)))
	w.must(err)
	return m
}

// deliver is the call that delivers a message.
func (m mail) deliver(w *world, i int) []byte {
	w.t.Helper()
	return programs.PackDeliver(m.messages[i], m.proof(w, i))
}

func (m mail) proof(w *world, i int) [][32]byte {
	w.t.Helper()
	path, err := merkle.Prove(m.leaves, i)
	w.must(err)
	proof := [][32]byte{}
	for _, h := range path {
		proof = append(proof, h)
	}
	return proof
}

// delivered is whether Programs says that a message was.
func (m mail) delivered(w *world, i int) bool {
	w.t.Helper()
	o := m.messages[i]
	return ask(w, w.Roster.At.Programs, programs.PackDelivered(o.Set, o.Number, o.Index), programs.UnpackDelivered)
}
