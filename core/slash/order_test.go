package slash

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
)

// §7: an older recorded offence blocks until it is executed; vetoed; its vault did not count; unrequested and
// too late; its window over; or past its request deadline with nothing slashable. Era 2: request by 10,470,
// last 10,540. Each boundary to the second.
func TestSection7Final(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Case)
		now    core.Time
		why    core.Reason
		final  bool
		status Status
	}{
		{"open at its deadline", func(c *Case) {}, 10_470, OlderOpen, false, Open},
		{"unrequested and too late", func(c *Case) {}, 10_471, TooLateToRequest, true, Expired},
		{"unrequested, window over", func(c *Case) {}, 10_541, WindowOver, true, Expired},
		{"requested", func(c *Case) { c.RequestedAt = 10_450 }, 10_471, OlderRequested, false, Requested},
		{"requested, last second", func(c *Case) { c.RequestedAt = 10_450 }, 10_540, OlderRequested, false, Requested},
		{"requested, window over", func(c *Case) { c.RequestedAt = 10_450 }, 10_541, WindowOver, true, Expired},
		{"executed", func(c *Case) { c.RequestedAt, c.ExecutedAt = 10_450, 10_480 }, 10_480, AlreadyExecuted, true, Executed},
		{"executed, long ago", func(c *Case) { c.RequestedAt, c.ExecutedAt = 10_450, 10_480 }, 99_999, AlreadyExecuted, true, Executed},
		{"vetoed", func(c *Case) { c.RequestedAt, c.Vetoed = 10_450, true }, 10_455, AlreadyVetoed, true, Vetoed},
		{"vault did not count", func(c *Case) { c.Counted = false }, 10_455, NotCounted, true, Expired},
		{"nothing slashable, at its deadline", func(c *Case) { c.RequestedAt, c.Slashable = 10_450, amt(0) }, 10_470, OlderRequested, false, Requested},
		{"nothing slashable, past its deadline", func(c *Case) { c.RequestedAt, c.Slashable = 10_450, amt(0) }, 10_471, NothingSlashable, true, Expired},
		{"unrequested, nothing slashable, at its deadline", func(c *Case) { c.Slashable = amt(0) }, 10_470, OlderOpen, false, Open},
		{"one unit slashable", func(c *Case) { c.RequestedAt, c.Slashable = 10_450, amt(1) }, 10_471, OlderRequested, false, Requested},
		{"Symbiotic's limit before ours", func(c *Case) { c.VetoDuration = 100 }, 10_441, TooLateToRequest, true, Expired},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := older()
			c.change(&o)
			why, final := o.Final(devnet(), c.now)
			if why != c.why || final != c.final {
				t.Errorf("final %t %s, want %t %s", final, why.Code, c.final, c.why.Code)
			}
			if got := o.Status(devnet(), c.now); got != c.status {
				t.Errorf("status %s, want %s", got, c.status)
			}
			blocking, why, blocked := Order(devnet(), c.now, requested(10_430), []Case{o})
			if blocked == c.final {
				t.Errorf("blocked %t by %s", blocked, why.Code)
			}
			if blocked && (blocking != o || why != c.why) {
				t.Errorf("blocked by %s for %s, want %s for %s", blocking, why.Code, o, c.why.Code)
			}
		})
	}
}

// §7: who blocks whom.
func TestSection7OrderRule(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Case)
		blocks bool
	}{
		{"older, same operator and vault", func(c *Case) {}, true},
		{"of another kind", func(c *Case) { c.Kind = WrongResult }, true},
		{"much older", func(c *Case) { c.Era, c.EpochDuration = 0, 900; c.RequestedAt = 10_100 }, true},
		{"same era: same capture, several slashes may share it", func(c *Case) { c.Era, c.Kind = 3, WrongResult }, false},
		{"newer", func(c *Case) { c.Era = 4 }, false},
		{"another operator", func(c *Case) { c.Operator = who(2) }, false},
		{"another vault", func(c *Case) { c.Vault = who(101) }, false},
		{"another set", func(c *Case) { c.Set = 2 }, false},
		{"not reported: D(e−1) is for that", func(c *Case) { c.ReportedAt = 0 }, false},
	} {
		o := older()
		c.change(&o)
		if _, _, blocked := Order(devnet(), 10_460, requested(10_430), []Case{o}); blocked != c.blocks {
			t.Errorf("%s: blocked %t", c.name, blocked)
		}
	}
}

// The oldest blocks first, whatever the order of the records.
func TestOrderNamesTheOldest(t *testing.T) {
	c := requested(10_540)
	c.Era = 5
	a, b, d := older(), older(), older()
	a.Era, a.RequestedAt = 4, 10_640
	b.Era, b.RequestedAt, b.Kind = 3, 10_540, WrongResult
	d.Era, d.RequestedAt = 3, 10_540
	for _, records := range [][]Case{{a, b, d}, {d, b, a}, {b, a, d}, {c, b, d}} {
		if got, why, blocked := Order(devnet(), 10_650, c, records); !blocked || got != d || why != OlderRequested {
			t.Errorf("blocked %t by %s (%s), want %s", blocked, got, why.Code, d)
		}
	}
}

