package reward

import (
	"fmt"
	"strings"

	"github.com/gear-tech/roster/core"
)

// Role says in which of the two trees an account stands.
type Role string

// The two roles. An account may have both, with an amount in each tree.
const (
	AsOperator Role = "operator"
	AsStaker   Role = "staker"
)

// Step is one line of the way to an amount.
type Step struct {
	Role     Role
	Reason   core.Reason
	Era      core.Era     // not meaningful for Carried and Cumulative
	Operator core.Address // zero when the step concerns none
	Vault    core.Address // zero when the step concerns none
	Formula  string       // how Amount follows from Terms; empty when it is given
	Terms    []Term       // in the formula's order
	Amount   core.Amount  // what the step leads to, wVARA base units
}

// Term is a named number of a formula.
type Term struct {
	Name  string
	Value core.Amount
}

// String renders the step as one line, the same on every machine.
func (s Step) String() string {
	var b strings.Builder
	b.WriteString(string(s.Role))
	if s.Reason != Carried && s.Reason != Cumulative {
		fmt.Fprintf(&b, " · era %d", s.Era)
	}
	if s.Operator != (core.Address{}) {
		fmt.Fprintf(&b, " · operator %s", s.Operator)
	}
	if s.Vault != (core.Address{}) {
		fmt.Fprintf(&b, " · vault %s", s.Vault)
	}
	fmt.Fprintf(&b, " · %s: %s", s.Reason.Short, s.Amount.Dec())
	if s.Formula != "" {
		fmt.Fprintf(&b, " = %s", s.Formula)
	}
	for i, t := range s.Terms {
		b.WriteString([]string{"; ", ", "}[min(i, 1)])
		fmt.Fprintf(&b, "%s %s", t.Name, t.Value.Dec())
	}
	return b.String()
}

// Text renders steps one per line, each line ended.
func Text(steps []Step) string {
	var b strings.Builder
	for _, s := range steps {
		b.WriteString(s.String())
		b.WriteByte('\n')
	}
	return b.String()
}
