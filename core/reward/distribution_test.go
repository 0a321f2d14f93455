package reward

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"math/rand"
	"reflect"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
)

func origin() Origin {
	return Origin{ChainID: 1, Router: who(0xaaaa), Middleware: who(0xbbbb), Set: 1, FromEra: 5, ToEra: 5, PreviousRoots: core.Hash{1, 2}}
}

func sample(t testing.TB) Distribution {
	t.Helper()
	in := simple()
	in.Executors[0].CommissionBps = 1000
	d, err := Distribute(origin(), Balances{Operators: held([]Balance{leaf(1, 5), {who(9), core.Amount{1, 0, 7}}})}, []Payout{must(t, in)})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// The canonical bytes, written out: a second implementation must produce exactly these (protocol §5,
// distributionHash).
func TestCanonicalBytes(t *testing.T) {
	want := "524f535445522d524557415244530002" + // ROSTER-REWARDS, version 2
		"0000000000000001" + // chain id
		"000000000000000000000000000000000000aaaa" + "000000000000000000000000000000000000bbbb" +
		"0000000000000001" + "0000000000000005" + "0000000000000005" + // set, fromEra, toEra
		"0102000000000000000000000000000000000000000000000000000000000000" + // previousRoots
		"0000000000000000000000000000000000000000000000000000000000000019" + // operatorsAmount 25
		"00000000000000000000000000000000000000000000000000000000000003cf" + // stakersAmount 975
		"00000002" + "00000001" + "00000002" + "00000000" + // leaves, and large ones among them
		"0000000000000000000000000000000000000001" + "0000000000000000000000000000000000000009" +
		"0000000000000000000000000000001e" + "00000000000000000000000000000001" +
		"00000001" + "00000000000000000000000000000007" + // operator 9 has 7·2^128 + 1
		"0000000000000000000000000000000000000032" + "0000000000000000000000000000000000000033" +
		"000000000000000000000000000000e1" + "000000000000000000000000000002ee"
	d := sample(t)
	got, err := d.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if hex.EncodeToString(got) != want {
		t.Errorf("bytes\n%x\nwant\n%s", got, want)
	}
	if d.Length() != int64(len(got)) {
		t.Errorf("said to have %d bytes, has %d", d.Length(), len(got))
	}
	hash, err := d.Hash()
	if raw, _ := hex.DecodeString(want); err != nil || hash != core.Keccak(raw) {
		t.Errorf("hash %s (%v) is not keccak256 of the bytes", hash, err)
	}
	back, err := Decode(got)
	if err != nil || !reflect.DeepEqual(back, d) {
		t.Errorf("decoded %+v (%v), want %+v", back, err, d)
	}
	empty := Distribution{Origin: origin()}
	raw, err := empty.Encode()
	if err != nil || len(raw) != headLength {
		t.Fatalf("empty distribution: %d bytes, %v", len(raw), err)
	}
	if back, err := Decode(raw); err != nil || !reflect.DeepEqual(back, empty) {
		t.Errorf("empty distribution decoded to %+v (%v)", back, err)
	}
}

// Every field of the origin is in the bytes: no file is that of another set, chain, range or deployment.
func TestHashBindsEveryField(t *testing.T) {
	base := sample(t)
	first, err := base.Hash()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[core.Hash]string{first: "unchanged"}
	for name, change := range map[string]func(*Distribution){
		"chain id": func(d *Distribution) { d.ChainID++ }, "router": func(d *Distribution) { d.Router[0]++ },
		"middleware": func(d *Distribution) { d.Middleware[19]++ }, "set": func(d *Distribution) { d.Set++ },
		"fromEra": func(d *Distribution) { d.FromEra-- }, "toEra": func(d *Distribution) { d.ToEra++ },
		"previousRoots":   func(d *Distribution) { d.PreviousRoots[31]++ },
		"operatorsAmount": func(d *Distribution) { d.OperatorsAmount = amt(1) }, "stakersAmount": func(d *Distribution) { d.StakersAmount = amt(1) },
		"operator": func(d *Distribution) {
			d.Balances.Operators = held([]Balance{leaf(1, 30), {who(8), core.Amount{1, 0, 7}}})
		},
		"operator's leaf": func(d *Distribution) {
			d.Balances.Operators = held([]Balance{leaf(1, 31), {who(9), core.Amount{1, 0, 7}}})
		},
		"large leaf": func(d *Distribution) {
			d.Balances.Operators = held([]Balance{leaf(1, 30), {who(9), core.Amount{1, 0, 8}}})
		},
		"staker's leaf": func(d *Distribution) { d.Balances.Stakers = held([]Balance{leaf(50, 225), leaf(51, 751)}) },
		"leaf to stakers": func(d *Distribution) {
			o, s := listed(d.Balances.Operators), listed(d.Balances.Stakers)
			d.Balances = Balances{held(o[:1]), held(append(s, o[1]))}
		},
		"one leaf dropped": func(d *Distribution) { d.Balances.Operators = held(listed(d.Balances.Operators)[:1]) },
	} {
		d := sample(t)
		change(&d)
		hash, err := d.Hash()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if other, twice := seen[hash]; twice {
			t.Errorf("%s: same hash as %s", name, other)
		}
		seen[hash] = name
	}
}

// Decode accepts canonical bytes only; each of these differs by one thing.
func TestDecodeIsStrict(t *testing.T) {
	good, err := sample(t).Encode()
	if err != nil {
		t.Fatal(err)
	}
	const amounts, high = headLength + 2*20, headLength + 2*36 // of the two operators
	for _, c := range []struct {
		name   string
		change func([]byte) []byte
		says   string
	}{
		{"empty", func([]byte) []byte { return nil }, "shorter than"},
		{"cut in the head", func(b []byte) []byte { return b[:headLength-1] }, "shorter than"},
		{"cut in the leaves", func(b []byte) []byte { return b[:len(b)-1] }, "take"},
		{"a leaf less", func(b []byte) []byte { return b[:len(b)-36] }, "take"},
		{"a byte more", func(b []byte) []byte { return append(b, 0) }, "take"},
		{"magic", func(b []byte) []byte { b[0] = 'r'; return b }, `starts with "rOSTER-REWARDS"`},
		{"version 0", func(b []byte) []byte { b[15] = 0; return b }, "version 0"},
		{"version 1", func(b []byte) []byte { b[15] = 1; return b }, "version 1"},
		{"range backwards", func(b []byte) []byte { b[79] = 6; return b }, "eras 6 to 5"},
		{"count too high", func(b []byte) []byte { b[184] = 0xff; return b }, "take"},
		{"all counts highest", func(b []byte) []byte { copy(b[184:200], bytes.Repeat([]byte{0xff}, 16)); return b }, "take"},
		{"leaf 0", func(b []byte) []byte { clear(b[amounts : amounts+16]); return b }, "operators: account " + who(1).String() + ": amount 0"},
		{"staker's leaf 0", func(b []byte) []byte { clear(b[len(b)-16:]); return b }, "stakers: account " + who(51).String() + ": amount 0"},
		{"accounts swapped", func(b []byte) []byte { b[headLength+19], b[headLength+39] = 9, 1; return b }, "stands after"},
		{"account twice", func(b []byte) []byte { b[headLength+39] = 1; return b }, "stands after"},
		{"large part 0", func(b []byte) []byte { clear(b[high+4 : high+20]); return b }, "part above 2^128 of place 1 is 0"},
		{"large part of none", func(b []byte) []byte { b[high+3] = 2; return b }, "place 2 stands after -1, of 2 places"},
		{"grown by more than there is", func(b []byte) []byte { b[120] = 1; return b }, "less than they grew"},
		{"stakers grown by more than there is", func(b []byte) []byte { b[182] = 9; return b }, "less than they grew"},
	} {
		d, err := Decode(c.change(bytes.Clone(good)))
		if err == nil || !errors.Is(err, ErrFile) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want %q; got %+v", c.name, err, c.says, d)
		}
	}
}

