package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/outbox"
	"github.com/gear-tech/roster/internal/store"
)

var registry = bindings.NewOperatorRegistry()

// depth is how far "finalized" lags behind the head on these chains.
const depth = 4

// world is a chain, and what the intents of a test are about: registering the account with Symbiotic, which can be done
// once, and transfers of ether to itself, which would show if they happened twice.
type world struct {
	*testing.T
	chain  *devnet.Chain
	client *flaky
	dir    string
	by     devnet.Account
	store  *store.Store
	box    *outbox.Outbox
	hook   func(stage string) error
	limits outbox.Options
}

func newWorld(t *testing.T) *world {
	t.Helper()
	c, err := devnet.Start(devnet.Options{FinalityDepth: depth})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	w := &world{T: t, chain: c, client: &flaky{Client: c.Client()}, dir: t.TempDir(), by: c.Account(5)}
	w.open()
	t.Cleanup(func() { w.store.Close() })
	return w
}

// open starts the process again: everything but the file and the chain is new.
func (w *world) open() {
	w.Helper()
	if w.store != nil {
		if err := w.store.Close(); err != nil {
			w.Fatal(err)
		}
	}
	s, err := store.Open(w.Context(), filepath.Join(w.dir, "store.db"), store.WithCommitHook(func(stage string) error {
		if w.hook == nil {
			return nil
		}
		return w.hook(stage)
	}))
	if err != nil {
		w.Fatal(err)
	}
	o := w.limits
	o.Ledger, o.Client, o.Signer, o.ChainID = s, w.client, chain.NewKeySigner(w.by.Key), big.NewInt(devnet.ChainID)
	o.BumpBlocks = 3
	w.store, w.box = s, outbox.New(o)
}

// flaky is a client that can lose what is sent: before the node has it, or after.
type flaky struct {
	chain.Client
	before, after bool
	sent          int
}

var errLost = &chain.Error{Kind: chain.Retry, Err: errors.New("connection lost")}

func (f *flaky) SendTransaction(ctx context.Context, tx *types.Transaction) error {
	if f.before {
		return errLost
	}
	f.sent++
	if err := f.Client.SendTransaction(ctx, tx); err != nil {
		return err
	}
	if f.after {
		return errLost
	}
	return nil
}

func (w *world) heads() (final, head chain.Block) {
	w.Helper()
	finality, err := chain.ParseFinality("finalized")
	if err != nil {
		w.Fatal(err)
	}
	h := chain.Heads{Client: w.chain.Client(), Finality: finality}
	if final, err = h.Final(w.Context()); err != nil {
		w.Fatal(err)
	}
	if head, err = h.Head(w.Context()); err != nil {
		w.Fatal(err)
	}
	return final, head
}

func (w *world) step() error {
	w.Helper()
	return w.box.Step(w.Context(), first(w.heads()), second(w.heads()))
}

func first(a, _ chain.Block) chain.Block  { return a }
func second(_, b chain.Block) chain.Block { return b }

func (w *world) mine() {
	w.Helper()
	if err := w.chain.Advance(1); err != nil {
		w.Fatal(err)
	}
}

// register is the intent that can be done once.
func (w *world) register() outbox.Intent {
	return outbox.Intent{Key: "register", To: core.Address(w.chain.Symbiotic().OperatorRegistry), Data: registry.PackRegisterOperator(),
		DoneBy: []string{"OperatorAlreadyRegistered"}}
}

func (w *world) put(i outbox.Intent) {
	w.Helper()
	if _, err := w.box.Put(w.Context(), i); err != nil {
		w.Fatal(err)
	}
}

func (w *world) intent(key string) outbox.Intent {
	w.Helper()
	i, known, err := w.store.Intent(w.Context(), key)
	if err != nil || !known {
		w.Fatalf("intent %s: %v, %v", key, known, err)
	}
	return i
}

