package devnet

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/core"
)

// Mine keeps the chain going for others: it makes a block every so often by the wall clock, and at once when a
// transaction waits, until the context ends, which is no error. The chain's own clock goes on by one second with
// each block, whenever it is made.
func (c *Chain) Mine(ctx context.Context, every time.Duration) error {
	if every <= 0 {
		return fmt.Errorf("make a block every %v: must be more than 0", every)
	}
	arrived := make(chan core.NewTxsEvent, 64)
	subscription := c.eth.TxPool().SubscribeTransactions(arrived, false)
	defer subscription.Unsubscribe()
	// What came before the subscription is not announced any more.
	if waiting, _ := c.eth.TxPool().Stats(); waiting > 0 {
		if _, err := c.Commit(); err != nil {
			return err
		}
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-subscription.Err():
			return err
		case <-arrived:
			for len(arrived) > 0 { // one block takes them all
				<-arrived
			}
		case <-tick.C:
		}
		if _, err := c.Commit(); err != nil {
			return err
		}
	}
}
