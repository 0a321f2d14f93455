package e2e

import (
	"math/big"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Signatures of one chain, one Router, one set, one era and one number count nowhere else (EIP-712 domain and the
// fields of `Batch`, protocol §5).
func TestBadCertificateReplayed(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	term := w.activate(w.set, 0)
	b, head := w.nextBatch(w.set, 1)
	right := w.digestOfBatch(term, b)
	domain := w.Roster.Domain()
	statement := batch.Statement{Set: w.set, Era: 0, Number: b.Number, BatchHash: b.Hash()}
	for name, digest := range map[string]core.Hash{
		"another chain":      statement.Digest(batch.Domain{ChainID: domain.ChainID + 1, Router: domain.Router}),
		"another Router":     statement.Digest(batch.Domain{ChainID: domain.ChainID, Router: core.Address(w.Roster.At.Rewards)}),
		"another set":        batch.Statement{Set: w.other.set, Era: 0, Number: b.Number, BatchHash: b.Hash()}.Digest(domain),
		"another era":        batch.Statement{Set: w.set, Era: 1, Number: b.Number, BatchHash: b.Hash()}.Digest(domain),
		"another number":     batch.Statement{Set: w.set, Era: 0, Number: b.Number + 1, BatchHash: b.Hash()}.Digest(domain),
		"another batch":      batch.Statement{Set: w.set, Era: 0, Number: b.Number, BatchHash: core.Hash{1}}.Digest(domain),
		"the struct alone":   statement.StructHash(),
		"the bare batch":     b.Hash(),
		"a reward statement": batch.Rewards{Set: w.set, DistributionHash: b.Hash()}.Digest(domain),
	} {
		t.Log(name)
		wantRevertArgs(t, w.tryCommit(term.HeaderBinding(), head, b, w.statement(term, digest)), "SignatureMismatch", right)
	}
	w.must(w.tryCommit(term.HeaderBinding(), head, b, w.statement(term, right)))
}

// What comes with the signature must be the set's own: header, bitmap, the absent and their proof, each exactly.
func TestBadCertificateForged(t *testing.T) {
	w := newWorld(t, options{stakes: one(30_000, 20_000, 10_000, 8_000, 1_500), parameters: func(p *bindings.SetParameters) {
		p.MaxExecutors = 5
	}})
	term := w.activate(w.set, 0)
	b, head := w.nextBatch(w.set, 1)
	digest, root := w.digestOfBatch(term, b), term.Header.Root
	h := term.HeaderBinding()
	all, some := w.statement(term, digest), w.statement(term, digest, 3, 4)
	w.must(w.tryCommit(h, head, b, some))

	change := func(of bindings.Statement, f func(*bindings.Statement)) error {
		of.Signers.Absent = append([]byte{}, of.Signers.Absent...)
		of.Signers.Proof = append([][32]byte{}, of.Signers.Proof...)
		of.Signers.Bitmap = new(big.Int).Set(of.Signers.Bitmap)
		f(&of)
		return w.tryCommit(h, head, b, of)
	}
	wantRevertArgs(t, change(all, func(s *bindings.Statement) { s.Signers.Bitmap.SetUint64(0b111111) }),
		"BitsBeyondCount", 0b111111, 5)
	wantRevertArgs(t, change(some, func(s *bindings.Statement) { s.Signers.Bitmap.SetBit(s.Signers.Bitmap, 127, 1) }),
		"BitsBeyondCount", anything, 5)
	wantRevertArgs(t, change(all, func(s *bindings.Statement) { s.Signers.Bitmap.SetUint64(0) }), "NobodySigned")
	// Absentees passed off as signers, without and with their entries.
	wantRevertArgs(t, change(some, func(s *bindings.Statement) { s.Signers.Bitmap.SetUint64(0b11111) }), "AbsentLength", 2*224, 0)
	wantRevertArgs(t, change(some, func(s *bindings.Statement) { s.Signers = all.Signers }), "SignatureMismatch", digest)
	wantRevertArgs(t, change(all, func(s *bindings.Statement) { s.Signers.Bitmap.SetUint64(0b01111) }), "AbsentLength", 0, 224)
	// The absent with less weight than they have, another key, another order, others than the bitmap's.
	wantRevertArgs(t, change(some, func(s *bindings.Statement) { s.Signers.Absent[31]-- }), "RootMismatch", anything, root)
	three := w.statement(term, digest, 0)
	wantRevertArgs(t, change(some, func(s *bindings.Statement) { copy(s.Signers.Absent[32:224], three.Signers.Absent[32:224]) }),
		"RootMismatch", anything, root)
	wantRevertArgs(t, change(some, func(s *bindings.Statement) {
		swapped := append(append([]byte{}, s.Signers.Absent[224:]...), s.Signers.Absent[:224]...)
		copy(s.Signers.Absent, swapped)
	}), "RootMismatch", anything, root)
	wantRevertArgs(t, change(some, func(s *bindings.Statement) { s.Signers.Bitmap.SetUint64(0b10011) }), "RootMismatch", anything, root)
	wantRevertArgs(t, change(some, func(s *bindings.Statement) { s.Signers.Absent = s.Signers.Absent[:447] }), "AbsentLength", 447, 448)
	// A key that is no point at all.
	wantRevert(t, change(some, func(s *bindings.Statement) { s.Signers.Absent[40] ^= 1 }), "PrecompileFailed")
	// Proofs: cut, prolonged, changed, and one where none belongs.
	wantRevert(t, change(some, func(s *bindings.Statement) { s.Signers.Proof = s.Signers.Proof[1:] }), "ProofLength")
	wantRevert(t, change(some, func(s *bindings.Statement) { s.Signers.Proof = append(s.Signers.Proof, [32]byte{}) }), "ProofLength")
	wantRevertArgs(t, change(some, func(s *bindings.Statement) { s.Signers.Proof[0][0] ^= 1 }), "RootMismatch", anything, root)
	wantRevertArgs(t, change(all, func(s *bindings.Statement) { s.Signers.Proof = [][32]byte{{}} }), "ProofLength", 1, 0)
	// Signatures: nothing, another's, no point.
	wantRevertArgs(t, change(all, func(s *bindings.Statement) { s.Signature = [3][32]byte{} }), "IdentitySignature")
	wantRevertArgs(t, change(all, func(s *bindings.Statement) { s.Signature = some.Signature }), "SignatureMismatch", digest)
	wantRevert(t, change(all, func(s *bindings.Statement) { s.Signature[0][5] ^= 1 }), "PrecompileFailed")
}

// A header is the standing one in every field, or none.
func TestBadHeader(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	term := w.activate(w.set, 0)
	other := w.activate(w.other.set, 0)
	b, head := w.nextBatch(w.set, 1)
	s := w.statement(term, w.digestOfBatch(term, b))
	for name, change := range map[string]func(*bindings.Header){
		"fewer entries": func(h *bindings.Header) { h.Count-- },
		"more entries":  func(h *bindings.Header) { h.Count++ },
		"less weight":   func(h *bindings.Header) { h.Total = whole(1) },
		"another root":  func(h *bindings.Header) { h.Root[0] ^= 1 },
		"another key":   func(h *bindings.Header) { h.Key[5][31] ^= 1 },
		"nothing":       func(h *bindings.Header) { *h = bindings.Header{Set: h.Set, Total: new(big.Int)} },
		"another set's": func(h *bindings.Header) { *h = other.HeaderBinding(); h.Set = chain.Number(w.set) },
	} {
		t.Log(name)
		h := term.HeaderBinding()
		change(&h)
		wantRevertArgs(t, w.tryCommit(h, head, b, s), "UnknownHeader", w.set, 0, headerHash(h), term.Header.Hash())
	}
	// Of an era without a proposal, in the future or none: nothing stands there.
	for _, e := range []uint64{1, 7, 1 << 40} {
		h := term.HeaderBinding()
		h.Era = e
		err := w.tryCommit(h, head, b, s)
		wantRevertArgs(t, err, "UnknownHeader", w.set, e, headerHash(h), core.Hash{})
	}
	// The other set's own header moves the other set's chain, which stands elsewhere.
	w.commit(other, 1)
	wantRevertArgs(t, w.tryCommit(other.HeaderBinding(), head, b, s), "NotTheHead", batch.Head(0, core.Hash{}), headOf(w, w.other.set))
}

// headOf is where the Router says a set's batches stand.
func headOf(w *world, set core.SetID) core.Hash {
	w.t.Helper()
	return ask(w, w.Roster.At.Router, router.PackHeadOf(chain.Number(set)), router.UnpackHeadOf)
}
