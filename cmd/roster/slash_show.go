package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
)

// caseJSON is an offence in one vault, as JSON has it. Times are Unix seconds; 0 is not yet, and a time that never comes is
// left out. Amounts are base units of the vault's collateral.
type caseJSON struct {
	ID         string         `json:"id"` // what the other commands of roster slash are given
	Set        core.SetID     `json:"set"`
	Operator   core.Address   `json:"operator"`
	Era        core.Era       `json:"era"`
	Kind       string         `json:"kind"`
	Vault      core.Address   `json:"vault"`
	Collateral common.Address `json:"collateral"`
	Status     string         `json:"status"`
	Penalty    string         `json:"penalty"`
	Slashable  string         `json:"slashable"` // now; it only falls
	Takeable   string         `json:"takeable"`  // the smaller of the two, 0 when nothing can be taken any more
	Resolver   common.Address `json:"resolver"`  // who can veto; zero: nobody
	Next       string         `json:"next"`      // report, request, execute, wait or nothing
	Reason     string         `json:"reason"`    // a code of docs/reasons.md
	Until      core.Time      `json:"until,omitempty"`

	Capture     core.Time `json:"capture"`
	ReportedAt  core.Time `json:"reportedAt"`
	ReportBy    core.Time `json:"reportBy,omitempty"`
	RequestedAt core.Time `json:"requestedAt"`
	RequestBy   core.Time `json:"requestBy,omitempty"`
	VetoUntil   core.Time `json:"vetoUntil,omitempty"`
	ExecuteFrom core.Time `json:"executeFrom,omitempty"`
	ExecuteBy   core.Time `json:"executeBy,omitempty"`

	action slash.Action
	now    core.Time
}

func newSlashShow() *cobra.Command {
	var f programFlags
	var operator string
	var onEra int64
	var open, asJSON bool
	c := &cobra.Command{
		Use:   "show [CASE]",
		Short: "Show every slash: what it can take, who can veto it, what is next, and every deadline",
		Long: `show lists every offence on record in a set, vault by vault: the penalty, what of it can really be taken now, how far
it has come, what is due next and until when, and who can veto. Amounts are base units of the vault's collateral.

A slash is requested, can be vetoed for a while, and must be executed before Symbiotic's window closes: the capture and
the vault's epoch.`,
		Example: "  roster slash show --devnet devnet.json\n  roster slash show --operator 0x… --open --devnet devnet.json",
		Args:    cobra.MaximumNArgs(1),
	}
	flags := c.Flags()
	f.reading(flags)
	flags.StringVar(&operator, "operator", "", "only those of this `address`")
	flags.Int64Var(&onEra, "era", -1, "only those of an era, a `number`")
	flags.BoolVar(&open, "open", false, "only those of which something can still come")
	flags.BoolVar(&asJSON, "json", false, "write JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		var who common.Address
		if err := readAddress(&who, "operator", operator); err != nil {
			return usage(c, err)
		}
		one := ""
		if len(args) == 1 {
			if _, _, err := slash.ParseID(core.SetID(f.set), args[0]); err != nil {
				return usage(c, err)
			}
			one = strings.ToLower(args[0])
		}
		return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
			list, err := s.slashes(ctx, func(c caseJSON) bool {
				return (one == "" || c.ID == one) && (operator == "" || c.Operator == core.Address(who)) && (onEra < 0 || c.Era == core.Era(onEra)) &&
					(!open || c.action.Verb != slash.Nothing)
			})
			if err != nil {
				return err
			}
			if asJSON {
				return writeList(out, "roster.slash/1", list)
			}
			for _, c := range list {
				c.say(out)
			}
			if len(list) == 0 {
				asked := ""
				if operator != "" || onEra >= 0 || open {
					asked = " of those that were asked for"
				}
				fmt.Fprintf(out, "Set %d: no offence on record%s.\n", s.set, asked)
			}
			return nil
		})
	}
	return c
}

// slashes are the cases of a set as of the newest block.
func (s session) slashes(ctx context.Context, wanted func(caseJSON) bool) ([]caseJSON, error) {
	head, now, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	cases, disputes, err := engine.Cases(ctx, s.Roster, s.set, head, nil)
	if err != nil {
		return nil, err
	}
	list := []caseJSON{}
	for _, c := range cases {
		vault, err := s.Vault(ctx, common.Address(c.Vault), head)
		if err != nil {
			return nil, err
		}
		resolver, err := s.ResolverOf(ctx, s.set, vault.Slasher, head)
		if err != nil {
			return nil, err
		}
		j := s.caseOf(c, slash.Next(s.Times, now, c, cases, disputes), now)
		j.Collateral, j.Resolver = vault.Collateral, resolver
		if wanted(j) {
			list = append(list, j)
		}
	}
	return list, nil
}

func (s session) caseOf(c slash.Case, next slash.Action, now core.Time) caseJSON {
	k, takeable := c.Clock(s.Times), c.Takeable(next)
	// A time that never comes is none.
	known := func(t core.Time) core.Time {
		if t == era.Never {
			return 0
		}
		return t
	}
	return caseJSON{ID: c.ID(), Set: c.Set, Operator: c.Operator, Era: c.Era, Kind: c.Kind.String(), Vault: c.Vault, Status: c.Status(s.Times, now).String(),
		Penalty: c.Penalty.Dec(), Slashable: c.Slashable.Dec(), Takeable: takeable.Dec(), Next: next.Verb.String(), Reason: next.Reason.Code,
		Until: known(next.Until), Capture: k.Capture, ReportedAt: c.ReportedAt, ReportBy: known(k.Report), RequestedAt: c.RequestedAt,
		RequestBy: known(k.Request), VetoUntil: known(k.VetoEnd), ExecuteFrom: known(k.Earliest), ExecuteBy: known(k.Last), action: next, now: now}
}

// say writes a case in words.
func (c caseJSON) say(out io.Writer) {
	at := func(t core.Time) string {
		if t == 0 {
			return "never"
		}
		return doctor.Moment(t, c.now)
	}
	fmt.Fprintf(out, "%s by %s in era %d, vault %s: %s\n  case %s\n", c.Kind, c.Operator, c.Era, c.Vault, c.Status, c.ID)
	fmt.Fprintf(out, "  penalty %s, slashable now %s, can be taken %s (collateral %s)\n", c.Penalty, c.Slashable, c.Takeable, c.Collateral)
	fmt.Fprintf(out, "  next: %s, for: %s", c.Next, c.action.Reason.Short)
	if c.Until != 0 {
		fmt.Fprintf(out, ", until %s", at(c.Until))
	}
	if b := c.action.Blocking; b.Operator != (core.Address{}) {
		fmt.Fprintf(out, "; first ends %s", b)
	}
	fmt.Fprintf(out, "\n  captured %s, reported %s\n", at(c.Capture), at(c.ReportedAt))
	if c.RequestedAt == 0 {
		fmt.Fprintf(out, "  to be requested by %s", at(c.RequestBy))
	} else {
		veto := "nobody can veto"
		if c.Resolver != (common.Address{}) {
			veto = fmt.Sprintf("%v can veto until %s", c.Resolver, at(c.VetoUntil))
		}
		fmt.Fprintf(out, "  requested %s; %s; to be executed from %s", at(c.RequestedAt), veto, at(c.ExecuteFrom))
	}
	fmt.Fprintf(out, "; executed by %s or never\n", at(c.ExecuteBy))
}
