package engine

import (
	"context"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/outbox"
	"github.com/gear-tech/roster/internal/store"
)

// put writes an intent into the outbox; one of this key that is there already stays as it is. by is the last moment
// at which the call is of use, 0 for none; done are the reverts that say that another was faster.
func (n *Node) put(ctx context.Context, t Tick, key string, call chain.Call, by core.Time, done ...string) error {
	_, err := n.Outbox.Put(ctx, outbox.Intent{Key: key, To: core.Address(*call.To), Data: call.Data, Gas: call.Gas, By: by,
		DoneBy: done, CreatedAt: t.Head.Number})
	return err
}

// refused reports whether an intent of this key failed with one of these reverts.
func (n *Node) refused(ctx context.Context, key string, names []string) (bool, error) {
	intent, known, err := n.Store.Intent(ctx, key)
	return known && intent.Status == store.Failed && slices.Contains(names, intent.Reason), err
}

// mostSaid bounds what a node remembers of what it has said.
const mostSaid = 10_000

// sayOnce says something the first time it is true since the node started.
func (n *Node) sayOnce(key string, say func()) {
	if n.said[key] {
		return
	}
	if len(n.said) >= mostSaid {
		clear(n.said)
	}
	n.said[key] = true
	say()
}

// dueSince is when the node saw first that something is due.
func (n *Node) dueSince(key string, t Tick) core.Time {
	if since, known := n.due[key]; known {
		return since
	}
	if len(n.due) >= mostSaid {
		clear(n.due)
	}
	n.due[key] = t.Head.Time
	return t.Head.Time
}

// memberTurn is turn among the elected of an era that this node has decided; anyone's turn when it has not.
func (n *Node) memberTurn(ctx context.Context, t Tick, set core.SetID, e core.Era, task string, since core.Time) bool {
	d, decided, err := n.decide(ctx, t, set, e)
	if err != nil || !decided {
		return true
	}
	return n.turn(d, task, since, t.Head.Time)
}

// again is the key under which something is put that may have ended without having happened: a simulation that says that
// another was faster speaks of what waits to be mined, and that can come to nothing. A few blocks after such an end it
// is put anew; false while it is too early.
func (n *Node) again(ctx context.Context, t Tick, key string) (string, bool, error) {
	for i := 0; ; i++ {
		one := fmt.Sprintf("%s/%d", key, i)
		intent, known, err := n.Store.Intent(ctx, one)
		if err != nil {
			return "", false, err
		}
		if !known || intent.Open() {
			return one, true, nil
		}
		if t.Head.Number < intent.CreatedAt+resendAfter {
			return "", false, nil
		}
	}
}
