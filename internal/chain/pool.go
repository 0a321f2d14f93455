package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/ethclient"
)

// Endpoint is one way to the chain. Its name is shown; it must hold no secret.
type Endpoint struct {
	Name   string
	Client Client
}

// DialAll connects to nodes by URL. That one cannot be reached shows when it is asked.
func DialAll(ctx context.Context, urls []string) ([]Endpoint, error) {
	var list []Endpoint
	for _, u := range urls {
		client, err := ethclient.DialContext(ctx, u)
		if err != nil {
			return nil, &Error{User, fmt.Errorf("connect to %s: %s", Redact(u), strings.ReplaceAll(err.Error(), u, Redact(u)))}
		}
		list = append(list, Endpoint{Redact(u), client})
	}
	return list, nil
}

// Redact is a URL without what may be secret in it: user, password, path and query. Providers put tokens in each. That
// there was a path shows as "/…".
func Redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "(no URL)"
	}
	shown := u.Scheme + "://" + u.Host
	if strings.Trim(u.Path, "/") != "" {
		shown += "/…"
	}
	return shown
}

// redacted takes the URL out of an error of Go's HTTP client, which names it whole.
func redacted(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		u.URL = Redact(u.URL)
	}
	return err
}

// PoolOptions make a pool.
type PoolOptions struct {
	Endpoints []Endpoint
	// ChainID is the one that every endpoint must have, 0: that of the first that answers.
	ChainID uint64
	// Timeout bounds one request; default 10 s. An endpoint that hangs must not hang us.
	Timeout time.Duration
	// Agree is how many endpoints must answer the same before it is believed, 1 or 2. It is asked of what decides:
	// calls and logs of numbered blocks, their headers, and nonces at them.
	Agree int
	// Now is the clock of cool-downs; default time.Now.
	Now    func() time.Time
	Events PoolEvents
}

// PoolEvents is what a pool has to say; nil is not called.
type PoolEvents struct {
	Failed    func(endpoint string, err error)
	Recovered func(endpoint string)
	Disagreed func(a, b, question string)
}

// Pool is several endpoints as one Client: the first healthy one is asked, then the next. One that fails is left
// alone for a while, twice as long each time; one of another chain for good.
type Pool struct {
	o PoolOptions

	mu      sync.Mutex
	members []*pooled
	chainID uint64
}

// pooled is an endpoint and how it does.
type pooled struct {
	Endpoint
	failures int       // in a row
	until    time.Time // not asked before
	foreign  bool      // of another chain
	checked  bool      // its chain id is known to be right
}

var _ Client = (*Pool)(nil)

// The cool-down of an endpoint: this long after its first failure, doubled with each, up to the most.
const (
	firstCoolDown = time.Second
	mostCoolDown  = time.Minute
)

// OpenPool checks the chain id of each endpoint that answers. One that does not is asked later; when none does it is an
// error, and so is a pool whose endpoints are all of other chains.
func OpenPool(ctx context.Context, o PoolOptions) (*Pool, error) {
	if len(o.Endpoints) == 0 {
		return nil, &Error{User, errors.New("no endpoint: name a JSON-RPC URL")}
	}
	if o.Timeout == 0 {
		o.Timeout = 10 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Agree = max(o.Agree, 1); o.Agree > len(o.Endpoints) {
		return nil, &Error{User, fmt.Errorf("agreement of %d endpoints of %d: name more of them", o.Agree, len(o.Endpoints))}
	}
	p := &Pool{o: o, chainID: o.ChainID}
	for _, e := range o.Endpoints {
		p.members = append(p.members, &pooled{Endpoint: e})
	}
	var all []error
	usable := 0
	for _, m := range p.members {
		if err := p.identify(ctx, m); err != nil {
			all = append(all, err)
			continue
		}
		usable++
	}
	if usable == 0 {
		return nil, fmt.Errorf("no usable endpoint: %w", errors.Join(all...))
	}
	return p, nil
}

// identify asks an endpoint for its chain, once.
func (p *Pool) identify(ctx context.Context, m *pooled) error {
	if m.checked {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, p.o.Timeout)
	defer cancel()
	id, err := m.Client.ChainID(ctx)
	if err = redacted(err); err != nil {
		p.failed(m, err)
		return fmt.Errorf("%s: %w", m.Name, classify(err))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.chainID == 0 {
		p.chainID = id.Uint64()
	}
	if !id.IsUint64() || id.Uint64() != p.chainID {
		m.foreign = true
		err := &Error{User, fmt.Errorf("%s is on chain %v, want chain %d: take it off the list, or correct the chain id", m.Name, id, p.chainID)}
		if p.o.Events.Failed != nil {
			p.o.Events.Failed(m.Name, err)
		}
		return err
	}
	m.checked = true
	return nil
}

// healthy returns the endpoints to ask, in order: first those that are not cooling down, then, so that a pool of which
// all failed still tries, the others by when their time comes.
func (p *Pool) healthy() []*pooled {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	var good, cooling []*pooled
	for _, m := range p.members {
		switch {
		case m.foreign:
		case m.until.After(now):
			cooling = append(cooling, m)
		default:
			good = append(good, m)
		}
	}
	slices.SortStableFunc(cooling, func(a, b *pooled) int { return a.until.Compare(b.until) })
	return append(good, cooling...)
}

func (p *Pool) failed(m *pooled, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.failures++
	m.until = p.o.Now().Add(min(firstCoolDown<<min(m.failures-1, 10), mostCoolDown))
	if m.failures == 1 && p.o.Events.Failed != nil {
		p.o.Events.Failed(m.Name, err)
	}
}

func (p *Pool) recovered(m *pooled) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m.failures > 0 && p.o.Events.Recovered != nil {
		p.o.Events.Recovered(m.Name)
	}
	m.failures, m.until = 0, time.Time{}
}

// Health is how an endpoint does.
type Health struct {
	Name     string `json:"name"`
	Failures int    `json:"failuresInARow"`
	Foreign  bool   `json:"ofAnotherChain"`
}

// Health returns how each endpoint does, in the order in which they were named.
func (p *Pool) Health() []Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]Health, len(p.members))
	for i, m := range p.members {
		list[i] = Health{m.Name, m.failures, m.foreign}
	}
	return list
}

