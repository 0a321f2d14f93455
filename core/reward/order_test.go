package reward

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/gear-tech/roster/core"
)

// backwards is a Runner that begins with the last part.
func backwards(parts int, do func(int)) {
	for part := parts - 1; part >= 0; part-- {
		do(part)
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
