package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

// Run opens a node as configured and runs it until the context ends, which is no error. What can be corrected by the
// user is an error at once; what the network does is not: it is logged, and tried again. misbehave is empty but on a
// development chain.
func Run(ctx context.Context, c Config, misbehave engine.Misbehaviour, log *slog.Logger) error {
	metrics := NewMetrics()
	log, said := listened(log)
	setup, pool, err := c.setup(ctx, log, metrics)
	if err != nil {
		return err
	}
	health := newHealth(c.Poll, metrics, pool)
	reorganised := setup.Events.Engine.Reorganised
	setup.Events.Engine.Reorganised = func(r engine.Reorganisation) { health.forget(); reorganised(r) }
	differs := setup.Events.Engine.MirrorDiffers
	setup.Events.Engine.MirrorDiffers = func(v engine.Verification) { health.forget(); differs(v) }
	indexed := setup.Events.Engine.Indexed
	setup.Events.Engine.Indexed = func(i engine.Indexing) { health.progressed(); indexed(i) }
	line := &talk{heard: make(chan struct{}, 1), bad: map[string]bool{}}
	setup.Publish, setup.Misbehave = line.publish, misbehave
	if c.PeerSync {
		if c.PeerListen == "" {
			return &chain.Error{Kind: chain.User, Err: errors.New("peers.sync: want peers.listen with it; there is nobody to take state from")}
		}
		setup.Fetch = line.fetch
	}
	n, err := Open(ctx, setup)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := chain.CheckCode(ctx, n.Roster); err != nil {
		return err
	}
	log.Info("started", "account", setup.Signer.Address(), "chain", n.Roster.ChainID, "middleware", setup.Middleware,
		"data", setup.Dir, "signs", setup.Key != nil)
	if n.Journal != nil && n.Journal.Created() {
		log.Warn("signing journal made anew: nothing is signed before its safe era", "safe_era", n.Journal.SafeEra())
	}
	if c.PeerListen != "" {
		if setup.Key == nil || !c.Execute {
			return &chain.Error{Kind: chain.User, Err: errors.New("peers.listen: want bls.keystore and duties.execute with it; who signs nothing has nobody to talk with")}
		}
		if err := line.open(n, c.PeerListen, log, metrics); err != nil {
			return err
		}
		defer line.Close()
	}
	health.answers = c.answers(n, health, log)
	tell := health.answers.Happened
	said.Store(&tell)
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return n.loop(ctx, c.Poll, line, health, log) })
	if line.Line != nil {
		work.Go(func() error { return line.Run(ctx) })
	}
	if c.Listen != "" {
		work.Go(func() error { return health.serve(ctx, c.Listen, c.Remote, log) })
	}
	if err := work.Wait(); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	log.Info("stopped")
	return nil
}

// setup opens what the configuration names.
func (c Config) setup(ctx context.Context, log *slog.Logger, metrics *Metrics) (Setup, *chain.Pool, error) {
	var s Setup
	endpoints, err := chain.DialAll(ctx, c.RPC)
	if err != nil {
		return s, nil, err
	}
	pool, err := chain.OpenPool(ctx, chain.PoolOptions{Endpoints: endpoints, ChainID: c.ChainID, Timeout: c.Timeout, Agree: c.Agree,
		VerifyRange: verifyRange(c.Verify),
		Events:      poolEvents(log, metrics)})
	if err != nil {
		return s, nil, err
	}
	id, err := pool.ChainID(ctx)
	if err != nil {
		return s, nil, err
	}
	at := chain.Entry{Middleware: c.Middleware, Programs: c.Programs, FirstBlock: c.FirstBlock}
	if at.Middleware == (common.Address{}) {
		book, err := chain.LoadBook(c.Book)
		if err != nil {
			return s, nil, err
		}
		if at, err = book.On(id.Uint64()); err != nil {
			return s, nil, err
		}
	}
	s = Setup{Dir: c.Dir, Client: pool, Heads: chain.Heads{Client: pool, Finality: c.Finality}, Middleware: at.Middleware,
		Programs: at.Programs, FirstBlock: at.FirstBlock, Sets: c.Sets,
		Duties:    engine.Duties{Propose: c.Propose, Challenge: c.Challenge, Eject: c.Eject, Reward: c.Reward, Slash: c.Slash},
		TurnDelay: c.TurnDelay, BondLimit: c.BondLimit, LogRange: c.LogRange, Sample: c.Sample, DayBudget: c.DayBudget,
		MaxFee: c.MaxFee, BumpBlocks: c.BumpBlocks, Events: nodeEvents(log, metrics)}
	if s.Signer, err = c.signer(ctx); err != nil {
		return s, nil, err
	}
	s.Execute = c.Execute
	s.Key, err = c.blsKey()
	return s, pool, err
}

// verifyRange is a setting as a pool takes it, for which 0 is the default.
func verifyRange(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

func (c Config) signer(ctx context.Context) (chain.Signer, error) {
	if c.SignerURL != "" {
		return chain.NewRemoteSigner(ctx, c.SignerURL, c.SignerAddress, chain.Protocol(c.SignerProtocol))
	}
	key, err := chain.LoadKey(c.Keystore, chain.Password{File: c.PasswordFile, Env: c.PasswordEnv})
	if err != nil {
		return nil, err
	}
	return chain.NewKeySigner(key), nil
}

// blsKey opens the key that signs statements, nil when none is configured.
func (c Config) blsKey() (*bls.SecretKey, error) {
	if c.BLSKeystore == "" {
		return nil, nil
	}
	secret, err := chain.LoadSecret(c.BLSKeystore, chain.Password{File: c.BLSPasswordFile, Env: c.BLSPasswordEnv})
	if err != nil {
		return nil, err
	}
	key, err := bls.SecretKeyFromBytes(secret)
	if err != nil {
		return nil, &chain.Error{Kind: chain.User, Err: fmt.Errorf("open BLS key %s: %w", c.BLSKeystore, err)}
	}
	return key, nil
}

// loop takes a tick whenever the chain has a new block, and again after a while when one failed.
func (n *Node) loop(ctx context.Context, poll time.Duration, line *talk, health *health, log *slog.Logger) error {
	tick := time.NewTicker(poll)
	defer tick.Stop()
	var last engine.Tick
	failing := false
	for {
		if t, err := n.heads(ctx); err != nil {
			health.unreachable(err)
			if !failing {
				log.Warn("chain not read", "error", err)
			}
			failing = true
		} else if t != last || failing {
			err := n.step(ctx, t)
			health.ticked(t, err)
			health.served(n, t, err)
			if errors.Is(err, context.Canceled) {
				return nil
			}
			last, failing = t, err != nil
			line.meet(n, log)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		case <-line.heard:
			if err := n.Exchange(ctx); err != nil && ctx.Err() == nil {
				failing = true
			}
		}
	}
}
