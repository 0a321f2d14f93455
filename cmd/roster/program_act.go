package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/wasm"
)

// within gives a command its time.
func (f programFlags) within(c *cobra.Command, acting bool, do func(context.Context, session, io.Writer) error) error {
	ctx, cancel := context.WithTimeout(c.Context(), f.timeout)
	defer cancel()
	s, err := f.open(ctx, acting)
	if chain.KindOf(err) == chain.Retry {
		return fmt.Errorf("%w\nno node answers there: start it, or name another with --rpc-url or %s", err, endpointEnv)
	}
	if err != nil {
		return usage(c, err)
	}
	s.patience = patience(c)
	err = do(ctx, s, c.OutOrStdout())
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: it took longer than --timeout %v", err, f.timeout)
	}
	return err
}

func (f *programFlags) newUpload() *cobra.Command {
	return &cobra.Command{
		Use: "upload FILE.wasm", Short: "Upload a program's code, after checking it", Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			code, err := readCode(args[0])
			if err != nil {
				return usage(c, err)
			}
			return f.within(c, true, func(ctx context.Context, s session, out io.Writer) error { return s.upload(ctx, out, code) })
		},
	}
}

// readCode reads code that Executors would run.
func readCode(path string) ([]byte, error) {
	code, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if _, err := wasm.Check(code); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return code, nil
}

func (s session) upload(ctx context.Context, out io.Writer, code []byte) error {
	id := chain.CodeID(chain.Chunks(code))
	_, number, err := s.newest(ctx)
	if err != nil {
		return err
	}
	if _, there, err := s.Code(ctx, id, number); err != nil || there {
		if there {
			fmt.Fprintf(out, "Code %s is there already.\n", id)
		}
		return err
	}
	gas := uint64(0)
	for _, call := range chain.UploadCodeCalls(s.At, code) {
		receipt, err := s.do(ctx, call)
		if err != nil {
			return err
		}
		gas += receipt.GasUsed
	}
	fmt.Fprintf(out, "Code %s: %d bytes uploaded for %d gas.\n", id, len(code), gas)
	return nil
}

func (f *programFlags) newCreate() *cobra.Command {
	var salt, value string
	var noWait bool
	c := &cobra.Command{
		Use: "create FILE.wasm|CODE-ID [PAYLOAD…]", Short: "Make a program of uploaded code, and wait until it has started", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := codeOf(args[0])
			init, err2 := payloadOf(args[1:])
			amount, err3 := amountOf(value)
			if err := errors.Join(err, err2, err3); err != nil {
				return usage(c, err)
			}
			return f.within(c, true, func(ctx context.Context, s session, out io.Writer) error {
				if err := s.approve(ctx); err != nil {
					return err
				}
				word := core.Keccak([]byte(salt))
				receipt, err := s.do(ctx, chain.CreateProgramCall(s.At, s.set, id, word, init, amount))
				if err != nil {
					return err
				}
				made := chain.ProgramID(s.set, id, s.address(), word)
				fmt.Fprintf(out, "Program %s, created in block %d for %d gas.\n", made, receipt.BlockNumber, receipt.GasUsed)
				if noWait {
					return nil
				}
				return s.await(ctx, out, program.IncomingID(made, program.InitNonce))
			})
		},
	}
	c.Flags().StringVar(&salt, "salt", "", "any `text`: the same code, sender and salt can make one program")
	c.Flags().StringVar(&value, "value", "0", "wVARA base `units` to send with it")
	c.Flags().BoolVar(&noWait, "no-wait", false, "do not wait for the answer")
	return c
}

// codeOf is the id of a file's code, or the id itself.
func codeOf(text string) (id core.Hash, err error) {
	if id.UnmarshalText([]byte(text)) == nil {
		return id, nil
	}
	code, err := readCode(text)
	if err != nil {
		return id, err
	}
	return chain.CodeID(chain.Chunks(code)), nil
}

func amountOf(text string) (core.Amount, error) {
	v, err := uint256.FromDecimal(text)
	if err != nil || v.BitLen() > 128 {
		return core.Amount{}, fmt.Errorf("--value %s: want wVARA base units, a whole number below 2^128", text)
	}
	return *v, nil
}