func FuzzDecode(f *testing.F) {
	good, err := sample(f).Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:headLength])
	f.Add([]byte(fileMagic))
	big := bytes.Clone(good)
	binary.BigEndian.PutUint32(big[184:], math.MaxUint32)
	f.Add(big)
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := Decode(b)
		if err != nil {
			return
		}
		again, err := d.Encode()
		if err != nil || !bytes.Equal(again, b) {
			t.Fatalf("%x decodes and encodes to %x (%v)", b, again, err)
		}
	})
}

// §8: the amounts of a range are those of its eras together; it follows what it stands on and nothing else.
func TestDistributeRange(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	var payouts []Payout
	activated := Balances{Stakers: held([]Balance{leaf(0, 3), leaf(77, 1)})}
	var operators, stakers core.Amount
	for e := range core.Era(4) {
		in := randomFacts(r, shape{4, 5, 6, 40, 30, 20})
		if e == 2 {
			in = Facts{} // an era without a set
		}
		in.Set, in.Era = 1, 10+e
		p := must(t, in)
		payouts = append(payouts, p)
		for pay := range p.Commissions().All() {
			operators.Add(&operators, &pay.Amount)
		}
		for pay := range p.Stakers.All() {
			stakers.Add(&stakers, &pay.Amount)
		}
	}
	of := origin()
	of.FromEra, of.ToEra = 10, 13
	d, err := Distribute(of, activated, payouts)
	if err != nil {
		t.Fatal(err)
	}
	if operators.IsZero() || !d.OperatorsAmount.Eq(&operators) || !d.StakersAmount.Eq(&stakers) {
		t.Errorf("amounts %s and %s, want %s and %s", d.OperatorsAmount.Dec(), d.StakersAmount.Dec(), operators.Dec(), stakers.Dec())
	}
	if err := d.Follows(activated); err != nil {
		t.Error(err)
	}
	if err := d.Follows(Balances{}); err == nil {
		t.Error("follows balances it does not stand on")
	}
	if err := d.Follows(Balances{Stakers: held([]Balance{leaf(0, 3), leaf(2000, 1)})}); err == nil {
		t.Error("follows balances of which it dropped a leaf")
	}
	for _, c := range []struct {
		name     string
		from, to core.Era
		payouts  []Payout
		says     string
	}{
		{"none", 10, 10, nil, "era 10 is not paid yet"},
		{"none of all eras", 0, math.MaxUint64, nil, "era 0 is not paid yet"},
		{"one missing", 10, 13, payouts[:3], "era 13 is not paid yet"},
		{"one too many", 10, 12, payouts, "eras 10 to 12 are all paid"},
		{"twice", 10, 11, []Payout{payouts[0], payouts[0]}, "payout 1: payout is of set 1 era 10: want set 1 era 11"},
		{"backwards", 10, 11, []Payout{payouts[1], payouts[0]}, "want set 1 era 10"},
		{"no range", 11, 10, payouts[:1], "not a range"},
	} {
		of.FromEra, of.ToEra = c.from, c.to
		if _, err := Distribute(of, activated, c.payouts); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.says)
		}
	}
	of.FromEra, of.ToEra, of.Set = 10, 13, 2
	if _, err := Distribute(of, activated, payouts); err == nil {
		t.Error("payouts of another set were accepted")
	}
}

// What is not a distribution has neither bytes nor a hash.
func TestEncodeRefuses(t *testing.T) {
	d := sample(t)
	d.StakersAmount = amt(10_000)
	if b, err := d.Encode(); err == nil || len(b) > 0 || !strings.Contains(err.Error(), "less than they grew") {
		t.Errorf("amounts that the lists do not have encode to %d bytes (%v)", len(b), err)
	}
	if hash, err := d.Hash(); err == nil || !hash.IsZero() {
		t.Errorf("amounts that the lists do not have hash to %s (%v)", hash, err)
	}
}
