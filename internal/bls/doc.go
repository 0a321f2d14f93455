// Package bls makes and checks BLS12-381 signatures as the contracts read them (protocol §5): keys in G2,
// signatures in G1, messages hashed to the curve by RFC 9380. It is the only speaker of gnark-crypto, and the
// mirror of contracts/src/libraries/BLS.sol; testdata/bls.json holds what both must agree on.
//
// A packed key is 192 bytes, x.c0 ‖ x.c1 ‖ y.c0 ‖ y.c1, a packed signature 96 bytes, x ‖ y: 48-byte big-endian
// coordinates, those of EIP-2537 without their 16 leading zero bytes. All zero is the identity. There are no
// flag bits and there is no compressed form: one point has one encoding.
//
// What is decoded is checked (canonical coordinates, curve, subgroup, not the identity), so a PublicKey or a
// Signature in hand is good, save for the zero value and for sums, which may be the identity. The identity
// verifies nothing.
package bls

import "errors"

// Domain is the tag of RFC 9380 that keeps signatures of one purpose from passing for another.
type Domain string

const (
	// Statement is the domain of what Executors sign: batches and rewards.
	Statement Domain = "ROSTER-V1-STATEMENT_BLS12381G1_XMD:SHA-256_SSWU_RO_"
	// Possession is the domain of the proof that an operator knows the secret of the key it registers. With it
	// no key can be chosen as a function of others', which is what makes sums of keys sound.
	Possession Domain = "ROSTER-V1-POP_BLS12381G1_XMD:SHA-256_SSWU_RO_"
)

// What decoding and verifying refuse; wrapped with the value concerned.
var (
	ErrLength        = errors.New("wrong length")
	ErrNotCanonical  = errors.New("coordinate is not below the field's prime")
	ErrNotOnCurve    = errors.New("point is not on the curve")
	ErrNotInSubgroup = errors.New("point is not in the subgroup of prime order")
	ErrIdentity      = errors.New("identity")
	ErrMismatch      = errors.New("signature does not match")
	ErrSecret        = errors.New("secret is not in 1 … r−1")
	ErrSeed          = errors.New("seed is shorter than 32 bytes")
)
