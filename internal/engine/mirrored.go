package engine

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

// Mirrored is the mirror as a source of what was at a capture.
type Mirrored struct{ *chain.Mirror }

// Snapshot implements Source, without a call of the chain.
func (m Mirrored) Snapshot(_ context.Context, set core.SetID, e core.Era, _ uint64) (stake.Snapshot, error) {
	return m.Mirror.Snapshot(set, e), nil
}

// Ahead implements Foresight, without a call of the chain.
func (m Mirrored) Ahead(_ context.Context, set core.SetID, from core.Era, n int, _ uint64, now core.Time) (chain.Ahead, error) {
	return m.Mirror.Ahead(set, from, n, now), nil
}

// SharesAt implements Source. Shares whose holder is not found are an error, for a staker would go unpaid.
func (m Mirrored) SharesAt(_ context.Context, vault common.Address, t core.Time, _ uint64) (chain.Shares, error) {
	v := core.Address(vault)
	var s chain.Shares
	var found core.Amount
	m.View(func(h *stake.History) {
		s.Total = h.ActiveSharesAt(v, t)
		for _, h := range h.HoldersAt(v, t) {
			s.Of = append(s.Of, chain.Share{Account: h.Account, Shares: h.Shares})
			found.Add(&found, &h.Shares)
		}
	})
	if found != s.Total {
		return s, &chain.Error{Kind: chain.Fatal, Err: fmt.Errorf("shares of vault %s at %d: holders of %s mirrored, there are %s",
			v, t, found.Dec(), s.Total.Dec())}
	}
	return s, nil
}

// Indexed is a client that answers from the store what is there: the logs of what the index follows, up to where it
// is. Everything else goes to the chain. So what a node reads again at each step costs no request.
type Indexed struct {
	chain.Client
	store *store.Store

	mu      sync.Mutex
	follows map[common.Address]bool
	upTo    uint64
	headers map[uint64]*types.Header
}

// mostHeaders bounds the headers that are kept.
const mostHeaders = 20_000

// NewIndexed puts a store before a client.
func NewIndexed(c chain.Client, s *store.Store) *Indexed {
	return &Indexed{Client: c, store: s, follows: map[common.Address]bool{}, headers: map[uint64]*types.Header{}}
}

// Cover says up to which block the store has every log of these contracts; headers that were kept are forgotten when
// that is less than before.
func (c *Indexed) Cover(upTo uint64, contracts []common.Address) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if upTo < c.upTo {
		clear(c.headers)
	}
	c.upTo = upTo
	for _, a := range contracts {
		c.follows[a] = true
	}
}

// FilterLogs implements chain.Client: what the store has comes from there, the blocks after it from the chain.
func (c *Indexed) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	upTo, covered := c.covers(q)
	if !covered {
		return c.Client.FilterLogs(ctx, q)
	}
	rest := q
	if q.ToBlock.Uint64() > upTo {
		q.ToBlock, rest.FromBlock = new(big.Int).SetUint64(upTo), new(big.Int).SetUint64(upTo+1)
	} else {
		rest.FromBlock = nil
	}
	logs, err := c.store.FilterLogs(ctx, q)
	if err != nil || rest.FromBlock == nil {
		return logs, err
	}
	more, err := c.Client.FilterLogs(ctx, rest)
	return append(logs, more...), err
}

// AtHand reports up to which block the store has every log of some contracts.
func (c *Indexed) AtHand(contracts []common.Address) (upTo uint64, all bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.upTo, len(contracts) > 0 && !slices.ContainsFunc(contracts, func(a common.Address) bool { return !c.follows[a] })
}

// covers reports whether the store has the beginning of what is asked for, and up to which block.
func (c *Indexed) covers(q ethereum.FilterQuery) (uint64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if q.BlockHash != nil || q.FromBlock == nil || q.ToBlock == nil || !q.FromBlock.IsUint64() || !q.ToBlock.IsUint64() ||
		q.FromBlock.Uint64() > c.upTo || len(q.Addresses) == 0 {
		return 0, false
	}
	return c.upTo, !slices.ContainsFunc(q.Addresses, func(a common.Address) bool { return !c.follows[a] })
}

// HeaderByNumber implements chain.Client; headers of blocks that the index has are asked for once.
func (c *Indexed) HeaderByNumber(ctx context.Context, number *big.Int) (*types.Header, error) {
	final := number != nil && number.IsUint64()
	if final {
		c.mu.Lock()
		h, known := c.headers[number.Uint64()]
		known = known && number.Uint64() < c.upTo
		c.mu.Unlock()
		if known {
			return h, nil
		}
	}
	h, err := c.Client.HeaderByNumber(ctx, number)
	if err == nil && final {
		c.mu.Lock()
		if len(c.headers) >= mostHeaders {
			clear(c.headers)
		}
		if number.Uint64() < c.upTo {
			c.headers[number.Uint64()] = h
		}
		c.mu.Unlock()
	}
	return h, err
}
