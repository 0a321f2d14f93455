package devnet

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/gossip"
)

// readySetup is how long before the first capture a ready network starts: its making takes about a hundred
// blocks, and who connects to it has two minutes to look around.
const readySetup core.Time = 240

// What a ready network's operators have, whole wVARA: in the shared vault, and in one of its own.
var readyStakes = []struct {
	shared, own uint64
	delegator   Delegator // of the own vault
}{
	{20_000, 0, NetworkRestake},
	{10_000, 15_000, OperatorSpecific},
	{8_000, 7_000, OperatorNetworkSpecific},
}

const (
	readyPot   = 100_000 // wVARA for rewards
	readyPurse = 10_000  // wVARA of each account that may need some
	readySpare = 8       // accounts that nobody uses
)

// FirstPeerPort is where the first operator's node listens for the others; each further one has the next.
const FirstPeerPort = 30_303

// Ready is a network with one operator set and a small cast, in which nothing has happened yet.
type Ready struct {
	*Network
	Set        core.SetID
	Parameters bindings.SetParameters
	Team       []*Operator
	Vaults     []ReadyVault
	// Roles names every account that has a part, by its number; Spare are the numbers of those that have none.
	Roles []Role
	Spare []int
}

// Role is an account and what it is for.
type Role struct {
	Account int
	Name    string
}

// ReadyVault is a vault with who deposited in it.
type ReadyVault struct {
	Vault
	Delegator Delegator
	Operators []core.Address
	Staker    common.Address
	Stake     core.Amount
}

// StartReady starts a ready network.
func StartReady(ctx context.Context, o Options) (*Ready, error) {
	n, err := StartNetwork(ctx, NetworkOptions{Options: o, Setup: readySetup})
	if err != nil {
		return nil, err
	}
	r := &Ready{Network: n, Parameters: DefaultParameters()}
	if err := r.furnish(ctx); err != nil {
		return nil, fmt.Errorf("make the cast: %w", joinClose(err, n.Chain))
	}
	return r, nil
}

// furnish makes the set, its operators, vaults and stakers.
func (r *Ready) furnish(ctx context.Context) (err error) {
	for i, name := range []string{"owner", "resolver", "judge", "stranger"} {
		r.Roles = append(r.Roles, Role{i, name})
	}
	if r.Set, err = r.CreateSet(ctx, r.Parameters); err != nil {
		return err
	}
	if err := r.Fund(ctx, r.Set, whole256(readyPot)); err != nil {
		return err
	}
	curator, err := r.hire(ctx, "curator", 0)
	if err != nil {
		return err
	}
	for _, name := range []string{"proposer", "watcher"} {
		if _, err := r.hire(ctx, name, readyPurse); err != nil {
			return err
		}
	}
	for i := range readyStakes {
		r.Roles = append(r.Roles, Role{r.next, fmt.Sprintf("operator %d", i)})
		o, err := r.NewOperator(ctx)
		if err != nil {
			return err
		}
		if err := r.Give(ctx, o.Sender.From(), whole256(readyPurse)); err != nil { // for the bonds of its node
			return err
		}
		endpoint, err := gossip.Endpoint(fmt.Sprintf("127.0.0.1:%d", FirstPeerPort+i), o.Key.Bytes())
		if err != nil {
			return err
		}
		if _, err := o.Register(ctx, r.Set, endpoint, 500); err != nil {
			return err
		}
		r.Team = append(r.Team, o)
	}
	if err := r.fillVaults(ctx, curator); err != nil {
		return err
	}
	for range readySpare {
		r.Spare = append(r.Spare, r.next)
		if err := r.Give(ctx, r.NewHand().Sender.From(), whole256(readyPurse)); err != nil {
			return err
		}
	}
	return nil
}

// hire gives a new account a name and whole wVARA.
func (r *Ready) hire(ctx context.Context, name string, purse uint64) (engine.Hand, error) {
	r.Roles = append(r.Roles, Role{r.next, name})
	hand := r.NewHand()
	if purse == 0 {
		return hand, nil
	}
	return hand, r.Give(ctx, hand.Sender.From(), whole256(purse))
}

// fillVaults makes the shared vault and each operator's own, and has stakers deposit.
func (r *Ready) fillVaults(ctx context.Context, curator engine.Hand) error {
	shared := ReadyVault{Delegator: NetworkRestake}
	var err error
	if shared.Vault, err = r.MakeVault(ctx, curator, VaultSpec{}); err != nil {
		return err
	}
	if err := r.Enroll(ctx, curator, r.Set, shared.Vault); err != nil {
		return err
	}
	if err := r.Limit(ctx, curator, r.Set, shared.Vault, whole256(1_000_000)); err != nil {
		return err
	}
	total := uint64(0)
	for i, stake := range readyStakes {
		o := r.Team[i]
		if err := o.Link(ctx, r.Symbiotic(), r.Set, shared.Vault); err != nil {
			return err
		}
		if err := r.Delegate(ctx, curator, r.Set, shared.Vault, o.Sender.From(), *uint256.NewInt(stake.shared)); err != nil {
			return err
		}
		shared.Operators = append(shared.Operators, o.Address())
		total += stake.shared
	}
	if err := r.deposit(ctx, shared, total); err != nil {
		return err
	}
	for i, stake := range readyStakes {
		if stake.own == 0 {
			continue
		}
		if err := r.ownVault(ctx, curator, r.Team[i], stake.delegator, stake.own); err != nil {
			return err
		}
	}
	return nil
}

// ownVault makes a vault of type 2 or 3 for one operator, which enrolls it by linking it.
func (r *Ready) ownVault(ctx context.Context, curator engine.Hand, o *Operator, d Delegator, stake uint64) error {
	v := ReadyVault{Delegator: d, Operators: []core.Address{o.Address()}}
	var err error
	if v.Vault, err = r.MakeVault(ctx, curator, VaultSpec{Delegator: d, Operator: o.Sender.From()}); err != nil {
		return err
	}
	if err := o.Link(ctx, r.Symbiotic(), r.Set, v.Vault); err != nil {
		return err
	}
	if d == OperatorSpecific {
		if err := r.Limit(ctx, curator, r.Set, v.Vault, whole256(1_000_000)); err != nil {
			return err
		}
	}
	return r.deposit(ctx, v, stake)
}

// deposit has a new staker fill a vault, whole wVARA.
func (r *Ready) deposit(ctx context.Context, v ReadyVault, stake uint64) error {
	staker, err := r.hire(ctx, fmt.Sprintf("staker %d", len(r.Vaults)), stake+readyPurse)
	if err != nil {
		return err
	}
	v.Staker, v.Stake = staker.Sender.From(), whole256(stake)
	r.Vaults = append(r.Vaults, v)
	return r.Deposit(ctx, staker, v.Vault, v.Stake)
}

// whole256 returns whole wVARA in base units.
func whole256(n uint64) core.Amount {
	return *new(core.Amount).Mul(uint256.NewInt(VARA), uint256.NewInt(n))
}
