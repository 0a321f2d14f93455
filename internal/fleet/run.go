package fleet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gear-tech/roster/core"
)

// Run lets the eras pass, block by block: each block, every node takes one tick. It ends with everything compared.
func (f *Fleet) Run(ctx context.Context) error {
	t := f.Roster.Times
	end := t.Start(core.Era(f.Eras)) + 1
	f.mayBetray = f.Eras >= 3 && f.Byzantine == 0 // there is time to execute the slash
	if err := f.AdvanceTo(t.Capture(0) - 10); err != nil {
		return err
	}
	for f.Now() < end {
		if err := f.Tick(ctx); err != nil {
			return err
		}
	}
	return f.settle(ctx)
}

// Serve lets the chain go on by the wall clock, a block every so often, with every node acting on each, until the
// context ends, which is no error.
func (f *Fleet) Serve(ctx context.Context, every time.Duration) error {
	f.lenient.Store(true)
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		if err := f.Tick(ctx); err != nil {
			if ctx.Err() != nil {
				return nil
			}
			return err
		}
	}
}

// Tick makes one block and lets every node act on it. What a node cannot do is its own affair, and counted; what the
// fleet itself cannot do is an error.
func (f *Fleet) Tick(ctx context.Context) error {
	if f.chaos != nil {
		if err := f.chaos.before(ctx); err != nil {
			return fmt.Errorf("chaos at block %d: %w", f.Block(), err)
		}
	}
	f.fell()
	if err := f.work(ctx); err != nil {
		return err
	}
	if err := f.betray(ctx); err != nil {
		return err
	}
	if err := f.judge(ctx); err != nil {
		return err
	}
	if err := f.AdvanceTo(f.Now() + f.BlockTime); err != nil {
		return err
	}
	f.stats.Blocks++
	for _, m := range f.nodes {
		if m.node == nil {
			if m.asleep--; m.asleep > 0 {
				continue
			}
			if err := f.start(ctx, m); err != nil {
				if f.chaos == nil {
					return err
				}
				m.asleep = 1 // its endpoint may be broken, too
				continue
			}
		}
		f.stats.Ticks++
		_, err := m.node.Step(ctx)
		if err := f.acted(m, err); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return f.converse(ctx)
}

// work is what users do: every few blocks one of them has something for a program to do.
func (f *Fleet) work(ctx context.Context) error {
	if f.quiet || f.stats.Blocks%talkEvery != 0 {
		return nil
	}
	return f.talk(ctx)
}

// talkEvery is how many blocks lie between two messages.
const talkEvery = 10

// mostRounds bounds how often nodes answer each other within one block.
const mostRounds = 4

// converse has every node act on what the others said, until nobody says anything new.
func (f *Fleet) converse(ctx context.Context) error {
	for range mostRounds {
		if !f.line.deliver() {
			return nil
		}
		for _, m := range f.nodes {
			if m.node == nil {
				continue
			}
			if err := f.acted(m, m.node.Exchange(ctx)); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostRest bounds how many blocks may pass until everything that waited is committed, after chaos.
const mostRest = 60

// rest lets blocks pass in which users say nothing, so that everything is final and committed.
func (f *Fleet) rest(ctx context.Context) error {
	f.quiet = true
	for i := range mostRest {
		if i >= int(f.Finality)+8 {
			waits, err := f.waits(ctx)
			if err != nil || !waits {
				return err
			}
		}
		if err := f.Tick(ctx); err != nil {
			return err
		}
	}
	return nil
}

// settle lets a few blocks pass without anything new and without chaos, so that everything is final, and compares.
func (f *Fleet) settle(ctx context.Context) error {
	f.calm()
	if err := f.rest(ctx); err != nil {
		return err
	}
	for _, m := range f.nodes { // whoever was still down
		if m.node == nil {
			if err := f.start(ctx, m); err != nil {
				return err
			}
		}
		if _, err := m.node.Step(ctx); err != nil {
			return fmt.Errorf("node %d, at the end: %w", m.index, err)
		}
	}
	all := f.Check(ctx)
	if f.chaos != nil {
		all = append(all, f.chaos.wrong...)
	}
	return errors.Join(all...)
}
