package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/demo"
)

// demoFlags are what `roster demo` can be told.
type demoFlags struct {
	demo.Options
	once      bool
	json      string
	http      string
	dashboard string
}

func newDemo() *cobra.Command {
	f := demoFlags{Options: demo.DefaultOptions()}
	c := &cobra.Command{
		Use:   "demo",
		Short: "Tell the story of a network: elected, at work, paid, caught, slashed",
		Long: `demo starts an Ethereum chain in this process, with the real Symbiotic contracts and Roster's on it,
and a cast of operators, vaults and stakers. It tells what happens era by era: elections decided by
stake, by the cap and by lottery; dishonest lists proven wrong; batches with absent signers; rewards
computed, committed and claimed; an Executor that signs twice, ejected, jailed and slashed; disputes,
a veto, a withdrawal that waits.

Everything goes through the same steps that a node will run, and everything that is said was read from the
chain. At the end all of it is checked again from the chain alone; exit status 1 if anything is off.

Without --once the chain stays up after the story, at --http, until interrupted, and a node beside it shows the
network in a browser, at --dashboard. That node seals eras and posts lists; the Executors of the story sign no more.`,
		Example: `  roster demo --once
  roster demo --once --json - --seed 7 > record.json
  roster demo --operators 12 --vaults 20 --stakers 80 --sets 3 --eras 8 --once`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	flags := c.Flags()
	flags.IntVar(&f.Operators, "operators", f.Operators, "how many `N` operators run nodes")
	flags.IntVar(&f.Vaults, "vaults", f.Vaults, "how many `N` vaults hold stake")
	flags.IntVar(&f.Stakers, "stakers", f.Stakers, "how many `N` stakers deposit")
	flags.IntVar(&f.Sets, "sets", f.Sets, "how many `N` operator sets there are")
	flags.IntVar(&f.Eras, "eras", f.Eras, "how many `N` eras the story lasts; two more follow to pay the last ones")
	flags.Uint64Var(&f.Seed, "seed", f.Seed, "`number` that keys, amounts and the lottery follow from: same seed, same story")
	flags.BoolVar(&f.once, "once", false, "exit at the end instead of keeping the chain up")
	flags.StringVar(&f.json, "json", "", "write the record of everything to this `file`; - writes it to stdout and the story to stderr")
	flags.StringVar(&f.http, "http", "127.0.0.1:8545", "`host:port` of the chain's JSON-RPC, without --once")
	flags.StringVar(&f.dashboard, "dashboard", dashboardDefault, "`host:port` of the dashboard, without --once; empty: none")
	return c
}

func (f demoFlags) run(c *cobra.Command) error {
	if err := f.Options.Check(); err != nil {
		return usage(c, err)
	}
	listen := f.http
	if f.once {
		listen = ""
	} else if err := errors.Join(checkListen(listen, false), checkDashboard(f.dashboard)); err != nil {
		return usage(c, err)
	}
	out := c.OutOrStdout()
	if f.json == "-" {
		out = c.ErrOrStderr()
	} else if err := checkFile("json", f.json); err != nil { // now, not after the story
		return usage(c, err)
	}
	ctx := c.Context()
	story, err := demo.Start(ctx, f.Options, listen, false, demo.Out{Writer: out, Color: wantsColour(out)})
	if err != nil {
		return err
	}
	defer story.Close()
	record, err := story.Tell(ctx)
	if err != nil && !errors.Is(err, demo.ErrChecks) {
		return err
	}
	if writing := f.write(c, record); writing != nil {
		return errors.Join(writing, err)
	}
	if err != nil || f.once {
		return err
	}
	fmt.Fprintf(out, "\nThe chain stays up at %s (chain id %d), a block each second. Stop it with Ctrl-C.\n", story.URL(), record.ChainID)
	return f.stay(ctx, story, out)
}

func (f demoFlags) stay(ctx context.Context, story *demo.Story, out io.Writer) error {
	work, ctx := errgroup.WithContext(ctx)
	work.Go(func() error { return story.Mine(ctx, time.Second) })
	if f.dashboard != "" {
		at, first := story.Contracts()
		work.Go(func() error {
			return app.Watch(ctx, app.Watcher{URL: story.URL(), At: at, First: first, Key: story.KeyOf(story.Proposer()), Listen: f.dashboard}, func(url string) {
				fmt.Fprintf(out, "See it in a browser: %s\n", url)
			})
		})
	}
	return work.Wait()
}

// write writes the record where it is wanted.
func (f demoFlags) write(c *cobra.Command, r demo.Record) error {
	switch f.json {
	case "":
		return nil
	case "-":
		return r.Write(c.OutOrStdout())
	}
	return writeFile(f.json, 0o644, r.Write)
}

// checkFile says what is wrong with the path of a file to be written.
func checkFile(flag, path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("--%s %s: is a folder; name a file in it", flag, path)
	}
	folder := filepath.Dir(path)
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return fmt.Errorf("--%s %s: there is no folder %s; make it first", flag, path, folder)
	}
	return nil
}

// writeFile writes a file all at once: whoever reads it sees the old or the new one, never half.
func writeFile(path string, mode os.FileMode, write func(io.Writer) error) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.Remove(file.Name()) // nothing to do once it is renamed
	err = write(file)
	if err == nil {
		err = file.Chmod(mode)
	}
	if err == nil {
		err = file.Sync()
	}
	if closing := file.Close(); err == nil {
		err = closing
	}
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// wantsColour reports whether a writer is a terminal that wants colours (no-color.org).
func wantsColour(w io.Writer) bool {
	return isTerminal(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
