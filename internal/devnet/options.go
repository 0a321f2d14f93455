package devnet

import (
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"

	"github.com/gear-tech/roster/core"
)

// Fork names the rules a chain runs under, from genesis on.
type Fork uint8

const (
	// Osaka is Ethereum mainnet's rules today.
	Osaka Fork = iota
	// Amsterdam is the next fork, which charges for state by its size.
	Amsterdam
)

// DefaultGenesis is 2096-10-02: later than any wall clock this will meet, and below 2^32.
const DefaultGenesis core.Time = 4_000_000_000

// Options say what chain to start. The zero value is a good one.
type Options struct {
	// Seed makes the accounts' keys and every block's prevrandao. Default "roster".
	Seed string
	// Accounts is how many accounts own a million ether each. Default 32.
	Accounts int
	// Genesis is the timestamp of block 0. Default DefaultGenesis.
	Genesis core.Time
	// Fork is the rules. Default Osaka.
	Fork Fork
	// ForkAt is the first timestamp of Fork's rules; before it they are Osaka's. Default 0: from genesis on.
	ForkAt core.Time
	// FinalityDepth is how many blocks "finalized" and "safe" lag behind the head. Default 0: every block is
	// final at once.
	FinalityDepth uint64
	// BlockGas is the block gas limit. Default 60,000,000.
	BlockGas uint64
	// Alloc adds accounts to the genesis, before the funded ones and Symbiotic's.
	Alloc types.GenesisAlloc
	// Listen is host:port of a JSON-RPC server over HTTP and WebSocket, port 0 for any; empty for none. The
	// host must be a loopback address unless Remote is set.
	Listen string
	// Remote allows Listen on an address that other machines reach. Warning: it hands them the chain.
	Remote bool
}

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	if o.Seed == "" {
		o.Seed = "roster"
	}
	if o.Accounts == 0 {
		o.Accounts = 32
	}
	if o.Genesis == 0 {
		o.Genesis = DefaultGenesis
	}
	if o.BlockGas == 0 {
		o.BlockGas = 60_000_000
	}
	return o
}

// listen splits Listen, and refuses to show the chain to strangers by accident.
func (o Options) listen() (host string, port int, err error) {
	host, text, err := net.SplitHostPort(o.Listen)
	if err != nil {
		return "", 0, fmt.Errorf("listen on %q: %w", o.Listen, err)
	}
	if port, err = strconv.Atoi(text); err != nil || port < 0 || port > 65535 {
		return "", 0, fmt.Errorf("listen on %q: port %q is not 0 to 65535", o.Listen, text)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) && !o.Remote {
		return "", 0, fmt.Errorf("listen on %q: %w", o.Listen, errRemote)
	}
	return host, port, nil
}

var errRemote = errors.New("not a loopback address, and Remote is not set")

// config returns the chain's rules, those of the fork from a timestamp on. go-ethereum's own developer chain has
// Bogota, a fork after Amsterdam, and prices gas as no network does.
func (f Fork) config(from core.Time) *params.ChainConfig {
	c := *params.AllDevChainProtocolChanges
	c.BogotaTime, c.AmsterdamTime = nil, nil
	if f == Amsterdam {
		at := uint64(from)
		c.AmsterdamTime = &at
	}
	return &c
}

// amsterdam reports whether a block of this timestamp is one of Amsterdam's.
func (o Options) amsterdam(t core.Time) bool { return o.Fork == Amsterdam && t >= o.ForkAt }
