package chain

import (
	"math/big"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
)

// Number returns an integer as the bindings want it.
func Number[T ~uint64 | ~uint16 | ~int](n T) *big.Int { return new(big.Int).SetUint64(uint64(n)) }

// Big returns an amount as the bindings want it.
func Big(a core.Amount) *big.Int { return a.ToBig() }

// Amount returns what a binding gave; a number over 256 bits cannot come from the ABI and panics.
func Amount(b *big.Int) core.Amount { return *uint256.MustFromBig(b) }

// words returns hashes as the bindings want them.
func words(hashes []core.Hash) [][32]byte {
	out := make([][32]byte, len(hashes))
	for i, h := range hashes {
		out[i] = h
	}
	return out
}

// KeyWords returns a packed key as the six words that our contracts take.
func KeyWords(packed [192]byte) (out [6][32]byte) {
	for i := range out {
		copy(out[i][:], packed[32*i:])
	}
	return out
}

// PackedKey is KeyWords backwards.
func PackedKey(words [6][32]byte) (packed [192]byte) {
	for i, w := range words {
		copy(packed[32*i:], w[:])
	}
	return packed
}

// SignatureWords returns a packed signature as the three words that our contracts take.
func SignatureWords(packed [96]byte) (out [3][32]byte) {
	for i := range out {
		copy(out[i][:], packed[32*i:])
	}
	return out
}
