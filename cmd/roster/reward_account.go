package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/store"
)

// proven is a leaf with its proof, as JSON has it.
type proven struct {
	Role     reward.Role    `json:"role"`
	Contract common.Address `json:"contract"`
	Account  core.Address   `json:"account"`
	Root     core.Hash      `json:"root"`
	Amount   string         `json:"amount"` // cumulative, base units of wVARA
	Claimed  string         `json:"claimed"`
	Left     string         `json:"left"`
	Proof    []core.Hash    `json:"proof"`

	claim merkle.Claim
	left  core.Amount
}

// trees are both trees of the newest roots, which are those that a claim is paid by: computed from the chain, or from a
// distribution file, whose hash the chain has.
func (s session) trees(ctx context.Context, file string) (operators, stakers *merkle.ClaimTree, err error) {
	_, head, err := s.newest(ctx)
	if err != nil {
		return nil, nil, err
	}
	if file == "" {
		list, err := s.history(ctx, head)
		if err != nil {
			return nil, nil, err
		}
		p, err := (&rewardFlags{era: -1}).one(list, s.set)
		if err != nil {
			return nil, nil, err
		}
		if difference := p.difference(); difference != "" {
			return nil, nil, fmt.Errorf("%s: %s: nothing can be proven under it", p.eras(), difference)
		}
		return p.right.Operators, p.right.Stakers, nil
	}
	mapped, err := store.Map(file) // until the process ends: the trees stand on it
	if err != nil {
		return nil, nil, err
	}
	d, err := reward.Decode(mapped.Bytes())
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", file, err)
	}
	said, err := s.RewardsActivatedOf(ctx, s.set, head)
	if err != nil {
		return nil, nil, err
	}
	if n := len(said); n == 0 || core.Hash(said[n-1].DistributionHash) != core.Keccak(mapped.Bytes()) {
		return nil, nil, fmt.Errorf("%s is of %s, of set %d and eras %d to %d: it is not what set %d has activated last", file,
			core.Keccak(mapped.Bytes()), d.Set, d.FromEra, d.ToEra, s.set)
	}
	if operators, stakers, err = engine.Trees(d); err != nil {
		return nil, nil, err
	}
	// Its hash is a statement of those who signed it, and so are the roots: a claim is paid by the roots.
	if last := said[len(said)-1]; operators.Root() != core.Hash(last.OperatorsRoot) || stakers.Root() != core.Hash(last.StakersRoot) {
		return nil, nil, fmt.Errorf("%s has the hash that was activated, and other roots: %s and %s, on chain are %x and %x; nothing can be proven with it",
			file, operators.Root(), stakers.Root(), last.OperatorsRoot, last.StakersRoot)
	}
	return operators, stakers, nil
}

// leaves are those of an account under the roots that were activated last.
func (s session) leaves(ctx context.Context, account core.Address, from leafSource) ([]proven, error) {
	if from.node != "" {
		return s.leavesOf(ctx, account, from.node)
	}
	operators, stakers, err := s.trees(ctx, from.file)
	if err != nil {
		return nil, err
	}
	_, head, err := s.newest(ctx)
	if err != nil {
		return nil, err
	}
	at, err := s.RewardContractsOf(ctx, s.set, head)
	if err != nil {
		return nil, err
	}
	var found []proven
	for _, t := range []struct {
		role     reward.Role
		contract common.Address
		tree     *merkle.ClaimTree
	}{{reward.AsOperator, at.Operators, operators}, {reward.AsStaker, at.Stakers, stakers}} {
		claim, proof, err := t.tree.Prove(account)
		if errors.Is(err, merkle.ErrNoClaim) {
			continue
		}
		if err != nil {
			return nil, err
		}
		p, err := s.proven(ctx, t.role, t.contract, claim, proof, t.tree.Root(), head)
		if err != nil {
			return nil, err
		}
		found = append(found, p)
	}
	return found, nil
}

// proven is a leaf with what was claimed of it.
func (s session) proven(ctx context.Context, role reward.Role, contract common.Address, claim merkle.Claim, proof []core.Hash, root core.Hash, head uint64) (proven, error) {
	claimed, err := s.ClaimedBy(ctx, contract, claim.Account, head)
	if err != nil {
		return proven{}, err
	}
	var left core.Amount
	if _, under := left.SubOverflow(&claim.Amount, &claimed); under {
		return proven{}, fmt.Errorf("%s has claimed %s as %s, more than the %s of the leaf: newer roots are activated by now; run it again",
			claim.Account, claimed.Dec(), role, claim.Amount.Dec())
	}
	if proof == nil {
		proof = []core.Hash{} // the only leaf is the root
	}
	return proven{Role: role, Contract: contract, Account: claim.Account, Root: root, Amount: claim.Amount.Dec(),
		Claimed: claimed.Dec(), Left: left.Dec(), Proof: proof, claim: claim, left: left}, nil
}

