package main

import (
	"context"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/doctor"
)

// joinFlags are what `roster operator join` can be told.
type joinFlags struct {
	bls         string
	blsPassword chain.Password
	vaults      []string
	endpoint    string
	commission  uint16
	actFlags
	vaultAddresses []common.Address
	secret         *bls.SecretKey
}

func newJoin(f *programFlags) *cobra.Command {
	var x joinFlags
	c := &cobra.Command{
		Use: "join", Short: "Do everything that makes an operator of a set, in the right order, and say what is left", Args: noArguments,
		Long: `join looks at what an operator has done already, and does the rest: it enters Symbiotic's registry, opts in to the
network, registers in the set with its BLS key and the proof that it has it, opts in to each vault and links it. It
shows the plan first, then asks; --yes sends without asking, --dry-run only shows. It can be stopped and called again.

Stake comes from others: a vault's curator gives the set a limit and the operator shares, and stakers deposit. At the end
it says what is there for the next election, and what is missing.

With --calldata nothing is sent: it writes where each transaction has to go and its data, in their order, for a Safe or
any other wallet; --from then names who will send them.`,
		Example: `  roster keys new --bls --out bls.json --password-file password
  roster operator join --bls-keystore bls.json --bls-password-file password --vault 0x… --keystore operator.json --password-file password --devnet devnet.json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := x.read(); err != nil {
				return usage(c, err)
			}
			return f.within(c, !x.calldata, func(ctx context.Context, s session, out io.Writer) error {
				operator, err := x.who(s)
				if err != nil {
					return usage(c, err)
				}
				return x.join(ctx, c, s, out, operator)
			})
		},
	}
	flags := c.Flags()
	flags.StringVar(&x.bls, "bls-keystore", "", "keystore `file` of the Executor's BLS key")
	flags.StringVar(&x.blsPassword.File, "bls-password-file", "", "`file` whose first line is its password")
	flags.StringVar(&x.blsPassword.Env, "bls-password-env", "", "environment `variable` with its password")
	flags.StringArrayVar(&x.vaults, "vault", nil, "`address` of a vault to link; can be given more than once")
	flags.StringVar(&x.endpoint, "endpoint", "", "multiaddr at which other Executors reach the node, as it says when it starts; can be changed later")
	flags.Uint16Var(&x.commission, "commission", 0, "what the operator keeps of what it earns, in basis `points`, 0 to 10000")
	x.actFlags.flags(c)
	return c
}

// read checks the flags and opens the BLS key.
func (x *joinFlags) read() error {
	if x.commission > 10_000 {
		return fmt.Errorf("--commission %d: want 0 to 10000 basis points", x.commission)
	}
	var err error
	if x.secret, err = openBLS(x.bls, x.blsPassword); err != nil {
		return err
	}
	x.vaultAddresses = nil
	for _, text := range x.vaults {
		var at common.Address
		if err := readAddress(&at, "vault", text); err != nil {
			return err
		}
		x.vaultAddresses = append(x.vaultAddresses, at)
	}
	return nil
}

// join shows the plan, sends what is to be sent, and says what is left.
func (x *joinFlags) join(ctx context.Context, c *cobra.Command, s session, out io.Writer, operator core.Address) error {
	plan, err := x.plan(ctx, s, operator)
	if err != nil {
		return err
	}
	done, err := s.carryOut(ctx, c, out, x.actFlags, operator, fmt.Sprintf("%s joins set %d:", operator, s.set), plan)
	if err != nil || !done {
		return err
	}
	return s.standing(ctx, out, operator)
}

// standing says what the operator has for the next election.
func (s session) standing(ctx context.Context, out io.Writer, operator core.Address) error {
	f := electionFlags{era: -1}
	l, err := f.election(ctx, s)
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	return f.explain(out, l, operator)
}

// plan is everything that joining takes, done or not. A jail, or a key that is not the one that is registered, cannot be mended
// by joining: errors.
func (x *joinFlags) plan(ctx context.Context, s session, operator core.Address) ([]step, error) {
	head, now, err := s.Head(ctx)
	if err != nil {
		return nil, err
	}
	j, err := s.JoiningOf(ctx, s.set, operator, head, now)
	if err != nil {
		return nil, err
	}
	key := x.secret.PublicKey()
	switch {
	case j.JailedUntil > now:
		return nil, fmt.Errorf("%s is jailed until %s, for all sets; until then it can be elected nowhere", operator, doctor.Moment(j.JailedUntil, now))
	case j.Registered && j.Key != key.Hash():
		return nil, fmt.Errorf("%s is registered in set %d with the key %s, and %s holds %s: use the keystore of the registered key", operator, s.set, j.Key, x.bls, key.Hash())
	}
	if !j.Registered {
		if err := s.unused(ctx, x.secret, x.bls, head); err != nil {
			return nil, err
		}
	}
	words, proof := s.possession(x.secret, operator)
	steps := []step{
		{"enter Symbiotic's registry of operators", j.Known, chain.EnterRegistryCall(j)},
		{fmt.Sprintf("opt in to the network %s", s.At.Middleware), j.OptedIn, chain.OptInCall(j.NetworkOptIn, s.At.Middleware)},
		{fmt.Sprintf("register in set %d with the key %s and %d bps of commission", s.set, key.Hash(), x.commission), j.Registered,
			chain.RegisterCall(s.At, s.set, words, proof, x.endpoint, core.Bps(x.commission))},
	}
	if j.Registered {
		steps[2].what = fmt.Sprintf("register in set %d with the key %s", s.set, key.Hash())
	}
	if j.Paused {
		steps = append(steps, step{"end its pause", false, chain.ResumeCall(s.At, s.set)})
	}
	for _, vault := range x.vaultAddresses {
		more, err := s.linking(ctx, vault, operator, j, head)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	return steps, nil
}
