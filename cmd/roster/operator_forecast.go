package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
)

// forecastFlags are what `roster operator forecast` can be told.
type forecastFlags struct {
	stake, commission, performance string
	eras                           int
	json                           bool
}

func newForecast(f *programFlags) *cobra.Command {
	var x forecastFlags
	c := &cobra.Command{
		Use: "forecast OPERATOR", Short: "Say for how long an operator keeps its seat, and what it brings, if nobody does anything",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage(c, fmt.Errorf("%d arguments: name one OPERATOR, by its address", len(args)))
			}
			return nil
		},
		Long: `forecast looks at the next eras to be captured, one by one: rank, stake, whether there is a seat, what is missing or to
spare, and what changes from one era to the next. In it is all that is known to come: announced parameters, weights of
collaterals and commissions, and jails that end, the operator's and everybody else's. Withdrawals are never still to come:
what was withdrawn counts at no capture after its block. It only stays where it can be slashed, and forecast says how much
that is in each vault, when it is free, and for which eras the operator still answers with what it had.

Then what an era brings: to the operator by its commission and to the stakers behind it, vault by vault, and in a year
of 365 days as a part of the stake, rounded down. It is computed as a reward is, with the shares of now and every
Executor signing so much of the certificates; the pot is followed for a year, with what each era pays to proposers and,
as in the last era, for batches.

It cannot know what people will do: deposit, withdraw, join, leave, misbehave, or fill the pot. With --stake and
--commission it takes them to be that; --stake also for an operator that never registered. Stake is spread over the
vaults that it has linked as now, each counts at most maxVaultStake, and others stay as they are. AMOUNT is a number of
base units, or one of whole tokens with the unit, as 12.5wVARA.`,
		Example: `  roster operator forecast 0x… --devnet devnet.json
  roster operator forecast 0x… --stake 5000wVARA --commission 800 --eras 30 --json --devnet devnet.json`,
		RunE: func(c *cobra.Command, args []string) error {
			q, err := x.question(args[0])
			if err != nil {
				return usage(c, err)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				q.Set = s.set
				head, _, err := s.Head(ctx)
				if err != nil {
					return err
				}
				forecast, err := engine.Foretell(ctx, s.Roster, s.Roster, q, head)
				if err != nil {
					return err
				}
				if x.json {
					return writeJSON(out, forecastOf(forecast))
				}
				s.tell(out, forecast)
				return nil
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&x.stake, "stake", "", "what the operator is taken to have behind it, an `AMOUNT`; what it has when not given")
	flags.StringVar(&x.commission, "commission", "", "its commission, `basis points` from 0 to 10000; the one that counts when not given")
	flags.StringVar(&x.performance, "performance", "10000", "what every Executor signs, `basis points` of the certificates from 0 to 10000")
	flags.IntVar(&x.eras, "eras", 8, "how many eras to look at, a `number` from 1 to 1000")
	flags.BoolVar(&x.json, "json", false, "write JSON")
	return c
}

// question reads the flags.
func (x forecastFlags) question(operator string) (q engine.Question, err error) {
	var all []error
	if err := q.Operator.UnmarshalText([]byte(operator)); err != nil {
		all = append(all, err)
	}
	if x.stake != "" {
		amount, err := readAmount(x.stake)
		if err != nil {
			all = append(all, fmt.Errorf("--stake %s: %w", x.stake, err))
		}
		q.Stake = &amount
	}
	if x.commission != "" {
		bps, err := readBps(x.commission)
		if err != nil {
			all = append(all, fmt.Errorf("--commission %s: %w", x.commission, err))
		}
		q.Commission = &bps
	}
	if q.Performance, err = readBps(x.performance); err != nil {
		all = append(all, fmt.Errorf("--performance %s: %w", x.performance, err))
	}
	if q.Eras = x.eras; q.Eras < 1 || q.Eras > engine.MostForecast {
		all = append(all, fmt.Errorf("--eras %d: want 1 to %d", q.Eras, engine.MostForecast))
	}
	return q, errors.Join(all...)
}

