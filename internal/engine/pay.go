package engine

import (
	"context"
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
	"github.com/gear-tech/roster/internal/store"
)

// MostErasPaid is how many eras one reward statement pays at the most (protocol §8).
const MostErasPaid = 1000

// draft is the distribution that an active set has to sign, computed once.
type draft struct {
	signing core.Era // of the set that signs
	next    core.Era // the first era that it pays
	none    bool     // nothing is closed that is not paid
	d       Distribution
}

// Reward activates what is pending and its delay over, and computes, signs and commits what the active set has to
// say about the eras closed when it started.
func (n *Node) Reward(ctx context.Context, t Tick) error {
	return n.each(ctx, func(set core.SetID) error {
		pending, err := n.Roster.PendingRewardsOf(ctx, set, t.Final.Number)
		if err != nil {
			return err
		}
		books, err := n.booksOf(set).Advance(ctx, n.Roster, Mirrored{n.Mirror}, t.Final.Number)
		if err != nil {
			return err
		}
		books.draft = Distribution{}
		n.books[set] = books
		if !pending.Digest.IsZero() {
			return n.activateRewards(ctx, t, books, pending)
		}
		return n.commitRewards(ctx, t, books)
	})
}

// booksOf are the books of a set, begun if they are not.
func (n *Node) booksOf(set core.SetID) Books {
	b := n.books[set]
	b.Set, b.draft = set, n.drafts[set].d
	if n.Shelf != nil { // before anybody signs its hash
		b.keep = func(d reward.Distribution) (core.Hash, error) {
			hash, err := d.Hash()
			if err != nil || n.Shelf.Has(hash, d.Length()) {
				return hash, err
			}
			return n.Shelf.Put(d)
		}
	}
	return b
}

// Distributions are the hashes of the distributions behind the roots of the sets that are served, as of the last tick.
func (n *Node) Distributions() map[core.SetID]core.Hash {
	list := map[core.SetID]core.Hash{}
	for set, b := range n.books {
		if !b.File.IsZero() {
			list[set] = b.File
		}
	}
	return list
}

// activateRewards pays what is pending, once its delay is over, if it is what this node computes. Until then the
// owner can cancel it; a wrong one is said aloud, and left to others.
func (n *Node) activateRewards(ctx context.Context, t Tick, books Books, pending chain.PendingRewards) error {
	committed, err := n.Roster.RewardsCommittedOf(ctx, books.Set, t.Final.Number)
	if err != nil {
		return err
	}
	for i := len(committed) - 1; i >= 0; i-- {
		c := committed[i]
		if core.Hash(c.Digest) != pending.Digest {
			continue
		}
		d, err := n.draft(ctx, t, books, core.Era(c.Rewards.ToEra), core.Era(c.Era))
		if err != nil {
			return err
		}
		if got := d.Statement.Digest(n.Roster.Domain()); got != pending.Digest {
			n.sayOnce("rewards/"+pending.Digest.String(), func() {
				n.Events.RewardsDiffer(RewardStatement{Set: books.Set, Era: core.Era(c.Era), Block: t.Final.Number, From: books.Next,
					To: core.Era(c.Rewards.ToEra), Digest: pending.Digest, Computed: got, Until: pending.ActivatableAt,
					Difference: StatementOf(books.Set, core.Era(c.Era), c.Rewards).FirstDifference(d.Statement), File: c.Rewards.DistributionHash})
			})
			return nil
		}
		if !n.Duties.Reward || t.Head.Time+1 < pending.ActivatableAt ||
			!n.memberTurn(ctx, t, books.Set, core.Era(c.Era), "activate "+pending.Digest.String(), pending.ActivatableAt) {
			return nil
		}
		return n.put(ctx, t, fmt.Sprintf("activate/%d/%s", books.Set, pending.Digest),
			ActivateRewardsCall(n.Roster.At, books.Set, c.Rewards), 0, "NoRewardsPending", "NotThePending")
	}
	return fmt.Errorf("no event shows the reward commit %s that is pending", pending.Digest)
}

