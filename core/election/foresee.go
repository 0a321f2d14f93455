package election

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
)

// Prospect is what becomes of one operator in an election whose capture is still to come, if nothing changes but what is
// known to change. Amounts are in wVARA base units.
type Prospect struct {
	Era     core.Era
	Capture core.Time
	// Outcome is what it will be whatever the seed. Where the seed decides, its reason is LotteryOpen, it is not elected, and
	// Places of the Equals operators of its weight, itself among them, will be; else both are 0. Lottery is always zero, and
	// Last and Gap are, too, when the lottery decides.
	Outcome
	Places, Equals int
	// Worst is its place among all eligible operators if the lottery puts it behind all of its weight, Rank if before; both are
	// 0 when it is not eligible.
	Worst  int
	Margin Margin
	// Turns are what is different from the capture before.
	Turns []Turn
}

// Turn is one thing that is different at a capture. Its reason says what Before and After are: a number of seats, wVARA base
// units, a weight of a collateral (1e18 fixed point), basis points, or, of a jail, the end and 0.
type Turn struct {
	core.Reason
	Operator, Vault core.Address // zero when it concerns none
	Before, After   core.Amount
}

// Foresee returns an operator's prospects at captures to come. present is what a capture would see now, ahead what is known
// of the captures, in their order. Errors: a snapshot that does not pass its Check, an operator that is not in one.
func Foresee(present stake.Snapshot, ahead []stake.Snapshot, operator core.Address) ([]Prospect, error) {
	list := make([]Prospect, len(ahead))
	for i, s := range ahead {
		var err error
		if list[i], err = prospect(s, operator); err != nil {
			return nil, err
		}
		list[i].Turns = turns(present, s, operator)
		present = s
	}
	return list, nil
}

func prospect(s stake.Snapshot, operator core.Address) (Prospect, error) {
	p := Prospect{Era: s.Era, Capture: s.Capture}
	var err error
	if p.Margin, err = MarginOf(s, operator); err != nil {
		return p, err
	}
	result, err := Elect(s, Draw{}) // any seed: what depends on it is replaced
	if err != nil {
		return p, err
	}
	for _, o := range result.Outcomes {
		if o.Operator == operator {
			p.Outcome = o
		}
	}
	p.Lottery = core.Hash{}
	if p.Rank == 0 {
		return p, nil
	}
	above, equals := 0, 0
	for _, o := range result.Outcomes {
		switch {
		case o.Rank == 0 || o.Weight.Lt(&p.Weight):
		case o.Weight == p.Weight:
			equals++
		default:
			above++
		}
	}
	p.Rank, p.Worst = above+1, above+equals
	if seats := int(s.Rules.MaxExecutors); above < seats && p.Worst > seats {
		p.Places, p.Equals = seats-above, equals
		p.Reason, p.Elected, p.Last, p.Gap = LotteryOpen, false, core.Address{}, core.Amount{}
	} else if !p.Elected { // its weight is below the last seat's, whoever has that
		p.Reason = Outranked
	}
	return p, nil
}

// turns compares a capture with the one before: the rules, the operator's own, then others, ascending.
func turns(before, after stake.Snapshot, operator core.Address) (list []Turn) {
	seats := func(r stake.Rules) (n core.Amount) { return *n.SetUint64(uint64(r.MaxExecutors)) }
	for _, r := range []struct {
		core.Reason
		before, after core.Amount
	}{
		{SeatsChange, seats(before.Rules), seats(after.Rules)},
		{MinStakeChange, before.Rules.MinStake, after.Rules.MinStake},
		{MaxStakeChange, before.Rules.MaxStake, after.Rules.MaxStake},
		{MaxVaultStakeChange, before.Rules.MaxVaultStake, after.Rules.MaxVaultStake},
	} {
		if r.before != r.after {
			list = append(list, Turn{Reason: r.Reason, Before: r.before, After: r.after})
		}
	}
	was := map[core.Address]stake.Operator{}
	for _, o := range before.Operators {
		was[o.Address] = o
	}
	if i := slices.IndexFunc(after.Operators, func(o stake.Operator) bool { return o.Address == operator }); i >= 0 {
		list = append(list, ownTurns(was[operator], after.Operators[i], before.Capture, after.Capture)...)
	}
	others := len(list)
	for _, o := range after.Operators {
		old := was[o.Address]
		had, has := old.WeightAt(before.Rules, before.Capture), o.WeightAt(after.Rules, after.Capture)
		if o.Address != operator && had != has {
			list = append(list, Turn{Reason: RivalChange, Operator: o.Address, Before: had, After: has})
		}
	}
	slices.SortFunc(list[others:], func(a, b Turn) int { return bytes.Compare(a.Operator[:], b.Operator[:]) })
	return list
}

