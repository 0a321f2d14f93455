package engine

import (
	"context"
	"time"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/internal/executor"
)

// joinTime is how long a node fetches state before it looks after its other duties.
const joinTime = 5 * time.Second

// join takes a set's state from other Executors, when this node is to and has none: that after the newest batch that is
// committed for good. It reports whether the node can go on from there. Whoever joins so takes the word of two thirds for
// all that came before.
func (n *Node) join(ctx context.Context, t Tick, set core.SetID, w *work) (bool, error) {
	if n.Fetch == nil || w.joined {
		return true, nil
	}
	if w.sync == nil {
		_, any, err := n.Store.LastBatch(ctx, set)
		if err != nil || any {
			w.joined = any
			return any, err
		}
		list, err := n.Roster.Batches(ctx, set, t.Final.Number)
		if err != nil || len(list) == 0 {
			return err == nil, err
		}
		last := program.Computed{Batch: list[len(list)-1].Batch}
		if len(list) > 1 {
			last.Previous = list[len(list)-2].Batch.Number
		}
		w.sync = executor.NewSync(last)
	}
	// Others can take their time to answer; what came is stored, and the node has other duties.
	asking, stop := context.WithTimeout(ctx, joinTime)
	defer stop()
	fetch := func(_ context.Context, name core.Hash) ([]byte, error) { return n.Fetch(asking, name) }
	for asking.Err() == nil {
		done, err := w.sync.Step(ctx, n.Store, fetch)
		if asking.Err() != nil && ctx.Err() == nil {
			break
		}
		if err != nil {
			w.sync = nil // the next time it begins with what is newest then; what is stored is not asked for again
			return false, err
		}
		if done {
			n.Events.Joined(n.joined(set, w, true))
			w.sync, w.joined = nil, true
			return true, nil
		}
	}
	n.Events.Joined(n.joined(set, w, false))
	return false, nil
}

func (n *Node) joined(set core.SetID, w *work, whole bool) Joined {
	b := w.sync.Batch()
	return Joined{Set: set, Number: b.Number, StateRoot: b.StateRoot, Objects: w.sync.Objects, Bytes: w.sync.Bytes, Whole: whole}
}
