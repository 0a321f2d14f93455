package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/fleet"
)

// devnetFlags are what `roster devnet` can be told.
type devnetFlags struct {
	dashboard string
	http      string
	file      string
	seed      uint64
	blockTime time.Duration
	remote    bool
	nodeFiles string

	nodes, eras int
	once        bool
	chaos       uint64
	byzantine   int
	dir         string
}

func newDevnet() *cobra.Command {
	c, _ := devnetCommand()
	return c
}

// devnetCommand is the command, and where its flags go.
func devnetCommand() (*cobra.Command, *devnetFlags) {
	f := &devnetFlags{}
	c := &cobra.Command{
		Use:   "devnet",
		Short: "Keep a chain running with Symbiotic and Roster on it, to build against",
		Long: `devnet starts an Ethereum chain in this process, with the real Symbiotic contracts and Roster's, one
operator set, three operators with stake in three vaults, and funded accounts. It answers ordinary
JSON-RPC over HTTP and WebSocket on one port, until it gets SIGINT or SIGTERM; then everything is gone.

It writes addresses, accounts and parameters as JSON into a file, once it is ready.
WARNING: the file holds private keys that anyone can compute from the seed. Never send them real money.

The chain has a clock of its own. It starts at 4,000,000,000 (in 2096) and goes on by one second with
each block, whatever the wall clock says. A block is made every --block-time, and at once when a
transaction waits; so the chain may run ahead of you, and never waits for you. "now" in the file is
that clock when the file was written; the newest block's timestamp is that clock later.

Nobody elects anyone here, unless you start nodes:

  --nodes N          runs N complete nodes in this process, each an operator with a store, a journal and keys
                     of its own. With --eras E --once it goes as fast as it can, ends after E eras, compares
                     every node with the chain and with everything derived again, and fails on a difference.
                     --chaos SEED kills nodes, forks the chain, breaks endpoints and posts wrong lists.
  --node-files DIR   writes keystores and a configuration for each operator, for 'roster node --config …' in
                     processes of their own.`,
		Example: `  roster devnet
  roster devnet --http 127.0.0.1:9000 --file /tmp/devnet.json --seed 7
  roster devnet --nodes 4 --dashboard 127.0.0.1:9635
  roster devnet --nodes 5 --eras 4 --once
  roster devnet --nodes 4 --eras 3 --once --chaos 7
  roster devnet --nodes 7 --byzantine 2 --eras 3 --once
  roster devnet --node-files /tmp/nodes     # then: roster node --config /tmp/nodes/operator-0/node.yaml
  cast block-number --rpc-url http://127.0.0.1:8545`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	c.AddCommand(newDevnetAddress(), newDevnetFund(), newDevnetVault())
	flags := c.Flags()
	flags.StringVar(&f.http, "http", "127.0.0.1:8545", "`host:port` to listen at, for HTTP and WebSocket; port 0 takes any")
	flags.StringVar(&f.file, "file", "devnet.json", "`file` to write addresses, accounts and parameters into")
	flags.Uint64Var(&f.seed, "seed", 1, "`number` that keys and prevrandao follow from: same seed, same addresses")
	flags.StringVar(&f.dashboard, "dashboard", "", "`host:port` of a dashboard and the HTTP API, by a node that only watches; empty: none")
	flags.DurationVar(&f.blockTime, "block-time", time.Second, "wall clock `time` between blocks, as 1s or 250ms")
	flags.StringVar(&f.nodeFiles, "node-files", "", "`directory` to write keystores and configurations of the operators into")
	flags.IntVar(&f.nodes, "nodes", 0, "`number` of complete nodes to run in this process")
	flags.IntVar(&f.eras, "eras", 4, "with --once: `number` of eras to go through")
	flags.BoolVar(&f.once, "once", false, "with --nodes: go through the eras without waiting, compare everything, and end")
	flags.Uint64Var(&f.chaos, "chaos", 0, "with --nodes and --once: `seed` of what goes wrong; 0: nothing")
	flags.IntVar(&f.byzantine, "byzantine", 0, "with --nodes: `number` of nodes that break the rules: equivocate, sign wrong results, stay away, send garbage")
	flags.StringVar(&f.dir, "dir", "", "with --nodes: `directory` of the nodes' files; a temporary one, removed at the end, when not given")
	flags.BoolVar(&f.remote, "remote", false, "listen at an address that other machines reach; it hands them the chain and its keys")
	return c, f
}

func (f devnetFlags) run(c *cobra.Command) error {
	if err := f.check(); err != nil {
		return usage(c, err)
	}
	if f.nodes > 0 {
		return f.runFleet(c)
	}
	r, err := devnet.StartReady(c.Context(), devnet.Options{Seed: "roster devnet " + strconv.FormatUint(f.seed, 10),
		Listen: f.http, Remote: f.remote})
	if err != nil {
		return err
	}
	return errors.Join(f.serve(c.Context(), r, c.OutOrStdout()), r.Close())
}

// serve writes the file and makes blocks until the context ends.
func (f devnetFlags) serve(ctx context.Context, r *devnet.Ready, out io.Writer) error {
	described, err := describe(ctx, r, f.seed)
	if err != nil {
		return err
	}
	// 0600: the keys are no secret, but a file with keys should not look as if that were usual.
	if err := writeFile(f.file, 0o600, described.write); err != nil {
		return err
	}
	if f.nodeFiles != "" {
		configs, err := fleet.WriteNodes(f.nodeFiles, r.Network, r.Team, r.URL())
		if err != nil {
			return err
		}
		for _, path := range configs {
			fmt.Fprintf(out, "Run an operator's node: roster node --config %s\n", path)
		}
	}
	t := r.Roster.Times
	fmt.Fprintf(out, "Listening at %s, chain id %d, a block every %v.\n", r.URL(), devnet.ChainID, f.blockTime)
	fmt.Fprintf(out, "Addresses, accounts and parameters are in %s.\n", f.file)
	fmt.Fprintf(out, "WARNING: its private keys are public. Never send them real money.\n")
	fmt.Fprintf(out, "The chain's clock is at %d; era 0 is captured at %d and starts at %d.\n", r.Now(), t.Capture(0), t.Genesis)
	fmt.Fprintf(out, "Stop it with Ctrl-C.\n")
	if err := f.beside(ctx, out, r.Network, func(ctx context.Context) error { return r.Mine(ctx, f.blockTime) }); err != nil {
		return err
	}
	fmt.Fprintf(out, "Stopped at block %d.\n", r.Block())
	return nil
}

// runFleet runs complete nodes.
func (f devnetFlags) runFleet(c *cobra.Command) error {
	dir := f.dir
	if dir == "" {
		made, err := os.MkdirTemp("", "roster-nodes-")
		if err != nil {
			return fmt.Errorf("make a directory for the nodes: %w", err)
		}
		defer os.RemoveAll(made)
		dir = made
	}
	nodes, err := fleet.Start(c.Context(), f.fleet(dir, c.OutOrStdout()))
	if err != nil {
		return err
	}
	return errors.Join(f.driveFleet(c, nodes), nodes.Close())
}

// fleet is what is to be run, with its files in a directory.
func (f devnetFlags) fleet(dir string, out io.Writer) fleet.Options {
	o := fleet.Options{Nodes: f.nodes, Eras: f.eras, Seed: f.seed, Byzantine: f.byzantine, Dir: dir, Out: out}
	if f.chaos > 0 {
		o.Chaos, o.Seed, o.BlockTime, o.Finality = true, f.chaos, 3, 6
	}
	if !f.once {
		o.Listen = f.http
	}
	return o
}

func (f devnetFlags) driveFleet(c *cobra.Command, nodes *fleet.Fleet) error {
	out := c.OutOrStdout()
	if !f.once {
		at := nodes.Roster.At
		file, err := describeFleet(c.Context(), nodes, f.seed)
		if err != nil {
			return err
		}
		if err := writeFile(f.file, 0o600, file.write); err != nil {
			return err
		}
		fmt.Fprintf(out, "%d nodes run on %s, a block every %v. Stop with Ctrl-C.\n", f.nodes, nodes.URL(), f.blockTime)
		fmt.Fprintf(out, "Ask about it: roster doctor --rpc-url %s --middleware %v --programs %v\n", nodes.URL(), at.Middleware, at.Programs)
		fmt.Fprintf(out, "Era 0 starts at block %d; then programs can be made: roster program create examples/token/token.wasm u128:1000 --devnet %s\n",
			nodes.Block()+uint64(nodes.Roster.Times.Genesis-nodes.Now()), f.file)
		return f.beside(c.Context(), out, nodes.Network, func(ctx context.Context) error { return nodes.Serve(ctx, f.blockTime) })
	}
	if err := nodes.Run(c.Context()); err != nil {
		return err
	}
	s := nodes.Stats()
	fmt.Fprintf(out, "Programs ran %d messages in %d batches, committed with %d signatures, %d more came late.\n",
		s.Messages, s.Certified, s.Signatures, s.LateSignatures)
	if f.byzantine > 0 {
		fmt.Fprintf(out, "%d nodes broke the rules; the judge ran %d disputed batches again; %d operators were convicted, none of them honest.\n",
			f.byzantine, s.Judged, s.Convictions)
	}
	fmt.Fprintf(out, "%d blocks, %d eras, %d nodes: %d lists posted, %d proven wrong and replaced, %d reward commits paid, %d slashes executed.\n",
		s.Blocks, f.eras, f.nodes, s.Proposals, s.Challenges, s.RewardCommits, s.Slashes)
	if f.chaos > 0 {
		fmt.Fprintf(out, "What went wrong on purpose: %d kills, %d forks, %d broken endpoints, %d wrong lists.\n", s.Kills, s.Forks, s.Faults, s.Lies)
	}
	fmt.Fprintf(out, "All %d stores agree with the chain and with everything derived again from it.\n", f.nodes)
	return nil
}

// beside keeps a network going, and a dashboard beside it where one is wanted.
func (f devnetFlags) beside(ctx context.Context, out io.Writer, n *devnet.Network, serve func(context.Context) error) error {
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return serve(ctx) })
	if f.dashboard != "" {
		work.Go(func() error {
			w := app.Watcher{URL: n.URL(), At: n.Roster.At, First: n.Roster.FirstBlock, Listen: f.dashboard}
			return app.Watch(ctx, w, func(url string) { fmt.Fprintf(out, "See it in a browser: %s\n", url) })
		})
	}
	return work.Wait()
}

