package engine

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// AtOnce is the core.Runner on all cores: each takes the next part when it is done with one.
func AtOnce(parts int, do func(part int)) {
	var next atomic.Int64
	var work sync.WaitGroup
	for range min(parts, runtime.GOMAXPROCS(0)) {
		work.Go(func() {
			for part := int(next.Add(1) - 1); part < parts; part = int(next.Add(1) - 1) {
				do(part)
			}
		})
	}
	work.Wait()
}
