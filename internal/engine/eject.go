package engine

import (
	"context"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
)

// Eject removes from each active set who is jailed, or whose captured stake is not there to be slashed any more.
// Members of the next set who are jailed follow in the block in which that set becomes active.
func (n *Node) Eject(ctx context.Context, t Tick) error {
	if !n.Duties.Eject {
		return nil
	}
	return n.each(ctx, func(set core.SetID) error {
		e, active, err := n.Roster.ActiveEra(ctx, set, t.Final.Number)
		if err != nil || !active {
			return err
		}
		return n.eject(ctx, t, set, e)
	})
}

func (n *Node) eject(ctx context.Context, t Tick, set core.SetID, e core.Era) error {
	standing, stands, err := n.standing(ctx, t, set, e)
	if err != nil || !stands {
		return err
	}
	d, decided, err := n.decide(ctx, t, set, e)
	if err != nil || !decided {
		return err
	}
	out, _, err := n.Roster.Ejections(ctx, set, e, t.Final.Number)
	if err != nil {
		return err
	}
	for i, entry := range standing.Entries {
		if out.Has(i) {
			continue
		}
		why, due := n.ejectable(t, d, entry.Operator)
		if !due || !n.turn(d, fmt.Sprintf("eject %d %d", set, e), n.dueSince(fmt.Sprintf("eject/%d/%d/%d", set, e, i), t), t.Head.Time) {
			continue
		}
		call, err := EjectCall(n.Roster.At, standing, i)
		if err != nil {
			return err
		}
		n.sayOnce(fmt.Sprintf("eject/%d/%d/%d", set, e, i), func() {
			n.Events.Ejecting(Ejection{Set: set, Era: e, Block: t.Final.Number, Operator: entry.Operator, Reason: why.Code})
		})
		if err := n.put(ctx, t, fmt.Sprintf("eject/%d/%d/%d", set, e, i), call, n.Roster.Times.LifetimeEnd(e)-1,
			"AlreadyEjected", "UnknownHeader", "LifetimeOver", "SupersededBy"); err != nil {
			return err
		}
	}
	return nil
}

// ejectable says whether an Executor can be ejected, from the mirror: an operator of the snapshot with what is
// slashable now in place of what it had, and with its jail of now (protocol §4).
func (n *Node) ejectable(t Tick, d Decision, operator core.Address) (core.Reason, bool) {
	for _, o := range d.Snapshot.Operators {
		if o.Address != operator {
			continue
		}
		now := o
		now.Vaults = append(now.Vaults[:0:0], o.Vaults...)
		for i, v := range now.Vaults {
			slashable := n.Mirror.History.SlashableStake(v.Address, d.Snapshot.Set, operator, d.Snapshot.Capture, t.Final.Time)
			total := n.Mirror.History.TotalStake(v.Address, t.Final.Time)
			if total.Lt(&slashable) {
				slashable = total
			}
			now.Vaults[i].Stake = slashable
		}
		now.JailedUntil = n.Mirror.History.JailedUntil(operator)
		return election.Eject(now, d.Snapshot.Rules, t.Final.Time)
	}
	// An entry of a list that nobody challenged and that this node would not have posted.
	if until := n.Mirror.History.JailedUntil(operator); until > t.Final.Time {
		return election.EjectJailed, true
	}
	return core.Reason{}, false
}
