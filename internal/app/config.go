package app

import (
	"errors"
	"math/big"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// Config is what `roster node` can be told. No field holds a secret: keys are named by their files, passwords by a file
// or an environment variable. docs/config.md is made from Fields.
type Config struct {
	RPC        []string
	ChainID    uint64
	Finality   chain.Finality
	Timeout    time.Duration
	Agree      int
	LogRange   uint64
	Verify     int
	Book       string
	Middleware common.Address
	Programs   common.Address
	FirstBlock uint64

	Dir    string
	Sets   []core.SetID
	Sample int

	Keystore, PasswordFile, PasswordEnv string
	SignerURL                           string
	SignerProtocol                      string
	SignerAddress                       common.Address
	BLSKeystore, BLSPasswordFile        string
	BLSPasswordEnv                      string

	Propose, Challenge, Eject, Reward, Slash bool
	Execute                                  bool
	PeerListen                               string
	PeerSync                                 bool
	TurnDelay                                core.Time
	BondLimit                                core.Amount
	DayBudget, MaxFee                        *big.Int
	BumpBlocks                               uint64

	Listen    string
	Remote    bool
	Poll      time.Duration
	LogLevel  string
	LogFormat string
}

// Field is one thing that a node can be told: its name in the file, the environment and on the command line.
type Field struct {
	// Name is its path in the file, with dots: chain.rpc. Flags are --chain-rpc, variables ROSTER_CHAIN_RPC.
	Name string
	// Usage says what it is, with its unit; Default is what it is when nobody says anything, empty for nothing.
	Usage, Default string
	// List is a field that the file may give as a list; elsewhere its values stand between commas.
	List bool
	set  func(*Config, string) error
}

// Env is the field's environment variable.
func (f Field) Env() string {
	return "ROSTER_" + strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(f.Name))
}

// Flag is the field's flag, without dashes in front.
func (f Field) Flag() string { return strings.ReplaceAll(f.Name, ".", "-") }

// Fields are all of them, in the order of the documentation.
func Fields() []Field { return fields }

