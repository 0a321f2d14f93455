package engine

import (
	"context"
	"fmt"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// mostDoublings is how often a bond doubles at the most, once for each proposal that was discarded (protocol §4).
const mostDoublings = 4

// Approve lets the Router take this node's bonds, once, before the first one is needed.
func (n *Node) Approve(ctx context.Context, t Tick) error {
	if !n.Duties.Propose && !n.Duties.Challenge {
		return nil
	}
	approved, err := BondApproved(ctx, n.Roster, n.Account, chain.Number(t.Final.Number))
	if err != nil || approved {
		return err
	}
	return n.put(ctx, t, "approve-bonds", ApproveBondCall(n.Roster.At), 0)
}

// Propose posts this node's own election where none stands, when it is its turn.
func (n *Node) Propose(ctx context.Context, t Tick) error {
	if !n.Duties.Propose {
		return nil
	}
	return n.each(ctx, func(set core.SetID) error {
		for _, e := range n.eras(t) {
			if err := n.propose(ctx, t, set, e); err != nil {
				return fmt.Errorf("era %d: %w", e, err)
			}
		}
		return n.release(ctx, t, set)
	})
}

func (n *Node) propose(ctx context.Context, t Tick, set core.SetID, e core.Era) error {
	d, decided, err := n.decide(ctx, t, set, e)
	// Nobody is eligible: there is no proposal.
	if err != nil || !decided || len(d.Result.Executors) == 0 || !n.Roster.Times.MayPropose(e, t.Head.Time+1) {
		return err
	}
	posted, err := n.Roster.PostedOf(ctx, set, e, t.Final.Number)
	if err != nil || posted.Proposer != (core.Address{}) {
		return err
	}
	if active, any, err := n.Roster.ActiveEra(ctx, set, t.Final.Number); err != nil || any && active > e {
		return err
	}
	sealed, known, err := n.Roster.SealedAt(ctx, e, t.Final.Number)
	if err != nil || !known || !n.turn(d, fmt.Sprintf("propose %d %d", set, e), sealed, t.Head.Time) {
		return err
	}
	if affordable, err := n.affords(ctx, t, set, e, posted.Discarded); err != nil || !affordable {
		return err
	}
	p, err := d.Proposal()
	if err != nil {
		return err
	}
	until := n.Roster.Times.LifetimeEnd(e) - n.Roster.Times.ChallengeWindow
	return n.put(ctx, t, fmt.Sprintf("propose/%d/%d/%d", set, e, posted.Discarded), ProposeCall(n.Roster.At, set, e, p), until,
		"AlreadyProposed", "SupersededBy", "TooLateToPropose")
}

// BondAfter is the bond of a proposal after others were discarded, of what the first one costs.
func BondAfter(first core.Amount, discarded uint8) core.Amount {
	return *new(core.Amount).Mul(&first, uint256.NewInt(1<<min(discarded, mostDoublings)))
}

// affords reports whether this node has, and may put at stake, what a proposal costs. If not it says so: a set
// without a proposer has no Executors.
func (n *Node) affords(ctx context.Context, t Tick, set core.SetID, e core.Era, discarded uint8) (bool, error) {
	bond, err := n.Roster.BondAt(ctx, set, n.Roster.Times.Capture(e), t.Final.Number)
	if err != nil {
		return false, err
	}
	bond = BondAfter(bond, discarded)
	have, err := n.Roster.BalanceAt(ctx, n.Account, t.Final.Number)
	if err != nil {
		return false, err
	}
	limit := n.BondLimit
	if limit.IsZero() || have.Lt(&limit) {
		limit = have
	}
	if limit.Lt(&bond) {
		n.sayOnce(fmt.Sprintf("bond/%d/%d/%d", set, e, discarded), func() {
			n.Events.BondShort(Bond{Set: set, Era: e, Block: t.Final.Number, Need: bond, Have: have, Limit: n.BondLimit,
				By: n.Roster.Times.LifetimeEnd(e) - n.Roster.Times.ChallengeWindow})
		})
		return false, nil
	}
	return true, nil
}

// release takes back the bonds of this node's own proposals that are through. Their number grows with the eras, so
// they are looked for once in each.
func (n *Node) release(ctx context.Context, t Tick, set core.SetID) error {
	now, started := n.Roster.Times.At(t.Final.Time)
	if !started || n.looked[set] == now+1 {
		return nil
	}
	bonds, err := n.Roster.BondsOf(ctx, set, t.Final.Number)
	if err != nil {
		return err
	}
	for _, b := range bonds {
		if b.Proposer != core.Address(n.Account) || b.Discarded || b.Released || b.Era > now {
			continue
		}
		posted, err := n.Roster.PostedOf(ctx, set, b.Era, t.Final.Number)
		if err != nil {
			return err
		}
		if n.Roster.Times.ActiveAt(b.Era, posted.PostedAt) > t.Final.Time {
			return nil // look again at the next tick
		}
		if err := n.put(ctx, t, fmt.Sprintf("release/%d/%d", set, b.Era), ReleaseCall(n.Roster.At, set, b.Era), 0,
			"NothingToRelease"); err != nil {
			return err
		}
	}
	n.looked[set] = now + 1
	return nil
}

// Challenge looks at every list that stands and can still be proven wrong, and proves it wrong if it is, posting
// the right one in the same call. It looks at eras in which nobody is eligible, too: there a stranger's list
// stands unless somebody challenges it.
//
// What stands is read from the newest block, not from the final one: a challenge that a reorganisation makes needless
// costs its gas, but one that waits for finality may come too late, and then a wrong set is in office.
func (n *Node) Challenge(ctx context.Context, t Tick) error {
	return n.each(ctx, func(set core.SetID) error {
		for _, e := range n.eras(t) {
			if err := n.challengeStanding(ctx, t, set, e); err != nil {
				return fmt.Errorf("era %d: %w", e, err)
			}
		}
		return nil
	})
}

func (n *Node) challengeStanding(ctx context.Context, t Tick, set core.SetID, e core.Era) error {
	posted, err := n.Roster.PostedOf(ctx, set, e, t.Head.Number)
	until := n.Roster.Times.ActiveAt(e, posted.PostedAt)
	if err != nil || posted.Proposer == (core.Address{}) || t.Head.Time+1 >= until {
		return err
	}
	d, err := n.decideAtHead(ctx, t, set, e)
	if err != nil {
		return err
	}
	standing, stands, err := n.Roster.Standing(ctx, set, e, t.Head.Number)
	if err != nil || !stands {
		return err
	}
	found, err := Audit(standing, d)
	if err != nil {
		return err
	}
	audited := Audited{Set: set, Era: e, Block: t.Head.Number, Header: standing.Header.Hash(), Proposer: standing.Proposer,
		Until: until}
	if len(found) > 0 {
		audited.Wrong = found[0].String()
	}
	n.sayOnce(fmt.Sprintf("audited/%s/%d", audited.Header, standing.PostedIn), func() { n.Events.Audited(audited) })
	if len(found) == 0 || !n.Duties.Challenge ||
		!n.turn(d, fmt.Sprintf("challenge %d %d %s", set, e, audited.Header), posted.PostedAt, t.Head.Time) {
		return nil
	}
	return n.putChallenge(ctx, t, d, standing, found[0], posted.Discarded, until)
}

// decideAtHead is decide with the seed that the newest block knows, which may not be final yet.
func (n *Node) decideAtHead(ctx context.Context, t Tick, set core.SetID, e core.Era) (Decision, error) {
	seed, err := n.Roster.Seed(ctx, e, t.Head.Number)
	if err != nil {
		return Decision{}, err
	}
	if d, known := n.decisions[slot{set, e}]; known && d.Draw.Seed == seed {
		return d, nil
	}
	return DecideFrom(ctx, n.Roster, Mirrored{n.Mirror}, set, e, t.Head.Number)
}

// putChallenge puts the challenge into the outbox: with the replacement as long as nothing speaks against it, and
// bare when that is what the chain refused. The wrong list comes first.
func (n *Node) putChallenge(ctx context.Context, t Tick, d Decision, standing chain.Elected, c election.Challenge,
	discarded uint8, until core.Time) error {
	set, e := standing.Set, standing.Era
	key := fmt.Sprintf("challenge/%d/%d/%s", set, e, standing.Header.Hash())
	replacement, err := n.replacement(ctx, t, d, discarded)
	if err != nil {
		return err
	}
	if len(replacement.Entries) > 0 {
		refused, err := n.refused(ctx, key, replacementRefused)
		if err != nil {
			return err
		}
		if refused {
			replacement = NoProposal()
		}
	}
	if len(replacement.Entries) == 0 {
		key += "/bare"
	}
	call, err := ChallengeCall(n.Roster.At, standing, c, d, replacement)
	if err != nil {
		return err
	}
	// Another was faster: the header does not stand any more.
	return n.put(ctx, t, key, call, until-1, "UnknownHeader", "ChallengeOver")
}

// replacement is this node's own list, if it may be posted and is affordable.
func (n *Node) replacement(ctx context.Context, t Tick, d Decision, discarded uint8) (bindings.Proposal, error) {
	set, e := d.Snapshot.Set, d.Snapshot.Era
	if len(d.Result.Executors) == 0 || !n.Duties.Propose || !n.Roster.Times.MayPropose(e, t.Head.Time+1) {
		return NoProposal(), nil
	}
	affordable, err := n.affords(ctx, t, set, e, min(discarded, 254)+1)
	if err != nil || !affordable {
		return NoProposal(), err
	}
	return d.Proposal()
}

// standing returns the list that stands at the final block.
func (n *Node) standing(ctx context.Context, t Tick, set core.SetID, e core.Era) (chain.Elected, bool, error) {
	return n.Roster.Standing(ctx, set, e, t.Final.Number)
}
