package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/doctor"
)

func newStaker() *cobra.Command {
	c, f := newActor("staker", "deposit, withdraw, see what they have, claim rewards")
	c.Example = `  roster staker show 0x… --devnet devnet.json
  roster staker deposit 500wVARA --vault 0x… --keystore staker.json --password-file password --devnet devnet.json
  roster staker claim --devnet devnet.json`
	c.AddCommand(newStakerShow(f), newDeposit(f), newWithdraw(f), newCollect(f), newClaim(f, "staker", reward.AsStaker))
	return c
}

// positionJSON is what an account has in a vault, as JSON has it; amounts are base units of the collateral.
type positionJSON struct {
	Vault      common.Address   `json:"vault"`
	Collateral common.Address   `json:"collateral"`
	Active     string           `json:"active"`
	Waiting    []withdrawalJSON `json:"withdrawals"`
}

type withdrawalJSON struct {
	Epoch  uint64    `json:"epoch"`
	Amount string    `json:"amount"`
	FreeAt core.Time `json:"freeAt"` // Unix seconds
	Free   bool      `json:"free"`
}

func newStakerShow(f *programFlags) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "show ACCOUNT", Short: "Show what an account has in the set's vaults, and when its withdrawals are free", Args: cobra.ExactArgs(1),
		Long: `show lists every vault of the set in which the account has something: its part of the active stake, which earns and can
be slashed, and its withdrawals, which earn nothing, can be slashed until they are free, and can then be collected. Other
sets have other vaults (--set). What was earned is in roster reward proof.`,
		RunE: func(c *cobra.Command, args []string) error {
			var account core.Address
			if err := account.UnmarshalText([]byte(args[0])); err != nil {
				return usage(c, err)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				list, now, err := s.positions(ctx, account)
				if err != nil {
					return err
				}
				if asJSON {
					return writeList(out, "roster.staker/1", positionsOf(list))
				}
				for _, p := range list {
					fmt.Fprintf(out, "vault %s: %s active\n", p.Vault, s.tokens(p.Collateral, p.Active))
					for _, w := range p.Waiting {
						word := "can be collected since"
						if !w.Free {
							word = "can be slashed until, and collected from,"
						}
						fmt.Fprintf(out, "  %s withdrawn, %s %s\n", s.tokens(p.Collateral, w.Amount), word, doctor.Moment(w.FreeAt, now))
					}
				}
				if len(list) == 0 {
					fmt.Fprintf(out, "%s has nothing in the vaults of set %d.\n", account, s.set)
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return c
}

func positionsOf(list []chain.Position) []positionJSON {
	all := []positionJSON{}
	for _, p := range list {
		j := positionJSON{Vault: p.Vault, Collateral: p.Collateral, Active: p.Active.Dec(), Waiting: []withdrawalJSON{}}
		for _, w := range p.Waiting {
			j.Waiting = append(j.Waiting, withdrawalJSON{w.Epoch, w.Amount.Dec(), w.FreeAt, w.Free})
		}
		all = append(all, j)
	}
	return all
}

// tokens are an amount of a collateral in words: wVARA's decimals are known.
func (s session) tokens(collateral common.Address, amount core.Amount) string {
	if collateral == s.At.Token {
		return doctor.Vara(amount)
	}
	return fmt.Sprintf("%s base units of %s", amount.Dec(), collateral)
}

// positions are an account's in all vaults that were ever given to the set, and when that is.
func (s session) positions(ctx context.Context, account core.Address) (list []chain.Position, now core.Time, err error) {
	head, now, err := s.Head(ctx)
	if err != nil {
		return nil, now, err
	}
	enrolled, err := s.EnrolledIn(ctx, s.set, head)
	if err != nil {
		return nil, now, err
	}
	for _, vault := range enrolled {
		p, err := s.PositionOf(ctx, vault, account, head, now)
		if err != nil {
			return nil, now, err
		}
		if !p.Active.IsZero() || len(p.Waiting) > 0 {
			list = append(list, p)
		}
	}
	return list, now, nil
}

// stakerFlags are what a staker's transactions can be told.
type stakerFlags struct {
	actFlags
	vault string
}

func (x *stakerFlags) flags(c *cobra.Command) {
	c.Flags().StringVar(&x.vault, "vault", "", "`address` of the vault")
	x.actFlags.flags(c)
}

// within opens a session, reads where the sender stands in the vault, and has a plan carried out.
func (x *stakerFlags) within(c *cobra.Command, f *programFlags, plan func(context.Context, session, core.Address, chain.Position, uint64) (string, []step, error)) error {
	var vault common.Address
	if err := readAddress(&vault, "vault", x.vault); err != nil {
		return usage(c, err)
	}
	if x.vault == "" {
		return usage(c, errors.New("name the vault with --vault"))
	}
	return f.within(c, !x.calldata, func(ctx context.Context, s session, out io.Writer) error {
		who, err := x.who(s)
		if err != nil {
			return usage(c, err)
		}
		head, now, err := s.Head(ctx)
		if err != nil {
			return err
		}
		p, err := s.PositionOf(ctx, vault, who, head, now)
		if err != nil {
			return err
		}
		title, steps, err := plan(ctx, s, who, p, head)
		if err != nil {
			return err
		}
		_, err = s.carryOut(ctx, c, out, x.actFlags, who, title, steps)
		return err
	})
}

// readPositive is readAmount of what must be above 0.
func readPositive(text string) (core.Amount, error) {
	amount, err := readAmount(text)
	if err == nil && amount.IsZero() {
		err = errors.New("want an amount above 0")
	}
	if err != nil {
		return amount, fmt.Errorf("%q: %w", text, err)
	}
	return amount, nil
}

func newDeposit(f *programFlags) *cobra.Command {
	var x stakerFlags
	c := &cobra.Command{
		Use: "deposit AMOUNT --vault VAULT", Short: "Put collateral into a vault", Args: cobra.ExactArgs(1),
		Long: `deposit lets the vault take AMOUNT of the account's collateral, if it may not yet, and puts it in. It is active at once: it
counts at the next capture, earns if the operators behind whom it stands are elected, and can be slashed with them.
AMOUNT is a number of base units, or one of whole tokens with the unit, as 500wVARA.`,
		RunE: func(c *cobra.Command, args []string) error {
			amount, err := readPositive(args[0])
			if err != nil {
				return usage(c, err)
			}
			return x.within(c, f, func(ctx context.Context, s session, who core.Address, p chain.Position, head uint64) (string, []step, error) {
				has, allowed, err := s.Allowance(ctx, p.Collateral, p.Vault, who, head)
				if err != nil {
					return "", nil, err
				}
				if has.Lt(&amount) {
					return "", nil, fmt.Errorf("%s has %s, needs %s", who, s.tokens(p.Collateral, has), s.tokens(p.Collateral, amount))
				}
				words := s.tokens(p.Collateral, amount)
				return fmt.Sprintf("%s deposits; it has %s active in vault %s:", who, s.tokens(p.Collateral, p.Active), p.Vault), []step{
					{fmt.Sprintf("let the vault take %s", words), !allowed.Lt(&amount), chain.ApproveCall(p.Collateral, p.Vault, amount)},
					{fmt.Sprintf("deposit %s", words), false, chain.DepositCall(p.Vault, who, amount)}}, nil
			})
		},
	}
	x.flags(c)
	return c
}

func newWithdraw(f *programFlags) *cobra.Command {
	var x stakerFlags
	c := &cobra.Command{
		Use: "withdraw AMOUNT|all --vault VAULT", Short: "Take collateral out of a vault; it is free after the vault's next epoch", Args: cobra.ExactArgs(1),
		Long: `withdraw takes AMOUNT out of the active stake. It earns nothing from then on, can still be slashed, and is free to be
collected at the end of the vault's next epoch: roster staker show says when.`,
		RunE: func(c *cobra.Command, args []string) error {
			var amount core.Amount
			all := args[0] == "all"
			if !all {
				var err error
				if amount, err = readPositive(args[0]); err != nil {
					return usage(c, err)
				}
			}
			return x.within(c, f, func(_ context.Context, s session, who core.Address, p chain.Position, _ uint64) (string, []step, error) {
				amount := amount
				if all {
					amount = p.Active
				}
				if amount.IsZero() || p.Active.Lt(&amount) {
					return "", nil, fmt.Errorf("%s has %s active in vault %s, wants to withdraw %s", who, s.tokens(p.Collateral, p.Active), p.Vault, s.tokens(p.Collateral, amount))
				}
				return fmt.Sprintf("%s withdraws; it has %s active in vault %s:", who, s.tokens(p.Collateral, p.Active), p.Vault), []step{
					{fmt.Sprintf("withdraw %s", s.tokens(p.Collateral, amount)), false, chain.WithdrawCall(p.Vault, who, amount)}}, nil
			})
		},
	}
	x.flags(c)
	return c
}

func newCollect(f *programFlags) *cobra.Command {
	var x stakerFlags
	c := &cobra.Command{
		Use: "collect --vault VAULT", Short: "Collect withdrawals that are free", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			return x.within(c, f, func(ctx context.Context, s session, who core.Address, p chain.Position, head uint64) (string, []step, error) {
				_, now, err := s.Head(ctx)
				if err != nil {
					return "", nil, err
				}
				var plan []step
				text := fmt.Sprintf("%s collects from vault %s:", who, p.Vault)
				for _, w := range p.Waiting {
					if w.Free {
						plan = append(plan, step{fmt.Sprintf("collect %s of epoch %d", s.tokens(p.Collateral, w.Amount), w.Epoch), false, chain.CollectCall(p.Vault, who, w.Epoch)})
						continue
					}
					text += fmt.Sprintf("\n  later  %s, free %s", s.tokens(p.Collateral, w.Amount), doctor.Moment(w.FreeAt, now))
				}
				if len(p.Waiting) == 0 {
					text += "\n  nothing was withdrawn that is not collected"
				}
				return text, plan, nil
			})
		},
	}
	x.flags(c)
	return c
}
