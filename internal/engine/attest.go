package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
	"github.com/gear-tech/roster/internal/store"
)

const (
	// mostAhead is how many batches a node signs ahead of the last one committed.
	mostAhead = 8
	// keptBehind is how many committed batches are kept, for late and contradicting statements.
	keptBehind = 64
	// keptQuorum is for how many blocks it is remembered since when there are enough signatures for a batch.
	keptQuorum = 1000
	// resendAfter is after how many blocks a statement is sent again, if its batch is still not committed.
	resendAfter = 5
)

// Attest signs the batches that the active set has to sign, tells the others, gathers what they say, and hands in what
// is enough; and it keeps what convicts.
func (n *Node) Attest(ctx context.Context, t Tick) error {
	if n.Runner == nil || n.Pool == nil {
		return nil
	}
	return n.each(ctx, func(set core.SetID) error {
		w := n.work(set)
		var err error
		if w.at != t { // else it is the same block, and others have said something
			if err = n.look(ctx, t, set, w); err != nil {
				return err
			}
			if !w.machine.Reached(t.Final.Number) {
				return nil // execute has said why
			}
			if err = n.follow(ctx, t, set, w); err != nil {
				return err
			}
			n.serve(t, set, w)
			if !w.recalled {
				if err = n.recall(ctx, set, w); err != nil {
					return err
				}
				w.recalled = true
			}
			w.at = t
			err = n.disputeAll(ctx, t, w)
		}
		err = errors.Join(err, n.convict(ctx, set, w.committees))
		if w.active && !w.differs {
			for _, c := range w.committees {
				if c.Era == w.era {
					err = errors.Join(err, n.attest(ctx, t, w, c), n.addLate(ctx, t, w, c))
				}
			}
		}
		return err
	})
}

// look finds out who may sign.
func (n *Node) look(ctx context.Context, t Tick, set core.SetID, w *work) (err error) {
	w.at = Tick{}
	if w.era, w.active, err = n.Roster.ActiveEra(ctx, set, t.Head.Number); err != nil {
		return err
	}
	w.committees, err = n.committees(ctx, t, set, w.era, w.active)
	return err
}

// serve tells the pool whose statements about what are of interest.
func (n *Node) serve(t Tick, set core.SetID, w *work) {
	maps.DeleteFunc(w.quorum, func(_ core.Hash, since uint64) bool { return since+keptQuorum < t.Head.Number })
	first := uint64(0)
	if len(w.commits) > 0 {
		first = w.commits[0].Batch.Number
	}
	n.Pool.Serve(set, w.committees, first, n.Roster.Intervals.Newest(t.Head.Number)+mostAhead)
}

// committees are the sets of Executors that may sign now, or signed what is still of interest: the active era's, the one
// before it, and the next. A list that is not this node's own election is none.
func (n *Node) committees(ctx context.Context, t Tick, set core.SetID, active core.Era, any bool) ([]executor.Committee, error) {
	var list []executor.Committee
	eras := n.eras(t)
	if any && (len(eras) == 0 || active < eras[0]) {
		eras = append([]core.Era{active}, eras...)
	}
	for _, e := range eras {
		d, decided, err := n.decide(ctx, t, set, e)
		if err != nil {
			return nil, err
		}
		if !decided {
			continue
		}
		c, confirmed, err := n.committee(ctx, t, d)
		if err != nil {
			return nil, err
		}
		if confirmed {
			list = append(list, c)
		}
	}
	return list, nil
}

// committee is the set of a decision, if its list stands; false when another or none does. It is kept: to open a hundred
// keys takes longer than a block.
func (n *Node) committee(ctx context.Context, t Tick, d Decision) (executor.Committee, bool, error) {
	set, e, own := d.Snapshot.Set, d.Snapshot.Era, d.Result.Header(batch.KeyHash(d.Aggregate))
	hash, err := n.Roster.HeaderHash(ctx, set, e, t.Final.Number)
	if err != nil || hash != own.Hash() {
		return executor.Committee{}, false, err
	}
	if c, known := n.opened[hash]; known {
		return c, true, nil
	}
	standing, stands, err := n.standing(ctx, t, set, e)
	if err != nil || !stands || standing.Header != own {
		return executor.Committee{}, false, err
	}
	c, err := n.open(standing, d)
	return c, err == nil, err
}

