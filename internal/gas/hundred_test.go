package gas

import (
	"context"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// executors is how many a full set has here.
const executors = 100

// tenth are the absent places of ten in a hundred: as far from each other as they can be, so that their multiproof
// is the longest.
var tenth = []int{5, 15, 25, 35, 45, 55, 65, 75, 85, 95}

// hundred is the world of a set of a hundred Executors behind one vault.
type hundred struct {
	world
	term    devnet.Term       // of the newest era
	claimer engine.Hand       // has no wVARA at first
	paid    batch.Rewards     // the newest statement
	stakers *merkle.ClaimTree // and its stakers' tree
}

func newHundred(fork devnet.Fork) *story {
	h := &hundred{world: world{fork: fork}}
	h.name = "a hundred Executors"
	h.steps = []func(context.Context) error{
		h.setUp, h.deploy, h.register, h.firstEra, h.secondEra, h.firstRewards, h.thirdEra, h.secondRewards,
		h.equivocations, h.soleBond, h.wrongAggregate, h.paidBatches,
	}
	return &h.story
}

func (h *hundred) setUp(ctx context.Context) error {
	if err := h.found(ctx, executors+20); err != nil {
		return err
	}
	h.claimer = h.NewHand()
	v, err := h.openVault(ctx, 1_234_567)
	if err != nil {
		return err
	}
	for i := range uint64(executors) {
		if _, _, err := h.join(ctx, 1_234_567_891_234+1_000_000_007*i, v); err != nil {
			return err
		}
	}
	return h.AdvanceTo(forkTime)
}

func (h *hundred) register(ctx context.Context) error {
	_, receipt, err := h.join(ctx, 0) // linked to nothing: never elected
	if err != nil {
		return err
	}
	h.record("register", receipt.GasUsed)
	return nil
}

func (h *hundred) firstEra(ctx context.Context) error {
	t, receipt, err := h.propose(ctx, 0)
	if err != nil {
		return err
	}
	h.record("propose.100.first", receipt.GasUsed)
	h.term = t
	if err := h.Activate(t); err != nil {
		return err
	}
	_, err = h.commit(ctx, t)
	return err
}

func (h *hundred) secondEra(ctx context.Context) error {
	t, receipt, err := h.propose(ctx, 1)
	if err != nil {
		return err
	}
	h.record("propose.100", receipt.GasUsed)
	h.term = t
	if err := h.Activate(t); err != nil {
		return err
	}
	if receipt, err = h.commit(ctx, t); err != nil {
		return err
	}
	h.record("certificate.100.all", receipt.GasUsed)
	if receipt, err = h.commit(ctx, t, tenth...); err != nil {
		return err
	}
	h.record("certificate.100.absent10", receipt.GasUsed)
	return nil
}

func (h *hundred) thirdEra(ctx context.Context) error {
	t, _, err := h.propose(ctx, 2)
	if err != nil {
		return err
	}
	h.term = t
	return h.Activate(t)
}

// equivocations reports two Executors: one when everyone signed both batches, one when the second batch is signed
// by the accused alone.
func (h *hundred) equivocations(ctx context.Context) error {
	gas, err := h.confirm(ctx, h.term)
	if err != nil {
		return err
	}
	h.record("confirm.100", gas)
	if gas, err = h.report(ctx, h.term, 41, nil); err != nil {
		return err
	}
	h.record("report.equivocation", gas)
	alone := slices.DeleteFunc(indices(executors), func(i int) bool { return i == 42 })
	if gas, err = h.report(ctx, h.term, 42, alone); err != nil {
		return err
	}
	h.record("report.equivocation.alone", gas)
	return nil
}

// soleBond proposes when every earlier bond is back with its owner.
func (h *hundred) soleBond(ctx context.Context) error {
	for e := core.Era(0); e <= 2; e++ {
		if _, err := h.proposer.Release(ctx, h.set, e); err != nil {
			return err
		}
	}
	t, receipt, err := h.propose(ctx, 3)
	if err != nil {
		return err
	}
	h.record("propose.100.soleBond", receipt.GasUsed)
	h.term = t
	return h.Activate(t)
}

// wrongAggregate proposes an era's right list with the wrong sum of keys, and challenges it.
func (h *hundred) wrongAggregate(ctx context.Context) error {
	d, err := h.decide(ctx, 4)
	if err != nil {
		return err
	}
	right := d.Aggregate
	if d.Aggregate, err = engine.Aggregate(d.Result.Executors[1:], d.Registered); err != nil {
		return err
	}
	p, err := d.Proposal()
	if err != nil {
		return err
	}
	if _, err := h.proposer.Propose(ctx, h.set, 4, p); err != nil {
		return err
	}
	d.Aggregate = right
	standing, _, err := h.Roster.Standing(ctx, h.set, 4, h.Block())
	if err != nil {
		return err
	}
	found, err := engine.Audit(standing, d)
	if err != nil {
		return err
	}
	receipt, err := h.watcher.Challenge(ctx, standing, found[0], d, engine.NoProposal())
	if err != nil {
		return err
	}
	h.record("challenge.aggregate.100", receipt.GasUsed)
	return nil
}

// paidBatches announces a reward for batches and measures a certificate in the first era that it counts for.
func (h *hundred) paidBatches(ctx context.Context) error {
	if _, err := devnet.Do(ctx, h.Owner, h.Roster.At.Middleware,
		middleware.PackAnnounceParameters(chain.Number(h.set), parameters(1))); err != nil {
		return err
	}
	from, _, _ := h.Roster.Times.Effective(h.Now())
	t, _, err := h.propose(ctx, from)
	if err != nil {
		return err
	}
	if err := h.Activate(t); err != nil {
		return err
	}
	for range 2 { // the second is the steady state
		receipt, err := h.commit(ctx, t)
		if err != nil {
			return err
		}
		h.record("certificate.100.paid", receipt.GasUsed)
	}
	return nil
}

// indices are 0 to n-1.
func indices(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
