package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// step is one transaction of a plan.
type step struct {
	what string
	done bool
	call chain.Call
}

// actFlags say what becomes of a plan.
type actFlags struct {
	yes, dryRun, calldata bool
}

func (a *actFlags) flags(c *cobra.Command) {
	c.Flags().BoolVar(&a.yes, "yes", false, "send without asking")
	c.Flags().BoolVar(&a.dryRun, "dry-run", false, "only show what is to be done")
	c.Flags().BoolVar(&a.calldata, "calldata", false, "write the transactions of --from instead of sending them")
}

// who sends: the session's account, or with --calldata whom --from names.
func (a *actFlags) who(s session) (core.Address, error) {
	if s.from == (common.Address{}) {
		return core.Address{}, fmt.Errorf("--calldata: name the account that will send with --from or %s", senderEnv)
	}
	return s.address(), nil
}

// planned is what an account is about to do: a title, its steps, and what to say when all is done, nil for nothing.
type planned struct {
	title string
	steps []step
	after func(context.Context, io.Writer) error
}

// act opens a session, has somebody plan, and carries the plan out.
func (f *programFlags) act(c *cobra.Command, a actFlags, plan func(ctx context.Context, s session, who core.Address, head uint64) (planned, error)) error {
	return f.within(c, !a.calldata, func(ctx context.Context, s session, out io.Writer) error {
		who, err := a.who(s)
		if err != nil {
			return usage(c, err)
		}
		head, _, err := s.Head(ctx)
		if err != nil {
			return err
		}
		p, err := plan(ctx, s, who, head)
		if err != nil {
			return err
		}
		done, err := s.carryOut(ctx, c, out, a, who, p.title, p.steps)
		if err != nil || !done || p.after == nil {
			return err
		}
		return p.after(ctx, out)
	})
}

// carryOut shows a plan under a title, asks, and sends what is not done; or writes it, or does neither. It reports whether
// everything is done then.
func (s session) carryOut(ctx context.Context, c *cobra.Command, out io.Writer, a actFlags, who core.Address, title string, plan []step) (bool, error) {
	todo := slices.DeleteFunc(slices.Clone(plan), func(t step) bool { return t.done })
	if a.calldata {
		for i, t := range todo {
			to := "none: it makes a contract"
			if t.call.To != nil {
				to = t.call.To.String()
			}
			fmt.Fprintf(out, "%d. %s\nto    %s\nvalue 0\ndata  0x%x\n", i+1, t.what, to, t.call.Data)
		}
		if len(todo) == 0 {
			fmt.Fprintf(out, "%s has nothing left to do.\n", who)
		}
		return false, nil
	}
	fmt.Fprintf(out, "%s\n", title)
	for _, t := range plan {
		fmt.Fprintf(out, "  %-5s  %s\n", map[bool]string{true: "done", false: "to do"}[t.done], t.what)
	}
	if len(todo) == 0 {
		return true, nil
	}
	need, err := s.simulate(ctx, who, todo[0].call)
	if err != nil {
		return false, fmt.Errorf("%s: it would fail: %w", todo[0].what, err)
	}
	if len(todo) == 1 {
		fmt.Fprintf(out, "One transaction, for about %d gas.\n", need)
	} else {
		fmt.Fprintf(out, "%d transactions, the first for about %d gas; what comes after it is simulated before it is sent.\n", len(todo), need)
	}
	if a.dryRun {
		return false, nil
	}
	if err := a.confirm(c, out); err != nil {
		return false, err
	}
	for _, t := range todo {
		receipt, err := s.do(ctx, t.call)
		if err != nil {
			return false, fmt.Errorf("%s: %w\nwhat was done before it stays; correct it and call it again", t.what, err)
		}
		fmt.Fprintf(out, "  done   %s, in block %d for %d gas\n", t.what, receipt.BlockNumber, receipt.GasUsed)
	}
	return true, nil
}

// confirm asks whoever is there; without anybody it wants --yes.
func (a actFlags) confirm(c *cobra.Command, out io.Writer) error {
	if a.yes {
		return nil
	}
	fmt.Fprint(out, "Send? [y/N] ")
	answer, err := bufio.NewReader(c.InOrStdin()).ReadString('\n')
	if word := strings.ToLower(strings.TrimSpace(answer)); word == "y" || word == "yes" {
		return nil
	}
	fmt.Fprintln(out)
	if err != nil {
		return errors.New("nothing was sent: nobody answered; say --yes to send without being asked, or --dry-run")
	}
	return errors.New("nothing was sent")
}
