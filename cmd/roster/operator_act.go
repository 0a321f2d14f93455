package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
)

// operatorPlan is what an operator wants to change, given where it stands: steps, or why there is nothing to change.
type operatorPlan func(ctx context.Context, s session, who core.Address, j chain.Joining, head uint64) ([]step, error)

// operatorAct is a command of an operator that is registered: it shows what it is about to do, asks, sends, and says what the
// operator then has for the next election.
func operatorAct(f *programFlags, c *cobra.Command, read func(args []string) (operatorPlan, error)) *cobra.Command {
	var a actFlags
	a.flags(c)
	c.RunE = func(c *cobra.Command, args []string) error {
		plan, err := read(args)
		if err != nil {
			return usage(c, err)
		}
		return f.within(c, !a.calldata, func(ctx context.Context, s session, out io.Writer) error {
			who, err := a.who(s)
			if err != nil {
				return usage(c, err)
			}
			head, now, err := s.Head(ctx)
			if err != nil {
				return err
			}
			j, err := s.JoiningOf(ctx, s.set, who, head, now)
			if err != nil {
				return err
			}
			if !j.Registered {
				return fmt.Errorf("%s is not registered in set %d: roster operator join", who, s.set)
			}
			steps, err := plan(ctx, s, who, j, head)
			if err != nil {
				return err
			}
			done, err := s.carryOut(ctx, c, out, a, who, fmt.Sprintf("%s in set %d:", who, s.set), steps)
			if err != nil || !done {
				return err
			}
			return s.standing(ctx, out, who)
		})
	}
	return c
}

// fixed is a plan that needs no arguments.
func fixed(plan operatorPlan) func([]string) (operatorPlan, error) {
	return func([]string) (operatorPlan, error) { return plan, nil }
}

func operatorActs(f *programFlags) []*cobra.Command {
	return []*cobra.Command{
		operatorAct(f, &cobra.Command{Use: "pause", Short: "Stay out of the elections to come, until resumed", Args: noArguments,
			Long: "pause keeps an operator out of every election whose capture is still to come. Whoever is elected already stays it, and must\ngo on signing."},
			fixed(func(_ context.Context, s session, who core.Address, j chain.Joining, _ uint64) ([]step, error) {
				if j.Paused {
					return nil, fmt.Errorf("%s is paused already", who)
				}
				return []step{{"pause", false, chain.PauseCall(s.At, s.set)}}, nil
			})),
		operatorAct(f, &cobra.Command{Use: "resume", Short: "Take part in elections again", Args: noArguments},
			fixed(func(_ context.Context, s session, who core.Address, j chain.Joining, _ uint64) ([]step, error) {
				if !j.Paused {
					return nil, fmt.Errorf("%s is not paused", who)
				}
				return []step{{"resume", false, chain.ResumeCall(s.At, s.set)}}, nil
			})),
		operatorAct(f, &cobra.Command{Use: "leave", Short: "Leave the set", Args: noArguments,
			Long: "leave ends the registration. Eras that were captured before stay: the operator must go on signing in those for which it is\nelected, earns in them, and can be slashed for them until their windows close. It can join again."},
			fixed(func(_ context.Context, s session, _ core.Address, _ chain.Joining, _ uint64) ([]step, error) {
				return []step{{"leave", false, chain.LeaveCall(s.At, s.set)}}, nil
			})),
		operatorAct(f, &cobra.Command{Use: "commission BPS", Short: "Change what the operator keeps of what it earns", Args: cobra.ExactArgs(1),
			Long: "commission sets it in basis points, 0 to 10000. A raise is announced and counts later, a cut from the next capture on."}, readCommission),
		operatorAct(f, &cobra.Command{Use: "endpoint MULTIADDR", Short: "Say where other Executors reach the node", Args: cobra.ExactArgs(1),
			Long: "endpoint writes the node's address, with its peer id, to the chain. The node says it when it starts."}, readEndpoint),
		operatorAct(f, &cobra.Command{Use: "link VAULT", Short: "Opt in to a vault and link it", Args: cobra.ExactArgs(1)}, readLink),
		operatorAct(f, &cobra.Command{Use: "unlink VAULT", Short: "Let a vault count no more, from the next capture on", Args: cobra.ExactArgs(1)}, readUnlink),
		newRotate(f),
	}
}

func readCommission(args []string) (operatorPlan, error) {
	bps, err := strconv.ParseUint(args[0], 10, 16)
	if err != nil || bps > 10_000 {
		return nil, fmt.Errorf("%q: want 0 to 10000 basis points", args[0])
	}
	return func(_ context.Context, s session, _ core.Address, _ chain.Joining, _ uint64) ([]step, error) {
		return []step{{fmt.Sprintf("set the commission to %d bps", bps), false, chain.CommissionCall(s.At, s.set, core.Bps(bps))}}, nil
	}, nil
}