// open is NewCommittee, kept.
func (n *Node) open(standing chain.Elected, d Decision) (executor.Committee, error) {
	hash := standing.Header.Hash()
	if c, known := n.opened[hash]; known {
		return c, nil
	}
	c, err := executor.NewCommittee(standing, d.Registered)
	if err != nil {
		return c, err
	}
	if len(n.opened) >= 16 {
		clear(n.opened)
	}
	n.opened[hash] = c
	return c, nil
}

// attest signs what is next, and hands in the first batch that has enough signatures.
func (n *Node) attest(ctx context.Context, t Tick, w *work, c executor.Committee) error {
	number, hash := w.head()
	for range mostAhead {
		next, any, err := n.Store.BatchAfter(ctx, c.Set, number)
		if err != nil || !any {
			return err
		}
		if next.PreviousHash != hash {
			return nil // the last commit is one that this node has not computed yet, or never will
		}
		if err := n.sign(ctx, t, w, c, next.Batch); err != nil {
			return err
		}
		if previous, _ := w.head(); next.Previous == previous {
			if err := n.commit(ctx, t, w, c, next); err != nil {
				return err
			}
		}
		number, hash = next.Number, next.Hash()
	}
	return nil
}

// place is where this node's key stands in a set, -1 when it does not.
func (n *Node) place(c executor.Committee) int {
	if n.Key == nil {
		return -1
	}
	if n.keyHash.IsZero() {
		n.keyHash = n.Key.PublicKey().Hash()
	}
	for i, e := range c.Entries {
		if e.KeyHash == n.keyHash {
			return i
		}
	}
	return -1
}

// sign signs a batch and tells the others, again and again until it is committed.
// If the process dies after the journal has the digest, the next one signs the same: the batch is the same.
func (n *Node) sign(ctx context.Context, t Tick, w *work, c executor.Committee, b batch.Batch) error {
	place := n.place(c)
	if place < 0 {
		return nil
	}
	said, known := w.said[b.Number]
	if known && said.messages[0].Era == c.Era {
		if t.Head.Number < said.block+resendAfter {
			return nil
		}
		said.round++
	} else {
		messages, err := n.statements(ctx, c, place, b)
		if err != nil || len(messages) == 0 {
			return err
		}
		said = saidOne{messages: messages}
	}
	said.block = t.Head.Number
	for old := range w.said {
		if len(w.commits) > 0 && old < w.commits[0].Batch.Number {
			delete(w.said, old)
		}
	}
	w.said[b.Number] = said
	for _, m := range said.messages {
		m.Round = said.round
		n.Pool.Add(m)
		if n.Publish == nil {
			continue
		}
		if err := n.Publish(ctx, m); err != nil {
			return fmt.Errorf("tell others of batch %d: %w", b.Number, err)
		}
	}
	return nil
}

