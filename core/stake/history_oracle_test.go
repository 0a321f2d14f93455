package stake

import (
	"math/big"

	"github.com/gear-tech/roster/core"
)

// placed is an event with its place.
type placed struct {
	Place
	Event
}

// dumb is a second implementation of a History: it keeps the events, and plays all of them again for each question.
// It has no checkpoints: to know what was at t it stops at t.
type dumb struct {
	vaults []VaultFacts
	events []placed
}

func (d *dumb) facts(a core.Address) VaultFacts {
	for _, v := range d.vaults {
		if v.Address == a {
			return v
		}
	}
	panic("no such vault")
}

// vaultState is a vault as Symbiotic's contracts store it, without their checkpoints.
type vaultState struct {
	stake, shares           *big.Int
	of                      map[core.Address]*big.Int
	waiting, waitingShares  map[uint64]*big.Int
	waitingOf               map[uint64]map[core.Address]*big.Int
	claimed                 map[uint64]map[core.Address]bool
	optIn                   map[core.Address]bool
	limit, maxLimit         map[core.SetID]*big.Int
	part, limitOf, takenOff map[setOperator]*big.Int
	newest                  map[setOperator]core.Time
}

// got is a map's number, 0 when it has none.
func got[K comparable](m map[K]*big.Int, key K) *big.Int {
	if m[key] == nil {
		m[key] = new(big.Int)
	}
	return m[key]
}

func wide(a core.Amount) *big.Int { return a.ToBig() }

// at plays a vault's events up to and including a second.
func (d *dumb) at(vault core.Address, t core.Time) vaultState {
	s := vaultState{stake: new(big.Int), shares: new(big.Int), of: map[core.Address]*big.Int{}, waiting: map[uint64]*big.Int{},
		waitingShares: map[uint64]*big.Int{}, waitingOf: map[uint64]map[core.Address]*big.Int{},
		claimed: map[uint64]map[core.Address]bool{}, optIn: map[core.Address]bool{}, limit: map[core.SetID]*big.Int{},
		maxLimit: map[core.SetID]*big.Int{}, part: map[setOperator]*big.Int{}, limitOf: map[setOperator]*big.Int{},
		takenOff: map[setOperator]*big.Int{}, newest: map[setOperator]core.Time{}}
	f := d.facts(vault)
	for _, e := range d.events {
		if of, is := vaultOf(e.Event); is && of == vault && e.Time <= t {
			s.play(f, e)
		}
	}
	return s
}

func (s *vaultState) play(f VaultFacts, p placed) {
	epoch := uint64((p.Time - f.EpochInit) / f.EpochDuration)
	switch e := p.Event.(type) {
	case Deposited:
		s.stake.Add(s.stake, wide(e.Amount))
		if f.Version == 1 {
			s.shares.Add(s.shares, wide(e.Shares))
			got(s.of, e.Account).Add(s.of[e.Account], wide(e.Shares))
		}
	case Withdrawn:
		s.stake.Sub(s.stake, wide(e.Amount))
		if f.Version == 1 {
			s.shares.Sub(s.shares, wide(e.Burned))
			got(s.of, e.Account).Sub(s.of[e.Account], wide(e.Burned))
		}
		got(s.waiting, epoch+1).Add(s.waiting[epoch+1], wide(e.Amount))
		got(s.waitingShares, epoch+1).Add(s.waitingShares[epoch+1], wide(e.Minted))
		if s.waitingOf[epoch+1] == nil {
			s.waitingOf[epoch+1] = map[core.Address]*big.Int{}
		}
		got(s.waitingOf[epoch+1], e.Claimer).Add(s.waitingOf[epoch+1][e.Claimer], wide(e.Minted))
	case Claimed:
		for _, n := range e.Epochs {
			if s.claimed[n] == nil {
				s.claimed[n] = map[core.Address]bool{}
			}
			s.claimed[n][e.Account] = true
		}
	case Transferred:
		if e.From == (core.Address{}) {
			s.shares.Add(s.shares, wide(e.Shares))
		} else {
			got(s.of, e.From).Sub(s.of[e.From], wide(e.Shares))
		}
		if e.To == (core.Address{}) {
			s.shares.Sub(s.shares, wide(e.Shares))
		} else {
			got(s.of, e.To).Add(s.of[e.To], wide(e.Shares))
		}
	case VaultSlashed:
		s.slash(epoch, uint64((e.Capture-f.EpochInit)/f.EpochDuration), wide(e.Slashed))
	case NetworkLimitSet:
		s.limit[e.Set] = wide(e.Amount)
	case MaxNetworkLimitSet:
		s.maxLimit[e.Set] = wide(e.Amount)
		if f.DelegatorType != 3 && got(s.limit, e.Set).Cmp(wide(e.Amount)) > 0 {
			s.limit[e.Set] = wide(e.Amount)
		}
	case OperatorSharesSet:
		s.part[setOperator{e.Set, e.Operator}] = wide(e.Shares)
	case OperatorLimitSet:
		s.limitOf[setOperator{e.Set, e.Operator}] = wide(e.Amount)
	case OperatorSlashed:
		key := setOperator{e.Set, e.Operator}
		got(s.takenOff, key).Add(s.takenOff[key], wide(e.Amount))
		s.newest[key] = max(s.newest[key], e.Capture)
	case VaultOptedIn:
		s.optIn[e.Operator] = e.In
	}
}

