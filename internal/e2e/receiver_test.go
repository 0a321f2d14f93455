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

// purseReceiver notes in slot 0 how many tokens it owns when it is called, and counts its calls in slot 1:
// MSTORE(0, balanceOf's selector << 224); MSTORE(4, ADDRESS); STATICCALL(GAS, token, 0, 36, 0, 32);
// SSTORE(0, MLOAD(0)); SSTORE(1, SLOAD(1)+1); STOP.
func purseReceiver(token common.Address) string {
	return "6370a0823160e01b600052" + "30600452" + "602060006024600073" + common.Bytes2Hex(token[:]) + "5afa50" +
		"600051600055" + "60015460010160015500"
}

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

// send has a term certify a batch that sends messages without value, one to each destination with its payload.
func (w *world) send(term devnet.Term, destinations []common.Address, payloads ...[]byte) mail {
	w.t.Helper()
	messages := make([]bindings.OutgoingMessage, len(destinations))
	for i, to := range destinations {
		payload := []byte("hello")
		if i < len(payloads) {
			payload = payloads[i]
		}
		messages[i] = bindings.OutgoingMessage{Program: core.Hash{byte(i + 1)}, Destination: to, Id: core.Hash{0xaa, byte(i)}, Payload: payload}
	}
	return w.post(term, messages...)
}

// post has a term certify a batch that sends these messages; where they stand is filled in.
func (w *world) post(term devnet.Term, messages ...bindings.OutgoingMessage) mail {
	w.t.Helper()
	b, head := w.nextBatch(term.Set, 77)
	m := mail{messages: messages}
	for i := range messages {
		o := &messages[i]
		o.Set, o.Number, o.Index, o.Count = chain.Number(term.Set), b.Number, uint64(i), uint64(len(messages))
		if o.Value == nil {
			o.Value = new(bigInt)
		}
		m.leaves = append(m.leaves, leafOf(*o))
	}
	m.root = batch.MessagesRoot(uint64(len(m.leaves)), merkle.Root(m.leaves))
	b.MessagesRoot = m.root
	_, err := w.Owner.CommitBatch(w.ctx, term.Committee, head, b, w.gathered(term, w.digestOfBatch(term, b)))
	w.must(err)
	return m
}

// leafOf is an outgoing message's leaf, by core.
func leafOf(o bindings.OutgoingMessage) core.Hash {
	content := batch.Content{ID: o.Id, ReplyTo: o.ReplyTo, ReplyCode: o.ReplyCode, Value: chain.Amount(o.Value),
		PayloadHash: core.Hash(crypto.Keccak256Hash(o.Payload))}
	return batch.Message{Set: core.SetID(o.Set.Uint64()), Number: o.Number, Index: o.Index, Program: o.Program,
		Destination: core.Address(o.Destination), ContentHash: content.Hash()}.Leaf()
}

// deliver is the call that delivers a message.
func (m mail) deliver(w *world, i int) []byte {
	w.t.Helper()
	return programs.PackDeliver(m.messages[i], m.proof(w, i))
}

// claim is the call that pays a message's value.
func (m mail) claim(w *world, i int) []byte {
	w.t.Helper()
	return programs.PackClaim(m.messages[i], m.proof(w, i))
}

// reply is the call that answers a message.
func (m mail) reply(w *world, i int, payload []byte, value core.Amount) []byte {
	w.t.Helper()
	return programs.PackReply(m.messages[i], m.proof(w, i), payload, chain.Big(value))
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
