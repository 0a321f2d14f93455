package reward

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
)

// TestByAccount: the order is that of a stable sort, for any number of payments, also where all accounts begin alike.
func TestByAccount(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 2, 15, 16, 17, 1000, 70_000} {
		for _, alike := range []bool{false, true} {
			list := make([]Payment, n)
			for i := range list {
				list[i] = Payment{core.Address{byte(rng.Uint32()), byte(rng.Uint32()), 19: byte(rng.Uint32() % 8)}, small(uint64(i))}
				if alike {
					list[i].Account[0], list[i].Account[1] = 7, 7
				}
			}
			want := slices.Clone(list)
			slices.SortStableFunc(want, func(a, b Payment) int { return compare(a.Account, b.Account) })
			if !slices.Equal(byAccount(list), want) {
				t.Fatalf("%d payments, alike %v", n, alike)
			}
		}
	}
}
