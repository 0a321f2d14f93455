package bundle

import (
	"context"
	"fmt"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// Node is what recording asks for; chain.Prover is one. Nothing that it answers is believed.
type Node interface {
	Headers(ctx context.Context, from, to uint64) ([]*types.Header, error)
	Receipts(ctx context.Context, blocks []common.Hash) ([][][]byte, error)
	Proof(ctx context.Context, account common.Address, slots []common.Hash, block uint64) ([][]byte, error)
	Code(ctx context.Context, account common.Address, block uint64) ([]byte, error)
	// Touched is a hint: which slots calls of a contract read.
	Touched(ctx context.Context, to common.Address, calls [][]byte, block uint64) (map[common.Address][]common.Hash, error)
}

// Chain answers what was at its anchor, and what headers and logs there were before, from proven data alone. It is safe
// for concurrent use.
type Chain struct {
	id     uint64
	anchor *types.Header
	first  uint64 // number of headers[0]
	config *params.ChainConfig
	empty  state.Database // has no tree: see stateAt

	mu       sync.Mutex
	node     Node // nil: nothing can be fetched
	headers  []header
	receipts map[uint64]*receipts
	nodes    blobs
	codes    blobs
	holders  map[held][]common.Address
	accounts map[common.Address]*types.StateAccount
	slots    map[slot]common.Hash
}

// held is a vault at a time.
type held struct {
	vault common.Address
	at    core.Time
}

type slot struct {
	account common.Address
	key     common.Hash
}

// Open makes a chain of a bundle. It checks that the headers are a chain that ends with the anchor's hash; receipts are
// checked when their block is needed, nodes and codes are found by their hash alone.
// Errors: ErrProof.
func Open(b Bundle) (*Chain, error) {
	list, err := linked(b.Headers)
	if err != nil {
		return nil, err
	}
	if have := list[len(list)-1].hash; have != b.Anchor {
		return nil, fmt.Errorf("%w: the last header is of block %v, the anchor is %v", ErrProof, have, b.Anchor)
	}
	c, err := newChain(b.ChainID, list)
	if err != nil {
		return nil, err
	}
	for _, r := range b.Receipts {
		if r.Number < c.first || r.Number > c.anchor.Number.Uint64() {
			return nil, fmt.Errorf("%w: receipts of block %d, headers of %d to %d", ErrProof, r.Number, c.first, c.anchor.Number)
		}
		c.receipts[r.Number] = &receipts{raw: r.List}
	}
	for _, n := range b.Nodes {
		c.nodes.add(n)
	}
	for _, code := range b.Codes {
		c.codes.add(code)
	}
	for _, h := range b.Holders {
		c.holders[held{h.Vault, h.At}] = h.Accounts
	}
	return c, nil
}

// Record makes a chain that fetches from a node what it lacks: of the blocks from first to the anchor, whose hash the
// caller has from a source that it believes.
// Errors: ErrProof when the node's headers do not lead to the anchor; what the node returns.
func Record(ctx context.Context, node Node, chainID, first uint64, anchor chain.Block) (*Chain, error) {
	if first > anchor.Number {
		return nil, fmt.Errorf("record blocks %d to %d: none", first, anchor.Number)
	}
	fetched, err := node.Headers(ctx, first, anchor.Number)
	if err != nil {
		return nil, err
	}
	raw, err := encoded(fetched)
	if err != nil {
		return nil, err
	}
	c, err := Open(Bundle{Claim: Claim{ChainID: chainID, Anchor: common.Hash(anchor.Hash)}, Headers: raw})
	if err != nil {
		return nil, err
	}
	c.node = node
	return c, nil
}

// Sealed is the chain with all that was recorded and no node behind it: what is read of it is what a bundle needs, and
// that it suffices is proven by reading.
func (c *Chain) Sealed() (*Chain, error) {
	b := c.Bundle(Claim{}, nil)
	out, err := Open(b)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.nodes {
		out.nodes.add(n.raw)
	}
	return out, nil
}

func newChain(id uint64, list []header) (*Chain, error) {
	c := &Chain{id: id, headers: list, receipts: map[uint64]*receipts{}, nodes: blobs{}, codes: blobs{},
		holders: map[held][]common.Address{}, accounts: map[common.Address]*types.StateAccount{}, slots: map[slot]common.Hash{},
		empty: noDatabase()}
	var err error
	if c.anchor, err = list[len(list)-1].decode(); err != nil {
		return nil, err
	}
	c.first = c.anchor.Number.Uint64() - uint64(len(list)-1)
	c.config, err = rules(id, c.anchor)
	return c, err
}

// Anchor is the block at which everything is read.
func (c *Chain) Anchor() chain.Block { return chain.BlockOf(c.anchor) }

// First is the first block whose logs are proven.
func (c *Chain) First() uint64 { return c.first }
