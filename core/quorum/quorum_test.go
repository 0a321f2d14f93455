package quorum

import (
	"errors"
	"math/big"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

func weights(ws ...uint64) []core.Amount {
	all := make([]core.Amount, len(ws))
	for i, w := range ws {
		all[i] = *uint256.NewInt(w)
	}
	return all
}

// Protocol §5: 3·signed > 2·(total − min(ejectedWeight, ⌊total/3⌋)).
func TestCertify(t *testing.T) {
	equal := weights(1, 1, 1, 1, 1, 1, 1, 1, 1, 1)
	for _, c := range []struct {
		name             string
		weights          []core.Amount
		signers, ejected Bitmap
		needed           uint64
		reached          bool
	}{
		{"one operator alone", weights(5), Of(0), Of(), 4, true},
		{"nobody of one", weights(5), Of(), Of(), 4, false},
		{"exactly two thirds are not enough", weights(1, 1, 1), Of(0, 1), Of(), 3, false},
		{"all of three", weights(1, 1, 1), Of(0, 1, 2), Of(), 3, true},
		{"three of four", weights(1, 1, 1, 1), Of(0, 1, 3), Of(), 3, true},
		{"seven of ten", equal, All(7), Of(), 7, true},
		{"six of ten", equal, All(6), Of(), 7, false},
		{"weight, not heads", weights(100, 1, 1, 1), Of(0), Of(), 69, true},
		{"heads without weight", weights(100, 1, 1, 1), Of(1, 2, 3), Of(), 69, false},
		{"an ejection lowers it", equal, All(6), Of(9), 7, false},
		{"two ejections lower it", equal, All(6), Of(8, 9), 6, true},
		{"ejections shrink the quorum to ⌊total/3⌋ and no more", equal, All(5), Of(5, 6, 7, 8, 9), 5, true},
		{"four of ten with six ejected", equal, All(4), Of(4, 5, 6, 7, 8, 9), 5, false},
		{"all ejected but one", equal, All(1), All(10).Without(All(1)), 5, false},
		{"⌊total/3⌋ is rounded down", weights(3, 3, 5), Of(0, 1), Of(2), 6, true},
	} {
		got, err := Certify(c.weights, c.signers, c.ejected)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got.Reached != c.reached || got.Needed != *uint256.NewInt(c.needed) {
			t.Errorf("%s: %+v, want needed %d, reached %v", c.name, got, c.needed, c.reached)
		}
	}
}

// Protocol §5: bits from count up are zero; in a certificate the bits of ejected Executors are clear.
func TestRefusals(t *testing.T) {
	big := core.Amount{0, 1 << 32}
	var many []core.Amount
	for range 129 {
		many = append(many, *uint256.NewInt(1))
	}
	half := core.Amount{0, 1 << 31}
	endless := *new(core.Amount).SetAllOne()
	for _, c := range []struct {
		weights          []core.Amount
		signers, ejected Bitmap
		code             string
		index            int
	}{
		{nil, Of(), Of(), "set_size", -1},
		{many, Of(), Of(), "set_size", -1},
		{weights(1, 1), Of(0, 2), Of(), "bit_beyond_count", 2},
		{weights(1, 1), Of(127), Of(), "bit_beyond_count", 127},
		{weights(1, 1), Of(0), Of(64), "ejected_beyond_count", 64},
		{weights(1, 1, 1), Of(0, 1, 2), Of(1, 2), "ejected_signer", 1},
		{[]core.Amount{{1}, big}, Of(), Of(), "total_too_great", 1},
		{[]core.Amount{half, half}, Of(), Of(), "total_too_great", -1},
		{[]core.Amount{endless, {1}}, All(2), Of(), "total_too_great", 0},
	} {
		_, err := Certify(c.weights, c.signers, c.ejected)
		var refusal Refusal
		if !errors.As(err, &refusal) || refusal.Code != c.code || refusal.Index != c.index {
			t.Errorf("want %s at %d, got %v", c.code, c.index, err)
		} else if !strings.Contains(err.Error(), refusal.Short) {
			t.Errorf("%q does not say %q", err, refusal.Short)
		}
	}
	if _, err := Certify(many[:128], All(128), Of()); err != nil {
		t.Errorf("128 signers of 128: %v", err)
	}
}

// FuzzCertify evaluates the inequality of protocol §5 as it stands there, in unbounded integers.
func FuzzCertify(f *testing.F) {
	for seed := range int64(300) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		random := rand.New(rand.NewSource(seed))
		count := 1 + random.Intn(Width)
		var signers, ejected Bitmap
		ws := make([]core.Amount, count)
		signed, total, out := new(big.Int), new(big.Int), new(big.Int)
		width := uint(1 + random.Intn(89))
		honest, thrown := random.Float64(), random.Float64()/2
		for i := range ws {
			ws[i] = core.Amount{random.Uint64(), random.Uint64() & (1<<25 - 1)}
			ws[i].Rsh(&ws[i], 89-width)
			total.Add(total, ws[i].ToBig())
			switch r := random.Float64(); {
			case r < thrown:
				ejected = ejected.With(i)
				out.Add(out, ws[i].ToBig())
			case random.Float64() < honest:
				signers = signers.With(i)
				signed.Add(signed, ws[i].ToBig())
			}
		}
		allowance := new(big.Int).Div(total, big.NewInt(3))
		if out.Cmp(allowance) < 0 {
			allowance = out
		}
		limit := new(big.Int).Mul(big.NewInt(2), new(big.Int).Sub(total, allowance))
		want := new(big.Int).Mul(big.NewInt(3), signed).Cmp(limit) > 0
		got, err := Certify(ws, signers, ejected)
		if err != nil {
			t.Fatal(err)
		}
		if got.Reached != want || got.Signed.ToBig().Cmp(signed) != 0 || got.Total.ToBig().Cmp(total) != 0 || got.Ejected.ToBig().Cmp(out) != 0 {
			t.Errorf("seed %d: %+v, want signed %s of %s, ejected %s, reached %v", seed, got, signed, total, out, want)
		}
		missing := got.Missing()
		if enough := new(big.Int).Add(signed, missing.ToBig()); new(big.Int).Mul(big.NewInt(3), enough).Cmp(limit) <= 0 {
			t.Errorf("seed %d: with the missing %s it is still not reached", seed, missing.Dec())
		}
		if less := new(big.Int).Sub(got.Needed.ToBig(), big.NewInt(1)); new(big.Int).Mul(big.NewInt(3), less).Cmp(limit) > 0 {
			t.Errorf("seed %d: less than the needed %s is enough", seed, got.Needed.Dec())
		}
	})
}

