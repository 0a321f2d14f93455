package core

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/holiman/uint256"
)

// Address is an Ethereum account or contract, 20 bytes.
type Address [20]byte

// String returns the address as lower-case hex with 0x in front, never in a checksum's mixed case: the
// text is the same on every machine and compares byte for byte.
func (a Address) String() string { return "0x" + hex.EncodeToString(a[:]) }

// MarshalText writes the address as String does.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads 0x and 40 hex digits of either case.
func (a *Address) UnmarshalText(text []byte) error { return unhex(a[:], string(text), "address") }

// Hash is a Keccak-256 hash or another 32-byte word.
type Hash [32]byte

// String returns the hash as lower-case hex with 0x in front.
func (h Hash) String() string { return "0x" + hex.EncodeToString(h[:]) }

// First is the first eight bytes as a number: hashes sort by it, but for those that begin alike.
func (h *Hash) First() uint64 { return binary.BigEndian.Uint64(h[:]) }

// MarshalText writes the hash as String does.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 0x and 64 hex digits of either case.
func (h *Hash) UnmarshalText(text []byte) error { return unhex(h[:], string(text), "hash") }

// IsZero reports whether all 32 bytes are zero: "none" wherever a root or a predecessor may be missing.
func (h Hash) IsZero() bool { return h == Hash{} }

func unhex(into []byte, text, what string) error {
	if len(text) != 2+2*len(into) || text[:2] != "0x" {
		return fmt.Errorf("read %s %q: want 0x and %d hex digits", what, text, 2*len(into))
	}
	if _, err := hex.Decode(into, []byte(text[2:])); err != nil {
		return fmt.Errorf("read %s %q: %w", what, text, err)
	}
	return nil
}

// SetID names an operator set: the identifier of one of the network's Symbiotic subnetworks. The contracts
// keep it as uint96 and hand it out in sequence from 0, so 64 bits hold every one there will be.
type SetID uint64

// Era counts terms of office from genesis, the first is 0 (protocol §2).
type Era uint64

// Time is a Unix timestamp, or a duration, in whole seconds: what block timestamps are counted in.
type Time uint64

// Bps is a fraction of 10,000 (basis points). Taking it rounds down (protocol, "Words").
type Bps uint16

// Amount is a token amount in base units, an unsigned 256-bit integer, held by value. One wVARA is
// 1,000,000,000,000 base units (12 decimals).
type Amount = uint256.Int

// One is 1e18: the fixed point of collateral weights and of performance (protocol §3, §8).
const One = 1_000_000_000_000_000_000
