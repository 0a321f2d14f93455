package executor

import (
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Committee is a set of Executors with their keys: what it takes to put signatures together.
type Committee struct {
	chain.Elected
	// Keys are the entries', in order.
	Keys []bls.PublicKey
}

// NewCommittee pairs a set with the keys behind its entries, taken from registered ones by hash.
func NewCommittee(e chain.Elected, registered map[core.Hash][192]byte) (Committee, error) {
	c := Committee{Elected: e, Keys: make([]bls.PublicKey, len(e.Entries))}
	for i, entry := range e.Entries {
		packed, known := registered[entry.KeyHash]
		if !known {
			return c, fmt.Errorf("set %d, era %d: nobody registered the key %s of entry %d", e.Set, e.Era, entry.KeyHash, i)
		}
		var err error
		if c.Keys[i], err = bls.PublicKeyFromBytes(packed[:]); err != nil {
			return c, fmt.Errorf("set %d, era %d: key of entry %d: %w", e.Set, e.Era, i, err)
		}
	}
	return c, nil
}

// Signature is one Executor's over a statement's digest.
type Signature struct {
	Index int
	bls.Signature
}

// ErrNobodySigned is returned for a statement without signatures: its key would be the identity.
var ErrNobodySigned = errors.New("nobody signed")

// Signed is a statement with its signers, who are those of the signatures put together.
type Signed struct {
	Bitmap    quorum.Bitmap
	Weight    core.Amount // of the signers, wVARA base units
	Signature bls.Signature
}

// Gather checks each signature over the digest and adds up the good ones; of two good ones by one Executor the first
// counts. It returns the indices of those that were not over the digest, whom the caller may want to remember;
// places outside the set are passed over.
func (c Committee) Gather(digest core.Hash, signatures []Signature) (Signed, []int, error) {
	var s Signed
	var bad []int
	var good []bls.Signature
	for _, one := range signatures {
		if one.Index < 0 || one.Index >= len(c.Keys) || s.Bitmap.Has(one.Index) {
			continue
		}
		if err := bls.Verify(digest, bls.Statement, c.Keys[one.Index], one.Signature); err != nil {
			bad = append(bad, one.Index)
			continue
		}
		s.Bitmap = s.Bitmap.With(one.Index)
		s.Weight.Add(&s.Weight, &c.Entries[one.Index].Weight)
		good = append(good, one.Signature)
	}
	if len(good) == 0 {
		return s, bad, ErrNobodySigned
	}
	s.Signature = bls.AggregateSignatures(good...)
	return s, bad, nil
}

// Signers returns who signed as the contracts take it: the bitmap, and for its clear bits the entries, their
// keys and one positional multiproof (protocol §5).
func (c Committee) Signers(bitmap quorum.Bitmap) (bindings.Signers, error) {
	out := bindings.Signers{Bitmap: chain.Big(bitmap.Amount()), Absent: []byte{}, Proof: [][32]byte{}}
	absent := bitmap.Clear(len(c.Entries)).Indices()
	if len(absent) == 0 {
		return out, nil
	}
	for _, i := range absent {
		packed, err := c.Entries[i].Pack()
		if err != nil {
			return out, fmt.Errorf("absent entry %d: %w", i, err)
		}
		key := c.Keys[i].Packed()
		out.Absent = append(append(out.Absent, packed[:32]...), key[:]...)
	}
	leaves, err := merkle.EntryLeaves(c.Entries)
	if err != nil {
		return out, err
	}
	proof, err := merkle.MultiProve(leaves, absent)
	if err != nil {
		return out, fmt.Errorf("prove absent entries %v: %w", absent, err)
	}
	for _, h := range proof {
		out.Proof = append(out.Proof, h)
	}
	return out, nil
}

// Statement returns a signed statement as the contracts take it.
func (c Committee) Statement(s Signed) (bindings.Statement, error) {
	signers, err := c.Signers(s.Bitmap)
	if err != nil {
		return bindings.Statement{}, err
	}
	return bindings.Statement{Signers: signers, Signature: chain.SignatureWords(s.Signature.Packed())}, nil
}

// Checked is a statement that was put together elsewhere. The error is that the signature is not those signers' over the
// digest.
func (c Committee) Checked(digest core.Hash, bitmap quorum.Bitmap, packed [bls.SignatureSize]byte) (Signed, error) {
	s := Signed{Bitmap: bitmap}
	if bitmap.IsZero() || !bitmap.Fits(len(c.Entries)) {
		return s, fmt.Errorf("signers %s of a set of %d", bitmap, len(c.Entries))
	}
	var err error
	if s.Signature, err = bls.SignatureFromBytes(packed[:]); err != nil {
		return s, err
	}
	var keys []bls.PublicKey
	for _, i := range bitmap.Indices() {
		keys = append(keys, c.Keys[i])
		s.Weight.Add(&s.Weight, &c.Entries[i].Weight)
	}
	return s, bls.Verify(digest, bls.Statement, bls.AggregateKeys(keys...), s.Signature)
}

// Combine is Gather for signatures that were checked one by one already: it checks their sum at once, and one by one only
// if that is wrong.
func (c Committee) Combine(digest core.Hash, signatures []Signature) (Signed, error) {
	var s Signed
	var keys []bls.PublicKey
	var good []bls.Signature
	for _, one := range signatures {
		if one.Index < 0 || one.Index >= len(c.Keys) || s.Bitmap.Has(one.Index) {
			continue
		}
		s.Bitmap = s.Bitmap.With(one.Index)
		s.Weight.Add(&s.Weight, &c.Entries[one.Index].Weight)
		keys, good = append(keys, c.Keys[one.Index]), append(good, one.Signature)
	}
	if len(good) == 0 {
		return s, ErrNobodySigned
	}
	s.Signature = bls.AggregateSignatures(good...)
	if bls.Verify(digest, bls.Statement, bls.AggregateKeys(keys...), s.Signature) == nil {
		return s, nil
	}
	s, _, err := c.Gather(digest, signatures)
	return s, err
}
