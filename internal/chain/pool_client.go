package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// ChainID implements Client: the id that every endpoint has, without asking again.
func (p *Pool) ChainID(context.Context) (*big.Int, error) {
	return new(big.Int).SetUint64(p.chainID), nil
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
	return agreed(ctx, p, fmt.Sprintf("%s at block %v", method(call.Data), block), bytes.Equal, question)
}

// CallContractAtHash implements Client.
func (p *Pool) CallContractAtHash(ctx context.Context, call ethereum.CallMsg, block common.Hash) ([]byte, error) {
	return agreed(ctx, p, fmt.Sprintf("%s at block %v", method(call.Data), block), bytes.Equal, func(ctx context.Context, c Client) ([]byte, error) {
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
	return agreed(ctx, p, fmt.Sprintf("nonce at block %v", block), equal, question)
}

// BalanceAt implements Client.
func (p *Pool) BalanceAt(ctx context.Context, account common.Address, block *big.Int) (*big.Int, error) {
	return ask(ctx, p, func(ctx context.Context, c Client) (*big.Int, error) { return c.BalanceAt(ctx, account, block) })
}

// SendTransaction implements Client. That one endpoint has it already is as good as sent.
func (p *Pool) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	var tried tries
	var refused error
	sent := false
	for _, m := range p.order() {
		_, err := askOne(ctx, p, m, func(ctx context.Context, c Client) (struct{}, error) { return struct{}{}, c.SendTransaction(ctx, tx) })
		switch {
		case err == nil || has(err):
			sent = true
		case judge(err) != replied:
			tried.add(m, err)
		case refused == nil:
			refused = err
		}
		if ctx.Err() != nil || (sent || refused != nil) && !p.o.Broadcast {
			break
		}
	}
	switch {
	case sent:
		return nil
	case refused != nil:
		return refused
	}
	return tried.error("no endpoint takes the transaction")
}

// has reports whether a pool refused a transaction because it has this very one.
func has(err error) bool {
	return contains(strings.ToLower(err.Error()), []string{"already known", "already imported", "known transaction"})
}

// TransactionByHash implements Client.
func (p *Pool) TransactionByHash(ctx context.Context, hash common.Hash) (*types.Transaction, bool, error) {
	type found struct {
		tx      *types.Transaction
		pending bool
	}
	f, err := ask(ctx, p, func(ctx context.Context, c Client) (f found, err error) {
		f.tx, f.pending, err = c.TransactionByHash(ctx, hash)
		return f, err
	})
	return f.tx, f.pending, err
}

// TransactionReceipt implements Client. One endpoint may not have seen it yet: it is not found only when none has.
func (p *Pool) TransactionReceipt(ctx context.Context, hash common.Hash) (*types.Receipt, error) {
	return ask(ctx, p, func(ctx context.Context, c Client) (*types.Receipt, error) { return c.TransactionReceipt(ctx, hash) })
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
		{"Offences", a.Offences}, {"Programs", a.Programs}} {
		if c.name == "Programs" && c.at == (common.Address{}) { // a node does without
			continue
		}
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