func (f devnetFlags) check() error {
	if f.once && f.dashboard != "" {
		return errors.New("--dashboard: not with --once, which does not wait for anybody to look")
	}
	if f.nodes < 0 || f.nodes > 100 {
		return fmt.Errorf("--nodes %d: want 0 to 100", f.nodes)
	}
	if f.eras < 1 || f.eras > 1000 {
		return fmt.Errorf("--eras %d: want 1 to 1000", f.eras)
	}
	if f.byzantine < 0 || f.byzantine > 0 && 3*f.byzantine >= f.nodes {
		return fmt.Errorf("--byzantine %d: want fewer than a third of --nodes %d", f.byzantine, f.nodes)
	}
	if (f.once || f.chaos > 0 || f.dir != "") && f.nodes == 0 {
		return errors.New("--once, --chaos and --dir are about nodes: say how many with --nodes")
	}
	if f.chaos > 0 && !f.once {
		return errors.New("--chaos: only with --once")
	}
	if f.nodeFiles != "" && f.nodes > 0 {
		return errors.New("--node-files is for nodes in processes of their own: not with --nodes")
	}
	if f.blockTime < time.Millisecond {
		return fmt.Errorf("--block-time %v: must be 1ms or more", f.blockTime)
	}
	if f.file == "" {
		return errors.New("--file: must name a file; the addresses are nowhere else")
	}
	if err := checkFile("file", f.file); err != nil {
		return err
	}
	return errors.Join(checkListen(f.http, f.remote), checkDashboard(f.dashboard))
}

// checkListen says what is wrong with host:port before a chain is built for it.
func checkListen(address string, remote bool) error {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--http %q: want host:port, as 127.0.0.1:8545", address)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return fmt.Errorf("--http %q: port %q is not 0 to 65535", address, port)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) && !remote {
		return fmt.Errorf("--http %q: other machines would reach the chain and its keys; use 127.0.0.1, or say --remote to `roster devnet`", address)
	}
	return nil
}
