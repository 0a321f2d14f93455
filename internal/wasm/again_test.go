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
