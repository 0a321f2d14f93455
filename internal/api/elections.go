package api

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/engine"
)

// known is an election, as far as it can be known.
type known struct {
	snapshot stake.Snapshot
	draw     election.Draw
	result   election.Result
	captured bool
	sealed   bool
	decision engine.Decision // when it is sealed
}

// electionOf computes an era's; one that is sealed does not change, and is kept.
func (m *moment) electionOf(ctx context.Context, set core.SetID, e core.Era) (k known, err error) {
	key := slot{set, e}
	m.mu.Lock()
	k, there := m.decided.get(key)
	m.mu.Unlock()
	if there {
		return k, nil
	}
	if e == m.next() { // once in a moment, whoever asks
		m.electing.Lock()
		defer m.electing.Unlock()
		if k, there := m.coming[set]; there {
			return k, nil
		}
		defer func() {
			if err == nil {
				m.coming[set] = k
			}
		}()
	}
	k.draw = election.Draw{ChainID: m.Roster.ChainID, Router: core.Address(m.Roster.At.Router)}
	if k.captured = e < m.next(); k.captured {
		k.decision, err = engine.DecideFrom(ctx, m.Roster, m.Mirror, set, e, m.final())
		if err == nil {
			k.sealed, k.snapshot, k.draw, k.result = true, k.decision.Snapshot, k.decision.Draw, k.decision.Result
			k.decision = engine.Decision{Result: k.decision.Result, Aggregate: k.decision.Aggregate}
			m.keep(func() { m.decided.put(key, k, 1+len(k.snapshot.Operators)) })
		}
		if !errors.Is(err, engine.ErrNotSealed) {
			return k, err
		}
	}
	if k.snapshot, err = m.Mirror.Snapshot(ctx, set, e, m.final()); err != nil {
		return k, err
	}
	k.snapshot.Operators = slices.DeleteFunc(k.snapshot.Operators, func(o stake.Operator) bool { return o.KeyHash.IsZero() })
	if k.snapshot.Rules.MaxExecutors == 0 {
		return k, problem(404, "not_yet", "set %d has no parameters for era %d: it was created later", set, e)
	}
	k.result, err = election.Elect(k.snapshot, k.draw)
	return k, err
}

// before is the election before one, nil when there is none.
func (m *moment) before(ctx context.Context, set core.SetID, e core.Era) (*known, error) {
	if e == 0 {
		return nil, nil
	}
	k, err := m.electionOf(ctx, set, e-1)
	var p *client.Problem
	if errors.As(err, &p) {
		return nil, nil
	}
	return &k, err
}

// eraOf reads the era of a path.
func (m *moment) eraOf(text string) (core.Era, error) {
	if text == "next" {
		return m.next(), nil
	}
	n, err := strconv.ParseUint(text, 10, 62)
	if err != nil {
		return 0, badRequest("era %q: want a number, or next", text)
	}
	if core.Era(n) > m.next() {
		return 0, problem(404, "not_yet", "era %d is captured at %d: era %d is the next to be looked at", n, m.Roster.Times.Capture(core.Era(n)), m.next())
	}
	return core.Era(n), nil
}

func (m *moment) summary(ctx context.Context, set core.SetID, e core.Era, k known, last *known) (client.ElectionSummary, error) {
	s := client.ElectionSummary{Set: set, Era: e, Capture: k.snapshot.Capture, Captured: k.captured, Sealed: k.sealed, OnChain: "none",
		Seats: int(k.snapshot.Rules.MaxExecutors), Executors: len(k.result.Executors), Total: client.Amount(k.result.Total),
		Operators: len(k.snapshot.Operators)}
	if n := len(k.result.Executors); n > 0 && n == s.Seats {
		cut := client.Amount(k.result.Executors[n-1].Weight)
		s.CutOff = &cut
	}
	s.Joined = s.Executors
	if last != nil {
		was := map[core.Address]bool{}
		for _, x := range last.result.Executors {
			was[x.Operator] = true
		}
		s.Joined, s.Left = 0, len(was)
		for _, x := range k.result.Executors {
			if was[x.Operator] {
				s.Left--
			} else {
				s.Joined++
			}
		}
	}
	if !k.sealed {
		return s, nil
	}
	hash, err := m.Roster.HeaderHash(ctx, set, e, m.final())
	if err != nil || hash.IsZero() {
		return s, err
	}
	s.OnChain = "another"
	if k.header() == hash {
		s.OnChain = "this"
	}
	return s, nil
}

