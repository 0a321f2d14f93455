package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/outbox"
	"github.com/gear-tech/roster/internal/store"
)

// transfer is an intent that would show if it happened twice.
func (w *world) transfer(key string) outbox.Intent {
	return outbox.Intent{Key: key, To: core.Address(w.by.Address), Gas: 21_000}
}

// mineWithout makes a block that has none of what was sent, which the pool forgets.
func (w *world) mineWithout() {
	w.Helper()
	if err := w.chain.Fork(w.chain.Head().Hash(), true); err != nil {
		w.Fatal(err)
	}
	w.mine()
}

// highest is the highest fee cap that an intent has offered.
func (w *world) highest(key string) *big.Int {
	w.Helper()
	i := w.intent(key)
	last, ok := new(big.Int).SetString(i.Attempts[len(i.Attempts)-1].FeeCap, 10)
	if !ok {
		w.Fatalf("%+v", i.Attempts)
	}
	return last
}

// TestBumpFirstInLine: what waits behind a transaction that is not mined is not helped by a higher fee.
func TestBumpFirstInLine(t *testing.T) {
	w := newWorld(t)
	w.put(w.transfer("first"))
	w.put(w.transfer("second"))
	if err := w.step(); err != nil {
		t.Fatal(err)
	}
	w.client.before = true
	for range 8 {
		w.mineWithout()
		_ = w.step()
	}
	if first, second := w.intent("first"), w.intent("second"); len(first.Attempts) < 2 || len(second.Attempts) != 1 {
		t.Errorf("attempts %d of the first in line, %d of the second; want several and 1", len(first.Attempts), len(second.Attempts))
	}
	w.client.before = false
	w.settle()
	if n := w.transactions(); n != 2 {
		t.Errorf("%d transactions, want 2", n)
	}
}

// TestBumpEnds: without a limit on fees there is one all the same: an endpoint that swallows what it is sent does not
// drive the tip up for ever.
func TestBumpEnds(t *testing.T) {
	w := newWorld(t)
	w.put(w.transfer("one"))
	if err := w.step(); err != nil {
		t.Fatal(err)
	}
	before := w.highest("one")
	w.client.before = true
	for range 150 { // 50 bumps of an eighth make 360 times as much
		w.mineWithout()
		_ = w.step()
	}
	if now := w.highest("one"); now.Cmp(new(big.Int).Mul(before, big.NewInt(10))) > 0 {
		t.Errorf("a fee cap of %v has become %v", before, now)
	}
}

// TestGap: another process's transaction came first, and both were forgotten. Its nonce is filled, or ours would wait
// for ever; and is not, when the other's comes back in time.
func TestGap(t *testing.T) {
	for _, back := range []bool{false, true} {
		t.Run(fmt.Sprintf("it comes back: %v", back), func(t *testing.T) {
			w := newWorld(t)
			to := w.by.Address
			tx := types.MustSignNewTx(w.by.Key, types.LatestSignerForChainID(big.NewInt(devnet.ChainID)), &types.DynamicFeeTx{
				ChainID: big.NewInt(devnet.ChainID), GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e10), Gas: 21_000, To: &to})
			send := func() {
				if err := w.chain.Client().SendTransaction(t.Context(), tx); err != nil {
					t.Fatal(err)
				}
			}
			send()
			w.put(w.transfer("one"))
			if err := w.step(); err != nil {
				t.Fatal(err)
			}
			if i := w.intent("one"); i.Nonce != 1 {
				t.Fatalf("nonce %d, want the one after the other process's", i.Nonce)
			}
			for range 3 { // until it is due
				w.mineWithout()
				if err := w.step(); err != nil {
					t.Fatal(err)
				}
			}
			fill := "fill/" + core.Address(w.by.Address).String() + "/0"
			if i := w.intent(fill); i.Status != store.Planned {
				t.Fatalf("%+v", i)
			}
			if back {
				send()
			}
			w.settle()
			want := map[bool]store.Status{false: store.Done, true: store.Expired}[back]
			if i := w.intent(fill); i.Status != want || len(w.intent("one").Attempts) > 0 || w.transactions() != 2 {
				t.Errorf("%+v, want %s; %d transactions, want 2", i, want, w.transactions())
			}
		})
	}
}

