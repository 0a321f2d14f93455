package program

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// Limits are a network's.
type Limits struct {
	// BatchGas is what a batch uses before it leaves the rest of the queue to the next one (protocol §6, batchGas).
	BatchGas uint64
}

// MessageGas is what a message from the chain, and everything that follows from it, may use.
func (l Limits) MessageGas() uint64 { return l.BatchGas / 10 }

// Block is the last of a batch's interval.
type Block struct {
	Number uint64
	Time   core.Time
}

// Event is what happened on chain to a set's programs: exactly one of the three.
type Event struct {
	Created *Created
	Message *Message
	Replied *Replied
}

// Created is ProgramCreated.
type Created struct {
	Program, CodeID core.Hash
	Code            []byte // of CodeID
	Creator         core.Address
	Payload         []byte
	Value           core.Amount
}

// Message is MessageSent.
type Message struct {
	Program core.Hash
	Sender  core.Address
	Nonce   uint64
	Payload []byte
	Value   core.Amount
}

// Replied is ReplySent: to a message that the program sent to an account, which was committed and not answered before.
type Replied struct {
	Program core.Hash
	Sender  core.Address
	To      core.Hash
	Payload []byte
	Value   core.Amount
}

// Outgoing is a message to an account, which Programs delivers or pays out.
type Outgoing struct {
	ID      core.Hash
	Program core.Hash
	To      core.Address
	ReplyTo core.Hash // zero: it answers nothing
	Code    ReplyCode
	Value   core.Amount
	Payload []byte
}

// Result is what a batch did, besides changing the state.
type Result struct {
	Outgoing []Outgoing
	// Ran is how many messages were run, Gas what they took.
	Ran int
	Gas uint64
}

// run is one batch on its way.
type run struct {
	*State
	Limits
	block  Block
	runner Runner
	out    Result
}

// Batch goes through an interval: what is due, then the events in their order, come to the end of the queue; then the
// queue is run, first come first served, until it is empty or the batch's gas is used (protocol §6). An error is the
// machine's failure; the state must then be opened again.
func (s *State) Batch(block Block, events []Event, l Limits, runner Runner) (Result, error) {
	r := &run{State: s, Limits: l, block: block, runner: runner}
	before := s.Held
	in, err := r.accept(events)
	if err != nil {
		return Result{}, err
	}
	for len(s.queue) > 0 && r.out.Gas < l.BatchGas {
		x := s.queue[0]
		s.queue[0] = Dispatch{}
		s.queue = s.queue[1:]
		if err := r.dispatch(x); err != nil {
			return Result{}, fmt.Errorf("run message %s: %w", x.ID, err)
		}
	}
	paid := core.Amount{}
	for _, o := range r.out.Outgoing {
		paid.Add(&paid, &o.Value)
	}
	s.Held.Add(&before, &in)
	if s.Held.Lt(&paid) {
		return Result{}, fmt.Errorf("%w: %s leave, there are %s", ErrUnbalanced, paid.Dec(), s.Held.Dec())
	}
	s.Held.Sub(&s.Held, &paid)
	return r.out, nil
}

// accept brings to the queue what is due and what happened, and returns the wVARA that came in.
func (r *run) accept(events []Event) (in core.Amount, err error) {
	for len(r.due) > 0 && r.due[0].block <= r.block.Number {
		t := r.due[0]
		r.due = r.due[1:]
		x, err := r.unwait(t.id)
		if err != nil {
			return in, err
		}
		r.enqueue(x)
	}
	for _, e := range events {
		x, err := r.incoming(e)
		if err != nil {
			return in, err
		}
		in.Add(&in, &x.Value)
		r.enqueue(x)
	}
	return in, nil
}

