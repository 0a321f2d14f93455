package reward

import (
	"errors"
	"fmt"
	"math/bits"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

// errOverflow says that a sum or product does not fit 256 bits. No honest chain data comes near.
var errOverflow = errors.New("exceeds 256 bits")

// whole is 10,000: what basis points are of.
const whole = 10_000

// mulDiv returns ⌊a·b/d⌋; the product has 512 bits, so that shares near 2^200 times amounts near 2^96 lose
// nothing. Rounds down: the payer gains.
func mulDiv(a, b, d core.Amount) (core.Amount, error) {
	if d.IsZero() {
		return core.Amount{}, fmt.Errorf("%s · %s / 0: division by zero", a.Dec(), b.Dec())
	}
	if a.IsUint64() && b.IsUint64() && d.IsUint64() { // most are: exact, too, in two machine words
		if hi, lo := bits.Mul64(a.Uint64(), b.Uint64()); hi < d.Uint64() {
			q, _ := bits.Div64(hi, lo, d.Uint64())
			return small(q), nil
		}
	}
	var q core.Amount
	if _, over := q.MulDivOverflow(&a, &b, &d); over {
		return core.Amount{}, fmt.Errorf("%s · %s / %s: %w", a.Dec(), b.Dec(), d.Dec(), errOverflow)
	}
	return q, nil
}

// share returns ⌊amount·bps/10,000⌋. bps is at most 10,000, checked where it enters, so it cannot overflow.
func share(amount core.Amount, bps core.Bps) (core.Amount, error) {
	return mulDiv(amount, small(uint64(bps)), small(whole))
}

// add returns a + b, or an error that names both when the sum does not fit.
func add(a, b core.Amount) (core.Amount, error) {
	var s core.Amount
	if _, over := s.AddOverflow(&a, &b); over {
		return core.Amount{}, fmt.Errorf("%s + %s: %w", a.Dec(), b.Dec(), errOverflow)
	}
	return s, nil
}

// sub returns a − b, or an error: a negative amount is never silently a huge one.
func sub(a, b core.Amount) (core.Amount, error) {
	var d core.Amount
	if _, under := d.SubOverflow(&a, &b); under {
		return core.Amount{}, fmt.Errorf("%s - %s: below zero", a.Dec(), b.Dec())
	}
	return d, nil
}

// scale returns ⌊1e18·n/d⌋ for n ≤ d, d > 0: a ratio in fixed point, 0 … 1e18.
func scale(n, d uint64) uint64 {
	hi, lo := bits.Mul64(core.One, n)
	q, _ := bits.Div64(hi, lo, d) // n ≤ d gives hi < d: it cannot panic
	return q
}

func small(n uint64) core.Amount { return *uint256.NewInt(n) }
