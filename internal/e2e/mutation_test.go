package e2e

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// mutation is a list that differs from the right one.
type mutation struct {
	name    string
	entries []merkle.Entry
	// aggregate is the sum that the proposal claims; nil: the sum of the entries' keys.
	aggregate *[192]byte
}

// mutations are all lists that differ from the right one in a single thing, and a few in an order that is right
// again, which the Router cannot see by itself.
func mutations(rng *rand.Rand, d engine.Decision, domain batch.Domain) (all []mutation) {
	right := d.Result.Executors
	add := func(name string, entries []merkle.Entry, sorted bool) {
		if sorted {
			order(entries, d, domain)
		}
		all = append(all, mutation{name: name, entries: entries})
	}
	for i := range right {
		add(fmt.Sprint("drop ", i), slices.Delete(slices.Clone(right), i, i+1), false)
		add(fmt.Sprint("twice ", i), slices.Insert(slices.Clone(right), i, right[i]), false)
		if i > 0 {
			swapped := slices.Clone(right)
			swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
			add(fmt.Sprint("swap ", i), swapped, false)
			keys := slices.Clone(right)
			keys[i-1].KeyHash, keys[i].KeyHash = keys[i].KeyHash, keys[i-1].KeyHash
			add(fmt.Sprint("swap keys ", i), keys, false)
		}
		for _, sorted := range []bool{false, true} {
			more, less := slices.Clone(right), slices.Clone(right)
			more[i].Weight.AddUint64(&more[i].Weight, 1)
			less[i].Weight.SubUint64(&less[i].Weight, 1)
			add(fmt.Sprint("weight + 1 ", i, sorted), more, sorted)
			add(fmt.Sprint("weight − 1 ", i, sorted), less, sorted)
		}
		key := slices.Clone(right)
		key[i].KeyHash = core.Keccak([]byte("nobody's key"))
		add(fmt.Sprint("key ", i), key, false)
		if other, ok := otherKey(d, right[i]); ok {
			old := slices.Clone(right)
			old[i].KeyHash = other
			add(fmt.Sprint("another registered key ", i), old, false)
		}
		stranger := slices.Clone(right)
		stranger[i].Operator = core.Address{1, 2, 3}
		add(fmt.Sprint("stranger in place of ", i), stranger, true)
	}
	for _, o := range d.Result.Outcomes {
		if o.Elected {
			continue
		}
		e := merkle.Entry{Operator: o.Operator, Weight: d.Snapshot.Rules.MinStake, KeyHash: keyOf(d, o.Operator)}
		if !o.Weight.IsZero() {
			e.Weight = o.Weight
		}
		add(fmt.Sprint("insert ", o.Operator), append(slices.Clone(right), e), true)
		replaced := append(slices.Clone(right[:len(right)-1]), e)
		add(fmt.Sprint("insert for the last ", o.Operator), replaced, true)
	}
	zero := slices.Clone(right)
	zero[len(zero)-1].Weight.Clear()
	add("weight 0", zero, false)
	for name, aggregate := range wrongSums(rng, d) {
		all = append(all, mutation{name: "sum " + name, entries: right, aggregate: &aggregate})
	}
	return all
}

// wrongSums are aggregates that are not the sum: of all but one, nothing, no point at all.
func wrongSums(rng *rand.Rand, d engine.Decision) map[string][192]byte {
	sums := map[string][192]byte{"of nobody": {}, "off the curve": {191: byte(1 + rng.IntN(200))}}
	if fewer, err := engine.Aggregate(d.Result.Executors[1:], d.Registered); err == nil {
		sums["without the first"] = fewer
	}
	return sums
}

// otherKey is a registered key that is not the entry's.
func otherKey(d engine.Decision, e merkle.Entry) (core.Hash, bool) {
	var others []core.Hash
	for hash := range d.Registered {
		if hash != e.KeyHash {
			others = append(others, hash)
		}
	}
	if len(others) == 0 {
		return core.Hash{}, false
	}
	return slices.MinFunc(others, func(a, b core.Hash) int { return slices.Compare(a[:], b[:]) }), true
}

// keyOf is the key an operator had at the capture.
func keyOf(d engine.Decision, o core.Address) core.Hash {
	for _, known := range d.Snapshot.Operators {
		if known.Address == o {
			return known.KeyHash
		}
	}
	return core.Hash{}
}

// mutate posts a mutation and wants it refused as core says, or, once it stands, brought down by each challenge
// that core's audit finds, and by nothing else. It returns by what the list fell.
func (w *world) mutate(rng *rand.Rand, d engine.Decision, m mutation) string {
	w.t.Helper()
	p := w.wrongList(d, m.entries)
	if m.aggregate != nil {
		p = w.proposal(d, m.entries, *m.aggregate)
	}
	set, e := d.Snapshot.Set, d.Snapshot.Era
	refusal := election.Refuse(election.Proposal{Seed: d.Draw.Seed, Entries: m.entries}, d.Snapshot, d.Draw)
	if refusal != nil {
		w.wantRefused(w.tryPropose(w.attacker, set, e, p), d, m, refusal.(election.Refusal))
		return "refused"
	}
	standing := w.propose(w.attacker, d, p)
	found, err := engine.Audit(standing, d)
	w.must(err)
	if len(found) == 0 {
		w.t.Fatalf("%s: the audit finds nothing wrong", m.name)
	}
	if rng.IntN(8) == 0 { // every challenge there is: the audit finds exactly those that succeed
		w.wantPassing(w.passing(standing, d), found, m)
	}
	// One of them for good, with the right list in its place; the others on trial.
	chosen := rng.IntN(len(found))
	for i, c := range found {
		if i != chosen {
			w.wantChallengePasses(standing, c, d, m)
		}
	}
	w.bringDown(standing, found[chosen], d, m)
	return string(found[chosen].Kind)
}

