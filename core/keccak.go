package core

import (
	"hash"

	"golang.org/x/crypto/sha3"
)

// Keccak returns the Keccak-256 hash of the parts, one after the other: Ethereum's keccak256, with the
// padding from before FIPS 202.
//
// Warning: parts are joined without lengths or separators, so whoever hashes two parts of variable length
// must make the boundary unambiguous. All of Roster's are of fixed length (protocol §4, §5).
func Keccak(parts ...[]byte) Hash {
	state := sha3.NewLegacyKeccak256()
	for _, part := range parts {
		state.Write(part)
	}
	var sum Hash
	state.Sum(sum[:0])
	return sum
}

// NewKeccak is Keccak of what is written to it bit by bit; Sum returns 32 bytes.
func NewKeccak() hash.Hash { return sha3.NewLegacyKeccak256() }
