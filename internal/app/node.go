package app

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
	"github.com/gear-tech/roster/internal/outbox"
	"github.com/gear-tech/roster/internal/store"
	"github.com/gear-tech/roster/internal/wasm"
)

// Heads say which block is the newest, and which one is final.
type Heads interface {
	Head(ctx context.Context) (chain.Block, error)
	Final(ctx context.Context) (chain.Block, error)
}

// Setup is what a node is made from, once the configuration is read and the keys are open.
type Setup struct {
	// Dir holds the store and the journal; it is made when it is not there.
	Dir    string
	Client chain.Client
	Heads  Heads
	// Middleware is the network, Programs the contract that nothing on chain knows; FirstBlock is where the
	// contracts' logs begin.
	Middleware, Programs common.Address
	FirstBlock           uint64

	Signer chain.Signer
	Key    *bls.SecretKey // nil: watch, sign no statement

	// Execute has the node run programs, and sign batches if it has a key. Publish tells the other Executors what this one
	// says; nil: nobody. What they say comes in by Hear.
	Execute   bool
	Publish   func(ctx context.Context, set core.SetID, message []byte) error
	Fetch     executor.Fetch      // nil: the node computes everything itself
	Misbehave engine.Misbehaviour // on the devnet alone

	Sets      []core.SetID // nil: all
	Duties    engine.Duties
	TurnDelay core.Time
	BondLimit core.Amount
	LogRange  uint64 // default 10,000
	Sample    int    // default 8
	// DayBudget is wei per day of the chain's clock, MaxFee wei per gas; nil: no limit. BumpBlocks default 5.
	DayBudget, MaxFee *big.Int
	BumpBlocks        uint64

	Events Events
	// StoreOptions are for tests of what happens when a process dies.
	StoreOptions []store.Option
}

// Events is everything that a node has to say.
type Events struct {
	Engine engine.Events
	Outbox outbox.Events
	// StageFailed is said of each stage that fails in a tick.
	StageFailed func(stage string, t engine.Tick, err error)
	// Ticked is said at the end of each tick; err is nil when every stage went through.
	Ticked func(t engine.Tick, err error)
}

// Node is a node: its files, and the stages that Step takes. It starts nothing by itself.
type Node struct {
	*engine.Node
	setup  Setup
	store  *store.Store
	shelf  *store.Shelf
	stages []engine.Stage
	runner *wasm.Runner // nil: it does not execute
	last   engine.Tick
}