// ownTurns are those of the operator itself.
func ownTurns(before, after stake.Operator, then, now core.Time) (list []Turn) {
	number := func(n uint64) (a core.Amount) { return *a.SetUint64(n) }
	if before.JailedAt(then) && !after.JailedAt(now) {
		list = append(list, Turn{Reason: JailEnds, Operator: after.Address, Before: number(uint64(before.JailedUntil))})
	}
	if before.Commission != after.Commission {
		list = append(list, Turn{Reason: CommissionChange, Operator: after.Address,
			Before: number(uint64(before.Commission)), After: number(uint64(after.Commission))})
	}
	for _, v := range after.Vaults {
		for _, old := range before.Vaults {
			if old.Address == v.Address && old.Weight != v.Weight {
				list = append(list, Turn{Reason: CollateralChange, Operator: after.Address, Vault: v.Address, Before: old.Weight, After: v.Weight})
			}
		}
	}
	return list
}

// WithStake returns the snapshot as it would be if an operator had so much stake, wVARA base units, before any cap; the
// argument stays as it is. It is spread over the vaults that the operator has linked as what they have now is, rounded down,
// and what that leaves goes to the first with a collateral of which a unit is worth at most one of wVARA: without such a one
// the operator has a little less. Vaults that have nothing: all of it to the first that counts. None that counts: to a new one
// of wVARA, with the zero address; who is not in the snapshot is then one that may be elected. Errors: no free slot for that vault, an amount beyond 256 bits, what Check refuses.
func WithStake(s stake.Snapshot, operator core.Address, amount core.Amount) (stake.Snapshot, error) {
	i := slices.IndexFunc(s.Operators, func(o stake.Operator) bool { return o.Address == operator })
	if i < 0 {
		return Change{Stakes: []StakeChange{{Operator: operator, Amount: amount}}}.Apply(s)
	}
	s.Operators = slices.Clone(s.Operators)
	o := &s.Operators[i]
	o.Vaults = slices.Clone(o.Vaults)
	if err := restake(o, amount); err != nil {
		return stake.Snapshot{}, fmt.Errorf("give operator %s a stake of %s: %w", operator, amount.Dec(), err)
	}
	return s, s.Check()
}

// restake gives an operator's vaults so much together.
func restake(o *stake.Operator, amount core.Amount) error {
	one := *new(core.Amount).SetUint64(core.One)
	var total core.Amount
	first, fine := -1, -1 // the first that counts, and the first in which every amount can be had exactly
	for j, v := range o.Vaults {
		if !v.Readable || v.Weight.IsZero() {
			continue
		}
		if first < 0 {
			first = j
		}
		if fine < 0 && !v.Weight.Gt(&one) {
			fine = j
		}
		value := stake.Value(v.Stake, v.Weight)
		if _, over := total.AddOverflow(&total, &value); over {
			return fmt.Errorf("its vaults have more than 256 bits")
		}
	}
	if first < 0 {
		if len(o.Vaults) >= stake.Slots {
			return fmt.Errorf("none of its vaults counts, and all %d slots are taken: unlink one", stake.Slots)
		}
		o.Vaults = append(o.Vaults, stake.Vault{Stake: amount, Weight: one, Readable: true})
		return nil
	}
	left := amount
	for j := range o.Vaults {
		v := &o.Vaults[j]
		if !v.Readable || v.Weight.IsZero() {
			continue
		}
		num, of := v.Stake, total
		if total.IsZero() { // none has anything: all to the first
			if num, of = (core.Amount{}), v.Weight; j == first {
				num = one
			}
		}
		if _, over := v.Stake.MulDivOverflow(&num, &amount, &of); over {
			return fmt.Errorf("more than 256 bits in vault %s", v.Address)
		}
		value := stake.Value(v.Stake, v.Weight)
		left.Sub(&left, &value) // the values are at most the amount together
	}
	if fine < 0 {
		return nil
	}
	v := &o.Vaults[fine]
	want := stake.Value(v.Stake, v.Weight)
	want.Add(&want, &left)
	if _, over := v.Stake.MulDivOverflow(&want, &one, &v.Weight); over {
		return fmt.Errorf("more than 256 bits in vault %s", v.Address)
	}
	if value := stake.Value(v.Stake, v.Weight); value.Lt(&want) { // a unit more is worth at most one more
		v.Stake.AddUint64(&v.Stake, 1)
	}
	return nil
}
