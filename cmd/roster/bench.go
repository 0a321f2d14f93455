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
	var stakers, vaults, rounds int
	var asJSON bool
	rewards := &cobra.Command{
		Use: "rewards", Short: "Compute the rewards of an era with many stakers", Args: noArguments,
		Long: `rewards makes up stakers and vaults, the same each time, and computes an era's rewards with the code that nodes
run: the split among all stakers, the balances, both trees, and the durable file with its hash in a temporary
folder. Then it verifies the file and takes proofs from it. To make up the stakers is not counted.`,
		RunE: func(c *cobra.Command, _ []string) error {
			step, end := begin(patience(c), "steps", trial.Steps(rounds))
			defer end()
			dir, err := os.MkdirTemp("", "roster-bench-")
			if err != nil {
				return err
			}
			defer os.RemoveAll(dir)
			f, err := trial.Run(stakers, vaults, rounds, dir, step)
			if err != nil {
				return err
			}
			end()
			out := c.OutOrStdout()
			if asJSON {
				return writeJSON(out, struct {
					Schema string `json:"schema"`
					trial.Figures
				}{"roster.bench.rewards/1", f})
			}
			fmt.Fprintf(out, "%d stakers in %d vaults, %d cores, median of %d: split and both trees %.2f s, %.0f ns a staker, at most %d MiB of memory\n",
				f.Stakers, f.Vaults, f.Cores, f.Rounds, f.Roots, f.PerStaker, f.PeakMiB)
			fmt.Fprintf(out, "  split %.2f s, balances %.2f s, trees %.2f s, of which hashes alone %.0f %% (%.1f million permutations a second)\n",
				f.Split, f.Balances, f.Trees, 100*f.KeccakShare, f.KeccakRate/1e6)
			fmt.Fprintf(out, "  durable file of %d MB %.2f s, so %.2f s with it; verified against it in %.2f s\n", f.FileBytes/1_000_000, f.File,
				f.Roots+f.File, f.Verify)
			fmt.Fprintf(out, "  trees from the mapped file %.2f s, then %.0f proofs a second on one core\n", f.Open, f.Proofs)
			fmt.Fprintf(out, "  stakers' root %s\n", f.Root)
			return nil
		},
	}
	rewards.Flags().IntVar(&stakers, "stakers", 1_000_000, "`number` of stakers")
	rewards.Flags().IntVar(&vaults, "vaults", 2000, "`number` of vaults, 2048 at the most")
	rewards.Flags().IntVar(&rounds, "rounds", 5, "how many `times` it is computed; figures of the split, balances and trees are medians")
	rewards.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	c.AddCommand(rewards)
	return c
}
