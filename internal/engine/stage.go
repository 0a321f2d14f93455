package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/gear-tech/roster/internal/chain"
)

// Tick is one moment at which everything that is due is done.
type Tick struct {
	// Final is the newest final block: all that is decided follows from what is known there.
	Final chain.Block
	// Head is the newest block: it says what time it is for a transaction that is sent now.
	Head chain.Block
}

// Stage is one step of the way. It is idempotent for a tick, keeps nothing that it cannot find again in the store
// or on chain, and sends nothing itself: what follows goes into the outbox.
type Stage struct {
	Name string
	Step func(context.Context, Tick) error
	// Gate says that nothing after this stage is done in a tick in which it fails: without the facts, or with
	// facts that are not the chain's, nobody acts.
	Gate bool
}

// ErrGate marks the error of a tick in which nothing was done, because a gate was shut.
var ErrGate = errors.New("nothing is done")

// Run takes the stages in their order. One that fails does not stop those after it, unless it is a gate: what
// one set or one slash cannot do must not hold up the others. failed hears of each failure; all come back.
func Run(ctx context.Context, stages []Stage, t Tick, failed func(stage string, err error)) error {
	var all []error
	for _, s := range stages {
		err := s.Step(ctx, t)
		if err == nil {
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		err = fmt.Errorf("%s at block %d: %w", s.Name, t.Final.Number, err)
		failed(s.Name, err)
		if s.Gate {
			return fmt.Errorf("%w: %w", ErrGate, err)
		}
		all = append(all, err)
	}
	return errors.Join(all...)
}
