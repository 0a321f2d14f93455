package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
)

// The exit codes of `roster doctor`; 0 is that everything is as it should be.
const (
	exitFindings   = 1
	exitCannotTell = 2 // as when it is called wrongly: nothing was found out
)

// doctorFlags are what `roster doctor` can be told.
type doctorFlags struct {
	urls                                    []string
	chainID                                 uint64
	middleware, programs                    string
	devnet                                  string
	set                                     uint64
	operator                                string
	keystore, passwordFile, passwordEnv     string
	blsKey, blsPasswordFile, blsPasswordEnv string
	store                                   string
	json                                    bool
	timeout                                 time.Duration
}

// Where an endpoint comes from when no flag names one.
const (
	endpointEnv     = "ETH_RPC_URL"
	endpointDefault = "http://127.0.0.1:8545"
)

func newDoctor() *cobra.Command {
	var f doctorFlags
	c := &cobra.Command{
		Use:   "doctor",
		Short: "Look at everything a node depends on, and say what is wrong and what to do",
		Long: `doctor looks at endpoints, the chain's contracts and times, an operator set and the vaults behind it, and,
if they are named, at an operator with its BLS key, at the account that sends, and at the node's store. Each
finding has a stable code, what is there, what is needed, and what to do. docs/doctor.md has all codes.

It sends and signs nothing. The store is opened as a node does it, only if it is there; while a node has it
open, only that is said.

Endpoints are --rpc-url, or ` + endpointEnv + `, or ` + endpointDefault + `. --devnet takes them, the chain and the
contracts from the file that roster devnet wrote.

Exit status: 0 everything is as it should be, 1 there are findings, 2 nothing was found but something could
not be looked at, or doctor was called wrongly.`,
		Example: `  roster doctor --devnet devnet.json
  roster doctor --rpc-url https://ethereum.example --middleware 0x… --programs 0x… --operator 0x… --bls-key bls.key
  roster doctor --devnet devnet.json --json`,
		Args: noArguments,
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c) },
	}
	flags := c.Flags()
	flags.StringArrayVar(&f.urls, "rpc-url", nil, "`URL` of an Ethereum node; can be given more than once")
	flags.Uint64Var(&f.chainID, "chain-id", 0, "`number` of the chain that is meant; 0 takes the first endpoint's")
	flags.StringVar(&f.middleware, "middleware", "", "`address` of the Middleware, from which the other contracts follow")
	flags.StringVar(&f.programs, "programs", "", "`address` of Programs, which no other contract names")
	flags.StringVar(&f.devnet, "devnet", "", "`file` that roster devnet wrote: endpoint, chain and contracts")
	flags.Uint64Var(&f.set, "set", 0, "`number` of the operator set")
	flags.StringVar(&f.operator, "operator", "", "`address` of the operator")
	flags.StringVar(&f.keystore, "keystore", "", "keystore `file` of the account that sends; without it the operator is taken to send")
	flags.StringVar(&f.passwordFile, "password-file", "", "`file` whose first line is the keystore's password")
	flags.StringVar(&f.passwordEnv, "password-env", "", "environment `variable` with the keystore's password")
	flags.StringVar(&f.blsKey, "bls-key", "", "`file` of the operator's BLS key: 32 bytes as hex, or a keystore")
	flags.StringVar(&f.blsPasswordFile, "bls-password-file", "", "`file` whose first line is the BLS keystore's password")
	flags.StringVar(&f.blsPasswordEnv, "bls-password-env", "", "environment `variable` with the BLS keystore's password")
	flags.StringVar(&f.store, "store", "", "the node's store, a `file`")
	flags.BoolVar(&f.json, "json", false, "write JSON in place of the table")
	flags.DurationVar(&f.timeout, "timeout", 5*time.Minute, "how much `time` everything may take")
	return c
}

func (f doctorFlags) run(c *cobra.Command) error {
	o, err := f.options()
	if err != nil {
		return usage(c, err)
	}
	ctx, cancel := context.WithTimeout(c.Context(), f.timeout)
	defer cancel()
	report, err := doctor.Run(ctx, o)
	if err != nil {
		return err
	}
	if f.json {
		err = report.JSON(c.OutOrStdout())
	} else {
		err = report.Table(c.OutOrStdout())
	}
	if err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	switch report.Status {
	case doctor.Finding:
		return exitStatus(exitFindings)
	case doctor.CannotTell:
		return exitStatus(exitCannotTell)
	}
	return nil
}

// options reads the flags, and the file that they name.
func (f doctorFlags) options() (doctor.Options, error) {
	o := doctor.Options{Endpoints: f.urls, ChainID: f.chainID, Set: core.SetID(f.set), Keystore: f.keystore,
		Password: chain.Password{File: f.passwordFile, Env: f.passwordEnv}, BLSKey: f.blsKey,
		BLSPassword: chain.Password{File: f.blsPasswordFile, Env: f.blsPasswordEnv}, Store: f.store, Cases: casesOf}
	if err := errors.Join(readAddress(&o.Middleware, "middleware", f.middleware), readAddress(&o.Programs, "programs", f.programs),
		readAddress(&o.Operator, "operator", f.operator)); err != nil {
		return o, err
	}
	if f.devnet != "" {
		if err := f.fromDevnet(&o); err != nil {
			return o, err
		}
	}
	switch {
	case o.Middleware == (common.Address{}):
		return o, errors.New("--middleware: want its address, or --devnet with the file that roster devnet wrote")
	case f.keystore != "" && (f.passwordFile == "") == (f.passwordEnv == ""):
		return o, errors.New("--keystore: name --password-file or --password-env, one of the two")
	case f.timeout <= 0:
		return o, fmt.Errorf("--timeout %v: must be more than 0", f.timeout)
	}
	if len(o.Endpoints) == 0 {
		o.Endpoints = []string{endpointDefault}
		if url := os.Getenv(endpointEnv); url != "" {
			o.Endpoints[0] = url
		}
	}
	return o, nil
}

// fromDevnet fills in what no flag says.
func (f doctorFlags) fromDevnet(o *doctor.Options) error {
	text, err := os.ReadFile(f.devnet)
	if err != nil {
		return fmt.Errorf("--devnet: %w", err)
	}
	var file devnetFile
	if err := json.Unmarshal(text, &file); err != nil || file.ChainID == 0 {
		return fmt.Errorf("--devnet %s: not a file that roster devnet wrote", f.devnet)
	}
	if len(o.Endpoints) == 0 {
		o.Endpoints = []string{file.URL}
	}
	if o.ChainID == 0 {
		o.ChainID = file.ChainID
	}
	if o.Middleware == (common.Address{}) {
		o.Middleware, o.Expected = file.Addresses.Middleware, &file.Addresses
	}
	if o.Programs == (common.Address{}) {
		o.Programs = file.Addresses.Programs
	}
	return nil
}

// readAddress reads an address flag, if it was given.
func readAddress(into *common.Address, flag, text string) error {
	if text == "" {
		return nil
	}
	if !common.IsHexAddress(text) {
		return fmt.Errorf("--%s %s: want 0x and 40 hex digits", flag, text)
	}
	*into = common.HexToAddress(text)
	return nil
}

// casesOf is where every slash of a set stands.
func casesOf(ctx context.Context, r *chain.Roster, set core.SetID, block uint64) ([]slash.Case, []slash.Dispute, error) {
	return engine.Cases(ctx, r, set, block, nil)
}
