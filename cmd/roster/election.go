package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
)

// electionFlags are what every `roster election` command can be told.
type electionFlags struct {
	programFlags
	era  int64 // -1: the next to be captured
	json bool
}

func newElection() *cobra.Command {
	var f electionFlags
	c := &cobra.Command{
		Use:   "election",
		Short: "See who is elected, why, and what it would take to change it",
		Long: `election computes elections from the chain alone, as every node does, and believes no list that somebody posted.

Without --era it is about the next era to be captured, as if nothing changed until then: what is announced by now
is in it. Ties between operators of equal weight are drawn with a seed that nobody knows before the era is sealed.
Amounts are wVARA.`,
		Example: `  roster election show --devnet devnet.json
  roster election explain 0x… --devnet devnet.json
  roster election simulate --stake 0x…=+500wVARA --devnet devnet.json`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	flags := c.PersistentFlags()
	f.reading(flags)
	flags.Int64Var(&f.era, "era", -1, "`number` of an era; the next to be captured when not given")
	flags.BoolVar(&f.json, "json", false, "write JSON")
	c.AddCommand(f.newShow(), f.newElectionExplain(), f.newElectionSimulate())
	c.AddCommand(electionActs()...)
	return c
}

// look is one election, as far as it can be known.
type look struct {
	snapshot stake.Snapshot
	draw     election.Draw
	result   election.Result
	now      core.Time
	captured bool
	sealed   bool
	stands   string // what the chain has: nothing, this, another
}

// election reads an era's: as it was, or as it would be if nothing changed until its capture.
func (f *electionFlags) election(ctx context.Context, s session) (look, error) {
	l := look{draw: election.Draw{ChainID: s.ChainID, Router: core.Address(s.At.Router)}, stands: "none"}
	head, now, err := s.Head(ctx)
	if err != nil {
		return l, err
	}
	l.now = now
	count, err := s.SetCount(ctx, head)
	if err != nil {
		return l, err
	}
	if s.set >= count {
		return l, fmt.Errorf("there is no operator set %d: have %d", s.set, count)
	}
	newest, any := s.Times.CapturedAt(l.now)
	e := core.Era(f.era)
	switch {
	case f.era < 0 && any:
		e = newest + 1
	case f.era < 0:
		e = 0
	}
	if l.captured = s.Times.Capture(e) < l.now; !l.captured {
		if l.snapshot, err = s.Projection(ctx, s.set, e, head); err != nil {
			return l, err
		}
		l.result, err = election.Elect(l.snapshot, l.draw)
		return l, err
	}
	d, err := engine.Decide(ctx, s.Roster, s.set, e, head)
	if errors.Is(err, engine.ErrNotSealed) {
		if l.snapshot, err = s.Snapshot(ctx, s.set, e, head); err != nil {
			return l, err
		}
		l.result, err = election.Elect(l.snapshot, l.draw)
		return l, err
	}
	if err != nil {
		return l, err
	}
	l.snapshot, l.draw, l.result, l.sealed = d.Snapshot, d.Draw, d.Result, true
	elected, stands, err := s.Standing(ctx, s.set, e, head)
	if err != nil || !stands {
		return l, err
	}
	l.stands = "another"
	if d.Matches(elected.Header) {
		l.stands = "this"
	}
	return l, nil
}

// title is what the election is about, and how sure it is.
func (l look) title() string {
	text := fmt.Sprintf("Set %d, era %d, capture %s", l.snapshot.Set, l.snapshot.Era, doctor.Moment(l.snapshot.Capture, l.now))
	switch {
	case !l.captured:
		return text + ", if nothing changes until then"
	case !l.sealed:
		return text + ", not sealed yet: ties are open"
	case l.stands == "none":
		return text + "; no list stands on chain"
	case l.stands == "another":
		return text + "; ANOTHER list stands on chain: it can be challenged"
	}
	return text + "; this list stands on chain"
}

// electionJSON is a whole election, as JSON has it. Schema changes when the meaning of a field does.
type electionJSON struct {
	Schema   string        `json:"schema"`
	Set      core.SetID    `json:"set"`
	Era      core.Era      `json:"era"`
	Capture  core.Time     `json:"capture"` // Unix seconds
	Captured bool          `json:"captured"`
	Sealed   bool          `json:"sealed"`
	Stands   string        `json:"onChain"` // this, another or none
	Seats    int           `json:"seats"`
	Total    string        `json:"total"` // wVARA base units, as all amounts here
	Outcomes []outcomeJSON `json:"operators"`
}

type outcomeJSON struct {
	Operator core.Address `json:"operator"`
	Reason   string       `json:"reason"` // a code of docs/reasons.md
	Elected  bool         `json:"elected"`
	Rank     int          `json:"rank,omitempty"`
	Stake    string       `json:"stake"`
	Weight   string       `json:"weight"`
}

func outcomeOf(o election.Outcome) outcomeJSON {
	return outcomeJSON{o.Operator, o.Code, o.Elected, o.Rank, o.Stake.Dec(), o.Weight.Dec()}
}

func (l look) json() electionJSON {
	j := electionJSON{"roster.election/1", l.snapshot.Set, l.snapshot.Era, l.snapshot.Capture, l.captured, l.sealed, l.stands,
		int(l.snapshot.Rules.MaxExecutors), l.result.Total.Dec(), []outcomeJSON{}}
	for _, o := range l.result.Outcomes {
		j.Outcomes = append(j.Outcomes, outcomeOf(o))
	}
	return j
}

func (f *electionFlags) newShow() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "List all operators of an era: who is elected, and why the others are not", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				l, err := f.election(ctx, s)
				if err != nil {
					return err
				}
				if f.json {
					return writeJSON(out, l.json())
				}
				fmt.Fprintf(out, "%s\n%d of %d seats taken, %s together\n", l.title(), len(l.result.Executors), l.snapshot.Rules.MaxExecutors,
					doctor.Vara(l.result.Total))
				for _, o := range l.result.Outcomes {
					fmt.Fprintf(out, "  %s\n", outcomeLine(o))
				}
				return nil
			})
		},
	}
}

// outcomeLine is one operator on one line.
func outcomeLine(o election.Outcome) string {
	rank := "  -"
	if o.Rank > 0 {
		rank = fmt.Sprintf("%3d", o.Rank)
	}
	text := fmt.Sprintf("%s  %s  %-9s %s", rank, o.Operator, map[bool]string{true: "ELECTED", false: "out"}[o.Elected], doctor.Vara(o.Stake))
	if o.Elected && o.Weight == o.Stake {
		return text
	}
	text += ": " + o.Short
	if o.Unreadable > 0 {
		text += fmt.Sprintf("; %d of its vaults cannot be read", o.Unreadable)
	}
	return text
}
