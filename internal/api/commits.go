package api

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/store"
)

func (s *Server) commits(ctx context.Context, m *moment, in *OfSetPaged) (client.Commits, error) {
	out := client.Commits{AsOf: m.asOf(), Items: []client.Commit{}}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	all, err := m.Roster.RewardsCommittedOf(ctx, in.Set, m.final())
	if err != nil {
		return out, err
	}
	// What is activated was computed, and is the same, up to the commit whose roots this node says stand: it would not have gone
	// on otherwise. One that waits lies on the shelf under its hash if this node computed the same.
	stands := m.Rewards.stands(in.Set)
	same := slices.IndexFunc(all, func(c *chain.RewardsCommitted) bool { return core.Hash(c.Rewards.DistributionHash) == stands })
	page, next, err := newestOf(all, in.Paged)
	if err != nil {
		return out, err
	}
	waits, err := m.Roster.PendingRewardsOf(ctx, in.Set, m.final())
	if err != nil {
		return out, err
	}
	cancelled, err := m.Roster.RewardsCancelledOf(ctx, in.Set, m.final())
	if err != nil {
		return out, err
	}
	for _, c := range page {
		one, err := m.commit(ctx, c)
		if err != nil {
			return out, err
		}
		if yes := true; one.Kept || same >= 0 && one.ToEra <= core.Era(all[same].Rewards.ToEra) && !cancelled[one.Digest] {
			one.Verified = &yes
		}
		switch {
		case cancelled[one.Digest]:
			one.Status = "cancelled"
		case waits.Digest == one.Digest:
			one.Status = "waiting"
		}
		out.Items = append(out.Items, one)
	}
	out.Next = next
	return out, nil
}

func (m *moment) commit(ctx context.Context, c *chain.RewardsCommitted) (client.Commit, error) {
	r := c.Rewards
	one := client.Commit{FromEra: core.Era(r.FromEra), ToEra: core.Era(r.ToEra), SignedBy: core.Era(c.Era), Digest: c.Digest,
		OperatorsRoot: r.OperatorsRoot, StakersRoot: r.StakersRoot, OperatorsAmount: client.Amount(chain.Amount(r.OperatorsAmount)),
		StakersAmount: client.Amount(chain.Amount(r.StakersAmount)), Distribution: r.DistributionHash,
		ActivatableAt: core.Time(c.ActivatableAt.Uint64()), Block: c.Raw.BlockNumber, Transaction: core.Hash(c.Raw.TxHash), Status: "activated"}
	var err error
	if one.CommittedAt, err = m.Roster.TimeOf(ctx, c.Raw.BlockNumber); err != nil {
		return one, err
	}
	one.Kept = m.Shelf.Kept(one.Distribution)
	return one, nil
}

// leaves are an account's under the roots that stand, with what was claimed of them; none when nothing is activated, or this
// node has not computed it yet.
func (m *moment) leaves(ctx context.Context, set core.SetID, account core.Address) ([]client.Leaf, error) {
	out := []client.Leaf{}
	p, any, err := m.Rewards.proofsOf(set, account)
	if err != nil || !any {
		return out, err
	}
	at, err := m.Roster.RewardContractsOf(ctx, set, m.final())
	if err != nil {
		return out, err
	}
	for _, l := range p.Leaves {
		contract := at.Stakers
		if l.Role == string(reward.AsOperator) {
			contract = at.Operators
		}
		one := client.Leaf{Role: l.Role, Contract: core.Address(contract), Amount: l.Amount, Root: l.Root, Proof: present(l.Proof)}
		claimed, err := m.Roster.ClaimedBy(ctx, contract, account, m.tick.Head.Number)
		if err != nil {
			return out, err
		}
		one.Claimed = client.Amount(claimed)
		all, left := core.Amount(one.Amount), core.Amount{}
		if _, under := left.SubOverflow(&all, &claimed); !under { // else newer roots stand, and the next tick has them
			one.Left = client.Amount(left)
		}
		out = append(out, one)
	}
	return out, nil
}

// stands is the hash of the distribution behind the roots of a set that stand, zero for none.
func (r *Rewards) stands(set core.SetID) core.Hash {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.sets[set]; s != nil {
		return *s.hash.Load()
	}
	return core.Hash{}
}

// proofsOf are an account's under the roots that stand; false when there are none, or this node does not keep them.
func (r *Rewards) proofsOf(set core.SetID, account core.Address) (client.Proofs, bool, error) {
	r.mu.Lock()
	s := r.sets[set]
	r.mu.Unlock()
	if s == nil {
		return client.Proofs{}, false, nil
	}
	p, err := s.prove(r.shelf, account)
	if errors.Is(err, fs.ErrNotExist) {
		return p, false, nil
	}
	return p, err == nil, err
}

