package merkle

import (
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// The errors of the positional tree.
var (
	// ErrIndex: an index is not below the number of leaves, or indices are not ascending, or there are none.
	ErrIndex = errors.New("index out of place")
	// ErrLength: a proof has more or fewer hashes than its position needs.
	ErrLength = errors.New("proof of wrong length")
	// ErrRoot: a proof leads to another root.
	ErrRoot = errors.New("proof leads to another root")
)

// node is the parent of two nodes: keccak256(0x01 ‖ left ‖ right) (protocol §4).
func node(left, right core.Hash) core.Hash {
	return core.Keccak([]byte{0x01}, left[:], right[:])
}

// parents returns the level above: pairs joined from the left, an odd last node promoted as it is.
func parents(level []core.Hash) []core.Hash {
	above := make([]core.Hash, 0, (len(level)+1)/2)
	for i := 0; i+1 < len(level); i += 2 {
		above = append(above, node(level[i], level[i+1]))
	}
	if len(level)%2 == 1 {
		above = append(above, level[len(level)-1])
	}
	return above
}

// Root is the root of the positional tree over leaves: leaf i stands at position i, an odd last node of a
// level is promoted, nothing is padded or doubled (protocol §4). One leaf is its own root; the root of none
// is zero.
func Root(leaves []core.Hash) core.Hash {
	if len(leaves) == 0 {
		return core.Hash{}
	}
	level := leaves
	for len(level) > 1 {
		level = parents(level)
	}
	return level[0]
}

// Prove returns the proof of leaf index: the siblings from the bottom up, none for a level in which the node
// is the promoted last one. ErrIndex when there is no such leaf.
func Prove(leaves []core.Hash, index int) ([]core.Hash, error) {
	if index < 0 || index >= len(leaves) {
		return nil, fmt.Errorf("prove leaf %d of %d: %w", index, len(leaves), ErrIndex)
	}
	var proof []core.Hash
	for level := leaves; len(level) > 1; level, index = parents(level), index/2 {
		if sibling := index ^ 1; sibling < len(level) {
			proof = append(proof, level[sibling])
		}
	}
	return proof, nil
}

// Verify returns nil when the proof shows that leaf stands at index among count leaves under root. The bits
// of the index choose the sides, and the proof's length is exactly that of the position: ErrLength otherwise;
// ErrIndex when index is not below count; ErrRoot when it leads elsewhere.
func Verify(root, leaf core.Hash, index, count int, proof []core.Hash) error {
	if index < 0 || index >= count {
		return fmt.Errorf("verify leaf %d of %d: %w", index, count, ErrIndex)
	}
	if want := proofLength(index, count); len(proof) != want {
		return fmt.Errorf("verify leaf %d of %d: %w: %d hashes, want %d", index, count, ErrLength, len(proof), want)
	}
	at, width, rest := index, count, proof
	for ; width > 1; at, width = at/2, (width+1)/2 {
		switch {
		case at%2 == 1:
			leaf, rest = node(rest[0], leaf), rest[1:]
		case at+1 < width:
			leaf, rest = node(leaf, rest[0]), rest[1:]
		}
	}
	if leaf != root {
		return fmt.Errorf("verify leaf %d of %d: %w: %s, want %s", index, count, ErrRoot, leaf, root)
	}
	return nil
}

// proofLength is the number of levels in which the node above leaf index has a sibling.
func proofLength(index, count int) int {
	length := 0
	for ; count > 1; index, count = index/2, (count+1)/2 {
		if index^1 < count {
			length++
		}
	}
	return length
}
