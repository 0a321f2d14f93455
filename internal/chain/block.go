package chain

import (
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
)

// Block names one block of one branch: where two blocks have the same number, the hash tells them apart.
type Block struct {
	Number       uint64
	Hash, Parent core.Hash
	Time         core.Time
}

// BlockOf returns what names a header's block.
func BlockOf(h *types.Header) Block {
	return Block{Number: h.Number.Uint64(), Hash: core.Hash(h.Hash()), Parent: core.Hash(h.ParentHash), Time: core.Time(h.Time)}
}
