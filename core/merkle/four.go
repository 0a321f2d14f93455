package merkle

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/bits"

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

// putClaim writes abi.encode(account, amount) of message m: two words of 32 bytes, big endian.
func (f *four) putClaim(m int, account *core.Address, amount *core.Amount) {
	lanes := f.lanes[:8*ways]
	lanes[m] = 0
	lanes[ways+m] = uint64(binary.LittleEndian.Uint32(account[:])) << 32
	lanes[2*ways+m] = binary.LittleEndian.Uint64(account[4:])
	lanes[3*ways+m] = binary.LittleEndian.Uint64(account[12:])
	lanes[4*ways+m] = bits.ReverseBytes64(amount[3])
	lanes[5*ways+m] = bits.ReverseBytes64(amount[2])
	lanes[6*ways+m] = bits.ReverseBytes64(amount[1])
	lanes[7*ways+m] = bits.ReverseBytes64(amount[0])
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

// hashLeaves writes the leaves of the claims from..to-1, each in the claim's place, and sees that accounts ascend.
func hashLeaves(slots []core.Hash, claims Leaves, from, to int) error {
	f := newFour()
	var last core.Address
	if from > 0 {
		last, _ = claims.At(from - 1)
	}
	for at := from; at < to; at += ways {
		n := min(to-at, ways)
		for m := range n {
			account, amount := claims.At(at + m)
			if at+m > 0 {
				switch compareAccounts(last, account) {
				case 0:
					return fmt.Errorf("%w: %s", ErrAccount, account)
				case 1:
					return fmt.Errorf("account %s stands after %s", account, last)
				}
			}
			last = account
			f.putClaim(m, &account, &amount)
		}
		f.hash(8)
		f.hash(4) // the first four words are the hash that is hashed once more
		for m := range n {
			slots[at+m] = f.take(m)
		}
	}
	return nil
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
