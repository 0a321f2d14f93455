package fleet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"sync/atomic"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
	"github.com/gear-tech/roster/internal/store"
	"github.com/gear-tech/roster/internal/wasm"
)

// Options say what to run.
type Options struct {
	// Nodes is how many complete nodes there are, each an operator's; at least 1.
	Nodes int
	// Eras is how many eras pass.
	Eras int
	// Seed is that of the chain and of chaos.
	Seed uint64
	// Chaos hurts nodes, chain and endpoints, and posts wrong lists.
	Chaos bool
	// Dir holds a directory for each node.
	Dir string
	// Listen is host:port of the chain's JSON-RPC; empty: none.
	Listen string
	// BlockTime is how many seconds of the chain's clock lie between two blocks, default 1.
	BlockTime core.Time
	// Finality is how many blocks "finalized" lags behind the head. Chaos forks up to that deep.
	Finality uint64
	// Deep has the nodes take the head for final, and chaos do nothing but fork, up to 20 blocks deep: what a node
	// takes for final is undone, again and again.
	Deep bool
	// Everyone has a place in the set; else there are fewer places than nodes, as the devnet's parameters say.
	Everyone bool
	// Byzantine is how many nodes break the rules, or die, each in another way, as the seed says: that of 1 lets the first
	// sign two results, and the second a wrong one.
	Byzantine int
	// Out hears what happens.
	Out io.Writer
}

// Fleet is a network with its nodes.
type Fleet struct {
	Options
	*network
	nodes  []*member
	chaos  *chaos // nil: none
	born   uint64 // the block with which the network was ready: no fork goes behind it
	stats  Stats
	line   *line
	runner *wasm.Runner // the judge's
	judged map[[32]byte]bool
	rng    *rand.Rand // who dies when
	quiet  bool       // users say nothing any more
	// lenient: what a node cannot do is said, and does not end the fleet.
	lenient atomic.Bool

	mayBetray bool           // an Executor equivocates as soon as it can
	traitor   core.Address   // which one; zero: as the seed says
	betrayed  *slash.Offence // nil: nobody has yet
}

// Stats count what happened.
type Stats struct {
	Blocks, Ticks, Failures            int
	Kills, Forks, Faults, Lies         int
	Proposals, Challenges, Reorgs      int
	Certified, RewardCommits, Verified int
	Slashes                            int
	Messages                           int // run by the programs
	Signatures, LateSignatures         int // in certificates, and added later
	Convictions, Judged                int
	// Slowest is the most blocks from the end of a batch's interval, or the commit of the batch before if that was later,
	// to its commit, while one set was in office.
	Slowest uint64
}

// member is one node: the process that may die, and what stays.
type member struct {
	index    int
	operator *devnet.Operator
	dir      string
	node     *app.Node // nil while it is dead
	asleep   int       // blocks until it starts again
	deadline int       // writes until it dies; 0: it lives
	endpoint *endpoint
	fetch    executor.Fetch // nil: it computes everything itself

	trouble
}