// settle takes steps and makes blocks until nothing is open.
func (w *world) settle() {
	w.Helper()
	for range 60 {
		open, err := w.store.OpenIntents(w.Context())
		if err != nil {
			w.Fatal(err)
		}
		if len(open) == 0 {
			return
		}
		if err := w.step(); err != nil {
			w.Fatal(err)
		}
		w.mine()
	}
	w.Fatal("intents are still open after 60 blocks")
}

// transactions counts the account's transactions in the chain that succeeded.
func (w *world) transactions() (succeeded int) {
	w.Helper()
	head := w.chain.Head().Number.Uint64()
	for n := uint64(1); n <= head; n++ {
		block, err := w.chain.Client().BlockByNumber(w.Context(), new(big.Int).SetUint64(n))
		if err != nil {
			w.Fatal(err)
		}
		for _, tx := range block.Transactions() {
			from, err := types.Sender(types.LatestSignerForChainID(big.NewInt(devnet.ChainID)), tx)
			if err != nil {
				w.Fatal(err)
			}
			r, err := w.chain.Client().TransactionReceipt(w.Context(), tx.Hash())
			if err != nil {
				w.Fatal(err)
			}
			if from == w.by.Address && r.Status == types.ReceiptStatusSuccessful {
				succeeded++
			}
		}
	}
	return succeeded
}

func (w *world) registered() bool {
	w.Helper()
	ok, err := chain.Read(w.Context(), w.chain.Client(), w.chain.Symbiotic().OperatorRegistry, nil, registry.PackIsEntity(w.by.Address), registry.UnpackIsEntity)
	if err != nil {
		w.Fatal(err)
	}
	return ok
}

// TestOnce: an intent is sent, mined, and done when its block is final, not before.
func TestOnce(t *testing.T) {
	w := newWorld(t)
	w.put(w.register())
	w.put(w.register()) // again: the same
	if err := w.step(); err != nil {
		t.Fatal(err)
	}
	if i := w.intent("register"); i.Status != store.Sent || len(i.Attempts) != 1 {
		t.Fatalf("%+v", i)
	}
	w.mine()
	for range depth {
		if err := w.step(); err != nil {
			t.Fatal(err)
		}
		if i := w.intent("register"); i.Status != store.Sent {
			t.Fatalf("done before its block is final: %+v", i)
		}
		w.mine()
	}
	if err := w.step(); err != nil {
		t.Fatal(err)
	}
	i := w.intent("register")
	if i.Status != store.Done || i.Spent == "" || !w.registered() {
		t.Errorf("%+v", i)
	}
	if w.put(w.register()); w.intent("register").Status != store.Done || w.transactions() != 1 {
		t.Errorf("put again it was done again: %d transactions", w.transactions())
	}
}

// TestFaults: the process dies at each write of the ledger and at each send, before or after it took effect. Whatever it
// is, the effect is there once in the end, and the ledger says so.
func TestFaults(t *testing.T) {
	for at := 1; at <= 8; at++ {
		for _, kind := range []string{"before", "after"} {
			t.Run(fmt.Sprintf("write %d, %s", at, kind), func(t *testing.T) {
				w := newWorld(t)
				writes := 0
				w.hook = func(stage string) error {
					if stage != "intent:"+kind {
						return nil
					}
					if writes++; writes == at {
						return errors.New("killed")
					}
					return nil
				}
				w.survive()
			})
		}
	}
	for _, after := range []bool{false, true} {
		t.Run(fmt.Sprintf("send lost, after it took effect: %v", after), func(t *testing.T) {
			w := newWorld(t)
			w.client.before, w.client.after = !after, after
			w.put(w.register())
			if err := w.step(); err == nil {
				t.Error("the loss is no error")
			}
			w.client.before, w.client.after = false, false
			w.open()
			w.mine()
			w.survive()
		})
	}
}

