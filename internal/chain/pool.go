package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// PoolOptions make a pool.
type PoolOptions struct {
	Endpoints []Endpoint
	// ChainID is the one that every endpoint must have, 0: all that answer must have the same.
	ChainID uint64
	// Timeout bounds one request; default 10 s. An endpoint that hangs must not hang us.
	Timeout time.Duration
	// Agree is how many endpoints must answer the same before it is believed, 1 or 2. It is asked of what decides:
	// calls and logs of numbered blocks, their headers, and nonces at them.
	Agree int
	// MaxLag is how many blocks an endpoint may be away from the others before it is asked last; default 16.
	MaxLag uint64
	// VerifyRange is the most blocks of which logs are compared with the receipts of those that may hold more; default
	// 64, below 0: none. With Agree 2 a second endpoint's logs are compared in their place.
	VerifyRange int
	// Broadcast sends a transaction to every endpoint, not to the first that takes it.
	Broadcast bool
	// Now is the clock of cool-downs; default time.Now.
	Now    func() time.Time
	Events PoolEvents
}

// PoolEvents is what a pool has to say, one at a time; nil is not called.
type PoolEvents struct {
	Failed    func(endpoint string, err error)
	Recovered func(endpoint string)
	Disagreed func(a, b, question string)
}

// Pool is several endpoints as one Client. They are asked in the order in which they are named; those that are slow or
// fail often come after the others, then those whose head is not the others', then those that cool down. One that fails
// is left alone for a while, twice as long each time; one that is of another chain from the start for good.
type Pool struct {
	o       PoolOptions
	chainID uint64

	saying sync.Mutex // held while an event is said

	mu       sync.Mutex
	members  []*pooled
	contents map[common.Hash]blockContents // of the last blocks that were verified
	kept     []common.Hash                 // their hashes, oldest first
}

var _ Client = (*Pool)(nil)

func (o PoolOptions) withDefaults() PoolOptions {
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.MaxLag == 0 {
		o.MaxLag = 16
	}
	if o.VerifyRange == 0 {
		o.VerifyRange = 64
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Agree = max(o.Agree, 1)
	return o
}

// OpenPool checks the chain id of each endpoint that answers. One that does not is asked later; when none does it is an
// error, and so is a pool whose endpoints are all of other chains.
func OpenPool(ctx context.Context, o PoolOptions) (*Pool, error) {
	o = o.withDefaults()
	if len(o.Endpoints) == 0 {
		return nil, &Error{User, errors.New("no endpoint: name a JSON-RPC URL")}
	}
	if o.Agree > 2 || o.Agree > len(o.Endpoints) {
		return nil, &Error{User, fmt.Errorf("agreement of %d endpoints of %d: want 1, or 2 with at least two of them", o.Agree, len(o.Endpoints))}
	}
	p := &Pool{o: o, contents: map[common.Hash]blockContents{}}
	for _, e := range o.Endpoints {
		p.members = append(p.members, &pooled{Endpoint: e})
	}
	ids, failures := p.introduce(ctx)
	if ctx.Err() != nil {
		return nil, &Error{Retry, fmt.Errorf("connect to the endpoints: %w", ctx.Err())}
	}
	var err error
	if p.chainID, err = p.common(ids); err != nil {
		return nil, err
	}
	usable, foreign, down := 0, 0, false
	for i, m := range p.members {
		switch {
		case failures[i] != nil:
			down = true
			p.failed(m, failures[i], 0)
			failures[i] = fmt.Errorf("%s: %w", m.Name, classify(failures[i]))
		default:
			if failures[i] = p.admit(m, ids[i]); failures[i] == nil {
				usable++
			} else {
				foreign++
			}
		}
	}
	switch {
	case len(p.members)-foreign < o.Agree: // and there will never be more
	case usable > 0:
		return p, nil
	case down:
		return nil, &Error{Retry, fmt.Errorf("no usable endpoint: %w", errors.Join(failures...))}
	}
	return nil, &Error{User, fmt.Errorf("%d usable endpoints, need %d: %w", usable, o.Agree, errors.Join(failures...))}
}

// introduce asks all endpoints at once for their chains: nil where there was no answer.
func (p *Pool) introduce(ctx context.Context) (ids []*big.Int, failures []error) {
	ids, failures = make([]*big.Int, len(p.members)), make([]error, len(p.members))
	var all sync.WaitGroup
	for i, m := range p.members {
		all.Go(func() { ids[i], failures[i] = p.chainOf(ctx, m, p.o.Timeout) })
	}
	all.Wait()
	return ids, failures
}

// common is the chain that is meant: the one that was asked for, else the one that all who answer are on.
func (p *Pool) common(ids []*big.Int) (uint64, error) {
	if p.o.ChainID != 0 {
		return p.o.ChainID, nil
	}
	var first *big.Int
	var all []string
	differ := false
	for i, id := range ids {
		if id == nil {
			continue
		}
		if first == nil {
			first = id
		}
		differ = differ || id.Cmp(first) != 0 || !id.IsUint64()
		all = append(all, fmt.Sprintf("%s on %v", p.members[i].Name, id))
	}
	if differ {
		return 0, &Error{User, fmt.Errorf("the endpoints are on different chains, %s: take the wrong ones off the list, or say which chain id is meant",
			strings.Join(all, ", "))}
	}
	if first == nil {
		return 0, nil
	}
	return first.Uint64(), nil
}