func (f *programFlags) newSend() *cobra.Command {
	var value string
	var noWait bool
	c := &cobra.Command{
		Use: "send PROGRAM [PAYLOAD…]", Short: "Send a message to a program, and wait for its committed answer", Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var to core.Hash
			err := to.UnmarshalText([]byte(args[0]))
			payload, err2 := payloadOf(args[1:])
			amount, err3 := amountOf(value)
			if err := errors.Join(err, err2, err3); err != nil {
				return usage(c, err)
			}
			return f.within(c, true, func(ctx context.Context, s session, out io.Writer) error {
				if err := s.approve(ctx); err != nil {
					return err
				}
				receipt, err := s.do(ctx, chain.SendMessageCall(s.At, to, payload, amount))
				if err != nil {
					return err
				}
				id, err := s.sent(ctx, to, receipt)
				if err != nil {
					return err
				}
				fmt.Fprintf(out, "Message %s, sent in block %d for %d gas.\n", id, receipt.BlockNumber, receipt.GasUsed)
				if noWait {
					return nil
				}
				return s.await(ctx, out, id)
			})
		},
	}
	c.Flags().StringVar(&value, "value", "0", "wVARA base `units` to send with it")
	c.Flags().BoolVar(&noWait, "no-wait", false, "do not wait for the answer")
	return c
}

// sent is the id of the message that a transaction sent.
func (s session) sent(ctx context.Context, to core.Hash, receipt *types.Receipt) (core.Hash, error) {
	block := receipt.BlockNumber.Uint64()
	all, err := s.ProgramEvents(ctx, block, block)
	if err != nil {
		return core.Hash{}, err
	}
	for _, e := range all {
		if e.Message != nil && e.Message.Program == to && e.Message.Sender == s.address() {
			return program.IncomingID(to, e.Message.Nonce), nil
		}
	}
	return core.Hash{}, fmt.Errorf("block %d has no message of %s to %s", block, s.address(), to)
}

// do sends a call and waits for it.
func (s session) do(ctx context.Context, call chain.Call) (*types.Receipt, error) {
	return s.sender().Do(ctx, call)
}

// sender sends by the session's account, and waits for blocks that others make.
func (s session) sender() *chain.Sender {
	return chain.NewSenderOf(s.Client, s.signer, new(big.Int).SetUint64(s.ChainID), chain.Poll(200*time.Millisecond))
}

// simulate says how much gas a call needs, or why it reverts.
func (s session) simulate(ctx context.Context, from core.Address, call chain.Call) (uint64, error) {
	return chain.Simulate(ctx, s.Client, common.Address(from), call, nil)
}

// approve lets Programs take fees and values, once.
func (s session) approve(ctx context.Context) error {
	approved, err := s.ProgramsApproved(ctx, s.address())
	if err != nil || approved {
		return err
	}
	_, err = s.do(ctx, chain.ApproveProgramsCall(s.At))
	return err
}

// payloadOf puts a payload together.
func payloadOf(pieces []string) ([]byte, error) {
	out := []byte{}
	for _, p := range pieces {
		piece, err := pieceOf(p)
		if err != nil {
			return nil, err
		}
		out = append(out, piece...)
	}
	if len(out) > wasm.MaxPayload {
		return nil, fmt.Errorf("payload of %d bytes, at most %d are allowed", len(out), wasm.MaxPayload)
	}
	return out, nil
}

func pieceOf(text string) ([]byte, error) {
	if rest, is := strings.CutPrefix(text, "0x"); is {
		raw, err := hex.DecodeString(rest)
		if err != nil {
			return nil, fmt.Errorf("payload %s: want an even number of hex digits", text)
		}
		return raw, nil
	}
	if path, is := strings.CutPrefix(text, "@"); is {
		return os.ReadFile(path)
	}
	kind, rest, found := strings.Cut(text, ":")
	bits := map[string]int{"u8": 8, "u32": 32, "u64": 64, "u128": 128}[kind]
	switch {
	case found && kind == "text":
		return []byte(rest), nil
	case found && kind == "account":
		var a core.Address
		if err := a.UnmarshalText([]byte(rest)); err != nil {
			return nil, fmt.Errorf("payload %s: %w", text, err)
		}
		id := program.Actor(a)
		return id[:], nil
	case found && bits > 0:
		v, err := uint256.FromDecimal(rest)
		if err != nil || v.BitLen() > bits {
			return nil, fmt.Errorf("payload %s: want a whole number below 2^%d", text, bits)
		}
		big := v.Bytes32()
		out := make([]byte, bits/8)
		for i := range out {
			out[i] = big[31-i]
		}
		return out, nil
	}
	return nil, fmt.Errorf("payload %s: want 0x…, text:…, @file, account:0x…, u8:…, u32:…, u64:… or u128:…", strconv.Quote(text))
}
