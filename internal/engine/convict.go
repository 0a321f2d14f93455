package engine

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/executor"
	"github.com/gear-tech/roster/internal/store"
)

// DisputeBatchesCall puts two contradicting batches of one slot before the judge, one of them certified.
func DisputeBatchesCall(at chain.Addresses, c [2]executor.Committee, b [2]batch.Batch, signed [2]executor.Signed) (chain.Call, error) {
	var headers [2]bindings.Header
	var batches [2]bindings.Batch
	var statements [2]bindings.Statement
	for i := range c {
		var err error
		headers[i], batches[i] = c[i].HeaderBinding(), chain.BatchBinding(b[i])
		if statements[i], err = c[i].Statement(signed[i]); err != nil {
			return chain.Call{}, err
		}
	}
	return chain.To(at.Offences, offences.PackDisputeBatches(headers, batches, statements)), nil
}

// ReportWrongResultCall records those who signed the statement that the judge called wrong (places in its set).
func ReportWrongResultCall(at chain.Addresses, d bindings.Dispute, wrong chain.Elected, accused []int) (chain.Call, error) {
	entries, err := accusedEntries(wrong, accused)
	if err != nil {
		return chain.Call{}, err
	}
	return chain.To(at.Offences, offences.PackReportWrongResult(d, wrong.HeaderBinding(), entries)), nil
}

// convict keeps the contradictions that the pool has found, for Slash to report.
func (n *Node) convict(ctx context.Context, set core.SetID, committees []executor.Committee) error {
	var all []error
	for _, x := range n.Pool.Contradictions(set) {
		c, found := committeeOf(committees, x.First.Era)
		if !found || x.First.Index >= len(c.Entries) {
			continue
		}
		e := Evidence{Set: set, Era: c.Era}
		for i, m := range []executor.Message{x.First, x.Second} {
			e.sign(i, executor.Signed{Bitmap: quorum.Bitmap{}.With(m.Index), Signature: m.Signature})
			if m.Batch != nil {
				e.Number, e.Hashes[i] = m.Batch.Number, m.Batch.Hash()
				continue
			}
			e.Hashes[i] = m.Rewards.StructHash()
			e.Rewards = append(e.Rewards, *m.Rewards)
		}
		if err := n.Accuse(ctx, e); err != nil {
			n.Pool.Return(x)
			all = append(all, err)
			continue
		}
		n.Events.Contradicted(Contradicted{Set: set, Era: c.Era, Number: e.Number, Operator: c.Entries[x.First.Index].Operator})
	}
	return errors.Join(all...)
}

func committeeOf(committees []executor.Committee, e core.Era) (executor.Committee, bool) {
	for _, c := range committees {
		if c.Era == e {
			return c, true
		}
	}
	return executor.Committee{}, false
}

// disputeAll brings before the judge what contradicts a batch that was committed for good: by someone else, or, when the
// committed one is not this node's, by this node itself (protocol §7).
func (n *Node) disputeAll(ctx context.Context, t Tick, w *work) error {
	if !n.Duties.Slash {
		return nil
	}
	var all []error
	for _, c := range w.commits[:w.final] {
		under, found := committeeOf(w.committees, c.Era)
		if !found || t.Head.Time > n.Roster.Times.Deadline(c.Era) {
			continue
		}
		all = append(all, n.standBy(ctx, t, w, under, c), n.disputeBatch(ctx, t, under, c))
	}
	return errors.Join(all...)
}

// disputeBatch disputes every statement about a batch that says something else. Whoever signed both is reported instead:
// by the pool, which has both statements, or with the certificate, in which the signature is one of many.
func (n *Node) disputeBatch(ctx context.Context, t Tick, under executor.Committee, c chain.Committed) error {
	like := executor.Message{Era: under.Era, Batch: &c.Batch}
	others := n.Pool.Others(like)
	if len(others) == 0 {
		return nil
	}
	filed, _, err := n.Roster.Disputes(ctx, t.Head.Number)
	if err != nil {
		return err
	}
	signatures := n.Pool.Signatures(like)
	var certified executor.Signed
	var all []error
	for _, other := range others {
		if slices.ContainsFunc(signatures, func(s executor.Signature) bool { return s.Index == other.Index }) {
			continue
		}
		if !c.Signers.Has(other.Index) && (other.Batch.PreviousHash != c.Batch.PreviousHash || disputed(filed, under, other.Index)) {
			continue
		}
		if certified.Bitmap.IsZero() {
			if certified, err = n.certificate(ctx, under, c, signatures); err != nil {
				return err
			}
		}
		switch {
		case certified.Bitmap.IsZero():
		case certified.Bitmap.Has(other.Index):
			all = append(all, n.convictBy(ctx, t, under, c, certified, other))
		case other.Batch.PreviousHash == c.Batch.PreviousHash && !disputed(filed, under, other.Index):
			all = append(all, n.remember(ctx, other), n.dispute(ctx, t, under, c.Batch, certified, other))
		}
	}
	return errors.Join(all...)
}