// tell writes a forecast in words.
func (s session) tell(out io.Writer, f engine.Forecast) {
	fmt.Fprintf(out, "%s in set %d as of block %d, if nobody does anything from then on\n", f.Operator, f.Set, f.Block)
	if f.Stake != nil {
		fmt.Fprintf(out, "  supposed: %s behind it\n", doctor.Vara(*f.Stake))
	}
	if f.Commission != nil {
		fmt.Fprintf(out, "  supposed: a commission of %s\n", percent(uint64(*f.Commission)))
	}
	for i := 0; i < len(f.Prospects); {
		last := i
		for last+1 < len(f.Prospects) && alike(f.Prospects[i], f.Prospects[last+1]) {
			last++
		}
		tellProspect(out, f.Prospects[i], f.Prospects[last].Era, f.Now)
		i = last + 1
	}
	tellFall(out, f)
	tellRewards(out, f)
	s.tellVaults(out, f)
}

// alike reports whether nothing changes from one era to a later one.
func alike(p, later election.Prospect) bool {
	later.Era, later.Capture = p.Era, p.Capture
	turns := later.Turns
	p.Turns, later.Turns = nil, nil
	return len(turns) == 0 && reflect.DeepEqual(p, later)
}

// tellProspect is one era, or several that are alike: where the operator stands, what it has and needs, and what changes.
func tellProspect(out io.Writer, p election.Prospect, last core.Era, now core.Time) {
	rank, verdict := "", "out: "+p.Short
	switch {
	case p.Worst > p.Rank:
		rank = fmt.Sprintf("rank %d to %d, ", p.Rank, p.Worst)
	case p.Rank > 0:
		rank = fmt.Sprintf("rank %d, ", p.Rank)
	}
	switch {
	case p.Elected:
		verdict = "ELECTED"
	case p.Equals > 0:
		verdict = fmt.Sprintf("drawn by lot: %d seats for %d operators of its weight", p.Places, p.Equals)
	}
	eras, first := fmt.Sprintf("era %d", p.Era), ""
	if last > p.Era {
		eras, first = fmt.Sprintf("eras %d to %d", p.Era, last), "first "
	}
	fmt.Fprintf(out, "  %s  %s; %shas %s, ", eras, verdict, rank, doctor.Vara(p.Stake))
	if p.Margin.Short.IsZero() {
		fmt.Fprintf(out, "%s to spare", doctor.Vara(p.Margin.Spare))
	} else {
		fmt.Fprintf(out, "needs %s: %s more", doctor.Vara(p.Margin.Enough), doctor.Vara(p.Margin.Short))
	}
	if p.JailedUntil > 0 {
		fmt.Fprintf(out, "; jailed until %s", doctor.Moment(p.JailedUntil, now))
	}
	fmt.Fprintf(out, "; %scapture %s\n", first, doctor.Moment(p.Capture, now))
	rivals := 0
	for _, t := range p.Turns {
		if t.Code == election.RivalChange.Code {
			if rivals++; rivals > mostRivals {
				continue
			}
		}
		fmt.Fprintf(out, "    %s\n", turnWords(t))
	}
	if rivals > mostRivals {
		fmt.Fprintf(out, "    and that of %d more: --json\n", rivals-mostRivals)
	}
}

// mostRivals is how many others' changes are written out.
const mostRivals = 4

// turnWords are a change in words, with units.
func turnWords(t election.Turn) string {
	about, unit := "", func(a core.Amount) string { return doctor.Vara(a) }
	switch t.Code {
	case election.JailEnds.Code:
		return "its " + t.Short[len("the "):]
	case election.SeatsChange.Code:
		unit = func(a core.Amount) string { return a.Dec() }
	case election.CommissionChange.Code:
		unit = func(a core.Amount) string { return percent(a.Uint64()) }
	case election.CollateralChange.Code:
		about, unit = " in vault "+t.Vault.String(), weightWords
	case election.RivalChange.Code:
		about = ", of " + t.Operator.String()
	}
	return fmt.Sprintf("%s%s: %s -> %s", t.Short, about, unit(t.Before), unit(t.After))
}

// weightWords is a collateral's weight: what a base unit of it is worth in base units of wVARA, exactly.
func weightWords(a core.Amount) string {
	one := new(core.Amount).SetUint64(core.One)
	var rest core.Amount
	a.DivMod(&a, one, &rest)
	if rest.IsZero() {
		return a.Dec()
	}
	return a.Dec() + "." + strings.TrimRight(fmt.Sprintf("%018d", rest.Uint64()), "0")
}

// percentOf is percent of a number of any size.
func percentOf(bps core.Amount) string {
	if !bps.IsUint64() {
		return bps.Dec() + " bps"
	}
	return percent(bps.Uint64())
}

// percent is a number of basis points in words, exactly.
func percent(bps uint64) string { return fmt.Sprintf("%d.%02d %%", bps/100, bps%100) }

