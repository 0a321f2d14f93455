package reward

import (
	"math/bits"
	"slices"
)

// byAccount returns payments in the order of their accounts, those of one account in the order in which they were. They
// go into buckets by their accounts' first bits, and each bucket is sorted by itself: of a million, sixteen lie in one.
func byAccount(all []Payment) []Payment {
	depth := min(bits.Len(uint(len(all)/16)), 16)
	bucket := func(p *Payment) int { return (int(p.Account[0])<<8 | int(p.Account[1])) >> (16 - depth) }
	ends := make([]int, 1<<depth)
	for i := range all {
		ends[bucket(&all[i])]++
	}
	next := 0
	for b, n := range ends {
		ends[b], next = next, next+n // for now where it begins
	}
	out := make([]Payment, len(all))
	for i := range all {
		at := &ends[bucket(&all[i])]
		out[*at] = all[i]
		*at++
	}
	start := 0
	for _, end := range ends {
		slices.SortStableFunc(out[start:end], func(a, b Payment) int { return compare(a.Account, b.Account) })
		start = end
	}
	return out
}
