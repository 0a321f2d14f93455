package stake

import (
	"bytes"
	"slices"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
)

// A vault that is not known has nothing: every answer about it is 0.

// StakeAt is delegator.stakeAt(subnetwork of the set, operator, t): collateral base units, rounded down as Symbiotic
// does. It needs both of the operator's opt-ins at t.
func (h *History) StakeAt(address core.Address, set core.SetID, operator core.Address, t core.Time) core.Amount {
	v := h.vaults[address]
	if v == nil || !v.optIn[operator].at(t) || !h.networkOptIn[operator].at(t) {
		return core.Amount{}
	}
	most := least(v.stake.at(t), v.limits[set].at(t))
	switch v.DelegatorType {
	case 0:
		total := v.total[set].at(t)
		if total.IsZero() {
			return core.Amount{}
		}
		return part(v.parts[setOperator{set, operator}].at(t), most, total)
	case 1:
		return least(most, v.caps[setOperator{set, operator}].at(t))
	}
	if v.Operator != operator {
		return core.Amount{}
	}
	return most
}

// ActiveStakeAt is Vault.activeStakeAt, collateral base units.
func (h *History) ActiveStakeAt(vault core.Address, t core.Time) (a core.Amount) {
	if v := h.vaults[vault]; v != nil {
		a = v.stake.at(t)
	}
	return a
}

// ActiveSharesAt is Vault.activeSharesAt.
func (h *History) ActiveSharesAt(vault core.Address, t core.Time) (a core.Amount) {
	if v := h.vaults[vault]; v != nil {
		a = v.shares.at(t)
	}
	return a
}

// ActiveSharesOfAt is Vault.activeSharesOfAt.
func (h *History) ActiveSharesOfAt(vault, account core.Address, t core.Time) (a core.Amount) {
	if v := h.vaults[vault]; v != nil {
		a = v.holders[account].at(t)
	}
	return a
}

// Holder is an account with shares of a vault.
type Holder struct {
	Account core.Address
	Shares  core.Amount
}

// HoldersAt returns every account that had shares of a vault at t, by ascending address. Their shares add up to
// ActiveSharesAt.
func (h *History) HoldersAt(vault core.Address, t core.Time) []Holder {
	v := h.vaults[vault]
	if v == nil {
		return nil
	}
	var list []Holder
	for _, a := range v.accounts {
		if shares := v.holders[a].at(t); !shares.IsZero() {
			list = append(list, Holder{a, shares})
		}
	}
	slices.SortFunc(list, func(a, b Holder) int { return bytes.Compare(a.Account[:], b.Account[:]) })
	return list
}

// Accounts returns every account that ever had shares of a vault, in the order in which they first did.
func (h *History) Accounts(vault core.Address) []core.Address {
	if v := h.vaults[vault]; v != nil {
		return slices.Clone(v.accounts)
	}
	return nil
}

// Epoch is Vault.epochAt.
func (h *History) Epoch(vault core.Address, t core.Time) uint64 {
	if v := h.vaults[vault]; v != nil {
		return v.epoch(t)
	}
	return 0
}

// EpochStart is when an epoch of a vault begins.
func (h *History) EpochStart(vault core.Address, epoch uint64) core.Time {
	if v := h.vaults[vault]; v != nil {
		return v.EpochInit + core.Time(epoch)*v.EpochDuration
	}
	return 0
}

// Waiting is what waits in one epoch of a vault to be claimed. It frees at the start of the epoch after.
type Waiting struct {
	Amount, Shares core.Amount
}

// Withdrawals are Vault.withdrawals and withdrawalShares of an epoch, now.
func (h *History) Withdrawals(vault core.Address, epoch uint64) (w Waiting) {
	if v := h.vaults[vault]; v != nil && v.buckets[epoch] != nil {
		w = Waiting{v.buckets[epoch].amount, v.buckets[epoch].shares}
	}
	return w
}

// WithdrawalOf is an account's part of the withdrawals of an epoch, now: Vault.withdrawalSharesOf, what it is worth
// (Vault.withdrawalsOf), and whether it was claimed.
func (h *History) WithdrawalOf(vault core.Address, epoch uint64, account core.Address) (w Waiting, claimed bool) {
	v := h.vaults[vault]
	if v == nil || v.buckets[epoch] == nil {
		return w, false
	}
	b := v.buckets[epoch]
	w.Shares = b.of[account]
	// previewRedeem: shares · (assets + 1) / (all shares + 1), rounded down.
	assets, shares := b.amount, b.shares
	w.Amount = part(w.Shares, *assets.AddUint64(&assets, 1), *shares.AddUint64(&shares, 1))
	return w, b.claimed[account]
}

// TotalStake is Vault.totalStake at a moment that is not before the last event: what is active, and what waits in the
// present epoch and the next.
func (h *History) TotalStake(vault core.Address, now core.Time) core.Amount {
	v := h.vaults[vault]
	if v == nil {
		return core.Amount{}
	}
	all := v.stake.latest()
	for e := v.epoch(now); e <= v.epoch(now)+1; e++ {
		if b := v.buckets[e]; b != nil {
			all.Add(&all, &b.amount)
		}
	}
	return all
}

