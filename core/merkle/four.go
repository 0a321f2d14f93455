package merkle

import (
	"bytes"
	"encoding/binary"

	"github.com/cloudflare/circl/simd/keccakf1600"

	"github.com/gear-tech/roster/core"
)

// ways is how many hashes are computed at once.
const ways = 4

// four hashes four messages of 64 or 32 bytes at once: Keccak-256, with the padding from before SHA-3. Where the machine has
// no instructions for it the library does the same without.
type four struct {
	state keccakf1600.StateX4
	lanes []uint64 // word w of message m at 4w+m
}

func newFour() *four {
	f := &four{}
	f.lanes = f.state.Initialize(false)
	return f
}

// put writes bytes of message m from word w on.
func (f *four) put(m, w int, data []byte) {
	for ; len(data) >= 8; w, data = w+1, data[8:] {
		f.lanes[ways*w+m] = binary.LittleEndian.Uint64(data)
	}
}

// rate is how many words of the state a message goes into.
const rate = 17

// hash pads messages of so many words and hashes them.
func (f *four) hash(words int) {
	clear(f.lanes[ways*words:])
	for m := range ways {
		f.lanes[ways*words+m] = 1
		f.lanes[ways*(rate-1)+m] = 0x80 << 56
	}
	f.state.Permute()
}

// take reads the hash of message m.
func (f *four) take(m int) (h core.Hash) {
	for w := range 4 {
		binary.LittleEndian.PutUint64(h[8*w:], f.lanes[ways*w+m])
	}
	return h
}

// hashLeaves writes the leaves of claims.
func hashLeaves(to []core.Hash, claims []Claim) {
	f := newFour()
	for len(claims) > 0 {
		n := min(len(claims), ways)
		for m := range n {
			var word [64]byte
			copy(word[12:], claims[m].Account[:])
			claims[m].Amount.WriteToSlice(word[32:])
			f.put(m, 0, word[:])
		}
		f.hash(8)
		f.hash(4) // the first four words are the hash that is hashed once more
		for m := range n {
			to[m] = f.take(m)
		}
		to, claims = to[n:], claims[n:]
	}
}

// hashNodes computes the inner nodes from slot from to slot to-1, whose children are there.
func hashNodes(slots []core.Hash, from, to int) {
	f := newFour()
	for s := from; s < to; s += ways {
		n := min(to-s, ways)
		for m := range n {
			a, b := &slots[2*(s+m)], &slots[2*(s+m)+1]
			if bytes.Compare(a[:], b[:]) > 0 {
				a, b = b, a
			}
			f.put(m, 0, a[:])
			f.put(m, 4, b[:])
		}
		f.hash(8)
		for m := range n {
			slots[s+m] = f.take(m)
		}
	}
}