// slash is Vault.onSlash, line by line.
func (s *vaultState) slash(epoch, captureEpoch uint64, slashed *big.Int) {
	if slashed.Sign() == 0 {
		return
	}
	active, next := s.stake, got(s.waiting, epoch+1)
	of := func(part, all *big.Int) *big.Int { return new(big.Int).Div(new(big.Int).Mul(slashed, part), all) }
	if captureEpoch == epoch {
		all := new(big.Int).Add(active, next)
		activeSlashed := of(active, all)
		nextSlashed := new(big.Int).Sub(slashed, activeSlashed)
		active.Sub(active, activeSlashed)
		next.Sub(next, nextSlashed)
		return
	}
	present := got(s.waiting, epoch)
	all := new(big.Int).Add(active, new(big.Int).Add(present, next))
	activeSlashed, nextSlashed := of(active, all), of(next, all)
	presentSlashed := new(big.Int).Sub(slashed, new(big.Int).Add(activeSlashed, nextSlashed))
	if present.Cmp(presentSlashed) < 0 {
		nextSlashed.Add(nextSlashed, new(big.Int).Sub(presentSlashed, present))
		presentSlashed.Set(present)
	}
	active.Sub(active, activeSlashed)
	next.Sub(next, nextSlashed)
	present.Sub(present, presentSlashed)
}

func (d *dumb) networkOptIn(operator core.Address, t core.Time) (in bool) {
	for _, p := range d.events {
		if e, is := p.Event.(NetworkOptedIn); is && e.Operator == operator && p.Time <= t {
			in = e.In
		}
	}
	return in
}

