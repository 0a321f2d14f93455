package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// lie is what is wrong with Mallory's list.
type lie int

const (
	honest lie = iota
	omission
	wrongWeight
)

// elections seals an era and has every set's Executors found, posted and watched.
func (s *story) elections(ctx context.Context, e core.Era) error {
	if err := s.reach(s.Roster.Times.Capture(e)); err != nil {
		return err
	}
	s.tell.say("Capture: the stake of this second counts for era %d.", e)
	for _, x := range s.cast.sets {
		d, err := s.Decide(ctx, s.cast.proposer.Hand, x.id, e)
		if err != nil {
			return err
		}
		s.sayElection(x, d)
		x.elected = devnet.Term{}
		if len(d.Result.Executors) == 0 {
			continue
		}
		if wrong := s.liesIn(x, e); wrong == honest {
			err = s.propose(ctx, x, d)
		} else {
			err = s.proposeWrongly(ctx, x, d, wrong)
		}
		if err != nil {
			return err
		}
		if x.elected, err = s.Term(ctx, d); err != nil {
			return err
		}
		if err := s.watch(x, d); err != nil {
			return err
		}
	}
	return nil
}

// propose posts the right list.
func (s *story) propose(ctx context.Context, x *set, d engine.Decision) error {
	p, err := d.Proposal()
	if err != nil {
		return err
	}
	receipt, err := s.cast.proposer.Propose(ctx, x.id, d.Result.Era, p)
	if err != nil {
		return err
	}
	s.tell.note("%s posts the list with a bond, %s gas.", s.cast.proposer.name, group(fmt.Sprint(receipt.GasUsed)))
	return nil
}

// watch is an honest node's look at what stands: it has computed the election itself.
func (s *story) watch(x *set, d engine.Decision) error {
	challenges, err := engine.Audit(x.elected.Elected, d)
	if err != nil {
		return err
	}
	if len(challenges) > 0 {
		return fmt.Errorf("the list that stands for %s, era %d, would lose to %s", x.called(), d.Result.Era, challenges[0])
	}
	return nil
}

// sayElection tells who is in and who is out, and why: the words are core's.
func (s *story) sayElection(x *set, d engine.Decision) {
	var out []string
	for _, o := range d.Result.Outcomes {
		s.noteOutcome(x, d, o)
		if !o.Elected {
			out = append(out, s.tell.name(o.Operator)+", "+s.why(o))
		}
	}
	s.tell.say("%s elects for era %d: %s.", x.called(), d.Result.Era, s.roll(d.Result.Executors))
	for i, o := range out {
		s.tell.note("%s %s", []string{"Out:", "    "}[min(i, 1)], o)
	}
	s.sayTies(x, d)
}

// why is an outcome's reason with its numbers.
func (s *story) why(o election.Outcome) string {
	switch o.Code {
	case election.BelowMinimum.Code:
		return fmt.Sprintf("%s: has %s of %s", o.Short, amount(o.Stake), amount(o.Need))
	case election.Outranked.Code:
		return fmt.Sprintf("%s: %s is %s too little", o.Short, amount(o.Weight), amount(o.Gap))
	case election.LostLottery.Code:
		return fmt.Sprintf("%s among those with %s", o.Short, amount(o.Weight))
	case election.Jailed.Code:
		if e, ok := s.Roster.Times.At(o.JailedUntil); ok {
			return fmt.Sprintf("%s until era %d", o.Short, e)
		}
	}
	return o.Short
}

// noteOutcome notes the scenes that an outcome shows.
func (s *story) noteOutcome(x *set, d engine.Decision, o election.Outcome) {
	switch o.Code {
	case election.Outranked.Code:
		s.happen(sceneStakeDecides)
	case election.LostLottery.Code:
		s.happen(sceneLotteryDecides)
	case election.ElectedCapped.Code:
		s.happen(sceneCap)
	case election.Paused.Code:
		s.happen(scenePaused)
	case election.BelowMinimum.Code:
		s.happen(sceneBelowMinimum)
	case election.Jailed.Code:
		if s.accused[o.Operator] {
			s.happen(sceneJailedOut)
		}
	}
	if s.moved.resumed == o.Operator && x.id == 0 && o.Code != election.Paused.Code && s.moved.resumed != (core.Address{}) {
		s.happen(sceneResumed)
	}
	if x.id == 0 && d.Result.Era == 1 && o.Elected && o.Operator == s.moved.to {
		s.happen(sceneStakeMoved)
	}
}

// sayTies explains the order among those at the cap.
func (s *story) sayTies(x *set, d engine.Decision) {
	var tied []string
	var over int
	for _, o := range d.Result.Outcomes {
		if o.Rank > 0 && o.Weight == d.Snapshot.Rules.MaxStake {
			tied = append(tied, s.tell.name(o.Operator))
			if o.Stake.Gt(&o.Cap) {
				over++
			}
		}
	}
	if len(tied) < 2 {
		return
	}
	s.happen(sceneLotteryTie)
	s.tell.note("%d tie at the cap of %s (%d have more). The lottery's order: %s.", len(tied), amount(d.Snapshot.Rules.MaxStake), over, list(tied))
	if seats := int(d.Snapshot.Rules.MaxExecutors); len(tied) > seats {
		s.tell.note("There are %d seats for them: luck decides, not more stake.", seats)
	}
}

