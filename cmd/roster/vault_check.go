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
)

// vaultFinding is one thing that must be so of a vault, and whether it is.
type vaultFinding struct {
	// Code is the error with which the Middleware refuses the vault, or for what it does not refuse, a code of docs/doctor.md, or unlinked.
	Code string `json:"code"`
	OK   bool   `json:"ok"`
	// Refused: enrolling fails with it; else it is enrolled, and its stake does not count, or not all of it.
	Refused bool   `json:"refused"`
	Text    string `json:"text"`
	Have    string `json:"have"`
	Need    string `json:"need"`
	Do      string `json:"do"`
}

// vaultFindings are all that must be so of a vault for the session's set, in the Middleware's order. caller is who would enroll
// it, nil for nobody in particular.
func (s session) vaultFindings(ctx context.Context, v seenVault, caller *core.Address, head uint64) ([]vaultFinding, error) {
	list := findings{}
	if list.refused("NotSymbioticVault", v.Entity, "made by Symbiotic's factory", yes(v.Entity), "yes"); !v.Entity {
		return list, nil
	}
	if list.refused("VaultNotInitialized", v.Initialized, "delegator and slasher are chosen", yes(v.Initialized), "yes"); !v.Initialized {
		return list, nil
	}
	terms, err := s.VaultTerms(ctx, head)
	if err != nil {
		return nil, err
	}
	list.refused("VaultVersionNotAccepted", (v.Version == 1 || v.Version == 2) && !v.VersionBlacklisted, "version",
		blacklisted(fmt.Sprint(v.Version), v.VersionBlacklisted), "1 or 2, not blacklisted")
	list.refused("BurnerNotAccepted", v.Burner == terms.Burner, "where slashed stake goes", none(v.Burner), terms.Burner.String())
	s.slasherFindings(&list, v)
	list.refused("DelegatorTypeNotAccepted", v.DelegatorType != chain.FullRestake && v.DelegatorType <= chain.OperatorNetworkSpecific && !v.DelegatorBlacklisted,
		"delegator's type", blacklisted(typeName(delegatorNames, v.DelegatorType), v.DelegatorBlacklisted), "NetworkRestake, OperatorSpecific or OperatorNetworkSpecific, not blacklisted")
	if v.DelegatorType == chain.OperatorNetworkSpecific {
		list.refused("DelegatorOfAnotherNetwork", v.Network == s.At.Middleware, "network that the delegator serves", v.Network.String(), s.At.Middleware.String())
	}
	last, err := s.CollateralWeight(ctx, v.Collateral, chain.LastMoment, head)
	if err != nil {
		return nil, err
	}
	list.refused("CollateralNotAccepted", !last.IsZero(), "weight of collateral "+s.collateralName(v.Collateral), fixedPoint(last), "above 0")
	if v.Enrolled {
		list.refused("VaultBacksAnotherSet", v.Set == s.set, "set that it backs", fmt.Sprint(v.Set), fmt.Sprint(s.set))
	}
	if caller != nil && !v.Enrolled {
		if err := s.callerFinding(ctx, &list, v, *caller, head); err != nil {
			return nil, err
		}
	}
	err = s.countFindings(ctx, &list, v, terms, head)
	return list, err
}

// slasherFindings are about who can slash, and whether there is time for it.
func (s session) slasherFindings(list *findings, v seenVault) {
	if list.refused("VaultWithoutSlasher", v.Slasher != (common.Address{}), "who can slash", none(v.Slasher), "a VetoSlasher"); v.Slasher == (common.Address{}) {
		return
	}
	list.refused("SlasherTypeNotAccepted", v.SlasherType == chain.VetoSlasher && !v.SlasherBlacklisted, "slasher's type",
		blacklisted(typeName(slasherNames, v.SlasherType), v.SlasherBlacklisted), "VetoSlasher, not blacklisted")
	list.refused("BurnerHookNotAccepted", !v.BurnerHook, "burner is called on each slash", yes(v.BurnerHook), "no")
	if v.SlasherType != chain.VetoSlasher {
		return
	}
	for i, f := range era.CheckVault(s.Times, v.Epoch.Duration, v.Veto) {
		code := []string{"VetoTooShort", "EpochTooShort", "EpochTooLong"}[i]
		list.refused(code, f.OK, f.Words, fmt.Sprintf("%d s", f.Have), fmt.Sprintf("%d s", f.Need))
		(*list)[len(*list)-1].Do = f.Long
	}
}

// callerFinding is about who would enroll it.
func (s session) callerFinding(ctx context.Context, list *findings, v seenVault, caller core.Address, head uint64) error {
	if v.DelegatorType == chain.NetworkRestake {
		has, err := s.HasRole(ctx, v.Delegator, chain.LimitRole, caller, head)
		if err != nil {
			return err
		}
		need, err := s.holders(ctx, v.VaultView, chain.LimitRole, head)
		list.refused("NotInChargeOfVault", has, "who enrolls it has "+chain.LimitRole.Name, caller.String(), need)
		return err
	}
	if v.Operator != (common.Address{}) {
		list.refused("NotInChargeOfVault", common.Address(caller) == v.Operator, "who enrolls it is its operator", caller.String(), core.Address(v.Operator).String())
	}
	return nil
}

