package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/engine"
)

func newNode() *cobra.Command { return nodeCommand(false) }

// newExecutor is a node that can be told to break the rules.
func newExecutor() *cobra.Command { return nodeCommand(true) }

func nodeCommand(executor bool) *cobra.Command {
	c := &cobra.Command{
		Use:   "node",
		Short: "Run a node: follow the chain and do everything that is due, until stopped",
		Long: `node mirrors Symbiotic's and Roster's contracts from their events, elects, proposes, challenges, ejects,
signs and activates rewards, and reports and executes slashes in time. What it knows lies in a store that
it derives again from the chain if it is lost, and what it signed in a journal that it never loses lightly.
Kill it whenever you like; it goes on where it was.

Each value comes from the first that has it: flag, environment variable ROSTER_…, the file that --config
names, default. docs/config.md has all of them. Keys are keystore v3 files, passwords come from a file or
a variable. /healthz, /readyz and /metrics are at --http-listen.`,
		Example: `  roster node --config node.yaml
  ROSTER_CHAIN_RPC=https://one.example,https://two.example roster node --config node.yaml --chain-agree 2`,
		Args: noArguments,
	}
	byzantine := new(string)
	if executor {
		c.Use, c.Short = "executor", "Run a node that may break the rules, on a development chain"
		c.Long = `executor is roster node with one more flag: --byzantine has it break the rules, to see what comes of it. It
refuses to on any chain but a development one (chain ids 1337 and 31337).

  equivocate     signs two results of each batch; the others report it
  wrong-result   signs another result than everyone else; the judge is called
  absent         signs nothing, and earns nothing
  garbage        sends signatures that are none; nobody listens any more`
		c.Example = "  roster executor --config nodes/operator-0/node.yaml --byzantine equivocate"
		c.Flags().StringVar(byzantine, "byzantine", "", "how to break the rules: `equivocate`, wrong-result, absent or garbage")
	}
	config := c.Flags().String("config", "", "YAML `file` to read")
	for _, f := range app.Fields() {
		c.Flags().String(f.Flag(), f.Default, f.Usage)
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		settings, err := settingsOf(c, *config)
		if err != nil {
			return err
		}
		var misbehave engine.Misbehaviour
		if *byzantine != "" {
			if misbehave, err = engine.ParseMisbehaviour(*byzantine); err != nil {
				return usage(c, fmt.Errorf("--byzantine %w", err))
			}
		}
		log, err := app.NewLog(c.ErrOrStderr(), settings.LogLevel, settings.LogFormat)
		if err != nil {
			return usage(c, err)
		}
		return app.Run(c.Context(), settings, misbehave, log)
	}
	return c
}
