package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/engine"
)

// changeFlags say what is simulated; empty is not given.
type changeFlags struct {
	eras                         string
	emission, rate               string
	performance, floor           string
	eraReward                    string
	commissions, signed, pardons []string
}

func (f *rewardFlags) newSimulate() *cobra.Command {
	var flags changeFlags
	c := &cobra.Command{
		Use: "simulate", Short: "Show what past eras would have paid under other rules, operator by operator", Args: noArguments,
		Long: `simulate takes the facts of past eras from the chain, changes what the flags say, computes both, and shows for
each operator what it and the stakers behind it got and would have got, era by era and in sum. What is not named
stays as it was at each era's capture. Amounts are base units of wVARA; roster reward verify shows that the amounts
before the change are those of the chain.

It changes one thing and leaves all others as they were. It cannot know what people would have done: who would have
staked more or less, signed more with something to lose, or left over a commission. Stakes and who was elected stay
those of the eras. Nor does it carry anything from one era to the next: what an era leaves unearned goes back to the
pot, from which a later one may be paid more. With --era-reward the pot is taken to hold that much in every era that
had Executors.`,
		Example: `  roster reward simulate --performance strict --floor 0.9 --devnet devnet.json
  roster reward simulate --eras 3-7 --emission rate --rate-bps 50 --devnet devnet.json
  roster reward simulate --commission 0x…=500 --signed 0x…=10000 --pardon 0x… --json --devnet devnet.json`,
		RunE: func(c *cobra.Command, _ []string) error {
			change, err := flags.change()
			if err != nil {
				return usage(c, err)
			}
			asked, err := readEras(flags.eras)
			if err != nil {
				return usage(c, err)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				return f.simulate(ctx, s, out, change, asked)
			})
		},
	}
	c.Flags().StringVar(&flags.eras, "eras", "", "`N-M`, or one era; all that were paid when not given")
	c.Flags().StringVar(&flags.emission, "emission", "", "emission `rule`: fixed or rate")
	c.Flags().StringVar(&flags.rate, "rate-bps", "", "eraRateBps of the rate rule, `basis points` of the total weight, 0 to 10000")
	c.Flags().StringVar(&flags.performance, "performance", "", "performance `rule`: linear or strict")
	c.Flags().StringVar(&flags.floor, "floor", "", "performanceFloor of the strict rule, a `fraction` from 0 to 1 with at most 18 digits, like 0.9")
	c.Flags().StringVar(&flags.eraReward, "era-reward", "", "`amount` that the pot gives each era, base units of wVARA")
	c.Flags().StringArrayVar(&flags.commissions, "commission", nil, "`OPERATOR=BPS`: its commission, basis points from 0 to 10000; can be given again")
	c.Flags().StringArrayVar(&flags.signed, "signed", nil, "`OPERATOR=BPS`: it signed so many of 10000 certificates, 10000 for all; can be given again")
	c.Flags().StringArrayVar(&flags.pardons, "pardon", nil, "`OPERATOR` that was neither ejected nor jailed; can be given again")
	c.Flags().BoolVar(&f.json, "json", false, "write JSON")
	return c
}

// change reads the flags; none is an error.
func (f changeFlags) change() (c reward.Change, err error) {
	if f.emission+f.rate+f.performance+f.floor+f.eraReward == "" && len(f.commissions)+len(f.signed)+len(f.pardons) == 0 {
		return c, errors.New("nothing to change: name --emission, --rate-bps, --performance, --floor, --era-reward, --commission, --signed or --pardon")
	}
	var all []error
	read := func(flag, text string, into func() error) {
		if text == "" {
			return
		}
		if err := into(); err != nil {
			all = append(all, fmt.Errorf("--%s %s: %w", flag, text, err))
		}
	}
	read("emission", f.emission, func() (err error) {
		c.EmissionRule, err = named(f.emission, []string{"fixed", "rate"}, reward.EmissionIDs())
		return err
	})
	read("performance", f.performance, func() (err error) {
		c.PerformanceRule, err = named(f.performance, []string{"linear", "strict"}, reward.PerformanceIDs())
		return err
	})
	read("rate-bps", f.rate, func() error {
		bps, err := readBps(f.rate)
		c.RateBps = &bps
		return err
	})
	read("floor", f.floor, func() error {
		floor, err := readFraction(f.floor)
		c.Floor = &floor
		return err
	})
	read("era-reward", f.eraReward, func() (err error) {
		if c.EraReward, err = uint256.FromDecimal(f.eraReward); err != nil {
			return errors.New("want a whole number of base units")
		}
		return nil
	})
	for _, list := range []struct {
		flag string
		of   []string
		into *[]reward.OperatorBps
	}{{"commission", f.commissions, &c.Commissions}, {"signed", f.signed, &c.Signed}} {
		for _, text := range list.of {
			read(list.flag, text, func() error { return readOperatorBps(text, list.into) })
		}
	}
	for _, text := range f.pardons {
		read("pardon", text, func() error {
			var operator core.Address
			defer func() { c.Pardoned = append(c.Pardoned, operator) }()
			return operator.UnmarshalText([]byte(text))
		})
	}
	if _, err := c.Apply(reward.Facts{}); err != nil { // an operator named twice
		all = append(all, err)
	}
	return c, errors.Join(all...)
}

