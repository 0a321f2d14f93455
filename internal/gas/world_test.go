package gas

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// A network is set up under Osaka rules whatever is measured, since deploying our contracts under Amsterdam's
// takes more gas than chain.Sender gives a transaction. What is measured happens after the fork.
const (
	setupTime core.Time = 10_000
	forkTime  core.Time = devnet.DefaultGenesis + 9_000
)

// ample is a gas limit for what nobody measures.
const ample = 3_000_000

// endpoint is as long as one of a node: 40 bytes.
const endpoint = "/dns4/node-17.operators.example/tcp/4001"

var (
	router     = bindings.NewRouter()
	middleware = bindings.NewMiddleware()
	rewards    = bindings.NewRewards()
	operators  = bindings.NewOperators()
	registry   = bindings.NewOperatorRegistry()
	optIn      = bindings.NewOptInService()
	delegator  = bindings.NewNetworkRestakeDelegator()
	vaults     = bindings.NewVault()
	token      = bindings.NewWrappedVara()
)

// vara returns whole wVARA in base units.
func vara(n uint64) core.Amount {
	return *new(core.Amount).Mul(uint256.NewInt(devnet.VARA), uint256.NewInt(n))
}

// world is a network with one operator set and the hands that act on it, and the story of it.
type world struct {
	story
	*devnet.Network
	fork devnet.Fork
	set  core.SetID
	team devnet.Team
	// All own wVARA; the proposer has approved the Router's taking of bonds.
	curator, staker, proposer, watcher engine.Hand
}

// found starts the network with a set of at most a hundred Executors and a funded pot. Batches are not paid for.
func (w *world) found(ctx context.Context, accounts int) (err error) {
	w.Network, err = devnet.StartNetwork(ctx, devnet.NetworkOptions{Setup: setupTime,
		Options: devnet.Options{Accounts: accounts, Fork: w.fork, ForkAt: forkTime}})
	if err != nil {
		return err
	}
	w.team = devnet.Team{}
	if w.set, err = w.CreateSet(ctx, parameters(0)); err != nil {
		return err
	}
	if err := w.Fund(ctx, w.set, vara(100_000)); err != nil {
		return err
	}
	for _, hand := range []*engine.Hand{&w.curator, &w.staker, &w.proposer, &w.watcher} {
		*hand = w.NewHand()
		if err := w.Give(ctx, hand.Sender.From(), vara(20_000_000)); err != nil {
			return err
		}
	}
	approve := token.PackApprove(w.Roster.At.Router, chain.Big(*new(core.Amount).SetAllOne()))
	_, err = devnet.Do(ctx, w.proposer, w.Roster.At.Token, approve)
	return err
}

// parameters are the set's, with this reward for a batch, in whole wVARA.
func parameters(batchReward uint64) bindings.SetParameters {
	p := devnet.DefaultParameters()
	p.MaxExecutors, p.BatchReward = executors, chain.Big(vara(batchReward))
	p.MaxStake, p.MaxVaultStake = chain.Big(vara(10_000_000)), chain.Big(vara(10_000_000))
	return p
}

// openVault makes a vault of delegator type 0 for the set, with a deposit of whole wVARA in it.
func (w *world) openVault(ctx context.Context, deposit uint64) (devnet.Vault, error) {
	v, err := w.MakeVault(ctx, w.curator, devnet.VaultSpec{})
	if err != nil {
		return v, err
	}
	if err := w.Enroll(ctx, w.curator, w.set, v); err != nil {
		return v, err
	}
	if err := w.Limit(ctx, w.curator, w.set, v, vara(10_000_000)); err != nil {
		return v, err
	}
	all := chain.Big(*new(core.Amount).SetAllOne())
	if _, err := devnet.Do(ctx, w.staker, w.Roster.At.Token, token.PackApprove(v.Address, all)); err != nil {
		return v, err
	}
	_, err = devnet.Do(ctx, w.staker, v.Address, vaults.PackDeposit(w.staker.Sender.From(), chain.Big(vara(deposit))))
	return v, err
}

// join makes an operator of the set and links it to vaults, with these shares in each; it returns the receipt of
// its registration.
func (w *world) join(ctx context.Context, shares uint64, linked ...devnet.Vault) (*devnet.Operator, *types.Receipt, error) {
	o, err := w.NewOperator(ctx)
	if err != nil {
		return nil, nil, err
	}
	receipt, err := o.Register(ctx, w.set, endpoint, 500)
	if err != nil {
		return nil, nil, err
	}
	w.team[o.Address()] = o
	for _, v := range linked {
		if err := o.Link(ctx, w.Symbiotic(), w.set, v); err != nil {
			return nil, nil, err
		}
		if err := w.Delegate(ctx, w.curator, w.set, v, o.Sender.From(), *uint256.NewInt(shares)); err != nil {
			return nil, nil, err
		}
	}
	return o, receipt, nil
}

