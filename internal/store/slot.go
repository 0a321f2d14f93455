package store

import (
	"cmp"
	"encoding/binary"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// Kind is what a statement is about.
type Kind string

// The kinds of statements (protocol §5).
const (
	Batch   Kind = "batch"
	Rewards Kind = "rewards"
)

// Slot is what at most one digest is signed for, ever: two are an equivocation (protocol §7). BatchSlot and RewardsSlot
// make them.
type Slot struct {
	Set core.SetID `json:"set"`
	// Era is that of the set that signs, also when it goes on after its era.
	Era  core.Era `json:"era"`
	Kind Kind     `json:"kind"`
	// Number is a batch's.
	Number uint64 `json:"number,omitempty"`
	// From, To and Previous, the previous roots, are those of a rewards statement.
	From     core.Era  `json:"fromEra,omitempty"`
	To       core.Era  `json:"toEra,omitempty"`
	Previous core.Hash `json:"previousRoots"`
}

// BatchSlot is the slot of one batch.
func BatchSlot(set core.SetID, era core.Era, number uint64) Slot {
	return Slot{Set: set, Era: era, Kind: Batch, Number: number}
}

// RewardsSlot is the slot of the rewards of eras from to to, both inclusive, after previousRoots.
func RewardsSlot(set core.SetID, era, from, to core.Era, previousRoots core.Hash) Slot {
	return Slot{Set: set, Era: era, Kind: Rewards, From: from, To: to, Previous: previousRoots}
}

// String names the slot in words.
func (s Slot) String() string {
	if s.Kind == Rewards {
		return fmt.Sprintf("rewards of eras %d to %d after %s, set %d, signed as era %d", s.From, s.To, s.Previous, s.Set, s.Era)
	}
	return fmt.Sprintf("%s %d, set %d, signed as era %d", s.Kind, s.Number, s.Set, s.Era)
}

// check refuses a slot that neither BatchSlot nor RewardsSlot makes: one statement must not have two slots.
func (s Slot) check() error {
	switch s {
	case BatchSlot(s.Set, s.Era, s.Number), RewardsSlot(s.Set, s.Era, s.From, s.To, s.Previous):
		return nil
	}
	return fmt.Errorf("%s: not a slot of kind %q", s, s.Kind)
}

// compare orders slots as the journal's file and its export do.
func (s Slot) compare(o Slot) int {
	return cmp.Or(cmp.Compare(s.Set, o.Set), cmp.Compare(s.Era, o.Era), cmp.Compare(s.Kind, o.Kind), cmp.Compare(s.Number, o.Number),
		cmp.Compare(s.From, o.From), cmp.Compare(s.To, o.To), cmp.Compare(string(s.Previous[:]), string(o.Previous[:])))
}

// columns are the slot's, in the order of the table.
func (s *Slot) columns() []any {
	return []any{s.Set, s.Era, string(s.Kind), s.Number, s.From, s.To, s.Previous[:]}
}

// bytes are the slot's, of a fixed length for each kind.
func (s Slot) bytes() []byte {
	var raw []byte
	for _, n := range []uint64{uint64(s.Set), uint64(s.Era), s.Number, uint64(s.From), uint64(s.To)} {
		raw = binary.BigEndian.AppendUint64(raw, n)
	}
	raw = append(raw, s.Previous[:]...)
	return append(raw, s.Kind...)
}

// Conflict is the refusal to sign a second digest for a slot.
type Conflict struct {
	Slot Slot
	// Have is what was signed, Want what was asked for.
	Have, Want core.Hash
}

func (c *Conflict) Error() string {
	return fmt.Sprintf("%s: %s was signed, %s is refused: two would be an equivocation", c.Slot, c.Have, c.Want)
}
