package outbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

// Intent is what should happen.
type Intent = store.Intent

// Ledger is where intents are kept; a store.
type Ledger interface {
	PutIntent(ctx context.Context, i Intent) (added bool, err error)
	Intent(ctx context.Context, key string) (i Intent, known bool, err error)
	SaveIntent(ctx context.Context, i Intent) error
	OpenIntents(ctx context.Context) ([]Intent, error)
	SpentOn(ctx context.Context, day uint64) (*big.Int, error)
}

// Options make an outbox.
type Options struct {
	Ledger  Ledger
	Client  chain.Client
	Signer  chain.Signer
	ChainID *big.Int
	// DayBudget is the most wei that gas may cost in a day of the chain's clock, what is on its way counted with the most
	// that it may cost, and MaxFee the most wei per gas that is ever offered; nil: no limit.
	DayBudget, MaxFee *big.Int
	// BumpBlocks is after how many blocks without it a transaction is sent again with a higher fee; default 5.
	BumpBlocks uint64
	Events     Events
}

// Events is what an outbox has to say, in the caller's goroutine; nil is not called.
type Events struct {
	Sent, Bumped, Mined, Done, Failed, Expired func(Intent)
	// BudgetReached is said of each intent that is not sent, or not bumped, for it: need and have in wei.
	BudgetReached func(i Intent, need, have *big.Int)
}

// Outbox is the only sender of its account's transactions in this process.
type Outbox struct {
	Options
	from common.Address
}

// New makes an outbox. The chain's id is an argument, so that no endpoint can make us sign for another chain.
func New(o Options) *Outbox {
	if o.BumpBlocks == 0 {
		o.BumpBlocks = 5
	}
	for _, f := range []*func(Intent){&o.Events.Sent, &o.Events.Bumped, &o.Events.Mined, &o.Events.Done, &o.Events.Failed, &o.Events.Expired} {
		if *f == nil {
			*f = func(Intent) {}
		}
	}
	if o.Events.BudgetReached == nil {
		o.Events.BudgetReached = func(Intent, *big.Int, *big.Int) {}
	}
	return &Outbox{Options: o, from: o.Signer.Address()}
}

// Put keeps an intent, unless one of its key is there. It returns whether it is new. Nothing is sent before Step. One
// that is there, was not sent, and says something else now is brought up to date: what it wants follows from facts that
// a reorganisation changed.
func (o *Outbox) Put(ctx context.Context, i Intent) (bool, error) {
	i.Status = store.Planned
	have, known, err := o.Ledger.Intent(ctx, i.Key)
	switch {
	case err != nil:
		return false, err
	case !known:
		return o.Ledger.PutIntent(ctx, i)
	case !have.Open() || have.Status == store.Sent || have.To == i.To && bytes.Equal(have.Data, i.Data):
		return false, nil
	}
	have.To, have.Data, have.Gas, have.By, have.DoneBy = i.To, i.Data, i.Gas, i.By, i.DoneBy
	have.Status, have.Tries, have.RetryAt = store.Planned, 0, 0
	return false, o.Ledger.SaveIntent(ctx, have)
}

// now is what a step knows of the chain.
type now struct {
	final, head chain.Block
	// used are the nonces of open intents, next the first that the chain's pool does not have, mined the first that no
	// block has used, settled the first that no final block has.
	used                 map[uint64]bool
	next, mined, settled uint64
	// committed is the most wei that all that was sent, and is not final, may cost; waiting what of it is not mined.
	committed, waiting *big.Int
}

