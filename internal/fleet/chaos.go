package fleet

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/store"
)

// How often what goes wrong, in a thousand blocks.
const (
	killsPerMille  = 40 // per node
	faultsPerMille = 30 // per node
	forksPerMille  = 60
	liesPerMille   = 600 // of eras
)

// chaos hurts a fleet, as its seed says.
type chaos struct {
	f     *Fleet
	rng   *rand.Rand
	over  bool
	tried map[core.Era]bool // the liar has thought about it
	wrong []error           // what must not happen, whatever goes wrong
}

func newChaos(f *Fleet) *chaos {
	return &chaos{f: f, rng: rand.New(rand.NewPCG(f.Seed, 0xc4a05)), tried: map[core.Era]bool{}}
}

// before does what happens between two blocks.
func (c *chaos) before(ctx context.Context) error {
	if c.over {
		return nil
	}
	for _, m := range c.f.nodes {
		if !c.f.Deep {
			c.hurt(m)
		}
	}
	depth := c.f.Finality
	if c.f.Deep {
		depth = deepest + 1
	}
	if depth > 1 && c.rng.IntN(1000) < forksPerMille {
		if err := c.fork(1 + c.rng.Uint64N(depth-1)); err != nil {
			return err
		}
	}
	return c.lie(ctx)
}

// hurt breaks a node or its endpoint, or mends it.
func (c *chaos) hurt(m *member) {
	if m.node == nil {
		return
	}
	switch {
	case m.endpoint.fault != none: // first: whoever sees no chain writes nothing, and would be about to die for good
		if c.rng.IntN(3) == 0 {
			m.endpoint.fault = none
		}
	case m.deadline > 0: // about to die
	case c.rng.IntN(1000) < killsPerMille:
		m.kill(c.rng)
	case c.rng.IntN(1000) < faultsPerMille:
		m.endpoint.fault = []fault{down, flaky, stale, deafness}[c.rng.IntN(4)]
		c.f.stats.Faults++
	}
}

// deepest is how many blocks a fork undoes at the most where it undoes what was taken for final.
const deepest = 20

// fork undoes so many blocks; their transactions come back, or are lost.
func (c *chaos) fork(depth uint64) error {
	head := c.f.Head().Number.Uint64()
	if head <= depth+c.f.born {
		return nil
	}
	parent, err := c.f.Client().HeaderByNumber(context.Background(), chain.Number(head-depth))
	if err != nil {
		return err
	}
	now := c.f.Now()
	if err := c.f.Fork(parent.Hash(), c.rng.IntN(2) == 0); err != nil {
		return err
	}
	c.f.stats.Forks++
	// The new branch is as long as the old one was, and its clock does not go back.
	for t := parent.Time; core.Time(t) < now; {
		t += uint64(c.f.BlockTime)
		if err := c.f.AdvanceTo(core.Time(t)); err != nil {
			return err
		}
	}
	return nil
}

// lie posts a wrong list in front of the honest ones, as soon as an era is sealed.
func (c *chaos) lie(ctx context.Context) error {
	block, now := c.f.Head().Number.Uint64(), c.f.Now()
	e, any := c.f.Roster.Times.CapturedAt(now - 1)
	if !any || c.tried[e] {
		return nil
	}
	seed, err := c.f.Roster.Seed(ctx, e, block)
	if err != nil || seed.IsZero() {
		return err
	}
	c.tried[e] = true
	if c.rng.IntN(1000) >= liesPerMille {
		return nil
	}
	d, err := engine.Decide(ctx, c.f.Roster, c.f.set, e, block)
	if err != nil || len(d.Result.Executors) < 2 {
		return err
	}
	entries, aggregate := c.falsify(d)
	if err != nil {
		return err
	}
	p, err := engine.ProposalOf(seed, entries, aggregate)
	if err != nil {
		return err
	}
	if _, err := c.f.liar.Propose(ctx, c.f.set, e, p); err != nil {
		if chain.KindOf(err) == chain.User || chain.KindOf(err) == chain.Retry { // an honest one was faster
			return nil
		}
		return fmt.Errorf("lie about era %d: %w", e, err)
	}
	c.f.stats.Lies++
	return nil
}

// falsify makes a list wrong in one of three ways.
func (c *chaos) falsify(d engine.Decision) ([]merkle.Entry, [192]byte) {
	entries := append([]merkle.Entry{}, d.Result.Executors...)
	switch c.rng.IntN(3) {
	case 0: // leaves somebody out
		i := c.rng.IntN(len(entries))
		entries = append(entries[:i], entries[i+1:]...)
	case 1: // says that the last one has less
		last := &entries[len(entries)-1]
		last.Weight.SubUint64(&last.Weight, 1)
	default: // names a key that is not the sum
		aggregate, err := engine.Aggregate(entries[:1], d.Registered)
		if err == nil {
			return entries, aggregate
		}
	}
	aggregate, err := engine.Aggregate(entries, d.Registered)
	if err != nil {
		return d.Result.Executors, d.Aggregate
	}
	return entries, aggregate
}

// expected reports whether an error is one of those that chaos makes. What says that a node's facts are wrong never is.
func (c *chaos) expected(m *member, err error) bool {
	different := (*chain.Difference)(nil)
	if errors.As(err, &different) || errors.Is(err, store.ErrDiffers) || errors.Is(err, store.ErrCorrupt) {
		c.wrong = append(c.wrong, fmt.Errorf("node %d: %w", m.index, err))
		return false
	}
	return true
}
