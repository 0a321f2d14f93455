package e2e

import (
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// status is what the chain says of an operator at a moment.
type status struct {
	registered, paused, eligible bool
	until                        core.Time
	key                          core.Hash
	commission                   core.Bps
}

// statusAt reads every `…At` view of an operator in the first set.
func (w *world) statusAt(o *devnet.Operator, t core.Time) status {
	w.t.Helper()
	at, set, a, when := w.Roster.At.Operators, chain.Number(w.set), o.Sender.From(), chain.Number(t)
	s := ask(w, at, operators.PackStatusAt(set, a, when), func(data []byte) (status, error) {
		out, err := operators.UnpackStatusAt(data)
		if err != nil {
			return status{}, err
		}
		return status{registered: out.Registered, paused: out.Paused, until: core.Time(out.JailEnd.Uint64())}, nil
	})
	s.eligible = ask(w, at, operators.PackEligibleAt(set, a, when), operators.UnpackEligibleAt)
	s.key = ask(w, at, operators.PackKeyHashAt(set, a, when), operators.UnpackKeyHashAt)
	s.commission = core.Bps(ask(w, at, operators.PackCommissionAt(set, a, when), operators.UnpackCommissionAt))
	return s
}

// Who is not Symbiotic's, not opted in, or asks for what cannot be is not registered.
func TestRegisterIsRefused(t *testing.T) {
	w := newWorld(t, options{})
	at, s := w.Roster.At.Operators, w.Symbiotic()
	o := w.newOperator()
	key, proof := o.Possession(w.set)
	try := func(by *devnet.Operator, set core.SetID, endpoint string, commission uint16) error {
		return w.simulate(by.Hand, at, operators.PackRegisterOperator(chain.Number(set), key, proof, endpoint, commission))
	}
	wantRevertArgs(t, try(o, 1, "here", 500), "UnknownSet", 1)
	wantRevertArgs(t, try(o, 1<<60, "here", 500), "UnknownSet", uint64(1<<60))
	wantRevertArgs(t, try(o, w.set, "here", 10_001), "CommissionTooHigh", 10_001, 10_000)
	wantRevertArgs(t, try(o, w.set, strings.Repeat("x", 257), 500), "EndpointTooLong", 257, 256)
	w.must(try(o, w.set, strings.Repeat("x", 256), 10_000))

	bare := &devnet.Operator{Hand: w.NewHand(), Key: o.Key}
	wantRevertArgs(t, try(bare, w.set, "here", 500), "NotSymbioticOperator", bare.Sender.From())
	w.do(bare.Hand, s.OperatorRegistry, symbioticOperators.PackRegisterOperator())
	wantRevertArgs(t, try(bare, w.set, "here", 500), "NotOptedIntoNetwork", bare.Sender.From())
	w.must(w.Advance(1))
	w.do(o.Hand, s.NetworkOptIn, optIns.PackOptOut(w.Roster.At.Middleware))
	wantRevertArgs(t, try(o, w.set, "here", 500), "NotOptedIntoNetwork", o.Address())
	w.do(o.Hand, s.NetworkOptIn, optIns.PackOptIn(w.Roster.At.Middleware))

	w.do(o.Hand, at, operators.PackRegisterOperator(chain.Number(w.set), key, proof, "here", 500))
	wantRevertArgs(t, try(o, w.set, "here", 500), "AlreadyRegistered", w.set, o.Address())
}

// Everything an operator does with itself is the operator's alone, and only while it is in the set.
func TestOperatorActsOnlyWhileRegistered(t *testing.T) {
	w := newWorld(t, options{})
	stranger, at, set := w.newOperator(), w.Roster.At.Operators, chain.Number(w.set)
	key, proof := stranger.Possession(w.set)
	for name, call := range map[string][]byte{
		"pause": operators.PackPause(set), "resume": operators.PackResume(set), "leave": operators.PackLeaveSet(set),
		"commission": operators.PackSetCommission(set, 1), "endpoint": operators.PackSetEndpoint(set, "there"),
		"key": operators.PackRotateKey(set, key, proof),
	} {
		t.Log(name)
		wantRevertArgs(t, w.simulate(stranger.Hand, at, call), "NotRegistered", w.set, stranger.Address())
	}
	link := middleware.PackLinkVault(set, w.vaults[0].Address)
	wantRevertArgs(t, w.simulate(stranger.Hand, w.Roster.At.Middleware, link), "NotRegistered", w.set, stranger.Address())
	jail := operators.PackJail(common.Address(w.operators[0].Address()), chain.Number(w.Now()+1_000))
	wantRevertArgs(t, w.simulate(w.Owner, at, jail), "OnlyOffences", w.Owner.Sender.From())

	o := w.operators[0]
	wantRevertArgs(t, w.simulate(o.Hand, at, operators.PackSetEndpoint(set, strings.Repeat("x", 257))), "EndpointTooLong", 257, 256)
	wantRevertArgs(t, w.simulate(o.Hand, at, operators.PackResume(set)), "NotPaused", w.set, o.Address())
	w.do(o.Hand, at, operators.PackPause(set))
	wantRevertArgs(t, w.simulate(o.Hand, at, operators.PackPause(set)), "AlreadyPaused", w.set, o.Address())
}

// The views at a moment give what was so then, to the second, whatever happened since: changes count from the second
// after their block, and nothing that follows moves them.
func TestStatusIsCheckpointed(t *testing.T) {
	w := newWorld(t, options{})
	at, set, o := w.Roster.At.Operators, chain.Number(w.set), w.operators[0]
	first := o.Key.PublicKey().Hash()
	type step struct {
		name string
		want status
	}
	var log []struct {
		at core.Time
		step
	}
	free := status{registered: true, eligible: true, key: first, commission: 500}
	want := free
	do := func(name string, call []byte, change func(*status)) {
		t.Helper()
		w.do(o.Hand, at, call)
		log = append(log, struct {
			at core.Time
			step
		}{w.Now(), step{name + ", its own second", want}})
		change(&want)
		log = append(log, struct {
			at core.Time
			step
		}{w.Now() + 1, step{name + ", a second later", want}})
		w.must(w.Advance(5))
	}
	do("pause", operators.PackPause(set), func(s *status) { s.paused, s.eligible = true, false })
	do("resume", operators.PackResume(set), func(s *status) { *s = free })
	o.Key = secret(t, "second")
	second := o.Key.PublicKey().Hash()
	key, proof := o.Possession(w.set)
	do("rotate", operators.PackRotateKey(set, key, proof), func(s *status) { s.key = second })
	do("pause again", operators.PackPause(set), func(s *status) { s.paused, s.eligible = true, false })
	o.Key = secret(t, "third")
	key, proof = o.Possession(w.set)
	do("rotate while paused", operators.PackRotateKey(set, key, proof), func(s *status) { s.key = o.Key.PublicKey().Hash() })
	do("leave", operators.PackLeaveSet(set), func(s *status) { s.registered, s.paused = false, false })
	o.Key = secret(t, "fourth")
	key, proof = o.Possession(w.set)
	do("register again", operators.PackRegisterOperator(set, key, proof, "there", 500), func(s *status) {
		*s = status{registered: true, eligible: true, key: o.Key.PublicKey().Hash(), commission: 500}
	})
	for _, l := range log {
		if got := w.statusAt(o, l.at); got != l.want {
			t.Errorf("%s: at %d\n%+v, want\n%+v", l.name, l.at, got, l.want)
		}
	}
	if got := w.statusAt(o, 1); got != (status{}) {
		t.Errorf("before anything: %+v", got)
	}
}

// Several changes in one second: the last counts, and the second before is what it was.
func TestPauseAndResumeInOneSecond(t *testing.T) {
	w := newWorld(t, options{})
	at, set, o := w.Roster.At.Operators, chain.Number(w.set), w.operators[0]
	w.inOneBlock(o.Hand, at, operators.PackPause(set), operators.PackResume(set))
	if now := w.Now(); !w.statusAt(o, now).eligible || !w.statusAt(o, now+1).eligible {
		t.Fatal("paused and resumed in one second, and not eligible")
	}
	w.inOneBlock(o.Hand, at, operators.PackPause(set), operators.PackResume(set), operators.PackPause(set))
	if now := w.Now(); !w.statusAt(o, now).eligible || w.statusAt(o, now+1).eligible {
		t.Fatal("the last of three changes in one second does not count")
	}
	// Leaving and registering in one second is a new key at once, and never a moment without one.
	other := w.operators[1]
	old := other.Key.PublicKey().Hash()
	other.Key = secret(t, "fresh")
	key, proof := other.Possession(w.set)
	w.inOneBlock(other.Hand, at, operators.PackLeaveSet(set), register(w.set, key, proof))
	now := w.Now()
	if s := w.statusAt(other, now); s.key != old || !s.eligible {
		t.Fatalf("%+v", s)
	}
	if s := w.statusAt(other, now+1); s.key != other.Key.PublicKey().Hash() || !s.eligible {
		t.Fatalf("%+v", s)
	}
}

// A pause in the second of the capture comes a second too late for it, one a second before in time.
func TestPauseAroundTheCapture(t *testing.T) {
	w := newWorld(t, options{})
	capture := w.Roster.Times.Capture(0)
	pause := operators.PackPause(chain.Number(w.set))
	w.nextAt(capture - 1)
	w.do(w.operators[0].Hand, w.Roster.At.Operators, pause)
	w.do(w.operators[1].Hand, w.Roster.At.Operators, pause)
	if w.Now() != capture {
		t.Fatalf("at %d, want %d", w.Now(), capture)
	}
	d := w.decide(w.set, 0)
	w.compareWeights(d)
	for _, e := range d.Result.Executors {
		if e.Operator == w.operators[0].Address() {
			t.Fatal("paused a second before the capture, and elected")
		}
	}
	if len(d.Result.Executors) != 2 {
		t.Fatalf("%d elected, want the one that paused too late and the one that did not", len(d.Result.Executors))
	}
}

// A jailed operator cannot resume, and neither leaving nor another set frees it: a jail belongs to the address.
func TestJailBelongsToTheAddress(t *testing.T) {
	w := newWorld(t, options{second: one(5_000)})
	term := w.activate(w.set, 0)
	o := w.team[term.Entries[0].Operator]
	at, set := w.Roster.At.Operators, chain.Number(w.set)
	w.do(o.Hand, at, operators.PackPause(set))
	w.equivocate(term, 0)
	until := w.Roster.Times.Start(3) // the era of the clock is 0, jailEras is 2
	wantRevertArgs(t, w.simulate(o.Hand, at, operators.PackResume(set)), "Jailed", o.Address(), until)
	w.do(o.Hand, at, operators.PackLeaveSet(set))
	o.Key = secret(t, "another")
	for _, s := range []core.SetID{w.other.set, w.set} {
		if s == w.set {
			o.Key = secret(t, "yet another")
		}
		key, proof := o.Possession(s)
		w.do(o.Hand, at, register(s, key, proof))
		for _, when := range []core.Time{w.Now() + 2, until - 1, until} {
			eligible := ask(w, at, operators.PackEligibleAt(chain.Number(s), o.Sender.From(), chain.Number(when)), operators.UnpackEligibleAt)
			if eligible != (when >= until) {
				t.Fatalf("set %d: eligible at %d: %v, jailed until %d", s, when, eligible, until)
			}
		}
	}
	// The jail counts from the second after the report on: before, the operator was eligible in the first set.
	if s := w.statusAt(o, term.PostedAt); !s.eligible || s.until != 0 {
		t.Fatalf("%+v", s)
	}
}
