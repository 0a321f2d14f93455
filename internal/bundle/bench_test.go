package bundle_test

import (
	"bytes"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/internal/bundle"
	"github.com/gear-tech/roster/internal/chain"
)

// BenchmarkStakers is what each staker of a vault costs in a bundle: bytes, and the time to record and to verify it.
func BenchmarkStakers(b *testing.B) {
	const stakers = 2_000
	w := newWorld(b, stakers)
	live := *w.Roster
	live.Client = w.client
	read := func(c *bundle.Chain, live *chain.Roster) time.Duration {
		began := time.Now()
		r, err := chain.Open(b.Context(), c, w.Roster.At.Middleware, common.Address{}, c.First())
		w.must(err)
		_, err = c.Source(r, live).SharesAt(b.Context(), w.vault.Address, w.anchor.Time, w.anchor.Number)
		w.must(err)
		return time.Since(began)
	}
	for b.Loop() {
		recording, err := w.record(w.node)
		w.must(err)
		recorded := read(recording, &live)
		sealed, err := recording.Sealed()
		w.must(err)
		read(sealed, nil)
		found := sealed.Bundle(bundle.Claim{}, nil)
		file := fileOf(b, found)
		began := time.Now()
		again, err := bundle.Decode(bytes.NewReader(file), bundle.MaxPayload)
		w.must(err)
		opened, err := bundle.Open(again)
		w.must(err)
		decoded := time.Since(began)
		verified := read(opened, nil)
		size := 0
		for _, n := range found.Nodes {
			size += len(n)
		}
		b.ReportMetric(float64(size)/stakers, "B-state/staker")
		found.Headers, found.Codes, found.Receipts = nil, nil, nil
		b.ReportMetric(float64(len(fileOf(b, found)))/stakers, "B-file/staker")
		b.ReportMetric(float64(recorded.Microseconds())/stakers, "µs-record/staker")
		b.ReportMetric(float64(verified.Microseconds())/stakers, "µs-verify/staker")
		b.ReportMetric(decoded.Seconds(), "s-file")
	}
}