func (f *rewardFlags) newProof() *cobra.Command {
	var from leafSource
	c := &cobra.Command{
		Use: "proof ACCOUNT", Short: "Show an account's leaves under the newest roots, with their proofs", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var account core.Address
			if err := account.UnmarshalText([]byte(args[0])); err != nil {
				return usage(c, err)
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
				found, err := s.leaves(ctx, account, from)
				if err != nil {
					return err
				}
				if f.json {
					return writeList(out, "roster.reward.proof/1", found)
				}
				for _, p := range found {
					fmt.Fprintf(out, "As %s, at %s: %s in all, %s claimed, %s left\n  under %s\n", p.Role, p.Contract, inVara(p.Amount), inVara(p.Claimed), inVara(p.Left), p.Root)
					for _, h := range p.Proof {
						fmt.Fprintf(out, "  %s\n", h)
					}
				}
				if len(found) == 0 {
					fmt.Fprintf(out, "%s has earned nothing in set %d.\n", account, s.set)
				}
				return nil
			})
		},
	}
	c.Flags().BoolVar(&f.json, "json", false, "write JSON")
	from.flags(c)
	return c
}

// leafSource is where leaves and proofs are taken from, which spares the computation; both empty: they are computed from
// the chain. Whatever it is, the roots are the chain's.
type leafSource struct{ file, node string }

func (l *leafSource) flags(c *cobra.Command) {
	c.Flags().StringVar(&l.file, "file", "", "distribution `file` to take the leaves from, as a node keeps it in rewards/; without --file and --node they are computed from the chain")
	c.Flags().StringVar(&l.node, "node", "", "`URL` of a node to take the proofs from, as http://127.0.0.1:9635: each is checked against the chain's root; that there is none is not proven")
	c.MarkFlagsMutuallyExclusive("file", "node")
}

func newOperator() *cobra.Command {
	c, f := newActor("operator", "join a set, change what they joined with, claim rewards")
	c.AddCommand(newJoin(f), newForecast(f), newClaim(f, "operator", reward.AsOperator))
	c.AddCommand(operatorActs(f)...)
	return c
}

// newActor is the command of those who act, with what all of its commands can be told.
func newActor(name, does string) (*cobra.Command, *programFlags) {
	c := &cobra.Command{Use: name, Short: "What " + name + "s do: " + does, Args: noArguments,
		Example: fmt.Sprintf("  roster %s claim --devnet devnet.json", name),
		RunE:    func(c *cobra.Command, _ []string) error { return c.Help() }}
	f := &programFlags{}
	f.acting(c.PersistentFlags())
	return c, f
}

func newClaim(f *programFlags, name string, role reward.Role) *cobra.Command {
	var calldata bool
	var from leafSource
	claim := &cobra.Command{
		Use: "claim [ACCOUNT]", Short: "Claim all that was earned and not claimed yet, in one transaction", Args: cobra.MaximumNArgs(1),
		Long: `claim recomputes the rewards, finds the account's leaf under the newest roots with its proof, simulates the claim,
says what it pays and what it needs, and sends it. One claim takes all eras.

With --calldata nothing is sent: it writes where a transaction has to go and its data, for a Safe or any other
wallet. ACCOUNT, or --from, then is who will send it; else it is the account that sends.`,
		Example: fmt.Sprintf("  roster %s claim --devnet devnet.json --account 'operator 0'\n  roster %s claim 0x… --calldata --devnet devnet.json", name, name),
		RunE: func(c *cobra.Command, args []string) error {
			var account core.Address
			if len(args) == 1 {
				if err := account.UnmarshalText([]byte(args[0])); err != nil {
					return usage(c, err)
				}
			}
			if len(args) == 1 && !calldata {
				return usage(c, errors.New("name ACCOUNT with --calldata, and only then"))
			}
			return f.within(c, !calldata, func(ctx context.Context, s session, out io.Writer) error {
				if len(args) == 0 {
					account = s.address()
				}
				if account == (core.Address{}) {
					return usage(c, errors.New("--calldata: name ACCOUNT, who will send it"))
				}
				return s.claim(ctx, out, role, account, from, calldata)
			})
		},
	}
	claim.Flags().BoolVar(&calldata, "calldata", false, "write the transaction instead of sending it")
	from.flags(claim)
	return claim
}

func (s session) claim(ctx context.Context, out io.Writer, role reward.Role, account core.Address, from leafSource, calldata bool) error {
	found, err := s.leaves(ctx, account, from)
	if err != nil {
		return err
	}
	for _, p := range found {
		if p.Role != role {
			continue
		}
		if p.left.IsZero() {
			fmt.Fprintf(out, "Nothing is left to claim: %s earned %s as %s, and has claimed it all.\n", account, inVara(p.Amount), role)
			return nil
		}
		call := engine.ClaimCall(s.At, p.Contract, p.claim, p.Proof)
		need, err := s.simulate(ctx, account, call)
		if err != nil {
			return fmt.Errorf("claim of %s: %w", account, err)
		}
		fmt.Fprintf(out, "%s can claim %s as %s (%s earned, %s claimed before), for about %d gas.\n", account, inVara(p.Left), role,
			inVara(p.Amount), inVara(p.Claimed), need)
		if calldata {
			fmt.Fprintf(out, "to    %s\nvalue 0\ndata  0x%x\n", call.To, call.Data)
			return nil
		}
		receipt, err := s.do(ctx, call)
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "Claimed in block %d for %d gas.\n", receipt.BlockNumber, receipt.GasUsed)
		return nil
	}
	return fmt.Errorf("%s has earned nothing as %s in set %d", account, role, s.set)
}

// inVara is a decimal of base units as people read it.
func inVara(units string) string {
	var amount core.Amount
	if err := amount.SetFromDecimal(units); err != nil {
		return units
	}
	return doctor.Vara(amount)
}
