package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
	"github.com/gear-tech/roster/internal/outbox"
	"github.com/gear-tech/roster/internal/store"
)

// Duties are what a node does beside watching. Every one is open to anyone on chain.
type Duties struct {
	Propose, Challenge, Eject, Reward, Slash bool
}

// Parts are what a node is made of; its stages are methods of Node.
type Parts struct {
	// Roster reads the chain; what logs the store has come from there (see Indexed).
	Roster *chain.Roster
	Mirror *chain.Mirror
	// Indexed is the client behind Roster, told how far the index is; nil: there is no such client.
	Indexed *Indexed
	Store   *store.Store
	// Shelf keeps the distributions that this node computed, for whoever wants to check or to claim; nil: it keeps none.
	Shelf  *store.Shelf
	Outbox *outbox.Outbox
	// Account sends the transactions: the operator's, or a watcher's.
	Account common.Address
	// Key signs statements; nil: the node watches and signs nothing. Nothing is signed that Journal does not
	// hold first.
	Key     *bls.SecretKey
	Journal *store.Journal
	// Runner runs programs; nil: the node computes no batches. Pool gathers what Executors say, and Publish tells the
	// others what this node says.
	Runner  program.Runner
	Pool    *executor.Pool
	Publish func(ctx context.Context, m executor.Message) error
	// Fetch has the node take the state of a set that it does not know from other Executors; nil: it computes everything.
	Fetch executor.Fetch
	// Misbehave has the node break the rules, on a network that is there for it; nil: it keeps them.
	Misbehave Misbehaviour
	// Sets are those that the node serves; nil: all there are.
	Sets   []core.SetID
	Duties Duties
	// TurnDelay is how long, in seconds, a node that is not first waits for each one before it.
	TurnDelay core.Time
	// BondLimit is the most that one proposal may put at stake, wVARA base units; 0: no limit.
	BondLimit core.Amount
	// LogRange is the most blocks that are indexed in one step.
	LogRange uint64
	// Sample is how many stakes are compared with the chain at each capture.
	Sample int
	Events Events
}

// Node is a node's memory between two ticks: caches, all of which can be dropped at any time (forget).
type Node struct {
	Parts

	sets      []core.SetID // served, as of the present tick
	decisions map[slot]Decision
	books     map[core.SetID]Books
	drafts    map[core.SetID]draft
	closed    map[slash.Offence]bool  // offences of which nothing can come any more, in any vault
	looked    map[core.SetID]core.Era // 1 + the era in which own bonds were last looked for
	signed    signedStatement
	said      map[string]bool
	due       map[string]core.Time
	works     map[core.SetID]*work
	keyHash   core.Hash                        // of Key, once it was asked for
	opened    map[core.Hash]executor.Committee // by header
	settled   map[core.Hash]bool               // disputes of which nothing can come any more, by id
}

// slot is one era of one set.
type slot struct {
	set core.SetID
	era core.Era
}

// NewNode makes a node and fills its mirror from the store.
func NewNode(ctx context.Context, p Parts) (*Node, error) {
	n := &Node{Parts: p}
	n.Events.ensure()
	n.forget()
	if err := n.restore(ctx); err != nil {
		return nil, err
	}
	return n, nil
}

// forget drops what was derived, after a reorganisation of blocks that were taken for final.
func (n *Node) forget() {
	n.decisions, n.books = map[slot]Decision{}, map[core.SetID]Books{}
	n.opened = map[core.Hash]executor.Committee{}
	n.works, n.settled = map[core.SetID]*work{}, map[core.Hash]bool{}
	n.drafts, n.closed = map[core.SetID]draft{}, map[slash.Offence]bool{}
	n.looked, n.said, n.due = map[core.SetID]core.Era{}, map[string]bool{}, map[string]core.Time{}
}

// served returns the sets that the node serves and the chain has.
func (n *Node) served(ctx context.Context, t Tick) ([]core.SetID, error) {
	count, err := n.Roster.SetCount(ctx, t.Final.Number)
	if err != nil {
		return nil, err
	}
	var sets []core.SetID
	if n.Sets == nil {
		for s := range count {
			sets = append(sets, s)
		}
		return sets, nil
	}
	for _, s := range n.Sets {
		if s < count {
			sets = append(sets, s)
		}
	}
	return sets, nil
}

// each does something for every set that the node serves; what one set cannot do does not stop the others.
func (n *Node) each(ctx context.Context, do func(core.SetID) error) error {
	var all []error
	for _, set := range n.sets {
		if err := do(set); err != nil {
			all = append(all, fmt.Errorf("set %d: %w", set, err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return errors.Join(all...)
}

// eras returns, ascending, the eras whose capture is final and whose lifetime is not over: those in which something
// can be elected, challenged or done.
func (n *Node) eras(t Tick) []core.Era {
	times := n.Roster.Times
	last, any := times.CapturedAt(t.Final.Time - 1) // a stake is read strictly before the block that reads it
	if !any {
		return nil
	}
	first := last
	for first > 0 && t.Head.Time < times.LifetimeEnd(first-1) {
		first--
	}
	var list []core.Era
	for e := first; e <= last; e++ {
		list = append(list, e)
	}
	return list
}
