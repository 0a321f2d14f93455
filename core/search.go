package core

import "math/bits"

// Search finds one of n things that ascend: first is the beginning of a thing's key as a number, compare the order of the
// wanted key and a thing's. Keys are mostly hashes, spread evenly, so that where one is can be told almost from the key
// itself: a few steps find it among millions. Where somebody has made keys that lie close together halving does.
func Search(n int, want uint64, first func(int) uint64, compare func(int) int) (place int, found bool) {
	low, high := 0, n // it is in low … high-1, or nowhere
	bottom, top := uint64(0), ^uint64(0)
	for step := 0; low < high && bottom <= want && want <= top; step++ {
		at := low + (high-low)/2
		if step < guesses && bottom < top {
			hi, lo := bits.Mul64(want-bottom, uint64(high-low-1))
			q, _ := bits.Div64(hi, lo, top-bottom) // want-bottom ≤ top-bottom: at most high-low-1
			at = low + int(q)
		}
		switch c := compare(at); {
		case c == 0:
			return at, true
		case c > 0:
			low, bottom = at+1, first(at)
		default:
			high, top = at, first(at)
		}
	}
	return 0, false
}

// guesses is after how many steps Search halves.
const guesses = 8