// draft computes the distribution up to an era, unless it is the one that was computed last.
func (n *Node) draft(ctx context.Context, t Tick, books Books, to, signing core.Era) (Distribution, error) {
	have, known := n.drafts[books.Set]
	if known && !have.none && have.signing == signing && have.next == books.Next && have.d.Statement.ToEra == to {
		return have.d, nil
	}
	d, err := books.distribute(ctx, n.Roster, Mirrored{n.Mirror}, to, signing, t.Final.Number)
	if err != nil {
		return d, err
	}
	d.Operators, d.Stakers, d.Payouts = nil, nil, nil // what is signed is the statement
	n.drafts[books.Set] = draft{signing: signing, next: books.Next, d: d}
	n.Events.RewardsComputed(RewardStatement{Set: books.Set, Era: signing, Block: t.Final.Number, From: books.Next, To: to,
		Digest: d.Statement.Digest(n.Roster.Domain()), Computed: d.Statement.Digest(n.Roster.Domain())})
	return d, nil
}

// commitRewards signs and posts what the active set has to say, as far as there are signatures.
func (n *Node) commitRewards(ctx context.Context, t Tick, books Books) error {
	signing, active, err := n.Roster.ActiveEra(ctx, books.Set, t.Final.Number)
	if err != nil || !active {
		return err
	}
	if have := n.drafts[books.Set]; have.none && have.signing == signing && have.next == books.Next {
		return nil
	}
	to, found, err := LastClosed(ctx, n.Roster, books, signing, t.Final.Number)
	if err != nil {
		return err
	}
	if !found {
		n.drafts[books.Set] = draft{signing: signing, next: books.Next, none: true}
		return nil
	}
	d, err := n.draft(ctx, t, books, to, signing)
	if err != nil {
		return err
	}
	return n.certify(ctx, t, d)
}

// certify gathers signatures over a distribution and puts the commit into the outbox when they are enough.
func (n *Node) certify(ctx context.Context, t Tick, d Distribution) error {
	set, era := d.Statement.Set, d.Statement.Era
	mine, decided, err := n.decide(ctx, t, set, era)
	if err != nil || !decided || !n.Duties.Reward {
		return err
	}
	standing, stands, err := n.standing(ctx, t, set, era)
	if err != nil || !stands {
		return err
	}
	committee, err := executor.NewCommittee(standing, mine.Registered)
	if err != nil {
		return err
	}
	ejected, ejectedWeight, err := n.Roster.Ejections(ctx, set, era, t.Final.Number)
	if err != nil {
		return err
	}
	signatures, err := n.SignRewards(ctx, committee, d)
	if err != nil {
		return err
	}
	if signatures, err = n.rewardLine(ctx, t, d, signatures); err != nil {
		return err
	}
	n.refuseRewards(t, committee, d)
	signatures = without(signatures, ejected)
	digest := d.Statement.Digest(n.Roster.Domain())
	signed, _, err := committee.Gather(digest, signatures)
	if errors.Is(err, executor.ErrNobodySigned) {
		return nil
	}
	if err != nil {
		return err
	}
	if need := quorum.Needed(committee.Header.Total, ejectedWeight); signed.Weight.Lt(&need) {
		n.sayOnce("quorum/"+digest.String(), func() {
			n.Events.RewardsUncertified(RewardStatement{Set: set, Era: era, Block: t.Final.Number, From: d.Statement.FromEra,
				To: d.Statement.ToEra, Digest: digest, Computed: digest, Signed: signed.Weight, Need: need})
		})
		return nil
	}
	if !n.turn(mine, fmt.Sprintf("reward %d %d", set, era), n.Roster.Times.ActiveAt(era, standing.PostedAt), t.Head.Time) {
		return nil
	}
	call, err := CommitRewardsCall(n.Roster.At, committee, d.Statement, signed)
	if err != nil {
		return err
	}
	return n.put(ctx, t, fmt.Sprintf("rewards/%d/%d/%s", set, era, digest), call, n.Roster.Times.LifetimeEnd(era)-1,
		"RewardsPending", "WrongFirstEra", "WrongPreviousRoots")
}

