package e2e

import (
	"testing"

	"github.com/ethereum/go-ethereum"

	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// symbioticWouldExecute reports what Symbiotic alone says to executing a request of ours in the next block.
func (w *world) symbioticWouldExecute(o slash.Offence, v *vault) error {
	_, index, _ := w.slashOf(o, v)
	at := v.Slasher
	_, err := w.Client().PendingCallContract(w.ctx, ethereum.CallMsg{From: w.Roster.At.Middleware, To: &at,
		Data: slasherABI.PackExecuteSlash(chain.Number(index), nil)})
	return err
}

// The guilty of era 0 has itself convicted of something in era 1 and executed at once: from then on Symbiotic
// refuses every slash for era 0's older capture. Symbiotic would let it happen; ours waits until nothing older can
// be reported (after D(0)) and until what is on record is final (protocol §7).
func TestAttackDustSlashVoidsAnOlderOne(t *testing.T) {
	w := newWorld(t, options{})
	times, v := w.Roster.Times, w.vaults[0]
	first := w.activate(w.set, 0)
	second := w.activate(w.set, 1)
	newer := w.convict(second, 0)
	older := offence(first, 0, slash.Equivocation)
	if newer.Operator != older.Operator {
		t.Fatal("another operator")
	}
	at := w.requested(newer, v)
	w.nextAt(at + times.MinVeto)
	if err := w.symbioticWouldExecute(newer, v); err != nil {
		t.Fatalf("Symbiotic itself refuses: %v; then nothing is shown here", err)
	}
	wantRevertArgs(t, w.execute(newer, v), "OlderReportsOpen", w.next(), times.Deadline(0))
	// The last second in which the older offence can be reported: it is, and the newer one still waits.
	w.confirm(first)
	w.nextAt(times.Deadline(0))
	wantRevertArgs(t, w.execute(newer, v), "OlderReportsOpen", times.Deadline(0), times.Deadline(0))
	w.must(w.report(w.watcher, w.twoBatches(first, 1, []int{0}, []int{0})))

	wantRevertArgs(t, w.execute(newer, v), "OlderOffenceOpen", 0, slash.Equivocation)
	at = w.requested(older, v)
	w.nextAt(at + times.MinVeto)
	wantRevertArgs(t, w.execute(newer, v), "OlderOffenceOpen", 0, slash.Equivocation)
	w.must(w.execute(older, v))
	wantAmount(t, "taken for era 0", w.burnt(), vara(15_000))
	w.must(w.execute(newer, v))
	wantAmount(t, "taken for both", w.burnt(), vara(30_000))
	// The other way round the older one would have been lost: that is Symbiotic's rule.
	wantAmount(t, "slashable for era 0 after era 1's", w.slashable(older.Operator, v, times.Capture(0)), vara(0))
}

// twiceGuilty convicts the one in place 0 of eras 0 and 1, both elected before: a conviction jails, and who is jailed
// at a capture is not elected.
func (w *world) twiceGuilty() (older, newer slash.Offence) {
	w.t.Helper()
	first, second := w.activate(w.set, 0), w.activate(w.set, 1)
	older, newer = w.convict(first, 0), w.convict(second, 0)
	if older.Operator != newer.Operator {
		w.t.Fatal("the two eras have others in place 0")
	}
	return older, newer
}

// What frees a newer slash from an older offence on record: the same era 0 in every way in which it can end.
func TestOlderOffenceIsFinal(t *testing.T) {
	tests := []struct {
		name string
		// end brings era 0's offence to its end; the newer one could be executed otherwise.
		end func(*world, slash.Offence, *vault)
		// taken is what era 1's slash takes then, whole wVARA.
		taken uint64
	}{
		{"vetoed", func(w *world, o slash.Offence, v *vault) {
			w.must(w.request(o, v))
			w.veto(o, v)
		}, 15_000},
		{"unrequested and too late", func(w *world, o slash.Offence, v *vault) {
			deadline := w.Roster.Times.RequestDeadline(0)
			w.nextAt(deadline)
			wantRevert(w.t, w.execute(slash.Offence{Set: o.Set, Operator: o.Operator, Era: 1}, v), "OlderOffenceOpen")
			w.nextAt(deadline + 1)
			wantRevertArgs(w.t, w.request(o, v), "TooLateToRequest", deadline+1, deadline)
		}, 15_000},
		{"its window is over", func(w *world, o slash.Offence, v *vault) {
			w.must(w.request(o, v)) // and nobody executes it
			last := w.Roster.Times.SlashableUntil(0, w.Roster.Times.MaxVaultEpoch)
			w.nextAt(last)
			wantRevert(w.t, w.execute(slash.Offence{Set: o.Set, Operator: o.Operator, Era: 1}, v), "OlderOffenceOpen")
			w.nextAt(last + 1)
			wantRevert(w.t, w.execute(o, v), "SlashPeriodEnded")
		}, 15_000},
		{"executed", func(w *world, o slash.Offence, v *vault) {
			at := w.requested(o, v)
			w.nextAt(at + w.Roster.Times.MinVeto)
			w.must(w.execute(o, v))
		}, 15_000},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t, options{})
			v := w.vaults[0]
			older, newer := w.twiceGuilty()
			w.must(w.request(newer, v))
			w.nextAt(w.Roster.Times.Deadline(0) + 1)
			wantRevertArgs(t, w.execute(newer, v), "OlderOffenceOpen", 0, slash.Equivocation)
			test.end(w, older, v)
			before := w.burnt()
			w.must(w.execute(newer, v))
			wantAmount(t, "taken for era 1", less(t, w.burnt(), before), vara(test.taken))
		})
	}
}

