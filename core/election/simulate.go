package election

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
)

// Change is what a simulation makes different in a snapshot; what is nil or empty stays.
type Change struct {
	MaxExecutors                      *uint16
	MinStake, MaxStake, MaxVaultStake *core.Amount // wVARA base units
	Stakes                            []StakeChange
	Leave                             []core.Address // these are not registered any more
}

// StakeChange moves an operator's stake in one of its vaults.
type StakeChange struct {
	Operator core.Address
	// Vault is one that it has linked; zero: the first. To an operator that is not in the snapshot it is a new vault of wVARA,
	// and the operator is one that may be elected.
	Vault  core.Address
	Amount core.Amount // base units of the vault's collateral
	Remove bool        // less by that, or to 0; else more
}

// Apply returns the snapshot as it would be; the argument stays as it is. Errors: an operator or a vault that is not there, and
// what Check refuses.
func (c Change) Apply(s stake.Snapshot) (stake.Snapshot, error) {
	s.Operators = slices.Clone(s.Operators)
	if c.MaxExecutors != nil {
		s.Rules.MaxExecutors = *c.MaxExecutors
	}
	for _, p := range []struct {
		to   *core.Amount
		from *core.Amount
	}{{&s.Rules.MinStake, c.MinStake}, {&s.Rules.MaxStake, c.MaxStake}, {&s.Rules.MaxVaultStake, c.MaxVaultStake}} {
		if p.from != nil {
			*p.to = *p.from
		}
	}
	for _, x := range c.Stakes {
		if err := x.apply(&s); err != nil {
			return stake.Snapshot{}, fmt.Errorf("simulate set %d, era %d: operator %s: %w", s.Set, s.Era, x.Operator, err)
		}
	}
	for _, a := range c.Leave {
		i := slices.IndexFunc(s.Operators, func(o stake.Operator) bool { return o.Address == a })
		if i < 0 {
			return stake.Snapshot{}, fmt.Errorf("simulate set %d, era %d: operator %s leaves and is not there", s.Set, s.Era, a)
		}
		s.Operators[i].Registered = false
	}
	return s, s.Check()
}

func (x StakeChange) apply(s *stake.Snapshot) error {
	i := slices.IndexFunc(s.Operators, func(o stake.Operator) bool { return o.Address == x.Operator })
	if i < 0 {
		if x.Remove {
			return fmt.Errorf("loses stake and is not there")
		}
		var one core.Amount
		s.Operators = append(s.Operators, stake.Operator{Address: x.Operator, Registered: true, KeyHash: core.Keccak(x.Operator[:]),
			Vaults: []stake.Vault{{Address: x.Vault, Stake: x.Amount, Weight: *one.SetUint64(core.One), Readable: true}}})
		return nil
	}
	o := &s.Operators[i]
	o.Vaults = slices.Clone(o.Vaults)
	j := slices.IndexFunc(o.Vaults, func(v stake.Vault) bool { return v.Address == x.Vault || x.Vault == (core.Address{}) })
	if j < 0 {
		return fmt.Errorf("has not linked vault %s", x.Vault)
	}
	v := &o.Vaults[j]
	switch {
	case !x.Remove:
		if _, over := v.Stake.AddOverflow(&v.Stake, &x.Amount); over {
			return fmt.Errorf("more than 256 bits of stake in vault %s", v.Address)
		}
	case v.Stake.Lt(&x.Amount):
		v.Stake = core.Amount{}
	default:
		v.Stake.Sub(&v.Stake, &x.Amount)
	}
	return nil
}

// Shift is what becomes of one operator.
type Shift struct {
	Operator      core.Address
	Before, After Outcome
}

// Compare returns the operators that are elected in one of two results, or have another rank, weight or reason: those of the
// later result in its order, then those that are not in it by address.
func Compare(before, after Result) (list []Shift) {
	was := map[core.Address]Outcome{}
	for _, o := range before.Outcomes {
		was[o.Operator] = o
	}
	for _, o := range after.Outcomes {
		old := was[o.Operator]
		delete(was, o.Operator)
		if old.Rank != o.Rank || old.Weight != o.Weight || old.Code != o.Code || old.Elected || o.Elected {
			list = append(list, Shift{o.Operator, old, o})
		}
	}
	gone := len(list)
	for _, o := range before.Outcomes {
		if _, left := was[o.Operator]; left {
			list = append(list, Shift{o.Operator, o, Outcome{Operator: o.Operator}})
		}
	}
	slices.SortFunc(list[gone:], func(a, b Shift) int { return bytes.Compare(a.Operator[:], b.Operator[:]) })
	return list
}
