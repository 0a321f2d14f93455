package engine

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"golang.org/x/sync/errgroup"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/executor"
)

var rewards = bindings.NewRewards()

// Payouts computes what eras from..to of a set pay, from chain data at a block after the last one closed, and hands each to
// a function: what an era has for every staker is not kept.
func Payouts(ctx context.Context, r *chain.Roster, source Source, set core.SetID, from, to core.Era, block uint64,
	each func(reward.Payout) error) error {
	for e := from; e <= to; e++ {
		facts, err := Facts(ctx, r, source, set, e, block)
		if err != nil {
			return fmt.Errorf("rewards of set %d, era %d: %w", set, e, err)
		}
		payout, err := reward.CalculateOn(facts, Here())
		if err == nil {
			err = each(payout)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Facts reads everything that decides what an era pays (protocol §8). The era must be closed at the block.
func Facts(ctx context.Context, r *chain.Roster, source Source, set core.SetID, e core.Era, block uint64) (reward.Facts, error) {
	f := reward.Facts{Set: set, Era: e}
	closedAt, closed, err := r.ClosedAt(ctx, set, e, block)
	if err != nil {
		return f, err
	}
	if !closed {
		return f, fmt.Errorf("not closed at block %d", block)
	}
	capture := r.Times.Capture(e)
	p, err := r.Parameters(ctx, set, capture, block)
	if err != nil {
		return f, err
	}
	f.EmissionRule, f.RateBps = reward.EmissionID(p.EmissionRule), core.Bps(p.EraRateBps)
	f.PerformanceRule, f.Floor = reward.PerformanceID(p.PerformanceRule), p.PerformanceFloor
	if f.Emission, err = r.Emission(ctx, set, e, block); err != nil {
		return f, err
	}
	elected, stands, err := r.Standing(ctx, set, e, block)
	if err != nil || !stands {
		return f, err
	}
	// A wrong list that nobody challenged in time pays nothing, and stops nothing: what it certified is not the
	// work of those whom the stake elected.
	d, err := DecideFrom(ctx, r, source, set, e, block)
	if err != nil || !d.Matches(elected.Header) {
		return f, err
	}
	f.Total = elected.Header.Total
	if err := readExecutors(ctx, r, elected, d.Snapshot, closedAt, block, &f); err != nil {
		return f, err
	}
	return f, readVaults(ctx, source, capture, block, &f)
}

// readExecutors fills in what each Executor of the era had and did.
func readExecutors(ctx context.Context, r *chain.Roster, elected chain.Elected, snapshot stake.Snapshot,
	closedAt core.Time, block uint64, f *reward.Facts) error {
	ejected, _, err := r.Ejections(ctx, f.Set, f.Era, block)
	if err != nil {
		return err
	}
	jails, err := r.Jails(ctx, block)
	if err != nil {
		return err
	}
	batches, err := r.BatchesOf(ctx, f.Set, f.Era, block)
	if err != nil {
		return err
	}
	signed := make([]uint64, len(elected.Entries))
	for _, b := range batches {
		f.Certificates++
		if all := b.Signers.Or(b.Late); !all.Fits(len(signed)) {
			return fmt.Errorf("batch %d: signers %s of a set of %d", b.Batch.Number, all, len(signed))
		}
		for _, i := range b.Signers.Or(b.Late).Indices() {
			signed[i]++
		}
	}
	for i, entry := range elected.Entries {
		x := reward.Executor{Operator: entry.Operator, Weight: entry.Weight, Signed: signed[i], Ejected: ejected.Has(i)}
		for _, j := range jails {
			if j.Operator == entry.Operator && j.From <= closedAt && j.Until > snapshot.Capture {
				x.Jailed = true
			}
		}
		for _, o := range snapshot.Operators {
			if o.Address != entry.Operator {
				continue
			}
			x.CommissionBps, x.Contributions = o.Commission, contributed(o, snapshot.Rules)
		}
		f.Executors = append(f.Executors, x)
	}
	return nil
}

// contributed are the vaults that counted for an operator.
func contributed(o stake.Operator, rules stake.Rules) (list []reward.Contribution) {
	for _, c := range o.Contributions(rules) {
		if !c.Amount.IsZero() {
			list = append(list, reward.Contribution{Vault: c.Vault, Amount: c.Amount})
		}
	}
	return list
}

// vaultOf is a vault with its shares, as they are split.
func vaultOf(vault core.Address, shares chain.Shares) (v reward.Vault, err error) {
	of := make([]reward.Balance, len(shares.Of))
	for i, s := range shares.Of {
		of[i] = reward.Balance{Account: s.Account, Amount: s.Shares}
	}
	v = reward.Vault{Vault: vault, TotalShares: shares.Total}
	v.Shares, err = reward.NewAmounts(of)
	return v, err
}

// readVaults fills in the shares of every vault that counted for an Executor.
func readVaults(ctx context.Context, source Source, capture core.Time, block uint64, f *reward.Facts) error {
	seen := map[core.Address]bool{}
	for _, x := range f.Executors {
		for _, c := range x.Contributions {
			if seen[c.Vault] {
				continue
			}
			seen[c.Vault] = true
			shares, err := source.SharesAt(ctx, common.Address(c.Vault), capture, block)
			if err != nil {
				return err
			}
			v, err := vaultOf(c.Vault, shares)
			if err != nil {
				return fmt.Errorf("vault %s: %w", c.Vault, err)
			}
			f.Vaults = append(f.Vaults, v)
		}
	}
	return nil
}

// Distribution is what one reward commit says, with the trees behind its roots.
type Distribution struct {
	reward.Distribution
	Payouts   []reward.Payout // summaries, without what they have for each staker
	Operators *merkle.ClaimTree
	Stakers   *merkle.ClaimTree
	Statement batch.Rewards
}

// Distribute computes the next reward commit of a set from chain data at a block: of all eras since the last
// activated one to `to`, which must be closed. signing is the era of the set that will sign it.
func Distribute(ctx context.Context, r *chain.Roster, set core.SetID, to, signing core.Era, block uint64) (Distribution, error) {
	books, err := Books{Set: set}.Advance(ctx, r, r, block)
	if err != nil {
		return Distribution{}, err
	}
	return books.Distribute(ctx, r, r, to, signing, block)
}

// Books are what a set has paid, as far as it was recomputed. The zero value with a Set is the beginning.
type Books struct {
	Set core.SetID
	// Balances are the cumulative ones behind the roots of the last commit that was activated.
	Balances reward.Balances
	// Next is the first era that no activated commit pays, Roots the hash of the roots (batch.PreviousRoots).
	Next  core.Era
	Roots core.Hash
	// Done, if there is one, is called after each era that was computed.
	Done func(core.Era)

	// File is the hash of the last activated commit's distribution, zero before any.
	File core.Hash

	opened  bool
	commits int // how many activated commits are in here
	// keep hashes a distribution and may keep its file; nil: it is only hashed. draft is one that was computed already, or
	// not: what is activated is mostly that.
	keep  func(reward.Distribution) (core.Hash, error)
	draft Distribution
}

// Distribute computes the next reward commit, of all eras from Next to `to`.
func (b Books) Distribute(ctx context.Context, r *chain.Roster, source Source, to, signing core.Era, block uint64) (Distribution, error) {
	if b.drafted(to) {
		d := b.draft
		d.Statement.Era = signing
		return d, nil
	}
	return b.distribute(ctx, r, source, to, signing, block)
}

// has reports whether a distribution's roots were activated.
func has(a *chain.RewardsActivated, d Distribution) bool {
	return d.Statement.OperatorsRoot == core.Hash(a.OperatorsRoot) && d.Statement.StakersRoot == core.Hash(a.StakersRoot)
}

// drafted reports whether the draft is of the next commit.
func (b Books) drafted(to core.Era) bool {
	d := b.draft
	return d.Set == b.Set && d.FromEra == b.Next && d.ToEra == to && d.PreviousRoots == b.Roots && !d.Statement.DistributionHash.IsZero()
}

// Advance returns the books with all commits in them that were activated up to a block, each recomputed. A root
// that the chain has and this node does not find is an error: nothing may be built on it.
func (b Books) Advance(ctx context.Context, r *chain.Roster, source Source, block uint64) (Books, error) {
	history, err := r.RewardsActivatedOf(ctx, b.Set, block)
	if err != nil {
		return b, err
	}
	if !b.opened {
		if b.Next, err = r.FirstPaidEra(ctx, b.Set, block); err != nil {
			return b, err
		}
		b.opened = true
	}
	for i := min(b.commits, len(history)); i < len(history); i++ {
		a, now := history[i], b
		if i+2 < len(history) {
			now.keep = nil // nobody asks for the file of roots that do not stand any more, but to explain what came after
		}
		d, err := now.Distribute(ctx, r, source, core.Era(a.ToEra), 0, block)
		if err == nil && !has(a, d) && now.drafted(core.Era(a.ToEra)) {
			d, err = now.distribute(ctx, r, source, core.Era(a.ToEra), 0, block) // the draft may have had a wrong answer in it
		}
		if err != nil {
			return b, err
		}
		if !has(a, d) {
			return b, fmt.Errorf("rewards of set %d, eras %d to %d: the chain has roots %x and %x, recomputed are %s and %s",
				b.Set, a.FromEra, a.ToEra, a.OperatorsRoot, a.StakersRoot, d.Statement.OperatorsRoot, d.Statement.StakersRoot)
		}
		b.Balances, b.Next, b.File = d.Balances, core.Era(a.ToEra)+1, d.Statement.DistributionHash
		b.Roots = batch.PreviousRoots(d.Statement.OperatorsRoot, d.Statement.StakersRoot)
		b.commits++
	}
	return b, nil
}

func (b Books) distribute(ctx context.Context, r *chain.Roster, source Source, to, signing core.Era, block uint64) (d Distribution, err error) {
	set, from, previous, activated, keep := b.Set, b.Next, b.Roots, b.Balances, b.keep
	if keep == nil {
		keep = reward.Distribution.Hash
	}
	origin := reward.Origin{ChainID: r.ChainID, Router: core.Address(r.At.Router), Middleware: core.Address(r.At.Middleware),
		Set: set, FromEra: from, ToEra: to, PreviousRoots: previous}
	paying, err := reward.Open(origin, activated, Here())
	if err != nil {
		return d, err
	}
	err = Payouts(ctx, r, source, set, from, to, block, func(p reward.Payout) error {
		d.Payouts = append(d.Payouts, p.Summary())
		if b.Done != nil {
			defer b.Done(p.Era)
		}
		return paying.Pay(p)
	})
	if err != nil {
		return d, err
	}
	if d.Distribution, err = paying.Close(); err != nil {
		return d, err
	}
	GiveBack(d.Balances.Stakers.Len())
	// The file is hashed, and written where it is kept, while the trees are built.
	var hash core.Hash
	var building errgroup.Group
	building.Go(func() (err error) {
		hash, err = keep(d.Distribution)
		return err
	})
	building.Go(func() (err error) {
		d.Operators, d.Stakers, err = Trees(d.Distribution)
		return err
	})
	if err := building.Wait(); err != nil {
		return d, err
	}
	d.Statement = batch.Rewards{Set: set, Era: signing, FromEra: from, ToEra: to, PreviousRoots: previous,
		OperatorsRoot: d.Operators.Root(), StakersRoot: d.Stakers.Root(),
		OperatorsAmount: d.OperatorsAmount, StakersAmount: d.StakersAmount, DistributionHash: hash}
	return d, nil
}

// manyStakers is from how many stakers on it pays to give memory back.
const manyStakers = 100_000

// GiveBack gives memory back to the system when eras of many stakers are paid, and before their trees are built: what the
// eras had for each takes more than the trees will.
func GiveBack(stakers int) {
	if stakers > manyStakers {
		debug.FreeOSMemory()
	}
}

// Trees are the two trees whose leaves a distribution has.
func Trees(d reward.Distribution) (operators, stakers *merkle.ClaimTree, err error) {
	if operators, err = merkle.BuildClaimTree(d.Balances.Operators, Here()); err != nil {
		return nil, nil, err
	}
	stakers, err = merkle.BuildClaimTree(d.Balances.Stakers, Here())
	return operators, stakers, err
}

// CommitBinding returns a reward statement as the contracts take it.
func CommitBinding(s batch.Rewards) bindings.RewardCommit {
	return bindings.RewardCommit{FromEra: uint64(s.FromEra), ToEra: uint64(s.ToEra), PreviousRoots: s.PreviousRoots,
		OperatorsRoot: s.OperatorsRoot, StakersRoot: s.StakersRoot, OperatorsAmount: chain.Big(s.OperatorsAmount),
		StakersAmount: chain.Big(s.StakersAmount), DistributionHash: s.DistributionHash}
}

// CommitRewards posts a certified reward statement.
func (h Hand) CommitRewards(ctx context.Context, c executor.Committee, s batch.Rewards, signed executor.Signed) (*types.Receipt, error) {
	call, err := CommitRewardsCall(h.Roster.At, c, s, signed)
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, call)
}

// ActivateRewards pays a committed statement whose delay is over.
func (h Hand) ActivateRewards(ctx context.Context, s batch.Rewards) (*types.Receipt, error) {
	return h.Sender.Do(ctx, ActivateRewardsCall(h.Roster.At, s.Set, CommitBinding(s)))
}

var operatorRewards = bindings.NewDefaultOperatorRewards()

// Claim takes what a tree gives the account, all eras at once, at one of the set's two reward contracts.
func (h Hand) Claim(ctx context.Context, contract common.Address, tree *merkle.ClaimTree) (*types.Receipt, error) {
	claim, proof, err := tree.Prove(core.Address(h.Sender.From()))
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, ClaimCall(h.Roster.At, contract, claim, proof))
}

// ClaimCall takes all that a claim is about at one of a set's two reward contracts, for the claim's account, which must
// send it.
func ClaimCall(at chain.Addresses, contract common.Address, c merkle.Claim, proof []core.Hash) chain.Call {
	path := make([][32]byte, len(proof))
	for i, p := range proof {
		path[i] = p
	}
	return chain.To(contract, operatorRewards.PackClaimRewards(common.Address(c.Account), at.Middleware, at.Token, chain.Big(c.Amount), path))
}
