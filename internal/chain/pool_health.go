package chain

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"
	"sync"
	"time"
)

// pooled is an endpoint and how it does.
type pooled struct {
	Endpoint
	connect sync.Mutex // held while it is connected to and asked for its chain

	// Under the pool's mutex:
	checked time.Time     // when its chain id was right; zero when it must be asked for before anything else
	known   bool          // it was right once
	foreign bool          // it is of another chain, from the start
	row     int           // failures in a row
	until   time.Time     // not asked before, but when all cool down
	silent  time.Time     // not asked before at all: it asked for that
	faults  float64       // failures, each counting half after each halfLife
	counted time.Time     // when faults was right
	latency time.Duration // of an answer, a moving average
	stale   bool          // its head is not the others'
	down    bool          // what was said of it last
}

const (
	// The cool-down of an endpoint: this long after its first failure, doubled with each, up to the most.
	firstCoolDown = time.Second
	mostCoolDown  = time.Minute
	// After halfLife a failure counts half. An endpoint with so many is asked after those with fewer, and its cool-down
	// begins where it was: one that answers now and then gets no new start each time.
	halfLife   = 10 * time.Minute
	flakyAfter = 3
	// One that takes this many times as long as the fastest, and so much longer, is asked after those that do not.
	slowTimes = 4
	slowBy    = 250 * time.Millisecond
	// recheck is how often an endpoint is asked for its chain id again: what is behind a URL can be changed.
	recheck = time.Minute
)

// foreign is an endpoint of another chain.
func (p *Pool) foreign(m *pooled, id *big.Int) error {
	return &Error{User, fmt.Errorf("%s is on chain %v, want chain %d: take it off the list, or correct the chain id", m.Name, id, p.chainID)}
}

// chainOf connects to an endpoint, if need be, and asks for its chain.
func (p *Pool) chainOf(ctx context.Context, m *pooled, most time.Duration) (*big.Int, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	m.connect.Lock()
	defer m.connect.Unlock()
	if m.Client == nil {
		if m.dial == nil {
			return nil, fmt.Errorf("endpoint %q has no client", m.Name)
		}
		c, err := m.dial(ctx)
		if err != nil {
			return nil, m.quiet(err)
		}
		m.Client = c
	}
	id, err := m.Client.ChainID(ctx)
	return id, m.quiet(err)
}

// admit takes an endpoint in whose chain is known now. One that is of another chain from the start is out for good; one
// that was of ours is asked again later.
func (p *Pool) admit(m *pooled, id *big.Int) error {
	p.mu.Lock()
	right := id.IsUint64() && id.Uint64() == p.chainID
	if right {
		m.checked, m.known = p.o.Now(), true
	} else {
		m.checked, m.foreign = time.Time{}, !m.known
	}
	p.mu.Unlock()
	if right {
		return nil
	}
	err := p.foreign(m, id)
	p.failed(m, err, 0)
	return err
}

// ready makes sure that an endpoint is of the right chain: at its first use, after each failure, and now and then. That
// is also how one that failed is tried: with a small question, and not the whole timeout where another could be asked.
func (p *Pool) ready(ctx context.Context, m *pooled) error {
	p.mu.Lock()
	fresh := !m.checked.IsZero() && p.o.Now().Sub(m.checked) < recheck
	most := p.o.Timeout
	if m.row > 0 && len(p.members) > 1 {
		most /= 4
	}
	p.mu.Unlock()
	if fresh {
		return nil
	}
	id, err := p.chainOf(ctx, m, most)
	if err != nil {
		if ctx.Err() == nil {
			p.failed(m, err, 0)
		}
		return classify(err)
	}
	return p.admit(m, id)
}

