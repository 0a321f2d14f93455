package fleet

import (
	"context"
	"fmt"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// What the network's people have, whole wVARA.
const (
	pot       = 200_000
	purse     = 50_000 // of each operator, for bonds: sixteen of them, and some more
	baseStake = 10_000 // of the first operator; each further one has a step more
	stakeStep = 1_500
	ownStake  = 3_000 // in a vault of its own, of every third operator
)

// network is a devnet with operators that have stake, and nobody who elects them.
type network struct {
	*devnet.Network
	set        core.SetID
	parameters bindings.SetParameters
	team       []*devnet.Operator
	vaults     []devnet.ReadyVault
	stakers    []engine.Hand
	curator    engine.Hand
	liar       engine.Hand // posts wrong lists
	traffic    *traffic
	guest      engine.Hand // for whoever looks at the network from outside
}

// setup is how long before the first capture the network starts, seconds.
const setup core.Time = 300

// startNetwork makes the network. Roster's times are the devnet's but for their finality lag, which must not be
// shorter than the chain's.
func startNetwork(ctx context.Context, parameters bindings.SetParameters, o devnet.Options, operators int, times era.Times) (*network, error) {
	o.Accounts = max(o.Accounts, 16+3*operators)
	n, err := devnet.StartNetwork(ctx, devnet.NetworkOptions{Options: o, Times: times, Setup: setup})
	if err != nil {
		return nil, err
	}
	w := &network{Network: n, parameters: parameters}
	if err := w.furnish(ctx, operators); err != nil {
		return nil, fmt.Errorf("make the network: %w (closing: %v)", err, n.Close())
	}
	return w, nil
}

func (w *network) furnish(ctx context.Context, operators int) (err error) {
	if w.set, err = w.CreateSet(ctx, w.parameters); err != nil {
		return err
	}
	if err := w.Fund(ctx, w.set, whole(pot)); err != nil {
		return err
	}
	w.curator, w.liar = w.NewHand(), w.NewHand()
	if err := w.Give(ctx, w.liar.Sender.From(), whole(4*purse)); err != nil {
		return err
	}
	shared, err := w.MakeVault(ctx, w.curator, devnet.VaultSpec{})
	if err != nil {
		return err
	}
	if err := w.Enroll(ctx, w.curator, w.set, shared); err != nil {
		return err
	}
	if err := w.Limit(ctx, w.curator, w.set, shared, whole(1_000_000)); err != nil {
		return err
	}
	w.vaults = []devnet.ReadyVault{{Vault: shared, Delegator: devnet.NetworkRestake}}
	total := uint64(0)
	for i := range operators {
		if err := w.hire(ctx, i); err != nil {
			return fmt.Errorf("operator %d: %w", i, err)
		}
		total += baseStake + stakeStep*uint64(i)
	}
	w.traffic, w.guest = &traffic{user: w.NewHand(), programs: map[string]core.Hash{}}, w.NewHand()
	if err := w.Give(ctx, w.guest.Sender.From(), whole(userPurse)); err != nil {
		return err
	}
	if err := w.Give(ctx, w.traffic.user.Sender.From(), whole(userPurse)); err != nil {
		return err
	}
	return w.stake(ctx, &w.vaults[0], total)
}

// hire makes operator i, with shares of the first vault, and every third one with a vault of its own.
func (w *network) hire(ctx context.Context, i int) error {
	o, err := w.NewOperator(ctx)
	if err != nil {
		return err
	}
	w.team = append(w.team, o)
	if err := w.Give(ctx, o.Sender.From(), whole(purse)); err != nil {
		return err
	}
	if _, err := o.Register(ctx, w.set, fmt.Sprintf("127.0.0.1:%d", 30_303+i), core.Bps(500+100*i)); err != nil {
		return err
	}
	shared := w.vaults[0].Vault
	if err := o.Link(ctx, w.Symbiotic(), w.set, shared); err != nil {
		return err
	}
	if err := w.Delegate(ctx, w.curator, w.set, shared, o.Sender.From(), *uint256.NewInt(baseStake + stakeStep*uint64(i))); err != nil {
		return err
	}
	w.vaults[0].Operators = append(w.vaults[0].Operators, o.Address())
	if i%3 != 1 {
		return nil
	}
	kind := devnet.OperatorSpecific
	if i%2 == 0 {
		kind = devnet.OperatorNetworkSpecific
	}
	own, err := w.MakeVault(ctx, w.curator, devnet.VaultSpec{Delegator: kind, Operator: o.Sender.From()})
	if err != nil {
		return err
	}
	if err := o.Link(ctx, w.Symbiotic(), w.set, own); err != nil {
		return err
	}
	if kind == devnet.OperatorSpecific {
		if err := w.Limit(ctx, w.curator, w.set, own, whole(1_000_000)); err != nil {
			return err
		}
	}
	w.vaults = append(w.vaults, devnet.ReadyVault{Vault: own, Delegator: kind, Operators: []core.Address{o.Address()}})
	return w.stake(ctx, &w.vaults[len(w.vaults)-1], ownStake)
}

// stake has a new staker fill a vault, whole wVARA.
func (w *network) stake(ctx context.Context, v *devnet.ReadyVault, amount uint64) error {
	staker := w.NewHand()
	w.stakers = append(w.stakers, staker)
	v.Staker, v.Stake = staker.Sender.From(), whole(amount)
	if err := w.Give(ctx, staker.Sender.From(), whole(2*amount)); err != nil {
		return err
	}
	return w.Deposit(ctx, staker, v.Vault, whole(amount))
}

// whole returns whole wVARA in base units.
func whole(n uint64) core.Amount {
	return *new(core.Amount).Mul(uint256.NewInt(devnet.VARA), uint256.NewInt(n))
}
