package main

import (
	"fmt"
	"io"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
)

// simulated is what a change would have done, as JSON has it. Amounts are base units of wVARA.
type simulated struct {
	Schema string        `json:"schema"`
	Set    core.SetID    `json:"set"`
	First  core.Era      `json:"firstEra"`
	Last   core.Era      `json:"lastEra"`
	Eras   []comparedEra `json:"eras"`
	Sum    compared      `json:"sum"`
}

type comparedEra struct {
	Era core.Era `json:"era"`
	compared
}

type compared struct {
	Emission  movement           `json:"emission"`
	Pool      movement           `json:"pool"`
	Paid      movement           `json:"paid"`
	Unearned  movement           `json:"unearned"`
	Operators []comparedOperator `json:"operators"`
}

type comparedOperator struct {
	Operator   core.Address `json:"operator"`
	Commission movement     `json:"commission"`
	Stakers    movement     `json:"stakers"`
}

// movement is an amount before and after; the change has a minus in front when it is a loss.
type movement struct {
	Before string `json:"before"`
	After  string `json:"after"`
	Change string `json:"change"`
}

func moved(before, after core.Amount) movement {
	m := movement{Before: before.Dec(), After: after.Dec()}
	var by core.Amount
	if after.Lt(&before) {
		m.Change = "-" + by.Sub(&before, &after).Dec()
	} else {
		m.Change = by.Sub(&after, &before).Dec()
	}
	return m
}

func (m movement) String() string {
	if m.Change == "0" {
		return m.Before
	}
	sign := "+"
	if m.Change[0] == '-' {
		sign = ""
	}
	return fmt.Sprintf("%s → %s (%s%s)", m.Before, m.After, sign, m.Change)
}

func comparedOf(c reward.Comparison) compared {
	out := compared{
		Emission: moved(c.Before.Emission, c.After.Emission), Pool: moved(c.Before.Pool, c.After.Pool),
		Paid: moved(c.Before.Paid, c.After.Paid), Unearned: moved(c.Before.Unearned, c.After.Unearned),
		Operators: []comparedOperator{},
	}
	for _, o := range c.Operators {
		out.Operators = append(out.Operators, comparedOperator{Operator: o.Operator,
			Commission: moved(o.Before.Commission, o.After.Commission), Stakers: moved(o.Before.Stakers, o.After.Stakers)})
	}
	return out
}

func (s simulated) write(out io.Writer) {
	for _, e := range s.Eras {
		e.write(out, fmt.Sprintf("Era %d", e.Era))
	}
	if len(s.Eras) > 1 {
		s.Sum.write(out, fmt.Sprintf("Eras %d to %d together", s.First, s.Last))
	}
}

func (c compared) write(out io.Writer, title string) {
	fmt.Fprintf(out, "%s: pool %v\n  paid %v, unearned %v\n", title, c.Pool, c.Paid, c.Unearned)
	for _, o := range c.Operators {
		fmt.Fprintf(out, "  %s  commission %v\n  %42s  stakers    %v\n", o.Operator, o.Commission, "", o.Stakers)
	}
}
