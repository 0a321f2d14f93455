package quorum

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"

	"github.com/gear-tech/roster/core"
)

// Width is the number of bits of a bitmap, and the most Executors that a set may have (protocol §3).
const Width = 128

// Bitmap marks Executors of a set: bit i is entry i (protocol §5). Compare with ==. The zero value marks none.
type Bitmap struct{ high, low uint64 }

// Of returns the bitmap that marks the given entries. It panics when one is not in 0 … 127, as indexing does.
func Of(indices ...int) Bitmap {
	var b Bitmap
	for _, i := range indices {
		b = b.With(i)
	}
	return b
}

// All returns the bitmap that marks the first count entries. It panics when count is not in 0 … 128.
func All(count int) Bitmap {
	var b Bitmap
	for i := range count {
		b = b.With(i)
	}
	return b
}

// FromBytes reads a bitmap as the contracts keep it: an unsigned integer of 128 bits, big endian.
func FromBytes(b [Width / 8]byte) Bitmap {
	return Bitmap{high: binary.BigEndian.Uint64(b[:8]), low: binary.BigEndian.Uint64(b[8:])}
}

// Bytes is the reverse of FromBytes.
func (b Bitmap) Bytes() [Width / 8]byte {
	var out [Width / 8]byte
	binary.BigEndian.PutUint64(out[:8], b.high)
	binary.BigEndian.PutUint64(out[8:], b.low)
	return out
}

// FromAmount reads a bitmap from an integer; false when it has bits from 128 up.
func FromAmount(a core.Amount) (Bitmap, bool) {
	return Bitmap{high: a[1], low: a[0]}, a[2] == 0 && a[3] == 0
}

// Amount is the bitmap as an integer, for a contract's argument.
func (b Bitmap) Amount() core.Amount { return core.Amount{b.low, b.high, 0, 0} }

// Has reports whether entry i is marked; false for one that no bitmap can mark.
func (b Bitmap) Has(i int) bool {
	switch {
	case i < 0 || i >= Width:
		return false
	case i < 64:
		return b.low>>i&1 == 1
	}
	return b.high>>(i-64)&1 == 1
}

// With returns the bitmap with entry i marked. It panics when i is not in 0 … 127.
func (b Bitmap) With(i int) Bitmap {
	switch {
	case i < 0 || i >= Width:
		panic(fmt.Sprintf("quorum: entry %d in a bitmap of %d", i, Width))
	case i < 64:
		b.low |= 1 << i
	default:
		b.high |= 1 << (i - 64)
	}
	return b
}

// And marks what both mark: who signed each of two contradicting statements (protocol §7).
func (b Bitmap) And(c Bitmap) Bitmap { return Bitmap{b.high & c.high, b.low & c.low} }

// Or marks what at least one marks.
func (b Bitmap) Or(c Bitmap) Bitmap { return Bitmap{b.high | c.high, b.low | c.low} }

// Without marks what b marks and c does not.
func (b Bitmap) Without(c Bitmap) Bitmap { return Bitmap{b.high &^ c.high, b.low &^ c.low} }

// Clear marks the first count entries that b does not: those whose keys are handed in with a statement.
func (b Bitmap) Clear(count int) Bitmap { return All(count).Without(b) }

// Fits reports whether no bit from count up is set.
func (b Bitmap) Fits(count int) bool { return b.bitLength() <= count }

// Count is the number of marked entries.
func (b Bitmap) Count() int { return bits.OnesCount64(b.high) + bits.OnesCount64(b.low) }

// IsZero reports whether none is marked.
func (b Bitmap) IsZero() bool { return b == Bitmap{} }

// Indices returns the marked entries, ascending.
func (b Bitmap) Indices() []int {
	indices := make([]int, 0, b.Count())
	for i := range b.bitLength() {
		if b.Has(i) {
			indices = append(indices, i)
		}
	}
	return indices
}

// String is the bitmap as a hexadecimal integer of 32 digits with 0x in front.
func (b Bitmap) String() string {
	bytes := b.Bytes()
	return "0x" + hex.EncodeToString(bytes[:])
}

// bitLength is the index of the highest marked entry plus one, 0 for none.
func (b Bitmap) bitLength() int {
	if b.high != 0 {
		return 64 + bits.Len64(b.high)
	}
	return bits.Len64(b.low)
}
