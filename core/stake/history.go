package stake

import (
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// VaultFacts is what never changes about a vault, read once when it is enrolled: no event carries it.
type VaultFacts struct {
	Address    core.Address `json:"address"`
	Delegator  core.Address `json:"delegator"`
	Slasher    core.Address `json:"slasher"`
	Collateral core.Address `json:"collateral"`
	// Version is the vault's, 1 or 2; the shares of version 2 are tokens.
	Version uint64 `json:"version"`
	// DelegatorType is 0 NetworkRestake, 1 FullRestake, 2 OperatorSpecific or 3 OperatorNetworkSpecific.
	DelegatorType uint64 `json:"delegatorType"`
	// Operator is the only one of a delegator of types 2 and 3.
	Operator      core.Address `json:"operator"`
	EpochInit     core.Time    `json:"epochInit"`
	EpochDuration core.Time    `json:"epochDuration"`
	// OptIn is the service in which operators opt in to the vault.
	OptIn core.Address `json:"optIn"`
}

// The errors of a history that cannot be one.
var (
	ErrOrder        = errors.New("out of order")
	ErrUnknownVault = errors.New("unknown vault")
	ErrImpossible   = errors.New("no contract would emit this")
)

// History is what Symbiotic's and Roster's contracts know of the past, from their events alone (Symbiotic's Vault,
// delegators, slashers and OptInService; Roster's Operators and Middleware). For every timestamp it answers what
// their views with a timestamp answer; of the present, what those without one do.
//
// The events of one vault come in the chain's order, and so do all others among themselves; a vault's whole history
// may come later than other events, which is what happens when a vault is enrolled. The order in which vaults come
// changes nothing.
type History struct {
	network core.Address
	last    Place // of what is not a vault's

	vaults       map[core.Address]*vaultHistory
	order        []core.Address // of vaults, as they were added
	networkOptIn map[core.Address]*trace[bool]

	sets       map[core.SetID]*operatorSet
	jails      map[core.Address]*trace[core.Time]
	collateral map[core.Address]*trace[core.Amount]
}

// operatorSet is what is known of one set.
type operatorSet struct {
	parameters trace[Parameters]
	operators  map[core.Address]*operatorHistory
	order      []core.Address // in which they first registered
}

// operatorHistory is what is known of one operator of a set.
type operatorHistory struct {
	status     trace[status]
	commission trace[core.Bps]
	endpoint   string
	slots      []trace[core.Address]
}

type status struct {
	registered, paused bool
	keyHash            core.Hash
}

// NewHistory is the history of a network in which nothing has happened; network is the Middleware.
func NewHistory(network core.Address) *History {
	return &History{network: network, vaults: map[core.Address]*vaultHistory{}, networkOptIn: map[core.Address]*trace[bool]{},
		sets: map[core.SetID]*operatorSet{}, jails: map[core.Address]*trace[core.Time]{},
		collateral: map[core.Address]*trace[core.Amount]{}}
}

// AddVault makes a vault known, before any event of it.
func (h *History) AddVault(f VaultFacts) error {
	if known := h.vaults[f.Address]; known != nil {
		return fmt.Errorf("add vault %s: %w: it is known", f.Address, ErrOrder)
	}
	if f.EpochDuration == 0 || f.DelegatorType > 3 {
		return fmt.Errorf("add vault %s: %w: epoch of %d seconds, delegator of type %d", f.Address, ErrImpossible,
			f.EpochDuration, f.DelegatorType)
	}
	h.vaults[f.Address] = newVault(f)
	h.order = append(h.order, f.Address)
	return nil
}

// Vaults returns the facts of every vault, in the order in which they were added.
func (h *History) Vaults() []VaultFacts {
	list := make([]VaultFacts, len(h.order))
	for i, a := range h.order {
		list[i] = h.vaults[a].VaultFacts
	}
	return list
}

// Apply adds an event. An error means that it cannot come after those before it; the history is then unusable.
func (h *History) Apply(at Place, e Event) error {
	var err error
	if vault, of := vaultOf(e); of {
		err = h.applyVault(at, vault, e)
	} else if err = next(&h.last, at); err == nil {
		err = h.apply(at, e)
	}
	if err != nil {
		return fmt.Errorf("apply %T of block %d, log %d: %w", e, at.Block, at.Index, err)
	}
	return nil
}

// next moves a place on, or says that it does not move on.
func next(last *Place, at Place) error {
	if !last.before(at) || at.Time < last.Time {
		return fmt.Errorf("%w: block %d, log %d, time %d after block %d, log %d, time %d", ErrOrder,
			at.Block, at.Index, at.Time, last.Block, last.Index, last.Time)
	}
	*last = at
	return nil
}

func (h *History) apply(at Place, e Event) error {
	switch e := e.(type) {
	case NetworkOptedIn:
		return of(h.networkOptIn, e.Operator).push(at.Time, e.In)
	case OperatorJailed:
		return of(h.jails, e.Operator).push(at.Time+1, e.Until)
	case ParametersSet:
		return h.set(e.Set).parameters.push(e.From, e.Parameters)
	case CollateralSet:
		return of(h.collateral, e.Token).push(e.From, e.Weight)
	case OperatorRegistered:
		return h.register(at, e)
	case KeyRotated:
		return h.change(at, e.Set, e.Operator, func(s *status) { s.keyHash = e.KeyHash })
	case OperatorPaused:
		return h.change(at, e.Set, e.Operator, func(s *status) { s.paused = e.Paused })
	case OperatorLeft:
		return h.change(at, e.Set, e.Operator, func(s *status) { s.registered, s.paused = false, false })
	case EndpointChanged:
		o, err := h.known(e.Set, e.Operator)
		if err == nil {
			o.endpoint = e.Endpoint
		}
		return err
	case CommissionChanged:
		o, err := h.known(e.Set, e.Operator)
		if err != nil {
			return err
		}
		o.commission.dropAfter(at.Time + 1) // Operators pops what was announced and does not count in the next second
		return o.commission.push(e.From, e.Commission)
	case VaultLinked:
		return h.link(at, e)
	}
	return fmt.Errorf("%w: %T", ErrImpossible, e)
}

func (h *History) set(id core.SetID) *operatorSet {
	s := h.sets[id]
	if s == nil {
		s = &operatorSet{operators: map[core.Address]*operatorHistory{}}
		h.sets[id] = s
	}
	return s
}

// known returns an operator that has registered in a set.
func (h *History) known(set core.SetID, a core.Address) (*operatorHistory, error) {
	if s := h.sets[set]; s != nil && s.operators[a] != nil {
		return s.operators[a], nil
	}
	return nil, fmt.Errorf("%w: operator %s never registered in set %d", ErrImpossible, a, set)
}

func (h *History) register(at Place, e OperatorRegistered) error {
	s := h.set(e.Set)
	o := s.operators[e.Operator]
	if o == nil {
		o = &operatorHistory{}
		s.operators[e.Operator] = o
		s.order = append(s.order, e.Operator)
	}
	o.endpoint = e.Endpoint
	return o.status.push(at.Time+1, status{registered: true, keyHash: e.KeyHash})
}

// change pushes a new status; it counts from the next second on.
func (h *History) change(at Place, set core.SetID, a core.Address, f func(*status)) error {
	o, err := h.known(set, a)
	if err != nil {
		return err
	}
	s := o.status.latest()
	f(&s)
	return o.status.push(at.Time+1, s)
}

func (h *History) link(at Place, e VaultLinked) error {
	o, err := h.known(e.Set, e.Operator)
	if err != nil {
		return err
	}
	if e.Slot < 0 || e.Slot >= Slots || e.Slot > len(o.slots) {
		return fmt.Errorf("%w: slot %d of %d", ErrImpossible, e.Slot, len(o.slots))
	}
	if e.Slot == len(o.slots) {
		o.slots = append(o.slots, trace[core.Address]{})
	}
	vault := e.Vault
	if !e.Linked {
		vault = core.Address{}
	}
	return o.slots[e.Slot].push(at.Time+1, vault)
}
