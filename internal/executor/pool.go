package executor

import (
	"cmp"
	"slices"
	"sync"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
)

// Verdict is what a node thinks of a message that another one passed on.
type Verdict int

// The verdicts.
const (
	Accept Verdict = iota // new and good
	Ignore                // known, or of an era or a number that is none of ours: nobody's fault
	Reject                // nobody honest sends it
)

// Pool holds the statements of the sets that matter now: what is gathered into certificates, and what convicts. It is
// bounded: of each signer and slot it keeps two statements that contradict each other, and no third.
type Pool struct {
	domain batch.Domain

	mu         sync.Mutex
	committees map[office]Committee
	window     map[core.SetID][2]uint64 // numbers of batches that are of interest
	slots      map[place]map[int][]Message
	count      map[speaker]int  // slots for which one is heard
	guilty     map[speaker]bool // has contradicted itself: once is enough
	found      []Contradiction
}

// office is one era of one set.
type office struct {
	set core.SetID
	era core.Era
}

// place is what an honest Executor signs one statement for.
type place struct {
	office
	rewards  bool
	number   uint64
	from, to core.Era
	previous core.Hash
}

func placeOf(m Message) place {
	at := place{office: office{m.Set(), m.Era}}
	if m.Batch != nil {
		at.number = m.Batch.Number
		return at
	}
	at.rewards, at.from, at.to, at.previous = true, m.Rewards.FromEra, m.Rewards.ToEra, m.Rewards.PreviousRoots
	return at
}

// Contradiction is two statements of one signer for one slot.
type Contradiction struct{ First, Second Message }

// For how many slots of one era each signer is heard: there are few at a time, and a liar may make up others, which must
// not take the place of anybody else's.
const (
	mostRewards = 16
	mostBatches = 256
)

// speaker is a signer of one era of one set, on one matter.
type speaker struct {
	office
	rewards bool
	index   int
}

func (m Message) speaker() speaker {
	return speaker{office{m.Set(), m.Era}, m.Rewards != nil, m.Index}
}

// most is for how many slots a speaker is heard.
func (s speaker) most() int {
	if s.rewards {
		return mostRewards
	}
	return mostBatches
}

// NewPool makes an empty pool.
func NewPool(d batch.Domain) *Pool {
	return &Pool{domain: d, committees: map[office]Committee{}, window: map[core.SetID][2]uint64{}, slots: map[place]map[int][]Message{},
		count: map[speaker]int{}, guilty: map[speaker]bool{}}
}

// Serve says which Executors of a set may sign now, and which batches, from first to last, they may sign; statements of
// others are dropped. Rewards go with the eras.
func (p *Pool) Serve(set core.SetID, committees []Committee, first, last uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for o := range p.committees {
		if o.set == set {
			delete(p.committees, o)
		}
	}
	for _, c := range committees {
		p.committees[office{c.Set, c.Era}] = c
	}
	p.window[set] = [2]uint64{first, last}
	for at := range p.slots {
		if at.set != set {
			continue
		}
		if _, serves := p.committees[at.office]; !serves || !at.rewards && (at.number < first || at.number > last) {
			for index := range p.slots[at] {
				who := speaker{at.office, at.rewards, index}
				if p.count[who]--; p.count[who] == 0 {
					delete(p.count, who)
				}
			}
			delete(p.slots, at)
		}
	}
	for who := range p.guilty {
		if _, serves := p.committees[who.office]; who.set == set && !serves {
			delete(p.guilty, who)
		}
	}
}

// full reports whether nothing more is heard of a signer about a slot.
func (p *Pool) full(at place, who speaker) bool {
	switch have := len(p.slots[at][who.index]); have {
	case 0:
		return p.count[who] >= who.most()
	case 1:
		return p.guilty[who]
	default:
		return true
	}
}

// Add takes a statement in, after checking it.
func (p *Pool) Add(m Message) Verdict {
	at := placeOf(m)
	p.mu.Lock()
	c, serves := p.committees[at.office]
	w := p.window[at.set]
	known := slices.ContainsFunc(p.slots[at][m.Index], func(o Message) bool { return o.Digest(p.domain) == m.Digest(p.domain) })
	full := p.full(at, m.speaker())
	p.mu.Unlock()
	switch {
	case !serves, !at.rewards && (at.number < w[0] || at.number > w[1]), known, full:
		return Ignore
	case m.Index >= len(c.Keys):
		return Reject
	}
	digest := m.Digest(p.domain)
	if bls.Verify(digest, bls.Statement, c.Keys[m.Index], m.Signature) != nil { // slow: without the lock
		return Reject
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if now, serves := p.committees[at.office]; !serves || now.Header != c.Header {
		return Ignore
	}
	have := p.slots[at][m.Index]
	if slices.ContainsFunc(have, func(o Message) bool { return o.Digest(p.domain) == digest }) || p.full(at, m.speaker()) {
		return Ignore
	}
	if p.slots[at] == nil {
		p.slots[at] = map[int][]Message{}
	}
	p.slots[at][m.Index] = append(have, m)
	if len(have) == 0 {
		p.count[m.speaker()]++
	} else {
		p.guilty[m.speaker()] = true
		p.found = append(p.found, Contradiction{have[0], m})
	}
	return Accept
}

// Signatures returns the signatures over the same as a message says, of all signers of its slot, in their order.
func (p *Pool) Signatures(like Message) []Signature {
	digest := like.Digest(p.domain)
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Signature
	for index, all := range p.slots[placeOf(like)] {
		for _, m := range all {
			if m.Digest(p.domain) == digest {
				list = append(list, Signature{Index: index, Signature: m.Signature})
			}
		}
	}
	slices.SortFunc(list, func(a, b Signature) int { return cmp.Compare(a.Index, b.Index) })
	return list
}

// Others returns the statements of a slot that say something else than a message, in the order of their signers.
func (p *Pool) Others(like Message) []Message {
	digest := like.Digest(p.domain)
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Message
	for _, all := range p.slots[placeOf(like)] {
		for _, m := range all {
			if m.Digest(p.domain) != digest {
				list = append(list, m)
			}
		}
	}
	slices.SortFunc(list, func(a, b Message) int { return cmp.Compare(a.Index, b.Index) })
	return list
}

// Rewards returns the statements about rewards that Executors of one era of a set have signed, whatever they say: each
// signer's together, in the order of their digests.
func (p *Pool) Rewards(set core.SetID, e core.Era) []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Message
	for at, of := range p.slots {
		if !at.rewards || at.office != (office{set, e}) {
			continue
		}
		for _, all := range of {
			list = append(list, all...)
		}
	}
	slices.SortFunc(list, func(a, b Message) int {
		x, y := a.Digest(p.domain), b.Digest(p.domain)
		return cmp.Or(cmp.Compare(a.Index, b.Index), slices.Compare(x[:], y[:]))
	})
	return list
}

// Return gives back a contradiction of which nothing came yet.
func (p *Pool) Return(c Contradiction) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.found = append(p.found, c)
}

// Contradictions returns those of a set that were found since it was asked last.
func (p *Pool) Contradictions(set core.SetID) (list []Contradiction) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var rest []Contradiction
	for _, c := range p.found {
		if c.First.Set() == set {
			list = append(list, c)
		} else {
			rest = append(rest, c)
		}
	}
	p.found = rest
	return list
}
