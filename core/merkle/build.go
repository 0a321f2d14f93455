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
func (t *ClaimTree) build(on core.Machine) error {
	n := t.claims.Len()
	t.slots, t.slotOf = on.Hashes(2*n), make([]uint32, n)
	parts := partsOf(n)
	depth := min(max(bits.Len(uint(n/bucketSize)), 1), mostBits)
	buckets := 1 << depth
	bucket := func(h *core.Hash) int { return (int(h[0])<<8 | int(h[1])) >> (16 - depth) }

	// Leaves are hashed, and counted by bucket.
	counts, faults := make([]uint32, parts*buckets), make([]error, parts)
	on.Run(parts, func(i int) {
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
	leaves, of := t.slots[n:], make([]uint32, n) // of says whose leaf it is
	on.Run(parts, func(i int) {
		from, to := part(n, parts, i)
		count := counts[i*buckets : (i+1)*buckets]
		for j := from; j < to; j++ {
			b := bucket(&t.slots[j])
			leaves[count[b]], of[count[b]] = t.slots[j], uint32(j)
			count[b]++
		}
	})
	on.Run(parts, func(i int) {
		var s sorter
		from, to := part(buckets, parts, i)
		for b := from; b < to; b++ {
			start := uint32(0)
			if b+1 < buckets {
				start = ends[b+1]
			}
			s.sort(leaves[start:ends[b]], of[start:ends[b]], depth)
			for at := start; at < ends[b]; at++ {
				t.slotOf[of[at]] = uint32(n) + at
			}
		}
	})
	t.slots[0] = core.Hash{}
	t.grow(on, n)
	return nil
}

// grow hashes the inner nodes, the deepest first.
func (t *ClaimTree) grow(on core.Machine, n int) {
	for top := 1 << bits.Len(uint(n)) / 2; top > 0; top /= 2 {
		end := min(2*top, n) // slots top … end-1 are inner nodes of one level
		if top >= end {
			continue
		}
		parts := partsOf(end - top)
		on.Run(parts, func(i int) {
			from, to := part(end-top, parts, i)
			hashNodes(t.slots, top+from, top+to)
		})
	}
}

// sorter sorts hashes, the largest first; what it needs for one bucket it uses again for the next.
type sorter struct {
	moved []leaf
	ends  [256]uint32
}

// leaf is a hash and whose it is.
type leaf struct {
	hash core.Hash
	of   uint32
}

// sort sorts hashes that all begin with the same bits, and whose they are with them: the next eight bits bring each almost
// to its place, and what lies beside each other then is put in order.
func (s *sorter) sort(hashes []core.Hash, of []uint32, same int) {
	s.moved = s.moved[:0]
	for i := range hashes {
		s.moved = append(s.moved, leaf{hashes[i], of[i]})
	}
	digit := func(h *core.Hash) int { return 255 - int(h.First()<<same>>56) }
	s.ends = [256]uint32{}
	for i := range hashes {
		s.ends[digit(&hashes[i])]++
	}
	at := uint32(0)
	for d := range s.ends {
		if s.ends[d] > farFromEven { // somebody has made such hashes, or there are very many
			slices.SortFunc(s.moved, func(a, b leaf) int { return descending(&a.hash, &b.hash) })
			for i, l := range s.moved {
				hashes[i], of[i] = l.hash, l.of
			}
			return
		}
		s.ends[d], at = at, at+s.ends[d]
	}
	for i := range s.moved {
		l := &s.moved[i]
		to := &s.ends[digit(&l.hash)]
		hashes[*to], of[*to] = l.hash, l.of
		*to++
	}
	for i := 1; i < len(hashes); i++ {
		if descending(&hashes[i-1], &hashes[i]) <= 0 {
			continue
		}
		h, o := hashes[i], of[i]
		j := i
		for ; j > 0 && descending(&hashes[j-1], &h) > 0; j-- {
			hashes[j], of[j] = hashes[j-1], of[j-1]
		}
		hashes[j], of[j] = h, o
	}
}

// farFromEven is how many hashes of a bucket may have the same next bits to be put in order one by one.
const farFromEven = 32

func descending(a, b *core.Hash) int {
	if x, y := a.First(), b.First(); x != y {
		return cmp.Compare(y, x)
	}
	return bytes.Compare(b[:], a[:])
}