// proposeWrongly has Mallory post a wrong list, and the watcher prove it and post the right one in the same call.
func (s *story) proposeWrongly(ctx context.Context, x *set, d engine.Decision, wrong lie) error {
	entries, what, err := s.forge(d, wrong)
	if err != nil {
		return err
	}
	aggregate, err := engine.Aggregate(entries, d.Registered)
	if err != nil {
		return err
	}
	p, err := engine.ProposalOf(d.Draw.Seed, entries, aggregate)
	if err != nil {
		return err
	}
	if _, err := s.cast.mallory.Propose(ctx, x.id, d.Result.Era, p); err != nil {
		return err
	}
	s.tell.say("%s is first, and posts a list %s.", s.tell.bad("Mallory"), what)
	return s.challenge(ctx, x, d, wrong)
}

// challenge is what a watcher does about a standing list that is not the one it computed.
func (s *story) challenge(ctx context.Context, x *set, d engine.Decision, wrong lie) error {
	standing, stands, err := s.Roster.Standing(ctx, x.id, d.Result.Era, s.Block())
	if err != nil || !stands {
		return fmt.Errorf("look at the list for %s, era %d: stands: %v, %w", x.called(), d.Result.Era, stands, err)
	}
	challenges, err := engine.Audit(standing, d)
	if err != nil {
		return err
	}
	kind, scene := election.ChallengeOmission, sceneOmission
	if wrong == wrongWeight {
		kind, scene = election.ChallengeEntry, sceneWrongWeight
	}
	i := slices.IndexFunc(challenges, func(c election.Challenge) bool { return c.Kind == kind })
	if i < 0 {
		return fmt.Errorf("the audit of Mallory's list finds %v, no %s", challenges, kind)
	}
	right, err := d.Proposal()
	if err != nil {
		return err
	}
	receipt, err := s.cast.watcher.Challenge(ctx, standing, challenges[i], d, right)
	if err != nil {
		return err
	}
	discarded, err := s.Roster.DiscardedOf(ctx, x.id, s.Block())
	if err != nil {
		return err
	}
	last := discarded[len(discarded)-1]
	if last.Era != uint64(d.Result.Era) {
		return fmt.Errorf("the challenge of era %d discarded a list of era %d", d.Result.Era, last.Era)
	}
	s.tell.say("%s computed the election, too: the list %s (%s).", s.tell.good(s.cast.watcher.name), challenges[i].Short,
		s.tell.name(challenges[i].Right.Operator))
	s.tell.note("One call proves it and posts the right list: %s, %s gas.", kind, group(fmt.Sprint(receipt.GasUsed)))
	s.tell.note("Mallory's bond is gone: %s to the watcher, %s to the pot.", wvara(chain.Amount(last.ToChallenger)), wvara(chain.Amount(last.ToPot)))
	s.happen(scene)
	return nil
}

// forge makes a list that the Router takes and that is wrong, and says how in words.
func (s *story) forge(d engine.Decision, wrong lie) ([]merkle.Entry, string, error) {
	right := d.Result.Executors
	if len(right) < 2 {
		return nil, "", fmt.Errorf("a list of %d entries has no room for a lie", len(right))
	}
	next, found := s.firstOut(d)
	if wrong == omission {
		entries := slices.Delete(slices.Clone(right), 1, 2)
		text := "that leaves out " + s.tell.name(right[1].Operator)
		if found {
			entries, text = append(entries, next), text+" and has "+s.tell.name(next.Operator)+" in the last place"
		}
		return entries, text, nil
	}
	entries := slices.Clone(right)
	last := &entries[len(entries)-1]
	if found && next.Weight.Lt(&last.Weight) { // a friend, with just enough less than the one before it
		before := entries[len(entries)-2].Weight
		real := next.Weight
		next.Weight = *new(core.Amount).SubUint64(&before, 1)
		*last = next
		return entries, fmt.Sprintf("that gives %s %s instead of %s", s.tell.name(next.Operator), amount(next.Weight), amount(real)), nil
	}
	last.Weight = *new(core.Amount).Div(&last.Weight, uint256.NewInt(2))
	return entries, fmt.Sprintf("that gives %s half of its weight", s.tell.name(last.Operator)), nil
}

// firstOut is the entry of the first eligible operator that was not elected.
func (s *story) firstOut(d engine.Decision) (merkle.Entry, bool) {
	for _, o := range d.Result.Outcomes {
		if o.Elected || o.Rank == 0 {
			continue
		}
		for _, known := range d.Snapshot.Operators {
			if known.Address == o.Operator {
				return merkle.Entry{Operator: o.Operator, Weight: o.Weight, KeyHash: known.KeyHash}, true
			}
		}
	}
	return merkle.Entry{}, false
}
