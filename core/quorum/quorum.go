package quorum

import (
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

// totalBits bounds a total: the Router keeps it as uint96.
const totalBits = 96

// Tally is the weight behind a certificate. Amounts are in wVARA base units.
type Tally struct {
	// Signed is the weight of those who signed, Total that of all, Ejected that of the ejected.
	Signed, Total, Ejected core.Amount
	// Needed is the least signed weight that is enough. It may be more than all who are left have.
	Needed core.Amount
	// Reached is Signed ≥ Needed.
	Reached bool
}

// Missing is the weight that is still needed, 0 when the quorum is reached.
func (t Tally) Missing() core.Amount {
	var missing core.Amount
	if !t.Reached {
		missing.Sub(&t.Needed, &t.Signed)
	}
	return missing
}

// Needed is the least signed weight s with 3·s > 2·(total − min(ejected, ⌊total/3⌋)) (protocol §5): more than
// two thirds of what is not ejected, but never less than of two thirds of all, so that ejections cannot shrink
// the quorum to a few. Total and ejected are below 2^96.
func Needed(total, ejected core.Amount) core.Amount {
	three := uint256.NewInt(3)
	var allowance, needed core.Amount
	allowance.Div(&total, three)
	if ejected.Lt(&allowance) {
		allowance = ejected
	}
	needed.Sub(&total, &allowance)
	needed.Lsh(&needed, 1)
	needed.Div(&needed, three)
	return *needed.AddUint64(&needed, 1)
}

// Certify weighs the signers of a certificate. weights are those of the set's entries in their order; ejected
// are the entries ejected so far. A Refusal says why the bitmap is not one of a certificate: bits beyond the
// set's count, or of ejected Executors (protocol §5). That the weight is not enough is not a refusal but
// Reached = false.
func Certify(weights []core.Amount, signers, ejected Bitmap) (Tally, error) {
	if count := len(weights); count < 1 || count > Width {
		return Tally{}, Refusal{setSize, -1, fmt.Sprintf("%d entries, want 1 to %d", count, Width)}
	} else if !signers.Fits(count) {
		return Tally{}, Refusal{bitBeyondCount, signers.bitLength() - 1, fmt.Sprintf("the set has %d entries", count)}
	} else if !ejected.Fits(count) {
		return Tally{}, Refusal{ejectedBeyondCount, ejected.bitLength() - 1, fmt.Sprintf("the set has %d entries", count)}
	}
	if both := signers.And(ejected); !both.IsZero() {
		return Tally{}, Refusal{ejectedSigner, both.Indices()[0], fmt.Sprintf("signers %s, ejected %s", signers, ejected)}
	}
	var t Tally
	for i, weight := range weights {
		// Every weight is checked before it is added, so that no sum of 128 wraps.
		if weight.BitLen() > totalBits {
			return Tally{}, Refusal{totalTooGreat, i, "its weight is " + weight.Dec()}
		}
		t.Total.Add(&t.Total, &weight)
		if signers.Has(i) {
			t.Signed.Add(&t.Signed, &weight)
		}
		if ejected.Has(i) {
			t.Ejected.Add(&t.Ejected, &weight)
		}
	}
	if t.Total.BitLen() > totalBits {
		return Tally{}, Refusal{totalTooGreat, -1, "the total is " + t.Total.Dec()}
	}
	t.Needed = Needed(t.Total, t.Ejected)
	t.Reached = !t.Signed.Lt(&t.Needed)
	return t, nil
}
