package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/doctor"
)

func newSet() *cobra.Command {
	f := &programFlags{noPrograms: true}
	c := &cobra.Command{
		Use: "set", Short: "See an operator set's parameters, pot and seats; create and fund sets, announce changes", Args: noArguments,
		Long: `set is about one operator set (--set). Anyone may fund its pot. The owner creates sets, and announces changes of their
parameters: each counts from the first capture at least the notice later, so that whoever disagrees can leave first.`,
		Example: `  roster set show --set 0 --devnet devnet.json
  roster set announce --era-reward 500wVARA --devnet devnet.json --account owner
  roster set fund 1000wVARA --devnet devnet.json`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f.acting(c.PersistentFlags())
	c.AddCommand(newSetShow(f), newSetCreate(f), newAnnounce(f), newFund(f), newCancelRewards(f))
	return c
}

// setJSON is what roster set show writes; amounts are base units of wVARA.
type setJSON struct {
	Schema     string                `json:"schema"`
	Set        core.SetID            `json:"set"`
	Parameters map[string]any        `json:"parameters"`
	Announced  []changeJSON          `json:"announced"`
	Free       string                `json:"potFree"`
	Reserved   string                `json:"potReserved"`
	Contracts  chain.RewardContracts `json:"rewardContracts"`
	Pending    *pendingJSON          `json:"pendingRewards"` // null: none
	Seats      seatsJSON             `json:"seats"`
}

type changeJSON struct {
	From       core.Time      `json:"from"` // Unix seconds
	Era        core.Era       `json:"era"`
	Parameters map[string]any `json:"parameters"`
}

type pendingJSON struct {
	Digest        core.Hash `json:"digest"`
	ActivatableAt core.Time `json:"activatableAt"` // Unix seconds
}

type seatsJSON struct {
	Most   uint8     `json:"most"`
	Taken  int       `json:"taken"`
	Active *core.Era `json:"activeEra"` // null: no set is active
}

// seenSet is all that is shown of a set.
type seenSet struct {
	parameters     bindings.SetParameters
	announced      []chain.Change // that do not count yet
	free, reserved core.Amount
	contracts      chain.RewardContracts
	pending        chain.PendingRewards
	active         *core.Era
	taken          int
	now            core.Time
}

func (s session) seeSet(ctx context.Context) (seenSet, error) {
	var v seenSet
	if err := s.knownSet(ctx); err != nil {
		return v, err
	}
	head, now, err := s.Head(ctx)
	if err != nil {
		return v, err
	}
	v.now = now
	if v.parameters, err = s.Parameters(ctx, s.set, now+1, head); err != nil { // those of a set that was just created count by then
		return v, err
	}
	changes, err := s.ChangesOf(ctx, s.set, head)
	if err != nil {
		return v, err
	}
	for _, c := range changes {
		if c.From > now+1 {
			v.announced = append(v.announced, c)
		}
	}
	if v.free, v.reserved, err = s.FreePot(ctx, s.set, head); err != nil {
		return v, err
	}
	if v.contracts, err = s.RewardContractsOf(ctx, s.set, head); err != nil {
		return v, err
	}
	if v.pending, err = s.PendingRewardsOf(ctx, s.set, head); err != nil {
		return v, err
	}
	e, active, err := s.ActiveEra(ctx, s.set, head)
	if err != nil || !active {
		return v, err
	}
	list, _, err := s.Standing(ctx, s.set, e, head)
	v.active, v.taken = &e, len(list.Entries)
	return v, err
}

func newSetShow(f *programFlags) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show", Short: "Show the set's parameters, announced changes, pot, reward contracts and seats", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				v, err := s.seeSet(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(out, s.setJSON(v))
				}
				s.saySet(out, v)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return c
}

// eraFrom is the first era for which counts what counts from a capture on.
func (s session) eraFrom(capture core.Time) core.Era {
	e, _ := s.Times.CapturedAt(capture)
	return e
}

func (s session) setJSON(v seenSet) setJSON {
	j := setJSON{Schema: "roster.set/1", Set: s.set, Parameters: parametersJSON(v.parameters), Announced: []changeJSON{}, Free: v.free.Dec(),
		Reserved: v.reserved.Dec(), Contracts: v.contracts, Seats: seatsJSON{v.parameters.MaxExecutors, v.taken, v.active}}
	for _, c := range v.announced {
		j.Announced = append(j.Announced, changeJSON{c.From, s.eraFrom(c.From), parametersJSON(c.Parameters)})
	}
	if !v.pending.Digest.IsZero() {
		j.Pending = &pendingJSON{v.pending.Digest, v.pending.ActivatableAt}
	}
	return j
}

