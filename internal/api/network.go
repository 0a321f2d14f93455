package api

import (
	"context"
	"slices"
	"time"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/doctor"
)

func (s *Server) network(ctx context.Context, m *moment, _ *None) (n client.Network, err error) {
	at, t := m.Roster.At, m.Roster.Times
	n = client.Network{AsOf: m.asOf(), ChainID: m.Roster.ChainID, Clock: m.clock(), Sets: present(m.sets), Times: client.Times(t),
		Checks: inequalities(era.Check(t)), Contracts: client.Contracts{Token: core.Address(at.Token), Middleware: core.Address(at.Middleware),
			Operators: core.Address(at.Operators), Router: core.Address(at.Router), Rewards: core.Address(at.Rewards),
			Offences: core.Address(at.Offences), Programs: core.Address(at.Programs)}}
	capture := t.Capture(m.next())
	m.Mirror.View(func(h *stake.History) {
		seen := map[core.Address]bool{}
		for _, v := range h.Vaults() {
			if !seen[v.Collateral] {
				seen[v.Collateral] = true
				n.Collaterals = append(n.Collaterals, client.Collateral{Token: v.Collateral, Weight: client.Amount(h.CollateralWeightAt(v.Collateral, capture))})
			}
		}
	})
	slices.SortFunc(n.Collaterals, func(a, b client.Collateral) int { return compare(a.Token, b.Token) })
	n.Collaterals = present(n.Collaterals)
	g, err := m.Roster.Governance(ctx, m.final())
	n.Owner, n.PendingOwner, n.Resolver, n.Judge, n.Burner = core.Address(g.Owner), core.Address(g.PendingOwner), core.Address(g.Resolver), core.Address(g.Judge), core.Address(g.Burner)
	return n, err
}

