package e2e

import (
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// register is the call that enters somebody in a set with a key and a proof.
func register(set core.SetID, key [6][32]byte, proof [3][32]byte) []byte {
	return operators.PackRegisterOperator(chain.Number(set), key, proof, "here", 500)
}

// possession is what a proof for a key signs when this operator registers it in a set.
func (w *world) possession(set core.SetID, o core.Address, key bls.PublicKey) core.Hash {
	return batch.Possession(w.Roster.ChainID, core.Address(w.Roster.At.Middleware), set, o, key.Hash())
}

// An operator copies another's key and proof from the mempool and registers first: the victim could not register any
// more, and the thief would be blamed and paid for what it signs. The proof names the operator, the set, the
// Middleware and the chain (protocol §5).
func TestAttackCopiedProof(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	victim, thief := w.newOperator(), w.newOperator()
	public := victim.Key.PublicKey()
	key, proof := victim.Possession(w.set)
	try := func(o *devnet.Operator, set core.SetID, proof [3][32]byte) error {
		return w.simulate(o.Hand, w.Roster.At.Operators, register(set, key, proof))
	}
	wantRevertArgs(t, try(thief, w.set, proof), "SignatureMismatch", w.possession(w.set, thief.Address(), public))
	wantRevertArgs(t, try(victim, w.other.set, proof), "SignatureMismatch", w.possession(w.other.set, victim.Address(), public))
	// Proofs of the same key for somewhere else, and a statement in place of a proof.
	right := w.possession(w.set, victim.Address(), public)
	for name, digest := range map[string]core.Hash{
		"another chain": batch.Possession(1, core.Address(w.Roster.At.Middleware), w.set, victim.Address(), public.Hash()),
		"another Middleware": batch.Possession(w.Roster.ChainID, core.Address(w.Roster.At.Router), w.set, victim.Address(),
			public.Hash()),
		"another key": batch.Possession(w.Roster.ChainID, core.Address(w.Roster.At.Middleware), w.set, victim.Address(),
			thief.Key.PublicKey().Hash()),
	} {
		t.Log(name)
		forged := chain.SignatureWords(victim.Key.ProvePossession(digest).Packed())
		wantRevertArgs(t, try(victim, w.set, forged), "SignatureMismatch", right)
	}
	statement := chain.SignatureWords(victim.Key.Sign(right, bls.Statement).Packed())
	wantRevertArgs(t, try(victim, w.set, statement), "SignatureMismatch", right)
	// After all that the victim registers as if nothing had been.
	w.do(victim.Hand, w.Roster.At.Operators, register(w.set, key, proof))
}

// A key made of others' keys, so that the attacker's signature alone passes for everybody's: the sum of its own and
// the negatives of theirs. It has no secret for it, and cannot prove possession.
func TestAttackRogueKey(t *testing.T) {
	w := newWorld(t, options{})
	rogue := w.newOperator()
	var others []bls.PublicKey
	for _, o := range w.operators {
		others = append(others, o.Key.PublicKey())
	}
	made := rogue.Key.PublicKey().Subtract(others...)
	if sum := bls.AggregateKeys(append(others, made)...); sum != rogue.Key.PublicKey() {
		t.Fatal("the key does not cancel the others: the test tests nothing")
	}
	digest := w.possession(w.set, rogue.Address(), made)
	proof := chain.SignatureWords(rogue.Key.ProvePossession(digest).Packed())
	err := w.simulate(rogue.Hand, w.Roster.At.Operators, register(w.set, chain.KeyWords(made.Packed()), proof))
	wantRevertArgs(t, err, "SignatureMismatch", digest)
}

// The identity is the key of nobody and verifies with the identity as signature. Neither is taken, and no point off
// the curve (protocol §3, §5).
func TestAttackIdentityKey(t *testing.T) {
	w := newWorld(t, options{})
	o := w.newOperator()
	key, proof := o.Possession(w.set)
	try := func(key [6][32]byte, proof [3][32]byte) error {
		return w.simulate(o.Hand, w.Roster.At.Operators, register(w.set, key, proof))
	}
	wantRevertArgs(t, try([6][32]byte{}, [3][32]byte{}), "IdentityKey")
	wantRevertArgs(t, try([6][32]byte{}, proof), "IdentityKey")
	wantRevertArgs(t, try(key, [3][32]byte{}), "IdentitySignature")
	off, beyond := key, key
	off[5][31] ^= 1
	copy(beyond[0][:], common.FromHex("1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f624")) // p's beginning
	copy(beyond[1][:], common.FromHex("1eabfffeb153ffffb9feffffffffaaab"))
	pairing := common.BytesToAddress([]byte{0x0f})
	wantRevertArgs(t, try(off, proof), "PrecompileFailed", pairing)
	wantRevertArgs(t, try(beyond, proof), "PrecompileFailed", pairing)
	bad := proof
	bad[0][3] ^= 1
	wantRevertArgs(t, try(key, bad), "PrecompileFailed", pairing)
	// Nor as a rotation.
	err := w.simulate(w.operators[0].Hand, w.Roster.At.Operators,
		operators.PackRotateKey(chain.Number(w.set), [6][32]byte{}, [3][32]byte{}))
	wantRevertArgs(t, err, "IdentityKey")
}

// On a chain without the precompiles a call to them succeeds and returns nothing, which must not pass for a valid
// signature. testMissingPrecompileIsNoticed in contracts/test/BLS.t.sol takes each of them away; here is the same of
// the whole contracts: a code-less account answers like a missing precompile, with success and nothing.
func TestAttackMissingPrecompile(t *testing.T) {
	w := newWorld(t, options{})
	nothing := common.HexToAddress("0x00000000000000000000000000000000000000ff")
	out, err := w.Client().CallContract(w.ctx, callTo(nothing), nil)
	if err != nil || len(out) != 0 {
		t.Fatal("an account without code answers: ", out, err)
	}
	// With every BLS precompile's answer overridden to nothing, no key is registered.
	o := w.newOperator()
	key, proof := o.Possession(w.set)
	for _, p := range []byte{0x0b, 0x0f, 0x10} {
		err := w.without(p, o.Hand, w.Roster.At.Operators, register(w.set, key, proof))
		wantRevertArgs(t, err, "PrecompileFailed", common.BytesToAddress([]byte{p}))
	}
	w.must(w.simulate(o.Hand, w.Roster.At.Operators, register(w.set, key, proof)))
}

// One key in two sets, or of two operators, would let a statement of the one count for the other, or blame the wrong
// one. A key is registered once for ever: by anyone, in any set, also after it was rotated away (protocol §3).
func TestAttackOneKeyInTwoSets(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	o := w.operators[0]
	hash := o.Key.PublicKey().Hash()
	key, proof := o.Possession(w.other.set)
	wantRevertArgs(t, w.simulate(o.Hand, w.Roster.At.Operators, register(w.other.set, key, proof)), "KeyAlreadyUsed", hash)
	// By another operator, with the secret at hand.
	second := w.newOperator()
	second.Key = o.Key
	key, proof = second.Possession(w.set)
	wantRevertArgs(t, w.simulate(second.Hand, w.Roster.At.Operators, register(w.set, key, proof)), "KeyAlreadyUsed", hash)
	// Rotated away, and back, and after leaving.
	old := o.Key
	w.rotate(o, "new")
	if o.Key == old {
		t.Fatal("not rotated")
	}
	fresh := o.Key
	o.Key = old
	key, proof = o.Possession(w.set)
	rotate := operators.PackRotateKey(chain.Number(w.set), key, proof)
	wantRevertArgs(t, w.simulate(o.Hand, w.Roster.At.Operators, rotate), "KeyAlreadyUsed", hash)
	w.do(o.Hand, w.Roster.At.Operators, operators.PackLeaveSet(chain.Number(w.set)))
	wantRevertArgs(t, w.simulate(o.Hand, w.Roster.At.Operators, register(w.set, key, proof)), "KeyAlreadyUsed", hash)
	o.Key = fresh
	key, proof = o.Possession(w.set)
	wantRevertArgs(t, w.simulate(o.Hand, w.Roster.At.Operators, register(w.set, key, proof)), "KeyAlreadyUsed", fresh.PublicKey().Hash())
}

// An operator that changes its key after the capture stands in the set with the key of the capture, and signs with
// that; a list with the new one falls (protocol §4, challengeEntry).
func TestRotatedKeyAfterTheCapture(t *testing.T) {
	w := newWorld(t, options{})
	o := w.operators[0]
	old := o.Key
	w.past(w.Roster.Times.Capture(0))
	w.rotate(o, "new")
	d := w.decide(w.set, 0)
	wrong := append(d.Result.Executors[:0:0], d.Result.Executors...)
	place := -1
	for i := range wrong {
		if wrong[i].Operator == o.Address() {
			place = i
			wrong[i].KeyHash = o.Key.PublicKey().Hash()
		}
	}
	s := w.propose(w.attacker, d, w.wrongList(d, wrong))
	w.do(w.watcher, w.Roster.At.Router, w.challengeEntry(s, place))
	w.propose(w.Owner, d, w.right(d))
	term, err := w.Term(w.ctx, d)
	w.must(err)
	w.must(w.Activate(term))
	o.Key = old
	w.must(w.tryNext(term))
	// In the next era the new key counts.
	if next := w.elect(w.set, 1); next.Entries[next.IndexOf(o.Address())].KeyHash == old.PublicKey().Hash() {
		t.Fatal("era 1 has the old key")
	}
}
