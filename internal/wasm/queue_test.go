package wasm

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/examples"
)

// objects are a state's, in memory.
type objects map[core.Hash][]byte

func (o objects) Object(name core.Hash) ([]byte, error) {
	data, known := o[name]
	if !known {
		return nil, fmt.Errorf("no object %s", name)
	}
	return data, nil
}

// world is a set's programs, batch by batch.
type world struct {
	t       testing.TB
	objects objects
	state   *program.State
	root    core.Hash
	runner  *Runner
	block   uint64
	nonces  map[core.Hash]uint64
	limits  program.Limits
}

func newWorld(t testing.TB, r *Runner) *world {
	w := &world{t: t, objects: objects{}, runner: r, nonces: map[core.Hash]uint64{}, limits: program.Limits{BatchGas: 1_000_000_000_000}}
	w.open()
	return w
}

func (w *world) open() {
	w.t.Helper()
	var err error
	if w.state, err = program.Open(w.objects, w.root); err != nil {
		w.t.Fatal(err)
	}
}

// batch runs one, and saves the state.
func (w *world) batch(events ...program.Event) program.Result {
	w.t.Helper()
	w.block++
	result, err := w.state.Batch(program.Block{Number: w.block, Time: core.Time(1000 + w.block)}, events, w.limits, w.runner)
	if err != nil {
		w.t.Fatal(err)
	}
	root, made, err := w.state.Save()
	if err != nil {
		w.t.Fatal(err)
	}
	for name, data := range made {
		w.objects[name] = data
	}
	w.root = root
	return result
}

var alice = core.Address{19: 0xa}

func created(name string, id core.Hash, value uint64, payload ...byte) program.Event {
	code := examples.Code(name)
	return program.Event{Created: &program.Created{Program: id, CodeID: core.Keccak(code), Code: code, Creator: alice, Payload: payload,
		Value: *uint256.NewInt(value)}}
}

func (w *world) message(to core.Hash, value uint64, payload ...byte) program.Event {
	w.nonces[to]++
	return program.Event{Message: &program.Message{Program: to, Sender: alice, Nonce: w.nonces[to] - 1, Payload: payload, Value: *uint256.NewInt(value)}}
}

// TestPing: a program asks another one, waits, is woken by the answer, runs again from the start, and answers.
func TestPing(t *testing.T) {
	w := newWorld(t, newTestRunner(t))
	ping, echo := core.Hash{1}, core.Hash{2}
	w.batch(created("ping", ping, 0), created("echo", echo, 0))
	out := w.batch(w.message(ping, 0, append(echo[:], "hello"...)...))
	if len(out.Outgoing) != 1 || string(out.Outgoing[0].Payload) != "hello" || out.Outgoing[0].Code != program.Manual ||
		out.Outgoing[0].ReplyTo != program.IncomingID(ping, 0) || out.Ran != 4 {
		t.Fatalf("%+v", out)
	}
	// Asked of nobody, it gets an error as the answer; that is one, too.
	out = w.batch(w.message(ping, 0, append(make([]byte, 31), append([]byte{1}, "x"...)...)...))
	if len(out.Outgoing) != 1 || out.Outgoing[0].To != (core.Address{19: 1}) {
		t.Fatalf("%+v", out) // account 1 was asked: a message to it left, and the program waits
	}
	for range 19 {
		if out = w.batch(); len(out.Outgoing) > 0 {
			t.Fatalf("after %d blocks: %+v", w.block, out)
		}
	}
	if out = w.batch(); len(out.Outgoing) != 1 || string(out.Outgoing[0].Payload) != "timeout" {
		t.Fatalf("%+v", out)
	}
}

// TestQueueGoesOn: what one batch's gas does not suffice for stays in the queue, in the state; whoever goes on from the
// state's root does the same as whoever went on in memory (attacks "a block with hours of work" and "queue goes on under
// the next set").
func TestQueueGoesOn(t *testing.T) {
	heavy, counter := core.Hash{1}, core.Hash{2}
	var roots [2]core.Hash
	for i := range roots {
		w := newWorld(t, newTestRunner(t))
		w.limits.BatchGas = 20_000_000_000
		w.batch(created("heavy", heavy, 0), created("counter", counter, 0))
		var events []program.Event
		for range 40 { // each would take all of a message's gas: twenty times what a batch has
			events = append(events, w.message(heavy, 0, 255, 255, 255, 0, 'x'), w.message(counter, 0, '+'))
		}
		batches, most := 0, uint64(0)
		for out := w.batch(events...); ; out = w.batch() {
			batches++
			most = max(most, out.Gas)
			if i == 1 {
				w.open() // another one goes on from the root
			}
			if w.state.QueueLength() == 0 {
				break
			}
		}
		if batches < 4 || most >= w.limits.BatchGas+w.limits.MessageGas() {
			t.Errorf("%d batches, the largest of %d gas", batches, most)
		}
		out := w.batch(w.message(counter, 0, '='))
		if got := out.Outgoing[0].Payload[0]; got != 40 {
			t.Errorf("the counter is at %d, want 40: a program that misbehaves hurt another", got)
		}
		roots[i] = w.root
	}
	if roots[0] != roots[1] {
		t.Errorf("in memory %s, from the root %s", roots[0], roots[1])
	}
}

// TestValueIsConserved: whatever happens to wVARA sent with messages, it is in a program, on its way, or came out.
func TestValueIsConserved(t *testing.T) {
	names := []string{"echo", "counter", "token", "ping", "heavy"}
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 7))
		w := newWorld(t, newTestRunner(t))
		in, out := uint64(0), uint64(0)
		for range 30 {
			var events []program.Event
			for range rng.IntN(6) {
				value := rng.Uint64N(1000)
				in += value
				id := core.Hash{1 + byte(rng.IntN(12))}
				if p, err := w.state.Program(id); err != nil {
					t.Fatal(err)
				} else if p == nil && rng.IntN(2) == 0 {
					fresh := true
					for _, e := range events {
						fresh = fresh && (e.Created == nil || e.Created.Program != id)
					}
					if fresh {
						events = append(events, created(names[rng.IntN(5)], id, value, make([]byte, rng.IntN(20))...))
						continue
					}
				}
				target := core.Hash{1 + byte(rng.IntN(12))}
				events = append(events, w.message(id, value, append(target[:], "+="[rng.IntN(2)])...))
			}
			for _, o := range w.batch(events...).Outgoing {
				out += o.Value.Uint64()
			}
			if rng.IntN(3) == 0 {
				w.open()
			}
			if w.state.Held.Uint64() != in-out {
				t.Fatalf("seed %d: %d came in, %d went out, %s are held", seed, in, out, w.state.Held.Dec())
			}
		}
		for range 40 { // whoever waits is done by then
			for _, o := range w.batch().Outgoing {
				out += o.Value.Uint64()
			}
		}
		total := uint64(0)
		if err := w.state.EachProgram(func(_ core.Hash, p *program.Program) error { total += p.Balance.Uint64(); return nil }); err != nil {
			t.Fatal(err)
		}
		if total != in-out || w.state.QueueLength() > 0 {
			t.Errorf("seed %d: programs have %d of %d", seed, total, in-out)
		}
	}
}