// tellFall says from which era on the seat is not sure, or that it is of all.
func tellFall(out io.Writer, f engine.Forecast) {
	after := f.Prospects[len(f.Prospects)-1].Era + 1
	p, falls := f.FallsOut()
	switch {
	case !falls && f.Later == 0:
		fmt.Fprintf(out, "No queued change makes it fall out before era %d, and none is queued after that.\n", after)
	case !falls:
		fmt.Fprintf(out, "No queued change makes it fall out before era %d; what counts from %s is not looked at: --eras.\n", after, doctor.Moment(f.Later, f.Now))
	default:
		text := fmt.Sprintf("It has no sure seat in era %d: %s", p.Era, p.Short)
		if !p.Margin.Short.IsZero() {
			text += fmt.Sprintf("; has %s, needs %s, by %s", doctor.Vara(p.Stake), doctor.Vara(p.Margin.Enough), doctor.Moment(p.Capture, f.Now))
		}
		fmt.Fprintln(out, text+".")
	}
}

// tellRewards says what an era and a year bring.
func tellRewards(out io.Writer, f engine.Forecast) {
	x := f.Expected
	fmt.Fprintf(out, "With every Executor signing %s of the certificates\n", percent(uint64(f.Performance)))
	if f.Batches == 0 {
		fmt.Fprintln(out, "  if there are any: no batch was committed in an era just over, and an era without one pays nothing")
	}
	for i := 0; i < len(x.Eras); {
		e, last := x.Eras[i], i
		for last+1 < len(x.Eras) && x.Eras[last+1].Gain == e.Gain && x.Eras[last+1].Equals == e.Equals && x.Eras[last+1].Places == e.Places {
			last++
		}
		span := fmt.Sprintf("era %d", e.Era)
		if last > i {
			span = fmt.Sprintf("eras %d to %d, each", e.Era, x.Eras[last].Era)
		}
		drawn := ""
		if e.Equals > 0 {
			drawn = ", if it is drawn"
		}
		fmt.Fprintf(out, "  %s: %s to the operator, %s to its stakers%s\n", span, doctor.Vara(e.Gain.Commission), doctor.Vara(e.Gain.Stakers), drawn)
		if !e.Gain.Own.IsZero() {
			fmt.Fprintf(out, "    of the stakers', %s to the operator's own deposits\n", doctor.Vara(e.Gain.Own))
		}
		for _, v := range e.Vaults {
			fmt.Fprintf(out, "    vault %s: %s for %s behind it\n", v.Vault, doctor.Vara(v.Stakers), doctor.Vara(v.Behind))
		}
		i = last + 1
	}
	fmt.Fprintf(out, "  together: %s to the operator, %s to its stakers\n", doctor.Vara(x.Sum.Commission), doctor.Vara(x.Sum.Stakers))
	fmt.Fprintf(out, "  a year of %d such eras: %s of the stake to its stakers, %s to the operator\n", x.PerYear, percentOf(x.StakersYield), percentOf(x.OperatorYield))
	if x.Dry {
		fmt.Fprintf(out, "  the pot has %s free and does not hold all of what era %d offers, unless somebody fills it\n", doctor.Vara(f.Pot), x.DryIn)
	} else {
		fmt.Fprintf(out, "  the pot has %s free, enough for a year\n", doctor.Vara(f.Pot))
	}
}

// tellVaults says what is on its way out of the operator's vaults, and for what it answers.
func (s session) tellVaults(out io.Writer, f engine.Forecast) {
	if len(f.Backing) > 0 {
		fmt.Fprintln(out, "Its vaults, with what everybody has in them; what was withdrawn counts at no capture any more, and can be slashed until it is free")
	}
	for _, b := range f.Backing {
		fmt.Fprintf(out, "  vault %s: %s active\n", core.Address(b.Vault), s.tokens(b.Collateral, b.Active))
		for _, l := range b.Leaving {
			if !l.Amount.IsZero() {
				fmt.Fprintf(out, "    %s withdrawn, free at %s\n", s.tokens(b.Collateral, l.Amount), doctor.Moment(l.FreeAt, f.Now))
			}
		}
	}
	for _, e := range f.Exposed {
		fmt.Fprintf(out, "It answers for era %d with %s, for what is reported by %s\n", e.Era, doctor.Vara(e.Slashable), doctor.Moment(e.ReportBy, f.Now))
	}
}