// Beyond the protocol's text: a dispute of an older era, filed in time, settled or not, is waited for until
// D(e′) + requestWindow, 10,470 for era 2. Era 3's own D is 10,570.
func TestSection7WaitForDisputes(t *testing.T) {
	base := Dispute{Set: 1, Eras: [2]core.Era{2, 2}, FiledAt: 10_440}
	for _, c := range []struct {
		name   string
		change func(*Dispute)
		now    core.Time
		until  core.Time
		waits  bool
	}{
		{"not settled", func(d *Dispute) {}, 10_460, 10_471, true},
		{"last second", func(d *Dispute) {}, 10_470, 10_471, true},
		{"uphold window over", func(d *Dispute) {}, 10_471, 10_471, false},
		{"upheld: its accused may still be reported", func(d *Dispute) { d.Upheld, d.WrongEra = true, 2 }, 10_460, 10_471, true},
		{"upheld, reports over: now the order rule", func(d *Dispute) { d.Upheld, d.WrongEra = true, 2 }, 10_471, 10_471, false},
		{"filed in the last second", func(d *Dispute) { d.FiledAt = 10_450 }, 10_460, 10_471, true},
		{"filed too late for era 2", func(d *Dispute) { d.FiledAt = 10_451 }, 10_460, 0, false},
		{"not filed yet", func(d *Dispute) { d.FiledAt = 10_450 }, 10_449, 0, false},
		{"another set", func(d *Dispute) { d.Set = 2 }, 10_460, 0, false},
		{"of the same era", func(d *Dispute) { d.Eras = [2]core.Era{3, 3} }, 10_460, 0, false},
		{"of a newer era", func(d *Dispute) { d.Eras = [2]core.Era{4, 5} }, 10_460, 0, false},
		{"between era 2 and 3", func(d *Dispute) { d.Eras = [2]core.Era{2, 3} }, 10_460, 10_471, true},
		{"between era 3 and 2", func(d *Dispute) { d.Eras = [2]core.Era{3, 2} }, 10_460, 10_471, true},
		{"between era 1 and 2, too late for 1", func(d *Dispute) { d.Eras = [2]core.Era{1, 2} }, 10_460, 10_471, true},
		{"the one of era 3 was wrong, another dispute may come", func(d *Dispute) { d.Eras, d.Upheld, d.WrongEra = [2]core.Era{2, 3}, true, 3 }, 10_460, 10_471, true},
	} {
		d := base
		c.change(&d)
		if until, waits := WaitForDisputes(devnet(), c.now, requested(10_430), []Dispute{d}); until != c.until || waits != c.waits {
			t.Errorf("%s: waits %t until %d, want %t until %d", c.name, waits, until, c.waits, c.until)
		}
	}
	longest := []Dispute{base, {Set: 1, Eras: [2]core.Era{1, 1}, FiledAt: 10_330}, {Set: 1, Eras: [2]core.Era{0, 3}, FiledAt: 10_000}}
	if until, _ := WaitForDisputes(devnet(), 10_460, requested(10_430), longest); until != 10_471 {
		t.Errorf("waits until %d, want the latest, 10471", until)
	}
}

// §7: by when the judge may name which statement; in a dispute across eras each has its own deadline.
func TestSection7MayUphold(t *testing.T) {
	d := Dispute{Set: 1, Eras: [2]core.Era{2, 3}, FiledAt: 10_450}
	late := d
	late.FiledAt = 10_451
	settled := d
	settled.Upheld, settled.WrongEra = true, 3
	for _, c := range []struct {
		name string
		d    Dispute
		now  core.Time
		era  core.Era
		want bool
	}{
		{"era 2 at its last second", d, 10_470, 2, true},
		{"era 2 too late", d, 10_471, 2, false},
		{"era 3 still", d, 10_471, 3, true},
		{"era 3 at its last second", d, 10_590, 3, true},
		{"era 3 too late", d, 10_591, 3, false},
		{"filed too late for era 2", late, 10_460, 2, false},
		{"filed in time for era 3", late, 10_460, 3, true},
		{"not in the dispute", d, 10_460, 4, false},
		{"named already", settled, 10_460, 2, false},
		{"not filed yet", d, 10_449, 2, false},
	} {
		if got := c.d.MayUphold(devnet(), c.now, c.era); got != c.want {
			t.Errorf("%s: %t", c.name, got)
		}
	}
}

// finalBy is right: one second before, a case left alone is not final; then it is.
func TestFinalBy(t *testing.T) {
	for _, change := range []func(*Case){
		func(c *Case) {}, func(c *Case) { c.RequestedAt = 10_450 }, func(c *Case) { c.RequestedAt, c.Slashable = 10_450, amt(0) },
		func(c *Case) { c.VetoDuration = 90 }, func(c *Case) { c.Slashable = amt(0) },
		func(c *Case) { c.EpochDuration, c.VetoDuration = 200, 0 },
	} {
		c := older()
		change(&c)
		by := c.finalBy(devnet())
		if why, final := c.Final(devnet(), by); !final {
			t.Errorf("%+v: not final at %d: %s", c, by, why.Code)
		}
		if why, final := c.Final(devnet(), by-1); final {
			t.Errorf("%+v: final already at %d: %s", c, by-1, why.Code)
		}
	}
	if after(era.Never, 1) != era.Never || after(era.Never-1, 1) != era.Never || after(5, 1) != 6 {
		t.Error("after wraps around")
	}
}
