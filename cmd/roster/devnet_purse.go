package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/doctor"
)

// place is where something of a devnet is, and what it is called.
type place struct {
	name string
	at   fmt.Stringer
}

// link is a URL as it stands.
type link string

func (l link) String() string { return string(l) }

// places are all that a devnet's file knows, its endpoint and contracts first.
func (f devnetFile) places() []place {
	at := f.Addresses
	all := []place{{"url", link(f.URL)}, {"middleware", at.Middleware}, {"operators", at.Operators}, {"router", at.Router}, {"rewards", at.Rewards},
		{"offences", at.Offences}, {"programs", at.Programs}, {"token", at.Token}}
	for i, v := range f.Vaults {
		all = append(all, place{fmt.Sprintf("vault %d", i), v.Address})
	}
	for _, a := range f.Accounts {
		all = append(all, place{a.Name, a.Address})
	}
	return all
}

func newDevnetAddress() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use: "address [NAME]", Short: "Print an address of a devnet by its name; all of them without one", Args: cobra.MaximumNArgs(1),
		Long:    "address prints where a contract, a vault or an account of the devnet is, by its name; url is the endpoint. It reads the file alone.",
		Example: "  roster devnet address\n  VAULT=$(roster devnet address \"vault 0\")",
		RunE: func(c *cobra.Command, args []string) error {
			f, err := readDevnet(file)
			if err != nil {
				return err
			}
			var names []string
			for _, n := range f.places() {
				switch {
				case len(args) == 0:
					fmt.Fprintf(c.OutOrStdout(), "%-12s %s\n", n.name, n.at)
				case n.name == args[0]:
					fmt.Fprintln(c.OutOrStdout(), n.at)
					return nil
				}
				names = append(names, n.name)
			}
			if len(args) > 0 {
				return usage(c, fmt.Errorf("%q: %s has %s", args[0], file, strings.Join(names, ", ")))
			}
			return nil
		},
	}
	c.Flags().StringVar(&file, "devnet", "devnet.json", "`file` that roster devnet wrote")
	return c
}

func newDevnetFund() *cobra.Command {
	f := &programFlags{noPrograms: true}
	var a actFlags
	var ether, vara string
	c := &cobra.Command{
		Use: "fund ADDRESS", Short: "Give an address ether and wVARA of a devnet's account", Args: cobra.ExactArgs(1),
		Long: `fund sends ether, and wVARA where some is asked for, to an address, from an account of the devnet's file: the last one, or
--account NAME. It is for development chains, whose money is worth nothing, and does not ask.`,
		Example: "  roster devnet fund 0x… --devnet devnet.json\n  roster devnet fund 0x… --wvara 500wVARA --devnet devnet.json",
		RunE: func(c *cobra.Command, args []string) error {
			to, err := whomToFund(args[0], f.devnet)
			if err != nil {
				return usage(c, err)
			}
			wei, amount, err := readFunds(ether, vara)
			if err != nil {
				return usage(c, err)
			}
			a.yes = true
			return f.act(c, a, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
				p := planned{title: fmt.Sprintf("%s gives to %s:", who, to)}
				if !wei.IsZero() {
					p.steps = append(p.steps, step{ether + " ether", false, chain.Call{To: &to, Value: chain.Big(wei)}})
				}
				if !amount.IsZero() {
					has, err := s.BalanceAt(ctx, common.Address(who), head)
					if err == nil && has.Lt(&amount) {
						err = fmt.Errorf("%s has %s, needs %s: name another with --account", who, doctor.Vara(has), doctor.Vara(amount))
					}
					if err != nil {
						return p, err
					}
					p.steps = append(p.steps, step{doctor.Vara(amount), false, chain.TransferCall(s.At.Token, to, amount)})
				}
				p.after = func(ctx context.Context, out io.Writer) error { return s.purse(ctx, out, to) }
				return p, nil
			})
		},
	}
	f.acting(c.Flags())
	c.Flags().StringVar(&ether, "ether", "1", "how much ether, whole or with decimals")
	c.Flags().StringVar(&vara, "wvara", "0", "how much wVARA: base units, or tokens like 500wVARA")
	return c
}

// whomToFund reads the address, and refuses a chain that no devnet's file is of.
func whomToFund(text, file string) (common.Address, error) {
	if file == "" {
		return common.Address{}, errors.New("name the devnet with --devnet: this is for development chains alone")
	}
	if !common.IsHexAddress(text) {
		return common.Address{}, fmt.Errorf("%q: want 0x and 40 hex digits", text)
	}
	return common.HexToAddress(text), nil
}

// readFunds reads wei and base units; an ether has a million times as many wei as a wVARA has base units.
func readFunds(ether, vara string) (wei, amount core.Amount, err error) {
	if wei, err = readAmount(ether + "wVARA"); err != nil {
		return wei, amount, fmt.Errorf("--ether %s: want a number like 1 or 0.5", ether)
	}
	wei.Mul(&wei, new(core.Amount).SetUint64(1_000_000))
	if amount, err = readAmount(vara); err != nil {
		return wei, amount, fmt.Errorf("--wvara %s: %w", vara, err)
	}
	if wei.IsZero() && amount.IsZero() {
		return wei, amount, errors.New("name what to give: --ether or --wvara")
	}
	return wei, amount, nil
}

// purse says what an account has.
func (s session) purse(ctx context.Context, out io.Writer, of common.Address) error {
	head, _, err := s.Head(ctx)
	if err != nil {
		return err
	}
	has, err := s.BalanceAt(ctx, of, head)
	if err == nil {
		fmt.Fprintf(out, "It has %s now.\n", doctor.Vara(has))
	}
	return err
}

func newDevnetVault() *cobra.Command {
	f := &programFlags{noPrograms: true}
	c := &cobra.Command{
		Use: "vault", Short: "Make a vault that the network would take, and print its address", Args: noArguments,
		Long: `vault has Symbiotic's configurator make a vault of wVARA with a NetworkRestake delegator and a veto slasher, whose roles are all
the sending account's. It is empty, and the network does not know it: checking and enrolling it are the curator's, as with
any vault.`,
		Example: "  VAULT=$(roster devnet vault --devnet devnet.json --account curator)",
		RunE: func(c *cobra.Command, _ []string) error {
			return f.within(c, true, func(ctx context.Context, s session, out io.Writer) error {
				file, err := readDevnet(f.devnet)
				if err != nil {
					return err
				}
				made, err := file.Symbiotic.contracts().CreateVault(ctx, s.sender(), devnet.VaultSpec{
					Collateral: s.At.Token, Epoch: s.Times.MaxVaultEpoch, VetoDuration: s.Times.MinVeto})
				if err == nil {
					fmt.Fprintln(out, made.Address)
				}
				return err
			})
		},
	}
	f.acting(c.Flags())
	return c
}

// contracts are those of Symbiotic that make a vault.
func (s devnetSymbiotic) contracts() devnet.Symbiotic {
	return devnet.Symbiotic{VaultConfigurator: s.VaultConfigurator, VaultFactory: s.VaultFactory, DelegatorFactory: s.DelegatorFactory, SlasherFactory: s.SlasherFactory}
}
