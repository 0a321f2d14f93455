package chain

import (
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Ahead is what captures to come will see if nothing changes but what is announced, or ends by then (a jail).
type Ahead struct {
	// Present is what a capture in the second after the block's would see; its era is the first of those asked for.
	Present stake.Snapshot
	// Captures are those of the eras, ascending, their operators in the order of Present; Parameters all parameters as they count
	// then.
	Captures   []stake.Snapshot
	Parameters []stake.Parameters
	// Later is the first moment after the last capture at which something that is announced begins to count, or a jail ends;
	// 0 if nothing does: then what the last capture sees stays, until somebody does something.
	Later core.Time
}

// Ahead is what the captures of n eras from one on will see, as the mirror has it at a moment that is not before its last
// event.
func (m *Mirror) Ahead(set core.SetID, from core.Era, n int, now core.Time) Ahead {
	m.mu.RLock()
	defer m.mu.RUnlock()
	at := func(e core.Era, t core.Time) stake.Snapshot { return m.History.Snapshot(set, e, t) }
	a := Ahead{Present: at(from, now+1)}
	for e := from; e < from+core.Era(n); e++ {
		capture := m.roster.Times.Capture(e)
		a.Captures, a.Parameters = append(a.Captures, at(e, capture)), append(a.Parameters, m.History.ParametersAt(set, capture))
	}
	a.Later, _ = m.History.NextChange(set, m.roster.Times.Capture(from+core.Era(n)-1))
	return a
}

// queued is what is announced and does not count yet, with the moments from which it does.
type queued struct {
	moments    []core.Time
	parameters bool
	tokens     []common.Address
	operators  []core.Address // of whom the commission changes
}

// Ahead reads what the captures of n eras from one on will see, at a block of timestamp now, all of them after it. It is
// Projection of each era, without asking n times for what cannot change by itself: of Symbiotic nothing does, for deposits,
// withdrawals, limits, shares and opt-ins count from their own block on, and nothing there is set for later.
func (r *Roster) Ahead(ctx context.Context, set core.SetID, from core.Era, n int, block uint64, now core.Time) (Ahead, error) {
	var a Ahead
	q, err := r.queued(ctx, set, block, now+1)
	if err != nil {
		return a, err
	}
	list, err := r.OperatorsOf(ctx, set, block)
	if err != nil {
		return a, err
	}
	a.Present = stake.Snapshot{Set: set, Era: from, Capture: now + 1} // what is done at now counts from the next second on
	p, err := r.Parameters(ctx, set, a.Present.Capture, block)
	if err != nil {
		return a, err
	}
	a.Present.Rules = ParametersOf(p).Rules
	if a.Present.Operators, err = r.projectAll(ctx, set, list, a.Present.Capture, block); err != nil {
		return a, err
	}
	collateral, err := r.collateralOf(ctx, a.Present, q, block)
	if err != nil {
		return a, err
	}
	for e := from; e < from+core.Era(n); e++ {
		s := a.Present
		s.Era, s.Capture = e, r.Times.Capture(e)
		if q.parameters {
			if p, err = r.Parameters(ctx, set, s.Capture, block); err != nil {
				return a, err
			}
			s.Rules = ParametersOf(p).Rules
		}
		if s.Operators, err = r.turned(ctx, s, q, collateral, block); err != nil {
			return a, err
		}
		a.Captures, a.Parameters = append(a.Captures, s), append(a.Parameters, ParametersOf(p))
	}
	for _, o := range a.Present.Operators {
		q.moments = append(q.moments, o.JailedUntil)
	}
	last := r.Times.Capture(from + core.Era(n) - 1)
	for _, t := range q.moments {
		if t > last && (a.Later == 0 || t < a.Later) {
			a.Later = t
		}
	}
	return a, nil
}

// queued reads what is announced and counts only after a moment. What another announcement has replaced since is in it,
// too: it costs a look.
func (r *Roster) queued(ctx context.Context, set core.SetID, block uint64, after core.Time) (queued, error) {
	var q queued
	later := func(from core.Time) bool {
		if from > after {
			q.moments = append(q.moments, from)
		}
		return from > after
	}
	parameters, err := events(ctx, r, block, source[bindings.MiddlewareParametersAnnounced]{
		r.At.Middleware, middleware.GetABI(), "ParametersAnnounced", middleware.UnpackParametersAnnouncedEvent}, topic(set))
	if err != nil {
		return q, err
	}
	for _, p := range parameters {
		q.parameters = later(core.Time(p.From.Uint64())) || q.parameters
	}
	weights, err := events(ctx, r, block, source[bindings.MiddlewareCollateralAnnounced]{
		r.At.Middleware, middleware.GetABI(), "CollateralAnnounced", middleware.UnpackCollateralAnnouncedEvent})
	if err != nil {
		return q, err
	}
	for _, w := range weights {
		if later(core.Time(w.From.Uint64())) && !slices.Contains(q.tokens, w.Token) {
			q.tokens = append(q.tokens, w.Token)
		}
	}
	commissions, err := events(ctx, r, block, source[bindings.OperatorsCommissionChanged]{
		r.At.Operators, operators.GetABI(), "CommissionChanged", operators.UnpackCommissionChangedEvent}, topic(set))
	if err != nil {
		return q, err
	}
	for _, c := range commissions {
		if a := core.Address(c.Operator); later(core.Time(c.From.Uint64())) && !slices.Contains(q.operators, a) {
			q.operators = append(q.operators, a)
		}
	}
	return q, nil
}

// collateralOf is the collateral of every vault in a snapshot; nothing when no weight is to change.
func (r *Roster) collateralOf(ctx context.Context, s stake.Snapshot, q queued, block uint64) (map[core.Address]common.Address, error) {
	of := map[core.Address]common.Address{}
	if len(q.tokens) == 0 {
		return of, nil
	}
	for _, o := range s.Operators {
		for _, v := range o.Vaults {
			if _, known := of[v.Address]; known {
				continue
			}
			details, err := r.Vault(ctx, common.Address(v.Address), block)
			if err != nil {
				return nil, err
			}
			of[v.Address] = details.Collateral
		}
	}
	return of, nil
}

// turned are a snapshot's operators with the weights and commissions of its capture in the place of the present ones.
func (r *Roster) turned(ctx context.Context, s stake.Snapshot, q queued, collateral map[core.Address]common.Address, block uint64) ([]stake.Operator, error) {
	weights := map[common.Address]core.Amount{}
	for _, token := range q.tokens {
		w, err := Read(ctx, r.Client, r.At.Middleware, Number(block),
			middleware.PackCollateralWeightAt(token, Number(s.Capture)), middleware.UnpackCollateralWeightAt)
		if err != nil {
			return nil, err
		}
		weights[token] = Amount(w)
	}
	list := slices.Clone(s.Operators)
	for i := range list {
		o := &list[i]
		o.Vaults = slices.Clone(o.Vaults)
		for j := range o.Vaults {
			if w, changes := weights[collateral[o.Vaults[j].Address]]; changes {
				o.Vaults[j].Weight = w
			}
		}
		if slices.Contains(q.operators, o.Address) {
			c, err := Read(ctx, r.Client, r.At.Operators, Number(block),
				operators.PackCommissionAt(Number(s.Set), common.Address(o.Address), Number(s.Capture)), operators.UnpackCommissionAt)
			if err != nil {
				return nil, err
			}
			o.Commission = core.Bps(c)
		}
	}
	return list, nil
}