// wantChallengePasses simulates a challenge without a replacement.
func (w *world) wantChallengePasses(standing chain.Elected, c election.Challenge, d engine.Decision, m mutation) {
	w.t.Helper()
	var call []byte
	switch c.Kind {
	case election.ChallengeEntry:
		call = w.challengeEntry(standing, c.Index)
	case election.ChallengeOmission:
		call = w.challengeOmission(standing, c.Right.Operator, neighbours(c)...)
	case election.ChallengeAggregate:
		call, _ = w.challengeAggregate(standing, d.Registered)
	}
	if err := w.simulate(w.watcher, w.Roster.At.Router, call); err != nil {
		w.t.Fatalf("%s: %s: %v", m.name, c, err)
	}
}

// neighbours are the places that an omission names.
func neighbours(c election.Challenge) (places []int) {
	for _, i := range []int{c.Left, c.Next} {
		if i >= 0 {
			places = append(places, i)
		}
	}
	return places
}

// bringDown executes a challenge with the right list as replacement and checks what it leaves.
func (w *world) bringDown(standing chain.Elected, c election.Challenge, d engine.Decision, m mutation) {
	w.t.Helper()
	before := w.balance(w.watcher.Sender.From())
	if _, err := w.watcher.Challenge(w.ctx, standing, c, d, w.right(d)); err != nil {
		w.t.Fatalf("%s: %s: %v", m.name, c, err)
	}
	after := w.standing(d.Snapshot.Set, d.Snapshot.Era)
	if after.Header != d.Result.Header(batch.KeyHash(d.Aggregate)) || after.Proposer != core.Address(w.watcher.Sender.From()) {
		w.t.Fatalf("%s: after %s the wrong list stands: %+v", m.name, c, after.Header)
	}
	// Half of the bond of 100 came, a bond of 200 for the second proposal went.
	spent := minus(before, w.balance(w.watcher.Sender.From()))
	if spent != vara(150) {
		w.t.Fatalf("%s: %s cost the watcher %s, want 200 − 50", m.name, c, spent.Dec())
	}
	if again, err := engine.Audit(after, d); err != nil || len(again) > 0 {
		w.t.Fatalf("%s: audit of the replacement: %v %v", m.name, err, again)
	}
}

func ptr[T any](v T) *T { return &v }

// wantRefused wants the Router to refuse a list for the very reason that core names.
func (w *world) wantRefused(err error, d engine.Decision, m mutation, r election.Refusal) {
	w.t.Helper()
	most := d.Snapshot.Rules.MaxStake
	switch r.Code {
	case election.NoEntries.Code:
		wantRevertArgs(w.t, err, "EntriesLength", 0)
	case election.TooManyEntries.Code:
		// Twice the same is out of order as well, which the Router sees first.
		if chain.RevertName(err) == "EntriesOutOfOrder" {
			return
		}
		wantRevertArgs(w.t, err, "TooManyEntries", len(m.entries), d.Snapshot.Rules.MaxExecutors)
	case election.WeightZero.Code, election.WeightAboveCap.Code:
		wantRevertArgs(w.t, err, "WeightOutOfRange", r.Index, m.entries[r.Index].Weight, most)
	case election.OutOfOrder.Code:
		wantRevertArgs(w.t, err, "EntriesOutOfOrder", r.Index)
	default:
		w.t.Fatalf("%s: refused for %s: no test for that", m.name, r.Code)
	}
}

// wantPassing compares the challenges that succeed with those that the audit found. The audit looks at the sum
// only when the entries are right, so that one may come on top.
func (w *world) wantPassing(passing []string, found []election.Challenge, m mutation) {
	w.t.Helper()
	var want []string
	for _, c := range found {
		switch c.Kind {
		case election.ChallengeEntry:
			want = append(want, fmt.Sprintf("entry %d", c.Index))
		case election.ChallengeOmission:
			want = append(want, fmt.Sprintf("omission of %s at %v", c.Right.Operator, neighbours(c)))
		case election.ChallengeAggregate:
			want = append(want, "aggregate")
		}
	}
	slices.Sort(want)
	if !slices.Contains(want, "aggregate") {
		passing = slices.DeleteFunc(passing, func(p string) bool { return p == "aggregate" })
	}
	if !slices.Equal(passing, want) {
		w.t.Fatalf("%s: challenges succeed\n%v\nthe audit finds\n%v", m.name, passing, want)
	}
}

// rotate gives an operator a new key, made of a word; the network knows the operator by it from now on.
func (w *world) rotate(o *devnet.Operator, word string) {
	w.t.Helper()
	old := o.Key
	o.Key = secret(w.t, word)
	key, proof := o.Possession(w.set)
	if err := w.try(o.Hand, w.Roster.At.Operators, operators.PackRotateKey(chain.Number(w.set), key, proof)); err != nil {
		o.Key = old // it has left: it keeps the key it had
	}
}