// incoming makes a message of an event.
func (r *run) incoming(e Event) (Dispatch, error) {
	gas := r.MessageGas()
	switch {
	case e.Created != nil:
		c := e.Created
		id := IncomingID(c.Program, InitNonce)
		if len(c.Code) > MaxCode {
			c.Code = nil // it is never run: as code, nothing is as invalid
		}
		name := r.put(c.Code)
		if err := r.codes.put(c.CodeID, name[:]); err != nil {
			return Dispatch{}, err
		}
		r.known[c.Program] = &Program{CodeID: c.CodeID, Init: id, memory: &Memory{}, pages: map[uint32]core.Hash{}, dirty: true}
		if err := r.programs.put(c.Program, make([]byte, 32)); err != nil { // until it is saved
			return Dispatch{}, err
		}
		return Dispatch{ID: id, Kind: Init, Source: Actor(c.Creator), Program: c.Program, Payload: c.Payload, Value: c.Value, Gas: gas}, nil
	case e.Message != nil:
		m := e.Message
		return Dispatch{ID: IncomingID(m.Program, m.Nonce), Kind: Handle, Source: Actor(m.Sender), Program: m.Program,
			Payload: m.Payload, Value: m.Value, Gas: gas}, nil
	case e.Replied != nil:
		a := e.Replied
		return Dispatch{ID: ReplyID(a.To), Kind: Reply, Source: Actor(a.Sender), Program: a.Program, Payload: a.Payload,
			Value: a.Value, ReplyTo: a.To, Code: Manual, Gas: gas}, nil
	}
	return Dispatch{}, fmt.Errorf("an event of no kind")
}

// enqueue puts a message at the end of the queue; one to an account leaves.
func (r *run) enqueue(x Dispatch) {
	if to, is := AccountOf(x.Program); is {
		r.out.Outgoing = append(r.out.Outgoing, Outgoing{ID: x.ID, Program: x.Source, To: to, ReplyTo: x.ReplyTo, Code: x.Code,
			Value: x.Value, Payload: x.Payload})
		return
	}
	r.queue = append(r.queue, x)
}

// wait has a message go on at a block. A message waits once: its id is nobody else's.
func (r *run) wait(x Dispatch, block uint64) error {
	if old, err := r.waiting.get(x.ID); err != nil || old != nil {
		return errors.Join(err, fmt.Errorf("%w: message %s waits already", ErrCorrupt, x.ID))
	}
	name := r.put(x.Bytes())
	t := timer{block, x.ID}
	i, _ := slices.BinarySearchFunc(r.due, t, timer.compare)
	r.due = slices.Insert(r.due, i, t)
	return r.waiting.put(x.ID, append(binary.LittleEndian.AppendUint64(nil, block), name[:]...))
}

// unwait takes a message that waits, and is not in r.due any more.
func (r *run) unwait(id core.Hash) (Dispatch, error) {
	value, err := r.waiting.get(id)
	if err != nil {
		return Dispatch{}, err
	}
	if len(value) != 40 {
		return Dispatch{}, fmt.Errorf("%w: message %s does not wait", ErrCorrupt, id)
	}
	x, err := r.message(core.Hash(value[8:]))
	if err != nil {
		return x, err
	}
	return x, r.waiting.put(id, nil)
}

// wake has a message go on that the program waits with: now, or after some blocks if it would wait longer. One that does
// not wait, or is not the program's, is passed over.
func (r *run) wake(program core.Hash, w Wake) error {
	value, err := r.waiting.get(w.ID)
	if err != nil || value == nil {
		return err
	}
	x, err := r.message(core.Hash(value[8:]))
	if err != nil {
		return err
	}
	if x.Program != program || !x.Kept {
		return nil
	}
	old := timer{binary.LittleEndian.Uint64(value), w.ID}
	block := r.block.Number + uint64(w.Delay)
	if w.Delay > 0 && block >= old.block {
		return nil
	}
	i, found := slices.BinarySearchFunc(r.due, old, timer.compare)
	if !found {
		return fmt.Errorf("%w: message %s waits without a time", ErrCorrupt, w.ID)
	}
	r.due = slices.Delete(r.due, i, i+1)
	if err := r.waiting.put(w.ID, nil); err != nil {
		return err
	}
	if w.Delay > 0 {
		return r.wait(x, block)
	}
	r.enqueue(x)
	return nil
}
