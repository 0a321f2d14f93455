package main

import (
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// forecast is that of an operator as the command writes it, and as the engine makes it, which are the same.
func (y *year) forecast(operator core.Address, eras int, words ...string) (j forecastJSON) {
	y.t.Helper()
	words = append([]string{"operator", "forecast", operator.String(), "--json", "--eras", fmt.Sprint(eras)}, words...)
	code, text := y.ask(words...)
	if err := json.Unmarshal([]byte(text), &j); err != nil || code != exitOK || j.Schema != "roster.operator.forecast/1" || len(j.Eras) != eras {
		y.t.Fatalf("%v: exit %d (%v):\n%s", words, code, err, text)
	}
	return j
}

// mirror is all events up to now.
func (y *year) mirror() engine.Mirrored {
	y.t.Helper()
	m, err := chain.OpenMirror(y.ctx, y.Roster)
	y.must(err)
	logs, err := m.Fetch(y.ctx, 0, y.Block())
	y.must(err)
	y.must(m.Apply(logs))
	return engine.Mirrored{Mirror: m}
}

// checkAhead compares what is read once for all eras with what each era's projection reads from the contracts.
func (y *year) checkAhead(from core.Era, eras int) {
	y.t.Helper()
	ahead, err := y.Roster.Ahead(y.ctx, y.Set, from, eras, y.Block(), y.Now())
	y.must(err)
	mirror := y.mirror()
	if mirrored, err := mirror.Ahead(y.ctx, y.Set, from, eras, y.Block(), y.Now()); err != nil || !reflect.DeepEqual(ahead, mirrored) {
		y.t.Errorf("from the chain %+v\nfrom its events %+v (%v)", ahead, mirrored, err)
	}
	for n := range eras - 1 {
		from, n := from+1, n+1
		a, err := y.Roster.Ahead(y.ctx, y.Set, from, n, y.Block(), y.Now())
		y.must(err)
		if b, _ := mirror.Ahead(y.ctx, y.Set, from, n, y.Block(), y.Now()); a.Later != b.Later {
			y.t.Errorf("%d eras: later %d, from events %d", n, a.Later, b.Later)
		}
	}
	for i, s := range ahead.Captures {
		want, err := y.Roster.Projection(y.ctx, y.Set, from+core.Era(i), y.Block())
		y.must(err)
		if !reflect.DeepEqual(s, want) {
			y.t.Errorf("era %d: ahead %+v\nprojected %+v", s.Era, s, want)
		}
	}
}

// turnsOf are the codes of an era's changes.
func turnsOf(e forecastEraJSON) (list []string) {
	for _, t := range e.Turns {
		list = append(list, t.Reason)
	}
	return list
}

func decimals(n uint64) string {
	a := vara(n)
	return a.Dec()
}

// TestOperatorForecast: what is announced falls due in the eras that the forecast says; every election is the foreseen one,
// and every era pays the operator and its vaults what was expected, to the unit. What was withdrawn is gone from the next
// capture and answers for the last one, until the vault frees it.
func TestOperatorForecast(t *testing.T) {
	t.Parallel()
	y := startYear(t)
	sinner, times := y.sinner.Address(), y.Roster.Times
	if j := y.forecast(sinner, 8); j.FallsOut || j.SureUntil != 8 || j.Later != 0 || j.Dry == nil || len(j.Exposed) != 0 ||
		j.Eras[0].Era != 0 || j.Eras[7].Stake != decimals(18_000) || len(j.Vaults) != 1 {
		t.Fatalf("nothing queued: %+v", j)
	}
	y.checkLottery()
	first, err := y.Elect(y.ctx, y.by, y.Set, 0)
	y.must(err)
	y.must(y.Activate(first))
	y.batchOfAll(first)

	// One of its stakers withdraws, the owner announces another minimum and reward, then another weight of wVARA, and an
	// operator raises its commission.
	_, free, err := y.Withdraw(y.ctx, y.stakers[1], y.own, vara(3_000))
	y.must(err)
	middleware := bindings.NewMiddleware()
	p := y.Parameters
	p.MinStake, p.EraReward = chain.Big(vara(14_000)), chain.Big(vara(700))
	_, err = devnet.Do(y.ctx, y.Owner, y.Roster.At.Middleware, middleware.PackAnnounceParameters(chain.Number(y.Set), p))
	y.must(err)
	lower, _, _ := times.Effective(y.Now())
	y.must(y.Team[2].Pause(y.ctx, y.Set))
	// A curator's limit counts at once, in both directions: nothing of it is queued.
	for _, limit := range []uint64{5_000, 12_000} {
		y.must(y.Limit(y.ctx, y.Hand(y.Roles[slices.IndexFunc(y.Roles, func(r devnet.Role) bool { return r.Name == "curator" })].Account),
			y.Set, y.Vaults[1].Vault, vara(limit)))
		if j := y.forecast(y.Team[1].Address(), 5); j.Eras[0].Stake != decimals(10_000+limit) || j.Eras[4].Stake != j.Eras[0].Stake || len(turnsOf(j.Eras[0])) > 0 {
			t.Errorf("a limit of %d: %+v", limit, j)
		}
	}
	_, err = y.sinner.Sender.Do(y.ctx, chain.CommissionCall(y.Roster.At, y.Set, 2_000))
	y.must(err)
	raised, _, _ := times.Effective(y.Now())
	y.must(y.AdvanceTo(times.Start(0) + times.EraDuration - times.ElectionLead - 5)) // still before the capture of era 1
	_, err = devnet.Do(y.ctx, y.Owner, y.Roster.At.Middleware, middleware.PackAnnounceCollateral(y.Roster.At.Token, new(big.Int).SetUint64(core.One*9/10)))
	y.must(err)
	weighed, _, _ := times.Effective(y.Now())
	eras := int(weighed) // from 1 on, with one after the last change
	y.checkAhead(1, eras+1)
	j := y.forecast(sinner, eras)
	for _, e := range j.Eras {
		want, short := []string(nil), "0"
		if e.Era == lower {
			want = append(want, election.MinStakeChange.Code)
		}
		if e.Era == raised {
			want = append(want, election.CommissionChange.Code)
		}
		if e.Era == weighed {
			want, short = append(want, election.CollateralChange.Code), decimals(500)
			for range 2 {
				want = append(want, election.RivalChange.Code)
			}
		}
		if have := turnsOf(e); !slices.Equal(have, want) || e.Elected != (e.Era < weighed) || e.Short != short {
			t.Errorf("era %d: %v, want %v: %+v", e.Era, have, want, e)
		}
	}
	if !j.FallsOut || j.SureUntil != weighed || j.Later != 0 || j.Eras[eras-1].Reason != election.BelowMinimum.Code {
		t.Errorf("%+v", j)
	}
	if short := y.forecast(sinner, 2); short.FallsOut || short.Later != min(times.Capture(lower), times.Capture(raised)) {
		t.Errorf("two eras: %+v", short)
	}
	for _, words := range [][]string{{"--stake", "15000wVARA"}, {"--performance", "10000"}} { // as it is
		if same := y.forecast(sinner, eras, words...); !reflect.DeepEqual(same.Eras, j.Eras) {
			t.Errorf("%v: %+v, want %+v", words, same.Eras, j.Eras)
		}
	}
	code, text := y.ask("operator", "forecast", sinner.String(), "--eras", fmt.Sprint(eras))
	for _, want := range []string{fmt.Sprintf("It has no sure seat in era %d: below the minimum stake; has 13500 wVARA, needs 14000 wVARA, by ", weighed),
		"minStake changes: 1000 wVARA -> 14000 wVARA", "the commission changes: 12.34 % -> 20.00 %",
		"the collateral's weight changes in vault " + core.Address(y.own.Address).String() + ": 1 -> 0.9", fmt.Sprintf("eras 1 to %d  ELECTED; rank 3, has 15000 wVARA, 14000 wVARA to spare; first capture", lower-1), "3000 wVARA withdrawn, free at ",
		"It answers for era 0 with 18000 wVARA", "500 wVARA more", "no batch was committed in an era just over"} {
		if code != exitOK || !strings.Contains(text, want) {
			t.Errorf("exit %d, no %q:\n%s", code, want, text)
		}
	}
	y.checkLeaving(j, free)
	y.liveAsForeseen(j)
	y.checkSupposed(sinner)
}

// checkLottery: with the weight of whoever has the last seat a newcomer is drawn, and so is the other; it counts half of what
// a seat brings.
func (y *year) checkLottery() {
	y.t.Helper()
	j := y.forecast(core.Address{0xab, 19: 1}, 2, "--stake", decimals(15_000), "--commission", "1000")
	e := j.Eras[0]
	total, half := new(core.Amount), new(core.Amount) // 15 of 78 parts of 1,000
	thousand := vara(1_000)
	total.Mul(&thousand, units(15)).Div(total, units(78))
	half.Div(total, units(10)).Div(half, units(2))
	if !j.FallsOut || e.Reason != election.LotteryOpen.Code || e.Places != 1 || e.Equals != 2 || e.Rank != 4 || e.Worst != 5 || e.Elected ||
		e.Earned != new(core.Amount).Div(total, units(10)).Dec() || j.Commissions != half.Mul(half, units(2)).Dec() {
		y.t.Errorf("a lottery: %+v", j)
	}
}

// checkLeaving: the withdrawal is in one of the vault's two buckets, and longer there than it can be slashed for era 0, for
// which it still answers.
func (y *year) checkLeaving(j forecastJSON, free core.Time) {
	y.t.Helper()
	v := j.Vaults[0]
	if v.Active != decimals(15_000) || len(j.Exposed) != 1 || j.Exposed[0].Slashable != decimals(18_000) || j.Eras[0].Stake != decimals(15_000) {
		y.t.Errorf("%+v, %+v", v, j.Exposed)
	}
	found := false
	for _, l := range v.Leaving {
		found = found || l.Amount == decimals(3_000) && l.FreeAt == free
	}
	clock, err := y.Roster.EpochOf(y.ctx, y.own.Address, y.Block())
	y.must(err)
	if until := y.Roster.Times.SlashableUntil(0, clock.Duration); !found || free <= until || until < j.Exposed[0].RequestBy {
		y.t.Errorf("free at %d, slashable until %d: %+v", free, until, v)
	}
}

// batchOfAll commits a batch that everybody signs.
func (y *year) batchOfAll(term devnet.Term) {
	y.t.Helper()
	_, _, err := y.CommitBatch(y.ctx, y.by, term, y.team, core.Hash{1})
	y.must(err)
}

// liveAsForeseen lives through the eras of a forecast, changing nothing, and compares.
func (y *year) liveAsForeseen(j forecastJSON) {
	y.t.Helper()
	foreseen, err := engine.Foretell(y.ctx, y.Roster, y.Roster, engine.Question{Set: y.Set, Operator: j.Operator, Eras: len(j.Eras), Performance: 10_000}, y.Block())
	y.must(err)
	ahead, err := y.Roster.Ahead(y.ctx, y.Set, j.Eras[0].Era, len(j.Eras), y.Block(), y.Now())
	y.must(err)
	mirrored, err := engine.Foretell(y.ctx, y.Roster, y.mirror(), foreseen.Question, y.Block())
	y.must(err)
	if !reflect.DeepEqual(foreseen, mirrored) {
		y.t.Errorf("from the chain %+v\nfrom its events %+v", foreseen, mirrored)
	}
	answers := false
	for i, e := range foreseen.Prospects {
		term, err := y.Elect(y.ctx, y.by, y.Set, e.Era)
		y.must(err)
		if !reflect.DeepEqual(term.Snapshot.Operators, ahead.Captures[i].Operators) || term.Snapshot.Rules != ahead.Captures[i].Rules {
			y.t.Errorf("era %d: captured %+v\nforeseen %+v", e.Era, term.Snapshot, ahead.Captures[i])
		}
		for _, o := range term.Result.Outcomes {
			if o.Operator == j.Operator && (o.Elected != e.Elected || o.Reason != e.Reason || o.Rank < e.Rank || o.Rank > e.Worst || o.Stake != e.Stake || o.Weight != e.Weight) {
				y.t.Errorf("era %d: %+v, foreseen %+v", e.Era, o, e)
			}
		}
		if i == 1 {
			for _, x := range y.forecast(j.Operator, 1).Exposed {
				answers = answers || x.Era == 0 && x.Slashable == decimals(18_000) || x.Era == 1 && x.Slashable != decimals(15_000)
			}
		}
		y.must(y.Activate(term))
		y.batchOfAll(term)
	}
	if !answers {
		y.t.Error("era 0 was forgotten before its time")
	}
	last := j.Eras[len(j.Eras)-1].Era
	y.must(y.AdvanceTo(y.Roster.Times.LifetimeEnd(last) + y.Roster.Times.SignersWindow + 1))
	if left := y.forecast(j.Operator, 1).Exposed; len(left) > 0 && left[0].Era == 0 {
		y.t.Errorf("it still answers for %+v", left)
	}
	paid := 0
	for i, x := range foreseen.Expected.Eras {
		facts, err := engine.Facts(y.ctx, y.Roster, y.Roster, y.Set, x.Era, y.Block())
		y.must(err)
		payout, err := reward.Calculate(facts)
		y.must(err)
		if facts.Emission != x.Emission || payout.Pool != x.Pool {
			y.t.Errorf("era %d: emission %s and pool %s, expected %s and %s", x.Era, facts.Emission.Dec(), payout.Pool.Dec(), x.Emission.Dec(), x.Pool.Dec())
		}
		for _, o := range payout.Operators {
			if o.Operator != j.Operator {
				continue
			}
			paid++
			var got []reward.VaultGain
			for _, v := range o.Vaults {
				got = append(got, reward.VaultGain{Vault: v.Vault, Stakers: v.Paid, Behind: foreseen.Prospects[i].Stake})
			}
			if o.Commission != x.Gain.Commission || !slices.Equal(got, x.Vaults) || o.Commission.IsZero() {
				y.t.Errorf("era %d: commission %s, vaults %+v, expected %+v", x.Era, o.Commission.Dec(), got, x)
			}
		}
	}
	if paid != len(j.Eras)-1 {
		y.t.Errorf("%d of %d eras paid it", paid, len(j.Eras))
	}
}

// checkSupposed: with what it is supposed to have an operator is where it comes to be when it has it; whoever is nobody is
// asked for a stake, and the rest is refused.
func (y *year) checkSupposed(operator core.Address) {
	y.t.Helper()
	need, err := uint256.FromDecimal(y.forecast(operator, 1).Eras[0].Short)
	y.must(err)
	supposed := y.forecast(operator, 1, "--stake", decimals(14_000), "--commission", "0")
	if !supposed.Eras[0].Elected || supposed.Eras[0].Stake != decimals(14_000) || supposed.Commissions != "0" || supposed.Stakers == "0" ||
		supposed.Stake == nil || supposed.Commission == nil {
		y.t.Errorf("supposed: %+v", supposed)
	}
	need.Mul(need, uint256.NewInt(10)).Add(need, uint256.NewInt(8)).Div(need, uint256.NewInt(9)) // at nine tenths, rounded up
	y.must(y.Deposit(y.ctx, y.stakers[0], y.own, *need))
	real := y.forecast(operator, 1, "--commission", "0")
	if real.Batches != 1 || real.Eras[0].outcomeJSON != supposed.Eras[0].outcomeJSON || real.Eras[0].Pool != supposed.Eras[0].Pool {
		y.t.Errorf("deposited: %+v, supposed %+v", real.Eras[0], supposed.Eras[0])
	}
	if _, err := engine.Foretell(y.ctx, y.Roster, y.Roster, engine.Question{Set: 77, Operator: operator, Eras: 1}, y.Block()); err == nil || !strings.Contains(err.Error(), "set 77") {
		y.t.Errorf("no such set: %v", err)
	}
	nobody := core.Address{0xab, 19: 1}
	if code, text := y.ask("operator", "forecast", nobody.String()); code != exitError || !strings.Contains(text, "never registered in set 0") {
		y.t.Errorf("exit %d: %s", code, text)
	}
	if j := y.forecast(nobody, 1, "--stake", "39000wVARA"); !j.Eras[0].Elected || len(j.Vaults) != 0 || j.Stakers == "0" {
		y.t.Errorf("a newcomer: %+v", j)
	}
	for _, words := range []string{"0x12", operator.String() + " --eras 0", operator.String() + " --stake 1.5", operator.String() + " --commission 10001",
		operator.String() + " --performance x", ""} {
		if code, text := y.ask(append([]string{"operator", "forecast"}, strings.Fields(words)...)...); code != exitUsage {
			y.t.Errorf("%s: exit %d: %s", words, code, text)
		}
	}
}

// TestOperatorForecastJail: a jailed operator is out until the capture at which its jail is over, and the others' places are
// what they are without it.
func TestOperatorForecastJail(t *testing.T) {
	t.Parallel()
	y := startYear(t)
	term, err := y.Elect(y.ctx, y.by, y.Set, 0)
	y.must(err)
	y.must(y.Activate(term))
	y.sin(term, y.batch(term))
	newest, _ := y.Roster.Times.CapturedAt(y.Now())
	y.checkAhead(newest+1, 6)
	j := y.forecast(y.sinner.Address(), 6)
	ends := slices.IndexFunc(j.Eras, func(e forecastEraJSON) bool { return slices.Contains(turnsOf(e), election.JailEnds.Code) })
	if ends < 1 || j.SureUntil != newest+1 || !j.FallsOut {
		t.Fatalf("jailed until era %d: %+v", ends, j)
	}
	for i, e := range j.Eras {
		if e.Elected != (i >= ends) || i < ends && e.Reason != election.Jailed.Code {
			t.Errorf("era %d: %+v", e.Era, e)
		}
	}
	rival := y.forecast(y.Team[2].Address(), 6)
	if have := turnsOf(rival.Eras[ends]); !slices.Equal(have, []string{election.RivalChange.Code}) || rival.Eras[ends].Rank != rival.Eras[0].Rank+1 {
		t.Errorf("the rival: %v, %+v", have, rival.Eras)
	}
	for _, e := range j.Eras[:ends+1] {
		d, err := y.Elect(y.ctx, y.by, y.Set, e.Era)
		y.must(err)
		in := slices.ContainsFunc(d.Snapshot.Operators, func(o stake.Operator) bool {
			return o.Address == j.Operator && !o.JailedAt(d.Snapshot.Capture)
		})
		if in != e.Elected || (d.IndexOf(j.Operator) >= 0) != e.Elected {
			t.Errorf("era %d: elected %v, foreseen %v", e.Era, in, e.Elected)
		}
	}
}

// TestOperatorForecastPot: a pot that does not hold what eras may reserve is followed to the unit, through what comes back to it
// and what it pays besides, and runs dry when it does.
func TestOperatorForecastPot(t *testing.T) {
	t.Parallel()
	y := startYear(t)
	p := y.Parameters
	p.EraReward, p.EmissionRule, p.EraRateBps = chain.Big(vara(48_000)), 1, 500 // of 63,000 wVARA: 3,150 an era
	_, err := devnet.Do(y.ctx, y.Owner, y.Roster.At.Middleware, bindings.NewMiddleware().PackAnnounceParameters(chain.Number(y.Set), p))
	y.must(err)
	rich, _, _ := y.Roster.Times.Effective(y.Now())
	live := func(e core.Era) (emission, free core.Amount) {
		term, err := y.Elect(y.ctx, y.by, y.Set, e)
		y.must(err)
		emission, err = y.Roster.Emission(y.ctx, y.Set, e, y.Block())
		y.must(err)
		free, _, err = y.Roster.FreePot(y.ctx, y.Set, y.Block())
		y.must(err)
		y.must(y.Activate(term))
		_, err = y.by.Release(y.ctx, y.Set, e)
		y.must(err)
		y.batchOfAll(term)
		y.rewards(term)
		return emission, free
	}
	for e := range rich {
		live(e)
	}
	f, err := engine.Foretell(y.ctx, y.Roster, y.Roster, engine.Question{Set: y.Set, Operator: y.sinner.Address(), Eras: 7, Performance: 10_000}, y.Block())
	y.must(err)
	if f.Prospects[0].Era != rich || y.Roster.Times.RewardLag() != 3 {
		t.Fatalf("from era %d, lag %d", f.Prospects[0].Era, y.Roster.Times.RewardLag())
	}
	short, found := core.Era(0), false
	for i, x := range f.Expected.Eras {
		emission, free := live(x.Era)
		if emission != x.Emission || free != x.Free {
			t.Errorf("era %d: emission %s and %s left, expected %s and %s", x.Era, emission.Dec(), free.Dec(), x.Emission.Dec(), x.Free.Dec())
		}
		full := f.Expected.Eras[0].Pool
		if !found && x.Pool.Lt(&full) {
			short, found = x.Era, true
		}
		if want := vara(48_000); i > 0 && emission == want && i == len(f.Expected.Eras)-1 {
			t.Errorf("the pot always held enough: the test shows nothing")
		}
	}
	if f.Expected.Dry != found && !(f.Expected.Dry && f.Expected.DryIn > f.Prospects[6].Era) || found && f.Expected.DryIn != short {
		t.Errorf("dry %v in era %d, was %v in era %d", f.Expected.Dry, f.Expected.DryIn, found, short)
	}
	t.Logf("dry in era %d of %d to %d", f.Expected.DryIn, rich, rich+6)
}
