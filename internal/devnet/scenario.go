package devnet

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// Term is one era of a set on the way: the election as computed and, once proposed, the committee that stands.
type Term struct {
	engine.Decision
	executor.Committee
}

// Block is the number of the newest block.
func (n *Network) Block() uint64 { return n.Head().Number.Uint64() }

// Elect waits until an era can be sealed, seals it, computes the election and posts it. The set is not active
// yet.
func (n *Network) Elect(ctx context.Context, by engine.Hand, set core.SetID, e core.Era) (Term, error) {
	d, err := n.Decide(ctx, by, set, e)
	if err != nil {
		return Term{Decision: d}, err
	}
	p, err := d.Proposal()
	if err != nil {
		return Term{Decision: d}, err
	}
	if _, err := by.Propose(ctx, set, e, p); err != nil {
		return Term{Decision: d}, fmt.Errorf("elect set %d, era %d: %w", set, e, err)
	}
	return n.Term(ctx, d)
}

// Decide waits until an era can be sealed, seals it and computes the election.
func (n *Network) Decide(ctx context.Context, by engine.Hand, set core.SetID, e core.Era) (engine.Decision, error) {
	if at := n.Roster.Times.SealableAt(e); n.Now() < at {
		if err := n.AdvanceTo(at); err != nil {
			return engine.Decision{}, err
		}
	}
	if _, err := by.Seal(ctx, e); err != nil {
		return engine.Decision{}, err
	}
	return engine.Decide(ctx, n.Roster, set, e, n.Block())
}

// Term pairs a decision with the proposal that stands for it.
func (n *Network) Term(ctx context.Context, d engine.Decision) (Term, error) {
	t := Term{Decision: d}
	standing, stands, err := n.Roster.Standing(ctx, d.Snapshot.Set, d.Snapshot.Era, n.Block())
	if err != nil {
		return t, err
	}
	if !stands {
		return t, fmt.Errorf("set %d, era %d: no proposal stands", d.Snapshot.Set, d.Snapshot.Era)
	}
	t.Committee, err = executor.NewCommittee(standing, d.Registered)
	return t, err
}

// Activate waits until the term's set is active, if it is not.
func (n *Network) Activate(t Term) error {
	if at := n.Roster.Times.ActiveAt(t.Era, t.PostedAt); n.Now() < at {
		return n.AdvanceTo(at)
	}
	return nil
}

// Team are operators whose keys are at hand, by address.
type Team map[core.Address]*Operator

// Sign has every Executor of a set whose key the team has sign a digest, but for those at the absent places.
func (team Team) Sign(c executor.Committee, digest core.Hash, absent ...int) []executor.Signature {
	var list []executor.Signature
	for i, e := range c.Entries {
		if o := team[e.Operator]; o != nil && !slices.Contains(absent, i) {
			list = append(list, executor.Signature{Index: i, Signature: o.Key.Sign(digest, bls.Statement)})
		}
	}
	return list
}

// SignOnly has those at the given places sign, and nobody else.
func (team Team) SignOnly(c executor.Committee, digest core.Hash, places ...int) []executor.Signature {
	var list []executor.Signature
	for _, i := range places {
		if o := team[c.Entries[i].Operator]; o != nil {
			list = append(list, executor.Signature{Index: i, Signature: o.Key.Sign(digest, bls.Statement)})
		}
	}
	return list
}

// Signed gathers signatures and fails on any that is not over the digest.
func Signed(c executor.Committee, digest core.Hash, signatures []executor.Signature) (executor.Signed, error) {
	signed, bad, err := c.Gather(digest, signatures)
	if err == nil && len(bad) > 0 {
		err = fmt.Errorf("signatures at places %v are of something else", bad)
	}
	return signed, err
}

