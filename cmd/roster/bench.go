package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/internal/trial"
)

func newBench() *cobra.Command {
	c := &cobra.Command{Use: "bench", Short: "Measure how fast this machine is at what nodes do", Args: noArguments,
		Example: "  roster bench rewards --stakers 1000000 --vaults 2000",
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() }}
	var stakers, vaults int
	var asJSON bool
	rewards := &cobra.Command{
		Use: "rewards", Short: "Compute the rewards of an era with many stakers", Args: noArguments,
		Long: `rewards makes up stakers and vaults, the same each time, and computes an era's rewards with the code that nodes
run: the split among all stakers, the balances, both trees, the distribution's hash, and its durable file in a
temporary folder. To make up the stakers is not counted.`,
		RunE: func(c *cobra.Command, _ []string) error {
			dir, err := os.MkdirTemp("", "roster-bench-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			f, err := trial.Run(stakers, vaults, dir)
			if err != nil {
				return err
			}
			out := c.OutOrStdout()
			if asJSON {
				return writeJSON(out, f)
			}
			fmt.Fprintf(out, "%d stakers in %d vaults: %.2f s, at most %d MiB of memory\n", f.Stakers, f.Vaults, f.All, f.PeakMiB)
			fmt.Fprintf(out, "  split %.2f s, balances %.2f s, both trees %.2f s; durable file of %d MB %.2f s\n", f.Split, f.Balances, f.Trees,
				f.FileBytes/1_000_000, f.File)
			fmt.Fprintf(out, "  stakers' root %s\n", f.Root)
			return nil
		},
	}
	rewards.Flags().IntVar(&stakers, "stakers", 1_000_000, "`number` of stakers")
	rewards.Flags().IntVar(&vaults, "vaults", 2000, "`number` of vaults, 2048 at the most")
	rewards.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	c.AddCommand(rewards)
	return c
}
