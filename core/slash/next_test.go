package slash

import (
	"math/rand"
	"testing"

	"github.com/gear-tech/roster/core"
)

// The life of a case on the devnet, second by second (era 3; see devnet).
func TestSection7Next(t *testing.T) {
	unreported := reported()
	unreported.ReportedAt = 0
	disputed := unreported
	disputed.Kind = WrongResult
	upheld := disputed
	upheld.Upheld = true
	with := func(c Case, change func(*Case)) Case { change(&c); return c }
	early := requested(10_400)
	olderRequested := with(older(), func(c *Case) { c.RequestedAt = 10_450 })
	dispute := []Dispute{{Set: 1, Eras: [2]core.Era{2, 2}, FiledAt: 10_440}}
	for _, c := range []struct {
		name     string
		now      core.Time
		c        Case
		records  []Case
		disputes []Dispute
		verb     Verb
		why      core.Reason
		until    core.Time
		alarm    Alarm
	}{
		{"report at once", 10_370, unreported, nil, nil, Report, DueReport, 0, Calm},
		{"report, half of the window gone", 10_465, unreported, nil, nil, Report, DueReport, 0, HalfGone},
		{"report, last second", 10_570, unreported, nil, nil, Report, DueReport, 0, FourFifthsGone},
		{"report too late", 10_571, unreported, nil, nil, Nothing, TooLateToReport, 0, Calm},
		{"the judge has not spoken", 10_571, disputed, nil, nil, Wait, AwaitsJudge, 10_591, FourFifthsGone},
		{"§10 absent judge", 10_591, disputed, nil, nil, Nothing, JudgeSilent, 0, Calm},
		{"upheld: reported until D(e) + requestWindow", 10_590, upheld, nil, nil, Report, DueReport, 0, FourFifthsGone},
		{"upheld, reported too late", 10_591, upheld, nil, nil, Nothing, TooLateToReport, 0, Calm},
		{"request at once", 10_500, reported(), nil, nil, Request, DueRequest, 0, Calm},
		{"request, four fifths gone", 10_572, reported(), nil, nil, Request, DueRequest, 0, FourFifthsGone},
		{"request, last second", 10_590, reported(), nil, nil, Request, DueRequest, 0, FourFifthsGone},
		{"request too late", 10_591, reported(), nil, nil, Nothing, TooLateToRequest, 0, Calm},
		{"a request waits for nothing older", 10_455, reported(), []Case{olderRequested}, dispute, Request, DueRequest, 0, Calm},
		{"penalty 0", 10_500, with(reported(), func(c *Case) { c.Penalty = amt(0) }), nil, nil, Nothing, PenaltyZero, 0, Calm},
		{"nothing slashable", 10_500, with(reported(), func(c *Case) { c.Slashable = amt(0) }), nil, nil, Nothing, NothingSlashable, 0, Calm},
		{"vault did not count", 10_500, with(reported(), func(c *Case) { c.Counted = false }), nil, nil, Nothing, NotCounted, 0, Calm},
		{"veto window, last second", 10_539, requested(10_520), nil, nil, Wait, InVetoWindow, 10_540, Calm},
		{"vetoed", 10_539, with(requested(10_520), func(c *Case) { c.Vetoed = true }), nil, nil, Nothing, AlreadyVetoed, 0, Calm},
		{"§10 absent resolver: executed after the window", 10_540, requested(10_520), nil, nil, Execute, DueExecute, 0, Calm},
		{"older offences reportable until D(e−1)", 10_450, early, nil, nil, Wait, OlderReportable, 10_451, Calm},
		{"after D(e−1)", 10_451, early, nil, nil, Execute, DueExecute, 0, Calm},
		{"§10 dust slash voids an older one: open", 10_460, early, []Case{older()}, nil, Wait, OlderOpen, 10_471, Calm},
		{"§10 dust slash voids an older one: requested", 10_480, early, []Case{olderRequested}, nil, Wait, OlderRequested, 10_541, Calm},
		{"older one executed", 10_480, early, []Case{with(olderRequested, func(c *Case) { c.ExecutedAt = 10_470 })}, nil, Execute, DueExecute, 0, Calm},
		{"dispute of era 2 open", 10_460, early, nil, dispute, Wait, OlderDisputed, 10_471, Calm},
		{"dispute before the order rule", 10_460, early, []Case{older()}, dispute, Wait, OlderDisputed, 10_471, Calm},
		{"dispute over", 10_471, early, nil, dispute, Execute, DueExecute, 0, Calm},
		{"execution, half gone", 10_556, early, nil, nil, Execute, DueExecute, 0, HalfGone},
		{"execution, last second", 10_660, early, nil, nil, Execute, DueExecute, 0, FourFifthsGone},
		{"execution too late", 10_661, early, nil, nil, Nothing, WindowOver, 0, Calm},
		{"executed", 10_500, with(early, func(c *Case) { c.ExecutedAt = 10_451 }), nil, nil, Nothing, AlreadyExecuted, 0, Calm},
		{"another took it all", 10_500, with(early, func(c *Case) { c.Slashable = amt(0) }), nil, nil, Nothing, NothingSlashable, 0, Calm},
		{"waiting, a human must act on the older one", 10_639, with(early, func(c *Case) {}), []Case{with(olderRequested, func(c *Case) { c.EpochDuration = 600 })}, nil, Wait, OlderRequested, 10_781, FourFifthsGone},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Next(devnet(), c.now, c.c, c.records, c.disputes)
			if got.Verb != c.verb || got.Reason != c.why || got.Until != c.until || got.Alarm != c.alarm {
				t.Errorf("%s (%s) until %d, %s; want %s (%s) until %d, %s",
					got.Verb, got.Reason.Code, got.Until, got.Alarm, c.verb, c.why.Code, c.until, c.alarm)
			}
			if blocked := c.why == OlderOpen || c.why == OlderRequested; blocked != (got.Blocking != Case{}) {
				t.Errorf("blocking case %s", got.Blocking)
			}
			if (got.Verb == Nothing) != (got.Window == Window{}) {
				t.Errorf("%s with window %v", got.Verb, got.Window)
			}
		})
	}
}

