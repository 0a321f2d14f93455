package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// holders are those who have a role of a vault's delegator, in words.
func (s session) holders(ctx context.Context, v chain.VaultView, role chain.Role, head uint64) (string, error) {
	list, err := s.RoleHolders(ctx, v.Delegator, role, head)
	if err != nil {
		return "", err
	}
	words := make([]string, len(list))
	for i, a := range list {
		words[i] = a.String()
	}
	if len(words) == 0 {
		return "nobody", nil
	}
	return strings.Join(words, " or "), nil
}

// mustHave refuses an account without a role, and says who has it and who could grant it.
func (s session) mustHave(ctx context.Context, v chain.VaultView, role chain.Role, who core.Address, head uint64) error {
	has, err := s.HasRole(ctx, v.Delegator, role, who, head)
	if err != nil || has {
		return err
	}
	have, err := s.holders(ctx, v, role, head)
	if err != nil {
		return err
	}
	admin, err := s.holders(ctx, v, chain.AdminRole, head)
	if err != nil {
		return err
	}
	return fmt.Errorf("%s has not the role %s of the delegator %s of vault %s: %s can do it; %s (%s) could grant the role",
		who, role.Name, v.Delegator, v.Address, have, admin, chain.AdminRole.Name)
}

func newEnroll(f *programFlags) *cobra.Command {
	var a actFlags
	c := &cobra.Command{
		Use: "enroll VAULT", Short: "Say that a vault backs the set, for good", Args: cobra.ExactArgs(1),
		Long: `enroll gives a vault to one operator set and no other, for good, after checking it (roster vault check). The Middleware then
takes any limit from the vault for that set, and becomes able to name who can veto its slashes. Who sends must answer for
the vault: hold NETWORK_LIMIT_SET_ROLE of its delegator, or be the operator that a delegator of type 2 or 3 serves.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := readVault(args[0])
			if err != nil {
				return usage(c, err)
			}
			return f.act(c, a, func(ctx context.Context, s session, who core.Address, _ uint64) (planned, error) {
				if err := s.knownSet(ctx); err != nil {
					return planned{}, err
				}
				v, err := s.seeVault(ctx, at, &who)
				if err != nil {
					return planned{}, err
				}
				if why := refusals(v.found); why != "" {
					return planned{}, fmt.Errorf("vault %s cannot be enrolled for set %d:%s", at, s.set, why)
				}
				return planned{fmt.Sprintf("%s gives vault %s to set %d:", who, at, s.set),
					[]step{{fmt.Sprintf("enroll vault %s for set %d, for good", at, s.set), v.Enrolled, chain.EnrollCall(s.At, s.set, at)}}, s.showVault(at)}, nil
			})
		},
	}
	a.flags(c)
	return c
}

// refusals are the reasons for which the Middleware would refuse a vault, a line each.
func refusals(list []vaultFinding) (text string) {
	for _, f := range against(list) {
		if f.Refused {
			text += fmt.Sprintf("\n  %s: %s: have %s, need %s. %s", f.Code, f.Text, f.Have, f.Need, f.Do)
		}
	}
	return text
}

// showVault shows a vault as it then is.
func (s session) showVault(at common.Address) func(context.Context, io.Writer) error {
	return func(ctx context.Context, out io.Writer) error {
		v, err := s.seeVault(ctx, at, nil)
		if err == nil {
			s.sayVault(out, v)
		}
		return err
	}
}

// delegation is what a curator wants to give.
type delegation struct {
	actFlags
	limitText, sharesText, operatorLimit string
	limit, shares                        *core.Amount // nil: as it is
}

func (d *delegation) read(c *cobra.Command) (err error) {
	if d.operatorLimit != "" {
		return errors.New("--operator-limit is FullRestake's: the Middleware refuses such vaults, for what is slashed from one operator would be gone for all; use a NetworkRestake vault with --operator-shares")
	}
	d.limit, d.shares = nil, nil
	if c.Flags().Changed("network-limit") {
		limit := unlimited
		if d.limitText != "max" {
			if limit, err = readAmount(d.limitText); err != nil {
				return fmt.Errorf("--network-limit %s: %w, or max", d.limitText, err)
			}
		}
		d.limit = &limit
	}
	if c.Flags().Changed("operator-shares") {
		shares, err := uint256.FromDecimal(d.sharesText)
		if err != nil {
			return fmt.Errorf("--operator-shares %s: want a whole number from 0", d.sharesText)
		}
		d.shares = shares
	}
	if d.limit == nil && d.shares == nil {
		return errors.New("say what to change: --network-limit, --operator-shares, or both")
	}
	return nil
}

func newDelegate(f *programFlags) *cobra.Command {
	var d delegation
	c := &cobra.Command{
		Use: "delegate VAULT OPERATOR", Short: "Let the set have a part of a vault, and an operator a share of that", Args: cobra.ExactArgs(2),
		Long: `delegate sets, in the words of the vault's delegator:

  NetworkRestake           --network-limit   what the set may have of the vault, for all its operators together
                           --operator-shares what OPERATOR has of that, as a part of all operators' shares
  OperatorSpecific         --network-limit   what the set may have; OPERATOR is the one that the vault serves
  OperatorNetworkSpecific  nothing: all of the vault backs its operator

The limit is a number of base units of the collateral, one of whole tokens with the unit, as 500wVARA, or max. It counts from
the next second on, so at the next capture. OPERATOR must also opt in to the vault and link it: roster operator link.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := readVault(args[0])
			var operator core.Address
			err = errors.Join(err, operator.UnmarshalText([]byte(args[1])), d.read(c))
			if err != nil {
				return usage(c, err)
			}
			return f.act(c, d.actFlags, func(ctx context.Context, s session, who core.Address, head uint64) (planned, error) {
				return d.plan(ctx, s, at, operator, who, head)
			})
		},
	}
	c.Flags().StringVar(&d.limitText, "network-limit", "", "`amount` of the collateral that the set may have, or max")
	c.Flags().StringVar(&d.sharesText, "operator-shares", "", "`number` of shares that the operator has of it")
	c.Flags().StringVar(&d.operatorLimit, "operator-limit", "", "`amount`, of FullRestake, which the Middleware refuses")
	d.actFlags.flags(c)
	return c
}

