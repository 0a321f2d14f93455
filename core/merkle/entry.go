package merkle

import (
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// EntryLength is the length of a packed entry in bytes.
const EntryLength = 64

// weightBits is the width of a weight in an entry: Solidity's uint96.
const weightBits = 96

// ErrWeight is returned for a weight that does not fit in an entry.
var ErrWeight = errors.New("weight does not fit in 96 bits")

// Entry is one Executor as it stands in a proposal and under the root of its set (protocol §4).
type Entry struct {
	Operator core.Address
	// Weight is in wVARA base units, below 2^96; 1 to maxStake in a set.
	Weight core.Amount
	// KeyHash is keccak256 of the operator's packed public key.
	KeyHash core.Hash
}

// Pack returns the entry's bytes: operator 20 ‖ weight 12, big endian ‖ key hash 32 (protocol §4). A weight
// of 2^96 or more is refused with ErrWeight: cut to 12 bytes it would be another entry's.
func (e Entry) Pack() ([EntryLength]byte, error) {
	var packed [EntryLength]byte
	if e.Weight.BitLen() > weightBits {
		return packed, fmt.Errorf("pack entry of operator %s: %w: %s", e.Operator, ErrWeight, e.Weight.Dec())
	}
	weight := e.Weight.Bytes32()
	copy(packed[:20], e.Operator[:])
	copy(packed[20:32], weight[20:])
	copy(packed[32:], e.KeyHash[:])
	return packed, nil
}

// UnpackEntry is the reverse of Pack. Every 64 bytes are an entry.
func UnpackEntry(packed [EntryLength]byte) Entry {
	var e Entry
	copy(e.Operator[:], packed[:20])
	e.Weight.SetBytes(packed[20:32])
	copy(e.KeyHash[:], packed[32:])
	return e
}

// Leaf is the entry's leaf in the tree of its set: keccak256(0x00 ‖ entry) (protocol §4). Errors as Pack.
func (e Entry) Leaf() (core.Hash, error) {
	packed, err := e.Pack()
	if err != nil {
		return core.Hash{}, err
	}
	return core.Keccak([]byte{0x00}, packed[:]), nil
}

// EntryLeaves returns the leaves of entries, in their order. Errors as Pack.
func EntryLeaves(entries []Entry) ([]core.Hash, error) {
	leaves := make([]core.Hash, len(entries))
	for i, e := range entries {
		leaf, err := e.Leaf()
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		leaves[i] = leaf
	}
	return leaves, nil
}

// EntryRoot is the root of a set: of the positional tree over the leaves of its entries in their order,
// which is that of the election (protocol §4). The root of no entries is zero. Errors as Pack.
func EntryRoot(entries []Entry) (core.Hash, error) {
	leaves, err := EntryLeaves(entries)
	if err != nil {
		return core.Hash{}, err
	}
	return Root(leaves), nil
}
