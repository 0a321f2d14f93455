package bundle

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// Source is what was at a capture (engine.Source): everything by the views, on the anchor's proven state. Where an
// account is to be found that has shares, the bundle says; that it names all of them is proven by their sum, so that the
// events of every deposit since a vault's beginning, older than Roster maybe, need not be proven.
type Source struct {
	*chain.Roster // on the Chain
	chain         *Chain
	live          *chain.Roster // nil: nothing can be fetched
}

// Source reads r, which must be on this chain. live, on the node that is recorded from, is asked for holders that are not
// known; nil when there is none.
func (c *Chain) Source(r, live *chain.Roster) Source { return Source{r, c, live} }

// SharesAt implements engine.Source.
// Errors: ErrMissing when the holders were not recorded; when their shares do not add up to the vault's.
func (s Source) SharesAt(ctx context.Context, vault common.Address, t core.Time, block uint64) (chain.Shares, error) {
	accounts, err := s.holders(ctx, vault, t, block)
	if err != nil {
		return chain.Shares{}, err
	}
	return s.SharesOf(ctx, vault, accounts, t, block)
}

func (s Source) holders(ctx context.Context, vault common.Address, t core.Time, block uint64) ([]common.Address, error) {
	key := held{vault, t}
	s.chain.mu.Lock()
	accounts, known := s.chain.holders[key]
	s.chain.mu.Unlock()
	if known {
		return accounts, nil
	}
	if s.live == nil {
		return nil, fatal(fmt.Errorf("holders of vault %v at %d: %w", vault, t, ErrMissing))
	}
	all, err := s.live.StakersOf(ctx, vault, block)
	if err != nil {
		return nil, err
	}
	calls := make([][]byte, len(all))
	for i, a := range all {
		calls[i] = chain.PackSharesOf(a, t)
	}
	if err := s.chain.prefetch(ctx, vault, calls); err != nil {
		return nil, err
	}
	// Only who had shares then is kept.
	shares, err := s.SharesOf(ctx, vault, all, t, block)
	if err != nil {
		return nil, err
	}
	for _, x := range shares.Of {
		accounts = append(accounts, common.Address(x.Account))
	}
	s.chain.mu.Lock()
	s.chain.holders[key] = accounts
	s.chain.mu.Unlock()
	return accounts, nil
}
