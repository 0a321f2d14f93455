package merkle

import (
	"math/rand"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
)

// neededSiblings is the oracle of the multiproof: hashes of all nodes of all levels in order, of which those are
// in the proof whose own subtree holds no known leaf, while their parent's does.
func neededSiblings(leaves []core.Hash, indices []int) []core.Hash {
	var proof []core.Hash
	for width := 1; width < len(leaves); width *= 2 {
		for start := 0; start < len(leaves); start += 2 * width {
			left, right := cut(start, width, len(leaves)), cut(start+width, width, len(leaves))
			inLeft, inRight := holds(left, indices), holds(right, indices)
			if right[0] == right[1] || inLeft == inRight {
				continue
			}
			missing := left
			if inLeft {
				missing = right
			}
			proof = append(proof, span(leaves[missing[0]:missing[1]]))
		}
	}
	return proof
}

func cut(start, width, n int) [2]int { return [2]int{min(start, n), min(start+width, n)} }

func holds(span [2]int, indices []int) bool {
	return slices.ContainsFunc(indices, func(i int) bool { return span[0] <= i && i < span[1] })
}

// pick returns the items at the indices.
func pick[T any](items []T, indices []int) []T {
	picked := make([]T, len(indices))
	for i, index := range indices {
		picked[i] = items[index]
	}
	return picked
}

func checkMulti(t *testing.T, leaves []core.Hash, indices []int) {
	t.Helper()
	root := Root(leaves)
	proof, err := MultiProve(leaves, indices)
	if err != nil {
		t.Fatal(err)
	}
	if want := neededSiblings(leaves, indices); !slices.Equal(proof, want) {
		t.Fatalf("%v of %d: proof %v, want %v", indices, len(leaves), proof, want)
	}
	known := pick(leaves, indices)
	if err := MultiVerify(root, known, indices, len(leaves), proof); err != nil {
		t.Fatalf("%v of %d: %v", indices, len(leaves), err)
	}
	expect(t, "longer proof", MultiVerify(root, known, indices, len(leaves), append(slices.Clone(proof), core.Hash{})), ErrLength)
	if len(proof) > 0 {
		expect(t, "shorter proof", MultiVerify(root, known, indices, len(leaves), proof[:len(proof)-1]), ErrLength)
		changed := slices.Clone(proof)
		changed[len(changed)-1][0]++
		expect(t, "changed proof", MultiVerify(root, known, indices, len(leaves), changed), ErrRoot)
	}
	known[len(known)-1][9]++
	expect(t, "changed leaf", MultiVerify(root, known, indices, len(leaves), proof), ErrRoot)
	if len(indices) == 1 {
		single, err := Prove(leaves, indices[0])
		if err != nil || !slices.Equal(single, proof) {
			t.Errorf("the multiproof of one leaf is not its proof: %v", err)
		}
	}
}

// Protocol §5: "one positional multiproof for all of them". Every set of indices of every small tree.
func TestMultiproofExhaustive(t *testing.T) {
	for n := 1; n <= 9; n++ {
		leaves := leavesOf(n)
		for mask := 1; mask < 1<<n; mask++ {
			checkMulti(t, leaves, bitsOf(uint64(mask), n))
		}
	}
}

func bitsOf(mask uint64, n int) []int {
	var indices []int
	for i := range n {
		if mask>>i&1 == 1 {
			indices = append(indices, i)
		}
	}
	return indices
}

func TestMultiproofRandom(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 300 {
		n := 1 + random.Intn(128)
		var indices []int
		density := random.Float64()
		for i := range n {
			if random.Float64() < density {
				indices = append(indices, i)
			}
		}
		if len(indices) > 0 {
			checkMulti(t, leavesOf(n), indices)
		}
	}
}

func TestMultiproofRefuses(t *testing.T) {
	leaves := leavesOf(5)
	root := Root(leaves)
	for name, indices := range map[string][]int{"none": {}, "descending": {3, 1}, "double": {1, 1}, "at the end": {1, 5}, "negative": {-1, 2}} {
		_, err := MultiProve(leaves, indices)
		expect(t, "prove "+name, err, ErrIndex)
		expect(t, "verify "+name, MultiVerify(root, make([]core.Hash, len(indices)), indices, 5, nil), ErrIndex)
	}
	proof, err := MultiProve(leaves, []int{1, 3})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "fewer leaves", MultiVerify(root, leaves[:1], []int{1, 3}, 5, proof), ErrIndex)
	expect(t, "more leaves", MultiVerify(root, leaves[:3], []int{1, 3}, 5, proof), ErrIndex)
	expect(t, "swapped leaves", MultiVerify(root, []core.Hash{leaves[3], leaves[1]}, []int{1, 3}, 5, proof), ErrRoot)
	if MultiVerify(root, pick(leaves, []int{1, 3}), []int{1, 4}, 5, proof) == nil {
		t.Error("leaf 3 verifies at 4")
	}
}

// FuzzMultiVerify: whatever proof is given, what verifies is the true leaves; and nothing panics.
func FuzzMultiVerify(f *testing.F) {
	f.Add(uint8(5), uint64(0b01010), uint8(0), uint8(1))
	f.Add(uint8(8), uint64(0xff), uint8(3), uint8(0))
	f.Add(uint8(100), uint64(1)<<63, uint8(1), uint8(7))
	f.Add(uint8(0), uint64(1), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, size uint8, mask uint64, drop, change uint8) {
		n := 1 + int(size)%128
		leaves := leavesOf(n)
		indices := bitsOf(mask, min(n, 64))
		if len(indices) == 0 {
			return
		}
		proof, err := MultiProve(leaves, indices)
		if err != nil {
			t.Fatal(err)
		}
		known := pick(leaves, indices)
		dropped := min(int(drop), len(proof))
		proof = proof[dropped:]
		if change > 0 {
			known[int(change)%len(known)][0] ^= change
		}
		verified := MultiVerify(Root(leaves), known, indices, n, proof) == nil
		if want := dropped == 0 && change == 0; verified != want {
			t.Errorf("%v of %d, %d hashes dropped, change %d: verified %v", indices, n, dropped, change, verified)
		}
	})
}
