package executor

import (
	"context"
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/internal/chain"
)

// Ledger keeps what a machine computed.
type Ledger interface {
	Object(ctx context.Context, name core.Hash) ([]byte, error)
	LastBatch(ctx context.Context, set core.SetID) (program.Computed, bool, error)
	PutBatch(ctx context.Context, c program.Computed, objects map[core.Hash][]byte) error
}

// Machine computes a set's batches from the chain, one after the other. What it keeps in memory it can take from its
// ledger again; if the process dies, the next one goes on after the last batch that is there.
type Machine struct {
	Roster *chain.Roster
	Set    core.SetID
	Ledger Ledger
	Runner program.Runner

	objects  objects
	state    *program.State // as of last; nil: to be opened
	limits   program.Limits
	last     program.Computed
	lastHash core.Hash
	examined uint64 // the interval up to which everything is known
	codes    map[core.Hash][]byte
}

// mostBlocks is how many blocks are looked at in one go.
const mostBlocks = 2000

// Reached reports whether every batch is computed that ends at or before a block.
func (m *Machine) Reached(block uint64) bool {
	return m.state != nil && m.examined >= m.Roster.Intervals.Newest(block)
}

// Advance computes every batch that ends at or before a final block, and hands each to see. An error leaves what was
// computed before it.
func (m *Machine) Advance(ctx context.Context, final uint64, see func(program.Computed)) error {
	m.objects.ctx = ctx
	if err := m.open(ctx, final); err != nil {
		return err
	}
	newest := m.Roster.Intervals.Newest(final)
	if m.examined >= newest {
		return nil
	}
	tenure, err := m.Roster.Tenure(ctx, m.Set, final)
	if err != nil {
		return err
	}
	for m.examined < newest {
		to := min(newest, m.examined+max(mostBlocks/m.Roster.Intervals.Blocks, 1))
		if err := m.stretch(ctx, tenure, to, see); err != nil {
			m.state = nil // it may be half way
			return err
		}
	}
	return nil
}

func (m *Machine) open(ctx context.Context, final uint64) error {
	if m.state != nil {
		return nil
	}
	last, any, err := m.Ledger.LastBatch(ctx, m.Set)
	if err != nil {
		return err
	}
	hash := last.Hash()
	if !any { // a set that goes on from a dead one takes over its count, and has no programs
		if last.Number, hash, err = m.Roster.StartOf(ctx, m.Set, final); err != nil {
			return err
		}
	}
	m.objects.Ledger = m.Ledger
	if m.limits.BatchGas, err = m.Roster.BatchGas(ctx); err != nil {
		return err
	}
	m.state, err = program.Open(&m.objects, last.StateRoot)
	if err != nil {
		return fmt.Errorf("open the state of set %d after batch %d: %w", m.Set, last.Number, err)
	}
	m.last, m.lastHash, m.examined = last, hash, last.Number
	return nil
}

// objects is a ledger with the context of the call that is on.
type objects struct {
	ctx context.Context
	Ledger
}

func (o *objects) Object(name core.Hash) ([]byte, error) { return o.Ledger.Object(o.ctx, name) }

// stretch goes through the intervals up to one.
func (m *Machine) stretch(ctx context.Context, tenure chain.Tenure, to uint64, see func(program.Computed)) error {
	intervals := m.Roster.Intervals
	from := intervals.End(m.last.Number)
	happened, err := m.Roster.ProgramEvents(ctx, max(intervals.End(m.examined), from)+1, intervals.End(to))
	if err != nil {
		return err
	}
	for k := m.examined + 1; k <= to; k++ {
		end := intervals.End(k)
		var events []program.Event
		for len(happened) > 0 && happened[0].Block <= end {
			e, ours, err := m.event(ctx, happened[0])
			if err != nil {
				return err
			}
			if ours {
				events = append(events, e)
			}
			happened = happened[1:]
		}
		gives, err := m.gives(ctx, tenure, k, len(events) > 0)
		if err != nil {
			return err
		}
		if gives {
			c, err := m.compute(ctx, k, events)
			if err != nil {
				return fmt.Errorf("batch %d of set %d: %w", k, m.Set, err)
			}
			see(c)
		}
		m.examined = k
	}
	return nil
}

// gives is whether an interval gives a batch: something happened, something is left over or due, or another set is
// active at its end than at its beginning (protocol §6).
func (m *Machine) gives(ctx context.Context, tenure chain.Tenure, k uint64, happened bool) (bool, error) {
	end := m.Roster.Intervals.End(k)
	due, waits := m.state.NextDue()
	if happened || m.state.QueueLength() > 0 || waits && due <= end {
		return true, nil
	}
	var eras [2]core.Era
	var active [2]bool
	for i, block := range []uint64{m.Roster.Intervals.End(k - 1), end} {
		at, err := m.Roster.TimeOf(ctx, block)
		if err != nil {
			return false, err
		}
		eras[i], active[i] = tenure.ActiveAt(block, at)
	}
	return eras != [2]core.Era{eras[0], eras[0]} || active[0] != active[1], nil
}

