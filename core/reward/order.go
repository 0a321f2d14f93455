package reward

import (
	"math/bits"
	"slices"

	"github.com/gear-tech/roster/core"
)

// mostRuns is how many pieces payments are cut into.
const mostRuns = 64

// byAccount returns payments in the order of their accounts, those of one account in the order in which they were. They
// go into buckets by their accounts' first bits, and each bucket is sorted by itself: of a million, sixteen lie in one.
func byAccount(all []Payment, run core.Runner) []Payment {
	depth := min(bits.Len(uint(len(all)/16)), 16)
	buckets := 1 << depth
	bucket := func(p *Payment) int { return (int(p.Account[0])<<8 | int(p.Account[1])) >> (16 - depth) }
	pieces := min(max(len(all)/4096, 1), mostRuns)
	piece := func(n, i int) (from, to int) { return n * i / pieces, n * (i + 1) / pieces }

	next := make([]int, pieces*buckets) // of each piece and bucket: how many, then where the next one goes
	run(pieces, func(i int) {
		from, to := piece(len(all), i)
		for j := from; j < to; j++ {
			next[i*buckets+bucket(&all[j])]++
		}
	})
	ends := make([]int, buckets)
	at := 0
	for b := range buckets {
		for i := range pieces {
			n := &next[i*buckets+b]
			*n, at = at, at+*n
		}
		ends[b] = at
	}
	out := make([]Payment, len(all))
	run(pieces, func(i int) {
		from, to := piece(len(all), i)
		for j := from; j < to; j++ {
			n := &next[i*buckets+bucket(&all[j])]
			out[*n] = all[j]
			*n++
		}
	})
	run(pieces, func(i int) {
		from, to := piece(buckets, i)
		for b := from; b < to; b++ {
			start := 0
			if b > 0 {
				start = ends[b-1]
			}
			slices.SortStableFunc(out[start:ends[b]], func(a, b Payment) int { return compare(a.Account, b.Account) })
		}
	})
	return out
}
