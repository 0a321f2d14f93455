package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

func isNotFound(err error) bool { return errors.Is(err, ethereum.NotFound) }

// ChainID implements Client: the id that every endpoint has, without asking again.
func (p *Pool) ChainID(context.Context) (*big.Int, error) {
	return new(big.Int).SetUint64(p.chainID), nil
}

// BlockNumber implements Client.
func (p *Pool) BlockNumber(ctx context.Context) (uint64, error) {
	h, err := p.newest(ctx)
	if err != nil {
		return 0, err
	}
	return h.Number.Uint64(), nil
}

// HeaderByNumber implements Client. A numbered block that one endpoint does not have yet is asked of the next.
func (p *Pool) HeaderByNumber(ctx context.Context, number *big.Int) (*types.Header, error) {
	if number == nil {
		return p.newest(ctx)
	}
	question := func(ctx context.Context, c Client) (*types.Header, error) {
		h, err := c.HeaderByNumber(ctx, number)
		if isNotFound(err) {
			return nil, &Error{Retry, fmt.Errorf("block %v: not known (yet)", number)}
		}
		return h, err
	}
	if !numbered(number) {
		return p.lowest(ctx, question)
	}
	h, err := agreed(ctx, p, "header of block "+number.String(), func(ctx context.Context, c Client) (common.Hash, error) {
		h, err := question(ctx, c)
		if err != nil {
			return common.Hash{}, err
		}
		return h.Hash(), nil
	})
	if err != nil {
		return nil, err
	}
	return ask(ctx, p, func(ctx context.Context, c Client) (*types.Header, error) {
		one, err := question(ctx, c)
		if err == nil && one.Hash() != h {
			return nil, &Error{Retry, fmt.Errorf("block %v is %v, agreed is %v", number, one.Hash(), h)}
		}
		return one, err
	})
}

// newest is the head. An endpoint that lags, or runs ahead with blocks that nobody else has, must not lead: of three or
// more answers it is the second highest, of two the higher one, and with Agree 2 the lower one.
func (p *Pool) newest(ctx context.Context) (*types.Header, error) {
	heads, err := p.each(ctx, func(ctx context.Context, c Client) (*types.Header, error) { return c.HeaderByNumber(ctx, nil) })
	if err != nil {
		return nil, err
	}
	slices.SortFunc(heads, func(a, b *types.Header) int { return b.Number.Cmp(a.Number) })
	if len(heads) > 2 || len(heads) == 2 && p.o.Agree == 2 {
		return heads[1], nil
	}
	return heads[0], nil
}

// lowest is a tagged block, finalized or safe. What is final must be final for everyone who is asked: with Agree 2 it is
// the lower of two.
func (p *Pool) lowest(ctx context.Context, question func(context.Context, Client) (*types.Header, error)) (*types.Header, error) {
	if p.o.Agree < 2 {
		return ask(ctx, p, question)
	}
	all, err := p.each(ctx, question)
	if err != nil {
		return nil, err
	}
	if len(all) < 2 {
		return nil, &Error{Retry, errors.New("only one endpoint says what is final, and two must")}
	}
	return slices.MinFunc(all, func(a, b *types.Header) int { return a.Number.Cmp(b.Number) }), nil
}

// each asks every endpoint that is not cooling down, or one if all are, and returns what came back.
func (p *Pool) each(ctx context.Context, question func(context.Context, Client) (*types.Header, error)) ([]*types.Header, error) {
	now := p.o.Now()
	var list []*types.Header
	var all []error
	for _, m := range p.healthy() {
		p.mu.Lock()
		cooling := m.until.After(now)
		p.mu.Unlock()
		if cooling && len(list) > 0 {
			break
		}
		h, err := askOne(ctx, p, m, question)
		if err != nil {
			all = append(all, fmt.Errorf("%s: %w", m.Name, err))
			continue
		}
		list = append(list, h)
	}
	if len(list) == 0 {
		return nil, &Error{Retry, fmt.Errorf("no endpoint answers: %w", errors.Join(all...))}
	}
	return list, nil
}

// HeaderByHash implements Client.
func (p *Pool) HeaderByHash(ctx context.Context, hash common.Hash) (*types.Header, error) {
	return ask(ctx, p, func(ctx context.Context, c Client) (*types.Header, error) { return c.HeaderByHash(ctx, hash) })
}

// FilterLogs implements Client. That an endpoint leaves out logs cannot be seen from one answer: with Agree 2 a second
// one must give the same.
func (p *Pool) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	name := fmt.Sprintf("logs of blocks %v to %v", q.FromBlock, q.ToBlock)
	return agreed(ctx, p, name, func(ctx context.Context, c Client) ([]types.Log, error) {
		logs, err := c.FilterLogs(ctx, q)
		for i := range logs { // some give it, some do not; Fetch takes it from the header
			logs[i].BlockTimestamp = 0
		}
		return logs, err
	})
}

