package bls

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"github.com/gear-tech/roster/core"
)

func secretN(t testing.TB, n int) *SecretKey {
	t.Helper()
	key, err := SecretKeyFromSeed(bytes.Repeat([]byte{byte(n + 1)}, SeedSize))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// RFC 9380 appendix J.9.1, suite BLS12381G1_XMD:SHA-256_SSWU_RO_.
func TestHashToCurveRFC9380(t *testing.T) {
	const tag = "QUUX-V01-CS02-with-BLS12381G1_XMD:SHA-256_SSWU_RO_"
	for _, vector := range []struct{ message, x, y string }{
		{"", "052926add2207b76ca4fa57a8734416c8dc95e24501772c814278700eed6d1e4e8cf62d9c09db0fac349612b759e79a1", "08ba738453bfed09cb546dbb0783dbb3a5f1f566ed67bb6be0e8c67e2e81a4cc68ee29813bb7994998f3eae0c9c6a265"},
		{"abc", "03567bc5ef9c690c2ab2ecdf6a96ef1c139cc0b2f284dca0a9a7943388a49a3aee664ba5379a7655d3c68900be2f6903", "0b9c15f3fe6e5cf4211f346271d7b01c8f3b28be689c8429c85b67af215533311f0b8dfaaa154fa6b88176c229f2885d"},
		{"abcdef0123456789", "11e0b079dea29a68f0383ee94fed1b940995272407e3bb916bbf268c263ddd57a6a27200a784cbc248e84f357ce82d98", "03a87ae2caf14e8ee52e51fa2ed8eefe80f02457004ba4d486d6aa1f517c0889501dc7413753f9599b099ebcbbd2d709"},
		{"q128_" + strings.Repeat("q", 128), "15f68eaa693b95ccb85215dc65fa81038d69629f70aeee0d0f677cf22285e7bf58d7cb86eefe8f2e9bc3f8cb84fac488", "1807a1d50c29f430b8cafc4f8638dfeeadf51211e1602a5f184443076715f91bb90a48ba1e370edce6ae1062f5e6dd38"},
		{"a512_" + strings.Repeat("a", 512), "082aabae8b7dedb0e78aeb619ad3bfd9277a2f77ba7fad20ef6aabdc6c31d19ba5a6d12283553294c1825c4b3ca2dcfe", "05b84ae5a942248eea39e1d91030458c40153f3b654ab7872d779ad1e942856a20c438e8d99bc8abfbf74729ce1f7ac8"},
	} {
		point, err := bls12381.HashToG1([]byte(vector.message), []byte(tag))
		if err != nil {
			t.Fatal(err)
		}
		packed := Signature{point}.Packed()
		if got, want := hex.EncodeToString(packed[:]), vector.x+vector.y; got != want {
			t.Errorf("hash of %.20q: got %s, want %s", vector.message, got, want)
		}
	}
}

// EIP-2333 test cases 0, 1 and 2: the master key of a seed.
func TestSecretKeyFromSeedEIP2333(t *testing.T) {
	for _, vector := range []struct{ seed, secret string }{
		{"c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04", "6083874454709270928345386274498605044986640685124978867557563392430687146096"},
		{"3141592653589793238462643383279502884197169399375105820974944592", "29757020647961307431480504535336562678282505419141012933316116377660817309383"},
		{"0099FF991111002299DD7744EE3355BBDD8844115566CC55663355668888CC00", "27580842291869792442942448775674722299803720648445448686099262467207037398656"},
	} {
		seed, err := hex.DecodeString(vector.seed)
		if err != nil {
			t.Fatal(err)
		}
		key, err := SecretKeyFromSeed(seed)
		if err != nil {
			t.Fatal(err)
		}
		encoded := key.Bytes()
		if got := new(big.Int).SetBytes(encoded[:]).String(); got != vector.secret {
			t.Errorf("secret of seed %s: got %s, want %s", vector.seed, got, vector.secret)
		}
	}
	if _, err := SecretKeyFromSeed(make([]byte, SeedSize-1)); !errors.Is(err, ErrSeed) {
		t.Errorf("short seed: got %v", err)
	}
}

func TestSecretKeyFromBytes(t *testing.T) {
	key := secretN(t, 0)
	encoded := key.Bytes()
	again, err := SecretKeyFromBytes(encoded[:])
	if err != nil || again.PublicKey() != key.PublicKey() {
		t.Errorf("read back: got %v, %v", again, err)
	}
	order, _ := hex.DecodeString("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001")
	for name, c := range map[string]struct {
		encoded []byte
		want    error
	}{
		"zero":  {make([]byte, 32), ErrSecret},
		"order": {order, ErrSecret},
		"ones":  {bytes.Repeat([]byte{255}, 32), ErrSecret},
		"short": {encoded[:31], ErrLength},
		"long":  {append(encoded[:], 0), ErrLength},
	} {
		if _, err := SecretKeyFromBytes(c.encoded); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestSecretStaysSecret(t *testing.T) {
	key := secretN(t, 3)
	encoded := key.Bytes()
	for _, text := range []string{fmt.Sprintf("%v %+v %#v %s", key, *key, *key, key), fmt.Sprint(key)} {
		if strings.Contains(text, hex.EncodeToString(encoded[:4])) || strings.Contains(text, fmt.Sprint(key.scalar[0])) {
			t.Errorf("printed the secret: %s", text)
		}
	}
	key.Zeroize()
	if key.Bytes() != [SecretSize]byte{} {
		t.Error("zeroized key still holds a secret")
	}
	defer func() {
		if recover() == nil {
			t.Error("a zeroized key signed")
		}
	}()
	key.Sign(core.Hash{1}, Statement)
}

func TestNewSecretKeyDiffers(t *testing.T) {
	a, errA := NewSecretKey()
	b, errB := NewSecretKey()
	if errA != nil || errB != nil || a.Bytes() == b.Bytes() {
		t.Errorf("two new keys: %v, %v, equal %v", errA, errB, a.Bytes() == b.Bytes())
	}
}

func TestSignatureHoldsForItsOwnOnly(t *testing.T) {
	key, other, digest := secretN(t, 0), secretN(t, 1), core.Hash{7}
	signature := key.Sign(digest, Statement)
	if err := Verify(digest, Statement, key.PublicKey(), signature); err != nil {
		t.Fatal(err)
	}
	proof := key.ProvePossession(digest)
	if err := VerifyPossession(digest, key.PublicKey(), proof); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		digest    core.Hash
		domain    Domain
		key       PublicKey
		signature Signature
		want      error
	}{
		"other digest":           {core.Hash{8}, Statement, key.PublicKey(), signature, ErrMismatch},
		"other key":              {digest, Statement, other.PublicKey(), signature, ErrMismatch},
		"statement as proof":     {digest, Possession, key.PublicKey(), signature, ErrMismatch},
		"proof as statement":     {digest, Statement, key.PublicKey(), proof, ErrMismatch},
		"identity key":           {digest, Statement, PublicKey{}, signature, ErrIdentity},
		"identity signature":     {digest, Statement, key.PublicKey(), Signature{}, ErrIdentity},
		"identity both, product": {digest, Statement, PublicKey{}, Signature{}, ErrIdentity},
	} {
		if err := Verify(c.digest, c.domain, c.key, c.signature); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", name, err, c.want)
		}
	}
}

func TestSumsOfKeysVerifySumsOfSignatures(t *testing.T) {
	digest, other := core.Hash{1}, core.Hash{2}
	var keys []PublicKey
	var signatures []Signature
	for i := range 7 {
		keys = append(keys, secretN(t, i).PublicKey())
		signatures = append(signatures, secretN(t, i).Sign(digest, Statement))
	}
	all, some := AggregateKeys(keys...), AggregateKeys(keys[2:]...)
	if err := Verify(digest, Statement, all, AggregateSignatures(signatures...)); err != nil {
		t.Error(err)
	}
	if got := all.Subtract(keys[:2]...); got != some {
		t.Errorf("subtract: got %s, want %s", got, some)
	}
	if err := Verify(digest, Statement, some, AggregateSignatures(signatures[2:]...)); err != nil {
		t.Error(err)
	}
	if err := Verify(digest, Statement, all, AggregateSignatures(signatures[2:]...)); !errors.Is(err, ErrMismatch) {
		t.Errorf("missing signatures: got %v", err)
	}
	if got := AggregateKeys(keys[0], keys[0]).Subtract(keys[0]); got != keys[0] {
		t.Errorf("doubled, then halved: got %s, want %s", got, keys[0])
	}
	if !AggregateKeys().IsIdentity() || !keys[3].Subtract(keys[3]).IsIdentity() || !AggregateSignatures().IsIdentity() {
		t.Error("empty sums are not the identity")
	}
	if packed := keys[3].Subtract(keys[3]).Packed(); packed != [PublicKeySize]byte{} {
		t.Errorf("identity packed as %x", packed)
	}
	pair := AggregateSignatures(signatures[0], secretN(t, 1).Sign(other, Statement))
	if err := VerifyPair(digest, keys[0], other, keys[1], pair); err != nil {
		t.Error(err)
	}
	if err := VerifyPair(digest, keys[1], other, keys[0], pair); !errors.Is(err, ErrMismatch) {
		t.Errorf("pair swapped: got %v", err)
	}
	if err := VerifyPair(digest, keys[0], other, PublicKey{}, signatures[0]); !errors.Is(err, ErrIdentity) {
		t.Errorf("pair with an identity: got %v", err)
	}
}

func TestDecodingIsStrict(t *testing.T) {
	key, signature := secretN(t, 0).PublicKey(), secretN(t, 0).Sign(core.Hash{1}, Statement)
	packedKey, packedSignature := key.Packed(), signature.Packed()
	if got, err := PublicKeyFromBytes(packedKey[:]); err != nil || got != key {
		t.Errorf("key: got %v, %v", got, err)
	}
	if got, err := SignatureFromBytes(packedSignature[:]); err != nil || got != signature {
		t.Errorf("signature: got %v, %v", got, err)
	}
	bad := badPoints(t)
	for name, c := range map[string]struct {
		packed []byte
		want   error
	}{
		"off curve":     {bad.offCurveKey, ErrNotOnCurve},
		"off subgroup":  {bad.offSubgroupKey, ErrNotInSubgroup},
		"real y":        {bad.realKey, ErrNotInSubgroup},
		"not canonical": {bad.nonCanonicalKey, ErrNotCanonical},
		"identity":      {make([]byte, PublicKeySize), ErrIdentity},
		"short":         {packedKey[1:], ErrLength},
		"long":          {append(packedKey[:], 0), ErrLength},
		"empty":         {nil, ErrLength},
	} {
		if got, err := PublicKeyFromBytes(c.packed); !errors.Is(err, c.want) || got != (PublicKey{}) {
			t.Errorf("key %s: got %v, %v, want %v", name, got, err, c.want)
		}
	}
	for name, c := range map[string]struct {
		packed []byte
		want   error
	}{
		"off curve":     {bad.offCurveSignature, ErrNotOnCurve},
		"off subgroup":  {bad.offSubgroupSignature, ErrNotInSubgroup},
		"not canonical": {bad.nonCanonicalSignature, ErrNotCanonical},
		"identity":      {make([]byte, SignatureSize), ErrIdentity},
		"short":         {packedSignature[1:], ErrLength},
		"a key":         {packedKey[:], ErrLength},
	} {
		if got, err := SignatureFromBytes(c.packed); !errors.Is(err, c.want) || got != (Signature{}) {
			t.Errorf("signature %s: got %v, %v, want %v", name, got, err, c.want)
		}
	}
}
