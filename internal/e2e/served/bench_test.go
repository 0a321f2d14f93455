package served

import (
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gear-tech/roster/client"
)

// BenchmarkProof is a proof looked up at 200 a second, whether or not the one before has come, of a node that follows a chain
// with a block each second: the time from when each was due to its last byte.
func BenchmarkProof(b *testing.B) {
	w := inWorld(b)
	var paths []string
	for _, v := range must[client.Operators](b)(w.client.Operators(b.Context(), 0, whole)).Items {
		paths = append(paths, "sets/0/proofs/"+v.Operator.String())
	}
	w.get(b, paths[0]) // builds the trees
	const rate = 200
	transport := &http.Transport{MaxIdleConnsPerHost: rate}
	defer transport.CloseIdleConnections()
	w.client.HTTP = &http.Client{Transport: transport}
	ctx := b.Context()
	mined := make(chan error, 1)
	go func() { mined <- w.story.Mine(ctx, time.Second) }()
	var mu sync.Mutex
	var took []time.Duration
	var work sync.WaitGroup
	begin, n := time.Now(), 0
	for b.Loop() {
		due := begin.Add(time.Duration(n) * time.Second / rate)
		n++
		time.Sleep(time.Until(due))
		work.Go(func() {
			var p client.Proofs
			err := w.client.Get(ctx, paths[n%len(paths)], nil, &p)
			mu.Lock()
			defer mu.Unlock()
			if took = append(took, time.Since(due)); err != nil {
				b.Error(err)
			}
		})
	}
	work.Wait()
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms/p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms/p99")
	b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms/max")
}
