package gas

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// checkpoints is how many of a history there are since the capture, where there are any.
const checkpoints = 50

// shares are what every operator has at first, in every vault it is linked to.
const shares = 1_234_567_891_234

// sixteen is the world of a set of four behind sixteen vaults.
type sixteen struct {
	world
	vaults []devnet.Vault
	// Linked to the first three vaults, to all, and to all; the last one's shares change.
	three, all, other *devnet.Operator
}

func newSixteen(fork devnet.Fork) *story {
	s := &sixteen{world: world{fork: fork}}
	s.name = "sixteen vaults"
	s.steps = []func(context.Context) error{s.setUp, s.quiet, s.normal, s.busy, s.equivocation}
	return &s.story
}

func (s *sixteen) setUp(ctx context.Context) error {
	if err := s.found(ctx, 20); err != nil {
		return err
	}
	for i := range uint64(16) {
		v, err := s.openVault(ctx, 100_003+i)
		if err != nil {
			return err
		}
		s.vaults = append(s.vaults, v)
	}
	var fourth *devnet.Operator
	for _, o := range []struct {
		into   **devnet.Operator
		linked int
	}{{&s.three, 3}, {&s.all, 16}, {&s.other, 16}, {&fourth, 1}} {
		var err error
		if *o.into, _, err = s.join(ctx, shares, s.vaults[:o.linked]...); err != nil {
			return err
		}
	}
	return s.AdvanceTo(forkTime)
}

func (s *sixteen) quiet(ctx context.Context) error { return s.challenges(ctx, 0, ".quiet") }

func (s *sixteen) normal(ctx context.Context) error {
	if err := s.grow(ctx, 1, false); err != nil {
		return err
	}
	return s.challenges(ctx, 1, "")
}

func (s *sixteen) busy(ctx context.Context) error {
	if err := s.grow(ctx, 2, true); err != nil {
		return err
	}
	return s.challenges(ctx, 2, ".busy")
}

// grow adds checkpoints in every vault, one a second from the capture of an era on: of its stake and of all shares
// together, and, when busy, of the network's limit and of the challenged operators' own shares.
func (s *sixteen) grow(ctx context.Context, e core.Era, busy bool) error {
	if err := s.AdvanceTo(s.Roster.Times.Capture(e)); err != nil {
		return err
	}
	for round := range uint64(checkpoints) {
		var b bulk
		for i, v := range s.vaults {
			s.deposit(ctx, &b, v)
			s.delegate(ctx, &b, v, s.other, uint64(e)*checkpoints+round)
			if !busy {
				continue
			}
			s.limit(ctx, &b, v, round)
			s.delegate(ctx, &b, v, s.all, round)
			if i < 3 {
				s.delegate(ctx, &b, v, s.three, round)
			}
		}
		if err := b.wait(ctx); err != nil {
			return fmt.Errorf("add checkpoint %d: %w", round, err)
		}
	}
	return nil
}

func (s *sixteen) deposit(ctx context.Context, b *bulk, v devnet.Vault) {
	b.send(ctx, s.staker, v.Address, vaults.PackDeposit(s.staker.Sender.From(), chain.Big(vara(1))))
}

func (s *sixteen) delegate(ctx context.Context, b *bulk, v devnet.Vault, o *devnet.Operator, round uint64) {
	amount := chain.Big(*uint256.NewInt(shares + 1_000_000_007*(round+1)))
	b.send(ctx, s.curator, v.Delegator,
		delegator.PackSetOperatorNetworkShares(s.Roster.Subnetwork(s.set), o.Sender.From(), amount))
}

func (s *sixteen) limit(ctx context.Context, b *bulk, v devnet.Vault, round uint64) {
	amount := chain.Big(vara(9_000_000 - round))
	b.send(ctx, s.curator, v.Delegator, delegator.PackSetNetworkLimit(s.Roster.Subnetwork(s.set), amount))
}

// challenges measures one over three vaults and one over sixteen, of wrong lists for an era.
func (s *sixteen) challenges(ctx context.Context, e core.Era, kind string) error {
	d, err := s.decide(ctx, e)
	if err != nil {
		return err
	}
	gas, err := s.challenge(ctx, d, s.three.Address())
	if err != nil {
		return err
	}
	s.record("challenge.entry.3vaults"+kind, gas)
	if gas, err = s.challenge(ctx, d, s.all.Address()); err != nil {
		return err
	}
	s.record("challenge.entry.16vaults"+kind, gas)
	return nil
}

// challenge posts a list in which this operator has a base unit too much, among others that do not exist, and
// returns the gas of proving it.
func (s *sixteen) challenge(ctx context.Context, d engine.Decision, operator core.Address) (uint64, error) {
	i := slices.IndexFunc(d.Result.Executors, func(e merkle.Entry) bool { return e.Operator == operator })
	if i < 0 {
		return 0, fmt.Errorf("operator %s was not elected", operator)
	}
	wrong := d.Result.Executors[i]
	wrong.Weight.AddUint64(&wrong.Weight, 1)
	p, err := engine.ProposalOf(d.Draw.Seed, crowd(wrong), d.Aggregate)
	if err != nil {
		return 0, err
	}
	e := d.Snapshot.Era
	if _, err := s.proposer.Propose(ctx, s.set, e, p); err != nil {
		return 0, err
	}
	standing, _, err := s.Roster.Standing(ctx, s.set, e, s.Block())
	if err != nil {
		return 0, err
	}
	c := election.Challenge{Kind: election.ChallengeEntry, Index: standing.IndexOf(operator)}
	receipt, err := s.watcher.Challenge(ctx, standing, c, d, engine.NoProposal())
	if err != nil {
		return 0, err
	}
	return receipt.GasUsed, nil
}

// crowd is a list of a hundred entries with this one in the middle.
func crowd(middle merkle.Entry) []merkle.Entry {
	const step = 1_000_003
	list := make([]merkle.Entry, executors)
	for i := range list {
		hash := core.Keccak(binary.BigEndian.AppendUint64(nil, uint64(i)))
		list[i] = merkle.Entry{Operator: core.Address(hash[:20]), KeyHash: hash}
		list[i].Weight.AddUint64(&middle.Weight, uint64(step*(executors-i)))
		list[i].Weight.SubUint64(&list[i].Weight, step*executors/2)
	}
	list[executors/2] = middle
	return list
}

// equivocation reports one of four, all of whom signed both batches.
func (s *sixteen) equivocation(ctx context.Context) error {
	t, _, err := s.propose(ctx, 3)
	if err != nil {
		return err
	}
	if err := s.Activate(t); err != nil {
		return err
	}
	gas, err := s.confirm(ctx, t)
	if err != nil {
		return err
	}
	s.record("confirm.4", gas)
	if gas, err = s.report(ctx, t, 1, nil); err != nil {
		return err
	}
	s.record("report.equivocation.of4", gas)
	return nil
}
