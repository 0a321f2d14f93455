package election

import (
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/stake"
)

// Proposal is a list of Executors for an era as anyone may post it at the Router (protocol §4).
type Proposal struct {
	// Seed is the one that the list was computed with.
	Seed core.Hash
	// Entries are the Executors in order.
	Entries []merkle.Entry
	// AggregateHash is keccak256 of the packed sum of their keys (batch.KeyHash).
	AggregateHash core.Hash
}

// Proposal is the right proposal, given the hash of the Executors' aggregate key.
func (r Result) Proposal(aggregateHash core.Hash) Proposal {
	return Proposal{r.Seed, r.Executors, aggregateHash}
}

// Refusal is why the Router itself would refuse a proposal, without anybody's challenge.
type Refusal struct {
	core.Reason
	// Index is the entry that is wrong, −1 when none in particular is.
	Index int
	// Detail has the values.
	Detail string
}

// Error is the refusal in words and numbers, on one line.
func (r Refusal) Error() string {
	if r.Index < 0 {
		return fmt.Sprintf("propose: %s: %s", r.Short, r.Detail)
	}
	return fmt.Sprintf("propose: %s: entry %d: %s", r.Short, r.Index, r.Detail)
}

// Refuse returns a Refusal when the Router would refuse the proposal for what it can see itself: the seed, the
// count, the range of the weights, the order (protocol §4). Of the snapshot only set, era and rules are used.
// It returns nil for a list that can be posted, right or not. Whether it can be posted now is a question of
// time and of what stands already (era.Times.MayPropose).
func Refuse(p Proposal, s stake.Snapshot, d Draw) error {
	r := s.Rules
	switch count := len(p.Entries); {
	case p.Seed != d.Seed:
		return Refusal{WrongSeed, -1, fmt.Sprintf("names %s, sealed is %s", p.Seed, d.Seed)}
	case count == 0:
		return Refusal{NoEntries, -1, "there must be one at least"}
	case count > int(r.MaxExecutors):
		return Refusal{TooManyEntries, -1, fmt.Sprintf("%d of at most %d", count, r.MaxExecutors)}
	}
	f := field{s, d}
	var before candidate
	for i, e := range p.Entries {
		if e.Weight.IsZero() {
			return Refusal{WeightZero, i, "operator " + e.Operator.String()}
		}
		if e.Weight.Gt(&r.MaxStake) {
			return Refusal{WeightAboveCap, i, fmt.Sprintf("weight %s of at most %s", e.Weight.Dec(), r.MaxStake.Dec())}
		}
		this := f.candidate(e)
		if i > 0 && compare(before, this) >= 0 {
			return Refusal{OutOfOrder, i, fmt.Sprintf("weight %s, lottery %s after weight %s, lottery %s",
				e.Weight.Dec(), this.lottery, before.entry.Weight.Dec(), before.lottery)}
		}
		before = this
	}
	return nil
}