// rewardLine tells the others of this node's signature, again every few blocks, and adds what they have signed.
func (n *Node) rewardLine(ctx context.Context, t Tick, d Distribution, own []executor.Signature) ([]executor.Signature, error) {
	if n.Pool == nil {
		return own, nil
	}
	for _, s := range own {
		m := executor.Message{Era: d.Statement.Era, Rewards: &d.Statement, Index: s.Index, Signature: s.Signature,
			Round: uint8(t.Head.Number / resendAfter)}
		n.Pool.Add(m)
		if n.Publish == nil || n.Misbehave != "" {
			continue
		}
		var err error
		n.sayOnce(fmt.Sprintf("rewards/%d/%d/%s", m.Era, t.Head.Number/resendAfter, m.Digest(n.Roster.Domain())), func() { err = n.Publish(ctx, m) })
		if err != nil {
			return nil, fmt.Errorf("tell others of rewards: %w", err)
		}
	}
	return append(own, n.Pool.Signatures(executor.Message{Era: d.Statement.Era, Rewards: &d.Statement})...), nil
}

// without leaves out those who are ejected: a certificate with their bits is none.
func without(signatures []executor.Signature, ejected quorum.Bitmap) []executor.Signature {
	var list []executor.Signature
	for _, s := range signatures {
		if !ejected.Has(s.Index) {
			list = append(list, s)
		}
	}
	return list
}

// SignRewards signs a distribution with this node's key, if the key is one of the committee's and the committee is the
// one that this node elected: nothing otherwise. The journal has the digest, on disk, before the signature exists. The
// caller has computed d itself.
func (n *Node) SignRewards(ctx context.Context, c executor.Committee, d Distribution) ([]executor.Signature, error) {
	own, decided := n.decisions[slot{c.Set, c.Era}]
	if n.Key == nil || !decided || !own.Matches(c.Header) {
		return nil, nil
	}
	public := n.Key.PublicKey()
	for i, e := range c.Entries {
		if e.KeyHash != public.Hash() {
			continue
		}
		digest := d.Statement.Digest(n.Roster.Domain())
		if n.signed.digest == digest { // as at the tick before
			return []executor.Signature{{Index: i, Signature: n.signed.signature}}, nil
		}
		slot := store.RewardsSlot(d.Statement.Set, d.Statement.Era, d.Statement.FromEra, d.Statement.ToEra, d.Statement.PreviousRoots)
		err := n.Journal.Sign(ctx, slot, digest)
		if errors.Is(err, store.ErrUnsafe) {
			n.sayOnce(fmt.Sprintf("unsafe/%d", slot.Era), func() {
				n.Events.JournalUnsafe(Unsafe{Set: slot.Set, Era: slot.Era, From: n.Journal.SafeEra()})
			})
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		n.signed = signedStatement{digest, n.Key.Sign(digest, bls.Statement)}
		return []executor.Signature{{Index: i, Signature: n.signed.signature}}, nil
	}
	return nil, nil
}

// signedStatement is what a node signed last.
type signedStatement struct {
	digest    core.Hash
	signature bls.Signature
}

// LastClosed is the greatest era that was closed when the signing set's era started and that is not paid yet
// (protocol §8); false when there is none.
func LastClosed(ctx context.Context, r *chain.Roster, books Books, signing core.Era, block uint64) (core.Era, bool, error) {
	for e := min(signing, books.Next+MostErasPaid); e > books.Next; e-- {
		at, closed, err := r.ClosedAt(ctx, books.Set, e-1, block)
		if err != nil {
			return 0, false, err
		}
		if closed && at <= r.Times.Start(signing) {
			return e - 1, true, nil
		}
	}
	return 0, false, nil
}