// A vault that did not count at the older capture does not wait for it; one that did does.
func TestOlderOffenceHoldsUpOnlyItsVaults(t *testing.T) {
	w := newWorld(t, options{})
	first := w.activate(w.set, 0)
	o := w.at(first, 0)
	fresh := w.addVault(w.set, devnet.VaultSpec{})
	w.link(o, fresh)
	w.delegate(fresh, o, vara(5_000))
	w.stake(fresh, vara(5_000))
	second := w.activate(w.set, 1)
	older := w.convict(first, 0)
	newer := w.convict(second, second.IndexOf(o.Address()))
	w.must(w.request(newer, w.vaults[0]))
	w.must(w.request(newer, fresh))
	wantRevertArgs(t, w.request(older, fresh), "VaultDidNotCount", fresh.Address, older.Operator, w.Roster.Times.Capture(0))
	w.nextAt(w.Roster.Times.Deadline(0) + 1)
	wantRevert(t, w.execute(newer, w.vaults[0]), "OlderOffenceOpen")
	w.must(w.execute(newer, fresh))
	wantAmount(t, "taken from the fresh vault", w.burnt(), vara(2_500))
}

// Nothing left of the older capture: the request stands, cannot take anything, and stops holding up newer ones when
// no other could be made.
func TestOlderOffenceWithNothingSlashable(t *testing.T) {
	w := newWorld(t, options{parameters: func(p *bindings.SetParameters) { p.EquivocationBps = 10_000 }})
	v := w.vaults[0]
	first, second := w.activate(w.set, 0), w.activate(w.set, 1)
	c := w.contradict(first, []int{0, 1}, []int{2})
	d := w.disputed(c)
	w.must(w.uphold(d, c.digests[0]))
	w.must(w.accuse(d, first, 0))
	all, tenth, newer := w.convict(first, 0), offence(first, 0, slash.WrongResult), w.convict(second, 0)
	w.must(w.request(tenth, v))
	w.must(w.request(newer, v))
	at := w.requested(all, v)
	w.nextAt(at + w.Roster.Times.MinVeto)
	w.must(w.execute(all, v))
	wantRevert(t, w.execute(tenth, v), "InsufficientSlash")
	decided := w.Roster.Times.RequestDeadline(0)
	w.nextAt(decided)
	wantRevertArgs(t, w.execute(newer, v), "OlderDisputeOpen", 0, decided)
	w.nextAt(decided + 1)
	// Not OlderOffenceOpen: what stops it now is Symbiotic, for all of the stake is gone.
	wantRevert(t, w.execute(newer, v), "InsufficientSlash")
}

