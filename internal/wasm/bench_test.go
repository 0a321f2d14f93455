package wasm

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/examples"
)

// transfer is a message that moves a token to one of a thousand holders.
func (w *world) transfer(token core.Hash, i int) program.Event {
	to := core.Keccak(binary.LittleEndian.AppendUint64(nil, uint64(i%1000)))
	return w.message(token, 0, append(append([]byte{'t'}, to[:]...), append([]byte{1}, make([]byte, 15)...)...)...)
}

// BenchmarkTransfers: token transfers through the queue, in batches of a thousand, with the state's root after each, all in
// memory. Goal: 5,000 a second on one core.
func BenchmarkTransfers(b *testing.B) {
	w := newWorld(b, newTestRunner(b))
	token := core.Hash{1}
	w.batch(created("token", token, 0, append([]byte{0, 0, 0, 0, 0, 1}, make([]byte, 10)...)...))
	b.ResetTimer()
	for done := 0; done < b.N; {
		var events []program.Event
		for range min(1000, b.N-done) {
			events = append(events, w.transfer(token, done))
			done++
		}
		for out := w.batch(events...); w.state.QueueLength() > 0; out = w.batch() {
			_ = out
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "transfers/s")
}

// BenchmarkInstantiate: a program into memory and out again. Goal: 100 us.
func BenchmarkInstantiate(b *testing.B) {
	r := newTestRunner(b)
	for _, name := range []string{"token", "counter"} {
		b.Run(name, func(b *testing.B) {
			code, err := r.prepare(examples.Code(name), core.Keccak([]byte(name)))
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				i, err := code.compiled.instantiate()
				if err != nil {
					b.Fatal(err)
				}
				i.close()
			}
		})
	}
}

// BenchmarkMetering: SHA-256 over and over, with metering and without in the same run. Goal: at most 1.35 times as long.
func BenchmarkMetering(b *testing.B) {
	r := newTestRunner(b)
	code := examples.Code("heavy")
	m, err := parse(code)
	if err != nil {
		b.Fatal(err)
	}
	plain, err := Check(code)
	if err != nil {
		b.Fatal(err)
	}
	if plain.metered, plain.resets, err = instrument(m, false); err != nil {
		b.Fatal(err)
	}
	metered, err := Check(code)
	if err != nil {
		b.Fatal(err)
	}
	var took [2]time.Duration
	var instances [2]instance
	for i, c := range []*Code{plain, metered} {
		compiled, err := r.engine.compile(c)
		if err != nil {
			b.Fatal(err)
		}
		if instances[i], err = compiled.instantiate(); err != nil {
			b.Fatal(err)
		}
	}
	// 4,000 hashes are about ten million instructions.
	x := handle(1<<50, fresh(), binary.LittleEndian.AppendUint32(nil, 4000)...)
	gas := int64(0)
	for b.Loop() {
		for i, one := range instances {
			one.reset()
			one.setGas(1 << 50)
			h := &host{instance: one, code: metered, x: x}
			start := time.Now()
			if !one.call("handle", h) {
				b.Fatal("it failed")
			}
			took[i] += time.Since(start)
			gas = 1<<50 - one.gas()
		}
	}
	b.ReportMetric(float64(took[1])/float64(took[0]), "metered/plain")
	b.ReportMetric(float64(gas)/1e6, "Mgas/op")
}