// TestBudgetInFlight: what was sent and is not final counts against the budget with the most that it may cost, and a
// bump with what it adds.
func TestBudgetInFlight(t *testing.T) {
	w := newWorld(t)
	w.put(w.transfer("probe"))
	w.settle()
	spent, _ := new(big.Int).SetString(w.intent("probe").Spent, 10)
	// Room for one at a fee of three times what the chain takes now: the offer is twice the base fee and the tip.
	w.limits.DayBudget = new(big.Int).Mul(spent, big.NewInt(4))
	said := 0
	w.limits.Events.BudgetReached = func(_ outbox.Intent, need, have *big.Int) {
		if said++; need.Cmp(have) <= 0 {
			t.Errorf("need %v, have %v", need, have)
		}
	}
	w.open()
	for _, key := range []string{"a", "b", "c", "d"} {
		w.put(w.transfer(key))
	}
	w.client.before = true
	_ = w.step()
	for range 40 {
		w.mineWithout()
		_ = w.step()
	}
	worst := new(big.Int).Set(spent)
	open, err := w.store.OpenIntents(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range open {
		if len(i.Attempts) > 0 {
			worst.Add(worst, new(big.Int).Mul(w.highest(i.Key), big.NewInt(21_000)))
		}
	}
	if worst.Cmp(w.limits.DayBudget) > 0 || said == 0 {
		t.Errorf("%v may be spent, the budget is %v; said %d times", worst, w.limits.DayBudget, said)
	}
}

// forgetful is a node that does not know the receipts it should: it indexes, or lags behind the one that was asked for
// the nonce.
type forgetful struct {
	chain.Client
	answer error
}

func (f *forgetful) TransactionReceipt(ctx context.Context, hash common.Hash) (*types.Receipt, error) {
	if f.answer != nil {
		return nil, f.answer
	}
	return f.Client.TransactionReceipt(ctx, hash)
}

// TestReceiptNotKnown: that a node does not know a receipt is not yet a sign that another transaction has the nonce.
func TestReceiptNotKnown(t *testing.T) {
	for name, answer := range map[string]error{"indexes": errors.New("transaction indexing is in progress"), "lags": ethereum.NotFound} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.put(w.transfer("one"))
			if err := w.step(); err != nil {
				t.Fatal(err)
			}
			node := &forgetful{Client: w.chain.Client()}
			w.client.Client = node
			for range depth + 2 {
				w.mine()
			}
			node.answer = answer
			_ = w.step() // the nonce is final, the receipt is not there
			_ = w.step() // nor is it, at the same final block
			if name == "indexes" {
				for range 5 {
					w.mine()
					_ = w.step()
				}
			}
			node.answer = nil
			w.settle()
			if n := w.transactions(); n != 1 || w.intent("one").Status != store.Done {
				t.Errorf("%d transactions, want 1: %+v", n, w.intent("one"))
			}
		})
	}
}

// TestLate: what was sent and is not mined when its time is over makes room, once, for what comes after it.
func TestLate(t *testing.T) {
	w := newWorld(t)
	_, head := w.heads()
	i := w.transfer("late")
	i.By = head.Time + 2
	w.put(i)
	w.client.before = true
	_ = w.step()
	for range 4 {
		w.mine()
		_ = w.step()
	}
	late := w.intent("late")
	if len(late.Attempts) != 2 || late.Attempts[0].Cancel || !late.Attempts[1].Cancel {
		t.Fatalf("want it sent, and cancelled once: %+v", late.Attempts)
	}
	w.client.before = false
	w.put(w.transfer("next"))
	w.settle()
	late, next := w.intent("late"), w.intent("next")
	if late.Status != store.Expired || late.Spent == "" || next.Status != store.Done || next.Nonce != late.Nonce+1 {
		t.Errorf("%+v, then %+v", late, next)
	}
	if n := w.transactions(); n != 2 {
		t.Errorf("%d transactions, want 2", n)
	}
}

// TestOtherBranch: a step with a final block that the node does not have moves nothing.
func TestOtherBranch(t *testing.T) {
	w := newWorld(t)
	w.put(w.transfer("one"))
	if err := w.step(); err != nil {
		t.Fatal(err)
	}
	for range depth + 1 {
		w.mine()
	}
	final, head := w.heads()
	final.Hash[0]++
	if err := w.box.Step(t.Context(), final, head); err == nil || chain.KindOf(err) != chain.Retry {
		t.Errorf("error %v, want retry", err)
	}
	if i := w.intent("one"); i.Status != store.Sent {
		t.Errorf("%+v", i)
	}
	w.settle()
}
