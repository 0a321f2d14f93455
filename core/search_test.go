package core

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"
)

// TestSearch: what is there is found, and what is not is not, whether keys are spread evenly or all begin alike.
func TestSearch(t *testing.T) {
	for _, same := range []int{0, 1, 2, 7, 8, 20} { // so many bytes are the same
		for _, n := range []int{0, 1, 2, 3, 10, 1000} {
			keys := make([]Hash, n)
			for i := range keys {
				keys[i] = Keccak(binary.BigEndian.AppendUint32(nil, uint32(i)))
				copy(keys[i][:same], bytes.Repeat([]byte{7}, same))
			}
			order := func(a, b Hash) int { return bytes.Compare(a[:], b[:]) }
			slices.SortFunc(keys, order)
			search := func(want Hash) (int, bool) {
				return Search(n, want.First(), func(i int) uint64 { return keys[i].First() }, func(i int) int { return order(want, keys[i]) })
			}
			for i, k := range keys {
				if got, found := search(k); !found || got != i {
					t.Fatalf("%d keys, %d bytes the same: place %d, want %d", n, same, got, i)
				}
				if k[31]++; !slices.Contains(keys, k) {
					if got, found := search(k); found {
						t.Fatalf("%d keys, %d bytes the same: %s is found in %d", n, same, k, got)
					}
				}
			}
			for _, k := range []Hash{{}, Hash(bytes.Repeat([]byte{0xff}, 32))} {
				if got, found := search(k); found {
					t.Fatalf("%s is found in %d", k, got)
				}
			}
		}
	}
}
