package election

import (
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/core/stake"
)

// Takeover is what somebody with new operators needs at the least to have a part of a set, everybody else staying as they are.
type Takeover struct {
	// Possible is false when no number of operators does it with certainty: maxStake holds each one down, and too many
	// others have as much.
	Possible bool
	// Operators is with how many, Stake all they need together, wVARA base units.
	Operators int
	Stake     core.Amount
}

// Takeovers returns what it takes to stop a set, so that all others together do not reach a quorum, and to certify alone
// (protocol §5). Ties are counted against the attacker: its operators have more weight than whom they displace. Errors: a
// snapshot that does not pass its Check.
func Takeovers(s stake.Snapshot) (stop, certify Takeover, err error) {
	if err := s.Check(); err != nil {
		return stop, certify, fmt.Errorf("take over: %w", err)
	}
	a := attack{rules: s.Rules}
	for _, c := range (field{snapshot: s}).ranking() {
		a.others = append(a.others, c.entry.Weight)
	}
	stop = a.least(func(own, others core.Amount) bool {
		var total core.Amount
		need := quorum.Needed(*total.Add(&own, &others), core.Amount{})
		return others.Lt(&need)
	})
	certify = a.least(func(own, others core.Amount) bool {
		var total core.Amount
		need := quorum.Needed(*total.Add(&own, &others), core.Amount{})
		return !own.Lt(&need)
	})
	return stop, certify, nil
}

// attack is a set as it is without the attacker.
type attack struct {
	rules  stake.Rules
	others []core.Amount // weights of all that are eligible, descending
}

// least is the cheapest way to what enough says, which is true of every greater weight of one's own, too.
func (a attack) least(enough func(own, others core.Amount) bool) (best Takeover) {
	var others core.Amount // of the seats that are left to others
	seats := int(a.rules.MaxExecutors)
	for i := range min(len(a.others), seats) {
		others.Add(&others, &a.others[i])
	}
	for k := 1; k <= seats; k++ {
		floor := a.rules.MinStake
		if floor.IsZero() {
			floor.SetOne()
		}
		if left := seats - k; left < len(a.others) { // the k-th operator takes the seat of others[left]
			above := a.others[left]
			if others.Sub(&others, &above); above.AddUint64(&above, 1).Gt(&floor) {
				floor = above
			}
		}
		if floor.Gt(&a.rules.MaxStake) {
			continue
		}
		most, need := times(a.rules.MaxStake, k), smallest(func(own core.Amount) bool { return enough(own, others) })
		if all := times(floor, k); need.Lt(&all) {
			need = all
		}
		if !need.Gt(&most) && (!best.Possible || need.Lt(&best.Stake)) {
			best = Takeover{Possible: true, Operators: k, Stake: need}
		}
	}
	return best
}

// totalBits is the width of a set's total weight.
const totalBits = 96

// smallest is the least number for which a test is true that stays true: by bits, from the highest.
func smallest(true_ func(core.Amount) bool) (n core.Amount) {
	// n is the greatest number for which the test is false, as far as its bits are known; the answer is one more.
	if true_(n) {
		return n
	}
	for bit := totalBits; bit >= 0; bit-- {
		var step core.Amount
		step.Lsh(step.SetOne(), uint(bit))
		if step.Add(&step, &n); !true_(step) {
			n = step
		}
	}
	n.AddUint64(&n, 1)
	return n
}

func times(a core.Amount, n int) (product core.Amount) {
	product.SetUint64(uint64(n))
	product.Mul(&product, &a)
	return product
}