// named is the id whose name was given.
func named[ID any](text string, names []string, ids []ID) (*ID, error) {
	i := slices.Index(names, text)
	if i < 0 {
		return nil, fmt.Errorf("want %s", strings.Join(names, " or "))
	}
	return &ids[i], nil
}

func readBps(text string) (core.Bps, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n > 10_000 {
		return 0, errors.New("want basis points from 0 to 10000")
	}
	return core.Bps(n), nil
}

func readOperatorBps(text string, into *[]reward.OperatorBps) error {
	operator, bps, _ := strings.Cut(text, "=")
	var x reward.OperatorBps
	if err := x.Operator.UnmarshalText([]byte(operator)); err != nil {
		return fmt.Errorf("want OPERATOR=BPS: %w", err)
	}
	var err error
	if x.Bps, err = readBps(bps); err != nil {
		return fmt.Errorf("want OPERATOR=BPS: %w", err)
	}
	*into = append(*into, x)
	return nil
}

// readFraction reads a decimal fraction from 0 to 1 as a number of 1e18, exactly.
func readFraction(text string) (uint64, error) {
	whole, digits, _ := strings.Cut(text, ".")
	if whole == "" || len(digits) > 18 || strings.HasPrefix(text, "+") {
		return 0, errors.New("want a fraction from 0 to 1 with at most 18 digits, like 0.9")
	}
	n, err := strconv.ParseUint(whole+digits+strings.Repeat("0", 18-len(digits)), 10, 64)
	if err != nil || n > core.One {
		return 0, errors.New("want a fraction from 0 to 1 with at most 18 digits, like 0.9")
	}
	return n, nil
}

// eraRange is from the first to the last era, both included.
type eraRange struct{ first, last core.Era }

// readEras reads N-M or N; nil for nothing.
func readEras(text string) (*eraRange, error) {
	if text == "" {
		return nil, nil
	}
	from, to, two := strings.Cut(text, "-")
	if !two {
		to = from
	}
	a, err := strconv.ParseUint(from, 10, 62)
	b, err2 := strconv.ParseUint(to, 10, 62)
	if err != nil || err2 != nil || a > b {
		return nil, fmt.Errorf("--eras %s: want an era, or two as N-M", text)
	}
	return &eraRange{core.Era(a), core.Era(b)}, nil
}

// erasPaid are those that activated commits pay, at a block.
func (s session) erasPaid(ctx context.Context, block uint64) (eraRange, error) {
	said, err := s.RewardsActivatedOf(ctx, s.set, block)
	if err != nil {
		return eraRange{}, err
	}
	if len(said) == 0 {
		return eraRange{}, nothingPaid(s.set)
	}
	return eraRange{core.Era(said[0].FromEra), core.Era(said[len(said)-1].ToEra)}, nil
}

func (f *rewardFlags) simulate(ctx context.Context, s session, out io.Writer, change reward.Change, asked *eraRange) error {
	final, _, err := s.newest(ctx)
	if err != nil {
		return err
	}
	if asked == nil {
		all, err := s.erasPaid(ctx, final)
		if err != nil {
			return err
		}
		asked = &all
	}
	said := simulated{Schema: "roster.reward.simulate/1", Set: s.set, First: asked.first, Last: asked.last}
	var sum reward.Comparison
	step, end := begin(s.patience, "eras", int(asked.last-asked.first)+1)
	defer end()
	for e := asked.first; e <= asked.last; e++ {
		facts, err := engine.Facts(ctx, s.Roster, s.Roster, s.set, e, final)
		if err != nil {
			return fmt.Errorf("rewards of set %d, era %d: %w", s.set, e, err)
		}
		one, err := reward.Simulate(facts, change, engine.Here())
		if err != nil {
			return err
		}
		if sum, err = sum.Add(one); err != nil {
			return err
		}
		said.Eras = append(said.Eras, comparedEra{Era: e, compared: comparedOf(one)})
		step()
	}
	end()
	said.Sum = comparedOf(sum)
	if f.json {
		return writeJSON(out, said)
	}
	said.write(out)
	return nil
}
