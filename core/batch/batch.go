package batch

import "github.com/gear-tech/roster/core"

// Batch is what the Executors of a set commit: the outcome of the blocks since the batch before
// (protocol §5, §6).
type Batch struct {
	Set core.SetID
	// Number is the interval's: k of B_k, 1 or more; numbers only grow, and may skip.
	Number uint64
	// PreviousHash is the Hash of the batch committed before, zero for the first. The Router checks it against
	// its head: Head(that batch's number, PreviousHash).
	PreviousHash core.Hash
	// EndBlock is the number of the last block of the interval, EndBlockHash its hash.
	EndBlock     uint64
	EndBlockHash core.Hash
	// StateRoot is the programs' state after the batch, queue included.
	StateRoot core.Hash
	// MessagesRoot names the messages that the batch sends (MessagesRoot), zero when it sends none.
	MessagesRoot core.Hash
}

// Hash is keccak256(abi.encode(uint96 set, uint64 number, bytes32 previousHash, uint64 endBlock, bytes32
// endBlockHash, bytes32 stateRoot, bytes32 messagesRoot)) (protocol §5, "batch hash").
func (b Batch) Hash() core.Hash {
	return hashWords(number(uint64(b.Set)), number(b.Number), b.PreviousHash, number(b.EndBlock),
		b.EndBlockHash, b.StateRoot, b.MessagesRoot)
}

// Head is where a set's batches stand: keccak256(abi.encode(uint64 number, bytes32 batchHash)) of the last
// one committed (protocol §5). A new set has Head(0, core.Hash{}), or that of the batch of a dead set which
// the owner named for it to go on from (protocol §6).
func Head(batchNumber uint64, batchHash core.Hash) core.Hash {
	return hashWords(number(batchNumber), batchHash)
}

// Message is one that a batch sends to a contract.
type Message struct {
	Set core.SetID
	// Number is the batch's, Index the message's place in it from 0.
	Number, Index uint64
	// Program sends, Destination's onRosterMessage receives.
	Program     core.Hash
	Destination core.Address
	// ContentHash is Hash of the Content.
	ContentHash core.Hash
}

// Content is what a message says, besides who says it to whom.
type Content struct {
	// ID is the message's name among programs; ReplyTo that of the message which it answers, zero for none.
	ID, ReplyTo core.Hash
	// ReplyCode is Gear's; it says something only in a reply.
	ReplyCode [4]byte
	// Value is what the destination gets, wVARA base units, below 2^128.
	Value core.Amount
	// PayloadHash is keccak256 of the payload.
	PayloadHash core.Hash
}

// Hash is keccak256(abi.encode(bytes32 id, bytes32 replyTo, bytes4 replyCode, uint128 value, bytes32
// keccak256(payload))) (protocol §5).
func (c Content) Hash() core.Hash {
	return hashWords(c.ID, c.ReplyTo, first(c.ReplyCode), amount(c.Value), c.PayloadHash)
}

// Leaf is the message's leaf under Batch.MessagesRoot: keccak256(0x02 ‖ abi.encode(set, number, index,
// program, destination, content hash)) (protocol §5). The byte in front keeps it apart from the
// entries' leaves (0x00) and from inner nodes (0x01).
func (m Message) Leaf() core.Hash {
	return core.Keccak([]byte{0x02}, join([]word{number(uint64(m.Set)), number(m.Number), number(m.Index),
		m.Program, address(m.Destination), m.ContentHash}))
}

// MessagesRoot is what a batch commits to for its messages: keccak256(0x03 ‖ uint64 count, 8 bytes big endian ‖
// root of the positional tree of their leaves), and zero for none. Nobody keeps the count of a batch's messages,
// and a positional proof means something else in a tree of another size, so the count is part of the root.
func MessagesRoot(count uint64, treeRoot core.Hash) core.Hash {
	if count == 0 {
		return core.Hash{}
	}
	w := number(count)
	return core.Keccak([]byte{0x03}, w[24:], treeRoot[:])
}
