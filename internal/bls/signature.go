package bls

import (
	"encoding/hex"
	"fmt"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"

	"github.com/gear-tech/roster/core"
)

// SignatureSize is the length of a packed signature.
const SignatureSize = 2 * fp.Bytes

// minusG2 is the pairing's fixed argument: the generator of G2, negated.
var minusG2 = func() bls12381.G2Affine {
	_, _, _, generator := bls12381.Generators()
	return *generator.Neg(&generator)
}()

// Signature is a point of G1's subgroup of prime order. It compares with ==. The zero value is the identity.
type Signature struct {
	point bls12381.G1Affine
}

// SignatureFromBytes reads a packed signature and checks it: canonical, on the curve, in the subgroup, not the
// identity.
func SignatureFromBytes(packed []byte) (Signature, error) {
	var signature Signature
	fail := func(err error) (Signature, error) {
		return Signature{}, fmt.Errorf("read signature 0x%x: %w", packed, err)
	}
	if err := unpack(packed, []*fp.Element{&signature.point.X, &signature.point.Y}); err != nil {
		return fail(err)
	}
	switch {
	case signature.IsIdentity():
		return fail(ErrIdentity)
	case !signature.point.IsOnCurve():
		return fail(ErrNotOnCurve)
	case !signature.point.IsInSubGroup():
		return fail(ErrNotInSubgroup)
	}
	return signature, nil
}

// Packed returns the signature's 96 bytes, all zero for the identity.
func (s Signature) Packed() (packed [SignatureSize]byte) {
	pack(packed[:], &s.point.X, &s.point.Y)
	return packed
}

// IsIdentity reports whether the signature is the identity, which proves nothing.
func (s Signature) IsIdentity() bool { return s.point.IsInfinity() }

// String returns the packed signature as hex with 0x in front.
func (s Signature) String() string {
	packed := s.Packed()
	return "0x" + hex.EncodeToString(packed[:])
}

// AggregateSignatures returns the sum of the signatures: of several signers on one digest, verified by the sum
// of their keys, or on two, by VerifyPair. It may be the identity.
func AggregateSignatures(signatures ...Signature) (sum Signature) {
	var jacobian bls12381.G1Jac // the zero value is the identity
	for i := range signatures {
		jacobian.AddMixed(&signatures[i].point)
	}
	sum.point.FromJacobian(&jacobian)
	return sum
}

// Verify returns nil if the signature is the key's on digest in domain: e(H, key) · e(signature, −g2) = 1. The
// identity, as key or as signature, is refused.
func Verify(digest core.Hash, domain Domain, key PublicKey, signature Signature) error {
	err := pairing(signature, []PublicKey{key}, []bls12381.G1Affine{hashToCurve(digest, domain)})
	if err != nil {
		return fmt.Errorf("verify signature %s of key %s on %s: %w", signature, key.Hash(), digest, err)
	}
	return nil
}

// VerifyPossession returns nil if the key's owner proved to know its secret for this digest.
func VerifyPossession(digest core.Hash, key PublicKey, proof Signature) error {
	return Verify(digest, Possession, key, proof)
}

// VerifyPair returns nil if the signature is the sum of keyA's on the statement digestA and keyB's on the
// statement digestB: the form of evidence. That the digests differ is the caller's to check.
func VerifyPair(digestA core.Hash, keyA PublicKey, digestB core.Hash, keyB PublicKey, signature Signature) error {
	hashes := []bls12381.G1Affine{hashToCurve(digestA, Statement), hashToCurve(digestB, Statement)}
	if err := pairing(signature, []PublicKey{keyA, keyB}, hashes); err != nil {
		return fmt.Errorf("verify signature %s of keys %s on %s and %s on %s: %w",
			signature, keyA.Hash(), digestA, keyB.Hash(), digestB, err)
	}
	return nil
}

// pairing checks that the product of e(hash, key) equals e(signature, g2).
func pairing(signature Signature, keys []PublicKey, hashes []bls12381.G1Affine) error {
	points := make([]bls12381.G2Affine, 0, len(keys)+1)
	for _, key := range keys {
		if key.IsIdentity() {
			return fmt.Errorf("key: %w", ErrIdentity)
		}
		points = append(points, key.point)
	}
	if signature.IsIdentity() {
		return fmt.Errorf("signature: %w", ErrIdentity)
	}
	one, err := bls12381.PairingCheck(append(hashes, signature.point), append(points, minusG2))
	if err != nil {
		return err
	}
	if !one {
		return ErrMismatch
	}
	return nil
}