// survive puts two intents and goes on through deaths until both are done, and checks what came of them.
func (w *world) survive() {
	w.Helper()
	other := outbox.Intent{Key: "other", To: core.Address(w.by.Address), Gas: 21_000}
	for range 60 {
		_, err := w.box.Put(w.Context(), w.register())
		if err == nil {
			_, err = w.box.Put(w.Context(), other)
		}
		if err == nil {
			err = w.step()
		}
		if err != nil {
			w.open()
			continue
		}
		w.mine()
		if open, err := w.store.OpenIntents(w.Context()); err == nil && len(open) == 0 {
			break
		}
	}
	w.hook = nil
	for _, key := range []string{"register", "other"} {
		if i := w.intent(key); i.Status != store.Done {
			w.Errorf("%s: %+v", key, i)
		}
	}
	if !w.registered() || w.transactions() != 2 {
		w.Errorf("registered: %v, %d transactions, want 2", w.registered(), w.transactions())
	}
}

// TestReorganisation: what was mined and is undone is mined again, whether its transaction came back to the pool or was
// lost.
func TestReorganisation(t *testing.T) {
	for _, drop := range []bool{false, true} {
		t.Run(fmt.Sprintf("lost: %v", drop), func(t *testing.T) {
			w := newWorld(t)
			w.mine()
			parent := w.chain.Head()
			w.put(w.register())
			if err := w.step(); err != nil {
				t.Fatal(err)
			}
			w.mine()
			if err := w.step(); err != nil {
				t.Fatal(err)
			}
			if i := w.intent("register"); i.MinedIn != w.chain.Head().Number.Uint64() {
				t.Fatalf("%+v", i)
			}
			if err := w.chain.Fork(parent.Hash(), drop); err != nil {
				t.Fatal(err)
			}
			w.chain.Advance(2)
			w.settle()
			if i := w.intent("register"); i.Status != store.Done || !w.registered() || w.transactions() != 1 {
				t.Errorf("%+v, %d transactions", i, w.transactions())
			}
		})
	}
}

// TestTwoProcesses: two outboxes with one key and a store each. Every effect happens once, both end, no nonce is stuck.
func TestTwoProcesses(t *testing.T) {
	a := newWorld(t)
	b := &world{T: t, chain: a.chain, client: &flaky{Client: a.chain.Client()}, dir: t.TempDir(), by: a.by}
	b.open()
	t.Cleanup(func() { b.store.Close() })
	for _, w := range []*world{a, b} {
		w.put(w.register())
	}
	a.put(outbox.Intent{Key: "a", To: core.Address(a.by.Address), Gas: 21_000})
	b.put(outbox.Intent{Key: "b", To: core.Address(a.by.Address), Gas: 21_000})
	for range 40 {
		for _, w := range []*world{a, b} {
			if err := w.step(); err != nil {
				t.Fatal(err)
			}
		}
		a.mine()
	}
	for _, w := range []*world{a, b} {
		if open, err := w.store.OpenIntents(t.Context()); err != nil || len(open) > 0 {
			t.Errorf("still open: %+v (%v)", open, err)
		}
	}
	if n := a.transactions(); !a.registered() || n != 3 {
		t.Errorf("%d transactions succeeded, want 3: one registration, two others", n)
	}
	pending, err := a.chain.Client().PendingNonceAt(t.Context(), a.by.Address)
	if err != nil || pending < 3 {
		t.Errorf("nonce %d (%v)", pending, err)
	}
}

// TestRefused: a revert is kept by its name, and what is refused now is tried again until its time is over.
func TestRefused(t *testing.T) {
	w := newWorld(t)
	_, head := w.heads()
	// Only an operator that is registered can opt in to a vault: NotWho.
	w.put(outbox.Intent{Key: "opt in", To: core.Address(w.chain.Symbiotic().VaultOptIn), By: head.Time + 20,
		Data: bindings.NewOptInService().PackOptIn(common.Address{1})})
	if err := w.step(); err != nil {
		t.Fatal(err)
	}
	if i := w.intent("opt in"); i.Status != store.Failed || i.Reason != "NotWho" || w.client.sent != 0 {
		t.Errorf("%+v, %d sent", i, w.client.sent)
	}
	for range 25 {
		w.mine()
		if err := w.step(); err != nil {
			t.Fatal(err)
		}
	}
	if i := w.intent("opt in"); i.Status != store.Expired || i.Reason != "NotWho" || i.Tries < 3 {
		t.Errorf("%+v", i)
	}
}

