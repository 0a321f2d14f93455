package doctor

import (
	"context"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
)

// parameters tells what of the set's economics changes at the next capture, and what is announced for later.
func (v *visit) parameters(ctx context.Context) error {
	now, err := v.roster.Parameters(ctx, v.Set, v.now, v.block)
	if err != nil {
		return err
	}
	changes := differences(chain.ParametersOf(now), v.rules)
	if changes != "" {
		changes = fmt.Sprintf("at the capture of era %d, %s: %s", v.next, Moment(v.capture, v.now), changes)
	}
	announced, err := v.announced(ctx)
	if err != nil {
		return err
	}
	if text := strings.Join(append(nonEmpty(changes), announced...), "; "); text != "" {
		v.ok("parameters", "", "%s", text)
		return nil
	}
	v.ok("parameters", "", "%s of %s to %s; nothing is announced", plural(int(v.rules.MaxExecutors), "seat"),
		Vara(v.rules.MinStake), Vara(v.rules.MaxStake))
	return nil
}

func nonEmpty(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// announced tells what counts from a later capture than the next.
func (v *visit) announced(ctx context.Context) ([]string, error) {
	event := middleware.GetABI().Events["ParametersAnnounced"].ID
	logs, err := chain.Logs(ctx, v.client, v.roster.FirstBlock, v.block, []common.Address{v.Middleware},
		[][]common.Hash{{event}, {common.BigToHash(chain.Number(v.Set))}})
	if err != nil {
		return nil, err
	}
	var list []string
	before := v.rules
	for i := range logs {
		e, err := middleware.UnpackParametersAnnouncedEvent(&logs[i])
		if err != nil {
			return nil, err
		}
		if from := core.Time(e.From.Uint64()); from > v.capture {
			p := chain.ParametersOf(e.Parameters)
			if changes := differences(before, p); changes != "" {
				list = append(list, fmt.Sprintf("announced for %s: %s", Moment(from, v.now), changes))
			}
			before = p
		}
	}
	return list, nil
}

// differences names each parameter that two sets of them have differently.
func differences(a, b stake.Parameters) string {
	amount := func(x core.Amount) string { return Vara(x) }
	number := func(x any) string { return fmt.Sprint(x) }
	var list []string
	for _, p := range []struct{ name, a, b string }{
		{"maxExecutors", number(a.MaxExecutors), number(b.MaxExecutors)},
		{"minStake", amount(a.MinStake), amount(b.MinStake)}, {"maxStake", amount(a.MaxStake), amount(b.MaxStake)},
		{"maxVaultStake", amount(a.MaxVaultStake), amount(b.MaxVaultStake)}, {"eraReward", amount(a.EraReward), amount(b.EraReward)},
		{"emissionRule", number(a.EmissionRule), number(b.EmissionRule)}, {"eraRateBps", number(a.EraRateBps), number(b.EraRateBps)},
		{"performanceRule", number(a.PerformanceRule), number(b.PerformanceRule)},
		{"performanceFloor", number(a.PerformanceFloor), number(b.PerformanceFloor)},
		{"equivocationBps", number(a.EquivocationBps), number(b.EquivocationBps)},
		{"wrongResultBps", number(a.WrongResultBps), number(b.WrongResultBps)},
		{"bountyBps", number(a.BountyBps), number(b.BountyBps)}, {"bountyCap", amount(a.BountyCap), amount(b.BountyCap)},
		{"jailEras", number(a.JailEras), number(b.JailEras)}, {"proposerReward", amount(a.ProposerReward), amount(b.ProposerReward)},
		{"batchReward", amount(a.BatchReward), amount(b.BatchReward)}, {"messageFee", amount(a.MessageFee), amount(b.MessageFee)},
		{"bond", amount(a.Bond), amount(b.Bond)},
	} {
		if p.a != p.b {
			list = append(list, fmt.Sprintf("%s %s → %s", p.name, p.a, p.b))
		}
	}
	return strings.Join(list, ", ")
}

// pot compares the free pot with what an era reserves.
func (v *visit) pot(ctx context.Context) error {
	pot, err := chain.Read(ctx, v.client, v.roster.At.Rewards, v.at(), rewards.PackPotOf(chain.Number(v.Set)), rewards.UnpackPotOf)
	if err != nil {
		return err
	}
	free, need := chain.Amount(pot.Free), v.rules.EraReward
	check := Check{Name: "pot", Have: Vara(free), Need: Vara(need) + " for an era"}
	switch {
	case free.Lt(&need) && free.IsZero():
		v.found(potEmpty, check)
	case free.Lt(&need):
		v.found(potLow, check)
	default:
		v.ok("pot", "", "%s are free, an era takes %s", Vara(free), Vara(need))
	}
	return nil
}

// stage is how far the election of an era has come.
type stage struct {
	why      core.Reason // zero: nothing is late
	text     string
	activeAt core.Time // of a proposal that stands
}

// stageOf looks how far the election of a captured era has come.
func (v *visit) stageOf(ctx context.Context, e core.Era) (stage, error) {
	t := v.roster.Times
	sealable := t.SealableAt(e)
	if v.now < sealable {
		return stage{text: fmt.Sprintf("era %d can be sealed %s", e, Moment(sealable, v.now))}, nil
	}
	posted, err := v.roster.PostedOf(ctx, v.Set, e, v.block)
	if err != nil {
		return stage{}, err
	}
	if posted.Proposer != (core.Address{}) {
		at := t.ActiveAt(e, posted.PostedAt)
		return stage{activeAt: at, text: fmt.Sprintf("a list stands for era %d, its set is active %s", e, Moment(at, v.now))}, nil
	}
	late := v.now > sealable+t.InclusionMargin
	seed, err := v.roster.Seed(ctx, e, v.block)
	if err != nil {
		return stage{}, err
	}
	if seed.IsZero() {
		return overdue(late, notSealed, fmt.Sprintf("era %d is not sealed, since %s", e, Moment(sealable, v.now))), nil
	}
	snapshot, err := v.roster.Snapshot(ctx, v.Set, e, v.block)
	if err != nil {
		return stage{}, err
	}
	result, err := election.Elect(snapshot, election.Draw{ChainID: v.roster.ChainID, Router: core.Address(v.roster.At.Router), Seed: seed})
	if err != nil {
		return stage{}, err
	}
	if len(result.Executors) == 0 {
		return stage{why: nobodyEligible, text: fmt.Sprintf("nobody was eligible at the capture of era %d", e)}, nil
	}
	return overdue(late, notProposed, fmt.Sprintf("era %d is sealed, and nobody has proposed, since %s", e, Moment(sealable, v.now))), nil
}

// overdue is a stage that is a finding only once a transaction had time to get into a block.
func overdue(late bool, why core.Reason, text string) stage {
	if late {
		return stage{why: why, text: text}
	}
	return stage{text: text}
}

// executors looks at who acts in the clock's era.
func (v *visit) executors(ctx context.Context) error {
	t := v.roster.Times
	clock, started := t.At(v.now)
	if !started {
		v.ok("executors", "", "nobody acts before era 0 starts, %s", Moment(t.Genesis, v.now))
		return nil
	}
	active, any, err := v.roster.ActiveEra(ctx, v.Set, v.block)
	if err != nil {
		return err
	}
	if any && active == clock {
		v.ok("executors", "", "those of era %d; if none follow they fall %s", active, Moment(t.LifetimeEnd(active), v.now))
		return nil
	}
	s, err := v.stageOf(ctx, clock)
	if err != nil {
		return err
	}
	last := t.LifetimeEnd(clock) - min(t.LifetimeEnd(clock), t.ChallengeWindow+1)
	if any {
		v.found(setLate, Check{Name: "executors", Text: fmt.Sprintf("those of era %d still act, and fall %s; %s", active,
			Moment(t.LifetimeEnd(active), v.now), s.text), Have: fmt.Sprintf("era %d", active), Need: fmt.Sprintf("era %d", clock), By: last})
		return nil
	}
	v.found(noExecutors, Check{Name: "executors", Text: "nobody acts; " + s.text, Have: "none", Need: fmt.Sprintf("era %d", clock), By: last})
	return nil
}

// election looks at the era that is captured and not started.
func (v *visit) election(ctx context.Context) error {
	t := v.roster.Times
	clock, started := t.At(v.now)
	e, captured := t.CapturedAt(v.now)
	if !captured || started && e == clock {
		next := v.next
		v.ok("election", "", "era %d is captured %s, can be sealed %s, and its list must be posted by %s", next, Moment(v.capture, v.now),
			Moment(t.SealableAt(next), v.now), Moment(t.Start(next)-t.ChallengeWindow, v.now))
		return nil
	}
	s, err := v.stageOf(ctx, e)
	if err != nil {
		return err
	}
	if s.why.Code == "" {
		v.ok("election", "", "%s", s.text)
		return nil
	}
	check := Check{Name: "election", Text: s.text, By: t.Start(e) - t.ChallengeWindow}
	if s.why.Code == nobodyEligible.Code {
		check.By = v.capture
	}
	v.found(s.why, check)
	return nil
}

// pending looks at a reward statement that waits.
func (v *visit) pending(ctx context.Context) error {
	p, err := v.roster.PendingRewardsOf(ctx, v.Set, v.block)
	if err != nil {
		return err
	}
	switch {
	case p.Digest.IsZero():
		v.ok("rewards", "", "no statement waits")
	case v.now > p.ActivatableAt+v.roster.Times.InclusionMargin:
		v.found(rewardsWaiting, Check{Name: "rewards", Text: fmt.Sprintf("statement %s can be activated since %s", p.Digest,
			Moment(p.ActivatableAt, v.now))})
	default:
		v.ok("rewards", "", "statement %s can be activated %s", p.Digest, Moment(p.ActivatableAt, v.now))
	}
	return nil
}

// slashes looks at each case of the set: what is due, and how much of its window is gone.
func (v *visit) slashes(ctx context.Context) error {
	cases, disputes, err := v.Cases(ctx, v.roster, v.Set, v.block)
	if err != nil {
		return err
	}
	due, waiting, late := 0, 0, false
	for _, c := range cases {
		a := slash.Next(v.roster.Times, v.now, c, cases, disputes)
		if a.Verb == slash.Wait {
			waiting++
		}
		if a.Verb != slash.Request && a.Verb != slash.Execute {
			continue
		}
		due++
		check := Check{Name: "slashes", Subject: c.String(), Text: fmt.Sprintf("%s is due since %s", a.Verb, Moment(a.Window.Opens, v.now)),
			By: a.Window.Closes}
		switch a.Alarm {
		case slash.HalfGone:
			late = true
			v.found(slashLate, check)
		case slash.FourFifthsGone:
			late = true
			v.found(slashUrgent, check)
		}
	}
	if !late {
		v.ok("slashes", "", "%d due, %d waiting, none late", due, waiting)
	}
	return nil
}
