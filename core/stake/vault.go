package stake

import (
	"fmt"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
)

// vaultHistory is that of one vault, with its delegator's and its slasher's.
type vaultHistory struct {
	VaultFacts
	last Place

	stake, shares trace[core.Amount] // active
	holders       map[core.Address]*trace[core.Amount]
	accounts      []core.Address // of holders, in the order in which they first held

	buckets map[uint64]*bucket // withdrawals, by the epoch in which they wait

	optIn  map[core.Address]*trace[bool]
	limits map[core.SetID]*trace[core.Amount] // network limit; of type 3 the max network limit
	total  map[core.SetID]*trace[core.Amount] // all operators' shares, type 0
	parts  map[setOperator]*trace[core.Amount]
	caps   map[setOperator]*trace[core.Amount] // operator limits, type 1
	taken  map[setOperator]*trace[core.Amount] // slashed in all
	newest map[setOperator]core.Time           // latest capture slashed
}

type setOperator struct {
	set      core.SetID
	operator core.Address
}

// bucket is what waits in an epoch to be claimed.
type bucket struct {
	amount, shares core.Amount
	of             map[core.Address]core.Amount
	claimed        map[core.Address]bool
}

func newVault(f VaultFacts) *vaultHistory {
	return &vaultHistory{VaultFacts: f, holders: map[core.Address]*trace[core.Amount]{}, buckets: map[uint64]*bucket{},
		optIn: map[core.Address]*trace[bool]{}, limits: map[core.SetID]*trace[core.Amount]{},
		total: map[core.SetID]*trace[core.Amount]{}, parts: map[setOperator]*trace[core.Amount]{},
		caps: map[setOperator]*trace[core.Amount]{}, taken: map[setOperator]*trace[core.Amount]{},
		newest: map[setOperator]core.Time{}}
}

// vaultOf returns the vault of an event that is a vault's.
func vaultOf(e Event) (core.Address, bool) {
	switch e := e.(type) {
	case Deposited:
		return e.Vault, true
	case Withdrawn:
		return e.Vault, true
	case Claimed:
		return e.Vault, true
	case Transferred:
		return e.Vault, true
	case VaultSlashed:
		return e.Vault, true
	case NetworkLimitSet:
		return e.Vault, true
	case MaxNetworkLimitSet:
		return e.Vault, true
	case OperatorSharesSet:
		return e.Vault, true
	case OperatorLimitSet:
		return e.Vault, true
	case OperatorSlashed:
		return e.Vault, true
	case VaultOptedIn:
		return e.Vault, true
	}
	return core.Address{}, false
}

func (h *History) applyVault(at Place, address core.Address, e Event) error {
	v := h.vaults[address]
	if v == nil {
		return fmt.Errorf("%w %s", ErrUnknownVault, address)
	}
	if err := next(&v.last, at); err != nil {
		return fmt.Errorf("vault %s: %w", address, err)
	}
	if err := v.apply(at, e); err != nil {
		return fmt.Errorf("vault %s: %w", address, err)
	}
	return nil
}

func (v *vaultHistory) apply(at Place, e Event) error {
	switch e := e.(type) {
	case Deposited:
		return v.deposit(at, e)
	case Withdrawn:
		return v.withdraw(at, e)
	case Claimed:
		for _, epoch := range e.Epochs {
			v.bucket(epoch).claimed[e.Account] = true
		}
		return nil
	case Transferred:
		return v.transfer(at, e)
	case VaultSlashed:
		return v.slash(at, e)
	case VaultOptedIn:
		return of(v.optIn, e.Operator).push(at.Time, e.In)
	case NetworkLimitSet:
		return of(v.limits, e.Set).push(at.Time, e.Amount)
	case MaxNetworkLimitSet:
		return v.maxLimit(at, e)
	case OperatorSharesSet:
		part, total := of(v.parts, setOperator{e.Set, e.Operator}), of(v.total, e.Set)
		all, had := total.latest(), part.latest()
		all.Sub(&all, &had)
		if _, over := all.AddOverflow(&all, &e.Shares); over {
			return fmt.Errorf("%w: shares beyond 256 bits", ErrImpossible)
		}
		if err := total.push(at.Time, all); err != nil {
			return err
		}
		return part.push(at.Time, e.Shares)
	case OperatorLimitSet:
		return of(v.caps, setOperator{e.Set, e.Operator}).push(at.Time, e.Amount)
	case OperatorSlashed:
		key := setOperator{e.Set, e.Operator}
		taken := of(v.taken, key)
		all := taken.latest()
		if _, over := all.AddOverflow(&all, &e.Amount); over {
			return fmt.Errorf("%w: slashes beyond 256 bits", ErrImpossible)
		}
		v.newest[key] = max(v.newest[key], e.Capture)
		return taken.push(at.Time, all)
	}
	return fmt.Errorf("%w: %T", ErrImpossible, e)
}

// maxLimit: type 3 checkpoints the max limit; the others lower a limit that is above it, without an event, and do
// not raise it again (_setMaxNetworkLimit of the delegators).
func (v *vaultHistory) maxLimit(at Place, e MaxNetworkLimitSet) error {
	limit := of(v.limits, e.Set)
	if v.DelegatorType == 3 {
		return limit.push(at.Time, e.Amount)
	}
	if latest := limit.latest(); limit.exists() && latest.Gt(&e.Amount) {
		return limit.push(at.Time, e.Amount)
	}
	return nil
}

