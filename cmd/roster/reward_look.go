package main

import (
	"context"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/engine"
)

func (f *rewardFlags) newCompute() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "compute", Short: "Compute what an era pays, operator by operator", Args: noArguments,
		Long: `compute shows what each Executor of an era earned and how it is split. Without --era it is the next commit: all
eras that are closed and not paid yet. With --out it writes the distribution's canonical bytes, the file whose hash
is certified.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				d, err := f.distribution(ctx, s)
				if err != nil {
					return err
				}
				sayDistribution(out, d, f.era)
				if file == "" {
					return nil
				}
				n, err := writeDistribution(file, d.Distribution)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "%s: %d bytes, hash %s\n", file, n, d.Statement.DistributionHash)
				return nil
			})
		},
	}
	c.Flags().StringVar(&file, "out", "", "`file` to write the distribution to")
	f.withEra(c)
	return c
}

// writeDistribution writes the canonical bytes to a file.
func writeDistribution(path string, d reward.Distribution) (int64, error) {
	return d.Length(), writeWhole(path, func(w io.Writer) error {
		_, err := d.WriteTo(w)
		return err
	})
}

// distribution is the commit that has the era, or the next one.
func (f *rewardFlags) distribution(ctx context.Context, s session) (engine.Distribution, error) {
	if f.era >= 0 {
		p, err := f.computed(ctx, s)
		return p.right, err
	}
	final, _, err := s.newest(ctx)
	if err != nil {
		return engine.Distribution{}, err
	}
	books, err := s.books(ctx, final)
	if err != nil {
		return engine.Distribution{}, err
	}
	active, any, err := s.ActiveEra(ctx, s.set, final)
	if err != nil {
		return engine.Distribution{}, err
	}
	if !any {
		return engine.Distribution{}, fmt.Errorf("set %d has no active Executors who could sign rewards", s.set)
	}
	last, any, err := engine.LastClosed(ctx, s.Roster, books, active, final)
	if err != nil {
		return engine.Distribution{}, err
	}
	if !any {
		return engine.Distribution{}, fmt.Errorf("set %d: no era is closed that is not paid; era %d is the next to be", s.set, books.Next)
	}
	step, end := begin(s.patience, "eras", int(last-books.Next)+1)
	defer end()
	books.Done = func(core.Era) { step() }
	return books.Distribute(ctx, s.Roster, s.Roster, last, active, final)
}

// books are what the set has paid up to a block.
func (s session) books(ctx context.Context, block uint64) (engine.Books, error) {
	said, err := s.RewardsActivatedOf(ctx, s.set, block)
	if err != nil {
		return engine.Books{}, err
	}
	step, end := begin(s.patience, "eras", erasOf(said))
	defer end()
	return engine.Books{Set: s.set, Done: func(core.Era) { step() }}.Advance(ctx, s.Roster, s.Roster, block)
}

func sayDistribution(out io.Writer, d engine.Distribution, era int64) {
	for _, p := range d.Payouts {
		if era >= 0 && core.Era(era) != p.Era {
			continue
		}
		fmt.Fprintf(out, "Era %d: pool %s = %s paid + %s unearned; %d certificates\n", p.Era, p.Pool.Dec(), p.Paid.Dec(), p.Unearned.Dec(), p.Certificates)
		for _, o := range p.Operators {
			fmt.Fprintf(out, "  %s  %s: part %s = %s commission + %s for %d vaults; signed %d of %d\n", o.Operator, o.Reason.Short, o.Part.Dec(),
				o.Commission.Dec(), o.Rest.Dec(), len(o.Vaults), o.Signed, p.Certificates)
		}
	}
	fmt.Fprintf(out, "Operators' root %s, %d leaves\nStakers' root   %s, %d leaves\nDistribution    %s\n", d.Statement.OperatorsRoot,
		d.Balances.Operators.Len(), d.Statement.StakersRoot, d.Balances.Stakers.Len(), d.Statement.DistributionHash)
}

func (f *rewardFlags) newDiff() *cobra.Command {
	return &cobra.Command{
		Use: "diff N M", Short: "Show what every account's leaf grew by from one era to another", Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			var eras [2]core.Era
			for i, text := range args {
				n, err := strconv.ParseUint(text, 10, 62)
				if err != nil {
					return usage(c, fmt.Errorf("era %s: want a whole number", text))
				}
				eras[i] = core.Era(n)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				final, _, err := s.newest(ctx)
				if err != nil {
					return err
				}
				list, err := s.history(ctx, final, eras[:]...)
				if err != nil {
					return err
				}
				var of [2]paid
				for i, e := range eras {
					if of[i], err = (&rewardFlags{era: int64(e)}).one(list, s.set); err != nil {
						return err
					}
				}
				for _, p := range of {
					if difference := p.difference(); difference != "" {
						return fmt.Errorf("%s: %s; see roster reward verify", p.eras(), difference)
					}
				}
				if of[0].said.ToEra > of[1].said.ToEra {
					return fmt.Errorf("era %d comes after era %d", eras[0], eras[1])
				}
				sayGrowth(out, reward.AsOperator, of[0].right.Balances.Operators, of[1].right.Balances.Operators)
				sayGrowth(out, reward.AsStaker, of[0].right.Balances.Stakers, of[1].right.Balances.Stakers)
				return nil
			})
		},
	}
}

func sayGrowth(out io.Writer, role reward.Role, before, after reward.Amounts) {
	for b := range after.All() {
		had := before.Of(b.Account)
		if had == b.Amount {
			continue
		}
		var more core.Amount
		more.Sub(&b.Amount, &had)
		fmt.Fprintf(out, "%-8s  %s  +%s  (%s, had %s)\n", role, b.Account, more.Dec(), b.Amount.Dec(), had.Dec())
	}
}
