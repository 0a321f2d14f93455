package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// secret is a BLS key made of a word.
func secret(t *testing.T, word string) *bls.SecretKey {
	t.Helper()
	seed := core.Keccak([]byte("e2e key " + word))
	key, err := bls.SecretKeyFromSeed(seed[:])
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// equivocation has the Executors at these places sign two batches of one number, and is the call that reports them;
// the keys of the set are confirmed before.
func (w *world) equivocation(term devnet.Term, places ...int) []byte {
	w.t.Helper()
	_, err := w.watcher.ConfirmKeys(w.ctx, term.Committee)
	w.must(err)
	var hashes [2][32]byte
	var signers [2]bindings.Signers
	var signatures [2]bls.Signature
	for i := range hashes {
		hashes[i] = core.Keccak([]byte{byte(i)})
		digest := batch.Statement{Set: term.Set, Era: term.Era, Number: 7, BatchHash: hashes[i]}.Digest(w.Roster.Domain())
		signed, err := devnet.Signed(term.Committee, digest, w.team.SignOnly(term.Committee, digest, places...))
		w.must(err)
		signers[i], err = term.Committee.Signers(signed.Bitmap)
		w.must(err)
		signatures[i] = signed.Signature
	}
	var accused []bindings.Entry
	for _, i := range places {
		accused = append(accused, w.entry(term.Elected, i))
	}
	sum := chain.SignatureWords(bls.AggregateSignatures(signatures[:]...).Packed())
	return offences.PackReportBatches(term.HeaderBinding(), 7, hashes, signers, sum, accused)
}

// equivocate reports a real equivocation of the Executors at these places by the watcher, which jails them.
func (w *world) equivocate(term devnet.Term, places ...int) {
	w.t.Helper()
	w.do(w.watcher, w.Roster.At.Offences, w.equivocation(term, places...))
}