// order returns the endpoints to ask, in this order. So that a pool of which all failed still tries, those that cool
// down are among them, by when their time comes; those that asked to be left alone are not.
func (p *Pool) order() []*pooled {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.o.Now()
	best := time.Duration(math.MaxInt64)
	for _, m := range p.members {
		if m.latency > 0 && !m.until.After(now) {
			best = min(best, m.latency)
		}
	}
	var list []*pooled
	rank := map[*pooled]int{}
	for _, m := range p.members {
		switch {
		case m.foreign, m.silent.After(now):
			continue
		case m.until.After(now):
			rank[m] = 3
		case m.stale:
			rank[m] = 2
		case m.faultsAt(now) >= flakyAfter, m.latency/slowTimes > best && m.latency-best > slowBy:
			rank[m] = 1
		}
		list = append(list, m)
	}
	slices.SortStableFunc(list, func(a, b *pooled) int {
		if c := cmp.Compare(rank[a], rank[b]); c != 0 || rank[a] < 3 {
			return c
		}
		return a.until.Compare(b.until)
	})
	return list
}

// faultsAt are the failures that still count. The pool's mutex is held.
func (m *pooled) faultsAt(now time.Time) float64 {
	return m.faults * math.Exp2(-max(now.Sub(m.counted), 0).Seconds()/halfLife.Seconds())
}

// cooling reports whether an endpoint is being left alone.
func (p *Pool) cooling(m *pooled) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return m.until.After(p.o.Now())
}

// failed notes a failure. silence is how long the endpoint asked to be left alone.
func (p *Pool) failed(m *pooled, err error, silence time.Duration) {
	p.mu.Lock()
	now := p.o.Now()
	m.row++
	m.faults, m.counted = m.faultsAt(now)+1, now
	m.checked = time.Time{}
	doubled := min(max(m.row, int(m.faults+0.5)), 10) - 1
	m.until = now.Add(min(firstCoolDown<<doubled, mostCoolDown))
	if silence > 0 {
		m.silent = now.Add(silence)
	}
	p.say(m, err)
}

// answered notes an answer, and how long it took.
func (p *Pool) answered(m *pooled, took time.Duration) {
	p.mu.Lock()
	m.row, m.until, m.silent = 0, time.Time{}, time.Time{}
	if m.latency == 0 {
		m.latency = took
	}
	m.latency += (took - m.latency) / 8
	p.say(m, nil)
}

// placed notes whether an endpoint's head is where the others' are; err says how it is not.
func (p *Pool) placed(m *pooled, err error) {
	p.mu.Lock()
	m.stale = err != nil
	p.say(m, err)
}

// say tells of an endpoint that went down or came back. The pool's mutex is held, and released here.
func (p *Pool) say(m *pooled, err error) {
	down := m.row > 0 || m.stale
	changed := down != m.down
	m.down = down
	p.mu.Unlock()
	if !changed {
		return
	}
	p.saying.Lock()
	defer p.saying.Unlock()
	if e := p.o.Events; down && e.Failed != nil {
		e.Failed(m.Name, err)
	} else if !down && e.Recovered != nil {
		e.Recovered(m.Name)
	}
}

func (p *Pool) disagree(a, b *pooled, question string) {
	p.saying.Lock()
	defer p.saying.Unlock()
	if p.o.Events.Disagreed != nil {
		p.o.Events.Disagreed(a.Name, b.Name, question)
	}
}

// Health is how an endpoint does.
type Health struct {
	Name     string `json:"name"`
	Failures int    `json:"failuresInARow"`
	Foreign  bool   `json:"ofAnotherChain"`
	// Stale is one whose head is not where the others' are.
	Stale bool `json:"headIsNotTheOthers"`
	// Faults are its failures, each counting half after each ten minutes.
	Faults  float64       `json:"recentFailures"`
	Latency time.Duration `json:"latencyNanoseconds"`
}

// Health returns how each endpoint does, in the order in which they were named.
func (p *Pool) Health() []Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]Health, len(p.members))
	now := p.o.Now()
	for i, m := range p.members {
		list[i] = Health{m.Name, m.row, m.foreign, m.stale, m.faultsAt(now), m.latency}
	}
	return list
}
