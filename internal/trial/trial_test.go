package trial

import (
	"fmt"
	"runtime"
	"testing"
)

// TestRun: the same stakers give the same root, with any number of cores, on any machine, and the file is as long as its format says.
func TestRun(t *testing.T) {
	var roots [2]string
	cores := [2]int{1, 3}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for i := range roots {
		runtime.GOMAXPROCS(cores[i])
		steps := 0
		f, err := Run(5_000, 40, 2, t.TempDir(), func() { steps++ })
		if err != nil {
			t.Fatal(err)
		}
		if steps != Steps(2) {
			t.Errorf("%d steps, want %d", steps, Steps(2))
		}
		if f.Stakers != 5_000 || f.Vaults != 40 || f.FileBytes != 200+36*(5_000+3) || f.File <= 0 || f.Proofs <= 0 || f.Verify < f.Roots || f.KeccakShare <= 0 {
			t.Errorf("%+v", f)
		}
		roots[i] = f.Root
	}
	// Pinned: a run with -tags purego, or on another processor, must find the same.
	const want = "0x0f853b9dedb725a6df4eb773d3489f9651021d90bfc4c7d875bb9e4c3508bb63"
	if roots[0] != want || roots[1] != want {
		t.Errorf("roots %v, want %s", roots, want)
	}
	if _, err := Facts(10, 20); err == nil {
		t.Error("a vault without a staker is taken")
	}
}

// BenchmarkEra: from an era's facts to both roots and the distribution's hash.
func BenchmarkEra(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f, err := Run(n, 2000, 1, "", func() {})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(f.Roots, "s/era")
			}
		})
	}
}
