package api

import (
	"context"
	"slices"
	"strings"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

func (s *Server) slashes(ctx context.Context, m *moment, in *OfSlashes) (client.Slashes, error) {
	out := client.Slashes{AsOf: m.asOf(), Items: []client.Slash{}}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	all, err := m.slashes(ctx, in.Set)
	if err != nil {
		return out, err
	}
	all = slices.DeleteFunc(all, func(x client.Slash) bool {
		return in.Operator != "" && !strings.EqualFold(x.Operator.String(), in.Operator) || in.Open && x.Next == slash.Nothing.String()
	})
	page, next, err := newestOf(all, in.Paged)
	out.Items, out.Next = present(page), next
	return out, err
}

// slashes are all cases of a set, in the order of their reports.
func (m *moment) slashes(ctx context.Context, set core.SetID) ([]client.Slash, error) {
	m.judging.Lock() // once in a moment, whoever asks
	defer m.judging.Unlock()
	if list, there := m.cases[set]; there {
		return slices.Clone(list), nil
	}
	list, err := m.casesOf(ctx, set)
	if err == nil {
		m.cases[set] = list
	}
	return slices.Clone(list), err
}

func (m *moment) casesOf(ctx context.Context, set core.SetID) ([]client.Slash, error) {
	block, now := m.tick.Head.Number, m.time()
	reports, err := m.Roster.OffencesOf(ctx, set, block)
	if err != nil {
		return nil, err
	}
	if len(reports) == 0 {
		return nil, nil
	}
	cases, disputes, err := engine.Cases(ctx, m.Roster, set, block, nil)
	if err != nil {
		return nil, err
	}
	_, executed, err := m.Roster.SlashesOf(ctx, set, block)
	if err != nil {
		return nil, err
	}
	list := make([]client.Slash, len(cases))
	for i, c := range cases {
		v, err := m.vetoOf(ctx, set, c.Vault)
		if err != nil {
			return nil, err
		}
		one := slashOf(m.Roster.Times, now, c, slash.Next(m.Roster.Times, now, c, cases, disputes))
		one.Collateral, one.Resolver = v.collateral, v.resolver
		for _, r := range reports {
			if core.Address(r.Operator) == c.Operator && core.Era(r.Era) == c.Era && slash.Kind(r.Kind) == c.Kind {
				one.Reporter, one.Evidence = core.Address(r.Reporter), core.Hash(r.Raw.TxHash)
			}
		}
		if one.ExecutedAt, err = m.executedAt(ctx, executed, c); err != nil {
			return nil, err
		}
		list[i] = one
	}
	return list, nil
}

// executedAt is when a case was executed, 0: it was not.
func (m *moment) executedAt(ctx context.Context, executed []*chain.SlashExecuted, c slash.Case) (core.Time, error) {
	for _, x := range executed {
		if core.Address(x.Operator) == c.Operator && core.Era(x.Era) == c.Era && slash.Kind(x.Kind) == c.Kind && core.Address(x.Vault) == c.Vault {
			return m.Roster.TimeOf(ctx, x.Raw.BlockNumber)
		}
	}
	return 0, nil
}

func slashOf(t era.Times, now core.Time, c slash.Case, next slash.Action) client.Slash {
	k := c.Clock(t)
	known := func(t core.Time) core.Time { // a time that never comes is none
		if t == era.Never {
			return 0
		}
		return t
	}
	return client.Slash{ID: c.ID(), Operator: c.Operator, Era: c.Era, Kind: c.Kind.String(),
		Vault: c.Vault, Status: c.Status(t, now).String(), Penalty: client.Amount(c.Penalty), Slashable: client.Amount(c.Slashable),
		Takeable: client.Amount(c.Takeable(next)), Next: next.Verb.String(), Reason: next.Reason.Code, Text: next.Reason.Short, Until: known(next.Until),
		Capture: k.Capture, ReportedAt: c.ReportedAt, ReportBy: known(k.Report), RequestedAt: c.RequestedAt, RequestBy: known(k.Request),
		VetoUntil: known(k.VetoEnd), ExecuteFrom: known(k.Earliest), ExecuteBy: known(k.Last)}
}
