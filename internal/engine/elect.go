package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

// Verify compares a sample of the mirror with the chain, once for each capture and set. A difference shuts the
// gate until it is gone: a node whose stakes are not the chain's must not say who is elected.
func (n *Node) Verify(ctx context.Context, t Tick) error {
	captured, any := n.Roster.Times.CapturedAt(t.Final.Time - 1)
	if !any {
		return nil
	}
	for _, set := range n.sets {
		if err := n.verify(ctx, t, set, captured); err != nil {
			return err // after a difference there may be nothing left to compare
		}
	}
	return nil
}

func (n *Node) verify(ctx context.Context, t Tick, set core.SetID, e core.Era) error {
	key := fmt.Sprintf("%s%d/%d", verifiedFacts, set, e)
	if _, done, err := n.Store.Fact(ctx, key); err != nil || done {
		return err
	}
	checked, err := n.Mirror.Check(ctx, chain.Sample{Set: set, Era: e, Block: t.Final.Number, Size: n.Sample, Seed: t.Final.Hash})
	if different := (*chain.Difference)(nil); errors.As(err, &different) {
		n.Events.MirrorDiffers(Verification{Set: set, Era: e, Block: t.Final.Number, Difference: different.Error()})
		return errors.Join(err, n.rederive(ctx, fmt.Sprintf("rederived/%d/%d", set, e)))
	}
	if err != nil {
		return err
	}
	n.Events.Verified(Verification{Set: set, Era: e, Block: t.Final.Number, Compared: checked})
	return n.Store.PutFact(ctx, key, []byte(t.Final.Hash.String()))
}

// rederive forgets everything that came from the chain, so that the next tick reads it again: what an endpoint left out
// may be there at another, or later. Once for each capture, for an endpoint that goes on leaving it out would have the
// node read for ever.
func (n *Node) rederive(ctx context.Context, key string) error {
	if _, done, err := n.Store.Fact(ctx, key); err != nil || done {
		return err
	}
	if err := n.Store.Rewind(ctx, store.Position{}); err != nil {
		return err
	}
	if err := n.restore(ctx); err != nil {
		return err
	}
	return n.Store.PutFact(ctx, key, []byte("once"))
}

// verifiedFacts is how the keys of facts begin that say which captures were compared.
const verifiedFacts = "verified/"

// Seal fixes the seed of the newest era that can be sealed, in the first possible block.
func (n *Node) Seal(ctx context.Context, t Tick) error {
	times := n.Roster.Times
	// A transaction that is sent now meets the next block's time.
	e, any := times.CapturedAt(t.Head.Time + 1 - min(t.Head.Time+1, times.FinalityLag))
	if !any || !n.Duties.Propose {
		return nil
	}
	seed, err := n.Roster.Seed(ctx, e, t.Final.Number)
	if err != nil || !seed.IsZero() {
		return err
	}
	if len(n.sets) == 0 {
		return nil
	}
	// Whoever seals cannot choose; so the turn is only about gas, and the seed before this one is as good as any.
	d, err := n.latest(ctx, t, e)
	if err != nil || !n.turn(d, fmt.Sprintf("seal %d", e), times.SealableAt(e), t.Head.Time+1) {
		return err
	}
	return n.put(ctx, t, fmt.Sprintf("seal/%d", e), SealCall(n.Roster.At, e), times.LifetimeEnd(e), "AlreadySealed")
}

// latest is the last decision before an era that this node made in any set, nothing at first.
func (n *Node) latest(ctx context.Context, t Tick, before core.Era) (Decision, error) {
	for _, set := range n.sets {
		for back := core.Era(1); back <= 2 && back <= before; back++ {
			d, decided, err := n.decide(ctx, t, set, before-back)
			if err != nil || decided {
				return d, err
			}
		}
	}
	return Decision{}, nil
}

// Elect decides every era that is sealed, from the mirror, and keeps for each operator why it is in or out.
func (n *Node) Elect(ctx context.Context, t Tick) error {
	return n.each(ctx, func(set core.SetID) error {
		for _, e := range n.eras(t) {
			if _, _, err := n.decide(ctx, t, set, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// decide returns this node's election of a set and era; false while the era is not sealed. It is computed once and
// kept: the facts of a capture do not change when its block is final.
func (n *Node) decide(ctx context.Context, t Tick, set core.SetID, e core.Era) (Decision, bool, error) {
	if d, known := n.decisions[slot{set, e}]; known {
		return d, true, nil
	}
	if n.Mirror.History.ParametersAt(set, n.Roster.Times.Capture(e)).MaxExecutors == 0 {
		return Decision{}, false, nil // the set was not there at the capture
	}
	d, err := DecideFrom(ctx, n.Roster, Mirrored{n.Mirror}, set, e, t.Final.Number)
	if errors.Is(err, ErrNotSealed) {
		return d, false, nil
	}
	if err != nil {
		return d, false, err
	}
	header := d.Result.Header(batch.KeyHash(d.Aggregate))
	if err := n.Store.PutElection(ctx, electionOf(d, header, t)); err != nil {
		return d, false, err
	}
	for old := range n.decisions {
		if old.set == set && old.era+keepDecisions < e {
			delete(n.decisions, old)
		}
	}
	n.decisions[slot{set, e}] = d
	n.Events.Elected(Election{Set: set, Era: e, Block: t.Final.Number, Elected: len(d.Result.Executors),
		Operators: len(d.Result.Outcomes), Total: header.Total})
	return d, true, nil
}

// keepDecisions is how many eras of decisions a node keeps in memory; the rest is in the store.
const keepDecisions = 8

func electionOf(d Decision, h batch.Header, t Tick) store.Election {
	s := store.Election{Set: d.Snapshot.Set, Era: d.Snapshot.Era, Block: t.Final.Number, Capture: d.Snapshot.Capture,
		Seed: d.Draw.Seed, Total: h.Total}
	if len(d.Result.Executors) > 0 {
		s.Header = h.Hash()
	}
	for i, o := range d.Result.Outcomes {
		s.Operators = append(s.Operators, outcomeOf(i, o))
	}
	return s
}

func outcomeOf(i int, o election.Outcome) store.Outcome {
	return store.Outcome{Operator: o.Operator, Rank: i + 1, Weight: o.Weight, Stake: o.Stake, Elected: o.Elected,
		Code: o.Code, Detail: o.String()}
}
