package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
	"github.com/gear-tech/roster/internal/wasm"
)

// reader collects facts at one block.
type reader struct {
	*chain.Roster
	block uint64
	now   core.Time
	gas   map[common.Hash]uint64
}

// readFacts reads everything at the newest block.
func readFacts(ctx context.Context, r *chain.Roster) (facts, error) {
	block, now, err := r.Head(ctx)
	if err != nil {
		return facts{}, err
	}
	rd := reader{r, block, now, map[common.Hash]uint64{}}
	count, err := r.SetCount(ctx, block)
	if err != nil {
		return facts{}, err
	}
	var f facts
	for id := range count {
		one, err := rd.set(ctx, id)
		if err != nil {
			return f, fmt.Errorf("read set %d: %w", id, err)
		}
		f.sets = append(f.sets, one)
		vaults, err := rd.vaults(ctx, id)
		if err != nil {
			return f, fmt.Errorf("read the vaults of set %d: %w", id, err)
		}
		f.vaults = append(f.vaults, vaults...)
	}
	return f, rd.tokens(ctx, &f)
}

func (r reader) tokens(ctx context.Context, f *facts) (err error) {
	if f.supply, err = r.TotalSupply(ctx, r.block); err != nil {
		return err
	}
	for _, one := range []struct {
		at   common.Address
		into *core.Amount
	}{{devnet.Burner, &f.burner}, {r.At.Rewards, &f.rewards}, {r.At.Router, &f.router}} {
		if *one.into, err = r.BalanceAt(ctx, one.at, r.block); err != nil {
			return err
		}
	}
	holders, err := r.Holders(ctx, r.block)
	if err != nil {
		return err
	}
	for _, h := range holders {
		balance, err := r.BalanceAt(ctx, h, r.block)
		if err != nil {
			return err
		}
		f.holders.Add(&f.holders, &balance)
	}
	return nil
}

func (r reader) set(ctx context.Context, id core.SetID) (f setFacts, err error) {
	f.id = id
	if f.bonds, err = r.BondsOf(ctx, id, r.block); err != nil {
		return f, err
	}
	if f.elections, err = r.elections(ctx, id, f.bonds); err != nil {
		return f, err
	}
	if f.batches, err = r.batches(ctx, id); err != nil {
		return f, err
	}
	if f.rewards, err = r.activated(ctx, id); err != nil {
		return f, err
	}
	if f.contracts, err = r.contracts(ctx, id, f.rewards); err != nil {
		return f, err
	}
	if f.pot, err = r.PotOf(ctx, id, r.block); err != nil {
		return f, err
	}
	f.slashes, err = r.slashes(ctx, id)
	return f, err
}

// elections are those of every era that was sealed.
func (r reader) elections(ctx context.Context, id core.SetID, bonds []chain.Bond) (list []electionFacts, err error) {
	for e := core.Era(0); ; e++ {
		seed, err := r.Seed(ctx, e, r.block)
		if err != nil || seed.IsZero() {
			return list, err
		}
		f := electionFacts{capture: r.Times.Capture(e)}
		d, err := engine.Decide(ctx, r.Roster, id, e, r.block)
		if err != nil {
			return list, err
		}
		f.right, f.aggregate = d.Result, batch.KeyHash(d.Aggregate)
		if f.standing, f.stands, err = r.Standing(ctx, id, e, r.block); err != nil {
			return list, err
		}
		f.active = f.stands && r.Times.ActiveAt(e, f.standing.PostedAt) <= r.now
		for _, b := range bonds {
			if b.Era != e {
				continue
			}
			if b.Discarded {
				f.discarded++
			} else if f.gas, err = r.gasOf(ctx, b.Tx); err != nil {
				return list, err
			}
		}
		list = append(list, f)
	}
}

