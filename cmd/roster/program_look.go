package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
	"github.com/gear-tech/roster/internal/wasm"
)

// recomputed is a set's batches as computed here, from the chain alone.
type recomputed struct {
	session
	ledger  *executor.Memory
	machine *executor.Machine
	runner  *wasm.Runner
}

func (s session) recompute() (*recomputed, error) {
	runner, err := wasm.NewRunner()
	if err != nil {
		return nil, err
	}
	ledger := &executor.Memory{}
	return &recomputed{s, ledger, &executor.Machine{Roster: s.Roster, Set: s.set, Ledger: ledger, Runner: runner}, runner}, nil
}

// newest is the newest block that is final, and the newest there is.
func (s session) newest(ctx context.Context) (final, head uint64, err error) {
	heads := chain.Heads{Client: s.Client}
	if heads.Finality, err = chain.ParseFinality("finalized"); err != nil {
		return 0, 0, err
	}
	f, err := heads.Final(ctx)
	if err != nil {
		return 0, 0, err
	}
	h, err := heads.Head(ctx)
	return f.Number, h.Number, err
}

// committed are the batches that the Router has, by number.
func (r *recomputed) committed(ctx context.Context, head uint64) (map[uint64]chain.Committed, error) {
	list, err := r.Batches(ctx, r.set, head)
	if err != nil {
		return nil, err
	}
	byNumber := map[uint64]chain.Committed{}
	for _, c := range list {
		byNumber[c.Batch.Number] = c
	}
	return byNumber, nil
}

// advance computes everything up to the newest final block, and returns what is committed.
func (r *recomputed) advance(ctx context.Context) (map[uint64]chain.Committed, error) {
	final, head, err := r.newest(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.machine.Advance(ctx, final, func(program.Computed) {}); err != nil {
		return nil, err
	}
	return r.committed(ctx, head)
}

// await waits until the answer to a message is committed, and shows it.
func (s session) await(ctx context.Context, out io.Writer, id core.Hash) error {
	r, err := s.recompute()
	if err != nil {
		return err
	}
	defer r.runner.Close()
	for {
		committed, err := r.advance(ctx)
		if err != nil {
			return err
		}
		for _, b := range r.ledger.Batches {
			c, done := committed[b.Number]
			for i, o := range b.Outgoing {
				if o.ReplyTo != id || !done {
					continue
				}
				if c.Hash != b.Hash() {
					return fmt.Errorf("batch %d: %s is committed, computed here is %s: see roster slash judge", b.Number, c.Hash, b.Hash())
				}
				fmt.Fprintf(out, "Answer, in batch %d, message %d, committed in block %d by %d Executors: %s\n", b.Number, i, c.Block,
					len(c.Signers.Indices()), o.Code)
				sayPayload(out, o.Payload)
				if !o.Value.IsZero() {
					fmt.Fprintf(out, "  value  %s base units of wVARA\n", o.Value.Dec())
				}
				if o.Code.IsError() {
					return exitStatus(exitError)
				}
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the answer to %s: %w", id, ctx.Err())
		case <-time.After(time.Second / 2):
		}
	}
}

// sayPayload shows bytes in the ways in which they may have been meant.
func sayPayload(out io.Writer, payload []byte) {
	fmt.Fprintf(out, "  bytes  0x%s\n", hex.EncodeToString(payload))
	text := string(payload)
	printable := len(payload) > 0
	for _, c := range text {
		printable = printable && unicode.IsPrint(c) && c != unicode.ReplacementChar
	}
	if printable {
		fmt.Fprintf(out, "  text   %s\n", text)
	}
	if n := len(payload); n == 4 || n == 8 || n == 16 {
		big := make([]byte, n)
		for i := range payload {
			big[n-1-i] = payload[i]
		}
		fmt.Fprintf(out, "  number %s\n", new(core.Amount).SetBytes(big).Dec())
	}
}

func (f *programFlags) newState() *cobra.Command {
	return &cobra.Command{
		Use: "state [PROGRAM]", Short: "Show a program, or all of a set's, as computed from the chain", Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var one core.Hash
			if len(args) == 1 {
				if err := one.UnmarshalText([]byte(args[0])); err != nil {
					return usage(c, err)
				}
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error { return s.state(ctx, out, one) })
		},
	}
}

func (s session) state(ctx context.Context, out io.Writer, one core.Hash) error {
	r, err := s.recompute()
	if err != nil {
		return err
	}
	defer r.runner.Close()
	committed, err := r.advance(ctx)
	if err != nil {
		return err
	}
	if len(r.ledger.Batches) == 0 {
		fmt.Fprintf(out, "Set %d has no batches yet.\n", s.set)
		return nil
	}
	last := r.ledger.Batches[len(r.ledger.Batches)-1]
	word := "not committed yet"
	if c, done := committed[last.Number]; done {
		word = "not what is committed"
		if c.Hash == last.Hash() {
			word = "committed"
		}
	}
	fmt.Fprintf(out, "Batch %d, of blocks up to %d, %s\nState %s\n", last.Number, last.EndBlock, word, last.StateRoot)
	state, err := program.Open(readOnly{ctx, r.ledger}, last.StateRoot)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "Queue %d messages, %s base units of wVARA held\n", state.QueueLength(), state.Held.Dec())
	found := false
	err = state.EachProgram(func(id core.Hash, p *program.Program) error {
		if !one.IsZero() && id != one {
			return nil
		}
		found = true
		allocated, pages := p.Memory()
		fmt.Fprintf(out, "Program %s\n  %s, code %s\n  balance %s, %d pages of %d bytes kept, %d ranges allocated\n", id, p.Status, p.CodeID,
			p.Balance.Dec(), len(pages), program.PageSize, len(allocated))
		return nil
	})
	if err == nil && !found && !one.IsZero() {
		err = fmt.Errorf("set %d has no program %s", s.set, one)
	}
	return err
}

type readOnly struct {
	ctx    context.Context
	ledger *executor.Memory
}

func (o readOnly) Object(name core.Hash) ([]byte, error) { return o.ledger.Object(o.ctx, name) }

func (f *programFlags) newMessages() *cobra.Command {
	var of string
	c := &cobra.Command{
		Use: "messages", Short: "Show what programs sent to accounts, as computed from the chain", Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error {
			var account core.Address
			if of != "" {
				if err := account.UnmarshalText([]byte(of)); err != nil {
					return usage(c, err)
				}
			}
			return f.within(c, false, func(ctx context.Context, s session, out io.Writer) error { return s.messages(ctx, out, account) })
		},
	}
	c.Flags().StringVar(&of, "to", "", "`address` of the account; all when not given")
	return c
}

func (s session) messages(ctx context.Context, out io.Writer, account core.Address) error {
	r, err := s.recompute()
	if err != nil {
		return err
	}
	defer r.runner.Close()
	committed, err := r.advance(ctx)
	if err != nil {
		return err
	}
	for _, b := range r.ledger.Batches {
		word := "waits for its commit"
		if c, done := committed[b.Number]; done && c.Hash == b.Hash() {
			word = fmt.Sprintf("committed in block %d", c.Block)
		}
		for i, o := range b.Outgoing {
			if account != (core.Address{}) && o.To != account {
				continue
			}
			fmt.Fprintf(out, "%d.%d  %s to %s: %s, %s\n", b.Number, i, o.Program, o.To, o.Code, word)
			sayPayload(out, o.Payload)
		}
	}
	return nil
}
