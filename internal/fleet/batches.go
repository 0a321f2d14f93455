package fleet

import (
	"context"
	"fmt"

	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

// checkBatches compares what was committed with what each node computed, and with a node that computed everything again;
// and checks that nobody waits any more for a batch that everybody has computed.
func (f *Fleet) checkBatches(ctx context.Context, fresh *app.Node, final chain.Block) (all []error) {
	bad := func(format string, values ...any) { all = append(all, fmt.Errorf(format, values...)) }
	committed, err := f.Roster.Batches(ctx, f.set, final.Number)
	if err != nil {
		return []error{err}
	}
	f.stats.Certified = len(committed)
	for i, c := range committed {
		if i > 0 && committed[i-1].Era == c.Era && c.Batch.EndBlock > f.traffic.since {
			f.stats.Slowest = max(f.stats.Slowest, c.Block-max(c.Batch.EndBlock, committed[i-1].Block))
		}
		f.stats.Signatures += len(c.Signers.Indices())
		f.stats.LateSignatures += len(c.Late.Indices())
		right, known, err := fresh.Store().Batch(ctx, f.set, c.Batch.Number)
		if err != nil || !known || right.Hash() != c.Hash {
			bad("batch %d: %s is committed, computed again %s (%v)", c.Batch.Number, c.Hash, right.Hash(), err)
			continue
		}
		f.stats.Messages += right.Ran
		for _, m := range f.nodes {
			own, known, err := m.node.Store().Batch(ctx, f.set, c.Batch.Number)
			if first, any, err := m.node.Store().BatchAfter(ctx, f.set, 0); m.fetch != nil && err == nil && any && c.Batch.Number < first.Number {
				continue // it took the state after a later one from others
			}
			if err != nil || !known || own.Hash() != c.Hash {
				bad("batch %d: node %d computed %s, committed is %s (%v)", c.Batch.Number, m.index, own.Hash(), c.Hash, err)
			}
		}
	}
	last, _, err := fresh.Store().LastBatch(ctx, f.set)
	if err != nil {
		return append(all, err)
	}
	if len(committed) == 0 || committed[len(committed)-1].Batch.Number < last.Number {
		bad("batch %d is computed, and not committed; %d are", last.Number, len(committed))
	}
	return all
}

// waits reports whether a node has computed a batch that is not committed for good.
func (f *Fleet) waits(ctx context.Context) (bool, error) {
	final, err := chain.Heads{Client: f.Client(), Finality: f.finality()}.Final(ctx)
	if err != nil {
		return false, err
	}
	committed, err := f.Roster.Batches(ctx, f.set, final.Number)
	if err != nil {
		return false, err
	}
	for _, m := range f.nodes {
		if m.node == nil {
			return true, nil
		}
		last, any, err := m.node.Store().LastBatch(ctx, f.set)
		if err != nil {
			return false, err
		}
		if any && (len(committed) == 0 || committed[len(committed)-1].Batch.Number < last.Number) {
			return true, nil
		}
	}
	return false, nil
}

// checkByzantine checks that whoever broke the rules and can be convicted was: equivocation by itself, a wrong result
// when the judge had called it that; and that nobody else was.
func (f *Fleet) checkByzantine(ctx context.Context, final chain.Block) (all []error) {
	reported, err := f.Roster.OffencesOf(ctx, f.set, final.Number)
	if err != nil {
		return []error{err}
	}
	convicted := map[[20]byte]slash.Kind{}
	for _, o := range reported {
		convicted[o.Operator] = slash.Kind(o.Kind)
	}
	for _, m := range f.nodes {
		kind, was := convicted[m.operator.Sender.From()]
		want, should := map[engine.Misbehaviour]slash.Kind{engine.Equivocates: slash.Equivocation, engine.WrongResult: slash.WrongResult}[m.misbehave]
		traitor := f.betrayed != nil && f.betrayed.Operator == m.operator.Address()
		switch {
		case was && !should && !traitor:
			all = append(all, fmt.Errorf("node %d is honest, and was reported for %s", m.index, kind))
		case should && (!was || kind != want):
			all = append(all, fmt.Errorf("node %d: %s, and was not reported for %s", m.index, m.misbehave, want))
		case was:
			f.stats.Convictions++
		}
	}
	return all
}

// judge runs every dispute again, and upholds it: what the judge does after publishing what it has found.
func (f *Fleet) judge(ctx context.Context) error {
	filed, upheld, err := f.Roster.Disputes(ctx, f.Block())
	if err != nil {
		return err
	}
	for _, d := range filed {
		if upheld[d.Id] != nil || f.judged[d.Id] {
			continue
		}
		f.judged[d.Id] = true
		j, err := engine.Judge(ctx, f.Roster, d, f.runner, f.Block())
		if err != nil {
			return err
		}
		if j.Wrong.IsZero() {
			return fmt.Errorf("dispute %x: neither side is right", d.Id)
		}
		f.say("the judge ran batch %d again: %v signed what is wrong", j.Number, j.Signers)
		if _, err := f.Judge.Uphold(ctx, d.Dispute, j.Wrong); err != nil {
			return err
		}
		f.stats.Judged++
	}
	return nil
}
