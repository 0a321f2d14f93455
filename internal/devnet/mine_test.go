package devnet

import (
	"context"
	"math/big"
	"testing"
	"time"

	"github.com/gear-tech/roster/internal/chain"
)

// TestMine: a transaction that waits is mined at once, without waiting for the next block's time; without one
// blocks are made all the same; the end of the context is no error.
func TestMine(t *testing.T) {
	for name, every := range map[string]time.Duration{"at once": time.Hour, "by the clock": time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			c := start(t, Options{})
			ctx, cancel := context.WithCancel(t.Context())
			done := make(chan error, 1)
			go func() { done <- c.Mine(ctx, every) }()
			sender := chain.NewSender(c.Client(), c.Account(0).Key, big.NewInt(ChainID), chain.Poll(time.Millisecond))
			if _, err := sender.Do(ctx, pay(Burner)); err != nil {
				t.Error(err)
			}
			for every < time.Second && c.Head().Number.Uint64() < 5 && t.Context().Err() == nil {
				time.Sleep(time.Millisecond)
			}
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if now, want := c.Now(), DefaultGenesis; uint64(now-want) != c.Head().Number.Uint64() {
				t.Errorf("block %v has time %d, a second each is %d and more", c.Head().Number, now, want)
			}
		})
	}
	if err := start(t, Options{}).Mine(t.Context(), 0); err == nil {
		t.Error("a block every 0 seconds")
	}
}

// TestMineWhatWaits: a transaction that was sent before the mining began is mined at once, too.
func TestMineWhatWaits(t *testing.T) {
	c := start(t, Options{})
	sender := chain.NewSender(c.Client(), c.Account(0).Key, big.NewInt(ChainID), chain.Poll(time.Millisecond))
	tx := must(sender.Send(t.Context(), pay(Burner)))(t)
	for waiting, _ := c.eth.TxPool().Stats(); waiting == 0; waiting, _ = c.eth.TxPool().Stats() {
		time.Sleep(time.Millisecond)
	}
	mining, end := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- c.Mine(mining, time.Hour) }()
	patience, enough := context.WithTimeout(t.Context(), 20*time.Second)
	defer enough()
	if _, err := sender.Wait(patience, tx); err != nil {
		t.Error(err)
	}
	end()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// TestReady: what a ready network says of itself is so: all of it is elected.
func TestReady(t *testing.T) {
	r := must(StartReady(t.Context(), Options{}))(t)
	defer r.Close()
	if at := r.Roster.Times.Capture(0); r.Now()+60 > at {
		t.Errorf("ready at %d, the first capture is at %d: no time to look around", r.Now(), at)
	}
	d := must(r.Decide(t.Context(), r.Owner, r.Set, 0))(t)
	if len(d.Result.Executors) != len(r.Team) {
		t.Errorf("elected: %v", d.Result.Outcomes)
	}
	kinds := map[Delegator]bool{}
	for _, v := range r.Vaults {
		kinds[v.Delegator] = true
	}
	if len(kinds) != 3 || len(r.Spare) != readySpare {
		t.Errorf("delegators %v, %d spare accounts", kinds, len(r.Spare))
	}
}