// may is §7's text as plain arithmetic, a second time: may a slash be requested, executed now?
func may(now int64, c Case, records []Case, disputes []Dispute) (request, execute bool) {
	const genesis, duration, lead, lifetime, detection, window = 10_000, 120, 60, 180, 30, 20
	d := func(e core.Era) int64 { return genesis + int64(e)*duration + lifetime + detection }
	capture := func(e core.Era) int64 { return genesis + int64(e)*duration - lead }
	epoch, veto := int64(c.EpochDuration), int64(c.VetoDuration)
	if c.ReportedAt == 0 || !c.Counted || c.Vetoed || c.ExecutedAt != 0 || c.Slashable.IsZero() {
		return false, false
	}
	if c.RequestedAt == 0 {
		return now <= d(c.Era)+window && now+veto-epoch <= capture(c.Era) && now-epoch <= capture(c.Era) && !c.Penalty.IsZero(), false
	}
	if now < int64(c.RequestedAt)+veto || now-capture(c.Era) > epoch || c.Era > 0 && now <= d(c.Era-1) {
		return false, false
	}
	for _, o := range records {
		if o.Set == c.Set && o.Operator == c.Operator && o.Vault == c.Vault && o.Era < c.Era && o.ReportedAt != 0 {
			tooLate := now > d(o.Era)+window || now+int64(o.VetoDuration)-int64(o.EpochDuration) > capture(o.Era)
			final := o.ExecutedAt != 0 || o.Vetoed || !o.Counted || o.RequestedAt == 0 && tooLate ||
				now > capture(o.Era)+int64(o.EpochDuration) || tooLate && o.Slashable.IsZero()
			if !final {
				return false, false
			}
		}
	}
	for _, f := range disputes {
		for _, e := range f.Eras {
			concerns := f.Set == c.Set && e < c.Era && int64(f.FiledAt) <= now && int64(f.FiledAt) <= d(e)
			if concerns && now <= d(e)+window {
				return false, false
			}
		}
	}
	return false, true
}