// statements are what this node has to say about a batch: one statement, unless it misbehaves.
func (n *Node) statements(ctx context.Context, c executor.Committee, place int, b batch.Batch) ([]executor.Message, error) {
	signed := func(b batch.Batch) executor.Message {
		m := executor.Message{Era: c.Era, Batch: &b, Index: place}
		m.Signature = n.Key.Sign(m.Digest(n.Roster.Domain()), bls.Statement)
		return m
	}
	if n.Misbehave != "" {
		return n.Misbehave.statements(b, signed), nil
	}
	digest := executor.Message{Era: c.Era, Batch: &b}.Digest(n.Roster.Domain())
	err := n.Journal.Sign(ctx, store.BatchSlot(c.Set, c.Era, b.Number), digest)
	if errors.Is(err, store.ErrUnsafe) {
		n.sayOnce(fmt.Sprintf("unsafe/%d", c.Era), func() {
			n.Events.JournalUnsafe(Unsafe{Set: c.Set, Era: c.Era, From: n.Journal.SafeEra()})
		})
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	n.Events.BatchSigned(BatchSigned{Set: c.Set, Era: c.Era, Number: b.Number, Hash: b.Hash()})
	return []executor.Message{signed(b)}, nil
}

// commit hands in a batch when it has enough signatures and it is this node's turn. It waits for those who are missing
// until the next block: a certificate with more signers pays more of them.
func (n *Node) commit(ctx context.Context, t Tick, w *work, c executor.Committee, b program.Computed) error {
	ejected, ejectedWeight, err := n.Roster.Ejections(ctx, c.Set, c.Era, t.Head.Number)
	if err != nil {
		return err
	}
	like := executor.Message{Era: c.Era, Batch: &b.Batch}
	signatures := without(n.Pool.Signatures(like), ejected)
	digest := like.Digest(n.Roster.Domain())
	var weight core.Amount
	for _, s := range signatures {
		weight.Add(&weight, &c.Entries[s.Index].Weight)
	}
	if need := quorum.Needed(c.Header.Total, ejectedWeight); weight.Lt(&need) {
		return nil
	}
	since, known := w.quorum[digest]
	if !known {
		since = t.Head.Number
		w.quorum[digest] = since
	}
	everyone := len(signatures) == len(c.Entries)-len(ejected.Indices())
	d, decided, err := n.decide(ctx, t, c.Set, c.Era)
	if err != nil || !decided || !everyone && t.Head.Number == since {
		return err
	}
	if !n.turn(d, fmt.Sprintf("batch %d %d", c.Set, b.Number), n.dueSince("batch/"+digest.String(), t), t.Head.Time) {
		return nil
	}
	signed, err := c.Combine(digest, signatures) // each was checked when it came; the sum is checked again
	if err != nil {
		return err
	}
	call, err := CommitBatchCall(n.Roster.At, c, b.Previous, b.Batch, signed)
	if err != nil {
		return err
	}
	key, due, err := n.again(ctx, t, "batch/"+digest.String())
	if err != nil || !due {
		return err
	}
	return n.put(ctx, t, key, call, n.Roster.Times.LifetimeEnd(c.Era)-1, "NotTheHead", "NumberNotAbove")
}

// addLate hands in this node's own signature, and those of others that are late as well, to a batch that was committed
// without it (protocol §6): what is not signed is not paid.
func (n *Node) addLate(ctx context.Context, t Tick, w *work, c executor.Committee) error {
	place := n.place(c)
	if place < 0 || n.Misbehave != "" {
		return nil
	}
	for _, done := range w.commits {
		all := done.Signers.Or(done.Late)
		window := n.Roster.Times.SignersWindow
		if done.Era != c.Era || all.Has(place) || t.Head.Time > done.CommittedAt+window ||
			t.Head.Time < done.CommittedAt+window/3 {
			continue
		}
		like := executor.Message{Era: c.Era, Batch: &done.Batch}
		mine, known, err := n.Store.Batch(ctx, c.Set, done.Batch.Number)
		if err != nil {
			return err
		}
		if !known || mine.Hash() != done.Hash {
			continue
		}
		if err := n.sign(ctx, t, w, c, mine.Batch); err != nil {
			return err
		}
		signatures := without(n.Pool.Signatures(like), all)
		if len(signatures) == 0 {
			continue
		}
		signed, err := c.Combine(like.Digest(n.Roster.Domain()), signatures)
		if err != nil {
			return err
		}
		if !signed.Bitmap.Has(place) {
			continue // the journal does not let this node sign it
		}
		call, err := AddSignersCall(n.Roster.At, c, done.Batch, signed)
		if err != nil {
			return err
		}
		key := fmt.Sprintf("late/%d/%d/%d/%s", c.Set, c.Era, done.Batch.Number, n.Account)
		if err := n.put(ctx, t, key, call, done.CommittedAt+window); err != nil {
			return err
		}
	}
	return nil
}