// TestBump: what is not mined is sent again with the same nonce and a higher fee, until it is.
func TestBump(t *testing.T) {
	w := newWorld(t)
	w.put(w.register())
	if err := w.step(); err != nil {
		t.Fatal(err)
	}
	hidden := w.chain.Head()
	for range 4 { // blocks that do not have it: the pool forgets, and the endpoint takes nothing more
		if err := w.chain.Fork(hidden.Hash(), true); err != nil {
			t.Fatal(err)
		}
		w.client.before = true
		w.mine()
		hidden = w.chain.Head()
		_ = w.step()
	}
	i := w.intent("register")
	if len(i.Attempts) < 2 || i.Attempts[0].Hash == i.Attempts[1].Hash {
		t.Fatalf("not bumped: %+v", i.Attempts)
	}
	was, _ := new(big.Int).SetString(i.Attempts[0].FeeCap, 10)
	is, _ := new(big.Int).SetString(i.Attempts[1].FeeCap, 10)
	if new(big.Int).Mul(is, big.NewInt(8)).Cmp(new(big.Int).Mul(was, big.NewInt(9))) < 0 {
		t.Errorf("a fee cap of %v after %v is no eighth more", is, was)
	}
	w.client.before = false
	w.settle()
	if !w.registered() || w.transactions() != 1 {
		t.Errorf("%d transactions", w.transactions())
	}
}

// TestBudget: what would cost more than the day's budget is not sent, and said.
func TestBudget(t *testing.T) {
	w := newWorld(t)
	said := 0
	w.limits.DayBudget = big.NewInt(1000)
	w.limits.Events.BudgetReached = func(i outbox.Intent, need, have *big.Int) {
		if said++; need.Cmp(have) <= 0 || have.Cmp(big.NewInt(1000)) > 0 {
			t.Errorf("%s: need %v, have %v", i.Key, need, have)
		}
	}
	w.open()
	w.put(w.register())
	if err := w.step(); err != nil {
		t.Fatal(err)
	}
	if said != 1 || w.client.sent != 0 || w.intent("register").Status != store.Planned {
		t.Errorf("said %d times, sent %d", said, w.client.sent)
	}
	w.limits.DayBudget = big.NewInt(1e18)
	w.open()
	w.settle()
	if !w.registered() {
		t.Error("not sent with a budget either")
	}
	if spent, err := w.store.SpentOn(t.Context(), w.intent("register").Day); err != nil || spent.Sign() <= 0 {
		t.Errorf("spent %v (%v)", spent, err)
	}
}

// TestNonceTaken: another process used the nonce that an intent was signed with. Once that is final the intent looks
// again whether it has happened, and is signed anew if not.
func TestNonceTaken(t *testing.T) {
	a := newWorld(t)
	b := &world{T: t, chain: a.chain, client: &flaky{Client: a.chain.Client(), before: true}, dir: t.TempDir(), by: a.by}
	b.open()
	t.Cleanup(func() { b.store.Close() })
	b.put(b.register())
	b.put(outbox.Intent{Key: "b", To: core.Address(a.by.Address), Gas: 21_000})
	if err := b.step(); err == nil { // signed and kept, and lost on the way
		t.Fatal("the loss is no error")
	}
	a.put(outbox.Intent{Key: "a", To: core.Address(a.by.Address), Gas: 21_000}) // first: the same would be one transaction
	a.put(a.register())
	a.settle()
	b.client.before = false
	b.settle()
	if i := b.intent("register"); i.Status != store.Done || i.Reason != "OperatorAlreadyRegistered" {
		t.Errorf("%+v", i)
	}
	if n := a.transactions(); n != 3 {
		t.Errorf("%d transactions succeeded, want 3", n)
	}
}
