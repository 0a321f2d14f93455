package demo

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/wasm"
)

// epilogue is how many eras follow the story's: the set of era e+2 signs what era e earned.
const epilogue = 2

// story is the network, everybody in it, and how far the telling has come.
type story struct {
	*devnet.Network
	options Options
	runner  *wasm.Runner // of everybody: what it does depends on the programs alone
	plan    plan
	cast    cast
	tell    *teller
	scenes  []Scene
	hands   map[core.Address]engine.Hand

	era     core.Era // that is being told
	moved   move
	silent  *quarrel                  // the dispute that the judge leaves alone
	accused map[core.Address]bool     // who was reported for anything
	said    map[string]bool           // why a slash waits, said once
	away    map[core.Address]core.Era // who was absent in which era
}

// Story is a network whose story can be told.
type Story struct{ s *story }

// Start starts the network of a story and listens as the options say. Close it when done.
func Start(ctx context.Context, o Options, listen string, remote bool, out Out) (*Story, error) {
	if err := o.Check(); err != nil {
		return nil, err
	}
	n, err := devnet.StartNetwork(ctx, devnet.NetworkOptions{
		Options: devnet.Options{Seed: "roster demo " + strconv.FormatUint(o.Seed, 10), Accounts: accounts(o),
			Listen: listen, Remote: remote},
		Setup: setup(o),
	})
	if err != nil {
		return nil, err
	}
	runner, err := wasm.NewRunner()
	if err != nil {
		return nil, errors.Join(err, n.Close())
	}
	s := &story{Network: n, runner: runner, options: o, plan: newPlan(o), hands: map[core.Address]engine.Hand{},
		accused: map[core.Address]bool{}, said: map[string]bool{}, away: map[core.Address]core.Era{}}
	s.tell = newTeller(out, s.clock)
	return &Story{s}, nil
}

// Close stops the network.
func (t *Story) Close() error { return errors.Join(t.s.runner.Close(), t.s.Close()) }

// URL is where the network listens, empty when it does not.
func (t *Story) URL() string { return t.s.URL() }

// Contracts are the network's, and the block from which their logs are read.
func (t *Story) Contracts() (chain.Addresses, uint64) { return t.s.Roster.At, t.s.Roster.FirstBlock }

// Proposer is who posted the lists.
func (t *Story) Proposer() core.Address { return t.s.cast.proposer.address() }

// KeyOf is the key of one of the cast, nil when it is none of them. All of them are known from the seed.
func (t *Story) KeyOf(who core.Address) *ecdsa.PrivateKey {
	for i := range accounts(t.s.options) {
		if a := t.s.Account(i); core.Address(a.Address) == who {
			return a.Key
		}
	}
	return nil
}

// Mine keeps the chain going after the story, one block every so often, until the context ends.
func (t *Story) Mine(ctx context.Context, every time.Duration) error { return t.s.Mine(ctx, every) }

// ErrChecks is returned with a record in which a check failed.
var ErrChecks = errors.New("what the chain shows is not what it should be")

// Tell tells the whole story, checks it and returns its record. The record is whole also with ErrChecks.
func (t *Story) Tell(ctx context.Context) (Record, error) {
	s := t.s
	if err := s.prepare(ctx); err != nil {
		return Record{}, fmt.Errorf("prepare: %w", err)
	}
	for e := range core.Era(s.options.Eras + epilogue) {
		s.era = e
		if err := s.tellEra(ctx, e); err != nil {
			return Record{}, fmt.Errorf("era %d at %s: %w", e, s.clock(), err)
		}
		if s.tell.err != nil {
			return Record{}, fmt.Errorf("tell: %w", s.tell.err)
		}
	}
	if err := s.end(ctx); err != nil {
		return Record{}, fmt.Errorf("the end: %w", err)
	}
	record, err := s.conclude(ctx)
	if err == nil && s.tell.err != nil {
		err = fmt.Errorf("tell: %w", s.tell.err)
	}
	return record, err
}

// prepare brings everybody together before the first capture.
func (s *story) prepare(ctx context.Context) error {
	o := s.options
	s.tell.heading("Before the beginning")
	s.tell.say("A chain of one second per block, with Symbiotic and Roster on it; seed %d.", o.Seed)
	if err := s.gather(ctx); err != nil {
		return err
	}
	for i := range s.plan.sets {
		if err := s.openSet(ctx, i); err != nil {
			return err
		}
	}
	s.introduce()
	main := s.cast.sets[0]
	lazy := s.cast.operators[main.plan.paused]
	if err := lazy.Pause(ctx, main.id); err != nil {
		return err
	}
	s.tell.say("%s pauses in %s to move to another data centre.", s.tell.name(lazy.Address()), main.called())
	return s.elections(ctx, 0)
}

// introduce knows everybody by address, and says who there is.
func (s *story) introduce() {
	c := &s.cast
	for _, p := range append([]person{c.proposer, c.mallory, c.watcher, c.keeper, c.judge, c.resolver, c.user}, c.stakers...) {
		s.hands[p.address()] = p.Hand
	}
	for _, o := range c.operators {
		s.hands[o.Address()] = o.Hand
	}
	o := s.options
	s.tell.say("%d operators have registered, %d stakers have deposited in %d vaults, %d operator sets are open.",
		o.Operators, o.Stakers, o.Vaults, o.Sets)
	s.describe()
	for _, x := range c.sets {
		p := x.parameters
		s.tell.say("%s: %d seats; stake counts from %s to %s; %s an era.", x.called(), p.MaxExecutors, amount(vara(minStake)),
			wvara(vara(maxStake)), wvara(chain.Amount(p.EraReward)))
		s.tell.note("Signing twice costs %d%% of the stake, a wrong result %d%%.", p.EquivocationBps/100, p.WrongResultBps/100)
	}
}

// clock is the time as the story gives it.
func (s *story) clock() string {
	now, t := s.Now(), s.Roster
	if t == nil || now < t.Times.Genesis {
		if t == nil {
			return ""
		}
		return "−" + clockText(t.Times.Genesis-now)
	}
	e, _ := t.Times.At(now)
	return fmt.Sprintf("era %d %s", e, clockText(now-t.Times.Start(e)))
}

// reach waits until a moment, if it has not come.
func (s *story) reach(t core.Time) error {
	if s.Now() >= t {
		return nil
	}
	return s.AdvanceTo(t)
}

// happen notes that a scene took place, once.
func (s *story) happen(name string) {
	for _, x := range s.scenes {
		if x.Name == name {
			return
		}
	}
	s.scenes = append(s.scenes, Scene{Name: name, Era: s.era, At: s.Now()})
}
