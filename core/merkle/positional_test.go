package merkle

import (
	"encoding/binary"
	"errors"
	"math/rand"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

// leavesOf returns n different leaves.
func leavesOf(n int) []core.Hash {
	leaves := make([]core.Hash, n)
	for i := range leaves {
		leaves[i] = core.Keccak([]byte("leaf"), binary.BigEndian.AppendUint32(nil, uint32(i)))
	}
	return leaves
}

// span is the oracle: a node is a span of leaves. The width of a tree's left child is the greatest power of two
// below its own, since odd last nodes are promoted. Recursive, where the package goes level by level.
func span(leaves []core.Hash) core.Hash {
	if len(leaves) == 1 {
		return leaves[0]
	}
	half := split(len(leaves))
	left, right := span(leaves[:half]), span(leaves[half:])
	return core.Hash(crypto.Keccak256Hash([]byte{1}, left[:], right[:]))
}

func split(n int) int {
	half := 1
	for 2*half < n {
		half *= 2
	}
	return half
}

// spanProof is the oracle's proof: down from the root, the other side at each fork, reversed.
func spanProof(leaves []core.Hash, index int) []core.Hash {
	if len(leaves) == 1 {
		return nil
	}
	half := split(len(leaves))
	if index < half {
		return append(spanProof(leaves[:half], index), span(leaves[half:]))
	}
	return append(spanProof(leaves[half:], index-half), span(leaves[:half]))
}

// Protocol §4: "an odd last node is promoted, nothing padded or doubled. Proofs are positional: the index's
// bits choose the side, the length is exactly that of the position."
func TestPositionalAgainstOracle(t *testing.T) {
	for n := 1; n <= 128; n++ {
		leaves := leavesOf(n)
		root := Root(leaves)
		if want := span(leaves); root != want {
			t.Fatalf("root of %d: %s, want %s", n, root, want)
		}
		for i := range n {
			proof, err := Prove(leaves, i)
			if want := spanProof(leaves, i); err != nil || !slices.Equal(proof, want) {
				t.Fatalf("proof of %d of %d: %v, error %v, want %v", i, n, proof, err, want)
			}
			if err := Verify(root, leaves[i], i, n, proof); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !Root(nil).IsZero() {
		t.Errorf("root of none: %s", Root(nil))
	}
}

func TestVerifyRefuses(t *testing.T) {
	for _, n := range []int{1, 2, 3, 5, 7, 8, 100} {
		leaves := leavesOf(n)
		root := Root(leaves)
		for i := range n {
			proof, _ := Prove(leaves, i)
			longer := append(slices.Clone(proof), core.Hash{})
			expect(t, "longer proof", Verify(root, leaves[i], i, n, longer), ErrLength)
			if len(proof) > 0 {
				expect(t, "shorter proof", Verify(root, leaves[i], i, n, proof[:len(proof)-1]), ErrLength)
				changed := slices.Clone(proof)
				changed[0][5]++
				expect(t, "changed proof", Verify(root, leaves[i], i, n, changed), ErrRoot)
			}
			expect(t, "another leaf", Verify(root, core.Hash{1}, i, n, proof), ErrRoot)
			expect(t, "another root", Verify(core.Hash{1}, leaves[i], i, n, proof), ErrRoot)
			for j := range n {
				if j != i && Verify(root, leaves[i], j, n, proof) == nil {
					t.Errorf("leaf %d of %d verifies at %d", i, n, j)
				}
			}
		}
		expect(t, "index at the end", Verify(root, leaves[0], n, n, nil), ErrIndex)
		expect(t, "negative index", Verify(root, leaves[0], -1, n, nil), ErrIndex)
		_, err := Prove(leaves, n)
		expect(t, "prove at the end", err, ErrIndex)
	}
	_, err := Prove(nil, 0)
	expect(t, "prove in an empty tree", err, ErrIndex)
	expect(t, "verify in an empty tree", Verify(core.Hash{}, core.Hash{}, 0, 0, nil), ErrIndex)
}

func expect(t *testing.T, name string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", name, err, want)
	}
}

// Protocol §10, `node as leaf`: an inner node does not pass for a leaf or an entry in a smaller tree.
func TestNodeAsLeaf(t *testing.T) {
	entries := entriesOf(4)
	leaves, err := EntryLeaves(entries)
	if err != nil {
		t.Fatal(err)
	}
	root := Root(leaves)
	// The two leaves of a node are 64 bytes, as an entry is.
	var forged [EntryLength]byte
	copy(forged[:32], leaves[0][:])
	copy(forged[32:], leaves[1][:])
	leaf, err := UnpackEntry(forged).Leaf()
	if err != nil {
		t.Fatal(err)
	}
	right := node(leaves[2], leaves[3])
	if Verify(root, leaf, 0, 2, []core.Hash{right}) == nil {
		t.Error("two leaves pass for an entry")
	}
	if err := Verify(root, node(leaves[0], leaves[1]), 0, 2, []core.Hash{right}); err != nil {
		t.Errorf("the test is built wrong: without the leaf's prefix this would verify: %v", err)
	}
}

// Protocol §4: leaf i = keccak256(0x00 ‖ entry), entry = operator 20 ‖ weight 12 ‖ key hash 32.
func TestEntryBytes(t *testing.T) {
	e := Entry{Operator: core.Address{0: 0xaa, 19: 0xbb}, Weight: core.Amount{0x0102030405060708, 0x090a0b0c}, KeyHash: core.Hash{0: 0xcc, 31: 0xdd}}
	packed, err := e.Pack()
	if err != nil {
		t.Fatal(err)
	}
	want := []byte{0: 0xaa, 19: 0xbb, 20: 9, 10, 11, 12, 1, 2, 3, 4, 5, 6, 7, 8, 32: 0xcc, 63: 0xdd}
	if !slices.Equal(packed[:], want) {
		t.Errorf("packed %x, want %x", packed, want)
	}
	if UnpackEntry(packed) != e {
		t.Errorf("unpacked %+v, want %+v", UnpackEntry(packed), e)
	}
	leaf, err := e.Leaf()
	if want := core.Hash(crypto.Keccak256Hash(append([]byte{0}, want...))); err != nil || leaf != want {
		t.Errorf("leaf %s, error %v, want %s", leaf, err, want)
	}
	if root, err := EntryRoot([]Entry{e}); err != nil || root != leaf {
		t.Errorf("root of one %s, error %v, want its leaf", root, err)
	}
	e.Weight = core.Amount{0, 1 << 32}
	_, err = e.Pack()
	expect(t, "weight of 2^96", err, ErrWeight)
	_, err = EntryRoot([]Entry{{}, e})
	expect(t, "root with a weight of 2^96", err, ErrWeight)
}

// entriesOf returns n entries, with the greatest weight and the smallest among them.
func entriesOf(n int) []Entry {
	random := rand.New(rand.NewSource(int64(n)))
	entries := make([]Entry, n)
	for i := range entries {
		random.Read(entries[i].Operator[:])
		random.Read(entries[i].KeyHash[:])
		entries[i].Weight = *uint256.NewInt(uint64(n-i) * 1_000_000_000_000)
	}
	entries[0].Weight = core.Amount{^uint64(0), 1<<32 - 1}
	entries[n-1].Weight = core.Amount{1}
	return entries
}
