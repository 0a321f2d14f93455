package fleet

import (
	"context"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// betray has one Executor of the first era sign two batches of one number. Every node that is alive sees it and keeps
// the evidence, as it would from the network's gossip.
func (f *Fleet) betray(ctx context.Context) error {
	block := f.Head().Number.Uint64()
	if f.betrayed != nil || !f.mayBetray {
		return nil
	}
	e, active, err := f.Roster.ActiveEra(ctx, f.set, block)
	if err != nil || !active {
		return err
	}
	standing, stands, err := f.Roster.Standing(ctx, f.set, e, block)
	if err != nil || !stands || f.Now() < f.Roster.Times.ActiveAt(e, standing.PostedAt)+10 {
		return err
	}
	committee, err := f.Committee(ctx, standing)
	if err != nil {
		return err
	}
	place := int(f.Seed) % len(standing.Entries)
	if f.traitor != (core.Address{}) {
		if place = standing.IndexOf(f.traitor); place < 0 {
			return nil
		}
	}
	team := devnet.Team{}
	for _, o := range f.team {
		team[o.Address()] = o
	}
	const number = 1 << 40 // of a batch that nobody will ever commit
	hashes := [2]core.Hash{{1}, {2}}
	var signed [2]executor.Signed
	for i, hash := range hashes {
		digest := batch.Statement{Set: f.set, Era: e, Number: number, BatchHash: hash}.Digest(f.Roster.Domain())
		if signed[i], err = devnet.Signed(committee, digest, team.SignOnly(committee, digest, place)); err != nil {
			return err
		}
	}
	kept := false
	for _, m := range f.nodes {
		if m.node == nil || m.endpoint.fault == dead {
			continue
		}
		if err := m.node.Accuse(ctx, engine.EvidenceOf(committee, number, hashes, signed)); err == nil {
			kept = true
		}
	}
	if kept {
		f.betrayed = &slash.Offence{Set: f.set, Operator: standing.Entries[place].Operator, Era: e, Kind: slash.Equivocation}
		f.say("%s signs two batches of one number in era %d", f.betrayed.Operator, e)
	}
	return nil
}

// checkSlash checks that the equivocation was reported, and that its slash was executed in every vault that counted.
func (f *Fleet) checkSlash(ctx context.Context, block uint64) (all []error) {
	if f.betrayed == nil {
		return nil
	}
	cases, err := f.Roster.Cases(ctx, *f.betrayed, 1, block)
	if err != nil {
		return []error{err}
	}
	if len(cases) == 0 {
		return []error{fmt.Errorf("no vault counted for %s", f.betrayed.Operator)}
	}
	for _, c := range cases {
		if c.ExecutedAt == 0 {
			all = append(all, fmt.Errorf("%v: not executed (requested at %d, slashable %s)", c, c.RequestedAt, c.Slashable.Dec()))
			continue
		}
		f.stats.Slashes++
	}
	return all
}
