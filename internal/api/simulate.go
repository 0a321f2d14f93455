package api

import (
	"context"
	"strings"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/stake"
)

func (s *Server) simulate(ctx context.Context, m *moment, in *Simulated) (client.Simulation, error) {
	out := client.Simulation{AsOf: m.asOf(), Set: in.Set, Items: []client.SimulatedRow{}}
	change, err := in.change()
	if err != nil {
		return out, err
	}
	v, err := m.voted(ctx, in.Set, "next")
	if err != nil {
		return out, err
	}
	out.Era = v.summary.Era
	after, err := change.Apply(v.snapshot)
	if err != nil {
		return out, badRequest("%v", err) // of what was asked for: its text names nothing else
	}
	before, err := sideOf(v.snapshot, v.draw, &out.Before)
	if err != nil {
		return out, err
	}
	then, err := sideOf(after, v.draw, &out.After)
	if err != nil {
		return out, badRequest("%v", err)
	}
	for _, x := range election.Compare(before, then) {
		out.Items = append(out.Items, client.SimulatedRow{Operator: x.Operator, Before: simulatedOne(x.Before), After: simulatedOne(x.After)})
	}
	return out, nil
}

func sideOf(s stake.Snapshot, d election.Draw, out *client.SimulatedSide) (election.Result, error) {
	r, err := election.Elect(s, d)
	if err != nil {
		return r, err
	}
	stop, certify, err := election.Takeovers(s)
	*out = client.SimulatedSide{Executors: len(r.Executors), Total: client.Amount(r.Total), Stop: takeoverOf(stop), Certify: takeoverOf(certify),
		Rules: rulesOf(s.Rules)}
	return r, err
}

// simulatedOne is nil for an operator that does not stand in a result.
func simulatedOne(o election.Outcome) *client.SimulatedOne {
	if o.Code == "" {
		return nil
	}
	return &client.SimulatedOne{Reason: o.Code, Elected: o.Elected, Rank: o.Rank, Stake: client.Amount(o.Stake), Weight: client.Amount(o.Weight)}
}

// change reads what is to be other.
func (in *Simulated) change() (c election.Change, err error) {
	if in.MaxExecutors > 0 {
		c.MaxExecutors = &in.MaxExecutors
	}
	for _, p := range []struct {
		text string
		to   **core.Amount
	}{{in.MinStake, &c.MinStake}, {in.MaxStake, &c.MaxStake}, {in.MaxVaultStake, &c.MaxVaultStake}} {
		if p.text == "" {
			continue
		}
		n, err := uint256.FromDecimal(p.text)
		if err != nil {
			return c, badRequest("amount %q: want base units", p.text)
		}
		*p.to = n
	}
	for _, text := range in.Stake {
		x, err := stakeChange(text)
		if err != nil {
			return c, err
		}
		c.Stakes = append(c.Stakes, x)
	}
	for _, text := range in.Leave {
		var a core.Address
		if err := a.UnmarshalText([]byte(text)); err != nil {
			return c, badRequest("leave: %v", err)
		}
		c.Leave = append(c.Leave, a)
	}
	return c, nil
}

func stakeChange(text string) (x election.StakeChange, err error) {
	bad := func() error {
		return badRequest("stake %q: want OPERATOR:AMOUNT, OPERATOR:-AMOUNT, or OPERATOR/VAULT:…, base units", text)
	}
	whose, amount, found := strings.Cut(text, ":")
	operator, vault, named := strings.Cut(whose, "/")
	if !found || x.Operator.UnmarshalText([]byte(operator)) != nil || named && x.Vault.UnmarshalText([]byte(vault)) != nil {
		return x, bad()
	}
	// A + in a query is a space to some: none is needed.
	amount = strings.TrimLeft(amount, " +")
	amount, x.Remove = strings.CutPrefix(amount, "-")
	n, err := uint256.FromDecimal(amount)
	if err != nil {
		return x, bad()
	}
	x.Amount = *n
	return x, nil
}
