package e2e

import (
	"context"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// crowd is a network with many operators, each with stake in the same three vaults, after the capture of era 0.
type crowd struct {
	*testing.B
	*devnet.Network
	ctx       context.Context
	set       core.SetID
	operators []*devnet.Operator
	nonces    map[common.Address]uint64
	keys      map[common.Address]devnet.Account
	sent      []common.Hash
}

func (c *crowd) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func newCrowd(b *testing.B, size int) *crowd {
	b.Helper()
	ctx := context.Background()
	n, err := devnet.StartNetwork(ctx, devnet.NetworkOptions{Setup: 3600,
		Options: devnet.Options{Seed: "crowd", Accounts: size + 40}})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { n.Close() })
	c := &crowd{B: b, Network: n, ctx: ctx, nonces: map[common.Address]uint64{}, keys: map[common.Address]devnet.Account{}}
	for i := range size + 40 {
		a := n.Account(i)
		c.keys[a.Address] = a
	}
	p := devnet.DefaultParameters()
	p.MaxExecutors = 100
	c.set, err = n.CreateSet(ctx, p)
	c.must(err)
	c.fill(size)
	if at := n.Roster.Times.Capture(0) + 2; n.Now() < at {
		c.must(n.AdvanceTo(at))
	}
	return c
}

// fill makes the operators and vaults, hundreds of calls in a block.
func (c *crowd) fill(size int) {
	var list [3]devnet.Vault
	curator, s := c.NewHand(), c.Symbiotic()
	c.must(c.Give(c.ctx, curator.Sender.From(), *uint256.NewInt(1 << 62)))
	for i := range list {
		var err error
		list[i], err = c.MakeVault(c.ctx, curator, devnet.VaultSpec{})
		c.must(err)
		c.must(c.Enroll(c.ctx, curator, c.set, list[i]))
		c.must(c.Limit(c.ctx, curator, c.set, list[i], *uint256.NewInt(1 << 61)))
		c.must(c.Deposit(c.ctx, curator, list[i], *uint256.NewInt(1 << 59)))
	}
	registry, optIn := bindings.NewOperatorRegistry(), bindings.NewOptInService()
	subnetwork := c.Roster.Subnetwork(c.set)
	for i := range size {
		seed := core.Keccak(fmt.Appendf(nil, "crowd %d", i))
		secret, err := bls.SecretKeyFromSeed(seed[:])
		c.must(err)
		o := &devnet.Operator{Hand: c.NewHand(), Key: secret}
		c.operators = append(c.operators, o)
		key, proof := o.Possession(c.set)
		c.send(o.Hand, s.OperatorRegistry, registry.PackRegisterOperator())
		c.send(o.Hand, s.NetworkOptIn, optIn.PackOptIn(c.Roster.At.Middleware))
		c.send(o.Hand, c.Roster.At.Operators, operators.PackRegisterOperator(chain.Number(c.set), key, proof, "", 100))
		for _, v := range list {
			c.send(o.Hand, s.VaultOptIn, optIn.PackOptIn(v.Address))
			c.send(o.Hand, c.Roster.At.Middleware, middleware.PackLinkVault(chain.Number(c.set), v.Address))
			c.send(curator, v.Delegator, delegatorOf.PackSetOperatorNetworkShares(subnetwork, o.Sender.From(), big.NewInt(int64(1000+i))))
		}
		if len(c.sent) > 400 || i == size-1 {
			c.mine()
		}
	}
}

func (c *crowd) send(by engine.Hand, to common.Address, data []byte) {
	c.Helper()
	from := by.Sender.From()
	if _, known := c.nonces[from]; !known {
		nonce, err := c.Client().PendingNonceAt(c.ctx, from)
		c.must(err)
		c.nonces[from] = nonce
	}
	tx, err := types.SignNewTx(c.keys[from].Key, types.LatestSignerForChainID(big.NewInt(devnet.ChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(devnet.ChainID), Nonce: c.nonces[from], GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e11),
		Gas: 600_000, To: &to, Data: data})
	c.must(err)
	c.must(c.Client().SendTransaction(c.ctx, tx))
	c.nonces[from]++
	c.sent = append(c.sent, tx.Hash())
}

func (c *crowd) mine() {
	c.Helper()
	_, err := c.Commit()
	c.must(err)
	for _, hash := range c.sent {
		r, err := c.Client().TransactionReceipt(c.ctx, hash)
		c.must(err)
		if r.Status != types.ReceiptStatusSuccessful {
			c.Fatalf("transaction %v failed with %d gas", hash, r.GasUsed)
		}
	}
	c.sent = nil
}

