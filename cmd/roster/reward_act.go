package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
)

// newActivate pays a commit that waits.
func newActivate() *cobra.Command {
	var f programFlags
	var a actFlags
	c := &cobra.Command{
		Use: "activate", Short: "Pay the rewards that are committed, once their delay is over", Args: noArguments,
		Long: `activate computes the commit that waits again, and pays it if it is right: from then on it can be claimed. Anyone may, once
the delay is over. Nodes do it by themselves.`,
	}
	f.acting(c.Flags())
	a.flags(c)
	c.RunE = func(c *cobra.Command, _ []string) error {
		return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
			_, now, err := s.Head(ctx)
			if err != nil {
				return planned{}, err
			}
			waits, err := s.PendingRewardsOf(ctx, s.set, head)
			if err != nil {
				return planned{}, err
			}
			if waits.Digest.IsZero() {
				return planned{}, fmt.Errorf("no rewards of set %d wait", s.set)
			}
			activated, err := s.history(ctx, head)
			if err != nil {
				return planned{}, err
			}
			p, any, err := s.pending(ctx, activated, head)
			if err == nil && !any {
				err = errors.New("the rewards that waited are gone: ask again")
			}
			if err != nil {
				return planned{}, err
			}
			if difference := p.difference(); difference != "" {
				return planned{}, fmt.Errorf("%s: %s; the owner can refuse them: roster set cancel-rewards", p.eras(), difference)
			}
			if now < waits.ActivatableAt {
				return planned{}, fmt.Errorf("%s can be activated from %s on", p.eras(), doctor.Moment(waits.ActivatableAt, now))
			}
			return planned{title: fmt.Sprintf("Rewards of set %d, computed again and right, by %s:", s.set, who),
				steps: []step{{"activate " + p.eras(), false, engine.ActivateRewardsCall(s.At, s.set, engine.CommitBinding(*p.waits))}}}, nil
		})
	}
	return c
}
