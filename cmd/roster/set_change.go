package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

func newSetCreate(f *programFlags) *cobra.Command {
	var a actFlags
	var x parameterFlags
	var number uint64
	var hashText string
	like := int64(-1)
	c := &cobra.Command{
		Use: "create", Short: "Create the next operator set", Args: noArguments,
		Long: `create makes the next operator set, with two reward contracts of its own; its parameters count from the next second on. All of
them are named, or --like takes those that another set has now, or that are announced of it, and flags change them.

A set that goes on with the batches of a dead one starts after that one's head: --start-number and --start-hash.`,
		RunE: func(c *cobra.Command, _ []string) error {
			var hash core.Hash
			if hashText != "" {
				if err := hash.UnmarshalText([]byte(hashText)); err != nil {
					return usage(c, fmt.Errorf("--start-hash %s: %w", hashText, err))
				}
			}
			if (number == 0) != hash.IsZero() {
				return usage(c, errors.New("--start-number and --start-hash: name both, or neither"))
			}
			var own bindings.SetParameters
			_, others, err := x.apply(c, &own)
			if err == nil && like < 0 && len(others) > 0 {
				err = fmt.Errorf("name all parameters, or take those of another set with --like: missing are %s", strings.Join(others, " "))
			}
			if err != nil {
				return usage(c, err)
			}
			return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
				p := own
				if like >= 0 {
					s.set = core.SetID(like)
					if err := s.knownSet(ctx); err != nil {
						return planned{}, err
					}
					var err error
					if p, err = s.Parameters(ctx, s.set, chain.LastMoment, head); err != nil {
						return planned{}, err
					}
					if _, _, err = x.apply(c, &p); err != nil {
						return planned{}, err
					}
				}
				count, err := s.SetCount(ctx, head)
				if err != nil {
					return planned{}, err
				}
				s.set = count
				title := fmt.Sprintf("%s creates set %d:", who, count)
				for _, of := range setParameters {
					title += fmt.Sprintf("\n  %s %s", of.name, of.words(of.get(&p)))
				}
				return planned{title, []step{{fmt.Sprintf("create set %d", count), false, chain.CreateSetCall(s.At, p, number, hash)}}, s.showSet}, s.mustOwn(ctx, who, head)
			})
		},
	}
	c.Flags().Int64Var(&like, "like", -1, "`number` of a set whose parameters are taken where no flag says otherwise")
	c.Flags().Uint64Var(&number, "start-number", 0, "`number` of the batch after which the set's batches go on")
	c.Flags().StringVar(&hashText, "start-hash", "", "`hash` of that batch")
	x.flags(c)
	a.flags(c)
	return c
}

func newAnnounce(f *programFlags) *cobra.Command {
	var a actFlags
	var x parameterFlags
	c := &cobra.Command{
		Use: "announce", Short: "Announce changes of the set's parameters", Args: noArguments,
		Long: `announce changes the parameters that are named, and leaves the others as they were announced last. They count from the first
capture at least the notice later; a second announcement that would count from the same capture replaces the first.`,
		RunE: func(c *cobra.Command, _ []string) error {
			named, _, err := x.apply(c, &bindings.SetParameters{})
			if err == nil && named == 0 {
				err = errors.New("name what is to change: --era-reward, --max-executors, …")
			}
			if err != nil {
				return usage(c, err)
			}
			return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
				if err := s.knownSet(ctx); err != nil {
					return planned{}, err
				}
				before, err := s.Parameters(ctx, s.set, chain.LastMoment, head)
				if err != nil {
					return planned{}, err
				}
				now, err := s.TimeOf(ctx, head)
				if err != nil {
					return planned{}, err
				}
				after := before
				if _, _, err := x.apply(c, &after); err != nil {
					return planned{}, err
				}
				lines := difference(before, after)
				what := "announce " + strings.Join(lines, ", ")
				if len(lines) == 0 {
					what = "nothing changes: that is announced, or so, already"
				}
				return planned{fmt.Sprintf("%s announces parameters of set %d, from %s:", who, s.set, s.effective(now)),
					[]step{{what, len(lines) == 0, chain.AnnounceParametersCall(s.At, s.set, after)}}, s.showSet}, s.mustOwn(ctx, who, head)
			})
		},
	}
	x.flags(c)
	a.flags(c)
	return c
}