// Step moves every open intent on as far as it goes now. What one cannot do does not stop the others; all errors come
// back.
func (o *Outbox) Step(ctx context.Context, final, head chain.Block) error {
	open, err := o.Ledger.OpenIntents(ctx)
	if err != nil || len(open) == 0 {
		return err
	}
	n, err := o.look(ctx, final, head, open)
	if err != nil {
		return err
	}
	var all []error
	for _, i := range open {
		step := o.plan
		if i.Status == store.Sent {
			step = o.watch
		}
		if err := step(ctx, n, i); err != nil {
			all = append(all, fmt.Errorf("%s: %w", i.Key, err))
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return errors.Join(all...)
}

// look reads what a step must know of the chain, and refuses a chain that does not have the final block.
func (o *Outbox) look(ctx context.Context, final, head chain.Block, open []Intent) (*now, error) {
	n := &now{final: final, head: head, used: map[uint64]bool{}, committed: new(big.Int), waiting: new(big.Int)}
	if err := o.canonical(ctx, final.Number, final.Hash); err != nil {
		return nil, err
	}
	var err error
	if n.next, err = o.Client.PendingNonceAt(ctx, o.from); err != nil {
		return nil, fmt.Errorf("read the pool's nonce of %v: %w", o.from, chain.Classify(err))
	}
	if n.mined, err = o.Client.NonceAt(ctx, o.from, nil); err != nil {
		return nil, fmt.Errorf("read nonce of %v: %w", o.from, chain.Classify(err))
	}
	if n.settled, err = o.Client.NonceAt(ctx, o.from, chain.Number(final.Number)); err != nil {
		return nil, fmt.Errorf("read nonce of %v at block %d: %w", o.from, final.Number, chain.Classify(err))
	}
	for _, i := range open {
		if i.Status != store.Sent {
			continue
		}
		n.used[i.Nonce] = true
		cost, err := mayCost(i)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", i.Key, err)
		}
		n.commit(cost, i.MinedIn == 0)
	}
	return n, nil
}

// canonical refuses a block that the chain does not have under its number: whoever answers is on another branch, or the
// block was undone.
func (o *Outbox) canonical(ctx context.Context, number uint64, hash core.Hash) error {
	h, err := o.Client.HeaderByNumber(ctx, chain.Number(number))
	if err != nil {
		return fmt.Errorf("read block %d: %w", number, chain.Classify(err))
	}
	if is := core.Hash(h.Hash()); is != hash {
		return &chain.Error{Kind: chain.Retry, Err: fmt.Errorf("block %d is %v, want %v: another branch", number, is, hash)}
	}
	return nil
}

func callOf(i Intent) chain.Call {
	call := chain.To(common.Address(i.To), i.Data)
	call.Gas = i.Gas
	return call
}

// plan simulates an intent, and signs and sends it when nothing speaks against it.
func (o *Outbox) plan(ctx context.Context, n *now, i Intent) error {
	if i.By > 0 && n.head.Time >= i.By {
		return o.end(ctx, i, store.Expired, i.Reason)
	}
	if i.Status == store.Failed && n.head.Number < i.RetryAt {
		return nil
	}
	if isFill(i) && !n.gap() { // something else has filled it
		return o.end(ctx, i, store.Expired, "no_gap")
	}
	need, err := chain.Simulate(ctx, o.Client, o.from, callOf(i), chain.Pending)
	if revert := (*chain.Revert)(nil); errors.As(err, &revert) {
		return o.reverted(ctx, n, i, revert)
	}
	if err != nil {
		if chain.KindOf(err) == chain.Retry {
			return err
		}
		return errors.Join(o.fail(ctx, n, i, "not_simulated"), err)
	}
	gas := i.Gas
	if gas == 0 {
		gas = min(need+need/4, chain.MaxGas)
	}
	fee, err := o.fee(ctx, nil)
	if err != nil {
		return err
	}
	if short, err := o.overBudget(ctx, n, i, gas, fee); err != nil || short {
		return err
	}
	i.Nonce = n.free()
	return o.send(ctx, n, i, gas, fee, false)
}

// reverted says what a simulation's revert means: that another did it, if the final state says so too, or that it
// cannot be done now.
func (o *Outbox) reverted(ctx context.Context, n *now, i Intent, revert *chain.Revert) error {
	if !slices.Contains(i.DoneBy, revert.Name) {
		return o.fail(ctx, n, i, revert.Name)
	}
	// On what waits to be mined somebody did it. That can still come to nothing: only a final block counts.
	_, err := chain.Simulate(ctx, o.Client, o.from, callOf(i), chain.Number(n.final.Number))
	if final := (*chain.Revert)(nil); errors.As(err, &final) && slices.Contains(i.DoneBy, final.Name) {
		i.MinedIn = n.final.Number
		return o.end(ctx, i, store.Done, revert.Name)
	}
	return nil // look again at the next step
}

// mostBackoff is how many blocks a failed intent waits at the most before it is tried again.
const mostBackoff = 32

// fail keeps why an intent cannot be done now; it is tried again, each time later.
func (o *Outbox) fail(ctx context.Context, n *now, i Intent, reason string) error {
	i.Status, i.Reason, i.Attempts = store.Failed, reason, nil
	i.RetryAt = n.head.Number + min(uint64(1)<<min(i.Tries, 10), mostBackoff)
	i.Tries++
	if err := o.Ledger.SaveIntent(ctx, i); err != nil {
		return err
	}
	o.Events.Failed(i)
	return nil
}

// end closes an intent; its key stays.
func (o *Outbox) end(ctx context.Context, i Intent, status store.Status, reason string) error {
	i.Status, i.Reason, i.Attempts = status, reason, nil
	if err := o.Ledger.SaveIntent(ctx, i); err != nil {
		return err
	}
	if status == store.Expired {
		o.Events.Expired(i)
	} else {
		o.Events.Done(i)
	}
	return nil
}

// send signs, keeps and sends one more attempt. If the process dies after it is kept, watch sends the very same.
func (o *Outbox) send(ctx context.Context, n *now, i Intent, gas uint64, f fee, cancel bool) error {
	to, data := common.Address(i.To), i.Data
	if cancel {
		to, data, gas = o.from, nil, cancelGas
	}
	tx, err := o.Signer.SignTx(ctx, types.NewTx(&types.DynamicFeeTx{ChainID: o.ChainID, Nonce: i.Nonce, GasTipCap: f.tip,
		GasFeeCap: f.cap, Gas: gas, To: &to, Data: data}), o.ChainID)
	if err != nil {
		return err
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return &chain.Error{Kind: chain.Fatal, Err: fmt.Errorf("encode: %w", err)}
	}
	bumped := len(i.Attempts) > 0
	before, err := mayCost(i)
	if err != nil {
		return err
	}
	i.Status, i.Reason, i.MinedIn, i.TakenAt = store.Sent, "", 0, 0
	i.Attempts = append(i.Attempts, store.Attempt{Hash: core.Hash(tx.Hash()), Raw: raw, FeeCap: f.cap.String(), Tip: f.tip.String(),
		Block: n.head.Number, Cancel: cancel})
	if more := new(big.Int).Sub(tx.Cost(), before); more.Sign() > 0 {
		n.commit(more, true)
	}
	if err := o.Ledger.SaveIntent(ctx, i); err != nil {
		return err
	}
	if bumped {
		o.Events.Bumped(i)
	} else {
		o.Events.Sent(i)
	}
	return o.broadcast(ctx, tx)
}

// cancelGas is what a transfer of nothing to oneself takes.
const cancelGas = 21_000

// broadcast sends a signed transaction. That the pool has it, or another of its nonce, is no error: watch finds out.
func (o *Outbox) broadcast(ctx context.Context, tx *types.Transaction) error {
	err := o.Client.SendTransaction(ctx, tx)
	if err == nil || chain.Superseded(err) {
		return nil
	}
	return fmt.Errorf("send with nonce %d: %w", tx.Nonce(), chain.Classify(err))
}
