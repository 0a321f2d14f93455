package merkle

import (
	"bytes"
	"math/bits"

	"github.com/gear-tech/roster/core"
)

// How a tree is cut into parts: so many claims or nodes each, and so many parts at the most. It does not depend on the
// machine, and neither does what comes of it.
const (
	partSize  = 4096
	mostParts = 64
	// leaves are put into buckets of about so many before each bucket is sorted.
	bucketSize = 16
	mostBits   = 16
)

// partsOf is how many parts a number of things makes.
func partsOf(n int) int { return min(max(n/partSize, 1), mostParts) }

// part is from where to where a part goes.
func part(n, parts, i int) (from, to int) {
	return int(uint64(n) * uint64(i) / uint64(parts)), int(uint64(n) * uint64(i+1) / uint64(parts))
}

// build hashes the leaves into the half of the array that is still empty, moves each into its bucket in the other half, by
// its first bits, sorts the buckets, and hashes upwards, level by level.
func (t *ClaimTree) build(run core.Runner) {
	n := len(t.claims)
	t.slots, t.slotOf = make([]core.Hash, 2*n), make([]uint32, n)
	parts := partsOf(n)
	depth := min(max(bits.Len(uint(n/bucketSize)), 1), mostBits)
	buckets := 1 << depth
	bucket := func(h *core.Hash) int { return (int(h[0])<<8 | int(h[1])) >> (16 - depth) }

	// Leaves are hashed, and counted by bucket.
	counts := make([]uint32, parts*buckets)
	run(parts, func(i int) {
		from, to := part(n, parts, i)
		hashLeaves(t.slots[from:to], t.claims[from:to])
		count := counts[i*buckets : (i+1)*buckets]
		for j := from; j < to; j++ {
			count[bucket(&t.slots[j])]++
		}
	})
	// Where each part's leaves of each bucket begin, from the last bucket on, for leaves descend. ends are where the buckets
	// end.
	ends := make([]uint32, buckets)
	next := uint32(0)
	for b := buckets - 1; b >= 0; b-- {
		for i := range parts {
			at := i*buckets + b
			counts[at], next = next, next+counts[at]
		}
		ends[b] = next
	}
	leaves, of := t.slots[n:], make([]uint32, n) // of says whose leaf it is
	run(parts, func(i int) {
		from, to := part(n, parts, i)
		count := counts[i*buckets : (i+1)*buckets]
		for j := from; j < to; j++ {
			b := bucket(&t.slots[j])
			leaves[count[b]], of[count[b]] = t.slots[j], uint32(j)
			count[b]++
		}
	})
	run(parts, func(i int) {
		from, to := part(buckets, parts, i)
		for b := from; b < to; b++ {
			start := uint32(0)
			if b+1 < buckets {
				start = ends[b+1]
			}
			sortLeaves(leaves[start:ends[b]], of[start:ends[b]])
			for at := start; at < ends[b]; at++ {
				t.slotOf[of[at]] = uint32(n) + at
			}
		}
	})
	t.slots[0] = core.Hash{}
	t.grow(run, n)
}

// grow hashes the inner nodes, the deepest first.
func (t *ClaimTree) grow(run core.Runner, n int) {
	for top := 1 << bits.Len(uint(n)) / 2; top > 0; top /= 2 {
		end := min(2*top, n) // slots top … end-1 are inner nodes of one level
		if top >= end {
			continue
		}
		parts := partsOf(end - top)
		run(parts, func(i int) {
			from, to := part(end-top, parts, i)
			hashNodes(t.slots, top+from, top+to)
		})
	}
}

// sortLeaves sorts a few hashes, the largest first, and whose they are with them.
func sortLeaves(hashes []core.Hash, of []uint32) {
	if len(hashes) > 64 { // a bucket that somebody has made large, with accounts found for it
		middle := len(hashes) / 2
		pivot := hashes[middle]
		i, j := 0, len(hashes)-1
		for i <= j {
			for bytes.Compare(hashes[i][:], pivot[:]) > 0 {
				i++
			}
			for bytes.Compare(hashes[j][:], pivot[:]) < 0 {
				j--
			}
			if i <= j {
				hashes[i], hashes[j], of[i], of[j] = hashes[j], hashes[i], of[j], of[i]
				i, j = i+1, j-1
			}
		}
		sortLeaves(hashes[:j+1], of[:j+1])
		sortLeaves(hashes[i:], of[i:])
		return
	}
	for i := 1; i < len(hashes); i++ {
		h, o := hashes[i], of[i]
		j := i
		for ; j > 0 && bytes.Compare(hashes[j-1][:], h[:]) < 0; j-- {
			hashes[j], of[j] = hashes[j-1], of[j-1]
		}
		hashes[j], of[j] = h, o
	}
}
