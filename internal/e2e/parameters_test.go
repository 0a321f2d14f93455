package e2e

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// below is 2^exponent − 1.
func below(exponent int64) *big.Int { return new(big.Int).Sub(power(2, exponent), common.Big1) }

// Every bound of a set's parameters, from both sides, in createSet and in announceParameters. What is not in the
// table may have any value of its type.
func TestParameterBounds(t *testing.T) {
	w := newWorld(t, options{})
	type change = func(*bindings.SetParameters)
	tests := []struct {
		name        string
		bad         change
		value       any
		least, most any
		good        change // the bound itself
	}{
		{"maxExecutors", func(p *bindings.SetParameters) { p.MaxExecutors = 0 }, 0, 1, 128, func(p *bindings.SetParameters) { p.MaxExecutors = 1 }},
		{"maxExecutors", func(p *bindings.SetParameters) { p.MaxExecutors = 129 }, 129, 1, 128, func(p *bindings.SetParameters) { p.MaxExecutors = 128 }},
		{"minStake", func(p *bindings.SetParameters) { p.MinStake = big.NewInt(0) }, 0, 1, below(96), func(p *bindings.SetParameters) { p.MinStake = big.NewInt(1) }},
		{"maxStake", func(p *bindings.SetParameters) { p.MaxStake = power(2, 89) }, power(2, 89), devnet.DefaultParameters().MinStake, below(89), func(p *bindings.SetParameters) { p.MaxStake = below(89) }},
		{"maxStake", func(p *bindings.SetParameters) { p.MinStake, p.MaxStake = big.NewInt(8), big.NewInt(7) }, 7, 8, below(89), func(p *bindings.SetParameters) { p.MinStake, p.MaxStake = big.NewInt(8), big.NewInt(8) }},
		{"maxVaultStake", func(p *bindings.SetParameters) { p.MaxVaultStake = big.NewInt(0) }, 0, 1, below(89), func(p *bindings.SetParameters) { p.MaxVaultStake = big.NewInt(1) }},
		{"maxVaultStake", func(p *bindings.SetParameters) { p.MaxVaultStake = power(2, 89) }, power(2, 89), 1, below(89), func(p *bindings.SetParameters) { p.MaxVaultStake = below(89) }},
		{"emissionRule", func(p *bindings.SetParameters) { p.EmissionRule = 2 }, 2, 0, 1, func(p *bindings.SetParameters) { p.EmissionRule = 1 }},
		{"eraRateBps", func(p *bindings.SetParameters) { p.EraRateBps = 1_001 }, 1_001, 0, 1_000, func(p *bindings.SetParameters) { p.EraRateBps = 1_000 }},
		{"performanceRule", func(p *bindings.SetParameters) { p.PerformanceRule = 2 }, 2, 0, 1, func(p *bindings.SetParameters) { p.PerformanceRule = 1 }},
		{"performanceFloor", func(p *bindings.SetParameters) { p.PerformanceFloor = core.One + 1 }, uint64(core.One + 1), 0, uint64(core.One), func(p *bindings.SetParameters) { p.PerformanceFloor = core.One }},
		{"equivocationBps", func(p *bindings.SetParameters) { p.EquivocationBps = 0 }, 0, 1, 10_000, func(p *bindings.SetParameters) { p.EquivocationBps = 1 }},
		{"equivocationBps", func(p *bindings.SetParameters) { p.EquivocationBps = 10_001 }, 10_001, 1, 10_000, func(p *bindings.SetParameters) { p.EquivocationBps = 10_000 }},
		{"wrongResultBps", func(p *bindings.SetParameters) { p.WrongResultBps = 0 }, 0, 1, 1_000, func(p *bindings.SetParameters) { p.WrongResultBps = 1 }},
		{"wrongResultBps", func(p *bindings.SetParameters) { p.WrongResultBps = 1_001 }, 1_001, 1, 1_000, func(p *bindings.SetParameters) { p.WrongResultBps = 1_000 }},
		{"bountyBps", func(p *bindings.SetParameters) { p.BountyBps = 1_001 }, 1_001, 0, 1_000, func(p *bindings.SetParameters) { p.BountyBps = 1_000 }},
		{"jailEras", func(p *bindings.SetParameters) { p.JailEras = 0 }, 0, 1, 10_000, func(p *bindings.SetParameters) { p.JailEras = 1 }},
		{"jailEras", func(p *bindings.SetParameters) { p.JailEras = 10_001 }, 10_001, 1, 10_000, func(p *bindings.SetParameters) { p.JailEras = 10_000 }},
		{"bond", func(p *bindings.SetParameters) { p.Bond = big.NewInt(0) }, 0, 1, below(92), func(p *bindings.SetParameters) { p.Bond = big.NewInt(1) }},
		{"bond", func(p *bindings.SetParameters) { p.Bond = power(2, 92) }, power(2, 92), 1, below(92), func(p *bindings.SetParameters) { p.Bond = below(92) }},
	}
	at := w.Roster.At.Middleware
	calls := map[string]func(bindings.SetParameters) []byte{
		"createSet": func(p bindings.SetParameters) []byte { return middleware.PackCreateSet(p, 0, [32]byte{}) },
		"announceParameters": func(p bindings.SetParameters) []byte {
			return middleware.PackAnnounceParameters(chain.Number(w.set), p)
		},
	}
	for _, test := range tests {
		for name, call := range calls {
			bad, good := devnet.DefaultParameters(), devnet.DefaultParameters()
			test.bad(&bad)
			test.good(&good)
			wantRevertArgs(t, w.simulate(w.Owner, at, call(bad)), "ParameterOutOfBounds", test.name, test.value, test.least, test.most)
			if err := w.simulate(w.Owner, at, call(good)); err != nil {
				t.Errorf("%s at its bound in %s: %v", test.name, name, err)
			}
		}
	}
	for name, call := range calls {
		wantRevertArgs(t, w.try(w.attacker, at, call(devnet.DefaultParameters())), "OwnableUnauthorizedAccount", w.attacker.Sender.From())
		if name == "announceParameters" {
			wantRevertArgs(t, w.try(w.Owner, at, middleware.PackAnnounceParameters(chain.Number(core.SetID(1)), devnet.DefaultParameters())), "UnknownSet", 1)
		}
	}
}

