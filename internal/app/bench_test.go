package app

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/examples"
	"github.com/gear-tech/roster/internal/store"
	"github.com/gear-tech/roster/internal/wasm"
)

type stored struct {
	ctx context.Context
	*store.Store
}

func (s stored) Object(name core.Hash) ([]byte, error) { return s.Store.Object(s.ctx, name) }

// BenchmarkStoredTransfers: token transfers in batches of a thousand, each batch with its messages and its state on disk
// before the next. Goal: 3,000 a second on one core.
func BenchmarkStoredTransfers(b *testing.B) {
	s, err := store.Open(b.Context(), filepath.Join(b.TempDir(), "store.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	runner, err := wasm.NewRunner()
	if err != nil {
		b.Fatal(err)
	}
	defer runner.Close()
	state, err := program.Open(stored{b.Context(), s}, core.Hash{})
	if err != nil {
		b.Fatal(err)
	}
	code := examples.Code("token")
	token, last := core.Hash{1}, program.Computed{}
	run := func(events []program.Event) {
		for first := true; first || state.QueueLength() > 0; first = false {
			c := program.Computed{Batch: batch.Batch{Number: last.Number + 1, PreviousHash: last.Hash(), EndBlock: last.Number + 1}, Previous: last.Number}
			c.Result, err = state.Batch(program.Block{Number: c.EndBlock}, events, program.Limits{BatchGas: 1_000_000_000_000}, runner)
			if err != nil {
				b.Fatal(err)
			}
			root, made, err := state.Save()
			if err != nil {
				b.Fatal(err)
			}
			c.StateRoot, c.MessagesRoot = root, program.MessagesRoot(0, c.Number, c.Outgoing)
			if err := s.PutBatch(b.Context(), c, made); err != nil {
				b.Fatal(err)
			}
			last, events = c, nil
		}
	}
	run([]program.Event{{Created: &program.Created{Program: token, CodeID: core.Keccak(code), Code: code,
		Payload: append([]byte{0, 0, 0, 0, 0, 1}, make([]byte, 10)...)}}})
	b.ResetTimer()
	nonce := uint64(0)
	for done := 0; done < b.N; {
		var events []program.Event
		for range min(1000, b.N-done) {
			to := core.Keccak(binary.LittleEndian.AppendUint64(nil, uint64(done%1000)))
			payload := append(append([]byte{'t'}, to[:]...), append([]byte{1}, make([]byte, 15)...)...)
			events = append(events, program.Event{Message: &program.Message{Program: token, Nonce: nonce, Payload: payload}})
			nonce++
			done++
		}
		run(events)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "transfers/s")
}