// Open opens a node's files and fills its memory from them. Close it when done.
func Open(ctx context.Context, s Setup) (n *Node, err error) {
	s.LogRange, s.Sample = orDefault(s.LogRange, 10_000), orDefault(s.Sample, 8)
	if s.Events.StageFailed == nil {
		s.Events.StageFailed = func(string, engine.Tick, error) {}
	}
	if s.Events.Ticked == nil {
		s.Events.Ticked = func(engine.Tick, error) {}
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, &chain.Error{Kind: chain.User, Err: fmt.Errorf("make the data directory: %w", err)}
	}
	files, err := store.Open(ctx, filepath.Join(s.Dir, "store.db"), s.StoreOptions...)
	if err != nil {
		return nil, err
	}
	n = &Node{setup: s, store: files}
	if err := n.open(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	return n, nil
}

func orDefault[T comparable](value, otherwise T) T {
	if zero := *new(T); value == zero {
		return otherwise
	}
	return value
}

func (n *Node) open(ctx context.Context) error {
	s := n.setup
	indexed := engine.NewIndexed(s.Client, n.store)
	roster, err := chain.Open(ctx, indexed, s.Middleware, s.Programs, s.FirstBlock)
	if err != nil {
		return err
	}
	if err := n.store.Bind(ctx, roster.ChainID, core.Address(s.Middleware)); err != nil {
		return err
	}
	mirror, err := chain.OpenMirror(ctx, roster)
	if err != nil {
		return err
	}
	parts := engine.Parts{Roster: roster, Mirror: mirror, Indexed: indexed, Store: n.store, Account: s.Signer.Address(),
		Key: s.Key, Sets: s.Sets, Duties: s.Duties, TurnDelay: s.TurnDelay, BondLimit: s.BondLimit,
		LogRange: s.LogRange, Sample: s.Sample, Events: s.Events.Engine,
		Outbox: outbox.New(outbox.Options{Ledger: n.store, Client: s.Client, Signer: s.Signer,
			ChainID: new(big.Int).SetUint64(roster.ChainID), DayBudget: s.DayBudget, MaxFee: s.MaxFee, BumpBlocks: s.BumpBlocks,
			Events: s.Events.Outbox})}
	if s.Misbehave != "" && !slices.Contains(developmentChains, roster.ChainID) {
		return &chain.Error{Kind: chain.User, Err: fmt.Errorf("break the rules (%s) on chain %d: only on a development chain, one of %v",
			s.Misbehave, roster.ChainID, developmentChains)}
	}
	if n.shelf, err = store.OpenShelf(filepath.Join(s.Dir, "rewards")); err != nil {
		return err
	}
	parts.Shelf = n.shelf
	if s.Execute {
		if err := n.execute(&parts, roster); err != nil {
			return err
		}
	}
	if s.Key != nil {
		if parts.Journal, err = openJournal(ctx, s, roster); err != nil {
			return err
		}
	}
	if n.Node, err = engine.NewNode(ctx, parts); err != nil {
		if parts.Journal != nil {
			err = errors.Join(err, parts.Journal.Close())
		}
		return err
	}
	n.stages = stages(n.Node)
	return nil
}

// execute adds what it takes to run programs.
func (n *Node) execute(parts *engine.Parts, r *chain.Roster) (err error) {
	s := n.setup
	if n.runner, err = wasm.NewRunner(); err != nil {
		return err
	}
	parts.Runner, parts.Pool, parts.Misbehave, parts.Fetch = n.runner, executor.NewPool(r.Domain()), s.Misbehave, s.Fetch
	if s.Publish != nil {
		parts.Publish = func(ctx context.Context, m executor.Message) error { return s.Publish(ctx, m.Set(), m.Encode()) }
	}
	return nil
}

// developmentChains are those on which a node may break the rules on purpose.
var developmentChains = []uint64{1337, 31337}

// Hear takes in what another Executor says. It may be called from several goroutines.
func (n *Node) Hear(message []byte) executor.Verdict {
	m, err := executor.DecodeMessage(message)
	if err != nil || n.Pool == nil {
		return executor.Reject
	}
	return n.Pool.Add(m)
}

// Exchange does at once what follows from what other Executors said since the last step.
func (n *Node) Exchange(ctx context.Context) error {
	if n.last == (engine.Tick{}) {
		return nil
	}
	return engine.Run(ctx, exchange(n.Node), n.last, func(stage string, err error) { n.setup.Events.StageFailed(stage, n.last, err) })
}

// Store is the node's, to read.
func (n *Node) Store() *store.Store { return n.store }

// Step is one tick: everything that is due at the newest final block.
func (n *Node) Step(ctx context.Context) (engine.Tick, error) {
	t, err := n.heads(ctx)
	if err != nil {
		return t, err
	}
	return t, n.step(ctx, t)
}

// heads asks for the final and the newest block.
func (n *Node) heads(ctx context.Context) (t engine.Tick, err error) {
	if t.Final, err = n.setup.Heads.Final(ctx); err != nil {
		return t, err
	}
	if t.Head, err = n.setup.Heads.Head(ctx); err != nil {
		return t, err
	}
	if t.Head.Number < t.Final.Number { // the head was another endpoint's answer
		t.Head = t.Final
	}
	return t, nil
}

func (n *Node) step(ctx context.Context, t engine.Tick) error {
	n.last = t
	err := engine.Run(ctx, n.stages, t, func(stage string, err error) { n.setup.Events.StageFailed(stage, t, err) })
	n.setup.Events.Ticked(t, err)
	return err
}

// Close releases the files. Nothing is lost without it.
func (n *Node) Close() error {
	var err error
	if n.Node != nil && n.Journal != nil {
		err = n.Journal.Close()
	}
	if n.runner != nil {
		err = errors.Join(err, n.runner.Close())
	}
	return errors.Join(err, n.store.Close())
}
