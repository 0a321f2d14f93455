package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
)

// electionActs are what anyone may do about an election. Nodes do all of it by themselves.
func electionActs() []*cobra.Command {
	return []*cobra.Command{
		eraAct("seal", "Fix the seed of an era, which decides ties",
			"seal fixes the seed of an era once its capture is long enough past. The seed is the prevrandao of the block that has it.",
			func(ctx context.Context, s session, _ core.Address, e core.Era, head uint64) ([]step, error) {
				at, sealed, err := s.SealedAt(ctx, e, head)
				if err != nil {
					return nil, err
				}
				_, now, err := s.Head(ctx)
				if err != nil {
					return nil, err
				}
				if from := s.Times.SealableAt(e); !sealed && now < from {
					return nil, fmt.Errorf("era %d can be sealed from %s on", e, doctor.Moment(from, now))
				}
				what := fmt.Sprintf("seal era %d", e)
				if sealed {
					what += ", sealed " + doctor.Moment(at, now)
				}
				return []step{{what, sealed, engine.SealCall(s.At, e)}}, nil
			}),
		eraAct("propose", "Post the list of an era, with a bond",
			"propose computes the election of an era and posts the list. The Router takes a bond from the sender, and gives it back when the list\nhas stood: roster election release.", proposeSteps),
		eraAct("challenge", "Prove the list of an era wrong, and post the right one",
			"challenge compares the list that stands with the election computed here, and proves in one call that it is wrong. The sender gets half\nof its bond, and has one of its own at stake for the right list, which is posted with it.", challengeSteps),
		eraAct("release", "Have a bond go back to whoever posted a list that has stood",
			"release gives the bond of an era's list back to its proposer. Anyone may, once the list can be challenged no longer.",
			func(ctx context.Context, s session, _ core.Address, e core.Era, head uint64) ([]step, error) {
				posted, err := s.PostedOf(ctx, s.set, e, head)
				if err != nil {
					return nil, err
				}
				if posted.Proposer == (core.Address{}) {
					return nil, fmt.Errorf("no list stands for era %d of set %d", e, s.set)
				}
				return []step{{fmt.Sprintf("give the bond of era %d back to %s", e, posted.Proposer), posted.Released, engine.ReleaseCall(s.At, s.set, e)}}, nil
			}),
	}
}

// eraAct is a command about one era of the set.
func eraAct(name, short, long string, plan func(context.Context, session, core.Address, core.Era, uint64) ([]step, error)) *cobra.Command {
	var f programFlags
	var a actFlags
	c := &cobra.Command{Use: name + " ERA", Short: short, Long: long + " Nodes do it by themselves.", Args: cobra.ExactArgs(1)}
	f.acting(c.Flags())
	a.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		e, err := readEra(args[0])
		if err != nil {
			return usage(c, err)
		}
		return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
			steps, err := plan(ctx, s, who, e, head)
			return planned{title: fmt.Sprintf("Set %d, era %d, by %s:", s.set, e, who), steps: steps}, err
		})
	}
	return c
}

func readEra(text string) (core.Era, error) {
	n, err := strconv.ParseUint(text, 10, 47) // beyond, no start has a time (protocol §2)
	if err != nil {
		return 0, fmt.Errorf("era %q: want its number", text)
	}
	return core.Era(n), nil
}

// bondSteps let the Router take a bond, and say what it is.
func (s session) bondSteps(ctx context.Context, who core.Address, e core.Era, head uint64) ([]step, core.Amount, error) {
	posted, err := s.PostedOf(ctx, s.set, e, head)
	if err != nil {
		return nil, core.Amount{}, err
	}
	bond, err := s.BondAt(ctx, s.set, s.Times.Capture(e), head)
	if err != nil {
		return nil, bond, err
	}
	bond = engine.BondAfter(bond, posted.Discarded)
	has, err := s.BalanceAt(ctx, common.Address(who), head)
	if err != nil {
		return nil, bond, err
	}
	if has.Lt(&bond) {
		return nil, bond, fmt.Errorf("%s has %s, needs %s for the bond", who, doctor.Vara(has), doctor.Vara(bond))
	}
	approved, err := engine.BondApproved(ctx, s.Roster, common.Address(who), chain.Number(head))
	return []step{{"let the Router take bonds", approved, engine.ApproveBondCall(s.At)}}, bond, err
}

func proposeSteps(ctx context.Context, s session, who core.Address, e core.Era, head uint64) ([]step, error) {
	if _, stands, err := s.Standing(ctx, s.set, e, head); err != nil || stands {
		if stands {
			err = fmt.Errorf("a list stands for era %d of set %d already; if it is wrong: roster election challenge %d", e, s.set, e)
		}
		return nil, err
	}
	d, err := s.decided(ctx, e, head)
	if err != nil {
		return nil, err
	}
	if len(d.Result.Executors) == 0 {
		return nil, fmt.Errorf("nobody is eligible in era %d of set %d: there is no list", e, s.set)
	}
	p, err := d.Proposal()
	if err != nil {
		return nil, err
	}
	steps, bond, err := s.bondSteps(ctx, who, e, head)
	return append(steps, step{fmt.Sprintf("post a list of %d Executors with a bond of %s", len(d.Result.Executors), doctor.Vara(bond)), false,
		engine.ProposeCall(s.At, s.set, e, p)}), err
}

func challengeSteps(ctx context.Context, s session, who core.Address, e core.Era, head uint64) ([]step, error) {
	standing, stands, err := s.Standing(ctx, s.set, e, head)
	if err == nil && !stands {
		err = fmt.Errorf("no list stands for era %d of set %d: roster election propose %d", e, s.set, e)
	}
	if err != nil {
		return nil, err
	}
	d, err := s.decided(ctx, e, head)
	if err != nil {
		return nil, err
	}
	found, err := engine.Audit(standing, d)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("the list of era %d of set %d is right: there is nothing to challenge", e, s.set)
	}
	replacement := engine.NoProposal()
	var steps []step
	if len(d.Result.Executors) > 0 {
		if replacement, err = d.Proposal(); err != nil {
			return nil, err
		}
		if steps, _, err = s.bondSteps(ctx, who, e, head); err != nil {
			return nil, err
		}
	}
	call, err := engine.ChallengeCall(s.At, standing, found[0], d, replacement)
	return append(steps, step{fmt.Sprintf("prove the list of %s wrong (%s) and post the right one", standing.Proposer, found[0].Kind), false, call}), err
}

// decided is an election that is sealed.
func (s session) decided(ctx context.Context, e core.Era, head uint64) (engine.Decision, error) {
	d, err := engine.Decide(ctx, s.Roster, s.set, e, head)
	if errors.Is(err, engine.ErrNotSealed) {
		return d, fmt.Errorf("era %d is not sealed yet: roster election seal %d", e, e)
	}
	return d, err
}
