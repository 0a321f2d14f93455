package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/doctor"
)

// electionChanges are what a simulation makes different.
type electionChanges struct {
	seats                      uint16
	minStake, maxStake, vaults string
	stakes, leave              []string
}

func (f *electionFlags) newElectionSimulate() *cobra.Command {
	var x electionChanges
	c := &cobra.Command{
		Use: "simulate", Short: "Show the election that a change of stakes or parameters would bring", Args: noArguments,
		Long: `simulate elects twice, as it is and with the changes, and shows every operator that is elected in one of the two or
whose place changes. It also says what somebody with new operators needs at the least to stop the set, so that the
others do not reach a quorum, and to certify alone; with no change at all it says just that.

AMOUNT is a number of base units, or one of whole tokens with the unit, as 12.5wVARA. --stake OPERATOR=+AMOUNT adds
to the first vault of an operator, -AMOUNT takes away, and OPERATOR/VAULT names another of its vaults. An operator
that never registered is one that may be elected, with that stake.

Others would react to a change; what they would do it cannot know.`,
		Example: `  roster election simulate --devnet devnet.json
  roster election simulate --stake 0x…=+500wVARA --leave 0x… --devnet devnet.json
  roster election simulate --max-executors 16 --max-stake 100000wVARA --devnet devnet.json`,
		RunE: func(c *cobra.Command, _ []string) error {
			change, err := x.change(c)
			if err != nil {
				return usage(c, err)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				l, err := f.election(ctx, s)
				if err != nil {
					return err
				}
				return f.simulate(out, l, change)
			})
		},
	}
	flags := c.Flags()
	flags.Uint16Var(&x.seats, "max-executors", 0, "`number` of seats")
	flags.StringVar(&x.minStake, "min-stake", "", "least stake of an operator, an `AMOUNT`")
	flags.StringVar(&x.maxStake, "max-stake", "", "most stake of an operator that counts, an `AMOUNT`")
	flags.StringVar(&x.vaults, "max-vault-stake", "", "most stake of an operator in one vault that counts, an `AMOUNT`")
	flags.StringArrayVar(&x.stakes, "stake", nil, "`OPERATOR[/VAULT]=±AMOUNT` of stake that comes or goes; can be given more than once")
	flags.StringArrayVar(&x.leave, "leave", nil, "`OPERATOR` that leaves; can be given more than once")
	return c
}

// change reads the flags.
func (x electionChanges) change(c *cobra.Command) (change election.Change, err error) {
	if c.Flags().Changed("max-executors") {
		change.MaxExecutors = &x.seats
	}
	for _, p := range []struct {
		name, text string
		to         **core.Amount
	}{{"min-stake", x.minStake, &change.MinStake}, {"max-stake", x.maxStake, &change.MaxStake}, {"max-vault-stake", x.vaults, &change.MaxVaultStake}} {
		if p.text == "" {
			continue
		}
		amount, err := readAmount(p.text)
		if err != nil {
			return change, fmt.Errorf("--%s %s: %w", p.name, p.text, err)
		}
		*p.to = &amount
	}
	for _, text := range x.stakes {
		s, err := readStakeChange(text)
		if err != nil {
			return change, fmt.Errorf("--stake %s: %w", text, err)
		}
		change.Stakes = append(change.Stakes, s)
	}
	for _, text := range x.leave {
		var a core.Address
		if err := a.UnmarshalText([]byte(text)); err != nil {
			return change, fmt.Errorf("--leave %s: %w", text, err)
		}
		change.Leave = append(change.Leave, a)
	}
	return change, nil
}

func readStakeChange(text string) (s election.StakeChange, err error) {
	whose, amount, found := strings.Cut(text, "=")
	if !found || amount == "" || amount[0] != '+' && amount[0] != '-' {
		return s, errors.New("want OPERATOR=+AMOUNT, OPERATOR=-AMOUNT, or OPERATOR/VAULT=…")
	}
	operator, vault, named := strings.Cut(whose, "/")
	if err := s.Operator.UnmarshalText([]byte(operator)); err != nil {
		return s, err
	}
	if named {
		if err := s.Vault.UnmarshalText([]byte(vault)); err != nil {
			return s, err
		}
	}
	s.Remove = amount[0] == '-'
	s.Amount, err = readAmount(amount[1:])
	return s, err
}

// varaDecimals is how many decimals wVARA has.
const varaDecimals = 12

