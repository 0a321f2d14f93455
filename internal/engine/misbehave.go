package engine

import (
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/executor"
)

// Misbehaviour is how a node breaks the rules on a network that is there to see what comes of it.
type Misbehaviour string

// The ways.
const (
	Equivocates Misbehaviour = "equivocate"   // signs two results of each batch
	WrongResult Misbehaviour = "wrong-result" // signs another result than everyone else
	Absent      Misbehaviour = "absent"       // signs nothing
	Garbage     Misbehaviour = "garbage"      // sends signatures that are none
)

// ParseMisbehaviour reads one of the ways.
func ParseMisbehaviour(text string) (Misbehaviour, error) {
	ways := []Misbehaviour{Equivocates, WrongResult, Absent, Garbage}
	if !slices.Contains(ways, Misbehaviour(text)) {
		return "", fmt.Errorf("%q: want one of %v", text, ways)
	}
	return Misbehaviour(text), nil
}

// statements are what such a node says about a batch.
func (m Misbehaviour) statements(b batch.Batch, signed func(batch.Batch) executor.Message) []executor.Message {
	lie := b
	lie.StateRoot[0] ^= 0xff
	switch m {
	case Equivocates:
		return []executor.Message{signed(b), signed(lie)}
	case WrongResult:
		return []executor.Message{signed(lie)}
	case Garbage:
		bad, other := signed(b), signed(lie)
		bad.Signature = other.Signature
		return []executor.Message{bad}
	}
	return nil
}
