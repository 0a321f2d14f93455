package reward

import (
	"fmt"

	"github.com/gear-tech/roster/core"
)

// Coming is what is known of an era that is still to come, if nothing changes.
type Coming struct {
	// Facts are those of the era as it is expected, with the set that will be elected; where the lottery decides about the
	// operator, one in which it has a seat. Expect fills in the emission, the certificates and who signed them.
	Facts
	// EraReward is what it reserves at the most, Spent what leaves the free pot in it besides: proposers and batches. wVARA
	// base units.
	EraReward, Spent core.Amount
	// Places and Equals: the lottery gives the operator one of so many seats for so many operators. Both 0: it has a seat, or
	// none, without it.
	Places, Equals uint64
	// Behind is what the operator has in each vault, wVARA base units, no cap applied; nothing when it has no seat.
	Behind []Contribution
}

// Purse is a set's pot at the beginning, wVARA base units.
type Purse struct {
	Free core.Amount
	// Open are the eras that have reserved and were not paid yet, ascending, all before the first that comes.
	Open []Reserved
	// Lag is how many eras after it the remainder of an era is back in the free pot, in time for that era to reserve it; at
	// least 1.
	Lag uint64
}

// Reserved is what was reserved for an era.
type Reserved struct {
	Era      core.Era
	Emission core.Amount
}

// Expected is what an operator can expect of eras to come. Amounts are wVARA base units.
type Expected struct {
	Eras []ExpectedEra
	// Sum is what they bring together: where the lottery decides, ⌊amount · places / equals⌋ of each.
	Sum Gain
	// Stake is what stands behind the operator in all of them, summed up: in an era in which it has no seat, as much as in the
	// others that counts nothing.
	Stake core.Amount
	// PerYear is how many eras a year has. StakersYield is what a year of such eras brings to the stakers behind the operator,
	// OperatorYield to the operator by its commission, both in basis points of the stake: ⌊Σ reward · PerYear · 10,000 /
	// Σ stake⌋, 0 without stake. What a lasting pot would bring: see Dry.
	PerYear                     uint64
	StakersYield, OperatorYield core.Amount
	// Dry says that in era DryIn, the first of these, the pot does not hold enough for the whole of what the era offers, all
	// eras after the last one being like it and nobody filling the pot. False: not within a year.
	Dry   bool
	DryIn core.Era
}

// Gain is what an operator's work brings.
type Gain struct {
	Commission core.Amount // the operator's
	Stakers    core.Amount // all stakers', the operator's own deposits included
	Own        core.Amount // of Stakers, what goes to the operator's own account
}

// ExpectedEra is one era of them.
type ExpectedEra struct {
	Era core.Era
	// Emission is what the era reserves, Pool what it offers, Paid what all its Executors and stakers get, Free what is left in
	// the free pot when it has reserved.
	Emission, Pool, Paid, Free core.Amount
	// Gain is what the operator brings if it has a seat, whole where the lottery decides. Vaults is the stakers' part of it.
	Gain           Gain
	Vaults         []VaultGain
	Places, Equals uint64
}

// VaultGain is what one vault's stakers get through an operator.
type VaultGain struct {
	Vault   core.Address
	Stakers core.Amount
	Behind  core.Amount // what the operator has in it, no cap applied
}

// Expect computes what eras to come, ascending and without a gap, bring to an operator and to the stakers behind it: each by
// Calculate, as it will be computed when it is paid, every Executor having signed performance (0 … 10,000 bps) of the
// certificates, nobody ejected or jailed. The pot is followed from era to era.
//
// What stakers of other operators get is what the facts say of them: with one holder of all shares in a vault in place of the
// real ones, the rounding between them is not seen, and the pot is taken to pay a few base units more.
//
// Errors: no era, a gap, a performance beyond 10,000, a purse without a lag or with open eras that do not come before, those
// of Calculate.
func Expect(operator core.Address, coming []Coming, purse Purse, performance core.Bps, perYear uint64) (Expected, error) {
	out := Expected{PerYear: perYear}
	f, err := newFlow(operator, coming, purse, performance)
	if err != nil {
		return out, fmt.Errorf("expect rewards of operator %s: %w", operator, err)
	}
	for _, c := range coming {
		e, full, err := f.live(c)
		if err == nil {
			out.Eras = append(out.Eras, e)
			err = out.count(c, e)
		}
		if err != nil {
			return out, fmt.Errorf("expect rewards of operator %s in era %d: %w", operator, c.Era, err)
		}
		if !full && !out.Dry {
			out.Dry, out.DryIn = true, c.Era
		}
	}
	if !out.Dry {
		if out.DryIn, out.Dry, err = f.last(coming[len(coming)-1], out.Eras[len(out.Eras)-1], perYear); err != nil {
			return out, fmt.Errorf("follow the pot for a year: %w", err)
		}
	}
	if out.StakersYield, err = yearly(out.Sum.Stakers, out.Stake, perYear); err == nil {
		out.OperatorYield, err = yearly(out.Sum.Commission, out.Stake, perYear)
	}
	return out, err
}

// count adds an era to the sums.
func (out *Expected) count(c Coming, e ExpectedEra) error {
	for _, x := range []struct {
		into *core.Amount
		of   core.Amount
	}{{&out.Sum.Commission, e.Gain.Commission}, {&out.Sum.Stakers, e.Gain.Stakers}, {&out.Sum.Own, e.Gain.Own}} {
		if c.Equals > 0 {
			var err error
			if x.of, err = mulDiv(x.of, small(c.Places), small(c.Equals)); err != nil {
				return err
			}
		}
		var err error
		if *x.into, err = add(*x.into, x.of); err != nil {
			return err
		}
	}
	for _, b := range c.Behind {
		var err error
		if out.Stake, err = add(out.Stake, b.Amount); err != nil {
			return err
		}
	}
	return nil
}

// yearly is ⌊reward · perYear · 10,000 / stake⌋, 0 without stake.
func yearly(reward, stake core.Amount, perYear uint64) (core.Amount, error) {
	if stake.IsZero() {
		return core.Amount{}, nil
	}
	years := small(perYear)
	if _, over := years.MulOverflow(&years, new(core.Amount).SetUint64(whole)); over {
		return core.Amount{}, errOverflow
	}
	return mulDiv(reward, years, stake)
}
