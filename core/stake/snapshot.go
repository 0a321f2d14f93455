package stake

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// Slots is how many vaults of one operator can be linked in a set (protocol §3, "Links").
const Slots = 16

// Snapshot is everything that decides an election, as it was at the capture of an era: of one operator set,
// every operator that was ever registered in it.
type Snapshot struct {
	Set core.SetID
	// Era is the one whose capture this is, Capture its timestamp.
	Era     core.Era
	Capture core.Time
	// Rules are the set's parameters as checkpointed at Capture.
	Rules Rules
	// Operators are in any order, each once: nothing that is computed depends on it.
	Operators []Operator
}

// Operator is one operator of a set at a capture.
type Operator struct {
	Address core.Address
	// Registered is false before registerOperator and after leaving.
	Registered bool
	Paused     bool
	// JailedUntil is the first moment at which the operator is free again; 0 if it never was jailed.
	JailedUntil core.Time
	// KeyHash is keccak256 of its packed public key (batch.KeyHash), zero when it has none.
	KeyHash core.Hash
	// Commission is its part of what it earns, before its stakers'.
	Commission core.Bps
	// Vaults are the linked ones, in the order of their slots, at most Slots, each once.
	Vaults []Vault
}

// Vault is one linked vault of an operator at a capture.
type Vault struct {
	Address core.Address
	// Stake is delegator.stakeAt(subnetwork, operator, capture), in base units of the collateral. It may be
	// any number: a delegator is not ours.
	Stake core.Amount
	// Weight is the collateral's: what one base unit of it is worth in wVARA base units, times 1e18; 0 when
	// the collateral is not accepted.
	Weight core.Amount
	// Readable is false when the read reverted; the vault then counts 0 (protocol §3).
	Readable bool
}

// The errors of a snapshot that is not one: nothing can be computed from it, and it has to be read from the
// chain again.
var (
	ErrRules    = errors.New("rules out of range")
	ErrOperator = errors.New("operator twice in a snapshot")
	ErrVault    = errors.New("vault twice for an operator")
	ErrSlots    = errors.New("more vaults than slots")
)

// Check returns an error, which wraps one of this package's, when the snapshot cannot come from the chain.
func (s Snapshot) Check() error {
	if err := s.Rules.Check(); err != nil {
		return fmt.Errorf("check snapshot of set %d, era %d: %w", s.Set, s.Era, err)
	}
	seen := make(map[core.Address]bool, len(s.Operators))
	for _, o := range s.Operators {
		if seen[o.Address] {
			return fmt.Errorf("check snapshot of set %d, era %d: %w: %s", s.Set, s.Era, ErrOperator, o.Address)
		}
		seen[o.Address] = true
		if err := o.check(); err != nil {
			return fmt.Errorf("check snapshot of set %d, era %d: operator %s: %w", s.Set, s.Era, o.Address, err)
		}
	}
	return nil
}

func (o Operator) check() error {
	if len(o.Vaults) > Slots {
		return fmt.Errorf("%w: %d linked, %d slots", ErrSlots, len(o.Vaults), Slots)
	}
	for i, v := range o.Vaults {
		if slices.ContainsFunc(o.Vaults[:i], func(w Vault) bool { return w.Address == v.Address }) {
			return fmt.Errorf("%w: %s", ErrVault, v.Address)
		}
	}
	return nil
}

// Sorted returns the snapshot with its operators in ascending order of address, the one form to store and to
// compare. The operators' vaults keep the order of their slots. The argument is not changed.
func (s Snapshot) Sorted() Snapshot {
	s.Operators = slices.Clone(s.Operators)
	slices.SortFunc(s.Operators, func(a, b Operator) int { return bytes.Compare(a.Address[:], b.Address[:]) })
	return s
}
