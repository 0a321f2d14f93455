package wasm

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
)

// sleeper is a program that sends an account a message three blocks later, answers, and waits for two blocks, again and
// again.
func sleeper() []byte {
	return built{imports: []string{"gr_send", "gr_reply", "gr_wait_up_to"}, kinds: []byte{1, 2, 3}, nTypes: 3,
		types: []byte{0x60, 5, i32, i32, i32, i32, i32, 0, 0x60, 4, i32, i32, i32, i32, 0, 0x60, 1, i32, 0},
		bodies: [][]byte{body(
			0x41, 0, 0x41, 32, 0x41, 1, 0x41, 3, 0x41, 0x80, 4, 0x10, 0, // gr_send(to 0, 1 byte at 32, in 3 blocks, error at 512)
			0x41, 32, 0x41, 1, 0x41, 0x7f, 0x41, 0x80, 5, 0x10, 1, // gr_reply(1 byte at 32, no value, error at 640)
			0x41, 2, 0x10, 2, // gr_wait_up_to(2)
		)}}.bytes()
}

// TestKeepsNothing: whoever keeps no program's pages in memory computes the same.
func TestKeepsNothing(t *testing.T) {
	kept, bare := newWorld(t, newTestRunner(t)), newWorld(t, newTestRunner(t))
	bare.state.KeepPages = 0
	ids := []core.Hash{{1}, {2}, {3}}
	for _, w := range []*world{kept, bare} {
		w.batch(created("token", ids[0], 0, append([]byte{9: 1}, make([]byte, 6)...)...), created("counter", ids[1], 0), created("ping", ids[2], 0))
	}
	for i := range 60 {
		for _, w := range []*world{kept, bare} {
			var events []program.Event
			for j := range 5 { // several in a batch, so that what changed and is not saved yet goes and comes as well
				to := core.Keccak([]byte{byte(i), byte(j)})
				events = append(events, w.message(ids[0], 0, append(append([]byte{'t'}, to[:]...), append([]byte{1}, make([]byte, 15)...)...)...),
					w.message(ids[1], 0, '+'), w.message(ids[2], 0, append(ids[1][:], '=')...))
			}
			w.batch(events...)
		}
		if kept.root != bare.root {
			t.Fatalf("batch %d: with pages kept %s, without %s", i, kept.root, bare.root)
		}
	}
}

// TestRunsAgain: what a message's runs send has ids of its own in each, however often it waits and runs again; it is
// answered once; and whoever opens the state again between two batches has the same as whoever kept it in memory.
func TestRunsAgain(t *testing.T) {
	kept, opened := newWorld(t, newTestRunner(t)), newWorld(t, newTestRunner(t))
	code := sleeper()
	id := core.Keccak(code)
	one := core.Hash{7}
	events := [][]program.Event{
		{{Created: &program.Created{Program: one, CodeID: id, Code: code, Creator: alice}}},
		{{Message: &program.Message{Program: one, Sender: alice}}},
	}
	seen, answers := map[core.Hash]bool{}, 0
	for i := range 40 {
		var now []program.Event
		if i < len(events) {
			now = events[i]
		}
		opened.open()
		a, b := kept.batch(now...), opened.batch(now...)
		if kept.root != opened.root || len(a.Outgoing) != len(b.Outgoing) {
			t.Fatalf("batch %d: in memory %s, opened again %s", i, kept.root, opened.root)
		}
		for _, o := range a.Outgoing {
			if seen[o.ID] {
				t.Fatalf("batch %d: message %s leaves twice", i, o.ID)
			}
			seen[o.ID] = true
			if o.ReplyTo == program.IncomingID(one, 0) {
				answers++
			}
		}
	}
	if answers != 1 || len(seen) < 10 {
		t.Errorf("%d answers, %d messages", answers, len(seen))
	}
}