// present is a list that JSON shows as one when it is empty.
func present[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (m *moment) clock() client.Clock {
	t, now := m.Roster.Times, m.time()
	c := client.Clock{NextEra: m.next()}
	c.NextCapture = t.Capture(c.NextEra)
	c.Era, c.Started = t.At(now)
	c.Start, c.End = t.Start(c.Era), t.Start(c.Era+1)
	return c
}

func inequalities(list []era.Finding) []client.Inequality {
	out := make([]client.Inequality, len(list))
	for i, f := range list {
		out[i] = client.Inequality{Code: f.Code, Words: f.Words, Sum: f.Sum, Need: f.Need, Have: f.Have, OK: f.OK}
	}
	return out
}

func (s *Server) reasons(context.Context, *moment, *None) (r client.Reasons, err error) {
	for _, table := range []struct {
		noun string
		list []core.Reason
	}{{"era", era.Reasons()}, {"election", election.Reasons()}, {"reward", reward.Reasons()}, {"slash", slash.Reasons()}, {"check", doctor.Reasons()}} {
		for _, x := range table.list {
			r.Items = append(r.Items, client.Reason{Noun: table.noun, Code: x.Code, Short: x.Short, Long: x.Long})
		}
	}
	return r, nil
}

func (s *Server) sets(ctx context.Context, m *moment, _ *None) (client.Sets, error) {
	out := client.Sets{AsOf: m.asOf(), Items: []client.Set{}}
	for _, set := range m.sets {
		one, err := m.set(ctx, set)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

func (s *Server) set(ctx context.Context, m *moment, in *OfSet) (client.Set, error) {
	if err := m.serves(in.Set); err != nil {
		return client.Set{}, err
	}
	return m.set(ctx, in.Set)
}

// announcedEras is for how many eras changes of parameters are looked for: a change must be announced this long before, at
// least (protocol §2), and few are announced longer.
func (m *moment) announcedEras() core.Era {
	t := m.Roster.Times
	return core.Era(2*t.Notice/t.EraDuration + 2)
}

func (m *moment) set(ctx context.Context, set core.SetID) (out client.Set, err error) {
	next, t := m.next(), m.Roster.Times
	out = client.Set{AsOf: m.asOf(), Set: set, Announced: []client.Announced{}}
	m.Mirror.View(func(h *stake.History) {
		have := h.ParametersAt(set, t.Capture(next))
		out.Parameters, out.Operators = parametersOf(have), len(h.Operators(set))
		for e := next + 1; e <= next+m.announcedEras(); e++ {
			if then := h.ParametersAt(set, t.Capture(e)); then != have {
				out.Announced, have = append(out.Announced, client.Announced{Era: e, Parameters: parametersOf(then)}), then
			}
		}
	})
	vaults, err := m.enrolled(ctx, set)
	if err != nil {
		return out, err
	}
	out.Vaults = len(vaults)
	if e, any, err := m.Roster.ActiveEra(ctx, set, m.tick.Head.Number); err != nil {
		return out, err
	} else if any {
		elected, stands, err := m.Roster.Standing(ctx, set, e, m.tick.Head.Number)
		if err != nil {
			return out, err
		}
		if stands {
			out.Active = &client.ActiveSet{Era: e, Executors: len(elected.Entries), Total: client.Amount(elected.Header.Total), Until: t.LifetimeEnd(e)}
		}
	}
	pot, err := m.Roster.PotOf(ctx, set, m.final())
	if err != nil {
		return out, err
	}
	out.Pot = client.Pot{Free: client.Amount(pot.Free), Reserved: client.Amount(pot.Reserved), Funded: client.Amount(pot.Funded),
		Paid: client.Amount(pot.Paid), Distributed: client.Amount(pot.Distributed)}
	at, err := m.Roster.RewardContractsOf(ctx, set, m.final())
	if err != nil {
		return out, err
	}
	out.Contracts = client.SetRewards{Operators: core.Address(at.Operators), Stakers: core.Address(at.Stakers)}
	out.NextPaid, err = m.Roster.NextPaid(ctx, set, m.final())
	return out, err
}

func parametersOf(p stake.Parameters) client.Parameters {
	var floor core.Amount
	floor.SetUint64(p.PerformanceFloor)
	return client.Parameters{MaxExecutors: p.MaxExecutors, MinStake: client.Amount(p.MinStake), MaxStake: client.Amount(p.MaxStake),
		MaxVaultStake: client.Amount(p.MaxVaultStake), EraReward: client.Amount(p.EraReward), EmissionRule: p.EmissionRule,
		EraRateBps: p.EraRateBps, PerformanceRule: p.PerformanceRule, PerformanceFloor: client.Amount(floor),
		EquivocationBps: p.EquivocationBps, WrongResultBps: p.WrongResultBps, BountyBps: p.BountyBps, BountyCap: client.Amount(p.BountyCap),
		JailEras: p.JailEras, ProposerReward: client.Amount(p.ProposerReward), BatchReward: client.Amount(p.BatchReward),
		MessageFee: client.Amount(p.MessageFee), Bond: client.Amount(p.Bond)}
}

// mostIntents is how many are shown.
const mostIntents = 50

func (s *Server) health(ctx context.Context, m *moment, _ *None) (client.Health, error) {
	v := s.Vitals()
	h := client.Health{AsOf: m.asOf(), OK: v.OK, Code: v.Code, Detail: v.Detail, Account: v.Account, Signs: v.Signs, Version: v.Version,
		Endpoints: []client.Endpoint{}, Intents: []client.Intent{}}
	for _, e := range v.Endpoints {
		h.Endpoints = append(h.Endpoints, client.Endpoint{Name: e.Name, Failures: e.Failures, Foreign: e.Foreign, Stale: e.Stale, Latency: e.Latency.Milliseconds()})
	}
	intents, err := s.Store.Intents(ctx, mostIntents)
	if err != nil {
		return h, err
	}
	for _, i := range intents {
		h.Intents = append(h.Intents, client.Intent{Key: i.Key, To: i.To, Status: string(i.Status), Attempts: len(i.Attempts), Reason: i.Reason, By: i.By})
	}
	return h, nil
}

// diagnosis is what a doctor said of a set, and when.
type diagnosis struct {
	at     time.Time
	report client.Checks
}

// diagnosisTime is how long it is good for: it takes many questions to the chain.
const diagnosisTime = time.Minute

func (s *Server) checks(ctx context.Context, m *moment, in *OfChecks) (client.Checks, error) {
	if err := m.serves(in.Set); err != nil {
		return client.Checks{}, err
	}
	s.mu.Lock()
	old, known := s.diagnoses[in.Set]
	s.mu.Unlock()
	if known && time.Since(old.at) < diagnosisTime {
		return old.report, nil
	}
	if !s.diagnosing.TryLock() { // one at a time
		if known {
			return old.report, nil
		}
		return client.Checks{}, problem(503, "busy", "a doctor is looking already; ask again")
	}
	defer s.diagnosing.Unlock()
	r, err := s.Diagnose(ctx, in.Set)
	if err != nil {
		return client.Checks{}, err
	}
	asOf := m.asOf()
	out := client.Checks{AsOf: asOf, Status: r.Status.String(), Items: []client.Check{}}
	for _, c := range r.Checks {
		out.Items = append(out.Items, client.Check{Check: c.Name, Subject: c.Subject, Severity: c.Severity.String(), Code: c.Code, Text: c.Text,
			Have: c.Have, Need: c.Need, Do: c.Do, By: c.By})
	}
	s.mu.Lock()
	s.diagnoses[in.Set] = diagnosis{time.Now(), out}
	s.mu.Unlock()
	return out, nil
}
