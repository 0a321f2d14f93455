package trial

import (
	"fmt"
	"testing"
)

// TestRun: the same stakers give the same root, and the file is as long as its format says.
func TestRun(t *testing.T) {
	var roots [2]string
	for i := range roots {
		steps := 0
		f, err := Run(5_000, 40, t.TempDir(), func() { steps++ })
		if err != nil {
			t.Fatal(err)
		}
		if steps != Steps {
			t.Errorf("%d steps, want %d", steps, Steps)
		}
		if f.Stakers != 5_000 || f.Vaults != 40 || f.FileBytes != 200+36*(5_000+3) || f.File <= 0 || f.Proofs <= 0 || f.Verify < f.Roots || f.KeccakShare <= 0 {
			t.Errorf("%+v", f)
		}
		roots[i] = f.Root
	}
	if roots[0] != roots[1] {
		t.Errorf("roots %v", roots)
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
				f, err := Run(n, 2000, "", func() {})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(f.Roots, "s/era")
			}
		})
	}
}
