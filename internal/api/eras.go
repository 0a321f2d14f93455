package api

import (
	"context"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

func (s *Server) eras(ctx context.Context, m *moment, in *OfSetPaged) (client.Eras, error) {
	out := client.Eras{AsOf: m.asOf(), Items: []client.Era{}}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	lists, err := m.lists(ctx, in.Set)
	if err != nil {
		return out, err
	}
	out.Next, err = m.descend(ctx, in.Set, in.Paged, func(e, _ core.Era) (bool, error) {
		one, err := m.eraOfSet(ctx, in.Set, e, lists)
		out.Items = append(out.Items, one)
		return true, err
	})
	return out, err
}

func (s *Server) era(ctx context.Context, m *moment, in *OfEra) (client.EraOf, error) {
	out := client.EraOf{AsOf: m.asOf()}
	first, err := m.firstEra(ctx, in.Set)
	if err != nil {
		return out, err
	}
	if in.Era > m.next() {
		return out, problem(404, "not_yet", "era %d is captured at %d: era %d is the next to be looked at", in.Era, m.Roster.Times.Capture(in.Era), m.next())
	}
	if in.Era < first {
		return out, notFound("set %d has no era %d: its first is %d", in.Set, in.Era, first)
	}
	lists, err := m.lists(ctx, in.Set)
	if err != nil {
		return out, err
	}
	out.Era, err = m.eraOfSet(ctx, in.Set, in.Era, lists)
	return out, err
}

// lists are all proposals of a set with their bonds, in the order in which they were posted.
func (m *moment) lists(ctx context.Context, set core.SetID) ([]chain.Listed, error) {
	return m.Roster.ListedOf(ctx, set, m.final())
}

// proposal is a list as it is shown, with whether it is right where this node knows.
func (m *moment) proposal(ctx context.Context, l chain.Listed) (client.Proposal, error) {
	p, err := m.Roster.Read(ctx, l)
	if err != nil {
		return client.Proposal{}, err
	}
	t := m.Roster.Times
	out := client.Proposal{Era: p.Era, Header: p.Header.Hash(), Proposer: p.Proposer, PostedAt: p.PostedAt, Block: p.PostedIn,
		Transaction: core.Hash(l.Tx), ActiveAt: t.ActiveAt(p.Era, p.PostedAt), Executors: len(p.Entries),
		Total: client.Amount(p.Header.Total), Bond: client.Amount(l.Amount), Status: "standing"}
	out.ChallengeUntil = out.ActiveAt - 1 // a list that is posted early can be proven wrong until its era starts
	switch {
	case l.Discarded:
		out.Status = "discarded"
	case l.Released:
		out.Status = "released"
	}
	k, err := m.electionOf(ctx, p.Set, p.Era)
	if err != nil {
		return out, err
	}
	if k.sealed {
		right := k.header() == out.Header
		out.Right = &right
	}
	return out, nil
}

func (m *moment) eraOfSet(ctx context.Context, set core.SetID, e core.Era, lists []chain.Listed) (client.Era, error) {
	t, now := m.Roster.Times, m.time()
	out := client.Era{Set: set, Era: e, Phase: "open", Capture: t.Capture(e), SealableAt: t.SealableAt(e), Start: t.Start(e), End: t.Start(e + 1),
		ProposeUntil: t.LastProposal(e), LifetimeEnd: t.LifetimeEnd(e), ReportUntil: t.Deadline(e), RequestUntil: t.RequestDeadline(e)}
	for _, p := range lists {
		if p.Era != e {
			continue
		}
		if p.Discarded {
			out.DiscardedCount++
			continue
		}
		shown, err := m.proposal(ctx, p)
		if err != nil {
			return out, err
		}
		out.Proposal = &shown
	}
	var err error
	if e < m.next() {
		if out.Seed, err = m.Roster.Seed(ctx, e, m.final()); err != nil {
			return out, err
		}
		out.Sealed = !out.Seed.IsZero()
	}
	if closed, is, err := m.Roster.ClosedAt(ctx, set, e, m.final()); err != nil {
		return out, err
	} else if is {
		out.ClosedAt = closed
	}
	active, any, err := m.Roster.ActiveEra(ctx, set, m.tick.Head.Number)
	if err != nil {
		return out, err
	}
	switch {
	case any && active == e:
		out.Phase = "active"
	case now >= out.LifetimeEnd || any && active > e:
		out.Phase = "over"
	case out.Proposal != nil:
		out.Phase = "proposed"
	case out.Sealed:
		out.Phase = "sealed"
	case now > out.Capture:
		out.Phase = "captured"
	}
	return out, nil
}

func (s *Server) proposals(ctx context.Context, m *moment, in *OfSetPaged) (client.Proposals, error) {
	out := client.Proposals{AsOf: m.asOf(), Items: []client.Proposal{}}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	lists, err := m.lists(ctx, in.Set)
	if err != nil {
		return out, err
	}
	newest, next, err := newestOf(lists, in.Paged)
	if err != nil {
		return out, err
	}
	for _, p := range newest {
		one, err := m.proposal(ctx, p)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, one)
	}
	out.Next = next
	return out, nil
}
