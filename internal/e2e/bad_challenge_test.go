package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// A challenge comes before activeAt and never after, whatever it proves: else no certificate could be relied upon
// (protocol §4).
func TestBadChallengeTooLate(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	s := w.propose(w.attacker, d, w.wrongList(d, d.Result.Executors[1:]))
	found, err := engine.Audit(s, d)
	w.must(err)
	call := w.challengeOmission(s, found[0].Right.Operator, neighbours(found[0])...)
	entry := w.challengeEntry(s, 0)
	sum, _ := w.challengeAggregate(s, d.Registered)
	activeAt := w.Roster.Times.ActiveAt(0, s.PostedAt)
	w.nextAt(activeAt - 1)
	w.must(w.simulate(w.watcher, w.Roster.At.Router, call)) // its last second
	w.nextAt(activeAt)
	for _, data := range [][]byte{call, entry, sum} {
		wantRevertArgs(t, w.simulate(w.watcher, w.Roster.At.Router, data), "ChallengeOver", activeAt, activeAt)
	}
	w.must(w.Advance(500))
	for _, data := range [][]byte{call, entry, sum} {
		wantRevertArgs(t, w.simulate(w.watcher, w.Roster.At.Router, data), "ChallengeOver", w.next(), activeAt)
	}
}

// A challenge is against the list that stands: not against one that was discarded, never posted, or of another era.
func TestBadChallengeOfAnotherHeader(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	gone := w.propose(w.attacker, d, w.wrongList(d, d.Result.Executors[1:]))
	found, err := engine.Audit(gone, d)
	w.must(err)
	again := w.challengeOmission(gone, found[0].Right.Operator, neighbours(found[0])...)
	w.do(w.watcher, w.Roster.At.Router, again)
	wantRevertArgs(t, w.simulate(w.watcher, w.Roster.At.Router, again), "UnknownHeader", w.set, 0, gone.Header.Hash(), core.Hash{})
	s := w.propose(w.Owner, d, w.right(d))
	wantRevertArgs(t, w.simulate(w.watcher, w.Roster.At.Router, again), "UnknownHeader", w.set, 0, gone.Header.Hash(), s.Header.Hash())
	other := s.HeaderBinding()
	other.Era = 1
	call := router.PackChallengeEntry(other, w.entry(s, 0), engine.NoProposal())
	wantRevertArgs(t, w.simulate(w.watcher, w.Roster.At.Router, call), "UnknownHeader", w.set, 1, headerHash(other), core.Hash{})
}

// challengeAggregate adds up the keys behind the very entries, all of them and in order.
func TestBadChallengeAggregate(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	s := w.propose(w.Owner, d, w.right(d))
	c, err := executor.NewCommittee(s, d.Registered)
	w.must(err)
	words, keys := wordsAndKeys(c)
	try := func(words [][32]byte, keys [][6][32]byte) error {
		return w.simulate(w.attacker, w.Roster.At.Router, router.PackChallengeAggregate(s.HeaderBinding(), words, keys, engine.NoProposal()))
	}
	wantRevertArgs(t, try(words, keys), "AggregateIsRight")
	wantRevertArgs(t, try(words[1:], keys), "KeysLength", 2, 3)
	wantRevertArgs(t, try(words[1:], keys[1:]), "RootMismatch", anything, s.Header.Root)
	wantRevertArgs(t, try([][32]byte{}, [][6][32]byte{}), "EntriesLength", 0)
	swapped := [][6][32]byte{keys[1], keys[0], keys[2]} // the same sum
	wantRevertArgs(t, try(words, swapped), "RootMismatch", anything, s.Header.Root)
	other := [][6][32]byte{chain.KeyWords(w.newOperator().Key.PublicKey().Packed()), keys[1], keys[2]}
	wantRevertArgs(t, try(words, other), "RootMismatch", anything, s.Header.Root)
	off := append([][6][32]byte{}, keys...)
	off[0][5][31] ^= 1
	wantRevert(t, try(words, off), "PrecompileFailed")
}

// A proof of an entry is exactly as long as its position asks, for its index and no other.
func TestBadChallengeEntryProof(t *testing.T) {
	w := newWorld(t, options{})
	term := w.elect(w.set, 0)
	try := func(change func(*bindings.Entry)) error {
		e := w.entry(term.Elected, 0)
		change(&e)
		return w.simulate(w.attacker, w.Roster.At.Router, router.PackChallengeEntry(term.HeaderBinding(), e, engine.NoProposal()))
	}
	root := term.Header.Root
	wantRevertArgs(t, try(func(*bindings.Entry) {}), "EntryIsRight", term.Entries[0].Operator, term.Entries[0].Weight)
	wantRevertArgs(t, try(func(e *bindings.Entry) { e.Index = chain.Number(3) }), "IndexOutOfRange", 3, 3)
	wantRevertArgs(t, try(func(e *bindings.Entry) { e.Index = new(bigInt).Lsh(chain.Number(1), 255) }), "IndexOutOfRange", anything, 3)
	wantRevertArgs(t, try(func(e *bindings.Entry) { e.Index = chain.Number(1) }), "RootMismatch", anything, root)
	wantRevertArgs(t, try(func(e *bindings.Entry) { e.Index = chain.Number(2) }), "ProofLength", 2, 1)
	wantRevertArgs(t, try(func(e *bindings.Entry) { e.Proof = e.Proof[:1] }), "ProofLength", 1, 2)
	wantRevertArgs(t, try(func(e *bindings.Entry) { e.Proof = append(e.Proof, [32]byte{}) }), "ProofLength", 3, 2)
	wantRevertArgs(t, try(func(e *bindings.Entry) { e.Weight = whole(29_999) }), "RootMismatch", anything, root)
	wantRevertArgs(t, try(func(e *bindings.Entry) { e.KeyHash[0] ^= 1 }), "RootMismatch", anything, root)
	wantRevertArgs(t, try(func(e *bindings.Entry) { e.Operator[0] ^= 1 }), "RootMismatch", anything, root)
}
