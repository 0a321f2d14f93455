package engine

import (
	"context"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
)

// work is a set's batches, as a node follows them. All of it can be read and computed again.
type work struct {
	machine *executor.Machine
	// joined: the state is the node's own, or was fetched; sync is how far the fetching has come.
	joined bool
	sync   *executor.Sync
	// commits are the last ones, keptBehind at the most, those of blocks that are not final included; final is how many of
	// them are in final blocks, and readTo the final block up to which they were compared.
	commits []chain.Committed
	final   int
	readTo  uint64
	// start is from where a set goes on that was opened with a dead one's head.
	start struct {
		known  bool
		number uint64
		hash   core.Hash
	}
	// recalled: statements that were to be disputed when the node died are in the pool again.
	recalled bool
	// differs: a committed batch is not what this node computed. Nothing may be signed on top of it.
	differs bool
	// at is the tick of which the following are: the active era and the sets that may sign.
	at         Tick
	era        core.Era
	active     bool
	committees []executor.Committee
	// said are the statements of this node by number, with the block in which they were last sent.
	said map[uint64]saidOne
	// quorum is the block in which there were first enough signatures for a batch, by its hash.
	quorum map[core.Hash]uint64
}

type saidOne struct {
	messages []executor.Message
	block    uint64
	round    uint8
}

func (n *Node) work(set core.SetID) *work {
	w := n.works[set]
	if w == nil {
		w = &work{machine: &executor.Machine{Roster: n.Roster, Set: set, Ledger: n.Store, Runner: n.Runner},
			said: map[uint64]saidOne{}, quorum: map[core.Hash]uint64{}}
		n.works[set] = w
	}
	return w
}

// Execute computes the batches of every interval that has ended (protocol §6).
func (n *Node) Execute(ctx context.Context, t Tick) error {
	if n.Runner == nil {
		return nil
	}
	return n.each(ctx, func(set core.SetID) error {
		w := n.work(set)
		if ready, err := n.join(ctx, t, set, w); err != nil || !ready {
			return err
		}
		return w.machine.Advance(ctx, t.Final.Number, func(c program.Computed) {
			n.Events.BatchComputed(BatchComputed{Set: set, Number: c.Number, EndBlock: c.EndBlock, Hash: c.Hash(), StateRoot: c.StateRoot,
				Ran: c.Ran, Sent: len(c.Outgoing), Gas: c.Gas})
		})
	})
}

// follow reads what was committed, and compares what is in final blocks with what this node computed. The machine must
// have come to the final block: a batch that is not computed yet is not one that differs.
func (n *Node) follow(ctx context.Context, t Tick, set core.SetID, w *work) error {
	r := *n.Roster
	if len(w.commits) > 0 { // signatures that came late are events of their own, in later blocks
		r.FirstBlock = w.commits[0].Block
	} else {
		r.FirstBlock = max(w.readTo+1, r.FirstBlock)
	}
	if !w.start.known {
		var err error
		if w.start.number, w.start.hash, err = n.Roster.StartOf(ctx, set, t.Final.Number); err != nil {
			return err
		}
		w.start.known = true
	}
	if r.FirstBlock > t.Head.Number {
		return nil
	}
	list, err := r.Batches(ctx, set, t.Head.Number)
	if err != nil {
		return err
	}
	final := 0
	for _, c := range list {
		if c.Block > t.Final.Number {
			break
		}
		final++
		if c.Block <= w.readTo {
			continue
		}
		if err := n.compare(ctx, t, w, c); err != nil {
			return err
		}
	}
	drop := min(final, max(len(list)-keptBehind, 0))
	w.commits, w.final, w.readTo = list[drop:], final-drop, t.Final.Number
	return nil
}

// head is the number and the hash of the batch that was committed last, as far as one can see.
func (w *work) head() (uint64, core.Hash) {
	if len(w.commits) == 0 {
		return w.start.number, w.start.hash
	}
	last := w.commits[len(w.commits)-1]
	return last.Batch.Number, last.Hash
}

// compare looks whether a batch that is committed for good is this node's.
func (n *Node) compare(ctx context.Context, t Tick, w *work, c chain.Committed) error {
	mine, known, err := n.Store.Batch(ctx, c.Batch.Set, c.Batch.Number)
	if err != nil {
		return err
	}
	said := BatchCommitted{Set: c.Batch.Set, Era: c.Era, Number: c.Batch.Number, Block: c.Block, Hash: c.Hash,
		Signed: len(c.Signers.Indices()), Late: len(c.Late.Indices())}
	if under, found := committeeOf(w.committees, c.Era); found {
		said.Executors = len(under.Entries)
	}
	n.Events.BatchCommitted(said)
	if known && mine.Hash() == c.Hash {
		return nil
	}
	if !known {
		first, any, err := n.Store.BatchAfter(ctx, c.Batch.Set, 0)
		if err != nil || any && first.Previous > w.start.number && c.Batch.Number < first.Number {
			return err // it is from before this node joined
		}
	}
	w.differs = true
	d := BatchDiffers{Set: c.Batch.Set, Era: c.Era, Number: c.Batch.Number, Committed: c.Hash, Difference: "there should be no batch of this number"}
	if known {
		d.Mine, d.Difference = mine.Hash(), Difference(mine.Batch, c.Batch)
	}
	n.Events.BatchDiffers(d)
	return nil
}

// Difference names the first field in which two batches of one number differ, empty when they do not.
func Difference(mine, theirs batch.Batch) string {
	for _, f := range []struct {
		name         string
		mine, theirs any
	}{
		{"previousHash", mine.PreviousHash, theirs.PreviousHash},
		{"endBlock", mine.EndBlock, theirs.EndBlock},
		{"endBlockHash", mine.EndBlockHash, theirs.EndBlockHash},
		{"stateRoot", mine.StateRoot, theirs.StateRoot},
		{"messagesRoot", mine.MessagesRoot, theirs.MessagesRoot},
	} {
		if f.mine != f.theirs {
			return fmt.Sprintf("%s: computed %v, theirs %v", f.name, f.mine, f.theirs)
		}
	}
	return ""
}