// header is the hash of the list that is right, zero when nobody is elected.
func (k known) header() core.Hash {
	if len(k.result.Executors) == 0 {
		return core.Hash{}
	}
	return k.result.Header(batch.KeyHash(k.decision.Aggregate)).Hash()
}

func (s *Server) elections(ctx context.Context, m *moment, in *OfSetPaged) (client.Elections, error) {
	out := client.Elections{AsOf: m.asOf(), Items: []client.ElectionSummary{}}
	var err error
	out.Next, err = m.descend(ctx, in.Set, in.Paged, func(e, first core.Era) (bool, error) {
		k, err := m.electionOf(ctx, in.Set, e)
		if err != nil {
			return false, err
		}
		var last *known
		if e > first {
			if last, err = m.before(ctx, in.Set, e); err != nil {
				return false, err
			}
		}
		one, err := m.summary(ctx, in.Set, e, k, last)
		out.Items = append(out.Items, one)
		return true, err
	})
	return out, err
}

// firstEra is the first era of a set whose capture sees its parameters: those before have no elections. It is found by
// halving, for parameters are never taken back.
func (m *moment) firstEra(_ context.Context, set core.SetID) (core.Era, error) {
	if err := m.serves(set); err != nil {
		return 0, err
	}
	low, high := core.Era(0), m.next()
	m.Mirror.View(func(h *stake.History) {
		for low < high {
			middle := low + (high-low)/2
			if h.ParametersAt(set, m.Roster.Times.Capture(middle)).MaxExecutors == 0 {
				low = middle + 1
			} else {
				high = middle
			}
		}
	})
	return low, nil
}

func (s *Server) election(ctx context.Context, m *moment, in *OfElectionPaged) (client.Election, error) {
	out := client.Election{AsOf: m.asOf(), Items: []client.Candidacy{}}
	v, err := m.voted(ctx, in.Set, in.Era)
	if err != nil {
		return out, err
	}
	out.ElectionSummary, out.Rules = v.summary, rulesOf(v.snapshot.Rules)
	stop, certify, err := election.Takeovers(v.snapshot)
	if err != nil {
		return out, err
	}
	out.Stop, out.Certify = takeoverOf(stop), takeoverOf(certify)
	at, err := ascending(in.Cursor)
	if err != nil {
		return out, err
	}
	for i := at; i < len(v.result.Outcomes); i++ {
		if len(out.Items) == in.Limit {
			out.Next = strconv.Itoa(i)
			break
		}
		c, err := v.candidacy(v.result.Outcomes[i])
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, c)
	}
	return out, nil
}

// voted is an election beside the one before.
type voted struct {
	known
	last    *known
	was     map[core.Address]election.Outcome // of the election before
	margins election.Margins
	summary client.ElectionSummary
}

func (m *moment) voted(ctx context.Context, set core.SetID, text string) (v voted, err error) {
	first, err := m.firstEra(ctx, set)
	if err != nil {
		return v, err
	}
	e, err := m.eraOf(text)
	if err != nil {
		return v, err
	}
	if e < first {
		return v, notFound("set %d has no election of era %d: its first is of era %d", set, e, first)
	}
	if v.known, err = m.electionOf(ctx, set, e); err != nil {
		return v, err
	}
	if e > first {
		if v.last, err = m.before(ctx, set, e); err != nil {
			return v, err
		}
	}
	if v.last != nil {
		v.was = map[core.Address]election.Outcome{}
		for _, o := range v.last.result.Outcomes {
			v.was[o.Operator] = o
		}
	}
	if v.margins, err = election.MarginsOf(v.snapshot); err != nil {
		return v, err
	}
	v.summary, err = m.summary(ctx, set, e, v.known, v.last)
	return v, err
}