// Protocol §10, `ejections shrink the quorum`: whatever is ejected, less than four ninths of all never sign.
func TestEjectionsCannotShrinkTheQuorum(t *testing.T) {
	for total := uint64(1); total < 400; total++ {
		for ejected := uint64(0); ejected <= total; ejected++ {
			needed := Needed(*uint256.NewInt(total), *uint256.NewInt(ejected))
			if needed.Uint64()*9 <= total*4 {
				t.Fatalf("total %d, ejected %d: %d are enough", total, ejected, needed.Uint64())
			}
		}
	}
}

func TestBitmapAgainstBigInt(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 2000 {
		x, y := new(big.Int), new(big.Int)
		var b, c Bitmap
		for range random.Intn(40) {
			i, j := random.Intn(Width), random.Intn(Width)
			x.SetBit(x, i, 1)
			y.SetBit(y, j, 1)
			b, c = b.With(i), c.With(j)
		}
		bytes := b.Bytes()
		number := b.Amount()
		back, ok := FromAmount(number)
		if new(big.Int).SetBytes(bytes[:]).Cmp(x) != 0 || number.ToBig().Cmp(x) != 0 || FromBytes(bytes) != b || back != b || !ok {
			t.Fatalf("%s is not %x", b, x)
		}
		same := func(name string, got Bitmap, want *big.Int) {
			t.Helper()
			if n := got.Amount(); n.ToBig().Cmp(want) != 0 {
				t.Fatalf("%s of %s and %s: %s, want %x", name, b, c, got, want)
			}
		}
		same("and", b.And(c), new(big.Int).And(x, y))
		same("or", b.Or(c), new(big.Int).Or(x, y))
		same("without", b.Without(c), new(big.Int).AndNot(x, y))
		var indices []int
		for i := range Width + 2 {
			if x.Bit(i) == 1 {
				indices = append(indices, i)
			}
			if b.Has(i) != (x.Bit(i) == 1) {
				t.Fatalf("%s has %d: %v", b, i, b.Has(i))
			}
			if b.Fits(i) != (x.BitLen() <= i) {
				t.Fatalf("%s fits %d: %v", b, i, b.Fits(i))
			}
		}
		if !slices.Equal(b.Indices(), indices) || b.Count() != len(indices) || Of(indices...) != b || b.IsZero() != (len(indices) == 0) {
			t.Fatalf("%s marks %v, want %v", b, b.Indices(), indices)
		}
		for _, i := range b.Clear(100).Indices() {
			if b.Has(i) || i >= 100 {
				t.Fatalf("%s: %d is not clear", b, i)
			}
		}
	}
	if _, ok := FromAmount(core.Amount{0, 0, 1}); ok {
		t.Error("2^128 is a bitmap")
	}
	if All(3).String() != "0x00000000000000000000000000000007" || All(128).Count() != 128 || Of(1).Clear(3) != Of(0, 2) || Of(0).Has(-1) {
		t.Error("All, Clear or String")
	}
	for _, f := range []func(){func() { Of(128) }, func() { Of(-1) }, func() { All(129) }} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error("no panic beyond the width")
				}
			}()
			f()
		}()
	}
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Reasons() {
		if seen[r.Code] || r.Code == "" || r.Short == "" || !strings.HasSuffix(r.Long, ".") {
			t.Errorf("reason %q is double or without text", r.Code)
		}
		seen[r.Code] = true
	}
}
