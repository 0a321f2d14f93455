package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/demo"
	"github.com/gear-tech/roster/internal/doctor"
)

func newNetwork() *cobra.Command {
	f := &programFlags{noPrograms: true}
	c := &cobra.Command{
		Use: "network", Short: "What the network's owner does: deploy it, accept collaterals, hand it over; and see what it is", Args: noArguments,
		Long: `network deploys Roster's contracts and shows them: who may do what, the times with every inequality that they must
satisfy, and the collaterals that count. The owner announces collaterals, and hands the network over in two steps: it
names who follows (transfer), who accepts. What concerns one operator set is in roster set.`,
		Example: `  roster network deploy --parameters network.json --dry-run --keystore owner.json --rpc-url https://…
  roster network show --devnet devnet.json
  roster network collateral 0x… 1000000000000000000 --devnet devnet.json --account owner`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f.acting(c.PersistentFlags())
	c.AddCommand(newNetworkShow(f), newDeploy(f), newCollateral(f), newTransfer(f), newAccept(f))
	return c
}

// networkJSON is what roster network show writes.
type networkJSON struct {
	Schema      string               `json:"schema"`
	ChainID     uint64               `json:"chainId"`
	Addresses   chain.Addresses      `json:"addresses"`
	Owner       common.Address       `json:"owner"`
	Pending     common.Address       `json:"pendingOwner"` // zero: nobody
	Resolver    common.Address       `json:"resolver"`
	Judge       common.Address       `json:"judge"`
	Burner      common.Address       `json:"burner"`
	Times       map[string]core.Time `json:"times"` // seconds; genesis: Unix seconds
	Inequality  []inequalityJSON     `json:"inequalities"`
	Collaterals []collateralJSON     `json:"collaterals"`
	Sets        core.SetID           `json:"sets"` // how many
}

type inequalityJSON struct {
	Code  string    `json:"code"`
	Words string    `json:"words"`
	Need  core.Time `json:"need"` // seconds
	Have  core.Time `json:"have"`
	OK    bool      `json:"ok"`
}

// collateralJSON has weights as base units of wVARA per base unit, 1e18 fixed point.
type collateralJSON struct {
	Token     common.Address  `json:"token"`
	Weight    string          `json:"weight"`
	Announced []announcedJSON `json:"announced"`
}

type announcedJSON struct {
	From   core.Time `json:"from"` // Unix seconds
	Weight string    `json:"weight"`
}

// seenNetwork is all that is shown of a network.
type seenNetwork struct {
	chain.Governance
	collaterals []chain.Collateral
	sets        core.SetID
	now         core.Time
}

func (s session) seeNetwork(ctx context.Context) (seenNetwork, error) {
	var n seenNetwork
	head, now, err := s.Head(ctx)
	if err != nil {
		return n, err
	}
	n.now = now
	if n.Governance, err = s.Governance(ctx, head); err != nil {
		return n, err
	}
	if n.collaterals, err = s.Collaterals(ctx, head); err != nil {
		return n, err
	}
	n.sets, err = s.SetCount(ctx, head)
	return n, err
}

// inequalities are those of the times, and those of a vault that just fits: the shortest veto, the longest epoch.
func inequalities(t era.Times) []era.Finding {
	return append(era.Check(t), era.CheckVault(t, t.MaxVaultEpoch, t.MinVeto)...)
}

func newNetworkShow(f *programFlags) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show", Short: "Show the contracts, who may do what, the times with their inequalities, and the collaterals", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				n, err := s.seeNetwork(ctx)
				if err != nil {
					return err
				}
				if asJSON {
					return writeJSON(out, s.networkJSON(n))
				}
				s.sayNetwork(out, n)
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return c
}

func (s session) networkJSON(n seenNetwork) networkJSON {
	j := networkJSON{Schema: "roster.network/1", ChainID: s.ChainID, Addresses: s.At, Owner: n.Owner, Pending: n.PendingOwner, Resolver: n.Resolver,
		Judge: n.Judge, Burner: n.Burner, Times: demo.RecordTimes(s.Times), Collaterals: []collateralJSON{}, Sets: n.sets}
	for _, f := range inequalities(s.Times) {
		j.Inequality = append(j.Inequality, inequalityJSON{f.Code, f.Words, f.Need, f.Have, f.OK})
	}
	for _, c := range n.collaterals {
		weight := c.WeightAt(n.now)
		x := collateralJSON{Token: c.Token, Weight: weight.Dec(), Announced: []announcedJSON{}}
		for _, a := range c.Weights {
			if a.From > n.now {
				x.Announced = append(x.Announced, announcedJSON{a.From, a.Weight.Dec()})
			}
		}
		j.Collaterals = append(j.Collaterals, x)
	}
	return j
}