// NextBatch returns a batch of the set that follows the head, with everything up to the end of the newest whole
// interval; it makes blocks when none has ended since the head.
// The state root is the caller's, for there are no programs in it.
func (n *Network) NextBatch(ctx context.Context, set core.SetID, stateRoot core.Hash) (b batch.Batch, headNumber uint64, err error) {
	committed, err := n.Roster.Batches(ctx, set, n.Block())
	if err != nil {
		return b, 0, err
	}
	b = batch.Batch{Set: set, StateRoot: stateRoot}
	if len(committed) > 0 {
		last := committed[len(committed)-1]
		headNumber, b.PreviousHash = last.Batch.Number, last.Hash
	}
	for b.Number = n.Roster.Intervals.Newest(n.Block()); b.Number <= headNumber; b.Number = n.Roster.Intervals.Newest(n.Block()) {
		if _, err := n.Commit(); err != nil {
			return b, 0, err
		}
	}
	b.EndBlock = n.Roster.Intervals.End(b.Number)
	end, err := n.Client().HeaderByNumber(ctx, chain.Number(b.EndBlock))
	if err != nil {
		return b, 0, fmt.Errorf("read block %d: %w", b.EndBlock, err)
	}
	b.EndBlockHash = core.Hash(end.Hash())
	return b, headNumber, nil
}

// StatementOf returns the digest that a term's Executors sign for a batch.
func (n *Network) StatementOf(c executor.Committee, b batch.Batch) core.Hash {
	return batch.Statement{Set: b.Set, Era: c.Era, Number: b.Number, BatchHash: b.Hash()}.Digest(n.Roster.Domain())
}

// CommitBatch has the team sign the set's next batch, but for the absent places, and commits it.
func (n *Network) CommitBatch(ctx context.Context, by engine.Hand, t Term, team Team, stateRoot core.Hash, absent ...int) (batch.Batch, *types.Receipt, error) {
	b, head, err := n.NextBatch(ctx, t.Set, stateRoot)
	if err != nil {
		return b, nil, err
	}
	digest := n.StatementOf(t.Committee, b)
	signed, err := Signed(t.Committee, digest, team.Sign(t.Committee, digest, absent...))
	if err != nil {
		return b, nil, err
	}
	receipt, err := by.CommitBatch(ctx, t.Committee, head, b, signed)
	return b, receipt, err
}

// ErrNothingToPay is returned where no era has closed since the last reward commit.
var ErrNothingToPay = errors.New("no era to pay")

// CommitRewards computes the rewards of all eras that are closed and not paid yet, has the team sign them under
// the term's set, and commits them. Activating them is another step, rewardDelay later.
func (n *Network) CommitRewards(ctx context.Context, by engine.Hand, t Term, team Team, absent ...int) (engine.Distribution, *types.Receipt, error) {
	books, err := engine.Books{Set: t.Set}.Advance(ctx, n.Roster, n.Roster, n.Block())
	if err != nil {
		return engine.Distribution{}, nil, err
	}
	last, found, err := engine.LastClosed(ctx, n.Roster, books, t.Era, n.Block())
	if err != nil {
		return engine.Distribution{}, nil, err
	}
	if !found {
		return engine.Distribution{}, nil, fmt.Errorf("set %d under the set of era %d: %w", t.Set, t.Era, ErrNothingToPay)
	}
	d, err := books.Distribute(ctx, n.Roster, n.Roster, last, t.Era, n.Block())
	if err != nil {
		return d, nil, err
	}
	digest := d.Statement.Digest(n.Roster.Domain())
	signed, err := Signed(t.Committee, digest, team.Sign(t.Committee, digest, absent...))
	if err != nil {
		return d, nil, err
	}
	receipt, err := by.CommitRewards(ctx, t.Committee, d.Statement, signed)
	return d, receipt, err
}

// Committee returns the committee of a standing proposal.
func (n *Network) Committee(ctx context.Context, e chain.Elected) (executor.Committee, error) {
	registered, err := engine.Registered(ctx, n.Roster, e.Set, n.Block())
	if err != nil {
		return executor.Committee{}, err
	}
	return executor.NewCommittee(e, registered)
}