// Next against the oracle, over random cases, records, disputes and seconds; and what it says to wait for comes
// true: nothing is due before Until unless an older case moves.
func TestSection7NextAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewSource(7))
	counts := map[Verb]int{}
	reasons := map[string]int{}
	for range 150_000 {
		now := core.Time(10_000 + r.Intn(900))
		c := randomCase(r)
		if r.Intn(2) == 0 { // around D(e−1), where executions begin
			now = core.Time(10_000 + 120*int(c.Era) + 70 + r.Intn(60))
		}
		var records []Case
		for range r.Intn(3) {
			o := randomCase(r)
			if c.Era > 0 && r.Intn(2) == 0 {
				o.Era = c.Era - 1
			}
			records = append(records, o)
		}
		var disputes []Dispute
		for range r.Intn(2) {
			e := core.Era(r.Intn(4))
			disputes = append(disputes, Dispute{Set: core.SetID(r.Intn(4) / 3), Eras: [2]core.Era{e, core.Era(r.Intn(5))},
				FiledAt: core.Time(10_000 + 120*int(e) + r.Intn(240)), Upheld: r.Intn(2) == 0, WrongEra: e})
		}
		a := Next(devnet(), now, c, records, disputes)
		request, execute := may(int64(now), c, records, disputes)
		if (a.Verb == Request) != request || (a.Verb == Execute) != execute {
			t.Fatalf("at %d %+v\nrecords %+v\ndisputes %+v\nNext: %s (%s); the oracle: request %t, execute %t",
				now, c, records, disputes, a.Verb, a.Reason.Code, request, execute)
		}
		counts[a.Verb]++
		reasons[a.Reason.Code]++
		if a.Verb != Wait || a.Reason == AwaitsJudge {
			continue
		}
		if a.Until <= now {
			t.Fatalf("at %d: wait until %d", now, a.Until)
		}
		for s := now; s < a.Until; s++ {
			if _, execute := may(int64(s), c, records, disputes); execute {
				t.Fatalf("at %d: wait until %d for %s, but it may be executed at %d", now, a.Until, a.Reason.Code, s)
			}
		}
	}
	for _, v := range []Verb{Report, Request, Execute, Wait, Nothing} {
		if counts[v] < 200 {
			t.Errorf("%s came up %d times only", v, counts[v])
		}
	}
	for _, why := range []core.Reason{InVetoWindow, OlderReportable, OlderDisputed, OlderOpen, OlderRequested, NothingSlashable, WindowOver, TooLateToRequest} {
		if reasons[why.Code] < 10 {
			t.Errorf("%s came up %d times only", why.Code, reasons[why.Code])
		}
	}
}

func randomCase(r *rand.Rand) Case {
	c := Case{
		Offence: Offence{Set: core.SetID(r.Intn(8) / 7), Operator: who(byte(r.Intn(8) / 7)), Era: core.Era(r.Intn(4)), Kind: Kind(r.Intn(2))},
		Vault:   who(byte(r.Intn(8) / 7)), Counted: r.Intn(8) > 0,
		EpochDuration: core.Time(300 + r.Intn(120)), VetoDuration: core.Time(20 + r.Intn(80)),
		Penalty: amt(uint64(r.Intn(5))), Slashable: amt(uint64(r.Intn(5))), Upheld: r.Intn(2) == 0,
	}
	if r.Intn(8) > 0 {
		c.ReportedAt = core.Time(10_000 + 120*int(c.Era) + r.Intn(250))
		if r.Intn(3) > 0 {
			c.RequestedAt = c.ReportedAt + core.Time(r.Intn(30))
			c.Vetoed = r.Intn(8) == 0
			if r.Intn(8) == 0 {
				c.ExecutedAt = c.RequestedAt + 30
			}
		}
	}
	return c
}

// §10 `million offences`: one offence per set, operator, era and kind, whatever the number of batches.
func TestSection10MillionOffences(t *testing.T) {
	seen := map[Offence]bool{}
	for n := range 1000 {
		a, b := signedBatch(1, 4, 1, 3), signedBatch(1, 4, 2, 3)
		a.Statement.Number, b.Statement.Number = uint64(n), uint64(n)
		got, err := EquivocateBatches(a, b)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range got.Accused.Indices() {
			seen[Offence{Set: got.Set, Operator: who(byte(i)), Era: got.Era, Kind: got.Kind}] = true
		}
	}
	if len(seen) != 1 {
		t.Errorf("a thousand equivocations are %d offences", len(seen))
	}
}
