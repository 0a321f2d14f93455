package chain

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

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
	switch {
	case number == nil:
		return p.newest(ctx)
	case !numbered(number):
		return p.tagged(ctx, number)
	}
	return agreed(ctx, p, "header of block "+number.String(), sameBlock, headerAt(number))
}

func sameBlock(a, b *types.Header) bool { return a.Hash() == b.Hash() }

// headerAt asks for the header of a numbered block.
func headerAt(number *big.Int) func(context.Context, Client) (*types.Header, error) {
	return func(ctx context.Context, c Client) (*types.Header, error) {
		h, err := c.HeaderByNumber(ctx, number)
		if isNotFound(err) {
			return nil, notYet(number)
		}
		if err == nil && h.Number.Cmp(number) != 0 {
			return nil, fmt.Errorf("asked for block %v, got %v", number, h.Number)
		}
		return h, err
	}
}

// HeaderByHash implements Client.
func (p *Pool) HeaderByHash(ctx context.Context, hash common.Hash) (*types.Header, error) {
	return ask(ctx, p, func(ctx context.Context, c Client) (*types.Header, error) {
		h, err := c.HeaderByHash(ctx, hash)
		if err == nil && h.Hash() != hash {
			return nil, fmt.Errorf("asked for block %v, got %v", hash, h.Hash())
		}
		return h, err
	})
}

// sighting is what an endpoint says a tagged block is.
type sighting struct {
	by *pooled
	*types.Header
}

func (s sighting) number() uint64 { return s.Number.Uint64() }

// newest is the head. An endpoint that lags, or runs ahead with blocks that nobody else has, must not lead: it is the
// median of three or more (of four the second highest), of two the higher one, and with Agree 2 the lower one. Who is
// more than MaxLag behind it, or of three or more ahead of it, is asked last from then on.
func (p *Pool) newest(ctx context.Context) (*types.Header, error) {
	heads, err := p.each(ctx, func(ctx context.Context, c Client) (*types.Header, error) { return c.HeaderByNumber(ctx, nil) })
	if err != nil {
		return nil, err
	}
	middle := heads[(len(heads)-1)/2]
	inStep := heads[:0:0]
	for _, h := range heads {
		var err error
		switch n, m := h.number(), middle.number(); {
		case n+p.o.MaxLag < m:
			err = fmt.Errorf("its newest block is %d, the others' %d", n, m)
		case len(heads) > 2 && n > m && n-m > p.o.MaxLag:
			err = fmt.Errorf("its newest block is %d, of the others none has more than %d", n, m)
		default:
			inStep = append(inStep, h)
		}
		p.placed(h.by, err)
	}
	switch {
	case p.o.Agree == 2 && len(inStep) < 2:
		return nil, &Error{Retry, fmt.Errorf("only %s says what is newest (block %d), and two must", inStep[0].by.Name, inStep[0].number())}
	case p.o.Agree == 2 && len(heads) == 2:
		return heads[1].Header, nil
	}
	return middle.Header, nil
}

// tagged is what is final or safe. With Agree 2 it is the highest block that two endpoints have as such or before it.
func (p *Pool) tagged(ctx context.Context, tag *big.Int) (*types.Header, error) {
	question := func(ctx context.Context, c Client) (*types.Header, error) { return c.HeaderByNumber(ctx, tag) }
	if p.o.Agree < 2 {
		return ask(ctx, p, question)
	}
	heads, err := p.each(ctx, question)
	if err != nil {
		return nil, err
	}
	var tried tries
	for i := 1; i < len(heads); i++ {
		low := heads[i]
		for _, high := range heads[:i] {
			if high.Hash() == low.Hash() {
				return low.Header, nil
			}
			h, err := askOne(ctx, p, high.by, headerAt(low.Number))
			switch {
			case err != nil:
				tried.add(high.by, err)
			case h.Hash() == low.Hash():
				return low.Header, nil
			default:
				p.disagree(high.by, low.by, fmt.Sprintf("block %d, which both have as final or safe", low.number()))
				tried.add(high.by, fmt.Errorf("block %d is %v, at %s it is %v", low.number(), h.Hash(), low.by.Name, low.Hash()))
			}
		}
	}
	if len(heads) == 1 {
		tried.add(heads[0].by, fmt.Errorf("it alone answers, and two must"))
	}
	return nil, tried.error("what is final or safe: no two endpoints agree")
}

// each asks every endpoint that is not cooling down at once, and the others where that is not enough. It returns what came
// back, the highest block first.
func (p *Pool) each(ctx context.Context, question func(context.Context, Client) (*types.Header, error)) ([]sighting, error) {
	var awake, asleep []*pooled
	for _, m := range p.order() {
		if p.cooling(m) {
			asleep = append(asleep, m)
		} else {
			awake = append(awake, m)
		}
	}
	var tried tries
	list := p.sight(ctx, awake, question, &tried)
	if len(list) < p.o.Agree {
		list = append(list, p.sight(ctx, asleep, question, &tried)...)
	}
	if len(list) == 0 {
		return nil, tried.error("no endpoint answers")
	}
	slices.SortStableFunc(list, func(a, b sighting) int { return cmp.Compare(b.number(), a.number()) })
	return list, nil
}

func (p *Pool) sight(ctx context.Context, members []*pooled, question func(context.Context, Client) (*types.Header, error), tried *tries) (list []sighting) {
	headers, errs := make([]*types.Header, len(members)), make([]error, len(members))
	var all sync.WaitGroup
	for i, m := range members {
		all.Go(func() {
			headers[i], errs[i] = askOne(ctx, p, m, func(ctx context.Context, c Client) (*types.Header, error) {
				h, err := question(ctx, c)
				if err == nil && !h.Number.IsUint64() {
					return nil, fmt.Errorf("block %v: no chain is that long", h.Number)
				}
				return h, err
			})
		})
	}
	all.Wait()
	for i, m := range members {
		if errs[i] != nil {
			tried.add(m, errs[i])
		} else {
			list = append(list, sighting{m, headers[i]})
		}
	}
	return list
}