func rememberedOf(set core.SetID) string { return fmt.Sprintf("statement/%d/", set) }

// remember keeps a statement that is to be disputed: it is this node's turn later, maybe after it died.
func (n *Node) remember(ctx context.Context, m executor.Message) error {
	key := fmt.Sprintf("%s%d/%d", rememberedOf(m.Set()), m.Era, m.Index)
	if _, known, err := n.Store.Fact(ctx, key); err != nil || known {
		return err
	}
	return n.Store.PutFact(ctx, key, m.Encode())
}

// recall gives the pool what was remembered, and forgets what is too old.
func (n *Node) recall(ctx context.Context, set core.SetID, w *work) error {
	facts, err := n.Store.Facts(ctx, rememberedOf(set))
	if err != nil {
		return err
	}
	for _, f := range facts {
		m, err := executor.DecodeMessage(f.Value)
		if _, serves := committeeOf(w.committees, m.Era); err == nil && serves {
			n.Pool.Add(m)
			continue
		}
		if err := n.Store.DeleteFact(ctx, f.Key); err != nil {
			return err
		}
	}
	return nil
}

// certificate is the one with which a batch was committed; where the chain does not show it, what the pool has.
func (n *Node) certificate(ctx context.Context, under executor.Committee, c chain.Committed, have []executor.Signature) (executor.Signed, error) {
	digest := executor.Message{Era: under.Era, Batch: &c.Batch}.Digest(n.Roster.Domain())
	packed, known, err := n.Roster.Certificate(ctx, c)
	if err != nil {
		return executor.Signed{}, err
	}
	if known {
		if s, err := under.Checked(digest, c.Signers, packed); err == nil {
			return s, nil
		}
	}
	if len(have) == 0 {
		return executor.Signed{}, nil
	}
	return under.Combine(digest, have)
}

// convictBy keeps that one of those who signed a certificate signed something else as well.
func (n *Node) convictBy(ctx context.Context, t Tick, under executor.Committee, c chain.Committed, certified executor.Signed, other executor.Message) error {
	one := executor.Signed{Bitmap: quorum.Bitmap{}.With(other.Index), Signature: other.Signature}
	e := EvidenceOf(under, c.Batch.Number, [2]core.Hash{c.Hash, other.Batch.Hash()}, [2]executor.Signed{certified, one})
	place := quorum.Bitmap{}.With(other.Index)
	accused, err := n.unreported(ctx, t, under.Elected, place, slash.Equivocation)
	if err != nil || len(accused) == 0 {
		return err
	}
	n.sayOnce(e.key(), func() {
		n.Events.Contradicted(Contradicted{Set: under.Set, Era: under.Era, Number: e.Number, Operator: under.Entries[other.Index].Operator})
	})
	return n.Accuse(ctx, e)
}

// standBy has this node sign its own result of a number that was committed otherwise: so that the judge has something to
// judge.
func (n *Node) standBy(ctx context.Context, t Tick, w *work, under executor.Committee, c chain.Committed) error {
	if !w.differs {
		return nil
	}
	mine, known, err := n.Store.Batch(ctx, c.Batch.Set, c.Batch.Number)
	if err != nil || !known || mine.Hash() == c.Hash || mine.PreviousHash != c.Batch.PreviousHash {
		return err
	}
	return n.sign(ctx, t, w, under, mine.Batch)
}

