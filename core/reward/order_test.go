package reward

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
)

// backwards is a Runner that begins with the last part.
func backwards(parts int, do func(int)) {
	for part := parts - 1; part >= 0; part-- {
		do(part)
	}
}

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
			if !slices.Equal(byAccount(list, core.InTurn), want) || !slices.Equal(byAccount(list, backwards), want) {
				t.Fatalf("%d payments, alike %v", n, alike)
			}
		}
	}
}

// TestMulDivWords: in two machine words or in more, the quotient is that of whole numbers.
func TestMulDivWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	number := func() core.Amount {
		v := small(rng.Uint64() >> rng.UintN(64))
		if rng.UintN(4) == 0 {
			v.Lsh(&v, rng.UintN(60))
		}
		return v
	}
	for range 20_000 {
		a, b, d := number(), number(), number()
		if d.IsZero() {
			continue
		}
		q, err := mulDiv(a, b, d)
		want := new(big.Int).Mul(a.ToBig(), b.ToBig())
		want.Quo(want, d.ToBig())
		if err != nil || q.ToBig().Cmp(want) != 0 {
			t.Fatalf("%s · %s / %s = %s, want %s (%v)", a.Dec(), b.Dec(), d.Dec(), q.Dec(), want, err)
		}
	}
}
