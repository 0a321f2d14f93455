package era

import (
	"math/big"
	"testing"

	"github.com/gear-tech/roster/core"
)

// devnet has the devnet's times from a round genesis.
func devnet() Times {
	t := Devnet()
	t.Genesis = 1_000_000
	return t
}

// Protocol §2: eraStart(e) = genesis + e·eraDuration, capture(e) = eraStart(e) − electionLead,
// D(e) = eraStart(e) + setLifetime + detectionWindow; §4: seal from capture + finalityLag; §7: requests by
// D(e) + requestWindow.
func TestMomentsOfAnEra(t *testing.T) {
	d := devnet()
	for _, c := range []struct {
		name string
		got  core.Time
		want core.Time
	}{
		{"start of 0", d.Start(0), 1_000_000},
		{"start of 7", d.Start(7), 1_000_840},
		{"capture of 0", d.Capture(0), 999_940},
		{"capture of 7", d.Capture(7), 1_000_780},
		{"seal of 7", d.SealableAt(7), 1_000_790},
		{"end of lifetime of 7", d.LifetimeEnd(7), 1_001_020},
		{"deadline of 7", d.Deadline(7), 1_001_050},
		{"request deadline of 7", d.RequestDeadline(7), 1_001_070},
		{"slashable until of 7", d.SlashableUntil(7, 360), 1_001_140},
		{"active when posted early", d.ActiveAt(7, 1_000_800), 1_000_840},
		{"active when posted late", d.ActiveAt(7, 1_000_900), 1_000_915},
		{"end without a successor", d.End(7, Never), 1_001_020},
		{"end with a successor", d.End(7, 1_000_960), 1_000_960},
		{"closed without a successor", d.ClosedAt(7, Never), 1_001_050},
		{"closed with a successor", d.ClosedAt(7, 1_000_960), 1_000_990},
		{"activatable", d.ActivatableAt(1_000_960), 1_000_990},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
}

func TestAt(t *testing.T) {
	d := devnet()
	for _, c := range []struct {
		now core.Time
		era core.Era
		ok  bool
	}{{0, 0, false}, {999_999, 0, false}, {1_000_000, 0, true}, {1_000_119, 0, true}, {1_000_120, 1, true},
		{1_000_239, 1, true}, {1_000_240, 2, true}} {
		if e, ok := d.At(c.now); e != c.era || ok != c.ok {
			t.Errorf("At(%d) = %d, %v, want %d, %v", c.now, e, ok, c.era, c.ok)
		}
		if e, ok := d.CapturedAt(c.now - min(c.now, d.ElectionLead)); c.now >= d.ElectionLead && (e != c.era || ok != c.ok) {
			t.Errorf("CapturedAt(%d − lead) = %d, %v, want %d, %v", c.now, e, ok, c.era, c.ok)
		}
	}
	if _, ok := (Times{}).At(5); ok {
		t.Error("a clock without an era duration tells an era")
	}
}

// Protocol §7: D(e−1) is waited for, "nothing is waited for in era 0".
func TestOlderDeadline(t *testing.T) {
	d := devnet()
	if at, ok := d.OlderDeadline(0); ok {
		t.Errorf("era 0 waits until %d", at)
	}
	if at, ok := d.OlderDeadline(1); !ok || at != d.Deadline(0) {
		t.Errorf("era 1 waits until %d, %v, want %d", at, ok, d.Deadline(0))
	}
}

// Protocol §4: a proposal from the seal on, while now + challengeWindow < eraStart(e) + setLifetime.
func TestMayPropose(t *testing.T) {
	d := devnet()
	for now, want := range map[core.Time]bool{
		d.SealableAt(3) - 1: false, d.SealableAt(3): true, d.Start(3): true,
		d.LifetimeEnd(3) - 16: true, d.LifetimeEnd(3) - 15: false, d.LifetimeEnd(3): false, Never: false,
	} {
		if got := d.MayPropose(3, now); got != want {
			t.Errorf("may propose at %d: %v, want %v", now, got, want)
		}
	}
}

// Protocol §2: "counts from the first capture at least notice later".
func TestEffective(t *testing.T) {
	d := devnet()
	for announced := core.Time(998_000); announced < 1_003_000; announced += 7 {
		e, at, ok := d.Effective(announced)
		if !ok || at != d.Capture(e) || at < announced+d.Notice {
			t.Fatalf("announced at %d: era %d from %d, %v", announced, e, at, ok)
		}
		if e > 0 && d.Capture(e-1) >= announced+d.Notice {
			t.Fatalf("announced at %d: era %d, but era %d is late enough", announced, e, e-1)
		}
	}
	if e, at, ok := d.Effective(d.Capture(9) - d.Notice); e != 9 || at != d.Capture(9) || !ok {
		t.Errorf("exactly notice before the capture of 9: era %d at %d, %v", e, at, ok)
	}
	if e, _, _ := d.Effective(d.Capture(9) - d.Notice + 1); e != 10 {
		t.Errorf("a second less than notice before the capture of 9: era %d, want 10", e)
	}
	if _, _, ok := d.Effective(Never - 1); ok {
		t.Error("a change announced at the end of time counts")
	}
}

// Protocol §4, "The active set".
func TestActive(t *testing.T) {
	d := devnet()
	on := func(e core.Era) Standing { return Standing{e, d.SealableAt(e)} }
	late := Standing{3, d.Start(3) + 30}
	for _, c := range []struct {
		name      string
		now       core.Time
		proposals []Standing
		era       core.Era
		ok        bool
	}{
		{"nothing proposed", d.Start(2), nil, 0, false},
		{"before genesis", 999_999, []Standing{on(0)}, 0, false},
		{"era 0 at genesis", d.Start(0), []Standing{on(0)}, 0, true},
		{"pending set signs for itself", d.Start(3) - 1, []Standing{on(2), on(3)}, 2, true},
		{"successor from its start", d.Start(3), []Standing{on(2), on(3)}, 3, true},
		{"any order", d.Start(3), []Standing{on(3), on(2)}, 3, true},
		{"goes on while the successor is challenged", d.Start(3) + 44, []Standing{on(2), late}, 2, true},
		{"late successor", d.Start(3) + 45, []Standing{on(2), late}, 3, true},
		{"a successor later than the lifetime of its predecessor", d.LifetimeEnd(2), []Standing{on(2), {3, d.Start(3) + 60}}, 0, false},
		{"last second of a lifetime", d.LifetimeEnd(2) - 1, []Standing{on(2)}, 2, true},
		{"fallen", d.LifetimeEnd(2), []Standing{on(2)}, 0, false},
		{"a fallen set is not followed by an older one", d.LifetimeEnd(3), []Standing{on(2), on(3)}, 0, false},
	} {
		if e, ok := d.Active(c.now, c.proposals); e != c.era || ok != c.ok {
			t.Errorf("%s: %d, %v, want %d, %v", c.name, e, ok, c.era, c.ok)
		}
	}
}

// FuzzClock compares the clock with the same formulas in unbounded integers, clamped to 0 … Never.
func FuzzClock(f *testing.F) {
	f.Add(uint64(1_000_000), uint64(120), uint64(60), uint64(7), uint64(1_000_800))
	f.Add(uint64(0), uint64(1), uint64(60), uint64(0), uint64(0))
	f.Add(^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0))
	f.Add(uint64(5), uint64(1)<<40, uint64(9), uint64(1)<<24, ^uint64(0)-1)
	f.Fuzz(func(t *testing.T, genesis, duration, lead, e, now uint64) {
		d := Devnet()
		d.Genesis, d.EraDuration, d.ElectionLead = core.Time(genesis), core.Time(duration), core.Time(lead)
		start := new(big.Int).Mul(n(e), n(duration))
		start.Add(start, n(genesis))
		wantCapture := Never
		if clamp(start) != Never {
			wantCapture = clamp(new(big.Int).Sub(start, n(lead)))
		}
		deadline := new(big.Int).Add(start, n(180+30))
		active := new(big.Int).Add(n(now), n(15))
		if active.Cmp(start) < 0 {
			active = start
		}
		if got := d.Start(core.Era(e)); got != clamp(start) {
			t.Errorf("start %d, want %s", got, start)
		}
		if got := d.Capture(core.Era(e)); got != wantCapture {
			t.Errorf("capture %d, want %d", got, wantCapture)
		}
		if got := d.Deadline(core.Era(e)); got != clamp(deadline) {
			t.Errorf("deadline %d, want %s", got, deadline)
		}
		if got := d.ActiveAt(core.Era(e), core.Time(now)); got != clamp(active) {
			t.Errorf("active at %d, want %s", got, active)
		}
		if at, ok := d.At(core.Time(now)); ok && at+1 != 0 && (d.Start(at) > core.Time(now) || d.Start(at+1) <= core.Time(now) && d.Start(at+1) != Never) {
			t.Errorf("at %d it is era %d, which lasts from %d to %d", now, at, d.Start(at), d.Start(at+1))
		}
	})
}

