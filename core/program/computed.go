package program

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
)

// Computed is a batch with everything that whoever computed it knows of it.
type Computed struct {
	batch.Batch
	// Previous is the number of the batch before, 0 for none.
	Previous uint64
	Result
}

// Leaves are the leaves of the tree of a batch's messages, in order.
func Leaves(set core.SetID, number uint64, messages []Outgoing) []core.Hash {
	leaves := make([]core.Hash, len(messages))
	for i, m := range messages {
		leaves[i] = batch.Message{Set: set, Number: number, Index: uint64(i), Program: m.Program, Destination: m.To,
			ContentHash: m.Content().Hash()}.Leaf()
	}
	return leaves
}

// Content is what the leaf of a message says of it besides its place.
func (m Outgoing) Content() batch.Content {
	return batch.Content{ID: m.ID, ReplyTo: m.ReplyTo, ReplyCode: m.Code, Value: m.Value, PayloadHash: core.Keccak(m.Payload)}
}

// MessagesRoot is what a batch commits to for its messages.
func MessagesRoot(set core.SetID, number uint64, messages []Outgoing) core.Hash {
	if len(messages) == 0 {
		return core.Hash{}
	}
	return batch.MessagesRoot(uint64(len(messages)), merkle.Root(Leaves(set, number, messages)))
}
