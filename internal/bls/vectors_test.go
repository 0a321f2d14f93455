package bls

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/big"
	"os"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"

	"github.com/gear-tech/roster/core"
)

var update = flag.Bool("update", false, "rewrite testdata/bls.json")

const vectorsFile = "../../testdata/bls.json"

// vectors are what this package and contracts/src/libraries/BLS.sol must agree on; contracts/test/BLS.t.sol
// reads them. Flat, because forge's cheat codes read arrays of one type.
type vectors struct {
	Digest             string   `json:"digest"`
	OtherDigest        string   `json:"otherDigest"`
	SecretKeys         []string `json:"secretKeys"`
	Keys               []string `json:"keys"`
	KeyHashes          []string `json:"keyHashes"`
	Signatures         []string `json:"signatures"`  // on digest, one for each key
	Possessions        []string `json:"possessions"` // on digest, one for each key
	AggregateKey       string   `json:"aggregateKey"`
	AggregateSignature string   `json:"aggregateSignature"`
	Bitmaps            []string `json:"bitmaps"`           // of keys
	BitmapKeys         []string `json:"bitmapKeys"`        // sums
	BitmapSignatures   []string `json:"bitmapSignatures"`  // sums
	PairSignatures     []string `json:"pairSignatures"`    // key i on digest + key i+1 on otherDigest
	Messages           []string `json:"messages"`          // digests
	StatementPoints    []string `json:"statementPoints"`   // hashed to the curve
	PossessionPoints   []string `json:"possessionPoints"`  // under the other tag
	KeysMinusReal      []string `json:"keysMinusReal"`     // key i − realKey
	RealKey            string   `json:"realKey"`           // on the curve, off the subgroup, y.c1 = 0
	OffCurveKey        string   `json:"offCurveKey"`       // refused by everybody
	OffSubgroupKey     string   `json:"offSubgroupKey"`    // on the curve
	NonCanonicalKey    string   `json:"nonCanonicalKey"`   // key 0 with x.c0 + p
	OffCurveSignature  string   `json:"offCurveSignature"` // signature 0, y + 1
	OffSubgroupSig     string   `json:"offSubgroupSignature"`
	NonCanonicalSig    string   `json:"nonCanonicalSignature"` // signature 0 with x + p
}

// bad are encodings that every decoder must refuse.
type bad struct {
	realKey, offCurveKey, offSubgroupKey, nonCanonicalKey          []byte
	offCurveSignature, offSubgroupSignature, nonCanonicalSignature []byte
}

func badPoints(t testing.TB) bad {
	key := secretN(t, 0).PublicKey().Packed()
	signature := secretN(t, 0).Sign(core.Keccak([]byte("digest")), Statement).Packed()
	var offSubgroup PublicKey
	jacobian := bls12381.GeneratePointNotInG2(bls12381.E2{A0: fp.NewElement(3)})
	offSubgroup.point.FromJacobian(&jacobian)
	offKey := offSubgroup.Packed()
	var offSignature Signature
	jacobian1 := bls12381.GeneratePointNotInG1(fp.NewElement(3))
	offSignature.point.FromJacobian(&jacobian1)
	offSig := offSignature.Packed()
	realY := realKey(t).Packed()
	return bad{
		realKey:               realY[:],
		offCurveKey:           changed(key[:], 3*fp.Bytes, big.NewInt(1)),
		offSubgroupKey:        offKey[:],
		nonCanonicalKey:       changed(key[:], 0, fp.Modulus()),
		offCurveSignature:     changed(signature[:], fp.Bytes, big.NewInt(1)),
		offSubgroupSignature:  offSig[:],
		nonCanonicalSignature: changed(signature[:], 0, fp.Modulus()),
	}
}

// changed returns the packed point with `by` added to the coordinate that starts at byte `start`.
func changed(packed []byte, start int, by *big.Int) []byte {
	result := bytes.Clone(packed)
	coordinate := result[start : start+fp.Bytes]
	new(big.Int).Add(new(big.Int).SetBytes(coordinate), by).FillBytes(coordinate)
	return result
}

