package bundle

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/ethereum/go-ethereum/trie"
	"github.com/ethereum/go-ethereum/triedb"
)

// account returns an account of the anchor's state, nil when there is none.
func (c *Chain) account(ctx context.Context, at common.Address) (*types.StateAccount, error) {
	if a, known := c.accounts[at]; known {
		return a, nil
	}
	value, err := c.walk(ctx, c.anchor.Root, crypto.Keccak256(at[:]), at, nil)
	if err != nil {
		return nil, fmt.Errorf("account %v: %w", at, err)
	}
	var a *types.StateAccount
	if value != nil {
		a = new(types.StateAccount)
		if err := rlp.DecodeBytes(value, a); err != nil {
			return nil, fmt.Errorf("account %v: %w: %x: %w", at, ErrProof, value, err)
		}
	}
	c.accounts[at] = a
	return a, nil
}

// storage returns a storage slot of the anchor's state, zero when it was never set.
func (c *Chain) storage(ctx context.Context, s slot) (common.Hash, error) {
	if value, known := c.slots[s]; known {
		return value, nil
	}
	a, err := c.account(ctx, s.account)
	if err != nil {
		return common.Hash{}, err
	}
	var out common.Hash
	if a != nil && a.Root != types.EmptyRootHash {
		value, err := c.walk(ctx, a.Root, crypto.Keccak256(s.key[:]), s.account, []common.Hash{s.key})
		if err != nil {
			return common.Hash{}, fmt.Errorf("slot %v of %v: %w", s.key, s.account, err)
		}
		if value != nil {
			content, rest, err := rlp.SplitString(value)
			if err != nil || len(rest) > 0 || len(content) > common.HashLength {
				return common.Hash{}, fmt.Errorf("slot %v of %v: %w: %x is no word", s.key, s.account, ErrProof, value)
			}
			out.SetBytes(content)
		}
	}
	c.slots[s] = out
	return out, nil
}

// walk goes down a tree by a hashed key, from a proven root, and returns what is there, nil when nothing is. Nodes that
// are missing are fetched by the account and slots that the key stands for.
func (c *Chain) walk(ctx context.Context, root common.Hash, key []byte, account common.Address, slots []common.Hash) ([]byte, error) {
	watched := &missed{blobs: c.nodes}
	value, err := trie.VerifyProof(root, key, watched)
	if err == nil || watched.hash == (common.Hash{}) {
		return value, broken(err)
	}
	if c.node == nil {
		return nil, fmt.Errorf("state node %v: %w", watched.hash, ErrMissing)
	}
	nodes, err := c.node.Proof(ctx, account, slots, c.anchor.Number.Uint64())
	if err != nil {
		return nil, err
	}
	for _, n := range nodes {
		c.nodes.add(n)
	}
	watched.hash = common.Hash{}
	value, err = trie.VerifyProof(root, key, watched)
	if watched.hash != (common.Hash{}) {
		return nil, fmt.Errorf("%w: the node's answer lacks state node %v of block %d", ErrProof, watched.hash, c.anchor.Number)
	}
	return value, broken(err)
}

// proofSlots is how many slots are proven in one request; go-ethereum takes 1,024.
const proofSlots = 500

// prefetch fetches the nodes that calls of a contract will need, many at a time. A node that cannot tell what they read
// is asked slot by slot later.
func (c *Chain) prefetch(ctx context.Context, to common.Address, calls [][]byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	block := c.anchor.Number.Uint64()
	touched, err := c.node.Touched(ctx, to, calls, block)
	if err != nil {
		return ctx.Err()
	}
	for account, slots := range touched {
		slots = slices.DeleteFunc(slots, func(key common.Hash) bool { _, known := c.slots[slot{account, key}]; return known })
		slices.SortFunc(slots, common.Hash.Cmp)
		for chunk := range slices.Chunk(slices.Compact(slots), proofSlots) {
			nodes, err := c.node.Proof(ctx, account, chunk, block)
			if err != nil {
				return err
			}
			for _, n := range nodes {
				c.nodes.add(n)
			}
		}
	}
	return nil
}

func broken(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", ErrProof, err)
}

// missed are nodes that remember which one was asked for and not there.
type missed struct {
	blobs
	hash common.Hash
}

// Get implements ethdb.KeyValueReader.
func (m *missed) Get(key []byte) ([]byte, error) {
	raw, err := m.blobs.Get(key)
	if err != nil {
		m.hash = common.BytesToHash(key)
	}
	return raw, err
}

// code returns a contract's code by its hash.
func (c *Chain) code(ctx context.Context, at common.Address, hash common.Hash) ([]byte, error) {
	if raw, ok := c.codes.find(hash); ok {
		return raw, nil
	}
	if c.node == nil {
		return nil, fmt.Errorf("code %v of %v: %w", hash, at, ErrMissing)
	}
	raw, err := c.node.Code(ctx, at, c.anchor.Number.Uint64())
	if err != nil {
		return nil, err
	}
	if have := crypto.Keccak256Hash(raw); have != hash {
		return nil, fmt.Errorf("%w: the node's code of %v has hash %v, the state says %v", ErrProof, at, have, hash)
	}
	c.codes.add(raw)
	raw, _ = c.codes.find(hash)
	return raw, nil
}

// reader is the anchor's state as go-ethereum's EVM reads it, for one call. It keeps the first error, for an interface
// that has none for codes.
type reader struct {
	chain *Chain
	ctx   context.Context
	err   error
}

var _ state.Reader = (*reader)(nil)

// Account implements state.StateReader.
func (r *reader) Account(at common.Address) (*types.StateAccount, error) {
	r.chain.mu.Lock()
	defer r.chain.mu.Unlock()
	a, err := r.chain.account(r.ctx, at)
	if err != nil || a == nil {
		return nil, r.keep(err)
	}
	return a.Copy(), nil // the EVM may change it
}

// Storage implements state.StateReader.
func (r *reader) Storage(at common.Address, key common.Hash) (common.Hash, error) {
	r.chain.mu.Lock()
	defer r.chain.mu.Unlock()
	value, err := r.chain.storage(r.ctx, slot{at, key})
	return value, r.keep(err)
}

// Code implements state.ContractCodeReader.
func (r *reader) Code(at common.Address, hash common.Hash) []byte {
	r.chain.mu.Lock()
	defer r.chain.mu.Unlock()
	raw, err := r.chain.code(r.ctx, at, hash)
	_ = r.keep(err)
	return raw
}

// CodeSize implements state.ContractCodeReader.
func (r *reader) CodeSize(at common.Address, hash common.Hash) int { return len(r.Code(at, hash)) }

// Has implements state.ContractCodeReader.
func (r *reader) Has(at common.Address, hash common.Hash) bool { return len(r.Code(at, hash)) > 0 }

func (r *reader) keep(err error) error {
	if r.err == nil {
		r.err = err
	}
	return err
}

// noDatabase is a database without a tree. The EVM asks it for its type alone, because everything is read by a reader
// and nothing is ever written back; should that change, it finds nothing there, which is an error.
func noDatabase() state.Database {
	db := rawdb.NewMemoryDatabase()
	return state.NewMPTDatabase(triedb.NewDatabase(db, nil), state.NewCodeDB(db))
}