// ask puts a question to one endpoint after the other until one answers. A revert, and what is the user's to correct,
// is an answer.
func ask[T any](ctx context.Context, p *Pool, question func(context.Context, Client) (T, error)) (T, error) {
	var zero T
	var all []error
	for _, m := range p.healthy() {
		out, err := askOne(ctx, p, m, question)
		if err == nil || !passesOn(err) {
			return out, err
		}
		all = append(all, fmt.Errorf("%s: %w", m.Name, err))
		if ctx.Err() != nil {
			break
		}
	}
	return zero, &Error{Retry, fmt.Errorf("no endpoint answers: %w", errors.Join(all...))}
}

// askOne puts a question to one endpoint, within the timeout, and notes how it did.
func askOne[T any](ctx context.Context, p *Pool, m *pooled, question func(context.Context, Client) (T, error)) (T, error) {
	var zero T
	if err := p.identify(ctx, m); err != nil {
		return zero, &Error{Retry, err}
	}
	limited, cancel := context.WithTimeout(ctx, p.o.Timeout)
	defer cancel()
	out, err := question(limited, m.Client)
	err = redacted(err)
	switch {
	case err == nil:
		p.recovered(m)
	case passesOn(err):
		if ctx.Err() == nil {
			p.failed(m, err)
		}
	default: // it answered
		p.recovered(m)
	}
	return out, err
}

// passesOn reports whether another endpoint may do better: not where a contract answered, or a transaction is wrong.
func passesOn(err error) bool {
	return !isNotFound(err) && KindOf(classify(err)) != User && !Superseded(err)
}

// agreed is ask of what decides: with Agree 2 a second endpoint must give the same.
func agreed[T any](ctx context.Context, p *Pool, name string, question func(context.Context, Client) (T, error)) (T, error) {
	if p.o.Agree < 2 {
		return ask(ctx, p, question)
	}
	var zero T
	type answer struct {
		of   string
		out  T
		text string // of a revert
	}
	var have []answer
	var all []error
	for _, m := range p.healthy() {
		out, err := askOne(ctx, p, m, question)
		if err != nil && passesOn(err) {
			all = append(all, fmt.Errorf("%s: %w", m.Name, err))
			continue
		}
		a := answer{of: m.Name, out: out}
		if err != nil {
			a.text = classify(err).Error()
		}
		for _, b := range have {
			if a.text == b.text && reflect.DeepEqual(a.out, b.out) {
				return out, err
			}
			if p.o.Events.Disagreed != nil {
				p.o.Events.Disagreed(b.of, a.of, name)
			}
			all = append(all, fmt.Errorf("%s and %s give different answers", b.of, a.of))
		}
		have = append(have, a)
	}
	return zero, &Error{Retry, fmt.Errorf("%s: no two endpoints agree: %w", name, errors.Join(all...))}
}

// numbered reports whether a block is named by its number: then every endpoint must say the same of it.
func numbered(block *big.Int) bool { return block != nil && block.Sign() >= 0 }