// Start makes the network and starts its nodes.
func Start(ctx context.Context, o Options) (*Fleet, error) {
	if o.Byzantine < 0 || 3*o.Byzantine >= o.Nodes && o.Byzantine > 0 {
		return nil, fmt.Errorf("start a fleet of %d nodes of which %d break the rules: fewer than a third may", o.Nodes, o.Byzantine)
	}
	if o.Nodes < 1 {
		return nil, fmt.Errorf("start a fleet of %d nodes: want 1 at least", o.Nodes)
	}
	o.BlockTime = max(o.BlockTime, 1)
	if o.Out == nil {
		o.Out = io.Discard
	}
	parameters := devnet.DefaultParameters()
	if o.Everyone || o.Byzantine > 0 {
		parameters.MaxExecutors = max(parameters.MaxExecutors, uint8(o.Nodes))
	}
	w, err := startNetwork(ctx, parameters, devnet.Options{Seed: fmt.Sprintf("roster fleet %d", o.Seed), FinalityDepth: o.Finality,
		Listen: o.Listen}, o.Nodes, timesFor(o))
	if err != nil {
		return nil, err
	}
	f := &Fleet{Options: o, network: w, born: w.Block(), rng: rand.New(rand.NewPCG(o.Seed, 0xdead))}
	f.line, f.judged = &line{f: f}, map[[32]byte]bool{}
	if f.runner, err = wasm.NewRunner(); err != nil {
		return nil, errors.Join(err, w.Close())
	}
	if o.Chaos || o.Deep {
		f.chaos = newChaos(f)
	}
	wrong := troubles(o.Seed, o.Byzantine)
	for i, operator := range w.team {
		m := &member{index: i, operator: operator, dir: filepath.Join(o.Dir, fmt.Sprintf("node-%d", i)),
			endpoint: &endpoint{Client: w.Client(), rng: rand.New(rand.NewPCG(o.Seed, uint64(i)))}}
		if i < o.Byzantine { // those with the least stake: less than a third of the weight, too
			m.trouble = wrong[i]
		}
		f.nodes = append(f.nodes, m)
		if err := f.start(ctx, m); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return f, nil
}

// timesFor are the devnet's times, with a finality lag that is not shorter than the chain's.
func timesFor(o Options) era.Times {
	t := era.Devnet()
	if o.Deep { // Finality is the chain's word alone, and nobody listens
		return t
	}
	t.FinalityLag = max(t.FinalityLag, core.Time(o.Finality)*o.BlockTime)
	if grown := t.FinalityLag + t.InclusionMargin; grown > t.DetectionWindow {
		t.DetectionWindow = grown
	}
	return t
}

// start opens a member's node.
func (f *Fleet) start(ctx context.Context, m *member) error {
	account, err := accountKey(f.Network, m.operator.Sender.From())
	if err != nil {
		return err
	}
	node, err := app.Open(ctx, app.Setup{
		Dir: m.dir, Client: m.endpoint, Heads: chain.Heads{Client: m.endpoint, Finality: f.finality()},
		Middleware: f.Roster.At.Middleware, Programs: f.Roster.At.Programs, FirstBlock: f.Roster.FirstBlock,
		Signer: chain.NewKeySigner(account.Key), Key: m.operator.Key,
		Execute: true, Publish: f.line.publish(m.index), Fetch: m.fetch, Misbehave: m.misbehave,
		Duties:    engine.Duties{Propose: true, Challenge: true, Eject: true, Reward: true, Slash: true},
		TurnDelay: 2 * f.BlockTime, LogRange: 500, Sample: 4, BumpBlocks: 4,
		Events: f.events(m), StoreOptions: []store.Option{store.WithCommitHook(m.hook)},
	})
	if err != nil {
		return fmt.Errorf("start node %d: %w", m.index, err)
	}
	m.node, m.asleep = node, 0
	return nil
}

// finality is what the nodes take for final.
func (f *Fleet) finality() chain.Finality {
	text := "finalized"
	if f.Deep {
		text = "depth:0"
	}
	policy, err := chain.ParseFinality(text)
	if err != nil {
		panic(err)
	}
	return policy
}

// events counts what a node does.
func (f *Fleet) events(m *member) app.Events {
	var e app.Events
	e.Engine.Reorganised = func(r engine.Reorganisation) { f.stats.Reorgs++ }
	e.Engine.Verified = func(engine.Verification) { f.stats.Verified++ }
	e.Engine.MirrorDiffers = func(v engine.Verification) { f.say("node %d: %s", m.index, v.Difference) }
	e.Engine.BondShort = func(b engine.Bond) {
		f.say("node %d: set %d, era %d: bond of %s, has %s", m.index, b.Set, b.Era, b.Need.Dec(), b.Have.Dec())
	}
	e.StageFailed = func(stage string, t engine.Tick, err error) {
		f.stats.Failures++
		if f.chaos == nil && !errors.Is(err, errKilled) || f.chaos != nil && !f.chaos.expected(m, err) {
			f.say("node %d: %v", m.index, err)
		}
	}
	return e
}

func (f *Fleet) say(format string, values ...any) {
	fmt.Fprintf(f.Out, "%6d  %s\n", f.Block(), fmt.Sprintf(format, values...))
}

// Stats returns what happened so far.
func (f *Fleet) Stats() Stats { return f.stats }

// Close stops the nodes and the chain.
func (f *Fleet) Close() error {
	all := []error{f.runner.Close()}
	for _, m := range f.nodes {
		if m.node != nil {
			all = append(all, m.node.Close())
		}
	}
	return errors.Join(append(all, f.Network.Close())...)
}
