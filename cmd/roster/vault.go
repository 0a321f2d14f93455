package main

import (
	"context"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/doctor"
)

func newVault() *cobra.Command {
	f := &programFlags{noPrograms: true}
	c := &cobra.Command{
		Use: "vault", Short: "What curators do: see their vaults, enroll them, delegate to operators", Args: noArguments,
		Long: `vault is for those who answer for Symbiotic vaults. A vault backs one operator set: it is checked (check), enrolled for
the set for good (enroll), and its curator then lets the set have a part of it, and splits that over operators (delegate),
who link it. show says where all of that stands.`,
		Example: `  roster vault check 0x… --devnet devnet.json
  roster vault enroll 0x… --set 0 --keystore curator.json --devnet devnet.json
  roster vault delegate 0x… 0x… --network-limit 1000000wVARA --operator-shares 1 --keystore curator.json --devnet devnet.json
  roster vault show --devnet devnet.json`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f.acting(c.PersistentFlags())
	c.AddCommand(newVaultShow(f), newVaultCheck(f), newEnroll(f), newDelegate(f), newResolver(f))
	return c
}

// seenVault is a vault with all that is said about it.
type seenVault struct {
	chain.VaultView
	backed []chain.Backed
	found  []vaultFinding
	now    core.Time
}

// seeVault reads a vault towards the session's set.
func (s session) seeVault(ctx context.Context, vault common.Address, caller *core.Address) (seenVault, error) {
	list, err := s.seeVaults(ctx, []common.Address{vault}, caller)
	if err != nil {
		return seenVault{}, err
	}
	return list[0], nil
}

// seeVaults reads vaults as of one block.
func (s session) seeVaults(ctx context.Context, vaults []common.Address, caller *core.Address) ([]seenVault, error) {
	head, now, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	links, err := s.LinksOf(ctx, s.set, head, now)
	if err != nil {
		return nil, err
	}
	list := make([]seenVault, len(vaults))
	for i, at := range vaults {
		if list[i], err = s.vaultAt(ctx, at, links, caller, head, now); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s session) vaultAt(ctx context.Context, vault common.Address, links chain.Links, caller *core.Address, head uint64, now core.Time) (seenVault, error) {
	v := seenVault{now: now}
	var err error
	if v.VaultView, err = s.ViewVault(ctx, s.set, vault, head); err != nil {
		return v, err
	}
	if v.Entity && v.Initialized {
		if v.backed, err = s.BackedBy(ctx, s.set, v.VaultView, links, head); err != nil {
			return v, err
		}
	}
	v.found, err = s.vaultFindings(ctx, v, caller, head)
	return v, err
}

// knownSet refuses a set that is not there.
func (s session) knownSet(ctx context.Context) error {
	head, _, err := s.Head(ctx)
	if err != nil {
		return err
	}
	count, err := s.SetCount(ctx, head)
	if err == nil && s.set >= count {
		err = fmt.Errorf("there is no operator set %d: have %d, numbered from 0; name one with --set", s.set, count)
	}
	return err
}

// readVault reads the argument that names a vault.
func readVault(text string) (at common.Address, err error) {
	if !common.IsHexAddress(text) {
		return at, fmt.Errorf("vault %q: want 0x and 40 hex digits", text)
	}
	return common.HexToAddress(text), nil
}

func newVaultShow(f *programFlags) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show [VAULT]", Short: "Show the set's vaults, or one: stake, epoch, slasher, limits, and what each operator gets", Args: cobra.MaximumNArgs(1),
		Long: `show lists what each vault of the set is and gives: its collateral, epoch and withdrawals, its slasher with veto and
resolver, what the curator lets the set have, what each operator gets of it, and the inequalities that its times must
satisfy, each with its numbers. VAULT can be one that is not enrolled yet.`,
		RunE: func(c *cobra.Command, args []string) error {
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				if err := s.knownSet(ctx); err != nil {
					return err
				}
				named, err := s.vaultsOf(ctx, args)
				if err != nil {
					return err
				}
				list, err := s.seeVaults(ctx, named, nil)
				if err != nil {
					return err
				}
				all := vaultsJSON{Schema: "roster.vault/1", Set: s.set, Vaults: []vaultJSON{}}
				for _, v := range list {
					if asJSON {
						all.Vaults = append(all.Vaults, v.json())
						continue
					}
					s.sayVault(out, v)
				}
				if asJSON {
					return writeJSON(out, all)
				}
				if len(list) == 0 {
					fmt.Fprintf(out, "No vault is enrolled for set %d: roster vault enroll.\n", s.set)
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return c
}

// vaultsOf are those that the arguments name, or all of the set.
func (s session) vaultsOf(ctx context.Context, args []string) ([]common.Address, error) {
	if len(args) == 1 {
		at, err := readVault(args[0])
		return []common.Address{at}, err
	}
	head, _, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	return s.EnrolledIn(ctx, s.set, head)
}

// The names of Symbiotic's types.
var (
	delegatorNames = []string{"NetworkRestake", "FullRestake", "OperatorSpecific", "OperatorNetworkSpecific"}
	slasherNames   = []string{"Slasher", "VetoSlasher"}
)

func typeName(names []string, number uint64) string {
	if number < uint64(len(names)) {
		return names[number]
	}
	return fmt.Sprintf("type %d", number)
}

// limitWords is a limit in words: the greatest number stands for none.
func (s session) limitWords(collateral common.Address, limit core.Amount) string {
	if limit.Eq(&unlimited) {
		return "unlimited"
	}
	return s.tokens(collateral, limit)
}

// unlimited is 2^256 - 1.
var unlimited = *new(core.Amount).Not(new(core.Amount))

// sayVault tells about a vault.
func (s session) sayVault(out io.Writer, v seenVault) {
	if !v.Entity || !v.Initialized {
		fmt.Fprintf(out, "vault %s\n", v.Address)
		sayFindings(out, v.found)
		return
	}
	fmt.Fprintf(out, "vault %s, version %d, collateral %s\n", v.Address, v.Version, s.collateralName(v.Collateral))
	end, next := v.Epoch.Start+v.Epoch.Duration, v.Epoch.Start+2*v.Epoch.Duration
	fmt.Fprintf(out, "  epoch      %d, of %d s, ends %s\n", v.Epoch.Number, v.Epoch.Duration, doctor.Moment(end, v.now))
	fmt.Fprintf(out, "  stake      %s active\n", s.tokens(v.Collateral, v.Active))
	fmt.Fprintf(out, "  withdrawn  %s, free with this epoch's end; %s, free %s\n", s.tokens(v.Collateral, v.Leaving),
		s.tokens(v.Collateral, v.LeavingNext), doctor.Moment(next, v.now))
	switch {
	case v.Slasher == (common.Address{}):
		fmt.Fprintf(out, "  slasher    none\n")
	case v.SlasherType != chain.VetoSlasher:
		fmt.Fprintf(out, "  slasher    %s %s\n", typeName(slasherNames, v.SlasherType), v.Slasher)
	default:
		fmt.Fprintf(out, "  slasher    %s %s, veto %d s, resolver %s\n", typeName(slasherNames, v.SlasherType), v.Slasher, v.Veto, none(v.Resolver))
	}
	fmt.Fprintf(out, "  delegator  %s %s\n", typeName(delegatorNames, v.DelegatorType), v.Delegator)
	fmt.Fprintf(out, "  limit      set %d: %s of at most %s that the network takes\n", s.set, s.limitWords(v.Collateral, v.Limit), s.limitWords(v.Collateral, v.MaxLimit))
	if v.Enrolled {
		fmt.Fprintf(out, "  enrolled   for set %d\n", v.Set)
	} else {
		fmt.Fprintf(out, "  enrolled   no\n")
	}
	for _, b := range v.backed {
		fmt.Fprintf(out, "  operator   %s  %s\n", b.Operator, s.backedWords(v, b))
	}
	for _, f := range era.CheckVault(s.Times, v.Epoch.Duration, v.Veto) {
		fmt.Fprintf(out, "  %s\n", f)
	}
	sayFindings(out, v.found)
}

func (s session) backedWords(v seenVault, b chain.Backed) string {
	text := s.tokens(v.Collateral, b.Stake)
	if v.DelegatorType == chain.NetworkRestake {
		text += fmt.Sprintf(", by %s of %s shares", b.Shares.Dec(), v.Shares.Dec())
	}
	text += map[bool]string{true: ", linked", false: ", not linked"}[b.Linked]
	if !b.OptedIn {
		text += ", not opted in to the vault"
	}
	return text
}

func (s session) collateralName(at common.Address) string {
	if at == s.At.Token {
		return "wVARA"
	}
	return at.String()
}

// none is an address, or that there is none.
func none(a common.Address) string {
	if a == (common.Address{}) {
		return "nobody"
	}
	return a.String()
}