func (r reader) batches(ctx context.Context, id core.SetID) ([]batchFacts, error) {
	all, err := r.Batches(ctx, id, r.block)
	if err != nil {
		return nil, err
	}
	right, err := r.computed(ctx, id)
	if err != nil {
		return nil, err
	}
	list := make([]batchFacts, len(all))
	for i, b := range all {
		list[i].Committed, list[i].right = b, right[b.Batch.Number]
		if list[i].Gas, err = r.gasOf(ctx, b.Tx); err != nil {
			return nil, err
		}
		standing, _, err := r.Standing(ctx, id, b.Era, r.block)
		if err != nil {
			return nil, err
		}
		list[i].weights = weights(standing.Entries)
		if list[i].ejected, _, err = r.Ejections(ctx, id, b.Era, b.Block); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// computed runs a set's programs from the first block on, and returns the batches' hashes by number.
func (r reader) computed(ctx context.Context, id core.SetID) (map[uint64]core.Hash, error) {
	runner, err := wasm.NewRunner()
	if err != nil {
		return nil, err
	}
	defer runner.Close()
	hashes := map[uint64]core.Hash{}
	m := &executor.Machine{Roster: r.Roster, Set: id, Ledger: &executor.Memory{}, Runner: runner}
	return hashes, m.Advance(ctx, r.block, func(c program.Computed) { hashes[c.Number] = c.Hash() })
}

func (r reader) activated(ctx context.Context, id core.SetID) ([]rewardFacts, error) {
	activated, err := r.RewardsActivatedOf(ctx, id, r.block)
	if err != nil {
		return nil, err
	}
	right, err := engine.Recomputed(ctx, r.Roster, id, r.block)
	if err != nil {
		return nil, err
	}
	list := make([]rewardFacts, len(activated))
	for i := range activated {
		list[i] = rewardFacts{activated[i], right[i]}
	}
	return list, nil
}

// contracts are the set's two reward contracts: operators', stakers'.
func (r reader) contracts(ctx context.Context, id core.SetID, rewards []rewardFacts) ([]contractFacts, error) {
	at, err := r.RewardContractsOf(ctx, id, r.block)
	if err != nil {
		return nil, err
	}
	list := []contractFacts{{at: at.Operators}, {at: at.Stakers}}
	if len(rewards) > 0 {
		last := rewards[len(rewards)-1].right.Balances
		list[0].leaves, list[1].leaves = slices.Collect(last.Operators.All()), slices.Collect(last.Stakers.All())
	}
	for i := range list {
		if err := r.contract(ctx, &list[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r reader) contract(ctx context.Context, c *contractFacts) (err error) {
	if c.paidIn, err = r.PaidIn(ctx, c.at, r.block); err != nil {
		return err
	}
	if c.balance, err = r.BalanceAt(ctx, c.at, r.block); err != nil {
		return err
	}
	claims, err := r.ClaimsAt(ctx, c.at, r.block)
	if err != nil {
		return err
	}
	c.claimed = map[core.Address]core.Amount{}
	for _, one := range claims {
		f := claimFacts{account: core.Address(one.Claimer), amount: chain.Amount(one.Amount)}
		if f.gas, err = r.gasOf(ctx, one.Raw.TxHash); err != nil {
			return err
		}
		c.claims = append(c.claims, f)
		if c.claimed[f.account], err = r.ClaimedBy(ctx, c.at, f.account, r.block); err != nil {
			return err
		}
	}
	return nil
}

func (r reader) slashes(ctx context.Context, id core.SetID) ([]slashFacts, error) {
	cases, _, err := engine.Cases(ctx, r.Roster, id, r.block, nil)
	if err != nil {
		return nil, err
	}
	requested, executed, err := r.SlashesOf(ctx, id, r.block)
	if err != nil {
		return nil, err
	}
	list := make([]slashFacts, len(cases))
	for i, c := range cases {
		f := slashFacts{Case: c, status: c.Status(r.Times, r.now)}
		for _, q := range requested {
			if sameCase(c, q.Operator, q.Vault, q.Era, q.Kind) {
				f.requested = chain.Amount(q.Amount)
			}
		}
		for _, x := range executed {
			if sameCase(c, x.Operator, x.Vault, x.Era, x.Kind) {
				f.taken, f.bounty, f.tx = chain.Amount(x.Taken), chain.Amount(x.Bounty), x.Raw.TxHash
			}
		}
		left, err := r.VaultSlashes(ctx, common.Address(c.Vault), r.block)
		if err != nil {
			return nil, err
		}
		for _, l := range left {
			if l.Raw.TxHash == f.tx {
				f.onSlash = chain.Amount(l.SlashedAmount)
			}
		}
		list[i] = f
	}
	return list, nil
}

func sameCase(c slash.Case, operator, vault common.Address, e uint64, kind uint8) bool {
	return core.Address(operator) == c.Operator && core.Address(vault) == c.Vault && core.Era(e) == c.Era && slash.Kind(kind) == c.Kind
}

func (r reader) vaults(ctx context.Context, id core.SetID) ([]vaultFacts, error) {
	enrolled, err := r.EnrolledIn(ctx, id, r.block)
	if err != nil {
		return nil, err
	}
	list := make([]vaultFacts, len(enrolled))
	for i, v := range enrolled {
		list[i].at = core.Address(v)
		if list[i].balance, err = r.BalanceAt(ctx, v, r.block); err != nil {
			return nil, err
		}
		if list[i].flow, err = r.FlowOf(ctx, v, r.block); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// gasOf returns what a transaction used.
func (r reader) gasOf(ctx context.Context, tx common.Hash) (uint64, error) {
	if gas, known := r.gas[tx]; known {
		return gas, nil
	}
	receipt, err := r.Client.TransactionReceipt(ctx, tx)
	if err != nil {
		return 0, fmt.Errorf("read the receipt of %v: %w", tx, err)
	}
	r.gas[tx] = receipt.GasUsed
	return receipt.GasUsed, nil
}
