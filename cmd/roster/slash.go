package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/wasm"
)

func newSlash() *cobra.Command {
	c := &cobra.Command{
		Use: "slash", Short: "Look into misbehaviour; request, veto and execute slashes; decide disputes", Args: noArguments,
		Example: "  roster slash show --devnet devnet.json\n  roster slash judge --devnet devnet.json\n  roster slash judge 0x… --devnet devnet.json\n" +
			"  roster slash veto CASE --keystore resolver.json --password-file password --devnet devnet.json",
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newSlashShow(), newJudge())
	c.AddCommand(slashActs()...)
	return c
}

func newJudge() *cobra.Command {
	var f programFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "judge [DISPUTE]",
		Short: "Run a disputed batch again from the chain, and say who was right",
		Long: `judge computes every batch of the set again, from the chain alone, up to the one that a dispute is about, and
compares it with what both sides signed, field by field. It believes nobody and sends nothing: the judge and the
resolver read it, and so can anyone.

Without an argument it lists the disputes. DISPUTE is one's id.

Exit status: 0 one side is right, 1 neither is, or it could not be found out.`,
		Args: cobra.MaximumNArgs(1),
	}
	flags := c.Flags()
	f.reading(flags)
	flags.BoolVar(&asJSON, "json", false, "write JSON")
	c.RunE = func(c *cobra.Command, args []string) error {
		var id core.Hash
		if len(args) == 1 {
			if err := id.UnmarshalText([]byte(args[0])); err != nil {
				return usage(c, err)
			}
		}
		return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error {
			if len(args) == 0 {
				return s.disputes(ctx, out)
			}
			return s.judge(ctx, out, id, asJSON)
		})
	}
	return c
}

func (s session) disputes(ctx context.Context, out io.Writer) error {
	_, head, err := s.newest(ctx)
	if err != nil {
		return err
	}
	filed, upheld, err := s.Disputes(ctx, head)
	if err != nil {
		return err
	}
	for _, d := range filed {
		word := "open"
		if u := upheld[d.Id]; u != nil {
			word = fmt.Sprintf("upheld against %x", u.WrongDigest)
		}
		fmt.Fprintf(out, "%s  set %v, eras %d and %d, filed in block %d: %s\n", core.Hash(d.Id), d.Dispute.Set, d.Dispute.A.Era,
			d.Dispute.B.Era, d.Raw.BlockNumber, word)
	}
	if len(filed) == 0 {
		fmt.Fprintln(out, "Nobody has filed a dispute.")
	}
	return nil
}

func (s session) judge(ctx context.Context, out io.Writer, id core.Hash, asJSON bool) error {
	_, head, err := s.newest(ctx)
	if err != nil {
		return err
	}
	dispute, err := s.dispute(ctx, id, head)
	if err != nil {
		return err
	}
	runner, err := wasm.NewRunner()
	if err != nil {
		return err
	}
	j, err := engine.Judge(ctx, s.Roster, dispute, runner, head)
	if err = errors.Join(err, runner.Close()); err != nil {
		return err
	}
	if asJSON {
		err := writeJSON(out, struct {
			Schema string `json:"schema"`
			engine.Judgement
		}{"roster.slash.judge/1", j})
		if err != nil {
			return err
		}
	} else {
		sayJudgement(out, j)
	}
	if j.Wrong.IsZero() {
		return exitStatus(exitError)
	}
	return nil
}

func sayJudgement(out io.Writer, j engine.Judgement) {
	fmt.Fprintf(out, "Batch %d of set %d, after running %d messages of %d batches again:\n", j.Number, j.Set, j.Messages, j.Batches)
	fmt.Fprintf(out, "  %-13s %-66s  %s\n", "", "computed", "committed")
	for _, f := range []struct {
		name       string
		mine, done any
	}{
		{"previousHash", j.Right.PreviousHash, j.Committed.PreviousHash}, {"endBlock", j.Right.EndBlock, j.Committed.EndBlock},
		{"endBlockHash", j.Right.EndBlockHash, j.Committed.EndBlockHash}, {"stateRoot", j.Right.StateRoot, j.Committed.StateRoot},
		{"messagesRoot", j.Right.MessagesRoot, j.Committed.MessagesRoot},
	} {
		word := "same"
		if f.mine != f.done {
			word = fmt.Sprint(f.done)
		}
		fmt.Fprintf(out, "  %-13s %-66v  %s\n", f.name, f.mine, word)
	}
	switch {
	case j.Wrong.IsZero():
		fmt.Fprintln(out, "Neither side signed what was computed.")
	case j.Difference == "":
		fmt.Fprintf(out, "The committed batch is right. Wrong is the statement %s of era %d, signed by:\n", j.Wrong, j.Era)
	default:
		fmt.Fprintf(out, "The committed batch is WRONG. Wrong is the statement %s of era %d, signed by:\n", j.Wrong, j.Era)
	}
	for _, a := range j.Signers {
		fmt.Fprintf(out, "  %s\n", a)
	}
}