var fields = []Field{
	{"chain.rpc", "JSON-RPC `URL`s of Ethereum nodes, the best first; when one fails the next is asked", "http://127.0.0.1:8545", true, setURLs},
	{"chain.id", "chain id that every endpoint must have; 0: whatever they agree on", "0", false, number(func(c *Config) *uint64 { return &c.ChainID })},
	{"chain.finality", "which blocks are final: finalized, safe, or depth:N, N blocks behind the head", "finalized", false, setFinality},
	{"chain.timeout", "how long one request may take", "10s", false, span(func(c *Config) *time.Duration { return &c.Timeout })},
	{"chain.agree", "how many endpoints must answer the same before it is believed, 1 or 2", "1", false, whole(func(c *Config) *int { return &c.Agree })},
	{"chain.log-range", "most blocks that are indexed in one step", "10000", false, number(func(c *Config) *uint64 { return &c.LogRange })},
	{"chain.verify-range", "most blocks of which logs are compared with the blocks' receipts, as long as one endpoint is believed; on a busy chain that reads the receipts of nearly every block; 0: none", "64", false, whole(func(c *Config) *int { return &c.Verify })},
	{"chain.book", "`file` with the contracts' addresses by chain id, in place of the built-in book", "", false, text(func(c *Config) *string { return &c.Book })},
	{"chain.middleware", "`address` of the Middleware; empty: as in the book", "", false, address(func(c *Config) *common.Address { return &c.Middleware })},
	{"chain.programs", "with chain.middleware: the `address` of Programs; else as in the book", "", false, address(func(c *Config) *common.Address { return &c.Programs })},
	{"chain.first-block", "with chain.middleware: the block of its deployment, no log before it is read; else as in the book", "0", false, number(func(c *Config) *uint64 { return &c.FirstBlock })},
	{"data", "`directory` of the store and the signing journal", "roster-data", false, text(func(c *Config) *string { return &c.Dir })},
	{"sets", "operator sets to serve, or all", "all", true, setSets},
	{"sample", "how many operators and vaults of the mirror are compared with the chain at each capture, 1 at least", "8", false, whole(func(c *Config) *int { return &c.Sample })},
	{"account.keystore", "keystore v3 `file` of the account that sends transactions; an operator's own, or a watcher's", "", false, text(func(c *Config) *string { return &c.Keystore })},
	{"account.password-file", "`file` whose first line is its password; others must not be able to read it", "", false, text(func(c *Config) *string { return &c.PasswordFile })},
	{"account.password-env", "environment variable with its password", "", false, text(func(c *Config) *string { return &c.PasswordEnv })},
	{"account.signer-url", "remote signer in place of a keystore: its `URL`, https or on this machine", "", false, text(func(c *Config) *string { return &c.SignerURL })},
	{"account.signer-protocol", "what the remote signer speaks: web3signer or clef", "web3signer", false, text(func(c *Config) *string { return &c.SignerProtocol })},
	{"account.signer-address", "`address` of the remote signer's account", "", false, address(func(c *Config) *common.Address { return &c.SignerAddress })},
	{"bls.keystore", "keystore v3 `file` of the BLS key; empty: the node signs no statements", "", false, text(func(c *Config) *string { return &c.BLSKeystore })},
	{"bls.password-file", "`file` whose first line is its password; others must not be able to read it", "", false, text(func(c *Config) *string { return &c.BLSPasswordFile })},
	{"bls.password-env", "environment variable with its password", "", false, text(func(c *Config) *string { return &c.BLSPasswordEnv })},
	{"duties.propose", "seal eras and post lists, with a bond", "true", false, yes(func(c *Config) *bool { return &c.Propose })},
	{"duties.challenge", "prove wrong lists wrong", "true", false, yes(func(c *Config) *bool { return &c.Challenge })},
	{"duties.eject", "remove jailed and drained Executors", "true", false, yes(func(c *Config) *bool { return &c.Eject })},
	{"duties.reward", "sign, commit and activate rewards", "true", false, yes(func(c *Config) *bool { return &c.Reward })},
	{"duties.slash", "report evidence, request and execute slashes", "true", false, yes(func(c *Config) *bool { return &c.Slash })},
	{"duties.execute", "run programs, sign batches and commit them", "true", false, yes(func(c *Config) *bool { return &c.Execute })},
	{"peers.listen", "`host:port` at which other Executors reach this node, as the operator's endpoint on chain says; empty: it talks with none, and signs alone", "", false, text(func(c *Config) *string { return &c.PeerListen })},
	{"peers.sync", "a node that knows nothing of a set takes its state from other Executors, after the newest certified batch, instead of running everything again; it checks every object against the certified root, and takes the word of two thirds of the stake for what came before", "false", false, yes(func(c *Config) *bool { return &c.PeerSync })},
	{"turn-delay", "seconds that this node waits for each one whose turn comes before its own", "30", false, seconds(func(c *Config) *core.Time { return &c.TurnDelay })},
	{"bond-limit", "most that one proposal may put at stake, wVARA base units; 0: no limit", "0", false, setBondLimit},
	{"gas.day-budget", "most wei that gas may cost in a day of the chain's clock; 0: no limit", "0", false, wei(func(c *Config) **big.Int { return &c.DayBudget })},
	{"gas.max-fee", "most wei per gas that is offered; 0: no limit", "0", false, wei(func(c *Config) **big.Int { return &c.MaxFee })},
	{"gas.bump-blocks", "blocks after which a transaction that is not mined is sent again with a higher fee, 1 at least", "5", false, number(func(c *Config) *uint64 { return &c.BumpBlocks })},
	{"http.listen", "`host:port` of the dashboard, the HTTP API under /v1, /healthz, /readyz and /metrics; empty: none", "127.0.0.1:9635", false, text(func(c *Config) *string { return &c.Listen })},
	{"http.remote", "listen at an address that other machines reach", "false", false, yes(func(c *Config) *bool { return &c.Remote })},
	{"poll", "how often the chain is asked for a new block", "2s", false, span(func(c *Config) *time.Duration { return &c.Poll })},
	{"log.level", "debug, info, warn or error", "info", false, text(func(c *Config) *string { return &c.LogLevel })},
	{"log.format", "text or json", "text", false, text(func(c *Config) *string { return &c.LogFormat })},
}

