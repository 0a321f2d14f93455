package election

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
)

// Outcome says why one operator is an Executor or not. The reason is the first that applies, in the order of
// Reasons; the fields are the values behind it. Amounts are in wVARA base units.
type Outcome struct {
	Operator core.Address
	core.Reason
	// Elected says whether the operator is an Executor.
	Elected bool
	// Rank is its place among all eligible operators, the first is 1; 0 when it is not eligible.
	Rank int
	// Stake is all that counts of its vaults, Weight what of it decides: 0 when it is not eligible.
	Stake, Weight core.Amount
	// Need is the stake that an eligible operator must have: minStake, and 1 at least.
	Need core.Amount
	// Cap is maxStake: stake above it does not count.
	Cap core.Amount
	// JailedUntil is when a jailed operator is free again.
	JailedUntil core.Time
	// Lottery is its number in ties, the smaller wins; zero when it is not eligible.
	Lottery core.Hash
	// Last is the Executor with the last seat, and Gap by how much its weight is above this operator's: of an
	// operator that was outranked, or, with Gap 0, lost the lottery.
	Last core.Address
	Gap  core.Amount
	// Unreadable is how many of its vaults could not be read and count 0.
	Unreadable int
}

// outcomes gives every operator of the snapshot its outcome: the ranked first, in order, then the others by
// address.
func outcomes(s stake.Snapshot, ranking []candidate) []Outcome {
	rank := make(map[core.Address]int, len(ranking))
	for i, c := range ranking {
		rank[c.entry.Operator] = i + 1
	}
	all := make([]Outcome, 0, len(s.Operators))
	for _, o := range s.Operators {
		outcome := newOutcome(s, o)
		if place := rank[o.Address]; place > 0 {
			outcome.place(place, ranking, int(s.Rules.MaxExecutors))
		} else {
			outcome.Reason = ineligible(s, o)
		}
		all = append(all, outcome)
	}
	slices.SortFunc(all, func(a, b Outcome) int {
		switch {
		case a.Rank > 0 && b.Rank > 0:
			return a.Rank - b.Rank
		case a.Rank != b.Rank: // one is 0: the ranked one stands in front
			return b.Rank - a.Rank
		}
		return bytes.Compare(a.Operator[:], b.Operator[:])
	})
	return all
}

func newOutcome(s stake.Snapshot, o stake.Operator) Outcome {
	outcome := Outcome{Operator: o.Address, Stake: o.StakeAt(s.Rules), Need: s.Rules.MinStake, Cap: s.Rules.MaxStake}
	if outcome.Need.IsZero() {
		outcome.Need.SetOne()
	}
	if o.JailedAt(s.Capture) {
		outcome.JailedUntil = o.JailedUntil
	}
	for _, v := range o.Vaults {
		if !v.Readable {
			outcome.Unreadable++
		}
	}
	return outcome
}

// ineligible is the first reason for which an operator has no weight.
func ineligible(s stake.Snapshot, o stake.Operator) core.Reason {
	switch {
	case !o.Registered:
		return NotRegistered
	case o.Paused:
		return Paused
	case o.JailedAt(s.Capture):
		return Jailed
	case o.KeyHash.IsZero():
		return NoKey
	}
	return BelowMinimum
}

// place fills in what follows from the operator's place in the ranking, from 1.
func (o *Outcome) place(place int, ranking []candidate, seats int) {
	own := ranking[place-1]
	o.Rank, o.Weight, o.Lottery = place, own.entry.Weight, own.lottery
	if place <= seats {
		o.Elected, o.Reason = true, Elected
		if o.Stake.Gt(&o.Cap) {
			o.Reason = ElectedCapped
		}
		return
	}
	last := ranking[seats-1].entry
	o.Last, o.Reason = last.Operator, Outranked
	o.Gap.Sub(&last.Weight, &o.Weight)
	if o.Gap.IsZero() {
		o.Reason = LostLottery
	}
}

// String is the outcome in words and numbers, on one line.
func (o Outcome) String() string {
	text := fmt.Sprintf("%s %s", o.Operator, o.Short)
	switch o.Code {
	case Elected.Code:
		text += fmt.Sprintf(": rank %d, weight %s", o.Rank, o.Weight.Dec())
	case ElectedCapped.Code:
		text += fmt.Sprintf(": rank %d, weight %s of stake %s", o.Rank, o.Weight.Dec(), o.Stake.Dec())
	case Jailed.Code:
		text += fmt.Sprintf(" until %d", o.JailedUntil)
	case BelowMinimum.Code:
		text += fmt.Sprintf(": has %s, needs %s", o.Stake.Dec(), o.Need.Dec())
	case Outranked.Code:
		text += fmt.Sprintf(": rank %d, weight %s is %s less than that of %s", o.Rank, o.Weight.Dec(), o.Gap.Dec(), o.Last)
	case LostLottery.Code:
		text += fmt.Sprintf(": rank %d, weight %s equals that of %s", o.Rank, o.Weight.Dec(), o.Last)
	}
	if o.Unreadable > 0 {
		text += fmt.Sprintf(" (%d vaults unreadable)", o.Unreadable)
	}
	return text
}
