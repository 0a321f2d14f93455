package merkle

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// A multiproof shows several leaves of a positional tree at once. Its hashes are the siblings that cannot be
// computed, in this order, which the contracts share: level by level from the leaves, in each level by
// ascending index of the known nodes. A node of odd index whose left sibling is not known takes one hash as
// left sibling. A node of even index that is the last of a level of odd width is promoted and takes none; if
// its right sibling is known they are paired; else it takes one hash as right sibling.

// known is a node of a level whose hash is known.
type known struct {
	index int
	hash  core.Hash
}

// MultiProve returns the multiproof of the leaves at ascending indices. ErrIndex when there are none, they do
// not ascend strictly, or one is not below the number of leaves.
func MultiProve(leaves []core.Hash, indices []int) ([]core.Hash, error) {
	if err := checkIndices(indices, len(leaves)); err != nil {
		return nil, fmt.Errorf("prove leaves: %w", err)
	}
	nodes := make([]known, len(indices))
	for i, index := range indices {
		nodes[i] = known{index, leaves[index]}
	}
	var proof []core.Hash
	for level := leaves; len(level) > 1; level = parents(level) {
		nodes, _ = climb(nodes, len(level), func(sibling int) (core.Hash, bool) {
			proof = append(proof, level[sibling])
			return level[sibling], true
		})
	}
	return proof, nil
}

// MultiVerify returns nil when the proof shows that leaves[k] stands at indices[k] among count leaves under
// root, for every k. The proof must be used up exactly, ErrLength otherwise; ErrIndex when the indices do not
// ascend strictly below count, there are none, or they are not as many as the leaves; ErrRoot when it leads
// elsewhere.
//
// Warning: no leaves prove nothing, so there is no proof of them. Who has nothing to show must not ask.
func MultiVerify(root core.Hash, leaves []core.Hash, indices []int, count int, proof []core.Hash) error {
	if err := checkIndices(indices, count); err != nil {
		return fmt.Errorf("verify leaves: %w", err)
	}
	if len(leaves) != len(indices) {
		return fmt.Errorf("verify leaves: %w: %d leaves at %d indices", ErrIndex, len(leaves), len(indices))
	}
	nodes := make([]known, len(indices))
	for i, index := range indices {
		nodes[i] = known{index, leaves[i]}
	}
	rest := proof
	take := func(int) (core.Hash, bool) {
		if len(rest) == 0 {
			return core.Hash{}, false
		}
		first := rest[0]
		rest = rest[1:]
		return first, true
	}
	for width, ok := count, true; width > 1; width = (width + 1) / 2 {
		if nodes, ok = climb(nodes, width, take); !ok {
			return fmt.Errorf("verify %d leaves of %d: %w: %d hashes are too few", len(leaves), count, ErrLength, len(proof))
		}
	}
	if len(rest) != 0 {
		return fmt.Errorf("verify %d leaves of %d: %w: %d hashes are %d too many", len(leaves), count, ErrLength, len(proof), len(rest))
	}
	if nodes[0].hash != root {
		return fmt.Errorf("verify %d leaves of %d: %w: %s, want %s", len(leaves), count, ErrRoot, nodes[0].hash, root)
	}
	return nil
}

// climb returns the known nodes of the level above one of the given width. Siblings that are not known are
// asked of take, by index, in the order of the multiproof; false when take has none left.
func climb(nodes []known, width int, take func(sibling int) (core.Hash, bool)) ([]known, bool) {
	above := make([]known, 0, len(nodes))
	for i := 0; i < len(nodes); i++ {
		at, hash := nodes[i].index, nodes[i].hash
		switch {
		case at%2 == 1:
			left, ok := take(at - 1)
			if !ok {
				return nil, false
			}
			hash = node(left, hash)
		case at+1 == width: // promoted
		case i+1 < len(nodes) && nodes[i+1].index == at+1:
			i++
			hash = node(hash, nodes[i].hash)
		default:
			right, ok := take(at + 1)
			if !ok {
				return nil, false
			}
			hash = node(hash, right)
		}
		above = append(above, known{at / 2, hash})
	}
	return above, true
}

func checkIndices(indices []int, count int) error {
	if len(indices) == 0 {
		return fmt.Errorf("%w: no indices", ErrIndex)
	}
	for i, index := range indices {
		if index < 0 || index >= count {
			return fmt.Errorf("%w: index %d of %d leaves", ErrIndex, index, count)
		}
		if i > 0 && index <= indices[i-1] {
			return fmt.Errorf("%w: index %d after %d, want ascending", ErrIndex, index, indices[i-1])
		}
	}
	return nil
}
