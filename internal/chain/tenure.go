package chain

import (
	"context"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Tenure says whose turn as the active set it was at any block, from events alone: a node that reads old blocks needs no
// archive for it.
type Tenure struct {
	times era.Times
	terms []term
}

// term is a list that was posted.
type term struct {
	era      core.Era
	postedAt core.Time
	postedIn uint64
	// gone is the block in which it was proven wrong, 0: never.
	gone uint64
}

// Tenure reads the lists posted for a set up to a block.
func (r *Roster) Tenure(ctx context.Context, set core.SetID, block uint64) (Tenure, error) {
	t := Tenure{times: r.Times}
	proposed, err := events(ctx, r, block, source[bindings.RouterProposed]{
		r.At.Router, router.GetABI(), "Proposed", router.UnpackProposedEvent}, topic(set))
	if err != nil {
		return t, err
	}
	discarded, err := r.DiscardedOf(ctx, set, block)
	if err != nil {
		return t, err
	}
	for _, p := range proposed {
		at, err := r.TimeOf(ctx, p.Raw.BlockNumber)
		if err != nil {
			return t, err
		}
		one := term{era: core.Era(p.Era), postedAt: at, postedIn: p.Raw.BlockNumber}
		for _, d := range discarded {
			after := d.Raw.BlockNumber > p.Raw.BlockNumber || d.Raw.BlockNumber == p.Raw.BlockNumber && d.Raw.Index > p.Raw.Index
			if d.Era == p.Era && after {
				one.gone = d.Raw.BlockNumber
				break
			}
		}
		t.terms = append(t.terms, one)
	}
	return t, nil
}

// ActiveAt returns the era of the set that is active at the end of a block with this number and time; false when there
// is none (protocol §4).
func (t Tenure) ActiveAt(block uint64, now core.Time) (e core.Era, active bool) {
	clock, started := t.times.At(now)
	if !started {
		return 0, false
	}
	for _, one := range t.terms {
		if one.postedIn > block || one.gone != 0 && one.gone <= block || one.era > clock || t.times.ActiveAt(one.era, one.postedAt) > now {
			continue
		}
		if !active || one.era > e {
			e, active = one.era, true
		}
	}
	if active && now >= t.times.LifetimeEnd(e) {
		return 0, false
	}
	return e, active
}
