package doctor

import (
	"context"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
)

// links looks at what each linked vault gives the operator, and says why one gives nothing.
func (v *visit) links(ctx context.Context) error {
	if len(v.self.Vaults) == 0 {
		v.found(noVault, Check{Name: "links", Subject: name(v.Operator), By: v.capture})
		return nil
	}
	for _, s := range v.self.Vaults {
		w := v.vaults[s.Address]
		subject := s.Address.String()
		switch {
		case !s.Readable:
			v.found(vaultUnreadable, Check{Name: "links", Subject: subject})
			continue
		case !s.Stake.IsZero():
			if !s.Weight.IsZero() { // of a collateral without weight the vault's check has told
				c := s.Contribution(v.rules.Rules)
				v.ok("links", subject, "gives %s", Vara(c.Amount))
			}
			continue
		case !v.counts: // without the opt-in to the network all are 0, and that is said
			continue
		}
		zeros, err := v.zeroStake(ctx, s.Address, w)
		if err != nil {
			return err
		}
		for _, z := range zeros {
			v.found(z.why, Check{Name: "links", Subject: subject, Have: z.have, Need: z.need, By: v.capture})
		}
	}
	return nil
}

// stake compares what counts at the next capture with the minimum.
func (v *visit) stake(context.Context) error {
	if !v.counts || len(v.self.Vaults) == 0 {
		return nil // why it has none is said
	}
	have, need := v.self.StakeAt(v.rules.Rules), v.rules.MinStake
	if have.Lt(&need) {
		missing := *new(core.Amount).Sub(&need, &have)
		v.found(belowMinimum, Check{Name: "stake", Subject: name(v.Operator), Text: Vara(missing) + " too little", Have: Vara(have),
			Need: Vara(need), By: v.capture})
		return nil
	}
	text := Vara(have)
	if have.Gt(&v.rules.MaxStake) {
		text += ", of which " + Vara(v.rules.MaxStake) + " count"
	}
	v.ok("stake", name(v.Operator), "%s at the next capture, at least %s are needed", text, Vara(need))
	return nil
}

// rank holds the election of the next capture now. The lottery's seed is not known yet, so ties stay open.
func (v *visit) rank(context.Context) error {
	if weight := v.self.WeightAt(v.rules.Rules, v.capture); weight.IsZero() {
		return nil // why it has no weight is said
	}
	result, err := election.Elect(v.projection, election.Draw{ChainID: v.roster.ChainID, Router: core.Address(v.roster.At.Router)})
	if err != nil {
		return err
	}
	var own election.Outcome
	var ranked []election.Outcome
	for _, o := range result.Outcomes {
		if o.Rank > 0 {
			ranked = append(ranked, o)
		}
		if o.Operator == v.self.Address {
			own = o
		}
	}
	seats := int(v.rules.MaxExecutors)
	subject := name(v.Operator)
	if own.Code == election.Outranked.Code {
		need := *new(core.Amount).Add(&own.Weight, &own.Gap)
		v.found(outranked, Check{Name: "rank", Subject: subject, Text: fmt.Sprintf("place %d of %s", own.Rank, plural(seats, "seat")),
			Have: Vara(own.Weight), Need: "more than " + Vara(need), By: v.capture})
		return nil
	}
	text := fmt.Sprintf("place %d of %s with %s", own.Rank, plural(seats, "seat"), Vara(own.Weight))
	if len(ranked) <= seats {
		v.ok("rank", subject, "%s; %d of them free", text, seats-len(ranked))
		return nil
	}
	out := ranked[seats] // the first without a seat
	if out.Weight.Eq(&own.Weight) || own.Code == election.LostLottery.Code {
		v.ok("rank", subject, "%s; the lottery decides between equals for the last seat", text)
		return nil
	}
	margin := *new(core.Amount).Sub(&own.Weight, &out.Weight)
	v.ok("rank", subject, "%s, %s above the first without a seat", text, Vara(margin))
	return nil
}