// SlashableStake is slasher.slashableStake(subnetwork of the set, operator, capture) in a block of this time, which is
// not before the last event.
func (h *History) SlashableStake(vault core.Address, set core.SetID, operator core.Address, capture, now core.Time) core.Amount {
	v := h.vaults[vault]
	key := setOperator{set, operator}
	if v == nil || capture >= now || now-capture > v.EpochDuration || capture < v.newest[key] {
		return core.Amount{}
	}
	stake := h.StakeAt(vault, set, operator, capture)
	taken, before := v.taken[key].latest(), v.taken[key].at(capture)
	taken.Sub(&taken, &before)
	if taken.Gt(&stake) {
		return core.Amount{}
	}
	return *stake.Sub(&stake, &taken)
}

// OptedIn reports an operator's opt-ins at t, to a vault and to the network.
func (h *History) OptedIn(operator, vault core.Address, t core.Time) (toVault, toNetwork bool) {
	if v := h.vaults[vault]; v != nil {
		toVault = v.optIn[operator].at(t)
	}
	return toVault, h.networkOptIn[operator].at(t)
}

// NetworkLimitAt is networkLimitAt of a delegator of types 0 to 2, maxNetworkLimitAt of type 3, collateral base units.
func (h *History) NetworkLimitAt(vault core.Address, set core.SetID, t core.Time) (a core.Amount) {
	if v := h.vaults[vault]; v != nil {
		a = v.limits[set].at(t)
	}
	return a
}

// JailedUntil is Operators.jailedUntil: until when an operator is jailed, as of the last event.
func (h *History) JailedUntil(operator core.Address) core.Time { return h.jails[operator].latest() }

// Endpoint is the text that an operator registered last in a set.
func (h *History) Endpoint(set core.SetID, operator core.Address) string {
	if s := h.sets[set]; s != nil && s.operators[operator] != nil {
		return s.operators[operator].endpoint
	}
	return ""
}

// ParametersAt is Middleware.parametersAt.
func (h *History) ParametersAt(set core.SetID, t core.Time) (p Parameters) {
	if s := h.sets[set]; s != nil {
		p = s.parameters.at(t)
	}
	return p
}

// CollateralWeightAt is Middleware.collateralWeightAt, 1e18 fixed point.
func (h *History) CollateralWeightAt(token core.Address, t core.Time) core.Amount {
	return h.collateral[token].at(t)
}

// Operators returns every operator that ever registered in a set, in the order in which they first did.
func (h *History) Operators(set core.SetID) []core.Address {
	if s := h.sets[set]; s != nil {
		return slices.Clone(s.order)
	}
	return nil
}

// OperatorAt is what was known of one operator of a set at t, with the stake in each vault that was linked.
func (h *History) OperatorAt(set core.SetID, a core.Address, t core.Time) Operator {
	o := Operator{Address: a, JailedUntil: h.jails[a].at(t)}
	s := h.sets[set]
	if s == nil || s.operators[a] == nil {
		return o
	}
	known := s.operators[a]
	was := known.status.at(t)
	o.Registered, o.Paused, o.KeyHash = was.registered, was.paused, was.keyHash
	o.Commission = known.commission.at(t)
	for i := range known.slots {
		linked := known.slots[i].at(t)
		v := h.vaults[linked]
		if v == nil {
			continue
		}
		// A mirrored vault is always readable: the Middleware accepts Symbiotic's own vaults alone, whose reads do
		// not revert for lack of anything but gas. Where one does all the same, the comparison at the capture finds it.
		o.Vaults = append(o.Vaults, Vault{Address: linked, Stake: h.StakeAt(linked, set, a, t),
			Weight: h.collateral[v.Collateral].at(t), Readable: true})
	}
	return o
}

// Snapshot is everything that decides the election of a set and era, given the era's capture. The operators stand in
// the order in which they first registered.
func (h *History) Snapshot(set core.SetID, e core.Era, capture core.Time) Snapshot {
	s := Snapshot{Set: set, Era: e, Capture: capture, Rules: h.ParametersAt(set, capture).Rules}
	for _, a := range h.Operators(set) {
		s.Operators = append(s.Operators, h.OperatorAt(set, a, capture))
	}
	return s
}

// NextChange is the first moment after another at which a snapshot of a set will change by itself, as far as is known now: an
// announced parameter, weight of a collateral or commission begins to count, or a jail ends. False: nothing is to come.
func (h *History) NextChange(set core.SetID, after core.Time) (first core.Time, found bool) {
	see := func(t core.Time, any bool) {
		if any && t > after && (!found || t < first) {
			first, found = t, true
		}
	}
	s := h.sets[set]
	if s == nil {
		return 0, false
	}
	see(s.parameters.next(after))
	for _, a := range s.order {
		see(s.operators[a].commission.next(after))
		see(s.operators[a].status.next(after))
		see(h.jails[a].next(after))
		see(h.jails[a].at(after), true)
		for i := range s.operators[a].slots {
			see(s.operators[a].slots[i].next(after))
		}
	}
	for _, v := range h.order {
		see(h.collateral[h.vaults[v].Collateral].next(after))
	}
	return first, found
}

func least(a, b uint256.Int) uint256.Int {
	if a.Lt(&b) {
		return a
	}
	return b
}
