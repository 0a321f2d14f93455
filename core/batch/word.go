package batch

import (
	"encoding/binary"

	"github.com/gear-tech/roster/core"
)

// A word is one 32-byte slot of Solidity's abi.encode. Everything that Roster hashes with abi.encode is of
// static type, so an encoding is its words in order, without offsets or lengths (Solidity ABI specification,
// "Formal Specification of the Encoding").
type word = [32]byte

// number encodes any unsigned integer type of up to 64 bits: big endian, padded with zeros on the left.
func number(n uint64) word {
	var w word
	binary.BigEndian.PutUint64(w[24:], n)
	return w
}

// amount encodes any unsigned integer type of up to 256 bits. A value wider than its Solidity type is
// encoded whole, not cut: its hash then is one that no contract can produce, instead of another value's.
func amount(a core.Amount) word { return a.Bytes32() }

// address encodes an address: 20 bytes, padded with zeros on the left.
func address(a core.Address) word {
	var w word
	copy(w[12:], a[:])
	return w
}

// first encodes a bytes4: unlike numbers, it fills a word from the left.
func first(b [4]byte) word {
	var w word
	copy(w[:], b[:])
	return w
}

// hashWords is keccak256(abi.encode(...)) of the words.
func hashWords(words ...word) core.Hash { return core.Keccak(join(words)) }

func join(words []word) []byte {
	bytes := make([]byte, 0, 32*len(words))
	for _, w := range words {
		bytes = append(bytes, w[:]...)
	}
	return bytes
}