func (s session) sayNetwork(out io.Writer, n seenNetwork) {
	fmt.Fprintf(out, "chain %d\n", s.ChainID)
	at := s.At
	for _, p := range []struct {
		name string
		at   common.Address
	}{{"Middleware", at.Middleware}, {"Operators", at.Operators}, {"Router", at.Router}, {"Rewards", at.Rewards}, {"Offences", at.Offences},
		{"Programs", at.Programs}, {"wVARA", at.Token}, {"owner", n.Owner}, {"next owner", n.PendingOwner}, {"resolver", n.Resolver},
		{"judge", n.Judge}, {"burner", n.Burner}} {
		if p.name == "Programs" && p.at == (common.Address{}) {
			continue // which no contract names
		}
		fmt.Fprintf(out, "  %-11s %s\n", p.name, none(p.at))
	}
	fmt.Fprintf(out, "times\n  genesis     %s\n", doctor.Moment(s.Times.Genesis, n.now))
	if e, any := s.Times.At(n.now); any {
		fmt.Fprintf(out, "  era         %d, until %s\n", e, doctor.Moment(s.Times.Start(e+1), n.now))
	}
	for _, f := range inequalities(s.Times) {
		fmt.Fprintf(out, "  %s\n    %s\n", f, f.Long)
	}
	fmt.Fprintf(out, "collaterals: base units of wVARA per base unit, times 10^18\n")
	for _, c := range n.collaterals {
		weight := c.WeightAt(n.now)
		fmt.Fprintf(out, "  %s %s\n", s.collateralName(c.Token), weight.Dec())
		for _, a := range c.Weights {
			if a.From > n.now {
				fmt.Fprintf(out, "    %s from %s\n", a.Weight.Dec(), doctor.Moment(a.From, n.now))
			}
		}
	}
	fmt.Fprintf(out, "operator sets: %d\n", n.sets)
}

// mustOwn refuses an account that is not the owner.
func (s session) mustOwn(ctx context.Context, who core.Address, head uint64) error {
	g, err := s.Governance(ctx, head)
	if err == nil && g.Owner != common.Address(who) {
		err = fmt.Errorf("only the owner may do this: have %s, need %s", who, core.Address(g.Owner))
	}
	return err
}

// effective says from when on counts what is announced now.
func (s session) effective(now core.Time) string {
	e, at, ok := s.Times.Effective(now)
	if !ok {
		return "never"
	}
	return fmt.Sprintf("era %d, captured %s", e, doctor.Moment(at, now))
}

func newCollateral(f *programFlags) *cobra.Command {
	var a actFlags
	c := &cobra.Command{
		Use: "collateral TOKEN WEIGHT", Short: "Announce what a collateral counts", Args: cobra.ExactArgs(2),
		Long: `collateral announces how many base units of wVARA one base unit of TOKEN counts, as a whole number in 1e18 fixed point, at most
10^30; 0 stops counting it. It counts from the first capture at least the notice later, so that stakers can leave first.

wVARA has 12 decimals. A token of 18 decimals of which one is worth 40 wVARA has the weight 40 · 10^12 / 10^18 · 10^18 = 40 · 10^12.`,
		RunE: func(c *cobra.Command, args []string) error {
			var token common.Address
			err := readAddress(&token, "token", args[0])
			weight, err2 := uint256.FromDecimal(args[1])
			if err2 != nil {
				err2 = fmt.Errorf("weight %s: want a whole number, 1e18 fixed point", args[1])
			}
			if err := errors.Join(err, err2); err != nil {
				return usage(c, err)
			}
			return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
				now, err := s.TimeOf(ctx, head)
				if err != nil {
					return planned{}, err
				}
				last, err := s.CollateralWeight(ctx, token, chain.LastMoment, head)
				if err != nil {
					return planned{}, err
				}
				return planned{title: fmt.Sprintf("%s announces a collateral, from %s:", who, s.effective(now)), steps: []step{
					{fmt.Sprintf("weight of %s: %s → %s", s.collateralName(token), last.Dec(), weight.Dec()), last.Eq(weight), chain.AnnounceCollateralCall(s.At, token, *weight)},
				}}, s.mustOwn(ctx, who, head)
			})
		},
	}
	a.flags(c)
	return c
}

func newTransfer(f *programFlags) *cobra.Command {
	var a actFlags
	c := &cobra.Command{
		Use: "transfer ADDRESS", Short: "Name who may become the owner", Args: cobra.ExactArgs(1),
		Long: `transfer names who follows. Nothing changes until that account accepts: roster network accept. Naming the zero address takes it back.`,
		RunE: func(c *cobra.Command, args []string) error {
			var to common.Address
			if err := readAddress(&to, "owner", args[0]); err != nil {
				return usage(c, err)
			}
			return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
				g, err := s.Governance(ctx, head)
				if err != nil {
					return planned{}, err
				}
				return planned{title: fmt.Sprintf("%s hands the network over:", who), steps: []step{
					{fmt.Sprintf("name %s as the next owner, now %s; it must accept", none(to), none(g.PendingOwner)), g.PendingOwner == to, chain.TransferOwnershipCall(s.At, to)},
				}}, s.mustOwn(ctx, who, head)
			})
		},
	}
	a.flags(c)
	return c
}

func newAccept(f *programFlags) *cobra.Command {
	var a actFlags
	c := &cobra.Command{
		Use: "accept", Short: "Become the owner, whom the present one named", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
				g, err := s.Governance(ctx, head)
				if err == nil && g.Owner != common.Address(who) && g.PendingOwner != common.Address(who) {
					err = fmt.Errorf("the owner %s named another: have %s, need %s", core.Address(g.Owner), who, none(g.PendingOwner))
				}
				return planned{title: fmt.Sprintf("%s takes the network over:", who), steps: []step{
					{fmt.Sprintf("become the owner in the place of %s", core.Address(g.Owner)), g.Owner == common.Address(who), chain.AcceptOwnershipCall(s.At)},
				}}, err
			})
		},
	}
	a.flags(c)
	return c
}