// plan is what it takes to delegate so.
func (d delegation) plan(ctx context.Context, s session, at common.Address, operator, who core.Address, head uint64) (planned, error) {
	seen, err := s.seeVault(ctx, at, nil)
	if err != nil {
		return planned{}, err
	}
	v := seen.VaultView
	switch {
	case !v.Enrolled:
		return planned{}, fmt.Errorf("vault %s is not enrolled: the network takes nothing from it before: roster vault enroll %s --set %d", at, at, s.set)
	case v.Set != s.set:
		return planned{}, fmt.Errorf("vault %s backs set %d, for good, not set %d: name it with --set", at, v.Set, s.set)
	case v.Operator != (common.Address{}) && v.Operator != common.Address(operator):
		return planned{}, fmt.Errorf("vault %s serves operator %s alone, not %s", at, core.Address(v.Operator), operator)
	case v.DelegatorType == chain.OperatorNetworkSpecific:
		return planned{}, fmt.Errorf("vault %s is of the type OperatorNetworkSpecific: all of it backs %s, and there is nothing to set", at, operator)
	case d.shares != nil && v.DelegatorType != chain.NetworkRestake:
		return planned{}, fmt.Errorf("vault %s is of the type %s, which has no shares: leave --operator-shares out", at, typeName(delegatorNames, v.DelegatorType))
	case d.limit != nil && strings.HasSuffix(strings.ToLower(d.limitText), "wvara") && v.Collateral != s.At.Token:
		return planned{}, fmt.Errorf("--network-limit %s: the collateral of vault %s is %s: give base units of it", d.limitText, at, v.Collateral)
	}
	p := planned{title: fmt.Sprintf("%s delegates vault %s in set %d:", who, at, s.set), after: s.showVault(at)}
	then := v
	had := backedIn(seen.backed, operator)
	has := had.Shares
	if d.limit != nil {
		p.steps = append(p.steps, step{fmt.Sprintf("let set %d have %s of the vault, now %s", s.set, s.limitWords(v.Collateral, *d.limit), s.limitWords(v.Collateral, v.Limit)),
			d.limit.Eq(&v.Limit), s.LimitCall(s.set, v.Delegator, *d.limit)})
		then.Limit = *d.limit
		if !d.limit.Eq(&v.Limit) {
			if err := s.mustHave(ctx, v, chain.LimitRole, who, head); err != nil {
				return p, err
			}
		}
	}
	if d.shares != nil {
		p.steps = append(p.steps, step{fmt.Sprintf("give %s %s shares, now %s of %s", operator, d.shares.Dec(), has.Dec(), v.Shares.Dec()),
			d.shares.Eq(&has), s.SharesCall(s.set, v.Delegator, operator, *d.shares)})
		then.Shares.Sub(&then.Shares, &has)
		if _, over := then.Shares.AddOverflow(&then.Shares, d.shares); over {
			return p, fmt.Errorf("--operator-shares %s: all shares together would not fit 256 bits", d.sharesText)
		}
		has = *d.shares
		if !d.shares.Eq(&had.Shares) {
			if err := s.mustHave(ctx, v, chain.SharesRole, who, head); err != nil {
				return p, err
			}
		}
	}
	p.title += "\n  " + fmt.Sprintf("%s then can have %s of it", operator, s.tokens(v.Collateral, stakeOf(then, has)))
	if !had.Linked || !had.OptedIn {
		p.title += ", once it has linked the vault: roster operator link"
	}
	return p, nil
}

