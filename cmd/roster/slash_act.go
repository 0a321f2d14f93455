package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/wasm"
)

// slashActs are what one can do about a slash. Nodes request and execute by themselves.
func slashActs() []*cobra.Command {
	return []*cobra.Command{
		caseAct("request CASE", "Ask Symbiotic for a slash, as nodes do by themselves",
			"request asks the vault's slasher for the penalty of an offence on record. Anyone may, until the deadline that roster slash show names.",
			func(_ context.Context, s session, _ core.Address, c caseJSON, o slash.Offence) (step, error) {
				if c.RequestedAt != 0 {
					return step{}, fmt.Errorf("it was requested %s", doctor.Moment(c.RequestedAt, c.now))
				}
				return step{fmt.Sprintf("request %s base units of %s", c.Penalty, c.Collateral), false, engine.RequestSlashCall(s.At, o, c.Vault)}, nil
			}),
		caseAct("execute CASE", "Take the stake of a slash whose veto window is over, as nodes do by themselves",
			"execute takes what can still be taken of the penalty. Anyone may, from the end of the veto window to the last second that Symbiotic\nallows.",
			func(_ context.Context, s session, _ core.Address, c caseJSON, o slash.Offence) (step, error) {
				if c.RequestedAt == 0 {
					return step{}, fmt.Errorf("it was not requested yet; it must be by %s: roster slash request", doctor.Moment(c.RequestBy, c.now))
				}
				return step{fmt.Sprintf("take %s base units of %s", c.Takeable, c.Collateral), false, engine.ExecuteSlashCall(s.At, o, c.Vault)}, nil
			}),
		caseAct("veto CASE", "End a slash that was requested; only its resolver can, and in time",
			"veto ends a slash for good. Only the resolver can, who is named by roster slash show, until the veto window ends.",
			func(ctx context.Context, s session, who core.Address, c caseJSON, o slash.Offence) (step, error) {
				switch {
				case c.Resolver == (common.Address{}):
					return step{}, errors.New("nobody can veto it")
				case core.Address(c.Resolver) != who:
					return step{}, fmt.Errorf("%s is not its resolver: %v is", who, c.Resolver)
				case c.RequestedAt == 0:
					return step{}, errors.New("it was not requested yet: there is nothing to veto")
				case c.now >= c.VetoUntil:
					return step{}, fmt.Errorf("the veto window ended %s", doctor.Moment(c.VetoUntil, c.now))
				}
				head, _, err := s.Head(ctx)
				if err != nil {
					return step{}, err
				}
				vault, err := s.Vault(ctx, common.Address(c.Vault), head)
				if err != nil {
					return step{}, err
				}
				number, _, err := s.SlashNumber(ctx, o, common.Address(c.Vault), head)
				return step{"veto: nothing is taken, for good", false, chain.VetoCall(vault.Slasher, number)}, err
			}),
		newUphold(),
	}
}

// caseAct is a command about one case: it shows the case, asks, and sends.
func caseAct(use, short, long string, plan func(context.Context, session, core.Address, caseJSON, slash.Offence) (step, error)) *cobra.Command {
	var f programFlags
	var a actFlags
	c := &cobra.Command{Use: use, Short: short, Long: long + "\n\nCASE is what roster slash show calls it.", Args: cobra.ExactArgs(1)}
	f.acting(c.Flags())
	a.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		o, vault, err := slash.ParseID(core.SetID(f.set), args[0])
		if err != nil {
			return usage(c, err)
		}
		return f.act(c, a, func(ctx context.Context, s session, who core.Address, _ uint64) (planned, error) {
			found, err := s.slashes(ctx, func(c caseJSON) bool {
				return c.Operator == o.Operator && c.Era == o.Era && c.Kind == o.Kind.String() && c.Vault == vault
			})
			if err != nil {
				return planned{}, err
			}
			if len(found) == 0 {
				return planned{}, fmt.Errorf("set %d has no case %s: roster slash show lists them", s.set, args[0])
			}
			one := found[0]
			switch one.Status {
			case slash.Executed.String(), slash.Vetoed.String(), slash.Expired.String():
				return planned{}, fmt.Errorf("case %s: nothing can come of it any more: it is %s", one.ID, one.Status)
			}
			t, err := plan(ctx, s, who, one, o)
			if err != nil {
				return planned{}, fmt.Errorf("case %s: %w", one.ID, err)
			}
			return planned{title: fmt.Sprintf("%s by %s in era %d, vault %s, is %s:", one.Kind, one.Operator, one.Era, one.Vault, one.Status), steps: []step{t}}, nil
		})
	}
	return c
}

func newUphold() *cobra.Command {
	var f programFlags
	var a actFlags
	c := &cobra.Command{
		Use: "uphold DISPUTE", Short: "Say which side of a dispute is wrong; only the judge can", Args: cobra.ExactArgs(1),
		Long: `uphold runs the disputed batch again from the chain, as roster slash judge does, and says on chain that the side which did
not sign what was computed is wrong. Only the judge can. When neither side signed it, nothing is said.`,
	}
	f.acting(c.Flags())
	a.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		var id core.Hash
		if err := id.UnmarshalText([]byte(args[0])); err != nil {
			return usage(c, err)
		}
		return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
			g, err := s.Governance(ctx, head)
			if err != nil {
				return planned{}, err
			}
			if core.Address(g.Judge) != who {
				return planned{}, fmt.Errorf("%s is not the judge: %v is", who, g.Judge)
			}
			d, err := s.dispute(ctx, id, head)
			if err != nil {
				return planned{}, err
			}
			runner, err := wasm.NewRunner()
			if err != nil {
				return planned{}, err
			}
			j, err := engine.Judge(ctx, s.Roster, d, runner, head)
			if err = errors.Join(err, runner.Close()); err != nil {
				return planned{}, err
			}
			sayJudgement(c.OutOrStdout(), j)
			if j.Wrong.IsZero() {
				return planned{}, errors.New("neither side signed what was computed: there is nothing to uphold")
			}
			return planned{title: fmt.Sprintf("The judge %s decides dispute %s:", who, id),
				steps: []step{{fmt.Sprintf("call %s wrong", j.Wrong), false, chain.UpholdCall(s.At, d.Dispute, j.Wrong)}}}, nil
		})
	}
	return c
}

// dispute is one that was filed.
func (s session) dispute(ctx context.Context, id core.Hash, head uint64) (*chain.Disputed, error) {
	filed, _, err := s.Disputes(ctx, head)
	if err != nil {
		return nil, err
	}
	for _, d := range filed {
		if core.Hash(d.Id) == id {
			return d, nil
		}
	}
	return nil, fmt.Errorf("no dispute %s up to block %d; roster slash judge lists them", id, head)
}
