package baseline

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// inChunks calls do for the ranges of [0, n) that are size long, on GOMAXPROCS goroutines, and returns when all calls have. The ranges do not
// depend on the number of goroutines, so neither do the results if do writes only to what belongs to its range.
func inChunks(n, size int, do func(low, high int)) {
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+size-1)/size) {
		group.Go(func() {
			for {
				low := int(next.Add(int64(size))) - size
				if low >= n {
					return
				}
				do(low, min(low+size, n))
			}
		})
	}
	group.Wait()
}