// loop is code that a node runs as the creation of a contract in eth_call: it asks the Middleware for weightAt of one
// operator after the other, and fails when one of the calls fails. That is how an election is read in one call.
func (c *crowd) loop(capture core.Time) []byte {
	const program = 85 // its length in bytes
	ask := middleware.PackWeightAt(chain.Number(c.set), common.Address{}, chain.Number(capture))
	list := program + len(ask)
	end := list + 32*len(c.operators)
	two := func(n int) []byte { return []byte{byte(n >> 8), byte(n)} }
	var code []byte
	add := func(parts ...[]byte) {
		for _, p := range parts {
			code = append(code, p...)
		}
	}
	add([]byte{0x61}, two(len(ask)), []byte{0x61}, two(program), []byte{0x60, 0, 0x39}) // PUSH size, from; PUSH 0; CODECOPY
	add([]byte{0x61}, two(list))                                                        // PUSH where the list begins
	start := len(code)
	add([]byte{0x5b, 0x80, 0x61}, two(end), []byte{0x14, 0x61}, two(program-7), []byte{0x57}) // JUMPDEST; DUP1; PUSH end; EQ; PUSH done; JUMPI
	add([]byte{0x60, 32, 0x81, 0x60, 36, 0x39})                                               // PUSH 32; DUP2; PUSH 36; CODECOPY
	add([]byte{0x60, 32, 0x61, 1, 0, 0x60, byte(len(ask)), 0x60, 0, 0x73}, c.Roster.At.Middleware[:], []byte{0x5a, 0xfa})
	add([]byte{0x15, 0x61}, two(program-13), []byte{0x57})      // ISZERO; PUSH fail; JUMPI
	add([]byte{0x60, 32, 0x01, 0x61}, two(start), []byte{0x56}) // PUSH 32; ADD; PUSH start; JUMP
	add([]byte{0x5b, 0x60, 0, 0x60, 0, 0xfd})                   // fail: JUMPDEST; PUSH 0; PUSH 0; REVERT
	add([]byte{0x5b, 0x60, 32, 0x61, 1, 0, 0xf3})               // done: JUMPDEST; PUSH 32; PUSH 256; RETURN
	if len(code) != program {
		c.Fatalf("the program has %d bytes, not %d", len(code), program)
	}
	add(ask)
	for _, o := range c.operators {
		word := common.BytesToHash(o.Sender.From().Bytes())
		add(word[:])
	}
	return code
}

// BenchmarkElection200x3 decides the same election of 200 operators, and of 500, with three vaults each, from the mirror
// and by eth_call: operator by operator as Roster.Snapshot does (x-faster is how much longer that takes; the node is in
// this process, so that no network is in between), and in a single call of the size that nodes allow, 50,000,000 gas.
func BenchmarkElection200x3(b *testing.B) {
	for _, size := range []int{200, 500} {
		b.Run(fmt.Sprint("operators=", size), func(b *testing.B) { benchElection(newCrowd(b, size)) })
	}
}

func benchElection(c *crowd) {
	b, e := c.B, core.Era(0)
	draw := election.Draw{ChainID: c.Roster.ChainID, Router: core.Address(c.Roster.At.Router), Seed: core.Hash{1}}
	m, err := chain.OpenMirror(c.ctx, c.Roster)
	c.must(err)
	f, err := m.Fetch(c.ctx, 1, c.Block())
	c.must(err)
	began := time.Now()
	c.must(m.Apply(f))
	apply := time.Since(began)

	began = time.Now()
	asked, err := c.Roster.Snapshot(c.ctx, c.set, e, c.Block())
	c.must(err)
	want, err := election.Elect(asked, draw)
	c.must(err)
	byCall := time.Since(began)

	var got election.Result
	var snapshot stake.Snapshot
	for b.Loop() {
		snapshot = m.Snapshot(c.set, e)
		got, err = election.Elect(snapshot, draw)
		c.must(err)
	}
	fromMirror := b.Elapsed() / time.Duration(b.N)
	if !equalSnapshots(snapshot, asked) || fmt.Sprint(got) != fmt.Sprint(want) || len(got.Executors) != 100 {
		b.Fatal("the mirror's election is another")
	}
	b.ReportMetric(float64(byCall)/float64(fromMirror), "x-faster")
	b.ReportMetric(float64(apply.Nanoseconds())/float64(len(f.Logs)), "ns/log-decoded-and-applied")
	c.oneCall(snapshot, len(c.operators) < 500)
}

// oneCall reads all weights in one call, which works or does not.
func (c *crowd) oneCall(s stake.Snapshot, works bool) {
	out, err := c.Client().CallContract(c.ctx, ethereum.CallMsg{Data: c.loop(s.Capture), From: c.Owner.Sender.From()}, nil)
	if works {
		c.must(err)
		last := s.Operators[len(s.Operators)-1]
		if got := new(core.Amount).SetBytes(out); *got != last.WeightAt(s.Rules, s.Capture) {
			c.Fatalf("in one call the last weight is %s", got.Dec())
		}
		return
	}
	if err == nil {
		c.Fatalf("%d weights fit in one call", len(c.operators))
	}
	c.Logf("%d weights in one call: %v", len(c.operators), err)
}
