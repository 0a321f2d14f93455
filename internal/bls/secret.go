package bls

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"math/big"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"github.com/gear-tech/roster/core"
)

const (
	// SecretSize is the length of an encoded secret key: one big-endian scalar.
	SecretSize = fr.Bytes
	// SeedSize is the least length of a seed (EIP-2333).
	SeedSize = 32

	keygenSalt = "BLS-SIG-KEYGEN-SALT-" // EIP-2333, hkdf_mod_r
	keygenSize = 48                     // ceil(1.5 · 255 bits): the reduction's bias is below 2^-126
)

// SecretKey is a scalar in 1 … r−1. Keep it behind its pointer: Zeroize reaches no copies.
//
// Warning: gnark-crypto's multiplication is not constant-time. Sign where nobody can time it to the microsecond.
type SecretKey struct {
	scalar fr.Element
}

// NewSecretKey makes a key from the system's randomness.
func NewSecretKey() (*SecretKey, error) {
	var seed [keygenSize]byte
	defer clear(seed[:])
	if _, err := rand.Read(seed[:]); err != nil {
		return nil, fmt.Errorf("make secret key: %w", err)
	}
	return SecretKeyFromSeed(seed[:])
}

// SecretKeyFromSeed derives a key from at least 32 secret bytes: EIP-2333's derive_master_SK, that is hkdf_mod_r
// without key info. The same seed gives the same key, here and in every Ethereum wallet.
func SecretKeyFromSeed(seed []byte) (*SecretKey, error) {
	if len(seed) < SeedSize {
		return nil, fmt.Errorf("derive secret key from %d bytes: %w", len(seed), ErrSeed)
	}
	material := append(append(make([]byte, 0, len(seed)+1), seed...), 0)
	defer clear(material)
	salt := []byte(keygenSalt)
	key := new(SecretKey)
	for key.scalar.IsZero() {
		next := sha256.Sum256(salt)
		salt = next[:]
		pseudorandom, err := hkdf.Extract(sha256.New, material, salt)
		if err != nil {
			return nil, fmt.Errorf("derive secret key: %w", err)
		}
		output, err := hkdf.Expand(sha256.New, pseudorandom, string([]byte{0, keygenSize}), keygenSize)
		clear(pseudorandom)
		if err != nil {
			return nil, fmt.Errorf("derive secret key: %w", err)
		}
		key.scalar.SetBytes(output) // reduces modulo r
		clear(output)
	}
	return key, nil
}

// SecretKeyFromBytes reads 32 big-endian bytes. It refuses 0 and what is not below the group's order; the error
// does not name the value.
func SecretKeyFromBytes(encoded []byte) (*SecretKey, error) {
	if len(encoded) != SecretSize {
		return nil, fmt.Errorf("read secret key of %d bytes, want %d: %w", len(encoded), SecretSize, ErrLength)
	}
	key := new(SecretKey)
	if err := key.scalar.SetBytesCanonical(encoded); err != nil || key.scalar.IsZero() {
		return nil, fmt.Errorf("read secret key: %w", ErrSecret)
	}
	return key, nil
}

// Bytes returns the secret itself, 32 big-endian bytes, for a key file. Clear it after use.
func (k *SecretKey) Bytes() [SecretSize]byte { return k.scalar.Bytes() }

// Zeroize overwrites the secret. Using the key afterwards panics.
func (k *SecretKey) Zeroize() { k.scalar = fr.Element{} }

// String hides the secret from logs, as does GoString.
func (SecretKey) String() string { return "bls secret key" }

// GoString hides the secret from %#v.
func (SecretKey) GoString() string { return "bls.SecretKey{…}" }

// PublicKey returns the key's public half: secret · g2.
func (k *SecretKey) PublicKey() PublicKey {
	var key PublicKey
	k.with(func(secret *big.Int) { key.point.ScalarMultiplicationBase(secret) })
	return key
}

// Sign signs the 32 bytes of digest: secret · H(digest). Deterministic.
func (k *SecretKey) Sign(digest core.Hash, domain Domain) Signature {
	hash := hashToCurve(digest, domain)
	var signature Signature
	k.with(func(secret *big.Int) { signature.point.ScalarMultiplication(&hash, secret) })
	return signature
}

// ProvePossession signs a digest that names who registers the key and where (protocol §5) in the Possession
// domain.
func (k *SecretKey) ProvePossession(digest core.Hash) Signature { return k.Sign(digest, Possession) }

// with lends the secret as the integer that gnark-crypto multiplies by, and wipes it. A signature by the zero
// scalar would be the identity, so a zeroized key is a programming error.
func (k *SecretKey) with(use func(secret *big.Int)) {
	if k.scalar.IsZero() {
		panic("bls: secret key used after Zeroize")
	}
	secret := k.scalar.BigInt(new(big.Int))
	defer func() { clear(secret.Bits()) }()
	use(secret)
}

// hashToCurve is RFC 9380 hash_to_curve, suite BLS12381G1_XMD:SHA-256_SSWU_RO_ under our tag.
func hashToCurve(digest core.Hash, domain Domain) bls12381.G1Affine {
	point, err := bls12381.HashToG1(digest[:], []byte(domain))
	if err != nil {
		// Only a tag of more than 255 bytes makes it fail, and ours are constants.
		panic(fmt.Sprintf("bls: hash to curve under %q: %v", domain, err))
	}
	return point
}