// compute makes the batch of an interval and stores it.
func (m *Machine) compute(ctx context.Context, k uint64, events []program.Event) (program.Computed, error) {
	c := program.Computed{Batch: batch.Batch{Set: m.Set, Number: k, EndBlock: m.Roster.Intervals.End(k)}, Previous: m.last.Number}
	if m.last.Number > 0 {
		c.PreviousHash = m.lastHash
	}
	header, err := m.Roster.Client.HeaderByNumber(ctx, chain.Number(c.EndBlock))
	if err != nil {
		return c, fmt.Errorf("read block %d: %w", c.EndBlock, err)
	}
	c.EndBlockHash = core.Hash(header.Hash())
	c.Result, err = m.state.Batch(program.Block{Number: c.EndBlock, Time: core.Time(header.Time)}, events,
		m.limits, m.Runner)
	if err != nil {
		return c, err
	}
	root, made, err := m.state.Save()
	if err != nil {
		return c, err
	}
	c.StateRoot, c.MessagesRoot = root, program.MessagesRoot(m.Set, k, c.Outgoing)
	if err := m.Ledger.PutBatch(ctx, c, made); err != nil {
		return c, err
	}
	m.last, m.lastHash = c, c.Hash()
	m.last.Outgoing = nil
	return c, nil
}

// event makes an event of the chain one of the set's; false: it is another set's.
func (m *Machine) event(ctx context.Context, e chain.ProgramEvent) (program.Event, bool, error) {
	switch {
	case e.Created != nil && e.Created.Set == m.Set:
		code, err := m.code(ctx, e.Created.CodeID, e.Block)
		if err != nil {
			return program.Event{}, false, err
		}
		return program.Event{Created: &program.Created{Program: e.Created.Program, CodeID: e.Created.CodeID, Code: code,
			Creator: e.Created.Creator, Payload: e.Created.Init, Value: e.Created.Value}}, true, nil
	case e.Message != nil && e.Message.Set == m.Set:
		x := e.Message
		return program.Event{Message: &program.Message{Program: x.Program, Sender: x.Sender, Nonce: x.Nonce, Payload: x.Payload,
			Value: x.Value}}, true, nil
	case e.Reply != nil && e.Reply.Set == m.Set:
		x := e.Reply
		return program.Event{Replied: &program.Replied{Program: x.Program, Sender: x.Sender, To: x.RepliedTo, Payload: x.Payload,
			Value: x.Value}}, true, nil
	}
	return program.Event{}, false, nil
}

// code is that of a program which an event created: the contract has seen it whole.
func (m *Machine) code(ctx context.Context, id core.Hash, block uint64) ([]byte, error) {
	if code, known := m.codes[id]; known {
		return code, nil
	}
	code, found, err := m.Roster.Code(ctx, id, block)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, &chain.Error{Kind: chain.Retry, Err: fmt.Errorf("code %s, of which a program was created by block %d: its upload is not there", id, block)}
	}
	if len(m.codes) >= 64 || m.codes == nil {
		m.codes = map[core.Hash][]byte{}
	}
	m.codes[id] = code
	return code, nil
}

// Memory is a ledger that is gone with the process: for a judge, who computes everything again.
type Memory struct {
	Batches []program.Computed
	objects map[core.Hash][]byte
}

var errNoObject = errors.New("no such object")

// Object implements Ledger.
func (l *Memory) Object(_ context.Context, name core.Hash) ([]byte, error) {
	data, known := l.objects[name]
	if !known {
		return nil, fmt.Errorf("%w: %s", errNoObject, name)
	}
	return data, nil
}

// LastBatch implements Ledger.
func (l *Memory) LastBatch(context.Context, core.SetID) (program.Computed, bool, error) {
	if len(l.Batches) == 0 {
		return program.Computed{}, false, nil
	}
	return l.Batches[len(l.Batches)-1], true, nil
}

// PutObjects implements SyncLedger.
func (l *Memory) PutObjects(_ context.Context, objects map[core.Hash][]byte) error {
	if l.objects == nil {
		l.objects = map[core.Hash][]byte{}
	}
	for name, data := range objects {
		l.objects[name] = data
	}
	return nil
}

// PutBatch implements Ledger.
func (l *Memory) PutBatch(ctx context.Context, c program.Computed, objects map[core.Hash][]byte) error {
	l.Batches = append(l.Batches, c)
	return l.PutObjects(ctx, objects)
}
