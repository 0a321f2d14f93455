package api

import (
	"bytes"
	"context"
	"encoding/hex"
	"slices"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

func (s *Server) programs(ctx context.Context, m *moment, in *OfSetPaged) (client.Programs, error) {
	out := client.Programs{AsOf: m.asOf(), Items: []client.Program{}}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	all, err := m.Roster.ProgramsOf(ctx, in.Set, m.final())
	if err != nil {
		return out, err
	}
	slices.SortFunc(all, func(a, b chain.CreatedProgram) int { return bytes.Compare(a.Program[:], b.Program[:]) })
	from := 0
	if in.Cursor != "" {
		after, err := hex.DecodeString(in.Cursor)
		if err != nil || len(after) != len(core.Hash{}) {
			return out, badRequest("cursor %q: want the next of a page", in.Cursor)
		}
		for from < len(all) && bytes.Compare(all[from].Program[:], after) <= 0 {
			from++
		}
	}
	to := min(len(all), from+in.Limit)
	if to < len(all) {
		last := all[to-1].Program
		out.Next = hex.EncodeToString(last[:])
	}
	state, err := m.state(ctx, in.Set, &out)
	if err != nil {
		return out, err
	}
	for _, c := range all[from:to] {
		one := client.Program{Program: c.Program, CodeID: c.CodeID, Creator: c.Creator, Block: c.Block, Status: "unknown"}
		if state != nil {
			p, err := state.Program(c.Program)
			if err != nil {
				return out, err
			}
			if p != nil {
				_, pages := p.Memory()
				one.Status, one.Balance, one.Pages = p.Status.String(), client.Amount(p.Balance), len(pages)
			}
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

// state is what the newest computed batch left; nil when this node runs no programs, or has run none yet.
func (m *moment) state(ctx context.Context, set core.SetID, out *client.Programs) (*program.State, error) {
	last, any, err := m.Store.LastBatch(ctx, set)
	if err != nil || !any {
		return nil, err
	}
	out.Computed, out.Batch = true, last.Number
	return program.Open(objects{ctx, m.Store}, last.StateRoot)
}

// objects are those that the node's store has.
type objects struct {
	ctx   context.Context
	store *store.Store
}

func (o objects) Object(name core.Hash) ([]byte, error) { return o.store.Object(o.ctx, name) }
