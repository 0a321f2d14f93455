package election

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/stake"
)

// Draw is what decides between operators of equal weight, beside set, era and operator (batch.Lottery).
type Draw struct {
	ChainID uint64
	Router  core.Address
	// Seed is prevrandao of the block that sealed the era.
	Seed core.Hash
}

// Result is the outcome of an election.
type Result struct {
	Set core.SetID
	Era core.Era
	// Seed is the one that decided ties; a proposal names it.
	Seed core.Hash
	// Executors are the elected, in order: the entries of the right proposal. None when nobody is eligible;
	// there is no proposal then.
	Executors []merkle.Entry
	// Total is the sum of their weights in wVARA base units, below 2^96.
	Total core.Amount
	// Root is the root of their entries, zero for none.
	Root core.Hash
	// Outcomes say for every operator of the snapshot why it is in or out: first the eligible by rank, so the
	// Executors in front, then the others by address.
	Outcomes []Outcome
}

// Header is the header of the era's set, given the hash of the Executors' aggregate key.
func (r Result) Header(aggregateHash core.Hash) batch.Header {
	return batch.Header{Set: r.Set, Era: r.Era, Count: uint16(len(r.Executors)), Total: r.Total, Root: r.Root,
		AggregateHash: aggregateHash}
}

// candidate is an operator with weight, and what orders it.
type candidate struct {
	entry   merkle.Entry
	lottery core.Hash
}

// compare is the order of an election: negative when a stands before b. It is 0 only for the same operator
// with the same weight.
func compare(a, b candidate) int {
	if byWeight := b.entry.Weight.Cmp(&a.entry.Weight); byWeight != 0 {
		return byWeight
	}
	return bytes.Compare(a.lottery[:], b.lottery[:])
}

// field computes candidates of one election.
type field struct {
	snapshot stake.Snapshot
	draw     Draw
}

func (f field) candidate(e merkle.Entry) candidate {
	return candidate{e, batch.Lottery(f.draw.ChainID, f.draw.Router, f.snapshot.Set, f.snapshot.Era, f.draw.Seed, e.Operator)}
}

// entry is the operator's entry as the Middleware would have it; its weight is 0 when it is not eligible.
func (f field) entry(o stake.Operator) merkle.Entry {
	return merkle.Entry{Operator: o.Address, Weight: o.WeightAt(f.snapshot.Rules, f.snapshot.Capture), KeyHash: o.KeyHash}
}

// ranking returns everyone with weight, in the order of the election.
func (f field) ranking() []candidate {
	var ranking []candidate
	for _, o := range f.snapshot.Operators {
		if e := f.entry(o); !e.Weight.IsZero() {
			ranking = append(ranking, f.candidate(e))
		}
	}
	slices.SortFunc(ranking, compare)
	return ranking
}

// Elect applies the rule of protocol §4 to a snapshot. The result does not depend on the order of the
// snapshot's operators. The error is that of a snapshot which does not pass its Check.
func Elect(s stake.Snapshot, d Draw) (Result, error) {
	if err := s.Check(); err != nil {
		return Result{}, fmt.Errorf("elect: %w", err)
	}
	ranking := field{s, d}.ranking()
	result := Result{Set: s.Set, Era: s.Era, Seed: d.Seed, Outcomes: outcomes(s, ranking)}
	for _, c := range ranking[:min(len(ranking), int(s.Rules.MaxExecutors))] {
		result.Executors = append(result.Executors, c.entry)
		result.Total.Add(&result.Total, &c.entry.Weight)
	}
	root, err := merkle.EntryRoot(result.Executors)
	if err != nil {
		return Result{}, fmt.Errorf("elect set %d, era %d: %w", s.Set, s.Era, err)
	}
	result.Root = root
	return result, nil
}
