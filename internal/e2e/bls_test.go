package e2e

import (
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"

	bls12381 "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// TestBLSAgainstGnark compares the contracts' BLS12-381 with gnark-crypto's on random keys: a registration passes
// exactly if gnark's proof of possession does. Every key gives another message, so hashing to the curve is
// compared as well.
func TestBLSAgainstGnark(t *testing.T) {
	w := newWorld(t, options{})
	o := w.newOperator()
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		key, err := bls.SecretKeyFromSeed(randomBytes(rng, 32))
		w.must(err)
		public := key.PublicKey()
		digest := batch.Possession(w.Roster.ChainID, core.Address(w.Roster.At.Middleware), w.set, o.Address(), public.Hash())
		proof := key.ProvePossession(digest)

		w.must(w.tryProof(o, public.Packed(), proof.Packed()))
		wantRevert(t, w.tryProof(o, public.Packed(), key.Sign(digest, bls.Statement).Packed()), "SignatureMismatch")
		other := digest
		other[rng.IntN(32)] ^= 1 << rng.IntN(8)
		wantRevert(t, w.tryProof(o, public.Packed(), key.ProvePossession(other).Packed()), "SignatureMismatch")
		wantRevert(t, w.tryProof(o, public.Packed(), otherPoint(proof.Packed())), "SignatureMismatch")
		flipped := proof.Packed()
		flipped[rng.IntN(len(flipped))] ^= 1 << rng.IntN(8)
		if err := w.tryProof(o, public.Packed(), flipped); err == nil {
			t.Fatal("a proof with one bit flipped passes")
		}
	}
}

// TestBLSRefusesPointsOutsideTheSubgroup hands in points that lie on the curve but not in the group of prime
// order: nobody knows their secret, and sums with them mean nothing.
func TestBLSRefusesPointsOutsideTheSubgroup(t *testing.T) {
	w := newWorld(t, options{})
	o := w.newOperator()
	key, err := bls.SecretKeyFromSeed(make([]byte, 32))
	w.must(err)
	digest := batch.Possession(w.Roster.ChainID, core.Address(w.Roster.At.Middleware), w.set, o.Address(), key.PublicKey().Hash())
	public, proof := key.PublicKey().Packed(), key.ProvePossession(digest).Packed()

	g1, g2 := strayG1(), strayG2()
	wantRevert(t, w.tryProof(o, public, g1), "PrecompileFailed")
	wantRevert(t, w.tryProof(o, g2, proof), "PrecompileFailed")
	var noCurve [192]byte
	noCurve[191] = 1
	wantRevert(t, w.tryProof(o, noCurve, proof), "PrecompileFailed")
	tooLarge := public
	copy(tooLarge[:48], bytesOf(48, 0xff)) // ≥ p
	wantRevert(t, w.tryProof(o, tooLarge, proof), "PrecompileFailed")
}

// tryProof simulates a registration with this key and proof.
func (w *world) tryProof(o *devnet.Operator, key [192]byte, proof [96]byte) error {
	data := operators.PackRegisterOperator(chain.Number(w.set), chain.KeyWords(key), chain.SignatureWords(proof), "here", 0)
	to := w.Roster.At.Operators
	_, err := w.Client().CallContract(w.ctx, ethereum.CallMsg{From: o.Sender.From(), To: &to, Data: data}, nil)
	var answer interface{ ErrorData() any }
	if errors.As(err, &answer) {
		text, _ := answer.ErrorData().(string)
		return chain.Decode(common.FromHex(text))
	}
	return err
}

func randomBytes(rng *rand.Rand, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = byte(rng.Uint32())
	}
	return out
}

func bytesOf(n int, b byte) []byte {
	out := make([]byte, n)
	for i := range out {
		out[i] = b
	}
	return out
}

// otherPoint returns the other point with the same x.
func otherPoint(packed [96]byte) [96]byte {
	var p bls12381.G1Affine
	p.X.SetBytes(packed[:48])
	p.Y.SetBytes(packed[48:])
	p.Neg(&p)
	return packG1(p)
}

func packG1(p bls12381.G1Affine) (out [96]byte) {
	x, y := p.X.Bytes(), p.Y.Bytes()
	copy(out[:48], x[:])
	copy(out[48:], y[:])
	return out
}

// strayG1 finds a point of y² = x³ + 4 outside the subgroup, whose cofactor is large: almost any will do.
func strayG1() [96]byte {
	for x := uint64(1); ; x++ {
		var p bls12381.G1Affine
		p.X.SetUint64(x)
		y := p.X
		y.Square(&y).Mul(&y, &p.X)
		four := p.X
		four.SetUint64(4)
		y.Add(&y, &four)
		if p.Y.Sqrt(&y) != nil && p.IsOnCurve() && !p.IsInSubGroup() {
			return packG1(p)
		}
	}
}

// strayG2 does the same on the twist, y² = x³ + 4(1 + u).
func strayG2() (out [192]byte) {
	for x := int64(1); ; x++ {
		var p bls12381.G2Affine
		p.X.A0.SetBigInt(big.NewInt(x))
		y := p.X
		y.Square(&y).Mul(&y, &p.X)
		b := y
		b.A0.SetUint64(4)
		b.A1.SetUint64(4)
		y.Add(&y, &b)
		if y.Legendre() != 1 {
			continue
		}
		p.Y.Sqrt(&y)
		if p.IsOnCurve() && !p.IsInSubGroup() {
			for i, c := range [][48]byte{p.X.A0.Bytes(), p.X.A1.Bytes(), p.Y.A0.Bytes(), p.Y.A1.Bytes()} {
				copy(out[48*i:], c[:])
			}
			return out
		}
	}
}