// announceReward has the owner announce another reward of an era, and returns from when it counts.
func (w *world) announceReward(set core.SetID, reward uint64) core.Time {
	w.t.Helper()
	p := devnet.DefaultParameters()
	p.EraReward = whole(reward)
	receipt := w.do(w.Owner, w.Roster.At.Middleware, middleware.PackAnnounceParameters(chain.Number(set), p))
	for _, l := range receipt.Logs {
		if e, err := middleware.UnpackParametersAnnouncedEvent(l); err == nil {
			if at, counts := core.Time(e.From.Uint64()), w.Now()+w.Roster.Times.Notice; at < counts {
				w.t.Fatalf("counts from %d, less than the notice after %d", at, w.Now())
			}
			return core.Time(e.From.Uint64())
		}
	}
	w.t.Fatal("no event")
	return 0
}

func (w *world) eraReward(set core.SetID, at core.Time) core.Amount {
	w.t.Helper()
	return chain.Amount(ask(w, w.Roster.At.Middleware, middleware.PackEraRewardAt(chain.Number(set), chain.Number(at)), middleware.UnpackEraRewardAt))
}

// Parameters count from the next second when their set is created, and from the first capture at least `notice`
// after an announcement: announced a second later than for one capture, they count from the next.
func TestNoticeIsExact(t *testing.T) {
	w := newWorld(t, options{network: devnet.NetworkOptions{Setup: 1_200}})
	times := w.Roster.Times
	w.nextAt(times.Capture(0) + times.EraDuration - times.Notice) // capture(1) is exactly a notice later
	if from := w.announceReward(w.set, 1); from != times.Capture(1) {
		t.Fatalf("announced at %d it counts from %d, want capture(1) = %d", w.Now(), from, times.Capture(1))
	}
	if from := w.announceReward(w.set, 2); from != times.Capture(2) {
		t.Fatalf("announced at %d it counts from %d, want capture(2) = %d", w.Now(), from, times.Capture(2))
	}
	if from := w.announceReward(w.set, 3); from != times.Capture(2) {
		t.Fatalf("announced again it counts from %d", from)
	}
	for at, want := range map[core.Time]uint64{
		times.Capture(0): 1_000, times.Capture(1) - 1: 1_000, times.Capture(1): 1, times.Capture(2) - 1: 1, times.Capture(2): 3,
	} {
		wantAmount(t, "reward", w.eraReward(w.set, at), vara(want))
	}
}

// An announcement long before the first capture counts from the first one, not before it.
func TestNoticeBeforeTheFirstCapture(t *testing.T) {
	w := newWorld(t, options{network: longSetup()})
	first := w.Roster.Times.Capture(0)
	if from := w.announceReward(w.set, 7); from != first {
		t.Fatalf("counts from %d, want the first capture %d", from, first)
	}
	set, err := w.CreateSet(w.ctx, devnet.DefaultParameters())
	w.must(err)
	created := w.Now()
	wantAmount(t, "reward in the second of createSet", w.eraReward(set, created), vara(0))
	wantAmount(t, "reward a second later", w.eraReward(set, created+1), vara(1_000))
	wantAmount(t, "reward of the older set until its capture", w.eraReward(w.set, first-1), vara(1_000))
	wantAmount(t, "reward of the older set from it", w.eraReward(w.set, first), vara(7))
}