// decide waits until an era can be sealed, seals it and computes its election.
func (w *world) decide(ctx context.Context, e core.Era) (engine.Decision, error) {
	if at := w.Roster.Times.SealableAt(e); w.Now() < at {
		if err := w.AdvanceTo(at); err != nil {
			return engine.Decision{}, err
		}
	}
	call := chain.To(w.Roster.At.Router, router.PackSeal(uint64(e)))
	call.Gas = ample // engine.Hand.Seal's limit is too low for Amsterdam
	if _, err := w.proposer.Sender.Do(ctx, call); err != nil {
		return engine.Decision{}, err
	}
	return engine.Decide(ctx, w.Roster, w.set, e, w.Block())
}

// propose posts the right list of an era, and returns the term and the receipt of the proposal.
func (w *world) propose(ctx context.Context, e core.Era) (devnet.Term, *types.Receipt, error) {
	d, err := w.decide(ctx, e)
	if err != nil {
		return devnet.Term{}, nil, err
	}
	p, err := d.Proposal()
	if err != nil {
		return devnet.Term{}, nil, err
	}
	receipt, err := w.proposer.Propose(ctx, w.set, e, p)
	if err != nil {
		return devnet.Term{}, nil, err
	}
	t, err := w.Term(ctx, d)
	return t, receipt, err
}

// commit commits the set's next batch, which has no messages, signed by all but those at the absent places.
func (w *world) commit(ctx context.Context, t devnet.Term, absent ...int) (*types.Receipt, error) {
	_, receipt, err := w.CommitBatch(ctx, w.watcher, t, w.team, core.Keccak([]byte("state")), absent...)
	return receipt, err
}

// sign has all but the absent sign a digest.
func (w *world) sign(t devnet.Term, digest core.Hash, absent ...int) (executor.Signed, error) {
	return devnet.Signed(t.Committee, digest, w.team.Sign(t.Committee, digest, absent...))
}

// report proves that the one accused signed two batches of one number, the first signed by everyone, the second by
// all but the absent, and returns the gas of it.
func (w *world) report(ctx context.Context, t devnet.Term, accused int, absent []int) (uint64, error) {
	a, _, err := w.NextBatch(ctx, t.Set, core.Keccak([]byte("right")))
	if err != nil {
		return 0, err
	}
	b := a
	b.StateRoot = core.Keccak([]byte("wrong"))
	var signed [2]executor.Signed
	if signed[0], err = w.sign(t, w.StatementOf(t.Committee, a)); err != nil {
		return 0, err
	}
	if signed[1], err = w.sign(t, w.StatementOf(t.Committee, b), absent...); err != nil {
		return 0, err
	}
	receipt, err := w.watcher.ReportBatches(ctx, t.Committee, a.Number, [2]core.Hash{a.Hash(), b.Hash()}, signed, []int{accused})
	if err != nil {
		return 0, err
	}
	return receipt.GasUsed, nil
}

// confirm shows that the keys behind a header are the registered ones, which the first report under it needs, and
// returns the gas of it.
func (w *world) confirm(ctx context.Context, t devnet.Term) (uint64, error) {
	receipt, err := w.watcher.ConfirmKeys(ctx, t.Committee)
	if err != nil {
		return 0, err
	}
	return receipt.GasUsed, nil
}

// send is devnet.Do without a simulation.
func (w *world) send(ctx context.Context, by engine.Hand, to common.Address, data []byte) (*types.Receipt, error) {
	call := chain.To(to, data)
	call.Gas = ample
	return by.Sender.Do(ctx, call)
}

// bulk sends calls without waiting for each, so that one block holds them, or as few as can. What fails is told by
// wait.
type bulk struct {
	sent []func(context.Context) error
	err  error
}

func (b *bulk) send(ctx context.Context, by engine.Hand, to common.Address, data []byte) {
	call := chain.To(to, data)
	call.Gas = ample
	tx, err := by.Sender.Send(ctx, call)
	if err != nil {
		b.err = errors.Join(b.err, err)
		return
	}
	b.sent = append(b.sent, func(ctx context.Context) error {
		_, err := by.Sender.Wait(ctx, tx)
		return err
	})
}

func (b *bulk) wait(ctx context.Context) error {
	for _, wait := range b.sent {
		if err := wait(ctx); err != nil {
			return errors.Join(b.err, err)
		}
	}
	return b.err
}