// countFindings are about what an enrolled vault needs for its stake to count; of one that is not, what cannot be there yet is left
// out.
func (s session) countFindings(ctx context.Context, list *findings, v seenVault, terms chain.VaultTerms, head uint64) error {
	at := s.Times.Capture(0)
	if e, any := s.Times.CapturedAt(v.now); any {
		at = s.Times.Capture(e + 1)
	}
	weight, err := s.CollateralWeight(ctx, v.Collateral, max(at, v.now+1), head)
	if err != nil {
		return err
	}
	list.counts("collateral_weightless", !weight.IsZero(), "its weight at the next capture", fixedPoint(weight), "above 0",
		"Wait for the announced weight to count; roster network show says when.")
	if !v.Enrolled || v.Set != s.set {
		return nil
	}
	list.counts("vault_resolver", v.Resolver == terms.Resolver, "who can veto", none(v.Resolver), terms.Resolver.String(), "Operators should unlink it: roster vault resolver says more.")
	list.counts("limit_zero", !v.Limit.IsZero(), "network limit", s.limitWords(v.Collateral, v.Limit), "above 0", "The curator: roster vault delegate --network-limit.")
	if v.DelegatorType == chain.NetworkRestake {
		list.counts("shares_zero", !v.Shares.IsZero(), "shares of operators", v.Shares.Dec(), "above 0", "The curator: roster vault delegate --operator-shares.")
	}
	list.counts("vault_empty", !v.Active.IsZero(), "active stake", s.tokens(v.Collateral, v.Active), "above 0", "Stakers: roster staker deposit.")
	linked := 0
	for _, b := range v.backed {
		if b.Linked {
			linked++
		}
	}
	list.counts("unlinked", linked > 0, "operators that link it", fmt.Sprint(linked), "1 or more", "Operators: roster operator link.")
	return nil
}

func yes(so bool) string { return map[bool]string{true: "yes", false: "no"}[so] }

// fixedPoint is a weight with its unit.
func fixedPoint(weight core.Amount) string { return weight.Dec() + " of 10^18" }

func blacklisted(text string, is bool) string {
	if is {
		return text + ", blacklisted by Symbiotic"
	}
	return text
}

type findings []vaultFinding

// refused adds what the Middleware checks.
func (l *findings) refused(code string, ok bool, text, have, need string) {
	*l = append(*l, vaultFinding{code, ok, true, text, have, need, advices[code].next})
}

// counts adds what decides whether the stake of an enrolled vault counts.
func (l *findings) counts(code string, ok bool, text, have, need, do string) {
	*l = append(*l, vaultFinding{code, ok, false, text, have, need, do})
}

// against are the findings that are not so.
func against(list []vaultFinding) (bad []vaultFinding) {
	for _, f := range list {
		if !f.OK {
			bad = append(bad, f)
		}
	}
	return bad
}

func sayFindings(out io.Writer, list []vaultFinding) {
	for _, f := range against(list) {
		word := map[bool]string{true: "REFUSED", false: "counts nothing"}[f.Refused]
		fmt.Fprintf(out, "  %s: %s: %s: have %s, need %s\n    %s\n", word, f.Code, f.Text, f.Have, f.Need, f.Do)
	}
}

func newVaultCheck(f *programFlags) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "check VAULT", Short: "Say all that speaks against a vault, before it is enrolled or after", Args: cobra.ExactArgs(1),
		Long: `check looks at everything that the Middleware looks at when a vault is enrolled, and names all of it that is wrong, where
the contract names the first; and of an enrolled vault, why its stake would not count. --from says who would enroll it.

Exit status: 0 nothing speaks against it, 1 something does.`,
		RunE: func(c *cobra.Command, args []string) error {
			at, err := readVault(args[0])
			if err != nil {
				return usage(c, err)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				if err := s.knownSet(ctx); err != nil {
					return err
				}
				var caller *core.Address
				if s.from != (common.Address{}) {
					who := s.address()
					caller = &who
				}
				v, err := s.seeVault(ctx, at, caller)
				if err != nil {
					return err
				}
				bad := against(v.found)
				if asJSON {
					err = writeJSON(out, map[string]any{"schema": "roster.vault.check/1", "set": s.set, "vault": at, "ok": len(bad) == 0, "findings": v.found})
				} else {
					for _, f := range v.found {
						if f.OK {
							fmt.Fprintf(out, "  ok: %s: %s\n", f.Text, f.Have)
						}
					}
					sayFindings(out, v.found)
					word := map[bool]string{true: "can be enrolled", false: "counts"}[!v.Enrolled]
					if len(bad) == 0 {
						fmt.Fprintf(out, "vault %s %s for set %d: %d of %d are as they should be.\n", at, word, s.set, len(v.found), len(v.found))
					}
				}
				if err == nil && len(bad) > 0 {
					return exitStatus(exitError)
				}
				return err
			})
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	return c
}
