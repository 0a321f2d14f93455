package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// tryConfirm confirms keys as given, without looking whether that is done already.
func (w *world) tryConfirm(h bindings.Header, words [][32]byte, keys [][6][32]byte) error {
	return w.try(w.attacker, w.Roster.At.Offences, offences.PackConfirmKeys(h, words, keys))
}

// packKeys are a committee's entries' words and keys, as the contract takes them.
func (w *world) packKeys(c executor.Committee) (words [][32]byte, keys [][6][32]byte) {
	w.t.Helper()
	for i, e := range c.Entries {
		packed, err := e.Pack()
		w.must(err)
		words, keys = append(words, [32]byte(packed[:32])), append(keys, chain.KeyWords(c.Keys[i].Packed()))
	}
	return words, keys
}

// Keys are confirmed for a set that is or was active, all of them, in order, and again without harm.
func TestConfirmKeys(t *testing.T) {
	w := newWorld(t, options{})
	term := w.elect(w.set, 0)
	header := term.HeaderBinding()
	words, keys := w.packKeys(term.Committee)
	wantRevertArgs(t, w.tryConfirm(header, words, keys), "NeverActive", w.set, 0)
	w.must(w.Activate(term))
	wantRevert(t, w.tryConfirm(header, words[:2], keys[:2]), "RootMismatch")
	wantRevert(t, w.tryConfirm(header, words, [][6][32]byte{keys[1], keys[0], keys[2]}), "RootMismatch")
	wantRevertArgs(t, w.tryConfirm(header, words, keys[:2]), "KeysLength", 3, 2)
	other := header
	other.Key = keys[0]
	wantRevert(t, w.tryConfirm(other, words, keys), "UnknownHeader")

	e := w.twoBatches(term, 1, []int{0}, []int{0})
	signers, signature, accused := w.packEvidence(e)
	report := offences.PackReportBatches(header, 1, [2][32]byte{e.hashes[0], e.hashes[1]}, signers, signature, accused)
	wantRevertArgs(t, w.try(w.watcher, w.Roster.At.Offences, report), "KeysNotConfirmed", w.set, 0)
	w.must(w.tryConfirm(header, words, keys))
	w.must(w.tryConfirm(header, words, keys))
	w.must(w.try(w.watcher, w.Roster.At.Offences, report))
}

// Nobody watches, and a list becomes active in which the victim's address stands with the forger's key. The set is
// what it is; but what is signed with that key is nobody's offence, for it was not the victim's at the capture.
func TestAttackUnchallengedListFramesTheVictim(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	victim := d.Result.Executors[0]
	forger := secret(t, "forger")
	public := forger.PublicKey()
	list := []entry{{Operator: victim.Operator, Weight: victim.Weight, KeyHash: public.Hash()}}
	p, err := engine.ProposalOf(d.Draw.Seed, list, public.Packed())
	w.must(err)
	_, err = w.attacker.Propose(w.ctx, w.set, 0, p)
	w.must(err)
	c := executor.Committee{Elected: w.standing(w.set, 0), Keys: []bls.PublicKey{public}}
	term := devnet.Term{Committee: c}
	w.nextAt(w.Roster.Times.Start(0) + 1)
	words, keys := w.packKeys(c)
	wantRevertArgs(t, w.tryConfirm(c.HeaderBinding(), words, keys), "KeyNotRegistered", victim.Operator, victim.KeyHash)
	e := evidence{term: term, number: 1, hashes: [2]core.Hash{{1}, {2}}}
	for i, hash := range e.hashes {
		digest := w.hashDigest(term, 1, hash)
		e.signed[i], _, err = c.Gather(digest, []executor.Signature{{Signature: forger.Sign(digest, bls.Statement)}})
		w.must(err)
	}
	signers, signature, accused := w.packEvidence(e)
	report := offences.PackReportBatches(c.HeaderBinding(), 1, [2][32]byte{e.hashes[0], e.hashes[1]}, signers, signature, accused)
	wantRevertArgs(t, w.try(w.attacker, w.Roster.At.Offences, report), "KeysNotConfirmed", w.set, 0)
	if w.jailedUntil(victim.Operator) != 0 {
		t.Error("the victim is jailed")
	}
}

// The keys add up to something else than the header says: nothing under it is evidence, for the rest of a signature
// could be anybody's.
func TestAttackUnchallengedAggregate(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	p, err := engine.ProposalOf(d.Draw.Seed, d.Result.Executors, secret(t, "aggregate").PublicKey().Packed())
	w.must(err)
	_, err = w.attacker.Propose(w.ctx, w.set, 0, p)
	w.must(err)
	c, err := w.Committee(w.ctx, w.standing(w.set, 0))
	w.must(err)
	w.nextAt(w.Roster.Times.Start(0) + 1)
	words, keys := w.packKeys(c)
	wantRevertArgs(t, w.tryConfirm(c.HeaderBinding(), words, keys), "AggregateIsWrong")
}