// readAmount reads base units, or tokens with their unit, exactly.
func readAmount(text string) (amount core.Amount, err error) {
	bad := errors.New("want base units like 1500000000000, or tokens like 1.5wVARA")
	digits, tokens := strings.CutSuffix(strings.ToLower(text), "wvara")
	whole, rest, point := strings.Cut(strings.TrimSpace(digits), ".")
	if point && !tokens || len(rest) > varaDecimals || whole == "" || strings.ContainsAny(whole+rest, "+-_") {
		return amount, bad
	}
	if tokens {
		rest += strings.Repeat("0", varaDecimals-len(rest))
	}
	n, err := uint256.FromDecimal(whole + rest)
	if err != nil {
		return amount, bad
	}
	return *n, nil
}

// simulatedJSON is a simulation, as JSON has it.
type simulatedJSON struct {
	Schema string         `json:"schema"`
	Before sideJSON       `json:"before"`
	After  sideJSON       `json:"after"`
	Shifts []shiftedEntry `json:"operators"`
}

type sideJSON struct {
	Executors int          `json:"executors"`
	Total     string       `json:"total"`
	Stop      takeoverJSON `json:"toStop"`
	Certify   takeoverJSON `json:"toCertifyAlone"`
}

type takeoverJSON struct {
	Possible  bool   `json:"possible"`
	Operators int    `json:"operators"`
	Stake     string `json:"stake"`
}

type shiftedEntry struct {
	Operator core.Address `json:"operator"`
	Before   *outcomeJSON `json:"before,omitempty"`
	After    *outcomeJSON `json:"after,omitempty"`
}

// side is one of the two elections.
type side struct {
	result        election.Result
	stop, certify election.Takeover
}

func sideOf(s stake.Snapshot, d election.Draw) (x side, err error) {
	if x.result, err = election.Elect(s, d); err != nil {
		return x, err
	}
	x.stop, x.certify, err = election.Takeovers(s)
	return x, err
}

func (f *electionFlags) simulate(out io.Writer, l look, change election.Change) error {
	after, err := change.Apply(l.snapshot)
	if err != nil {
		return err
	}
	before, err := sideOf(l.snapshot, l.draw)
	if err != nil {
		return err
	}
	then, err := sideOf(after, l.draw)
	if err != nil {
		return err
	}
	shifts := election.Compare(before.result, then.result)
	if f.json {
		j := simulatedJSON{Schema: "roster.election.simulate/1", Before: before.json(), After: then.json(), Shifts: []shiftedEntry{}}
		for _, x := range shifts {
			j.Shifts = append(j.Shifts, shiftedEntry{x.Operator, knownOutcome(x.Before), knownOutcome(x.After)})
		}
		return writeJSON(out, j)
	}
	fmt.Fprintf(out, "%s\n", l.title())
	for _, x := range shifts {
		fmt.Fprintf(out, "  %s  %s -> %s\n", x.Operator, shiftWords(x.Before), shiftWords(x.After))
	}
	for _, x := range []struct {
		name string
		side
	}{{"as it is", before}, {"with the change", then}} {
		fmt.Fprintf(out, "%s: %d elected, %s together\n  to stop the set, new operators need at the least %s\n  to certify alone %s\n", x.name,
			len(x.result.Executors), doctor.Vara(x.result.Total), takeoverWords(x.stop), takeoverWords(x.certify))
	}
	return nil
}

func (x side) json() sideJSON {
	take := func(t election.Takeover) takeoverJSON { return takeoverJSON{t.Possible, t.Operators, t.Stake.Dec()} }
	return sideJSON{Executors: len(x.result.Executors), Total: x.result.Total.Dec(), Stop: take(x.stop), Certify: take(x.certify)}
}

// knownOutcome is nil for an operator that does not stand in a result.
func knownOutcome(o election.Outcome) *outcomeJSON {
	if o.Code == "" {
		return nil
	}
	j := outcomeOf(o)
	return &j
}

func shiftWords(o election.Outcome) string {
	switch {
	case o.Code == "":
		return "not there"
	case o.Elected:
		return fmt.Sprintf("rank %d with %s", o.Rank, doctor.Vara(o.Weight))
	}
	return "out: " + o.Short
}

func takeoverWords(t election.Takeover) string {
	if !t.Possible {
		return "more than maxStake lets any number of them have: ties would decide"
	}
	return fmt.Sprintf("%s in %d", doctor.Vara(t.Stake), t.Operators)
}
