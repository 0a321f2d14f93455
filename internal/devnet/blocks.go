package devnet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/beacon/engine"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/miner"

	"github.com/gear-tech/roster/core"
)

// maxCommit is how many blocks one Commit may need to empty the pool.
const maxCommit = 1000

// Commit makes a block one second after the head, and further ones until every transaction that can be mined
// is. It makes at least one, and returns the last.
// Transactions that wait for a nonce in between, or offer too little, stay in the pool.
func (c *Chain) Commit() (*types.Header, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range maxCommit {
		block, err := c.seal(c.Now() + 1)
		if err != nil {
			return nil, err
		}
		if mineable, _ := c.eth.TxPool().Stats(); mineable == 0 || len(block.Transactions()) == 0 {
			return block.Header(), nil
		}
	}
	return nil, fmt.Errorf("commit: transactions remain after %d blocks", maxCommit)
}

// AdvanceTo makes one block with exactly this timestamp, which must lie after the head's. Pending transactions
// go into it, as many as its gas limit allows.
func (c *Chain) AdvanceTo(t core.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.Now(); t <= now {
		return fmt.Errorf("advance to %d: the head is at %d", t, now)
	}
	_, err := c.seal(t)
	return err
}

// Advance is AdvanceTo d seconds after the head, d at least 1.
func (c *Chain) Advance(d core.Time) error { return c.AdvanceTo(c.Now() + d) }

// Fork makes an earlier block the head again: what followed is gone, as in a reorganisation. Its transactions
// return to the pool; with drop they are forgotten.
func (c *Chain) Fork(parent common.Hash, drop bool) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	block := c.eth.BlockChain().GetBlockByHash(parent)
	if block == nil {
		return fmt.Errorf("fork at %v: no such block", parent)
	}
	if _, err := c.eth.BlockChain().SetCanonical(block); err != nil {
		return fmt.Errorf("fork at %v: %w", parent, err)
	}
	c.branch++
	c.finalize()
	if err := c.sync(); err != nil {
		return err
	}
	if drop {
		c.eth.TxPool().Clear()
	}
	return nil
}

// seal builds, checks and adopts a block with this timestamp. The caller holds mu.
func (c *Chain) seal(t core.Time) (*types.Block, error) {
	c.settle()
	parent := c.Head()
	args := &miner.BuildPayloadArgs{
		Parent:      parent.Hash(),
		Timestamp:   uint64(t),
		Random:      c.random(parent, t),
		Withdrawals: types.Withdrawals{},
		BeaconRoot:  &common.Hash{},
		Version:     engine.PayloadV3,
	}
	if c.options.amsterdam(t) {
		slot := parent.Number.Uint64() + 1
		args.SlotNum, args.Version = &slot, engine.PayloadV4
	}
	block, _, err := c.eth.Miner().BuildTestingPayload(args, nil, false, nil)
	if err != nil {
		return nil, fmt.Errorf("build block %d at time %d: %w", parent.Number.Uint64()+1, t, err)
	}
	blocks := c.eth.BlockChain()
	if _, err := blocks.InsertBlockWithoutSetHead(context.Background(), block, false); err != nil {
		return nil, fmt.Errorf("insert block %d: %w", block.NumberU64(), err)
	}
	if _, err := blocks.SetCanonical(block); err != nil {
		return nil, fmt.Errorf("adopt block %d: %w", block.NumberU64(), err)
	}
	c.finalize()
	return block, c.sync()
}

// random is the next block's prevrandao: other after each Fork, so that two branches never have a block in common.
func (c *Chain) random(parent *types.Header, t core.Time) common.Hash {
	return crypto.Keccak256Hash(fmt.Appendf(nil, "roster devnet prevrandao %q %d %d %d",
		c.options.Seed, c.branch, parent.Number, t))
}

// finalize lets "finalized" and "safe" follow the head.
func (c *Chain) finalize() {
	blocks, head := c.eth.BlockChain(), c.Head().Number.Uint64()
	header := blocks.GetHeaderByNumber(head - min(head, c.options.FinalityDepth))
	blocks.SetFinalized(header)
	blocks.SetSafe(header)
}

// sync waits until the pool has seen the head.
func (c *Chain) sync() error {
	for range 2 { // the first may begin, and end, before the pool hears of the head
		if err := c.eth.TxPool().Sync(); err != nil {
			return errors.Join(errors.New("wait for the transaction pool"), err)
		}
	}
	return nil
}

// The pool is asked this often, so far apart, whether it has settled: a second in all.
const (
	settleTries = 10_000
	settlePause = 100 * time.Microsecond
)

// settle waits until what was sent can be mined, which the pool sees to in the background a moment after a send
// returns. A sync in that moment would do harm: go-ethereum's pool then looks for transactions that follow an
// account's mined ones, not its waiting ones, and leaves the last ones sent for a later block, or not, as it happens.
func (c *Chain) settle() {
	for range settleTries {
		if !c.unsettled() {
			return
		}
		time.Sleep(settlePause)
	}
}

// unsettled reports whether a transaction is queued that follows right on its account's others.
func (c *Chain) unsettled() bool {
	pool := c.eth.TxPool()
	if _, queued := pool.Stats(); queued == 0 {
		return false
	}
	_, queued := pool.Content()
	for account, waiting := range queued {
		if len(waiting) > 0 && waiting[0].Nonce() == pool.PoolNonce(account) {
			return true
		}
	}
	return false
}
