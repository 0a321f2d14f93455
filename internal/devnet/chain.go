package devnet

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	gethcore "github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/rawdb"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/eth/filters"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/node"
	"github.com/ethereum/go-ethereum/p2p"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// ChainID is that of every chain of this package.
const ChainID = 1337

// Chain is a running chain. All its methods may be called from several goroutines.
type Chain struct {
	options   Options
	node      *node.Node
	eth       *eth.Ethereum
	client    *ethclient.Client
	symbiotic Symbiotic

	mu     sync.Mutex // one block at a time
	branch uint64     // how many forks there were
}

// Start builds the genesis, with Symbiotic in it, and starts the chain. Close it when done.
func Start(o Options) (*Chain, error) {
	o = o.withDefaults()
	alloc, symbiotic, err := genesis(o)
	if err != nil {
		return nil, fmt.Errorf("start devnet: %w", err)
	}
	nodeConfig := node.Config{Name: "roster-devnet", P2P: p2p.Config{NoDiscovery: true, NoDial: true}}
	if o.Listen != "" {
		host, port, err := o.listen()
		if err != nil {
			return nil, fmt.Errorf("start devnet: %w", err)
		}
		serve(&nodeConfig, host, port)
	}
	stack, err := node.New(&nodeConfig)
	if err != nil {
		return nil, fmt.Errorf("start devnet: make node: %w", err)
	}
	c := &Chain{options: o, node: stack, symbiotic: symbiotic}
	if err := c.start(ethConfig(o, alloc)); err != nil {
		return nil, errors.Join(fmt.Errorf("start devnet: %w", err), stack.Close())
	}
	return c, nil
}

// serve switches on JSON-RPC over HTTP and WebSocket, on one port.
func serve(n *node.Config, host string, port int) {
	modules := []string{"eth", "net", "web3"}
	n.HTTPHost, n.HTTPPort, n.HTTPModules = host, port, modules
	n.WSHost, n.WSPort, n.WSModules = host, port, modules
	n.HTTPVirtualHosts = []string{"localhost"}
	n.HTTPTimeouts = rpc.DefaultHTTPTimeouts
}

// ethConfig is an archive node without peers: a call at any past block is answered.
func ethConfig(o Options, alloc types.GenesisAlloc) *ethconfig.Config {
	c := ethconfig.Defaults
	c.Genesis = &gethcore.Genesis{
		Config:    o.Fork.config(o.ForkAt),
		Timestamp: uint64(o.Genesis),
		GasLimit:  o.BlockGas,
		Alloc:     alloc,
	}
	c.Miner.GasCeil = o.BlockGas
	c.Miner.Recommit = time.Hour // the default would cut a block short on a slow machine, and the chain be another
	c.SyncMode = ethconfig.FullSync
	c.NoPruning, c.StateScheme = true, rawdb.HashScheme
	c.TxPool.NoLocals = true
	c.LogNoHistory = true // searching logs block by block needs no index, which would lag behind
	c.TrieCleanCache, c.TrieDirtyCache, c.SnapshotCache, c.DatabaseCache = 16, 16, 0, 16
	return &c
}

// start puts Ethereum on the node and runs both.
func (c *Chain) start(config *ethconfig.Config) (err error) {
	if c.eth, err = eth.New(c.node, config); err != nil {
		return fmt.Errorf("make chain: %w", err)
	}
	c.node.RegisterAPIs([]rpc.API{{
		Namespace: "eth",
		Service:   filters.NewFilterAPI(filters.NewFilterSystem(c.eth.APIBackend, filters.Config{})),
	}})
	if err = c.node.Start(); err != nil {
		return fmt.Errorf("start node: %w", err)
	}
	c.eth.SetSynced()
	c.finalize()
	c.client = ethclient.NewClient(c.node.Attach())
	return nil
}

// Close stops the chain; nothing of it remains.
func (c *Chain) Close() error {
	c.client.Close()
	return c.node.Close()
}

// Client speaks JSON-RPC with the chain, without a network in between.
func (c *Chain) Client() *ethclient.Client { return c.client }

// URL is where the chain listens, empty when it does not.
func (c *Chain) URL() string {
	if c.options.Listen == "" {
		return ""
	}
	return c.node.HTTPEndpoint()
}

// Symbiotic returns where Symbiotic's contracts are.
func (c *Chain) Symbiotic() Symbiotic { return c.symbiotic }

// Account is a key and its address.
type Account struct {
	Key     *ecdsa.PrivateKey
	Address common.Address
}

// Account returns the i-th funded account, counted from 0; it panics on one that the options did not ask for.
// The same seed gives the same accounts. The last one owns Symbiotic's factories.
func (c *Chain) Account(i int) Account {
	if i < 0 || i >= c.options.Accounts {
		panic(fmt.Sprintf("devnet has accounts 0 to %d, not %d", c.options.Accounts-1, i))
	}
	return account(c.options.Seed, i)
}

// Accounts is how many funded accounts there are.
func (c *Chain) Accounts() int { return c.options.Accounts }

// account makes a key of the hash of the seed and a number. Warning: anyone can.
func account(seed string, i int) Account {
	key, err := crypto.ToECDSA(crypto.Keccak256(fmt.Appendf(nil, "roster devnet account %q %d", seed, i)))
	if err != nil { // one in 2^128
		panic(fmt.Sprintf("account %d of seed %q: %v", i, seed, err))
	}
	return Account{Key: key, Address: crypto.PubkeyToAddress(key.PublicKey)}
}

// Head returns the newest block's header.
func (c *Chain) Head() *types.Header { return c.eth.BlockChain().CurrentBlock() }

// Now returns the newest block's timestamp.
func (c *Chain) Now() core.Time { return core.Time(c.Head().Time) }

// Sender sends transactions of an account and makes a block whenever it waits for one.
func (c *Chain) Sender(a Account) *chain.Sender {
	return chain.NewSender(c.client, a.Key, big.NewInt(ChainID), chain.Drive{Mine: func(context.Context) error {
		_, err := c.Commit()
		return err
	}})
}

func ether(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e18)) }