// All parameters come back as they were given, every bit of them, and each view says the same as the whole.
func TestParametersAreKept(t *testing.T) {
	w := newWorld(t, options{})
	full := bindings.SetParameters{MaxExecutors: 128, MinStake: below(89), MaxStake: below(89), MaxVaultStake: below(89), EraReward: below(96),
		EmissionRule: 1, EraRateBps: 1_000, PerformanceRule: 1, PerformanceFloor: core.One, EquivocationBps: 10_000, WrongResultBps: 1_000,
		BountyBps: 1_000, BountyCap: below(96), JailEras: 10_000, ProposerReward: below(96), BatchReward: below(96), MessageFee: below(96), Bond: below(92)}
	for _, p := range []bindings.SetParameters{full, devnet.DefaultParameters()} {
		set, err := w.CreateSet(w.ctx, p)
		w.must(err)
		at := w.Now() + 1
		got, err := w.Roster.Parameters(w.ctx, set, at, w.Block())
		w.must(err)
		if plain(got) != plain(p) {
			t.Errorf("kept %v, given %v", got, p)
		}
		id, t0 := chain.Number(set), chain.Number(at)
		rules := ask(w, w.Roster.At.Middleware, middleware.PackElectionRulesAt(id, t0), middleware.UnpackElectionRulesAt)
		terms := ask(w, w.Roster.At.Middleware, middleware.PackProposalTermsAt(id, t0), middleware.UnpackProposalTermsAt)
		offence := ask(w, w.Roster.At.Middleware, middleware.PackOffenceTermsAt(id, t0), middleware.UnpackOffenceTermsAt)
		proposer := ask(w, w.Roster.At.Middleware, middleware.PackProposerRewardAt(id, t0), middleware.UnpackProposerRewardAt)
		batches := ask(w, w.Roster.At.Middleware, middleware.PackBatchRewardAt(id, t0), middleware.UnpackBatchRewardAt)
		fee := ask(w, w.Roster.At.Middleware, middleware.PackMessageFeeAt(id, t0), middleware.UnpackMessageFeeAt)
		views := []any{rules.MaxExecutors, rules.MinStake, rules.MaxStake, terms.MaxExecutors, terms.MaxStake, terms.Bond, terms.BatchReward,
			offence.EquivocationBps, offence.WrongResultBps, offence.BountyBps, offence.JailEras, offence.BountyCap, proposer, batches, fee}
		want := []any{p.MaxExecutors, p.MinStake, p.MaxStake, p.MaxExecutors, p.MaxStake, p.Bond, p.BatchReward,
			p.EquivocationBps, p.WrongResultBps, p.BountyBps, p.JailEras, p.BountyCap, p.ProposerReward, p.BatchReward, p.MessageFee}
		for i := range views {
			if plain(views[i]) != plain(want[i]) {
				t.Errorf("view %d says %s, want %s", i, plain(views[i]), plain(want[i]))
			}
		}
	}
}

// The owner hands its part over in two steps; the old one stays until the new one takes it, and can change its mind.
func TestOwnershipInTwoSteps(t *testing.T) {
	w := newWorld(t, options{})
	at := w.Roster.At.Middleware
	owner := func() common.Address { return ask(w, at, middleware.PackOwner(), middleware.UnpackOwner) }
	old, heir := w.Owner.Sender.From(), w.watcher.Sender.From()
	wantRevertArgs(t, w.try(w.attacker, at, middleware.PackTransferOwnership(w.attacker.Sender.From())),
		"OwnableUnauthorizedAccount", w.attacker.Sender.From())
	w.do(w.Owner, at, middleware.PackTransferOwnership(w.attacker.Sender.From()))
	w.do(w.Owner, at, middleware.PackTransferOwnership(heir))
	if owner() != old {
		t.Fatal("handed over in one step")
	}
	wantRevertArgs(t, w.try(w.attacker, at, middleware.PackAcceptOwnership()), "OwnableUnauthorizedAccount", w.attacker.Sender.From())
	w.do(w.Owner, at, middleware.PackAnnounceCollateral(common.Address{1}, common.Big1)) // still its
	w.do(w.watcher, at, middleware.PackAcceptOwnership())
	if owner() != heir {
		t.Fatal("not handed over")
	}
	wantRevertArgs(t, w.try(w.Owner, at, middleware.PackCreateSet(devnet.DefaultParameters(), 0, [32]byte{})), "OwnableUnauthorizedAccount", old)
	// Rewards asks the Middleware who the owner is, so that part moves along.
	wantRevertArgs(t, w.try(w.Owner, w.Roster.At.Rewards, rewards.PackCancelRewards(chain.Number(w.set))), "OnlyOwner", old)
	wantRevertArgs(t, w.try(w.watcher, w.Roster.At.Rewards, rewards.PackCancelRewards(chain.Number(w.set))), "NoRewardsPending", w.set)
}