func (s session) saySet(out io.Writer, v seenSet) {
	fmt.Fprintf(out, "set %d\n", s.set)
	for _, of := range setParameters {
		fmt.Fprintf(out, "  %-17s %s\n", of.name, of.words(of.get(&v.parameters)))
	}
	before := v.parameters
	for _, c := range v.announced {
		fmt.Fprintf(out, "announced, from era %d, captured %s\n", s.eraFrom(c.From), doctor.Moment(c.From, v.now))
		for _, line := range difference(before, c.Parameters) {
			fmt.Fprintf(out, "  %s\n", line)
		}
		before = c.Parameters
	}
	fmt.Fprintf(out, "pot: %s free, %s reserved for eras that began\n", doctor.Vara(v.free), doctor.Vara(v.reserved))
	fmt.Fprintf(out, "reward contracts: %s of operators, %s of stakers\n", v.contracts.Operators, v.contracts.Stakers)
	if v.pending.Digest.IsZero() {
		fmt.Fprintln(out, "no rewards wait")
	} else {
		fmt.Fprintf(out, "rewards %s wait, activatable %s\n", v.pending.Digest, doctor.Moment(v.pending.ActivatableAt, v.now))
	}
	if v.active == nil {
		fmt.Fprintf(out, "seats: %d, no set is active\n", v.parameters.MaxExecutors)
	} else {
		fmt.Fprintf(out, "seats: %d, of which %d are taken in era %d, which is active\n", v.parameters.MaxExecutors, v.taken, *v.active)
	}
}

// showSet shows the set as it then is.
func (s session) showSet(ctx context.Context, out io.Writer) error {
	v, err := s.seeSet(ctx)
	if err == nil {
		s.saySet(out, v)
	}
	return err
}

func newFund(f *programFlags) *cobra.Command {
	var a actFlags
	c := &cobra.Command{
		Use: "fund AMOUNT", Short: "Add wVARA to the set's pot", Args: cobra.ExactArgs(1),
		Long: `fund lets Rewards take AMOUNT of the account's wVARA, if it may not yet, and adds it to the set's pot, which pays rewards,
proposers, batches and bounties, and nothing else. It does not come back. Anyone may.`,
		RunE: func(c *cobra.Command, args []string) error {
			amount, err := readPositive(args[0])
			if err != nil {
				return usage(c, err)
			}
			return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
				if err := s.knownSet(ctx); err != nil {
					return planned{}, err
				}
				has, allowed, err := s.Allowance(ctx, s.At.Token, s.At.Rewards, who, head)
				if err == nil && has.Lt(&amount) {
					err = fmt.Errorf("%s has %s, needs %s", who, doctor.Vara(has), doctor.Vara(amount))
				}
				words := doctor.Vara(amount)
				return planned{fmt.Sprintf("%s funds the pot of set %d:", who, s.set), []step{
					{"let Rewards take " + words, !allowed.Lt(&amount), chain.ApproveCall(s.At.Token, s.At.Rewards, amount)},
					{"add " + words + " to the pot", false, chain.FundCall(s.At, s.set, amount)},
				}, s.showSet}, err
			})
		},
	}
	a.flags(c)
	return c
}

func newCancelRewards(f *programFlags) *cobra.Command {
	var a actFlags
	c := &cobra.Command{
		Use: "cancel-rewards", Short: "Refuse the rewards that wait, for ever", Args: noArguments,
		Long: `cancel-rewards is the owner's, for rewards that its Executors certified and that are wrong: roster reward verify says whether they
are. Their digest never counts again; the next era's set signs another.`,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
				if err := s.knownSet(ctx); err != nil {
					return planned{}, err
				}
				pending, err := s.PendingRewardsOf(ctx, s.set, head)
				if err == nil && pending.Digest.IsZero() {
					err = fmt.Errorf("no rewards of set %d wait", s.set)
				}
				if err == nil {
					err = s.mustOwn(ctx, who, head)
				}
				return planned{title: fmt.Sprintf("%s refuses rewards of set %d:", who, s.set), steps: []step{
					{fmt.Sprintf("refuse %s, for ever", pending.Digest), false, chain.CancelRewardsCall(s.At, s.set)}}}, err
			})
		},
	}
	a.flags(c)
	return c
}
