package merkle

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
)

var update = flag.Bool("update", false, "rewrite testdata/entries.json")

const goldenPath = "../../testdata/entries.json"

// golden is the file, flat for Solidity. Columns of a table are of equal length. Lists within a cell are one
// hexadecimal string: entries of 64 bytes, hashes of 32, indices of one byte each.
type golden struct {
	// Tree has a row for each size.
	Tree struct {
		Count   []int    `json:"count"`
		Entries []string `json:"entries"`
		Leaves  []string `json:"leaves"`
		Root    []string `json:"root"`
	} `json:"tree"`
	// Proof has a row for each index of the small sizes, and some of the great ones; tree is the row of Tree.
	Proof struct {
		Tree  []int    `json:"tree"`
		Index []int    `json:"index"`
		Proof []string `json:"proof"`
	} `json:"proof"`
	// Multi has a row for each of several sets of indices; bitmap has their bits.
	Multi struct {
		Tree    []int    `json:"tree"`
		Indices []string `json:"indices"`
		Bitmap  []string `json:"bitmap"`
		Proof   []string `json:"proof"`
	} `json:"multi"`
}

func vectors(t *testing.T) golden {
	var g golden
	for row, n := range []int{1, 2, 3, 5, 7, 8, 100, 128} {
		entries := entriesOf(n)
		leaves, err := EntryLeaves(entries)
		if err != nil {
			t.Fatal(err)
		}
		var packed []byte
		for _, e := range entries {
			bytes, err := e.Pack()
			if err != nil {
				t.Fatal(err)
			}
			packed = append(packed, bytes[:]...)
		}
		g.Tree.Count = append(g.Tree.Count, n)
		g.Tree.Entries = append(g.Tree.Entries, "0x"+hex.EncodeToString(packed))
		g.Tree.Leaves = append(g.Tree.Leaves, joined(leaves))
		g.Tree.Root = append(g.Tree.Root, Root(leaves).String())
		for i := range n {
			if n <= 8 || i%33 == 0 || i == n-1 {
				g.addProof(t, row, leaves, i)
			}
		}
		for _, indices := range indexSets(n) {
			g.addMulti(t, row, leaves, indices)
		}
	}
	return g
}

func (g *golden) addProof(t *testing.T, row int, leaves []core.Hash, i int) {
	proof, err := Prove(leaves, i)
	if err != nil {
		t.Fatal(err)
	}
	g.Proof.Tree = append(g.Proof.Tree, row)
	g.Proof.Index = append(g.Proof.Index, i)
	g.Proof.Proof = append(g.Proof.Proof, joined(proof))
}

func (g *golden) addMulti(t *testing.T, row int, leaves []core.Hash, indices []int) {
	proof, err := MultiProve(leaves, indices)
	if err != nil {
		t.Fatal(err)
	}
	var bytes []byte
	var bitmap [16]byte
	for _, i := range indices {
		bytes = append(bytes, byte(i))
		bitmap[15-i/8] |= 1 << (i % 8)
	}
	g.Multi.Tree = append(g.Multi.Tree, row)
	g.Multi.Indices = append(g.Multi.Indices, "0x"+hex.EncodeToString(bytes))
	g.Multi.Bitmap = append(g.Multi.Bitmap, "0x"+hex.EncodeToString(bitmap[:]))
	g.Multi.Proof = append(g.Multi.Proof, joined(proof))
}

// indexSets are all sets of a tree of up to 5, and of greater ones: all, the first, the last, the even, the
// odd, every third, a third at the end, one per far corner.
func indexSets(n int) [][]int {
	if n <= 5 {
		var sets [][]int
		for mask := uint64(1); mask < 1<<n; mask++ {
			sets = append(sets, bitsOf(mask, n))
		}
		return sets
	}
	where := func(keep func(i int) bool) []int {
		var set []int
		for i := range n {
			if keep(i) {
				set = append(set, i)
			}
		}
		return set
	}
	return [][]int{
		where(func(int) bool { return true }), {0}, {n - 1}, {0, n - 1}, {n - 2, n - 1}, {1, 2},
		where(func(i int) bool { return i%2 == 0 }), where(func(i int) bool { return i%2 == 1 }),
		where(func(i int) bool { return i%3 == 0 }), where(func(i int) bool { return i >= n-n/3 }),
		{0, n / 2, n - 1},
	}
}

func joined(hashes []core.Hash) string {
	text := "0x"
	for _, h := range hashes {
		text += strings.TrimPrefix(h.String(), "0x")
	}
	return text
}

// The file that the contracts' tests read says what this package says.
func TestGolden(t *testing.T) {
	text, err := json.MarshalIndent(vectors(t), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, '\n')
	if *update {
		if err := os.WriteFile(goldenPath, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(goldenPath)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("%s differs: a hash changed, or the file is stale (go test ./core/merkle -update rewrites it)", goldenPath)
	}
}