func backedIn(list []chain.Backed, operator core.Address) chain.Backed {
	for _, b := range list {
		if b.Operator == operator {
			return b
		}
	}
	return chain.Backed{Operator: operator}
}

// stakeOf is what an operator with so many shares has of a vault, base units of the collateral, rounded down as Symbiotic does.
func stakeOf(v chain.VaultView, shares core.Amount) core.Amount {
	most := v.Active
	if v.Limit.Lt(&most) {
		most = v.Limit
	}
	if v.DelegatorType != chain.NetworkRestake {
		return most
	}
	if v.Shares.IsZero() {
		return core.Amount{}
	}
	stake, _ := new(core.Amount).MulDivOverflow(&shares, &most, &v.Shares) // no more than most, for shares are part of all
	return *stake
}

func newResolver(f *programFlags) *cobra.Command {
	return &cobra.Command{
		Use: "resolver VAULT", Short: "Say who can veto the set's slashes of a vault, and whether that is as it must be", Args: cobra.ExactArgs(1),
		Long: `resolver compares who can veto slashes of the vault for the set with the network's resolver. No curator can change it:
Symbiotic takes a resolver from the network alone, and the Middleware names its own when the vault is enrolled.

Exit status: 0 it is the network's, 1 it is not.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := readVault(args[0])
			if err != nil {
				return usage(c, err)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				head, _, err := s.Head(ctx)
				if err != nil {
					return err
				}
				v, err := s.ViewVault(ctx, s.set, at, head)
				if err != nil {
					return err
				}
				terms, err := s.VaultTerms(ctx, head)
				if err != nil {
					return err
				}
				switch {
				case v.Slasher == (common.Address{}) || v.SlasherType != chain.VetoSlasher:
					return fmt.Errorf("vault %s has no VetoSlasher, so nobody can veto: roster vault check %s", at, at)
				case v.Resolver == terms.Resolver:
					fmt.Fprintf(out, "%s can veto slashes of vault %s for set %d, for %d s each: the network's resolver.\n", v.Resolver, at, s.set, v.Veto)
					return nil
				case !v.Enrolled || v.Set != s.set:
					return fmt.Errorf("vault %s: have %s, need %s: the Middleware names it when the vault is enrolled for set %d: roster vault enroll", at, none(v.Resolver), terms.Resolver, s.set)
				}
				return fmt.Errorf("vault %s: have %s, need %s: slashes could be vetoed by another; operators should unlink it: roster operator unlink %s", at, none(v.Resolver), terms.Resolver, at)
			})
		},
	}
}
