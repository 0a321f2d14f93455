package election

import (
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/stake"
)

// Kind names the Router's function by which a challenge is made.
type Kind string

// The three challenges of protocol §4.
const (
	ChallengeEntry     Kind = "challengeEntry"
	ChallengeOmission  Kind = "challengeOmission"
	ChallengeAggregate Kind = "challengeAggregate"
)

// Challenge is one that a proposal would lose to.
type Challenge struct {
	core.Reason
	Kind Kind
	// Index is the entry that is wrong; of an omission, where a misplaced operator stands; −1 for none.
	Index int
	// Right is the operator's entry as the Middleware has it; its weight is 0 when it is not eligible. Zero for
	// an aggregate.
	Right merkle.Entry
	// Left is the index of the neighbour before the place where an omitted operator belongs, −1 when that is
	// before the first; Next the index of the neighbour after it, −1 when that is after the last of a list
	// that is not full. Both −1 for another kind.
	Left, Next int
	// Detail has the values.
	Detail string
}

// String is the challenge in words and numbers, on one line.
func (c Challenge) String() string { return fmt.Sprintf("%s: %s: %s", c.Kind, c.Short, c.Detail) }

// Audit returns every challenge that a proposal would lose to: wrong entries by index, then omissions by rank,
// then the aggregate. None means that the proposal is the right one, provably: the same that Elect returns.
//
// aggregateHash is keccak256 of the packed sum of the keys of Elect's Executors, which this package cannot
// add. It is looked at only when the entries are right, since a challenge of wrong ones is cheaper.
//
// The error is a Refusal when the Router would not let the proposal be posted, or that of a snapshot which does
// not pass its Check.
func Audit(p Proposal, s stake.Snapshot, d Draw, aggregateHash core.Hash) ([]Challenge, error) {
	if err := s.Check(); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	if err := Refuse(p, s, d); err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	f := field{s, d}
	challenges := append(f.wrongEntries(p), f.omissions(p)...)
	if len(challenges) == 0 && p.AggregateHash != aggregateHash {
		challenges = append(challenges, Challenge{Reason: WrongAggregate, Kind: ChallengeAggregate, Index: -1, Left: -1, Next: -1,
			Detail: fmt.Sprintf("hash %s, the keys add up to %s", p.AggregateHash, aggregateHash)})
	}
	return challenges, nil
}

// wrongEntries finds the entries whose weight or key is not the Middleware's.
func (f field) wrongEntries(p Proposal) []Challenge {
	operators := make(map[core.Address]stake.Operator, len(f.snapshot.Operators))
	for _, o := range f.snapshot.Operators {
		operators[o.Address] = o
	}
	var wrong []Challenge
	for i, listed := range p.Entries {
		c := Challenge{Kind: ChallengeEntry, Index: i, Left: -1, Next: -1, Right: merkle.Entry{Operator: listed.Operator}}
		o, known := operators[listed.Operator]
		if known {
			c.Right = f.entry(o)
		}
		switch {
		case !known:
			c.Reason, c.Detail = EntryUnknown, fmt.Sprintf("entry %d, %s", i, listed.Operator)
		case c.Right.Weight.IsZero():
			c.Reason = EntryIneligible
			c.Detail = fmt.Sprintf("entry %d, %s is %s", i, listed.Operator, ineligible(f.snapshot, o).Short)
		case listed.Weight != c.Right.Weight:
			c.Reason = EntryWeight
			c.Detail = fmt.Sprintf("entry %d, %s: %s, is %s", i, listed.Operator, listed.Weight.Dec(), c.Right.Weight.Dec())
		case listed.KeyHash != c.Right.KeyHash:
			c.Reason = EntryKey
			c.Detail = fmt.Sprintf("entry %d, %s: %s, is %s", i, listed.Operator, listed.KeyHash, c.Right.KeyHash)
		default:
			continue
		}
		wrong = append(wrong, c)
	}
	return wrong
}

// omissions finds the operators with weight that do not stand where they belong, as challengeOmission sees it:
// by the weights that are listed, right or wrong.
func (f field) omissions(p Proposal) []Challenge {
	listed := make([]candidate, len(p.Entries))
	for i, e := range p.Entries {
		listed[i] = f.candidate(e)
	}
	var missing []Challenge
	for _, c := range f.ranking() {
		place, stands := slices.BinarySearchFunc(listed, c, compare)
		if stands || place == int(f.snapshot.Rules.MaxExecutors) {
			continue
		}
		missing = append(missing, omission(c.entry, place, p.Entries))
	}
	return missing
}

// omission is the challenge for an operator that belongs before entry place.
func omission(right merkle.Entry, place int, entries []merkle.Entry) Challenge {
	c := Challenge{Reason: Omitted, Kind: ChallengeOmission, Right: right, Left: place - 1, Next: place}
	if place == len(entries) {
		c.Next = -1
	}
	c.Index = slices.IndexFunc(entries, func(e merkle.Entry) bool { return e.Operator == right.Operator })
	if c.Index >= 0 {
		c.Reason = Misplaced
	}
	where := fmt.Sprintf("between entries %d and %d", c.Left, c.Next)
	switch {
	case c.Left < 0:
		where = "before the first entry"
	case c.Next < 0:
		where = "after the last entry"
	}
	c.Detail = fmt.Sprintf("%s with weight %s belongs %s", right.Operator, right.Weight.Dec(), where)
	return c
}
