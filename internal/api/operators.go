package api

import (
	"context"
	"slices"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
)

// candidates are the operators of a set as the next capture would see them.
type candidates struct {
	voted
	active map[core.Address]bool // in office
}

func (m *moment) candidates(ctx context.Context, set core.SetID) (c candidates, err error) {
	if c.voted, err = m.voted(ctx, set, "next"); err != nil {
		return c, err
	}
	c.active = map[core.Address]bool{}
	e, any, err := m.Roster.ActiveEra(ctx, set, m.tick.Head.Number)
	if err != nil || !any {
		return c, err
	}
	elected, _, err := m.Roster.Standing(ctx, set, e, m.tick.Head.Number)
	for _, x := range elected.Entries {
		c.active[x.Operator] = true
	}
	return c, err
}

func (c candidates) operator(m *moment, a core.Address) (client.Operator, bool) {
	i := slices.IndexFunc(c.snapshot.Operators, func(o stake.Operator) bool { return o.Address == a })
	j := slices.IndexFunc(c.result.Outcomes, func(o election.Outcome) bool { return o.Operator == a })
	if i < 0 || j < 0 {
		return client.Operator{}, false
	}
	o, x := c.snapshot.Operators[i], c.result.Outcomes[j]
	out := client.Operator{Operator: a, Registered: o.Registered, Paused: o.Paused, JailedUntil: o.JailedUntil, KeyHash: o.KeyHash,
		Commission: o.Commission, Stake: client.Amount(x.Stake), Weight: client.Amount(x.Weight), Reason: x.Code, Elected: x.Elected,
		Active: c.active[a], Rank: x.Rank, Vaults: len(o.Vaults)}
	m.Mirror.View(func(h *stake.History) { out.Endpoint = h.Endpoint(c.summary.Set, a) })
	return out, true
}

func (s *Server) operators(ctx context.Context, m *moment, in *OfSetPaged) (client.Operators, error) {
	out := client.Operators{AsOf: m.asOf(), Items: []client.Operator{}}
	c, err := m.candidates(ctx, in.Set)
	if err != nil {
		return out, err
	}
	var all []core.Address
	for _, o := range c.snapshot.Operators {
		all = append(all, o.Address)
	}
	slices.SortFunc(all, compare)
	page, next, err := pageOf(all, in.Cursor, in.Limit)
	if err != nil {
		return out, err
	}
	for _, a := range page {
		if one, there := c.operator(m, a); there {
			out.Items = append(out.Items, one)
		}
	}
	out.Next = next
	return out, nil
}

func (s *Server) operator(ctx context.Context, m *moment, in *OfOperator) (client.OperatorDetail, error) {
	out := client.OperatorDetail{AsOf: m.asOf(), Slashes: []client.Slash{}}
	c, err := m.candidates(ctx, in.Set)
	if err != nil {
		return out, err
	}
	var there bool
	if out.Operator, there = c.operator(m, in.Operator); !there {
		return out, notFound("%s never registered in set %d: roster operator join", in.Operator, in.Set)
	}
	if out.Next, err = m.explanation(c.voted, in.Operator); err != nil {
		return out, err
	}
	if out.Rewards, err = m.leaves(ctx, in.Set, in.Operator); err != nil {
		return out, err
	}
	all, err := m.slashes(ctx, in.Set)
	for _, x := range slices.Backward(all) {
		if x.Operator == in.Operator {
			out.Slashes = append(out.Slashes, x)
		}
	}
	return out, err
}

func (s *Server) history(ctx context.Context, m *moment, in *OfOperatorPaged) (client.History, error) {
	out := client.History{AsOf: m.asOf(), Items: []client.HistoryEra{}}
	ever := false
	m.Mirror.View(func(h *stake.History) { ever = slices.Contains(h.Operators(in.Set), in.Operator) })
	if !ever {
		return out, notFound("%s never registered in set %d", in.Operator, in.Set)
	}
	var err error
	out.Next, err = m.descend(ctx, in.Set, in.Paged, func(e, _ core.Era) (bool, error) {
		one, there, err := m.historyEra(ctx, in.Set, e, in.Operator)
		if there {
			out.Items = append(out.Items, one)
		}
		return there, err
	})
	return out, err
}

func (m *moment) historyEra(ctx context.Context, set core.SetID, e core.Era, operator core.Address) (h client.HistoryEra, there bool, err error) {
	k, err := m.electionOf(ctx, set, e)
	if err != nil {
		return h, false, err
	}
	i := slices.IndexFunc(k.result.Outcomes, func(o election.Outcome) bool { return o.Operator == operator })
	if i < 0 {
		return h, false, nil
	}
	o := k.result.Outcomes[i]
	h = client.HistoryEra{Era: e, Capture: k.snapshot.Capture, Reason: o.Code, Elected: o.Elected, Rank: o.Rank,
		Stake: client.Amount(o.Stake), Weight: client.Amount(o.Weight)}
	if n := len(k.result.Executors); n > 0 && n == int(k.snapshot.Rules.MaxExecutors) {
		cut := client.Amount(k.result.Executors[n-1].Weight)
		h.CutOff = &cut
	}
	if !o.Elected || !k.sealed {
		return h, true, nil
	}
	work, err := m.workOf(ctx, set, e)
	if err != nil {
		return h, false, err
	}
	elected, _, err := m.Roster.Standing(ctx, set, e, m.final())
	if err != nil {
		return h, false, err
	}
	place := elected.IndexOf(operator) // in the list that stood, right or wrong
	for _, c := range work {
		h.Certificates++
		if place >= 0 && c.Signers.Or(c.Late).Has(place) {
			h.Signed++
		}
	}
	return h, true, nil
}

// workOf are the batches that an era's Executors committed; those of an era that is closed do not change, and are kept.
func (m *moment) workOf(ctx context.Context, set core.SetID, e core.Era) ([]chain.Committed, error) {
	key := slot{set, e}
	m.mu.Lock()
	list, there := m.eraWork.get(key)
	m.mu.Unlock()
	if there {
		return list, nil
	}
	list, err := m.Roster.BatchesOf(ctx, set, e, m.final())
	if err != nil {
		return nil, err
	}
	if _, closed, err := m.Roster.ClosedAt(ctx, set, e, m.final()); err != nil || !closed {
		return list, err
	}
	m.keep(func() { m.eraWork.put(key, list, 1+len(list)) })
	return list, nil
}