func (v voted) candidacy(o election.Outcome) (client.Candidacy, error) {
	c := client.Candidacy{Operator: o.Operator, Reason: o.Code, Text: o.Short, Elected: o.Elected, Rank: o.Rank,
		Stake: client.Amount(o.Stake), Weight: client.Amount(o.Weight), Change: v.change(o)}
	x, err := v.margins.Of(o.Operator)
	c.Margin = client.Margin{Needed: client.Amount(x.Enough), Contested: x.Contested, Short: client.Amount(x.Short), Spare: client.Amount(x.Spare),
		Room: client.Amount(x.Room), Free: x.Free}
	return c, err
}

// change is what became of an operator since the election before.
func (v voted) change(o election.Outcome) string {
	if v.last == nil {
		return map[bool]string{true: "first", false: "out"}[o.Elected]
	}
	before := v.was[o.Operator]
	switch {
	case !o.Elected && before.Elected:
		return "left"
	case !o.Elected:
		return "out"
	case !before.Elected:
		return "joined"
	case before.Rank > o.Rank:
		return "up"
	case before.Rank < o.Rank:
		return "down"
	}
	return "same"
}

func takeoverOf(t election.Takeover) client.Takeover {
	return client.Takeover{Possible: t.Possible, Operators: t.Operators, Stake: client.Amount(t.Stake)}
}

func rulesOf(r stake.Rules) client.StakingRules {
	return client.StakingRules{MaxExecutors: r.MaxExecutors, MinStake: client.Amount(r.MinStake), MaxStake: client.Amount(r.MaxStake),
		MaxVaultStake: client.Amount(r.MaxVaultStake)}
}

func (s *Server) explain(ctx context.Context, m *moment, in *OfCandidacy) (client.Explanation, error) {
	v, err := m.voted(ctx, in.Set, in.Era)
	if err != nil {
		return client.Explanation{}, err
	}
	return m.explanation(v, in.Operator)
}

func (m *moment) explanation(v voted, operator core.Address) (client.Explanation, error) {
	out := client.Explanation{AsOf: m.asOf(), Election: v.summary, Vaults: []client.VaultContribution{}}
	i := slices.IndexFunc(v.result.Outcomes, func(o election.Outcome) bool { return o.Operator == operator })
	if i < 0 {
		return out, notFound("%s was not registered in set %d at the capture of era %d, at %d", operator, v.summary.Set, v.summary.Era, v.summary.Capture)
	}
	var err error
	if out.Candidacy, err = v.candidacy(v.result.Outcomes[i]); err != nil {
		return out, err
	}
	out.Long = v.result.Outcomes[i].Long
	if n := len(v.result.Executors); n > 0 {
		last, err := v.candidacy(v.result.Outcomes[n-1])
		if err != nil {
			return out, err
		}
		out.Last = &last
	}
	own := v.snapshot.Operators[slices.IndexFunc(v.snapshot.Operators, func(o stake.Operator) bool { return o.Address == operator })]
	m.Mirror.View(func(h *stake.History) {
		for i, c := range own.Contributions(v.snapshot.Rules) {
			x := own.Vaults[i]
			out.Vaults = append(out.Vaults, client.VaultContribution{Vault: c.Vault, Stake: client.Amount(x.Stake), Counts: client.Amount(c.Amount),
				Capped: c.Capped, Readable: x.Readable, Collateral: collateralOf(h, c.Vault)})
		}
	})
	return out, nil
}

func collateralOf(h *stake.History, vault core.Address) core.Address {
	for _, f := range h.Vaults() {
		if f.Address == vault {
			return f.Collateral
		}
	}
	return core.Address{}
}
