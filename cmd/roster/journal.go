package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/store"
)

func newJournal() *cobra.Command {
	c := &cobra.Command{
		Use:   "journal",
		Short: "Take along what a key has signed, to another machine",
		Long: `journal writes a node's signing journal as JSON, or adds what such a file has to the journal of another machine,
so that the same key never signs two statements for one slot. The node must not run: the journal has one
owner at a time. Stop the old node for good before you export, and start the new one after the import.

An export does not know what was signed after it. Both sides keep the later of their first safe eras.`,
		Example: `  roster journal export --config node.yaml > journal.json       # on the old machine, its node stopped for good
  roster journal import journal.json --config node.yaml         # on the new one, before its node's first start`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	export := &cobra.Command{Use: "export", Short: "Write the journal as JSON to standard output", Args: noArguments}
	withJournal(export, false, func(ctx context.Context, j *store.Journal, out io.Writer, _ []string) error {
		raw, err := j.Export(ctx)
		if err != nil {
			return err
		}
		_, err = out.Write(raw)
		return err
	})
	load := &cobra.Command{Use: "import FILE", Short: "Add what an export of the same key and network has", Args: cobra.ExactArgs(1)}
	withJournal(load, true, func(ctx context.Context, j *store.Journal, out io.Writer, args []string) error {
		raw, err := os.ReadFile(args[0])
		if err != nil {
			return err
		}
		if err := j.Import(ctx, raw); err != nil {
			return err
		}
		fmt.Fprintf(out, "Imported %s; the journal signs for what it does not know from era %d on.\n", args[0], j.SafeEra())
		return nil
	})
	c.AddCommand(export, load)
	return c
}

// withJournal makes a command of what is done with a node's journal. It takes the node's settings.
func withJournal(c *cobra.Command, create bool, do func(context.Context, *store.Journal, io.Writer, []string) error) {
	config := c.Flags().String("config", "", "YAML `file` to read")
	for _, f := range app.Fields() {
		c.Flags().String(f.Flag(), f.Default, f.Usage)
	}
	c.RunE = func(c *cobra.Command, args []string) (err error) {
		settings, err := settingsOf(c, *config)
		if err != nil {
			return err
		}
		log, err := app.NewLog(c.ErrOrStderr(), "warn", settings.LogFormat)
		if err != nil {
			return usage(c, err)
		}
		j, err := app.OpenJournal(c.Context(), settings, create, log)
		if err != nil {
			return err
		}
		defer j.Close()
		return do(c.Context(), j, c.OutOrStdout(), args)
	}
}

// settingsOf puts a node's settings together from flags, environment and file.
func settingsOf(c *cobra.Command, config string) (app.Config, error) {
	given := map[string]string{}
	c.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "byzantine" {
			given[f.Name] = f.Value.String()
		}
	})
	settings, err := app.Load(config, os.LookupEnv, given)
	if err != nil {
		return settings, usage(c, err)
	}
	return settings, nil
}
