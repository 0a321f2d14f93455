package engine

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

// Index brings the store and the mirror to the final block: the log of every block in between, each step in one
// transaction of the store.
// If the process dies in between, the store is at one of the steps, and the mirror is filled from it anew.
func (n *Node) Index(ctx context.Context, t Tick) error {
	at, err := n.reconcile(ctx)
	if err != nil {
		return err
	}
	for at.Number < t.Final.Number {
		from := at
		to := min(at.Number+max(n.LogRange, 1), t.Final.Number)
		f, err := n.Mirror.Fetch(ctx, at.Number+1, to)
		if err != nil {
			return err
		}
		if f.To.Number == t.Final.Number && f.To.Hash != t.Final.Hash {
			return &chain.Error{Kind: chain.Retry, Err: fmt.Errorf("block %d is %s, the final one is %s", to, f.To.Hash, t.Final.Hash)}
		}
		vaults, err := packVaults(f.Vaults)
		if err != nil {
			return err
		}
		at = store.Position{Number: f.To.Number, Hash: f.To.Hash, Time: f.To.Time}
		if err := n.Store.Advance(ctx, from, at, f.Logs, vaults); err != nil {
			return err
		}
		if err := n.Mirror.Apply(f); err != nil {
			return fmt.Errorf("mirror blocks %d to %d: %w", from.Number+1, to, err)
		}
		n.cover(at)
		n.Events.Indexed(Indexing{Final: f.To, Logs: len(f.Logs), Vaults: len(f.Vaults)})
	}
	n.sets, err = n.served(ctx, t)
	return err
}

// reconcile returns where the store is on the chain as it is now. Final blocks do not change; if one did all the
// same, the store goes back to the last step that is still there.
func (n *Node) reconcile(ctx context.Context) (store.Position, error) {
	start := n.Roster.FirstBlock - min(n.Roster.FirstBlock, 1)
	at, started, err := n.Store.Cursor(ctx)
	if err != nil {
		return at, err
	}
	if !started {
		header, err := n.Roster.Client.HeaderByNumber(ctx, chain.Number(start))
		if err != nil {
			return at, fmt.Errorf("read block %d: %w", start, err)
		}
		b := chain.BlockOf(header)
		at = store.Position{Number: b.Number, Hash: b.Hash, Time: b.Time}
		return at, n.Store.Advance(ctx, store.Position{}, at, nil, nil)
	}
	if same, err := n.onChain(ctx, at); err != nil || same {
		return at, err
	}
	steps, err := n.Store.Steps(ctx, at.Number, mostSteps)
	if err != nil {
		return at, err
	}
	for _, s := range steps { // newest first
		same, err := n.onChain(ctx, s)
		if err != nil {
			return at, err
		}
		if !same {
			continue
		}
		n.Events.Reorganised(Reorganisation{From: at.Number, To: s.Number})
		// In this order: if the process dies in between, the cursor is still not on the chain, and all of it is done again.
		if err := n.undo(ctx, s.Number); err != nil {
			return at, err
		}
		if err := n.Store.Rewind(ctx, s); err != nil {
			return at, err
		}
		return s, n.restore(ctx)
	}
	return at, &chain.Error{Kind: chain.Fatal, Err: fmt.Errorf(
		"block %d was %s and is another now, and none of the %d steps before it is on this chain: "+
			"is it another chain? If not, delete the store, which is derived again (keep the journal)", at.Number, at.Hash, len(steps))}
}

// undo takes back what the node knew of blocks above one, beside what the store itself forgets.
func (n *Node) undo(ctx context.Context, above uint64) error {
	if _, err := n.Store.ReopenIntents(ctx, above); err != nil {
		return err
	}
	verified, err := n.Store.Facts(ctx, verifiedFacts)
	if err != nil {
		return err
	}
	for _, f := range verified { // a capture may be another now: compare it again
		if err := n.Store.DeleteFact(ctx, f.Key); err != nil {
			return err
		}
	}
	return nil
}

// mostSteps is how many steps back a common block is looked for: more than any chain that calls blocks final undoes.
const mostSteps = 10_000

// onChain asks the chain itself, not what was kept of it.
func (n *Node) onChain(ctx context.Context, p store.Position) (bool, error) {
	client := n.Roster.Client
	if n.Indexed != nil {
		client = n.Indexed.Client
	}
	header, err := client.HeaderByNumber(ctx, chain.Number(p.Number))
	if err != nil {
		return false, fmt.Errorf("read block %d: %w", p.Number, err)
	}
	return core.Hash(header.Hash()) == p.Hash, nil
}

// restore fills the mirror from the store, and forgets what was derived from another one.
func (n *Node) restore(ctx context.Context) error {
	n.forget()
	stored, err := n.Store.Vaults(ctx)
	if err != nil {
		return err
	}
	facts := make([]stake.VaultFacts, len(stored))
	for i, v := range stored {
		if err := json.Unmarshal(v.Facts, &facts[i]); err != nil {
			return fmt.Errorf("read facts of vault %s from the store: %w", v.Address, err)
		}
	}
	n.Mirror.Reset()
	if err := n.Mirror.Restore(facts, func(yield func(types.Log) error) error { return n.Store.EachLog(ctx, yield) }); err != nil {
		return err
	}
	at, _, err := n.Store.Cursor(ctx)
	n.cover(at)
	return err
}

// cover lets the client answer from the store up to here.
func (n *Node) cover(at store.Position) {
	if n.Indexed != nil {
		n.Indexed.Cover(at.Number, n.Mirror.Followed())
	}
}

func packVaults(facts []stake.VaultFacts) ([]store.Vault, error) {
	list := make([]store.Vault, len(facts))
	for i, f := range facts {
		text, err := json.Marshal(f)
		if err != nil {
			return nil, fmt.Errorf("store facts of vault %s: %w", f.Address, err)
		}
		list[i] = store.Vault{Address: f.Address, Facts: text}
	}
	return list, nil
}