// SubscribeFilterLogs implements Client: a pool has no subscriptions.
func (p *Pool) SubscribeFilterLogs(context.Context, ethereum.FilterQuery, chan<- types.Log) (ethereum.Subscription, error) {
	return nil, &Error{Fatal, errors.New("a pool of endpoints has no subscriptions")}
}

// CallContract implements Client.
func (p *Pool) CallContract(ctx context.Context, call ethereum.CallMsg, block *big.Int) ([]byte, error) {
	question := func(ctx context.Context, c Client) ([]byte, error) { return c.CallContract(ctx, call, block) }
	if !numbered(block) {
		return ask(ctx, p, question)
	}
	return agreed(ctx, p, fmt.Sprintf("%s at block %v", method(call.Data), block), question)
}

// CallContractAtHash implements Client.
func (p *Pool) CallContractAtHash(ctx context.Context, call ethereum.CallMsg, block common.Hash) ([]byte, error) {
	return agreed(ctx, p, fmt.Sprintf("%s at block %v", method(call.Data), block), func(ctx context.Context, c Client) ([]byte, error) {
		return c.CallContractAtHash(ctx, call, block)
	})
}

// EstimateGasAtBlock implements Client.
func (p *Pool) EstimateGasAtBlock(ctx context.Context, call ethereum.CallMsg, block *big.Int) (uint64, error) {
	return ask(ctx, p, func(ctx context.Context, c Client) (uint64, error) { return c.EstimateGasAtBlock(ctx, call, block) })
}

// SuggestGasTipCap implements Client.
func (p *Pool) SuggestGasTipCap(ctx context.Context) (*big.Int, error) {
	return ask(ctx, p, func(ctx context.Context, c Client) (*big.Int, error) { return c.SuggestGasTipCap(ctx) })
}

// PendingNonceAt implements Client.
func (p *Pool) PendingNonceAt(ctx context.Context, account common.Address) (uint64, error) {
	return ask(ctx, p, func(ctx context.Context, c Client) (uint64, error) { return c.PendingNonceAt(ctx, account) })
}

// NonceAt implements Client.
func (p *Pool) NonceAt(ctx context.Context, account common.Address, block *big.Int) (uint64, error) {
	question := func(ctx context.Context, c Client) (uint64, error) { return c.NonceAt(ctx, account, block) }
	if !numbered(block) {
		return ask(ctx, p, question)
	}
	return agreed(ctx, p, fmt.Sprintf("nonce at block %v", block), question)
}

// BalanceAt implements Client.
func (p *Pool) BalanceAt(ctx context.Context, account common.Address, block *big.Int) (*big.Int, error) {
	return ask(ctx, p, func(ctx context.Context, c Client) (*big.Int, error) { return c.BalanceAt(ctx, account, block) })
}

// SendTransaction implements Client. That one endpoint has it already is as good as sent.
func (p *Pool) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	_, err := ask(ctx, p, func(ctx context.Context, c Client) (struct{}, error) { return struct{}{}, c.SendTransaction(ctx, tx) })
	return err
}

// TransactionReceipt implements Client. One endpoint may not have seen it yet: it is not found only when none has.
func (p *Pool) TransactionReceipt(ctx context.Context, hash common.Hash) (*types.Receipt, error) {
	r, err := ask(ctx, p, func(ctx context.Context, c Client) (*types.Receipt, error) {
		r, err := c.TransactionReceipt(ctx, hash)
		if isNotFound(err) {
			return nil, nil
		}
		return r, err
	})
	if err == nil && r == nil {
		return nil, ethereum.NotFound
	}
	return r, err
}

// CheckCode returns an error that names every contract without code at its address, at the newest block.
func CheckCode(ctx context.Context, r *Roster) error {
	head, _, err := r.Head(ctx)
	if err != nil {
		return err
	}
	a := r.At
	var all []error
	for _, c := range []struct {
		name string
		at   common.Address
	}{{"token", a.Token}, {"Middleware", a.Middleware}, {"Operators", a.Operators}, {"Router", a.Router}, {"Rewards", a.Rewards},
		{"Offences", a.Offences}} {
		// A call of no function, with no data: a contract reverts or answers, an account without code answers nothing.
		out, err := r.Client.CallContract(ctx, ethereum.CallMsg{To: &c.at, Data: []byte{0, 0, 0, 0}}, Number(head))
		if revert := (*Revert)(nil); err == nil && len(out) == 0 {
			all = append(all, fmt.Errorf("%s: no contract at %v on chain %d: check the addresses and the endpoint", c.name, c.at, r.ChainID))
		} else if err != nil && !errors.As(classify(err), &revert) {
			return fmt.Errorf("look for %s at %v: %w", c.name, c.at, classify(err))
		}
	}
	if err := errors.Join(all...); err != nil {
		return &Error{User, err}
	}
	return nil
}