func n(u uint64) *big.Int { return new(big.Int).SetUint64(u) }

func clamp(b *big.Int) core.Time {
	if b.Sign() < 0 {
		return 0
	}
	if !b.IsUint64() {
		return Never
	}
	return core.Time(b.Uint64())
}

// TestRewardLag: the remainder of an era is back before the era that much later reserves, by the steps of protocol §8, and
// may not be an era earlier.
func TestRewardLag(t *testing.T) {
	for name, x := range map[string]Times{"mainnet": Mainnet(), "devnet": Devnet()} {
		x.Genesis = 1_000_000
		const e core.Era = 7
		closed := x.Start(e+1) + x.SignersWindow
		signing := e + 1
		for x.Start(signing) < closed {
			signing++
		}
		back := x.Start(signing) + x.InclusionMargin + x.RewardDelay + x.InclusionMargin
		lag := core.Era(x.RewardLag())
		if x.SealableAt(e+lag) < back || x.SealableAt(e+lag-1) >= back {
			t.Errorf("%s: lag %d, back at %d, sealable at %d", name, lag, back, x.SealableAt(e+lag))
		}
	}
	if (Times{}).RewardLag() != 0 || (Times{}).PerYear() != 0 || Mainnet().PerYear() != 365 || Devnet().PerYear() != 262_800 {
		t.Errorf("%d, %d, %d", Times{}.PerYear(), Mainnet().PerYear(), Devnet().PerYear())
	}
}
