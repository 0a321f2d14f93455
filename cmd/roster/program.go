package main

import (
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// programFlags are what every `roster program` command can be told.
type programFlags struct {
	url, middleware, programs, devnet string
	chainID                           uint64 // 0: whichever the endpoint is on
	set                               uint64
	timeout                           time.Duration
	noPrograms                        bool // the command needs no Programs
	acts                              bool // the command has flags that say who sends
	walletFlags
}

// defaultTimeout is how long a command may take that waits for the chain.
const defaultTimeout = 5 * time.Minute

func newProgram() *cobra.Command {
	var f programFlags
	c := &cobra.Command{
		Use:   "program",
		Short: "Upload programs, create them, talk to them, and see what they did",
		Long: `program uploads code for Executors to run, makes programs of it, sends them messages, and shows what came
of it. What a program did is computed here again, from the chain alone: an answer is shown when the batch that
has it is committed, and is the same as what was computed.

A payload is put together from pieces:
  0x…  bytes as hex       text:hello       @file
  u8:7 u32:7 u64:7 u128:7 numbers, little endian
  account:0x…             an account as programs see it, 32 bytes

The sender is a keystore's account, one whose key is in a signer, or one that the devnet's file names (--devnet devnet.json
--account NAME).`,
		Example: `  roster program upload examples/token/token.wasm --devnet devnet.json
  roster program create examples/token/token.wasm u128:1000000 --devnet devnet.json
  roster program send 0x… text:t account:0x… u128:100 --devnet devnet.json
  roster program state 0x… --devnet devnet.json
  roster program messages --devnet devnet.json`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	f.acting(c.PersistentFlags())
	c.AddCommand(f.newUpload(), f.newCreate(), f.newSend(), f.newState(), f.newMessages())
	return c
}

// reading adds the flags of commands that only look.
func (f *programFlags) reading(flags *pflag.FlagSet) {
	flags.StringVar(&f.url, "rpc-url", "", "`URL` of an Ethereum node; "+endpointEnv+", or "+endpointDefault+" when not given")
	flags.StringVar(&f.middleware, "middleware", "", "`address` of the Middleware, from which the other contracts follow")
	if !f.noPrograms {
		flags.StringVar(&f.programs, "programs", "", "`address` of Programs, which no other contract names")
	}
	flags.Uint64Var(&f.chainID, "chain-id", 0, "`number` of the chain that is meant, checked; 0 takes the endpoint's")
	flags.StringVar(&f.devnet, "devnet", "", "`file` that roster devnet wrote: endpoint, contracts, and accounts")
	flags.Uint64Var(&f.set, "set", 0, "`number` of the operator set")
	flags.DurationVar(&f.timeout, "timeout", defaultTimeout, "how much `time` everything may take")
}

// acting adds those of commands that send as well.
func (f *programFlags) acting(flags *pflag.FlagSet) {
	f.reading(flags)
	f.acts = true
	f.walletFlags.flags(flags)
}

// session is a chain, and whoever acts on it.
type session struct {
	*chain.Roster
	set core.SetID
	wallet
	// patience is told how far long computations have come; nil: nobody is.
	patience io.Writer
}

// endpoint is a chain that can be asked for code as well.
type endpoint interface {
	chain.Client
	CodeAt(ctx context.Context, at common.Address, block *big.Int) ([]byte, error)
}

// connection is a chain on which nothing of ours need be yet.
type connection struct {
	client  endpoint
	chainID uint64
	wallet
	file *devnetFile // nil without --devnet
}

// connect finds who sends, and the chain; acting says that someone is to send.
func (f programFlags) connect(ctx context.Context, acting bool) (connection, error) {
	var c connection
	url, need, said := f.url, f.chainID, "--chain-id"
	if f.devnet != "" {
		file, err := readDevnet(f.devnet)
		if err != nil {
			return c, err
		}
		c.file = &file
		if url == "" {
			url = file.URL
		}
		if need == 0 {
			need, said = file.ChainID, "--devnet "+f.devnet
		}
	}
	if url == "" {
		url = endpointDefault
		if named := os.Getenv(endpointEnv); named != "" {
			url = named
		}
	}
	var err error
	if f.acts {
		if c.wallet, err = f.walletFlags.open(ctx, c.file, acting); err != nil {
			return c, err
		}
	}
	if c.client, err = chain.Dial(ctx, url); err != nil {
		return c, err
	}
	id, err := c.client.ChainID(ctx)
	if err != nil {
		return c, fmt.Errorf("read chain id from %s: %w", chain.Redact(url), chain.Classify(err))
	}
	c.chainID = id.Uint64()
	if need != 0 && need != c.chainID {
		return c, fmt.Errorf("wrong chain: %s is on chain %d, need %d (%s): name another endpoint with --rpc-url", chain.Redact(url), c.chainID, need, said)
	}
	return c, nil
}

// open connects, and finds our contracts.
func (f programFlags) open(ctx context.Context, acting bool) (session, error) {
	s := session{set: core.SetID(f.set)}
	var at, programs common.Address
	if err := errors.Join(readAddress(&at, "middleware", f.middleware), readAddress(&programs, "programs", f.programs)); err != nil {
		return s, err
	}
	if f.devnet == "" && at == (common.Address{}) || f.devnet == "" && programs == (common.Address{}) && !f.noPrograms {
		want := map[bool]string{true: "--middleware", false: "--middleware and --programs"}[f.noPrograms]
		return s, fmt.Errorf("want %s, or --devnet with the file that roster devnet wrote", want)
	}
	c, err := f.connect(ctx, acting)
	if err != nil {
		return s, err
	}
	s.wallet = c.wallet
	if c.file != nil && at == (common.Address{}) {
		at = c.file.Addresses.Middleware
	}
	if c.file != nil && programs == (common.Address{}) {
		programs = c.file.Addresses.Programs
	}
	s.Roster, err = chain.Open(ctx, c.client, at, programs, 0)
	return s, err
}

func readDevnet(path string) (devnetFile, error) {
	var file devnetFile
	text, err := os.ReadFile(path)
	if err != nil {
		return file, fmt.Errorf("--devnet: %w", err)
	}
	if err := json.Unmarshal(text, &file); err != nil || file.ChainID == 0 {
		return file, fmt.Errorf("--devnet %s: not a file that roster devnet wrote", path)
	}
	return file, nil
}

// key is that of an account by its name, the last one's without.
func (f devnetFile) key(name string) (*ecdsa.PrivateKey, error) {
	var names []string
	for i, a := range f.Accounts {
		if a.Name == name || name == "" && i == len(f.Accounts)-1 {
			return crypto.ToECDSA(a.PrivateKey)
		}
		names = append(names, a.Name)
	}
	return nil, fmt.Errorf("--account %q: the devnet's file has %q", name, names)
}

// address is the account that sends.
func (w wallet) address() core.Address { return core.Address(w.from) }