func text(f func(*Config) *string) func(*Config, string) error {
	return func(c *Config, s string) error { *f(c) = s; return nil }
}

func number(f func(*Config) *uint64) func(*Config, string) error {
	return func(c *Config, s string) (err error) {
		if *f(c), err = strconv.ParseUint(s, 10, 64); err != nil {
			return errors.New("want a whole number from 0")
		}
		return nil
	}
}

func seconds(f func(*Config) *core.Time) func(*Config, string) error {
	return func(c *Config, s string) error {
		n, err := strconv.ParseUint(s, 10, 32)
		if err != nil {
			return errors.New("want whole seconds")
		}
		*f(c) = core.Time(n)
		return nil
	}
}

func whole(f func(*Config) *int) func(*Config, string) error {
	return func(c *Config, s string) (err error) {
		if *f(c), err = strconv.Atoi(s); err != nil || *f(c) < 0 {
			return errors.New("want a whole number from 0")
		}
		return nil
	}
}

func span(f func(*Config) *time.Duration) func(*Config, string) error {
	return func(c *Config, s string) (err error) {
		if *f(c), err = time.ParseDuration(s); err != nil || *f(c) <= 0 {
			return errors.New("want a time above 0 with its unit, like 500ms or 2s")
		}
		return nil
	}
}

func yes(f func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, s string) (err error) {
		if *f(c), err = strconv.ParseBool(s); err != nil {
			return errors.New("want true or false")
		}
		return nil
	}
}

func address(f func(*Config) *common.Address) func(*Config, string) error {
	return func(c *Config, s string) error {
		if s == "" {
			*f(c) = common.Address{}
			return nil
		}
		if !common.IsHexAddress(s) || !strings.HasPrefix(s, "0x") {
			return errors.New("want 0x and 40 hex digits")
		}
		*f(c) = common.HexToAddress(s)
		return nil
	}
}

func wei(f func(*Config) **big.Int) func(*Config, string) error {
	return func(c *Config, s string) error {
		n, ok := new(big.Int).SetString(s, 10)
		if !ok || n.Sign() < 0 {
			return errors.New("want a whole number of wei")
		}
		if *f(c) = n; n.Sign() == 0 {
			*f(c) = nil
		}
		return nil
	}
}

func setBondLimit(c *Config, s string) error {
	n, err := uint256.FromDecimal(s)
	if err != nil {
		return errors.New("want a whole number of wVARA base units (12 decimals)")
	}
	c.BondLimit = *n
	return nil
}

func setFinality(c *Config, s string) (err error) {
	c.Finality, err = chain.ParseFinality(s)
	return err
}

func setURLs(c *Config, s string) error {
	c.RPC = nil
	for part := range strings.SplitSeq(s, ",") {
		part = strings.TrimSpace(part)
		u, err := url.Parse(part)
		if err != nil || u.Host == "" || !strings.Contains(" http https ws wss ", " "+u.Scheme+" ") {
			return errors.New("want URLs with http, https, ws or wss") // the value may hold a token: not shown
		}
		c.RPC = append(c.RPC, part)
	}
	return nil
}

func setSets(c *Config, s string) error {
	c.Sets = nil
	if s == "all" {
		return nil
	}
	for part := range strings.SplitSeq(s, ",") {
		n, err := strconv.ParseUint(strings.TrimSpace(part), 10, 64)
		if err != nil {
			return errors.New("want all, or set numbers")
		}
		c.Sets = append(c.Sets, core.SetID(n))
	}
	return nil
}
