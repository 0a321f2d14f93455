package slash

import (
	"math/big"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/holiman/uint256"
)

// §7: ⌊fraction·stakeAt(capture)⌋ per vault that counted, bounded by kind (§3).
func TestSection7Penalty(t *testing.T) {
	for _, c := range []struct {
		kind     Kind
		fraction core.Bps
		stake    uint64
		want     uint64
		fails    bool
	}{
		{Equivocation, 500, 1_000_000, 50_000, false},
		{Equivocation, 500, 19, 0, false},
		{Equivocation, 500, 20, 1, false},
		{Equivocation, 1, 19_999, 1, false},
		{Equivocation, 10_000, 777, 777, false},
		{Equivocation, 0, 777, 0, false},
		{Equivocation, 10_001, 777, 0, true},
		{WrongResult, 1_000, 999, 99, false},
		{WrongResult, 1_001, 999, 0, true},
		{2, 1, 999, 0, true},
	} {
		got, err := Penalty(c.kind, c.fraction, amt(c.stake))
		if c.fails != (err != nil) || got.Uint64() != c.want {
			t.Errorf("%s %d bps of %d: %s (%v), want %d", c.kind, c.fraction, c.stake, got.Dec(), err, c.want)
		}
	}
}

// §7: each vault owes its own, on uncapped stake; one that did not count owes nothing.
func TestSection7Penalties(t *testing.T) {
	got, err := Penalties(Equivocation, 100, []VaultStake{
		{who(3), true, amt(5_000)}, {who(1), false, amt(9_000)}, {who(2), true, amt(99)}, {who(4), true, amt(0)},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []VaultPenalty{{who(3), amt(50), PenaltyDue}, {who(1), amt(0), NotCounted}, {who(2), amt(0), PenaltyZero}, {who(4), amt(0), PenaltyZero}}
	for i, w := range want {
		if len(got) != len(want) || got[i] != w {
			t.Fatalf("got %v, want %v", got, want)
		}
	}
	if _, err := Penalties(WrongResult, 1_001, []VaultStake{{who(3), true, amt(1)}}); err == nil {
		t.Error("a fraction above the bound was accepted")
	}
}

// §7, §10 `burner refunds the guilty`: taken is the smaller of both, never below zero.
func TestSection7Taken(t *testing.T) {
	for _, c := range []struct{ returned, before, after, want uint64 }{
		{100, 50, 150, 100},
		{100, 50, 90, 40}, // cross-slash: Symbiotic says 100, the vault paid 40
		{100, 0, 500, 100},
		{100, 50, 50, 0},
		{100, 50, 20, 0}, // the burner paid out meanwhile
		{0, 0, 10, 0},
	} {
		if got := Taken(amt(c.returned), amt(c.before), amt(c.after)); got.Uint64() != c.want {
			t.Errorf("%+v: got %s", c, got.Dec())
		}
	}
}

// §7, §10 `self-report for the bounty`: the share of what was taken in wVARA, at most what is left of the cap.
func TestSection7Bounty(t *testing.T) {
	all := *new(uint256.Int).SetAllOne()
	weight := func(s uint64) core.Amount { return amt(s) }
	for _, c := range []struct {
		name          string
		taken, weight core.Amount
		bps           core.Bps
		left, want    core.Amount
		fails         bool
	}{
		{"5% of wVARA", amt(1_000), weight(core.One), 500, amt(1_000), amt(50), false},
		{"cap", amt(1_000), weight(core.One), 500, amt(49), amt(49), false},
		{"cap used up", amt(1_000), weight(core.One), 500, amt(0), amt(0), false},
		{"18 decimals", *new(uint256.Int).Mul(uint256.NewInt(1_999), uint256.NewInt(1_000_000)), weight(1_000_000_000_000), 10_000, amt(1e18), amt(1_999), false},
		{"rounds down twice", amt(1_999_999), weight(1_000_000_000_000), 9_999, amt(9), amt(0), false},
		{"first rounding counts", amt(2_999_999), weight(1_000_000_000_000), 5_000, amt(9), amt(1), false},
		{"nothing taken", amt(0), weight(core.One), 500, amt(9), amt(0), false},
		{"beyond 256 bits", all, all, 1, amt(77), amt(77), false},
		{"beyond 256 bits, no share", all, all, 0, amt(77), amt(0), false},
		{"share above all", amt(1), weight(core.One), 10_001, amt(9), amt(0), true},
	} {
		got, err := Bounty(c.taken, c.weight, c.bps, c.left)
		if c.fails != (err != nil) || !got.Eq(&c.want) {
			t.Errorf("%s: %s (%v), want %s", c.name, got.Dec(), err, c.want.Dec())
		}
	}
	// The cap is per offence over all its vaults: sixteen takings never pay more.
	left, paid := amt(100), uint64(0)
	for range 16 {
		b, err := Bounty(amt(30_000), weight(core.One), 10, left)
		if err != nil {
			t.Fatal(err)
		}
		left.Sub(&left, &b)
		paid += b.Uint64()
	}
	if paid != 100 {
		t.Errorf("sixteen vaults paid %d of a cap of 100", paid)
	}
}

func FuzzPenaltyAndBounty(f *testing.F) {
	f.Add(uint16(500), uint64(1), uint64(2), uint64(3), uint64(4), uint8(0))
	f.Add(uint16(10_000), ^uint64(0), ^uint64(0), uint64(1), ^uint64(0), uint8(192))
	f.Add(uint16(9_999), uint64(77), uint64(core.One), uint64(1000), uint64(50), uint8(64))
	f.Fuzz(func(t *testing.T, bps uint16, stake, weight, left, low uint64, shift uint8) {
		x := *new(uint256.Int).Lsh(uint256.NewInt(stake), uint(shift))
		x.Or(&x, uint256.NewInt(low))
		fraction := big.NewInt(int64(bps))
		got, err := Penalty(Equivocation, core.Bps(bps), x)
		if (bps > 10_000) != (err != nil) {
			t.Fatalf("%d bps: %v", bps, err)
		}
		if err != nil {
			return
		}
		want := new(big.Int).Mul(x.ToBig(), fraction)
		if want.Quo(want, big.NewInt(10_000)); got.ToBig().Cmp(want) != 0 {
			t.Errorf("%d bps of %s: got %s, want %s", bps, x.Dec(), got.Dec(), want)
		}
		limit := amt(left)
		got, err = Bounty(x, amt(weight), core.Bps(bps), limit)
		if err != nil {
			t.Fatal(err)
		}
		want.Mul(x.ToBig(), new(big.Int).SetUint64(weight)).Quo(want, big.NewInt(core.One))
		want.Mul(want, fraction).Quo(want, big.NewInt(10_000))
		if want.Cmp(limit.ToBig()) > 0 {
			want = limit.ToBig()
		}
		if got.ToBig().Cmp(want) != 0 {
			t.Errorf("bounty %d bps of %s at %d, left %d: got %s, want %s", bps, x.Dec(), weight, left, got.Dec(), want)
		}
	})
}

// §7: jailed until eraStart(clock era + 1 + jailEras); §3: only grows.
func TestSection7Jail(t *testing.T) {
	for _, c := range []struct {
		name             string
		now              core.Time
		eras             uint64
		already, want    core.Time
		beforeGenesisToo bool
	}{
		{"rest of the era and none more", 10_360, 0, 0, 10_480, false},
		{"last second of the era", 10_479, 0, 0, 10_480, false},
		{"first second of the next", 10_480, 0, 0, 10_600, false},
		{"two eras more", 10_400, 2, 0, 10_720, false},
		{"only grows", 10_400, 2, 10_721, 10_721, false},
		{"grows", 10_400, 2, 10_719, 10_720, false},
		{"for ever", 10_400, ^uint64(0), 0, era.Never, false},
		{"nearly for ever", 10_400, ^uint64(0) - 4, 0, era.Never, false},
		{"before genesis", 9_999, 0, 0, 0, true},
	} {
		got, err := JailedUntil(devnet(), c.now, c.eras, c.already)
		if got != c.want || (err != nil) != c.beforeGenesisToo {
			t.Errorf("%s: %d (%v), want %d", c.name, got, err, c.want)
		}
	}
}
