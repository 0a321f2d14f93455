package bls

import (
	"encoding/hex"
	"fmt"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"

	"github.com/gear-tech/roster/core"
)

// PublicKeySize is the length of a packed public key.
const PublicKeySize = 4 * fp.Bytes

// PublicKey is a point of G2's subgroup of prime order. It compares with ==. The zero value is the identity.
type PublicKey struct {
	point bls12381.G2Affine
}

// PublicKeyFromBytes reads a packed key and checks it: canonical, on the curve, in the subgroup, not the
// identity. That its owner knows the secret is VerifyPossession's to say.
func PublicKeyFromBytes(packed []byte) (PublicKey, error) {
	var key PublicKey
	fail := func(err error) (PublicKey, error) {
		return PublicKey{}, fmt.Errorf("read public key 0x%x: %w", packed, err)
	}
	coordinates := []*fp.Element{&key.point.X.A0, &key.point.X.A1, &key.point.Y.A0, &key.point.Y.A1}
	if err := unpack(packed, coordinates); err != nil {
		return fail(err)
	}
	switch {
	case key.IsIdentity():
		return fail(ErrIdentity)
	case !key.point.IsOnCurve():
		return fail(ErrNotOnCurve)
	case !key.point.IsInSubGroup():
		return fail(ErrNotInSubgroup)
	}
	return key, nil
}

// Packed returns the key's 192 bytes, all zero for the identity.
func (k PublicKey) Packed() (packed [PublicKeySize]byte) {
	pack(packed[:], &k.point.X.A0, &k.point.X.A1, &k.point.Y.A0, &k.point.Y.A1)
	return packed
}

// Hash returns the keccak256 of the packed key: what a set's entries and the Middleware keep of it.
func (k PublicKey) Hash() core.Hash {
	packed := k.Packed()
	return core.Keccak(packed[:])
}

// IsIdentity reports whether the key is the identity, which verifies nothing.
func (k PublicKey) IsIdentity() bool { return k.point.IsInfinity() }

// String returns the packed key as hex with 0x in front.
func (k PublicKey) String() string {
	packed := k.Packed()
	return "0x" + hex.EncodeToString(packed[:])
}

// AggregateKeys returns the sum of the keys. It may be the identity: of no keys, or of keys that cancel out.
//
// Warning: a sum stands for its parts only if possession of each was proven.
func AggregateKeys(keys ...PublicKey) PublicKey {
	var sum bls12381.G2Jac // the zero value is the identity
	for i := range keys {
		sum.AddMixed(&keys[i].point)
	}
	return fromJacobian(&sum)
}

// Subtract returns the key without the given ones: the signers' key from the aggregate and the absent. It may be
// the identity.
func (k PublicKey) Subtract(keys ...PublicKey) PublicKey {
	var sum bls12381.G2Jac
	sum.FromAffine(&k.point)
	for i := range keys {
		var negative bls12381.G2Affine
		negative.Neg(&keys[i].point)
		sum.AddMixed(&negative)
	}
	return fromJacobian(&sum)
}

func fromJacobian(sum *bls12381.G2Jac) (key PublicKey) {
	key.point.FromJacobian(sum)
	return key
}
