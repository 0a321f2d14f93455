package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/store"
)

// rewardFlags are what every `roster reward` command can be told.
type rewardFlags struct {
	programFlags
	era  int64 // -1: not given
	json bool
}

func newReward() *cobra.Command {
	var f rewardFlags
	c := &cobra.Command{
		Use:   "reward",
		Short: "Recompute rewards, check them against the chain, and say how an amount came about",
		Long: `reward computes what a set's operators and stakers earned, from the chain alone and from the first era on, as
every node does, and compares it with the roots that the chain has. It believes nobody and sends nothing.

Rewards are committed for one or more eras at once; an era stands for the commit that has it. Amounts are base
units of wVARA, cumulative since the set's beginning where they are leaves of a tree.`,
		Example: `  roster reward verify --all --devnet devnet.json
  roster reward explain 0x… --devnet devnet.json
  roster reward proof 0x… --json --devnet devnet.json`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f.reading(c.PersistentFlags())
	c.AddCommand(f.newVerify(), f.newProof(), f.newExplain(), f.newCompute(), f.newDiff(), f.newExport(), f.newBundle(), f.newSimulate(), newActivate())
	return c
}

// paid is one reward commit: what the chain says of it, and what it should be.
type paid struct {
	said   *chain.RewardsActivated
	right  engine.Distribution
	before reward.Balances
	// operators and stakers are how many leaves there are; of a commit that was not wanted they and the statement are all
	// that is kept.
	operators, stakers int
	emission           core.Amount    // what was reserved for its eras
	unpaid             bool           // nobody has committed it
	waits              *batch.Rewards // what was signed, of one that is not activated yet; nil for those that are
}

// has reports whether the commit is about an era.
func (p paid) has(e core.Era) bool { return p.said.FromEra <= uint64(e) && uint64(e) <= p.said.ToEra }

// eras names the commit's eras.
func (p paid) eras() string {
	if p.said.FromEra == p.said.ToEra {
		return fmt.Sprintf("era %d", p.said.ToEra)
	}
	return fmt.Sprintf("eras %d to %d", p.said.FromEra, p.said.ToEra)
}

// history recomputes everything that was activated up to a block. Balances, trees and payouts are kept of the commits that
// have one of the eras, and of the last: those of all would be more than most machines hold.
func (s session) history(ctx context.Context, block uint64, eras ...core.Era) ([]paid, error) {
	said, err := s.RewardsActivatedOf(ctx, s.set, block)
	if err != nil {
		return nil, err
	}
	var list []paid
	var before reward.Balances
	step, end := begin(s.patience, "eras", erasOf(said))
	defer end()
	err = engine.Recompute(ctx, s.Roster, s.set, block, func(core.Era) { step() }, func(d engine.Distribution) {
		p := paid{said: said[len(list)], right: d, before: before, operators: d.Balances.Operators.Len(), stakers: d.Balances.Stakers.Len()}
		for _, x := range d.Payouts {
			p.emission.Add(&p.emission, &x.Emission)
		}
		before = d.Balances
		if len(list)+1 < len(said) && !slices.ContainsFunc(eras, p.has) {
			p.before, p.right.Balances = reward.Balances{}, reward.Balances{}
			p.right.Operators, p.right.Stakers, p.right.Payouts = nil, nil, nil
		}
		list = append(list, p)
	})
	return list, err
}

// erasOf is how many eras commits pay.
func erasOf(said []*chain.RewardsActivated) (n int) {
	for _, a := range said {
		n += int(a.ToEra - a.FromEra + 1)
	}
	return n
}

// paid is the commit that has the era, recomputed; an error when the chain has another: nobody can claim what is computed.
func (f *rewardFlags) paid(ctx context.Context, s session) (paid, error) {
	p, err := f.computed(ctx, s)
	if err == nil {
		if difference := p.difference(); difference != "" {
			err = fmt.Errorf("%s: %s; see roster reward verify", p.eras(), difference)
		}
	}
	return p, err
}

// computed is the commit that has the era, recomputed, whatever the chain has.
func (f *rewardFlags) computed(ctx context.Context, s session) (paid, error) {
	final, _, err := s.newest(ctx)
	if err != nil {
		return paid{}, err
	}
	list, err := s.history(ctx, final, f.eras()...)
	if err != nil {
		return paid{}, err
	}
	return f.one(list, s.set)
}

// eras are those that were asked for: one or, for the last, none.
func (f *rewardFlags) eras() []core.Era {
	if f.era < 0 {
		return nil
	}
	return []core.Era{core.Era(f.era)}
}

// one is the commit that has an era, the last one without.
func (f *rewardFlags) one(list []paid, set core.SetID) (paid, error) {
	if len(list) == 0 {
		return paid{}, nothingPaid(set)
	}
	if f.era < 0 {
		return list[len(list)-1], nil
	}
	for _, p := range list {
		if p.has(core.Era(f.era)) {
			return p, nil
		}
	}
	return paid{}, fmt.Errorf("set %d, era %d: not paid yet; paid are eras %d to %d", set, f.era, list[0].said.FromEra, list[len(list)-1].said.ToEra)
}

func nothingPaid(set core.SetID) error {
	return fmt.Errorf("set %d has no rewards on chain yet: an era's are committed under the set two eras later, and activated after a delay", set)
}

func (f *rewardFlags) newVerify() *cobra.Command {
	var all bool
	var file string
	var without offline
	c := &cobra.Command{
		Use: "verify", Short: "Recompute rewards, and compare the roots with those on chain", Args: noArguments,
		Long: `verify computes every reward commit of the set again, from the first era on, and compares it with what the
chain has: the two roots, the distribution's hash, what was paid and what went back to the pot. With --file it
compares a distribution file as well, and names the first account that differs. A commit that waits for its delay is
compared, too, statement with statement: until it is activated the owner can cancel it. A file can also be of the next
commit, which nobody has made yet.

With --bundle it asks no chain: it verifies the one commit that the file is about from what the file proves.

Exit status: 0 all that was asked for is right, 1 something differs or could not be found out.`,
		RunE: func(c *cobra.Command, _ []string) error {
			if all && f.era >= 0 {
				return usage(c, errors.New("--era and --all: one of the two"))
			}
			if err := without.check(all); err != nil {
				return usage(c, err)
			}
			if without.setGiven = c.Flags().Changed("set"); without.bundle != "" {
				return f.verifyBundle(c.Context(), c.OutOrStdout(), without, file)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error { return f.verify(ctx, s, out, file) })
		},
	}
	c.Flags().BoolVar(&all, "all", false, "every commit there is, which is what happens without --era")
	c.Flags().StringVar(&file, "file", "", "distribution `file` to compare with the commit")
	without.add(c)
	f.withEra(c)
	return c
}

// withEra adds the flag that names an era.
func (f *rewardFlags) withEra(c *cobra.Command) {
	c.Flags().Int64Var(&f.era, "era", -1, "`number` of an era; the last that was paid when not given")
}

func (f *rewardFlags) verify(ctx context.Context, s session, out io.Writer, file string) error {
	list, one, err := f.toVerify(ctx, s, file)
	if err != nil {
		return err
	}
	wrong := 0
	for _, p := range list {
		if difference := p.difference(); difference != "" {
			wrong++
			fmt.Fprintf(out, "DIFFERS  %s: %s\n", p.eras(), difference)
			continue
		}
		if p.waits != nil {
			fmt.Fprintf(out, "ok       %s, not activated yet: %d operators, %d stakers, pays %s\n", p.eras(), p.operators, p.stakers,
				p.said.Paid)
			continue
		}
		fmt.Fprintf(out, "ok       %s: %d operators, %d stakers, paid %s, back to the pot %s\n", p.eras(), p.operators, p.stakers,
			p.said.Paid, p.said.Unearned)
	}
	if file != "" {
		difference, err := compareFile(file, one)
		if err != nil {
			return err
		}
		if difference != "" {
			wrong++
			fmt.Fprintf(out, "DIFFERS  %s, %s: %s\n", file, one.eras(), difference)
		} else {
			committed := map[bool]string{true: ", which is not committed yet"}[one.unpaid]
			fmt.Fprintf(out, "ok       %s is the distribution of %s%s\n", file, one.eras(), committed)
		}
	}
	if wrong > 0 {
		return exitStatus(exitError)
	}
	return nil
}

// toVerify are the commits that were asked for, the one that waits included, and the one that a file is compared with.
func (f *rewardFlags) toVerify(ctx context.Context, s session, file string) (list []paid, one paid, err error) {
	final, _, err := s.newest(ctx)
	if err != nil {
		return nil, one, err
	}
	if list, err = s.history(ctx, final, f.eras()...); err != nil {
		return nil, one, err
	}
	waits, any, err := s.pending(ctx, list, final)
	if err != nil {
		return nil, one, err
	}
	if any && (f.era >= 0 && waits.has(core.Era(f.era)) || len(list) == 0 && f.era < 0) {
		return []paid{waits}, waits, nil
	}
	if next := len(list) == 0 || uint64(f.era) > list[len(list)-1].said.ToEra; f.era >= 0 && next && file != "" {
		one, err = s.uncommitted(ctx, list, file, final)
		return nil, one, err
	}
	if one, err = f.one(list, s.set); err != nil {
		return nil, one, err
	}
	if f.era >= 0 {
		return []paid{one}, one, nil
	}
	if any {
		list = append(list, waits)
	}
	return list, one, nil
}

// difference is the first thing in which the chain and the recomputation differ, empty when they do not.
func (p paid) difference() string {
	if p.waits != nil {
		return p.waits.FirstDifference(p.right.Statement)
	}
	var sum, unearned core.Amount
	sum.Add(&p.right.OperatorsAmount, &p.right.StakersAmount)
	unearned.Sub(&p.emission, &sum) // what is paid is at most the pools, and these are at most the emissions
	for _, c := range []struct {
		what       string
		have, want any
	}{
		{"operators' root", core.Hash(p.said.OperatorsRoot), p.right.Statement.OperatorsRoot},
		{"stakers' root", core.Hash(p.said.StakersRoot), p.right.Statement.StakersRoot},
		{"distribution's hash", core.Hash(p.said.DistributionHash), p.right.Statement.DistributionHash},
		{"paid", p.said.Paid.String(), sum.Dec()},
		{"what goes back to the pot", p.said.Unearned.String(), unearned.Dec()},
	} {
		if c.have != c.want {
			return fmt.Sprintf("%s on chain is %v, computed %v", c.what, c.have, c.want)
		}
	}
	return ""
}

// compareFile says in what a distribution file differs from the right one.
func compareFile(path string, p paid) (string, error) {
	mapped, err := store.Map(path)
	if err != nil {
		return "", err
	}
	defer mapped.Close()
	d, err := reward.Decode(mapped.Bytes())
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	if d.Origin != p.right.Origin {
		return fmt.Sprintf("it is of %+v, should be of %+v", d.Origin, p.right.Origin), nil
	}
	for _, tree := range []struct {
		name        string
		have, right reward.Amounts
	}{{"operators", d.Balances.Operators, p.right.Balances.Operators}, {"stakers", d.Balances.Stakers, p.right.Balances.Stakers}} {
		if difference := firstDifference(tree.have, tree.right); difference != "" {
			return tree.name + ": " + difference, nil
		}
	}
	if hash := core.Keccak(mapped.Bytes()); hash != core.Hash(p.said.DistributionHash) {
		return fmt.Sprintf("its hash is %s, on chain is %x", hash, p.said.DistributionHash), nil
	}
	return "", nil
}

// firstDifference names the first account in which two lists differ.
func firstDifference(have, right reward.Amounts) string {
	i, differs := have.FirstDifference(right)
	if !differs {
		return ""
	}
	var is, want reward.Balance
	if i < have.Len() {
		is.Account, is.Amount = have.At(i)
	}
	if i < right.Len() {
		want.Account, want.Amount = right.At(i)
	}
	switch {
	case i == right.Len() || i < have.Len() && bytes.Compare(is.Account[:], want.Account[:]) < 0:
		return fmt.Sprintf("account %s has %s, should not be there", is.Account, is.Amount.Dec())
	case i == have.Len() || is.Account != want.Account:
		return fmt.Sprintf("account %s is not there, should have %s", want.Account, want.Amount.Dec())
	}
	return fmt.Sprintf("account %s has %s, should have %s", is.Account, is.Amount.Dec(), want.Amount.Dec())
}

// listJSON is what a command writes that answers with a list. Schema names the command and the version: fields may be added to one
// version; none changes its meaning.
type listJSON[T any] struct {
	Schema string `json:"schema"`
	Items  []T    `json:"items"`
}

// writeList writes a list as JSON, an empty one too.
func writeList[T any](out io.Writer, schema string, list []T) error {
	if list == nil {
		list = []T{}
	}
	return writeJSON(out, listJSON[T]{schema, list})
}

// writeJSON writes a value as JSON, indented.
func writeJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
