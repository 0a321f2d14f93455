package merkle

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"

	"github.com/gear-tech/roster/core"
)

// How a tree is cut into parts: so many claims or nodes each, and so many parts at the most. It does not depend on the
// machine, and neither does what comes of it.
const (
	partSize  = 4096
	mostParts = 64
	// leaves are put into buckets of about so many before each bucket is sorted.
	bucketSize = 256
	mostBits   = 14
)

// partsOf is how many parts a number of things makes.
func partsOf(n int) int { return min(max(n/partSize, 1), mostParts) }

// part is from where to where a part goes.
func part(n, parts, i int) (from, to int) {
	return int(uint64(n) * uint64(i) / uint64(parts)), int(uint64(n) * uint64(i+1) / uint64(parts))
}

// build hashes the leaves into the half of the array that is still empty, moves each into its bucket in the other half, by
// its first bits, sorts the buckets, and hashes upwards, level by level.
func (t *ClaimTree) build(run core.Runner) error {
	n := t.claims.Len()
	t.slots = make([]core.Hash, 2*n)
	parts := partsOf(n)
	depth := min(max(bits.Len(uint(n/bucketSize)), 1), mostBits)
	buckets := 1 << depth
	bucket := func(h *core.Hash) int { return (int(h[0])<<8 | int(h[1])) >> (16 - depth) }

	// Leaves are hashed, and counted by bucket.
	counts, faults := make([]uint32, parts*buckets), make([]error, parts)
	run(parts, func(i int) {
		from, to := part(n, parts, i)
		if faults[i] = hashLeaves(t.slots, t.claims, from, to); faults[i] != nil {
			return
		}
		count := counts[i*buckets : (i+1)*buckets]
		for j := from; j < to; j++ {
			count[bucket(&t.slots[j])]++
		}
	})
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
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
	leaves := t.slots[n:]
	run(parts, func(i int) {
		from, to := part(n, parts, i)
		count := counts[i*buckets : (i+1)*buckets]
		for j := from; j < to; j++ {
			b := bucket(&t.slots[j])
			leaves[count[b]] = t.slots[j]
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
			sortLeaves(leaves[start:ends[b]])
		}
	})
	t.slots[0] = core.Hash{}
	t.grow(run, n)
	return nil
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

// sortLeaves sorts hashes, the largest first.
func sortLeaves(hashes []core.Hash) {
	slices.SortFunc(hashes, func(a, b core.Hash) int {
		if x, y := a.First(), b.First(); x != y {
			return cmp.Compare(y, x)
		}
		return bytes.Compare(b[:], a[:])
	})
}
