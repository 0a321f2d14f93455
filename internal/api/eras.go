package api

import (
	"context"
	"slices"
	"strconv"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

func (s *Server) eras(ctx context.Context, m *moment, in *OfSetPaged) (client.Eras, error) {
	out := client.Eras{AsOf: m.asOf(), Items: []client.Era{}}
	first, err := m.firstEra(ctx, in.Set)
	if err != nil {
		return out, err
	}
	from, err := descending(in.Cursor, uint64(m.next()))
	if err != nil {
		return out, err
	}
	lists, err := m.lists(ctx, in.Set)
	if err != nil {
		return out, err
	}
	for e := core.Era(from); e >= first; e-- {
		if len(out.Items) == in.Limit {
			out.Next = strconv.FormatUint(uint64(e), 10)
			break
		}
		one, err := m.eraOfSet(ctx, in.Set, e, lists)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, one)
		if e == 0 {
			break
		}
	}
	return out, nil
}

func (s *Server) era(ctx context.Context, m *moment, in *OfEra) (client.EraOf, error) {
	out := client.EraOf{AsOf: m.asOf()}
	first, err := m.firstEra(ctx, in.Set)
	if err != nil {
		return out, err
	}
	if in.Era < first || in.Era > m.next() {
		return out, notFound("set %d has eras %d to %d", in.Set, first, m.next())
	}
	lists, err := m.lists(ctx, in.Set)
	if err != nil {
		return out, err
	}
	out.Era, err = m.eraOfSet(ctx, in.Set, in.Era, lists)
	return out, err
}

// lists are all proposals of a set with their bonds, in the order in which they were posted.
func (m *moment) lists(ctx context.Context, set core.SetID) (list []posted, err error) {
	proposed, err := m.Roster.ProposedOf(ctx, set, m.final())
	if err != nil {
		return nil, err
	}
	bonds, err := m.Roster.BondsOf(ctx, set, m.final())
	if err != nil {
		return nil, err
	}
	for i, p := range proposed {
		list = append(list, posted{p, bonds[i]}) // both follow the same events
	}
	return list, nil
}

type posted struct {
	chain.Elected
	bond chain.Bond
}

// proposal is a list as it is shown, with whether it is right where this node knows.
func (m *moment) proposal(ctx context.Context, p posted) (client.Proposal, error) {
	t := m.Roster.Times
	out := client.Proposal{Era: p.Era, Header: p.Header.Hash(), Proposer: p.Proposer, PostedAt: p.PostedAt, Block: p.PostedIn,
		Transaction: core.Hash(p.bond.Tx), ActiveAt: t.ActiveAt(p.Era, p.PostedAt), Executors: len(p.Entries),
		Total: client.Amount(p.Header.Total), Bond: client.Amount(p.bond.Amount), Status: "standing"}
	out.ChallengeUntil = p.PostedAt + t.ChallengeWindow
	switch {
	case p.bond.Discarded:
		out.Status = "discarded"
	case p.bond.Released:
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

func (m *moment) eraOfSet(ctx context.Context, set core.SetID, e core.Era, lists []posted) (client.Era, error) {
	t, now := m.Roster.Times, m.time()
	out := client.Era{Set: set, Era: e, Phase: "open", Capture: t.Capture(e), SealableAt: t.SealableAt(e), Start: t.Start(e), End: t.Start(e + 1),
		ProposeUntil: t.LifetimeEnd(e), LifetimeEnd: t.LifetimeEnd(e), ReportUntil: t.Deadline(e), RequestUntil: t.RequestDeadline(e)}
	for _, p := range lists {
		if p.Era != e {
			continue
		}
		if p.bond.Discarded {
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

// newestOf is a page of a list that grows at its end, the newest first. The cursor is how many are left.
func newestOf[T any](list []T, p Paged) (page []T, next string, err error) {
	left, err := descending(p.Cursor, uint64(len(list)))
	if err != nil {
		return nil, "", err
	}
	from := max(0, int(left)-p.Limit)
	page = slices.Clone(list[from:left])
	slices.Reverse(page)
	if from > 0 {
		next = strconv.Itoa(from)
	}
	return page, next, nil
}