func (v *vaultHistory) deposit(at Place, e Deposited) error {
	if err := grow(&v.stake, at.Time, e.Amount); err != nil {
		return err
	}
	if v.Version == 2 { // the Transfer that follows moves the shares
		return nil
	}
	if err := grow(&v.shares, at.Time, e.Shares); err != nil {
		return err
	}
	return grow(v.holder(e.Account), at.Time, e.Shares)
}

func (v *vaultHistory) withdraw(at Place, e Withdrawn) error {
	if err := shrink(&v.stake, at.Time, e.Amount); err != nil {
		return err
	}
	b := v.bucket(v.epoch(at.Time) + 1)
	b.amount.Add(&b.amount, &e.Amount)
	b.shares.Add(&b.shares, &e.Minted)
	claimer := b.of[e.Claimer]
	b.of[e.Claimer] = *claimer.Add(&claimer, &e.Minted)
	if v.Version == 2 {
		return nil
	}
	if err := shrink(&v.shares, at.Time, e.Burned); err != nil {
		return err
	}
	return shrink(v.holder(e.Account), at.Time, e.Burned)
}

// transfer moves shares of a vault of version 2; from and to the zero address they are made and burned.
func (v *vaultHistory) transfer(at Place, e Transferred) error {
	if v.Version != 2 {
		return fmt.Errorf("%w: a transfer of a vault of version %d", ErrImpossible, v.Version)
	}
	nobody := core.Address{}
	if e.From == nobody {
		if err := grow(&v.shares, at.Time, e.Shares); err != nil {
			return err
		}
	} else if err := shrink(v.holder(e.From), at.Time, e.Shares); err != nil {
		return err
	}
	if e.To == nobody {
		return shrink(&v.shares, at.Time, e.Shares)
	}
	return grow(v.holder(e.To), at.Time, e.Shares)
}

// slash is Vault.onSlash: what left the vault is taken from its active stake and from the withdrawals that wait, in
// proportion, rounded down; the remainder falls on the last bucket.
func (v *vaultHistory) slash(at Place, e VaultSlashed) error {
	if e.Slashed.IsZero() {
		return nil
	}
	now := v.epoch(at.Time)
	active, upcoming := v.stake.latest(), v.bucket(now+1)
	var present *bucket
	all := *new(core.Amount).Add(&active, &upcoming.amount)
	if e.Capture < v.EpochInit || v.epoch(e.Capture) != now {
		present = v.bucket(now)
		all.Add(&all, &present.amount)
	}
	if all.Lt(&e.Slashed) {
		return fmt.Errorf("%w: %s slashed of %s", ErrImpossible, e.Slashed.Dec(), all.Dec())
	}
	ofActive := part(e.Slashed, active, all)
	rest := *new(core.Amount).Sub(&e.Slashed, &ofActive)
	ofUpcoming := rest
	if present != nil {
		ofUpcoming = part(e.Slashed, upcoming.amount, all)
		rest.Sub(&rest, &ofUpcoming)
		if present.amount.Lt(&rest) { // by rounding
			ofUpcoming.Add(&ofUpcoming, new(core.Amount).Sub(&rest, &present.amount))
			rest = present.amount
		}
		present.amount.Sub(&present.amount, &rest)
	}
	upcoming.amount.Sub(&upcoming.amount, &ofUpcoming)
	return v.stake.push(at.Time, *active.Sub(&active, &ofActive))
}

// part is ⌊amount · of / all⌋.
func part(amount, of, all core.Amount) core.Amount {
	out, _ := new(core.Amount).MulDivOverflow(&amount, &of, &all)
	return *out
}

func (v *vaultHistory) holder(a core.Address) *trace[core.Amount] {
	t := v.holders[a]
	if t == nil {
		t = &trace[core.Amount]{}
		v.holders[a] = t
		v.accounts = append(v.accounts, a)
	}
	return t
}

func (v *vaultHistory) bucket(epoch uint64) *bucket {
	b := v.buckets[epoch]
	if b == nil {
		b = &bucket{of: map[core.Address]core.Amount{}, claimed: map[core.Address]bool{}}
		v.buckets[epoch] = b
	}
	return b
}

// epoch is Vault.epochAt; a border second belongs to the epoch that begins.
func (v *vaultHistory) epoch(t core.Time) uint64 {
	return uint64((t - min(t, v.EpochInit)) / v.EpochDuration)
}

func grow(t *trace[core.Amount], at core.Time, by core.Amount) error {
	now := t.latest()
	if _, over := now.AddOverflow(&now, &by); over {
		return fmt.Errorf("%w: a sum beyond 256 bits", ErrImpossible)
	}
	return t.push(at, now)
}

func shrink(t *trace[core.Amount], at core.Time, by core.Amount) error {
	now := t.latest()
	if now.Lt(&by) {
		return fmt.Errorf("%w: %s less than %s", ErrImpossible, by.Dec(), now.Dec())
	}
	return t.push(at, *new(uint256.Int).Sub(&now, &by))
}