// The gap that D(e−1) leaves open: a dispute of era 0 filed by D(0) may be upheld until D(0) + requestWindow. The
// guilty of the lie has its newer offence executed in between, to void the capture that the judge is about to
// accuse. It waits for the judge's last second (OlderDisputeOpen), then for what he led to (OlderOffenceOpen).
func TestAttackNewerSlashDuringAnOlderDispute(t *testing.T) {
	w := newWorld(t, options{})
	times, v := w.Roster.Times, w.vaults[0]
	first := w.activate(w.set, 0)
	newer := w.convict(w.activate(w.set, 1), 0)
	w.must(w.request(newer, v))
	c := w.contradict(first, []int{0, 1}, []int{2})
	w.confirm(first)
	w.nextAt(times.Deadline(0)) // the last second for a dispute
	d := w.disputed(c)

	decided := times.RequestDeadline(0)
	wantRevertArgs(t, w.execute(newer, v), "OlderDisputeOpen", 0, decided)
	w.must(w.uphold(d, c.digests[0]))
	// Until the accused are on record nothing else would stop it.
	wantRevertArgs(t, w.execute(newer, v), "OlderDisputeOpen", 0, decided)
	w.must(w.accuse(d, first, 0))
	older := offence(first, 0, slash.WrongResult)
	w.nextAt(decided)
	w.must(w.request(older, v))
	at := w.Now()
	wantRevertArgs(t, w.execute(newer, v), "OlderOffenceOpen", 0, slash.WrongResult)
	w.nextAt(at + times.MinVeto)
	w.must(w.execute(older, v))
	wantAmount(t, "taken for the lie", w.burnt(), vara(3_000))
	w.must(w.execute(newer, v))
	wantAmount(t, "taken for both", w.burnt(), vara(18_000))
}

// A dispute that comes to nothing holds newer slashes up to its end, and no longer; one second earlier it does.
// Those of the same era do not wait: they have the same capture.
func TestOlderDisputeLapses(t *testing.T) {
	w := newWorld(t, options{})
	times, v := w.Roster.Times, w.vaults[0]
	first := w.activate(w.set, 0)
	w.disputed(w.contradict(first, []int{0, 1}, []int{2}))
	same := w.convict(first, 0)
	at := w.requested(same, v)
	w.nextAt(at + times.MinVeto)
	w.must(w.execute(same, v))
	newer := w.convict(w.activate(w.set, 1), 0)
	w.must(w.request(newer, v))
	decided := times.RequestDeadline(0)
	w.nextAt(decided)
	wantRevertArgs(t, w.execute(newer, v), "OlderDisputeOpen", 0, decided)
	w.nextAt(decided + 1)
	w.must(w.execute(newer, v))
}

// However late within its windows an offence comes, and however long others hold it up, its slash is in time: the
// last second of all waits lies at least an execution window before the end of the vault's epoch (protocol §2).
func TestEveryWaitEndsInTime(t *testing.T) {
	w := newWorld(t, options{})
	times, v := w.Roster.Times, w.vaults[0]
	first := w.activate(w.set, 0)
	second := w.activate(w.set, 1)
	w.confirm(first, second)
	w.nextAt(times.Deadline(0))
	w.disputed(w.contradict(first, []int{0, 1}, []int{2}))
	w.nextAt(times.Deadline(1))
	newer := w.convict(second, 0)
	w.nextAt(times.RequestDeadline(1))
	w.must(w.request(newer, v))
	last := times.SlashableUntil(1, times.MaxVaultEpoch)
	if w.Now()+times.MinVeto+times.ExecutionWindow > last {
		t.Fatalf("requested at %d: less than the execution window is left before %d", w.Now(), last)
	}
	w.nextAt(last)
	w.must(w.execute(newer, v))
	wantAmount(t, "taken in the last second", w.burnt(), vara(15_000))
}

// The Go side's advice (core/slash) and the contract agree on when a slash may be executed, second by second, with
// an older offence and an older dispute in the way.
func TestSlashOrderAgreesWithCore(t *testing.T) {
	w := newWorld(t, options{})
	v := w.vaults[0]
	older, newer := w.twiceGuilty()
	first := w.term(0)
	deadline := w.Roster.Times.Deadline(0)
	w.nextAt(deadline - w.Roster.Times.MinVeto + 2)
	w.must(w.request(newer, v)) // in its veto window until two seconds after D(0)
	w.nextAt(deadline - 5)
	w.disputed(w.contradict(first, []int{0, 1}, []int{2}))
	w.must(w.request(older, v))
	waited := map[string]bool{}
	for w.Now() < era.Never {
		cases, disputes := w.cases()
		var c slash.Case
		for _, one := range cases {
			if one.Offence == newer {
				c = one
			}
		}
		advice := slash.Next(w.Roster.Times, w.next(), c, cases, disputes)
		err := w.execute(newer, v)
		if (err == nil) != (advice.Verb == slash.Execute) {
			t.Fatalf("at %d the contract says %v, core says %v (%s)", w.next(), err, advice.Verb, advice.Reason.Code)
		}
		if err == nil {
			break
		}
		waited[advice.Reason.Code] = true
		if advice.Reason != slash.OlderRequested || w.execute(older, v) != nil {
			w.must(w.Advance(1))
		}
	}
	if len(waited) < 3 {
		t.Errorf("%d reasons to wait came up: %v", len(waited), waited)
	}
}