// dispute confirms the keys behind the header first, in a transaction of its own.
func (n *Node) dispute(ctx context.Context, t Tick, under executor.Committee, certified batch.Batch, by executor.Signed, other executor.Message) error {
	key := fmt.Sprintf("dispute/%d/%d/%d", under.Set, under.Era, other.Index)
	if intent, known, err := n.Store.Intent(ctx, key); err != nil || known && intent.Status != store.Planned && intent.Status != store.Failed {
		return err // it is on its way
	}
	task := key // its turns begin when the keys are confirmed: else two would file it
	if confirmed, err := n.Roster.KeysConfirmed(ctx, under.Header.Hash(), t.Final.Number); err != nil {
		return err
	} else if !confirmed {
		task = "confirm/" + under.Header.Hash().String()
	}
	if !n.memberTurn(ctx, t, under.Set, under.Era, task, n.dueSince(task, t)) {
		return nil
	}
	deadline := n.Roster.Times.Deadline(under.Era)
	if confirmed, err := n.confirmed(ctx, t, under, deadline); err != nil || !confirmed {
		return err
	}
	one := executor.Signed{Bitmap: quorum.Bitmap{}.With(other.Index), Signature: other.Signature}
	call, err := DisputeBatchesCall(n.Roster.At, [2]executor.Committee{under, under}, [2]batch.Batch{certified, *other.Batch},
		[2]executor.Signed{by, one})
	if err != nil {
		return err
	}
	return n.put(ctx, t, key, call, deadline, "AlreadyDisputed")
}

// disputed reports whether a statement of one Executor of an era stands before the judge already. One is enough: an
// offence is recorded once an era, however many batches it was about.
func disputed(filed []*chain.Disputed, under executor.Committee, index int) bool {
	alone := new(big.Int).Lsh(big.NewInt(1), uint(index))
	for _, d := range filed {
		for _, side := range []bindings.Side{d.Dispute.A, d.Dispute.B} {
			if d.Dispute.Set.Cmp(chain.Number(under.Set)) == 0 && core.Era(side.Era) == under.Era && side.Bitmap.Cmp(alone) == 0 {
				return true
			}
		}
	}
	return false
}

// reportUpheld records those whose statement the judge called wrong.
func (n *Node) reportUpheld(ctx context.Context, t Tick) error {
	filed, upheld, err := n.Roster.Disputes(ctx, t.Final.Number)
	if err != nil {
		return err
	}
	var all []error
	for _, d := range filed {
		u := upheld[common.Hash(d.Id)]
		if u == nil || n.settled[core.Hash(d.Id)] {
			continue
		}
		side := d.Dispute.A
		if u.WrongDigest != side.Digest {
			side = d.Dispute.B
		}
		if err := n.reportWrong(ctx, t, d, side); err != nil {
			all = append(all, fmt.Errorf("report dispute %x: %w", d.Id, err))
		}
	}
	return errors.Join(all...)
}

func (n *Node) reportWrong(ctx context.Context, t Tick, d *chain.Disputed, side bindings.Side) error {
	set, e := core.SetID(d.Dispute.Set.Uint64()), core.Era(side.Era)
	deadline := n.Roster.Times.Deadline(e) + n.Roster.Times.RequestWindow
	standing, stands, err := n.standing(ctx, t, set, e)
	if err != nil {
		return err
	}
	if t.Head.Time > deadline || !stands {
		n.settled[core.Hash(d.Id)] = true
		return nil
	}
	signers, fits := quorum.FromAmount(chain.Amount(side.Bitmap))
	if !fits || !signers.Fits(len(standing.Entries)) {
		return fmt.Errorf("signers %v of a set of %d", side.Bitmap, len(standing.Entries))
	}
	accused, err := n.unreported(ctx, t, standing, signers, slash.WrongResult)
	if err != nil {
		return err
	}
	if len(accused) == 0 {
		n.settled[core.Hash(d.Id)] = true
		return nil
	}
	key := fmt.Sprintf("wrong/%x", d.Id)
	if !n.memberTurn(ctx, t, set, e, key, n.dueSince(key, t)) {
		return nil
	}
	call, err := ReportWrongResultCall(n.Roster.At, d.Dispute, standing, accused)
	if err != nil {
		return err
	}
	return n.put(ctx, t, key, call, deadline, "NobodyAccused", "AlreadyReported")
}
