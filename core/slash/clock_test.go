package slash

import (
	"math/rand"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/core/quorum"
)

// §2, §7: every deadline of a case in seconds, on the devnet and the main network.
func TestSection7Clock(t *testing.T) {
	const h = 3600
	mainnet := era.Mainnet()
	mainnet.Genesis = 1_000 * h
	week := Case{Offence: Offence{Era: 10}, EpochDuration: 7 * 24 * h, VetoDuration: 24 * h}
	longVeto := week
	longVeto.VetoDuration, longVeto.RequestedAt, longVeto.Kind = 28*h, 1_348*h, WrongResult
	eraZero := requested(10_100)
	eraZero.Era = 0
	early := requested(10_365)
	late := requested(10_590)
	long := week
	long.EpochDuration = era.Never
	short := week
	short.VetoDuration = 2_000 * h
	for _, c := range []struct {
		name string
		t    era.Times
		c    Case
		want Clock
	}{
		{"devnet, not requested", devnet(), reported(), Clock{Capture: 10_300, Report: 10_570, Uphold: 10_590, Request: 10_590, Symbiotic: 10_640, Last: 10_660}},
		{"devnet, requested early: D(e−1) decides", devnet(), early, Clock{Capture: 10_300, Report: 10_570, Uphold: 10_590, Request: 10_590, Symbiotic: 10_640, VetoEnd: 10_385, Earliest: 10_451, Last: 10_660}},
		{"devnet, requested late: the veto decides", devnet(), late, Clock{Capture: 10_300, Report: 10_570, Uphold: 10_590, Request: 10_590, Symbiotic: 10_640, VetoEnd: 10_610, Earliest: 10_610, Last: 10_660}},
		{"devnet, era 0 waits for nothing", devnet(), eraZero, Clock{Capture: 9_940, Report: 10_210, Uphold: 10_230, Request: 10_230, Symbiotic: 10_280, VetoEnd: 10_120, Earliest: 10_120, Last: 10_300}},
		{"mainnet", mainnet, week, Clock{Capture: 1_232 * h, Report: 1_324 * h, Uphold: 1_348 * h, Request: 1_348 * h, Symbiotic: 1_376 * h, Last: 1_400 * h}},
		{"mainnet, the longest veto of a 7-day vault, wrong result", mainnet, longVeto, Clock{Capture: 1_232 * h, Report: 1_348 * h, Uphold: 1_348 * h, Request: 1_348 * h, Symbiotic: 1_372 * h, VetoEnd: 1_376 * h, Earliest: 1_376 * h, Last: 1_400 * h}},
		{"no end", mainnet, long, Clock{Capture: 1_232 * h, Report: 1_324 * h, Uphold: 1_348 * h, Request: 1_348 * h, Symbiotic: era.Never, Last: era.Never}},
		{"veto longer than the epoch: never a request", mainnet, short, Clock{Capture: 1_232 * h, Report: 1_324 * h, Uphold: 1_348 * h, Request: 0, Symbiotic: 0, Last: 1_400 * h}},
	} {
		if got := c.c.Clock(c.t); got != c.want {
			t.Errorf("%s:\ngot  %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

// §2: for every vault that passes the chain's last line the request deadline is ours and not Symbiotic's, an
// execution fits after the latest request, and between D(e−1) and the last second at least an era is left.
func TestSection2ChainKeepsStakeSlashable(t *testing.T) {
	r := rand.New(rand.NewSource(2))
	for _, times := range []era.Times{devnet(), era.Mainnet()} {
		times.Genesis = max(times.Genesis, 1_000_000)
		for range 500 {
			c := requested(0)
			c.Era = core.Era(1 + r.Intn(1000))
			c.VetoDuration = times.MinVeto + core.Time(r.Int63n(int64(times.MinVeto)))
			least := times.ElectionLead + times.SetLifetime + times.DetectionWindow + times.RequestWindow + c.VetoDuration + times.ExecutionWindow
			c.EpochDuration = least + core.Time(r.Int63n(int64(times.EraDuration)))
			c.RequestedAt = times.RequestDeadline(c.Era)
			k := c.Clock(times)
			if k.Request != times.RequestDeadline(c.Era) || k.Symbiotic < k.Request {
				t.Fatalf("%+v: Symbiotic's limit comes first", k)
			}
			if k.Last < k.Earliest+times.ExecutionWindow {
				t.Fatalf("%+v: less than the execution window is left", k)
			}
			if k.Last < times.Deadline(c.Era-1)+times.EraDuration {
				t.Fatalf("%+v: less than an era is left after D(e−1)", k)
			}
		}
	}
}

// Alarms at half and at four fifths, to the second.
func TestAlarms(t *testing.T) {
	for _, c := range []struct {
		w                Window
		half, fourFifths core.Time
	}{
		{Window{100, 200}, 150, 180},
		{Window{100, 101}, 100, 100},
		{Window{100, 107}, 103, 105},
		{Window{100, 100}, 100, 100},
		{Window{0, era.Never}, era.Never / 2, 14757395258967641292},
		{Window{100, 50}, 100, 100},
	} {
		if c.w.Half() != c.half || c.w.FourFifths() != c.fourFifths {
			t.Errorf("%v: %d and %d, want %d and %d", c.w, c.w.Half(), c.w.FourFifths(), c.half, c.fourFifths)
		}
	}
	w := Window{100, 200}
	for now, want := range map[core.Time]Alarm{0: Calm, 99: Calm, 100: Calm, 149: Calm, 150: HalfGone, 179: HalfGone, 180: FourFifthsGone, 200: FourFifthsGone, 201: Over} {
		if got := w.Alarm(now); got != want {
			t.Errorf("at %d: %s, want %s", now, got, want)
		}
		if in := w.Contains(now); in != (now >= 100 && now <= 200) {
			t.Errorf("at %d: contains %t", now, in)
		}
	}
	if got := (Window{100, 50}).Alarm(70); got != Over {
		t.Errorf("a window that closes before it opens is %s", got)
	}
}

func TestWindowsOfACase(t *testing.T) {
	c := requested(10_520)
	for _, w := range []struct {
		name      string
		got, want Window
	}{
		{"report", c.ReportWindow(devnet()), Window{10_360, 10_570}},
		{"request", c.RequestWindow(devnet()), Window{10_500, 10_590}},
		{"execute", c.ExecuteWindow(devnet()), Window{10_540, 10_660}},
	} {
		if w.got != w.want {
			t.Errorf("%s: %v, want %v", w.name, w.got, w.want)
		}
	}
	c.Kind = WrongResult
	if got := c.ReportWindow(devnet()); got.Closes != 10_590 {
		t.Errorf("a wrong result is reported until %d, want 10590", got.Closes)
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		Equivocation.String(): "equivocation", WrongResult.String(): "wrong result", Kind(7).String(): "offence kind 7",
		Open.String(): "open", Requested.String(): "requested", Vetoed.String(): "vetoed", Executed.String(): "executed", Expired.String(): "expired",
		Report.String(): "report", Request.String(): "request", Execute.String(): "execute", Wait.String(): "wait", Nothing.String(): "nothing",
		Calm.String(): "calm", HalfGone.String(): "half gone", FourFifthsGone.String(): "four fifths gone", Over.String(): "over",
		Accusation{WrongResult, 1, 4, quorum.Of(0, 2)}.String(): "wrong result in set 1 era 4 by 2 Executors, 0x00000000000000000000000000000005",
		refuse(NeverActive, "header of set %d", 3).Error():      "set was never active: header of set 3",
		reported().String(): "equivocation by " + who(1).String() + " in set 1 era 3, vault " + who(100).String(),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	seen := map[string]bool{}
	for _, r := range Reasons() {
		if r.Code == "" || r.Short == "" || len(r.Long) < 40 || seen[r.Code] {
			t.Errorf("reason %+v: empty, too short or twice", r)
		}
		seen[r.Code] = true
	}
	if len(seen) != 29 {
		t.Errorf("%d reasons: a new one is listed in Reasons and counted here", len(seen))
	}
}
