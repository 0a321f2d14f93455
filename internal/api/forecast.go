package api

import (
	"context"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/internal/engine"
)

func (s *Server) forecast(ctx context.Context, m *moment, in *OfForecast) (client.Forecast, error) {
	var out client.Forecast
	c, err := m.candidates(ctx, in.Set)
	if err != nil {
		return out, err
	}
	q := engine.Question{Set: in.Set, Operator: in.Operator, Eras: in.Eras, Performance: core.Bps(in.Performance)}
	if in.Stake != "" {
		if q.Stake, err = uint256.FromDecimal(in.Stake); err != nil {
			return out, badRequest("stake %q: want base units", in.Stake)
		}
		if _, err := election.WithStake(c.snapshot, in.Operator, *q.Stake); err != nil {
			return out, badRequest("%v", err)
		}
	} else if _, there := c.operator(m, in.Operator); !there {
		return out, notFound("%s never registered in set %d: name a stake to see what it would bring", in.Operator, in.Set)
	}
	if in.Commission >= 0 {
		bps := core.Bps(in.Commission)
		q.Commission = &bps
	}
	select { // one at a time, like an explanation: each holds what an era pays to everybody
	case m.explaining <- struct{}{}:
		defer func() { <-m.explaining }()
	default:
		return out, problem(503, "busy", "another's question of this kind is being computed; ask again")
	}
	f, err := engine.Foretell(ctx, m.Roster, m.Mirror, q, m.final())
	if err != nil {
		return out, err
	}
	out = forecastOf(f)
	out.AsOf = m.asOf()
	return out, nil
}

func forecastOf(f engine.Forecast) client.Forecast {
	x := f.Expected
	out := client.Forecast{Operator: f.Operator, Later: f.Later, Eras: []client.ForecastEra{}, Commission: client.Amount(x.Sum.Commission),
		Stakers: client.Amount(x.Sum.Stakers), Own: client.Amount(x.Sum.Own), ErasPerYear: x.PerYear, StakersYield: client.Amount(x.StakersYield),
		OperatorYield: client.Amount(x.OperatorYield), Batches: f.Batches, Pot: client.Amount(f.Pot), Slashable: []client.Exposure{}}
	if x.Dry {
		out.PotShort = &x.DryIn
	}
	out.Sure = f.Prospects[len(f.Prospects)-1].Era + 1
	if p, falls := f.FallsOut(); falls {
		out.Sure, out.FallsOut = p.Era, true
	}
	for i, p := range f.Prospects {
		out.Eras = append(out.Eras, forecastEra(f, i, p))
	}
	for _, e := range f.Exposed {
		out.Slashable = append(out.Slashable, client.Exposure{Era: e.Era, Slashable: client.Amount(e.Slashable), ReportBy: e.ReportBy, RequestBy: e.RequestBy})
	}
	return out
}

func forecastEra(f engine.Forecast, i int, p election.Prospect) client.ForecastEra {
	x := f.Expected.Eras[i]
	e := client.ForecastEra{Era: p.Era, Capture: p.Capture, Reason: p.Code, Elected: p.Elected, Rank: p.Rank, WorstRank: p.Worst,
		Stake: client.Amount(p.Stake), Weight: client.Amount(p.Weight), Needed: client.Amount(p.Margin.Enough), Short: client.Amount(p.Margin.Short),
		Spare: client.Amount(p.Margin.Spare), Changes: []client.ForecastChange{}, Commission: client.Amount(x.Gain.Commission), Stakers: client.Amount(x.Gain.Stakers)}
	for _, t := range p.Turns {
		c := client.ForecastChange{Reason: t.Code, Text: t.Short, Before: client.Amount(t.Before), After: client.Amount(t.After)}
		if t.Operator != (core.Address{}) {
			c.Operator = &t.Operator
		}
		if t.Vault != (core.Address{}) {
			c.Vault = &t.Vault
		}
		e.Changes = append(e.Changes, c)
	}
	return e
}
