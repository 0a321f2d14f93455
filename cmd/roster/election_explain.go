package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/doctor"
)

// electionExplained is why one operator is in or out, as JSON has it.
type electionExplained struct {
	Schema string     `json:"schema"`
	Set    core.SetID `json:"set"`
	Era    core.Era   `json:"era"`
	outcomeJSON
	Capture   core.Time          `json:"capture"`   // Unix seconds: until then it can be changed
	Captured  bool               `json:"captured"`  // it is over
	Needed    string             `json:"needed"`    // stake with which a seat is certain
	Contested bool               `json:"contested"` // no stake is: with needed the lottery decides
	Short     string             `json:"short"`
	Spare     string             `json:"spare"`
	Room      string             `json:"room"` // how much more can count in the linked vaults
	Last      *outcomeJSON       `json:"lastSeat,omitempty"`
	Vaults    []contributionJSON `json:"vaults"`
}

type contributionJSON struct {
	Vault    core.Address `json:"vault"`
	Stake    string       `json:"stake"` // base units of its collateral
	Counts   string       `json:"counts"`
	Capped   bool         `json:"capped"`
	Readable bool         `json:"readable"`
}

func (f *electionFlags) newElectionExplain() *cobra.Command {
	return &cobra.Command{
		Use: "explain OPERATOR", Short: "Say why an operator is elected or not, what it lacks, and until when", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var operator core.Address
			if err := operator.UnmarshalText([]byte(args[0])); err != nil {
				return usage(c, err)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				l, err := f.election(ctx, s)
				if err != nil {
					return err
				}
				return f.explain(out, l, operator)
			})
		},
	}
}

// explain writes one operator's part in an election.
func (f *electionFlags) explain(out io.Writer, l look, operator core.Address) error {
	i := slices.IndexFunc(l.result.Outcomes, func(o election.Outcome) bool { return o.Operator == operator })
	if i < 0 {
		return fmt.Errorf("%s has never registered in set %d: register with registerOperator before a capture; the next one looked at is at %s",
			operator, l.snapshot.Set, doctor.Moment(l.snapshot.Capture, l.now))
	}
	o := l.result.Outcomes[i]
	m, err := election.MarginOf(l.snapshot, operator)
	if err != nil {
		return err
	}
	own := l.snapshot.Operators[slices.IndexFunc(l.snapshot.Operators, func(x stake.Operator) bool { return x.Address == operator })]
	var last *election.Outcome
	if n := len(l.result.Executors); n > 0 {
		last = &l.result.Outcomes[n-1]
	}
	if f.json {
		return writeJSON(out, electionExplainedOf(l, o, m, own, last))
	}
	fmt.Fprintf(out, "%s\n%s\n  %s\n", l.title(), outcomeLine(o), o.Long)
	for i, c := range own.Contributions(l.snapshot.Rules) {
		fmt.Fprintf(out, "  vault %s: %s counts", c.Vault, doctor.Vara(c.Amount))
		switch v := own.Vaults[i]; {
		case !v.Readable:
			fmt.Fprint(out, ": it cannot be read")
		case c.Capped:
			fmt.Fprintf(out, " of %s: cut at maxVaultStake", doctor.Vara(stake.Value(v.Stake, v.Weight)))
		case v.Weight.IsZero():
			fmt.Fprint(out, ": its collateral is not accepted")
		}
		fmt.Fprintln(out)
	}
	if last != nil {
		fmt.Fprintf(out, "  last seat: %s with %s, %d of %d seats taken\n", last.Operator, doctor.Vara(last.Weight), len(l.result.Executors), m.Seats)
	}
	sayMargin(out, l, o, m)
	return nil
}

// sayMargin says what an operator has, needs, and by when.
func sayMargin(out io.Writer, l look, o election.Outcome, m election.Margin) {
	sure := "a seat"
	if m.Contested {
		sure = "the lottery, for more than maxStake does not count and there are more at it than seats"
	}
	switch {
	case !m.Short.IsZero():
		fmt.Fprintf(out, "  has %s, needs %s for %s: %s more", doctor.Vara(o.Stake), doctor.Vara(m.Enough), sure, doctor.Vara(m.Short))
		if m.Room.Lt(&m.Short) {
			fmt.Fprintf(out, "; its vaults have room for %s, and %d more can be linked", doctor.Vara(m.Room), m.Free)
		}
	default:
		fmt.Fprintf(out, "  has %s, needs %s for %s: %s to spare", doctor.Vara(o.Stake), doctor.Vara(m.Enough), sure, doctor.Vara(m.Spare))
	}
	if l.captured {
		fmt.Fprintln(out, "; the capture is over")
		return
	}
	fmt.Fprintf(out, "; what counts is what is there at the capture, %s\n", doctor.Moment(l.snapshot.Capture, l.now))
}

func electionExplainedOf(l look, o election.Outcome, m election.Margin, own stake.Operator, last *election.Outcome) electionExplained {
	e := electionExplained{Schema: "roster.election.explain/1", Set: l.snapshot.Set, Era: l.snapshot.Era, outcomeJSON: outcomeOf(o),
		Capture: l.snapshot.Capture, Captured: l.captured, Needed: m.Enough.Dec(), Contested: m.Contested, Short: m.Short.Dec(),
		Spare: m.Spare.Dec(), Room: m.Room.Dec(), Vaults: []contributionJSON{}}
	if last != nil {
		seat := outcomeOf(*last)
		e.Last = &seat
	}
	for i, c := range own.Contributions(l.snapshot.Rules) {
		v := own.Vaults[i]
		e.Vaults = append(e.Vaults, contributionJSON{c.Vault, v.Stake.Dec(), c.Amount.Dec(), c.Capped, v.Readable})
	}
	return e
}
