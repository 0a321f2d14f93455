package executor

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
)

// Message is one Executor's statement on its way to the others: a batch, or rewards, with everything that the digest is
// made of, so that whoever disagrees can say about what.
type Message struct {
	// Era is that of the set that signs.
	Era core.Era
	// Batch or Rewards, exactly one.
	Batch   *batch.Batch
	Rewards *batch.Rewards
	// Index is the signer's place in the set.
	Index     int
	Signature bls.Signature
	// Round counts how often it was sent. It is not signed: a network that passes on each message once passes on the next
	// round, too, for those who have lost the one before.
	Round uint8
}

// Set is the operator set that the message is about.
func (m Message) Set() core.SetID {
	if m.Batch != nil {
		return m.Batch.Set
	}
	return m.Rewards.Set
}

// Digest is what was signed.
func (m Message) Digest(d batch.Domain) core.Hash {
	if m.Batch != nil {
		return batch.Statement{Set: m.Batch.Set, Era: m.Era, Number: m.Batch.Number, BatchHash: m.Batch.Hash()}.Digest(d)
	}
	return m.Rewards.Digest(d)
}

// The kinds of messages, their first byte. The second is the version of the encoding.
const (
	batchMessage   = 1
	rewardsMessage = 2
	messageVersion = 1
)

// ErrMessage is bytes that are no message.
var ErrMessage = errors.New("not a statement")

// Encode returns the message's bytes: kind, version, round, the signer's place, the era, the statement's fields, all big endian,
// and the packed signature.
func (m Message) Encode() []byte {
	kind := byte(batchMessage)
	if m.Batch == nil {
		kind = rewardsMessage
	}
	out := binary.BigEndian.AppendUint16([]byte{kind, messageVersion, m.Round}, uint16(m.Index))
	number := func(v uint64) { out = binary.BigEndian.AppendUint64(out, v) }
	hash := func(h core.Hash) { out = append(out, h[:]...) }
	number(uint64(m.Era))
	if b := m.Batch; b != nil {
		number(uint64(b.Set))
		number(b.Number)
		hash(b.PreviousHash)
		number(b.EndBlock)
		hash(b.EndBlockHash)
		hash(b.StateRoot)
		hash(b.MessagesRoot)
	} else {
		r := m.Rewards
		number(uint64(r.Set))
		number(uint64(r.FromEra))
		number(uint64(r.ToEra))
		hash(r.PreviousRoots)
		hash(r.OperatorsRoot)
		hash(r.StakersRoot)
		hash(r.OperatorsAmount.Bytes32())
		hash(r.StakersAmount.Bytes32())
		hash(r.DistributionHash)
	}
	packed := m.Signature.Packed()
	return append(out, packed[:]...)
}

// The lengths of encoded messages, without the signature.
const (
	batchLength   = 5 + 3*8 + 32 + 8 + 3*32
	rewardsLength = 5 + 4*8 + 6*32
)

// DecodeMessage reads what Encode wrote; anything else is ErrMessage. The signature is a point of the right group then,
// and nothing more is known of it.
func DecodeMessage(data []byte) (m Message, err error) {
	want := map[byte]int{batchMessage: batchLength, rewardsMessage: rewardsLength}
	if len(data) < 2 || data[1] != messageVersion || want[data[0]] == 0 || len(data) != want[data[0]]+bls.SignatureSize {
		return m, fmt.Errorf("%w: %d bytes", ErrMessage, len(data))
	}
	m.Round = data[2]
	rest := data[3:]
	number := func() uint64 {
		v := binary.BigEndian.Uint64(rest)
		rest = rest[8:]
		return v
	}
	hash := func() (h core.Hash) {
		rest = rest[copy(h[:], rest):]
		return h
	}
	amount := func() (a core.Amount) {
		h := hash()
		a.SetBytes(h[:])
		return a
	}
	m.Index = int(binary.BigEndian.Uint16(rest))
	rest = rest[2:]
	m.Era = core.Era(number())
	if data[0] == batchMessage {
		m.Batch = &batch.Batch{Set: core.SetID(number()), Number: number(), PreviousHash: hash(), EndBlock: number(),
			EndBlockHash: hash(), StateRoot: hash(), MessagesRoot: hash()}
	} else {
		m.Rewards = &batch.Rewards{Set: core.SetID(number()), Era: m.Era, FromEra: core.Era(number()), ToEra: core.Era(number()),
			PreviousRoots: hash(), OperatorsRoot: hash(), StakersRoot: hash(), OperatorsAmount: amount(), StakersAmount: amount(),
			DistributionHash: hash()}
	}
	if m.Signature, err = bls.SignatureFromBytes(rest); err != nil {
		return m, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return m, nil
}