func (s *Server) earnings(ctx context.Context, m *moment, in *OfEarnings) (client.Earnings, error) {
	out := client.Earnings{AsOf: m.asOf(), Account: in.Account, Steps: []client.EarnStep{}}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	said, err := m.Roster.RewardsActivatedOf(ctx, in.Set, m.final())
	if err != nil {
		return out, err
	}
	i := len(said) - 1
	if in.Era != "" {
		e, err := m.eraOf(in.Era)
		if err != nil {
			return out, err
		}
		i = slices.IndexFunc(said, func(a *chain.RewardsActivated) bool { return uint64(e) >= a.FromEra && uint64(e) <= a.ToEra })
	}
	if i < 0 {
		return out, problem(404, "not_yet", "set %d: nothing is paid yet that was asked for; %d commits are activated", in.Set, len(said))
	}
	out.FromEra, out.ToEra = core.Era(said[i].FromEra), core.Era(said[i].ToEra)
	after, err := m.balances(said[i].DistributionHash)
	if err != nil {
		return out, err
	}
	defer after.Close()
	before := &balances{}
	if i > 0 {
		if before, err = m.balances(said[i-1].DistributionHash); err != nil {
			return out, err
		}
		defer before.Close()
	}
	select { // one at a time: each holds what an era pays to everybody
	case m.explaining <- struct{}{}:
		defer func() { <-m.explaining }()
	default:
		return out, problem(503, "busy", "another's question of this kind is being computed; ask again")
	}
	x := reward.Explanation{Account: in.Account}
	err = engine.Payouts(ctx, m.Roster, m.Mirror, in.Set, out.FromEra, out.ToEra, m.final(), func(p reward.Payout) error {
		x.Add(p)
		return nil
	})
	if err != nil {
		return out, err
	}
	for _, step := range x.Steps(before.d.Balances, after.d.Balances) {
		out.Steps = append(out.Steps, stepOf(step))
	}
	return out, nil
}

// balances are those of a distribution that lies on the shelf.
type balances struct {
	file *store.Mapped
	d    reward.Distribution
}

func (b *balances) Close() error { return b.file.Close() }

func (m *moment) balances(hash core.Hash) (*balances, error) {
	file, err := m.Shelf.Open(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, problem(404, "not_kept", "this node does not keep the distribution %s", hash)
	}
	if err != nil {
		return nil, err
	}
	d, err := reward.Decode(file.Bytes())
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return &balances{file, d}, nil
}

func stepOf(s reward.Step) client.EarnStep {
	one := client.EarnStep{Role: string(s.Role), Reason: s.Reason.Code, Formula: s.Formula, Amount: client.Amount(s.Amount), Terms: []client.EarnTerm{}}
	if s.Reason != reward.Carried && s.Reason != reward.Cumulative {
		one.Era = &s.Era
	}
	if s.Operator != (core.Address{}) {
		one.Operator = &s.Operator
	}
	if s.Vault != (core.Address{}) {
		one.Vault = &s.Vault
	}
	for _, t := range s.Terms {
		one.Terms = append(one.Terms, client.EarnTerm{Name: t.Name, Value: client.Amount(t.Value)})
	}
	return one
}

func (s *Server) batches(ctx context.Context, m *moment, in *OfSetPaged) (client.Batches, error) {
	out := client.Batches{AsOf: m.asOf(), Items: []client.Batch{}}
	first, err := m.firstEra(ctx, in.Set)
	if err != nil {
		return out, err
	}
	from, before, err := batchCursor(in.Cursor, m.next())
	if err != nil {
		return out, err
	}
	for e := from; e >= first; e-- {
		if from-e == mostErasLooked { // what is there comes first
			out.Next = fmt.Sprintf("%d-%d", e, before)
			return out, nil
		}
		work, err := m.workOf(ctx, in.Set, e)
		if err != nil {
			return out, err
		}
		for _, c := range slices.Backward(work) {
			if c.Batch.Number >= before {
				continue
			}
			if len(out.Items) == in.Limit {
				out.Next = fmt.Sprintf("%d-%d", e, out.Items[len(out.Items)-1].Number)
				return out, nil
			}
			one, err := m.batch(ctx, in.Set, c)
			if err != nil {
				return out, err
			}
			out.Items = append(out.Items, one)
		}
		if e == 0 {
			break
		}
	}
	return out, nil
}

// mostErasLooked is in how many eras a page of batches is looked for: one that finds few is short, and says where to go on.
const mostErasLooked = 32

// batchCursor reads ERA-NUMBER: in which era to go on, with batches before which number.
func batchCursor(cursor string, newest core.Era) (core.Era, uint64, error) {
	if cursor == "" {
		return newest, math.MaxUint64, nil
	}
	era, number, found := strings.Cut(cursor, "-")
	e, err := strconv.ParseUint(era, 10, 62)
	before, err2 := strconv.ParseUint(number, 10, 64)
	if !found || errors.Join(err, err2) != nil {
		return 0, 0, badRequest("cursor %q: want the next of a page", cursor)
	}
	return min(core.Era(e), newest), before, nil
}

func (s *Server) batch(ctx context.Context, m *moment, in *OfBatch) (client.BatchOf, error) {
	out := client.BatchOf{AsOf: m.asOf()}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	found, err := m.Roster.BatchesNumbered(ctx, in.Set, in.Number, m.final())
	if err != nil {
		return out, err
	}
	if len(found) == 0 {
		return out, notFound("set %d has committed no batch %d", in.Set, in.Number)
	}
	out.Batch, err = m.batch(ctx, in.Set, found[0])
	return out, err
}

func (m *moment) batch(ctx context.Context, set core.SetID, c chain.Committed) (client.Batch, error) {
	b := c.Batch
	one := client.Batch{Number: b.Number, Era: c.Era, Hash: c.Hash, PreviousHash: b.PreviousHash, EndBlock: b.EndBlock, StateRoot: b.StateRoot,
		MessagesRoot: b.MessagesRoot, CommittedAt: c.CommittedAt, Block: c.Block, Transaction: core.Hash(common.Hash(c.Tx)),
		Signers: []core.Address{}, Late: []core.Address{}, Absent: []core.Address{}}
	elected, _, err := m.Roster.Standing(ctx, set, c.Era, m.final())
	for i, x := range elected.Entries {
		switch {
		case c.Signers.Has(i):
			one.Signers = append(one.Signers, x.Operator)
		case c.Late.Has(i):
			one.Late = append(one.Late, x.Operator)
		default:
			one.Absent = append(one.Absent, x.Operator)
		}
	}
	return one, err
}