func readEndpoint(args []string) (operatorPlan, error) {
	return func(_ context.Context, s session, _ core.Address, _ chain.Joining, _ uint64) ([]step, error) {
		return []step{{fmt.Sprintf("set the endpoint to %q", args[0]), false, chain.EndpointCall(s.At, s.set, args[0])}}, nil
	}, nil
}

func readLink(args []string) (operatorPlan, error) {
	var vault common.Address
	if err := readAddress(&vault, "vault", args[0]); err != nil {
		return nil, err
	}
	return func(ctx context.Context, s session, who core.Address, j chain.Joining, head uint64) ([]step, error) {
		return s.linking(ctx, vault, who, j, head)
	}, nil
}

// linking is what it takes to link a vault.
func (s session) linking(ctx context.Context, vault common.Address, who core.Address, j chain.Joining, head uint64) ([]step, error) {
	service, in, err := s.VaultOptIn(ctx, vault, who, head)
	if err != nil {
		return nil, fmt.Errorf("vault %s: %w: is it one of Symbiotic's, on this chain?", vault, err)
	}
	return []step{{fmt.Sprintf("opt in to vault %s", vault), in, chain.OptInCall(service, vault)},
		{fmt.Sprintf("link vault %s", vault), slices.Contains(j.Vaults, vault), chain.LinkVaultCall(s.At, s.set, vault)}}, nil
}

func readUnlink(args []string) (operatorPlan, error) {
	var vault common.Address
	if err := readAddress(&vault, "vault", args[0]); err != nil {
		return nil, err
	}
	return func(_ context.Context, s session, who core.Address, j chain.Joining, _ uint64) ([]step, error) {
		if !slices.Contains(j.Vaults, vault) {
			return nil, fmt.Errorf("%s has not linked vault %s; it has %v", who, vault, j.Vaults)
		}
		return []step{{fmt.Sprintf("unlink vault %s", vault), false, chain.UnlinkVaultCall(s.At, s.set, vault)}}, nil
	}, nil
}

func newRotate(f *programFlags) *cobra.Command {
	var keystore string
	var password chain.Password
	c := &cobra.Command{Use: "rotate --bls-keystore FILE", Short: "Put another BLS key in the place of the registered one", Args: noArguments,
		Long: `rotate registers another key, with the proof that you have it. It counts from the next capture on: keep the old key and its
node signing until the last era for which it was elected is over. Each key is registered once, and never again.`}
	c.Flags().StringVar(&keystore, "bls-keystore", "", "keystore `file` of the new BLS key")
	c.Flags().StringVar(&password.File, "bls-password-file", "", "`file` whose first line is its password")
	c.Flags().StringVar(&password.Env, "bls-password-env", "", "environment `variable` with its password")
	return operatorAct(f, c, func([]string) (operatorPlan, error) {
		secret, err := openBLS(keystore, password)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, s session, who core.Address, j chain.Joining, head uint64) ([]step, error) {
			if j.Key == secret.PublicKey().Hash() {
				return nil, fmt.Errorf("%s is registered with the key of %s already", who, keystore)
			}
			if err := s.unused(ctx, secret, keystore, head); err != nil {
				return nil, err
			}
			key, proof := s.possession(secret, who)
			return []step{{fmt.Sprintf("put the key %s in the place of %s", secret.PublicKey().Hash(), j.Key), false, chain.RotateCall(s.At, s.set, key, proof)}}, nil
		}, nil
	})
}

// openBLS opens an Executor's key.
func openBLS(keystore string, password chain.Password) (*bls.SecretKey, error) {
	if keystore == "" {
		return nil, errors.New("name the Executor's key with --bls-keystore; roster keys new --bls makes one")
	}
	secret, err := chain.LoadSecret(keystore, password)
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	key, err := bls.SecretKeyFromBytes(secret)
	if err != nil {
		return nil, fmt.Errorf("open key %s: %w", keystore, err)
	}
	return key, nil
}

// unused refuses a key that was registered before.
func (s session) unused(ctx context.Context, secret *bls.SecretKey, keystore string, head uint64) error {
	key := secret.PublicKey().Hash()
	used, err := s.KeyUsed(ctx, key, head)
	if err == nil && used {
		err = fmt.Errorf("the key %s of %s was registered before, and each is registered once: make another with roster keys new --bls", key, keystore)
	}
	return err
}

// possession is a key and the proof that an operator has it, as the contracts take them.
func (s session) possession(secret *bls.SecretKey, operator core.Address) (key [6][32]byte, proof [3][32]byte) {
	public := secret.PublicKey()
	digest := batch.Possession(s.ChainID, core.Address(s.At.Middleware), s.set, operator, public.Hash())
	return chain.KeyWords(public.Packed()), chain.SignatureWords(secret.ProvePossession(digest).Packed())
}
