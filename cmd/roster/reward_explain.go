package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

// explained is a step, as JSON has it.
type explained struct {
	Role     reward.Role       `json:"role"`
	Reason   string            `json:"reason"` // a code of docs/reasons.md
	Era      *core.Era         `json:"era,omitempty"`
	Operator string            `json:"operator,omitempty"`
	Vault    string            `json:"vault,omitempty"`
	Formula  string            `json:"formula,omitempty"`
	Terms    map[string]string `json:"terms,omitempty"`
	Amount   string            `json:"amount"`
}

// explainedAccount is one of several accounts, as JSON has it.
type explainedAccount struct {
	Account core.Address `json:"account"`
	Steps   []explained  `json:"steps"`
}

func (f *rewardFlags) newExplain() *cobra.Command {
	var all bool
	c := &cobra.Command{
		Use: "explain ACCOUNT...", Short: "Show every step that leads to an account's amounts",
		Long: `explain shows how an account's leaves came about in one reward commit: what it had before, then for each era the
pool, the Executor's part by weight and performance, the commission, the vault's part, and the account's own by
its shares, each division with its numbers; ⌊ ⌋ rounds down. What it shows adds up to the leaf, or it fails.

With --all it explains every account that has a leaf. JSON of one account is the list of its steps, that of --all or of
several accounts a list of accounts with theirs.`,
		Example: `  roster reward explain 0x… --devnet devnet.json
  roster reward explain --all --json --era 7 --devnet devnet.json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			if (len(args) > 0) == all {
				return usage(c, errors.New("name an ACCOUNT, or several, or --all"))
			}
			accounts := make([]core.Address, len(args))
			for i, text := range args {
				if err := accounts[i].UnmarshalText([]byte(text)); err != nil {
					return usage(c, err)
				}
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				p, err := f.paid(ctx, s)
				if err != nil {
					return err
				}
				if all {
					if n := p.operators + p.stakers; n > mostExplained {
						return fmt.Errorf("%s: %d leaves: --all explains at most %d; name accounts", p.eras(), n, mostExplained)
					}
					accounts = p.accounts()
				}
				list, err := s.explanations(ctx, p, accounts)
				if err != nil {
					return err
				}
				return f.explain(out, p, list)
			})
		},
	}
	c.Flags().BoolVar(&all, "all", false, "explain every account that has a leaf in the commit")
	c.Flags().BoolVar(&f.json, "json", false, "write JSON")
	f.withEra(c)
	return c
}

// mostExplained is how many leaves are explained at once: each takes a look at every vault of every era.
const mostExplained = 20_000

// accounts are all that have a leaf in the commit, ascending, each once.
func (p paid) accounts() (list []core.Address) {
	_ = eachLeaf(p.right.Balances, func(_ reward.Role, account core.Address, _ core.Amount) error {
		list = append(list, account)
		return nil
	})
	slices.SortFunc(list, func(a, b core.Address) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(list)
}

// explain writes the steps of accounts.
func (f *rewardFlags) explain(out io.Writer, p paid, accounts []reward.Explanation) error {
	list := []explainedAccount{}
	for i, x := range accounts {
		account, steps := x.Account, x.Steps(p.before, p.right.Balances)
		if err := addsUp(steps); err != nil {
			return fmt.Errorf("explain %s in %s: %w", account, p.eras(), err)
		}
		if f.json {
			list = append(list, explainedAccount{account, explainedOf(steps)})
			continue
		}
		if len(accounts) > 1 {
			fmt.Fprintf(out, "%s%s\n", []string{"", "\n"}[min(i, 1)], account)
		}
		if len(steps) == 0 {
			fmt.Fprintf(out, "%s earned nothing in %s and before.\n", account, p.eras())
			continue
		}
		if _, err := io.WriteString(out, reward.Text(steps)); err != nil {
			return err
		}
	}
	if !f.json {
		return nil
	}
	return writeList(out, "roster.reward.explain/1", list)
}

// addsUp checks that what was carried and what the eras gave is the leaf, in each role.
func addsUp(steps []reward.Step) error {
	var sum core.Amount
	for _, s := range steps {
		switch s.Reason {
		case reward.Carried:
			sum.Add(&sum, &s.Amount)
		case reward.Commission:
			if s.Role == reward.AsOperator {
				sum.Add(&sum, &s.Amount)
			}
		case reward.StakerPaid:
			sum.Add(&sum, &s.Amount)
		case reward.Cumulative:
			if sum != s.Amount {
				return fmt.Errorf("as %s the steps add up to %s, the leaf says %s", s.Role, sum.Dec(), s.Amount.Dec())
			}
			sum = core.Amount{}
		}
	}
	return nil
}

// explanations computes a commit's eras once more, and keeps what they pay the accounts.
func (s session) explanations(ctx context.Context, p paid, accounts []core.Address) ([]reward.Explanation, error) {
	list := make([]reward.Explanation, len(accounts))
	for i, account := range accounts {
		list[i].Account = account
	}
	final, _, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	step, end := begin(s.patience, "eras", erasOf([]*chain.RewardsActivated{p.said}))
	defer end()
	err = engine.Payouts(ctx, s.Roster, s.Roster, s.set, core.Era(p.said.FromEra), core.Era(p.said.ToEra), final, func(p reward.Payout) error {
		step()
		for i := range list {
			list[i].Add(p)
		}
		return nil
	})
	return list, err
}

func explainedOf(steps []reward.Step) []explained {
	list := make([]explained, len(steps))
	for i, s := range steps {
		e := explained{Role: s.Role, Reason: s.Reason.Code, Formula: s.Formula, Amount: s.Amount.Dec()}
		if s.Reason != reward.Carried && s.Reason != reward.Cumulative {
			e.Era = &s.Era
		}
		if s.Operator != (core.Address{}) {
			e.Operator = s.Operator.String()
		}
		if s.Vault != (core.Address{}) {
			e.Vault = s.Vault.String()
		}
		for _, t := range s.Terms {
			if e.Terms == nil {
				e.Terms = map[string]string{}
			}
			e.Terms[t.Name] = t.Value.Dec()
		}
		list[i] = e
	}
	return list
}