func smaller(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

// stakeAt is the delegators' stakeAt.
func (d *dumb) stakeAt(vault core.Address, set core.SetID, operator core.Address, t core.Time) *big.Int {
	s, f, key := d.at(vault, t), d.facts(vault), setOperator{set, operator}
	if !s.optIn[operator] || !d.networkOptIn(operator, t) {
		return new(big.Int)
	}
	switch f.DelegatorType {
	case 0:
		total := new(big.Int)
		for k, n := range s.part {
			if k.set == set {
				total.Add(total, n)
			}
		}
		if total.Sign() == 0 {
			return total
		}
		most := new(big.Int).Mul(got(s.part, key), smaller(s.stake, got(s.limit, set)))
		return most.Div(most, total)
	case 1:
		return smaller(s.stake, smaller(got(s.limit, set), got(s.limitOf, key)))
	case 2:
		if operator == f.Operator {
			return smaller(s.stake, got(s.limit, set))
		}
	case 3:
		if operator == f.Operator {
			return smaller(s.stake, got(s.maxLimit, set))
		}
	}
	return new(big.Int)
}

// slashable is BaseSlasher.slashableStake.
func (d *dumb) slashable(vault core.Address, set core.SetID, operator core.Address, capture, now core.Time) *big.Int {
	s, then, key := d.at(vault, now), d.at(vault, capture), setOperator{set, operator}
	if capture+d.facts(vault).EpochDuration < now || capture >= now || capture < s.newest[key] {
		return new(big.Int)
	}
	stake := d.stakeAt(vault, set, operator, capture)
	since := new(big.Int).Sub(got(s.takenOff, key), got(then.takenOff, key))
	return new(big.Int).Sub(stake, smaller(stake, since))
}

// commissionAt: an announcement counts from its time on, unless a later one came while it did not count yet in the
// next second.
func (d *dumb) commissionAt(set core.SetID, operator core.Address, t core.Time) (now core.Bps) {
	for i, p := range d.events {
		e, is := p.Event.(CommissionChanged)
		if !is || e.Set != set || e.Operator != operator || e.From > t {
			continue
		}
		withdrawn := false
		for _, q := range d.events[i+1:] {
			later, is := q.Event.(CommissionChanged)
			withdrawn = withdrawn || is && later.Set == set && later.Operator == operator && q.Time+1 < e.From
		}
		if !withdrawn {
			now = e.Commission
		}
	}
	return now
}

// operatorAt plays what an operator and the Middleware say; it counts from the next second on.
func (d *dumb) operatorAt(set core.SetID, a core.Address, t core.Time) Operator {
	o := Operator{Address: a, Commission: d.commissionAt(set, a, t)}
	var slots [Slots]core.Address
	weights := map[core.Address]core.Amount{}
	for _, p := range d.events {
		if e, is := p.Event.(CollateralSet); is && e.From <= t {
			weights[e.Token] = e.Weight
		}
		if p.Time+1 > t {
			continue
		}
		switch e := p.Event.(type) {
		case OperatorRegistered:
			if e.Set == set && e.Operator == a {
				o.Registered, o.Paused, o.KeyHash = true, false, e.KeyHash
			}
		case KeyRotated:
			if e.Set == set && e.Operator == a {
				o.KeyHash = e.KeyHash
			}
		case OperatorPaused:
			if e.Set == set && e.Operator == a {
				o.Paused = e.Paused
			}
		case OperatorLeft:
			if e.Set == set && e.Operator == a {
				o.Registered, o.Paused = false, false
			}
		case OperatorJailed:
			if e.Operator == a {
				o.JailedUntil = e.Until
			}
		case VaultLinked:
			if e.Set == set && e.Operator == a {
				slots[e.Slot] = core.Address{}
				if e.Linked {
					slots[e.Slot] = e.Vault
				}
			}
		}
	}
	for _, vault := range slots {
		if vault == (core.Address{}) {
			continue
		}
		o.Vaults = append(o.Vaults, Vault{Address: vault, Stake: amountOf(d.stakeAt(vault, set, a, t)),
			Weight: weights[d.facts(vault).Collateral], Readable: true})
	}
	return o
}

// snapshot has the operators in the order in which they registered.
func (d *dumb) snapshot(set core.SetID, e core.Era, capture core.Time) Snapshot {
	s := Snapshot{Set: set, Era: e, Capture: capture}
	known := map[core.Address]bool{}
	for _, p := range d.events {
		switch e := p.Event.(type) {
		case ParametersSet:
			if e.Set == set && e.From <= capture {
				s.Rules = e.Parameters.Rules
			}
		case OperatorRegistered:
			if e.Set == set && !known[e.Operator] {
				known[e.Operator] = true
				s.Operators = append(s.Operators, d.operatorAt(set, e.Operator, capture))
			}
		}
	}
	return s
}

func amountOf(n *big.Int) (a core.Amount) {
	if a.SetFromBig(n) {
		panic("beyond 256 bits")
	}
	return a
}
