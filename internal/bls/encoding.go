package bls

import (
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
)

// pack writes the coordinates one after the other, 48 big-endian bytes each.
func pack(into []byte, coordinates ...*fp.Element) {
	for i, coordinate := range coordinates {
		encoded := coordinate.Bytes()
		copy(into[i*fp.Bytes:], encoded[:])
	}
}

// unpack reads what pack wrote; a coordinate of p or more is refused, so that one point has one encoding.
func unpack(packed []byte, coordinates []*fp.Element) error {
	if len(packed) != len(coordinates)*fp.Bytes {
		return fmt.Errorf("%d bytes, want %d: %w", len(packed), len(coordinates)*fp.Bytes, ErrLength)
	}
	for i, coordinate := range coordinates {
		if err := coordinate.SetBytesCanonical(packed[i*fp.Bytes : (i+1)*fp.Bytes]); err != nil {
			return fmt.Errorf("coordinate %d: %w", i, ErrNotCanonical)
		}
	}
	return nil
}