// realKey returns a point of the twist y² = x³ + 4 + 4u whose y has no imaginary part, so that its negation
// meets −0. With x = a + bu that asks 3a²b − b³ = −4, and a³ − 3ab² + 4 to be a square.
func realKey(t testing.TB) (key PublicKey) {
	four, three := fp.NewElement(4), fp.NewElement(3)
	for n := uint64(1); n < 1000; n++ {
		b := fp.NewElement(n)
		var cube, a, y, part fp.Element
		cube.Square(&b).Mul(&cube, &b)
		a.Sub(&cube, &four).Div(&a, part.Mul(&three, &b))
		if a.Sqrt(&a) == nil {
			continue
		}
		y.Square(&a).Mul(&y, &a)
		part.Square(&b).Mul(&part, &a).Mul(&part, &three)
		y.Sub(&y, &part).Add(&y, &four)
		if y.Sqrt(&y) == nil {
			continue
		}
		key.point.X.A0, key.point.X.A1, key.point.Y.A0 = a, b, y
		if !key.point.IsOnCurve() || key.point.IsInSubGroup() {
			t.Fatalf("constructed a wrong point %s", key)
		}
		return key
	}
	t.Fatal("found no point with a real y")
	return key
}

func TestVectors(t *testing.T) {
	hexOf := func(b []byte) string { return "0x" + hex.EncodeToString(b) }
	digest, other := core.Keccak([]byte("digest")), core.Keccak([]byte("other digest"))
	wrong, minusReal := badPoints(t), realKey(t)
	v := vectors{
		Digest: digest.String(), OtherDigest: other.String(),
		RealKey: hexOf(wrong.realKey), OffCurveKey: hexOf(wrong.offCurveKey),
		OffSubgroupKey: hexOf(wrong.offSubgroupKey), NonCanonicalKey: hexOf(wrong.nonCanonicalKey),
		OffCurveSignature: hexOf(wrong.offCurveSignature), OffSubgroupSig: hexOf(wrong.offSubgroupSignature),
		NonCanonicalSig: hexOf(wrong.nonCanonicalSignature),
	}
	const count = 10
	var keys []PublicKey
	var signatures []Signature
	for i := range count {
		secret := secretN(t, i)
		encoded := secret.Bytes()
		keys = append(keys, secret.PublicKey())
		signatures = append(signatures, secret.Sign(digest, Statement))
		pair := AggregateSignatures(signatures[i], secretN(t, (i+1)%count).Sign(other, Statement))
		message := core.Keccak([]byte{byte(i)})
		statement, possession := hashToCurve(message, Statement), hashToCurve(message, Possession)
		v.SecretKeys = append(v.SecretKeys, hexOf(encoded[:]))
		v.Keys = append(v.Keys, keys[i].String())
		v.KeyHashes = append(v.KeyHashes, keys[i].Hash().String())
		v.Signatures = append(v.Signatures, signatures[i].String())
		v.Possessions = append(v.Possessions, secret.ProvePossession(digest).String())
		v.PairSignatures = append(v.PairSignatures, pair.String())
		v.Messages = append(v.Messages, message.String())
		v.StatementPoints = append(v.StatementPoints, Signature{statement}.String())
		v.PossessionPoints = append(v.PossessionPoints, Signature{possession}.String())
		v.KeysMinusReal = append(v.KeysMinusReal, keys[i].Subtract(minusReal).String())
	}
	v.AggregateKey, v.AggregateSignature = AggregateKeys(keys...).String(), AggregateSignatures(signatures...).String()
	for _, bitmap := range []uint64{1, 0x200, 0x3fe, 0x155, 0x2aa, 0x0f3, 0x3ff} {
		var some []PublicKey
		var theirs []Signature
		for i := range count {
			if bitmap>>i&1 == 1 {
				some, theirs = append(some, keys[i]), append(theirs, signatures[i])
			}
		}
		v.Bitmaps = append(v.Bitmaps, hexOf(new(big.Int).SetUint64(bitmap).FillBytes(make([]byte, 32))))
		v.BitmapKeys = append(v.BitmapKeys, AggregateKeys(some...).String())
		v.BitmapSignatures = append(v.BitmapSignatures, AggregateSignatures(theirs...).String())
	}
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(vectorsFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what this package computes; if that is meant: go test ./internal/bls -update", vectorsFile)
	}
}
