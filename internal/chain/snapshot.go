package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Operator is what is known of an operator of a set from the moment it registered.
type Operator struct {
	Address core.Address
	// Keys are those it registered, by hash; the snapshot says which one counts.
	Keys map[core.Hash][192]byte
}

// OperatorsOf returns every operator that ever registered in a set up to a block, in the order in which they
// first did.
func (r *Roster) OperatorsOf(ctx context.Context, set core.SetID, block uint64) ([]Operator, error) {
	registered, err := events(ctx, r, block, source[bindings.OperatorsOperatorRegistered]{
		r.At.Operators, operators.GetABI(), "OperatorRegistered", operators.UnpackOperatorRegisteredEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	var list []Operator
	index := map[core.Address]int{}
	for _, e := range registered {
		a := core.Address(e.Operator)
		i, known := index[a]
		if !known {
			i = len(list)
			index[a] = i
			list = append(list, Operator{Address: a, Keys: map[core.Hash][192]byte{}})
		}
		list[i].Keys[e.KeyHash] = PackedKey(e.Key)
	}
	rotated, err := events(ctx, r, block, source[bindings.OperatorsKeyRotated]{
		r.At.Operators, operators.GetABI(), "KeyRotated", operators.UnpackKeyRotatedEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	for _, e := range rotated {
		if i, known := index[core.Address(e.Operator)]; known {
			list[i].Keys[e.KeyHash] = PackedKey(e.Key)
		}
	}
	return list, nil
}

// Snapshot reads everything that decides the election of a set and era, as of its capture, at a block after it.
func (r *Roster) Snapshot(ctx context.Context, set core.SetID, e core.Era, block uint64) (stake.Snapshot, error) {
	s, list, err := r.field(ctx, set, e, block)
	if err != nil {
		return s, err
	}
	weights := map[common.Address]core.Amount{} // of a vault's collateral at the capture
	for _, known := range list {
		o, err := r.operatorAt(ctx, set, known.Address, s.Capture, block, weights)
		if err != nil {
			return s, fmt.Errorf("read operator %s of set %d at %d: %w", known.Address, set, s.Capture, err)
		}
		s.Operators = append(s.Operators, o)
	}
	return s, nil
}

// field is a snapshot without its operators, and who they are.
func (r *Roster) field(ctx context.Context, set core.SetID, e core.Era, block uint64) (stake.Snapshot, []Operator, error) {
	s := stake.Snapshot{Set: set, Era: e, Capture: r.Times.Capture(e)}
	p, err := r.Parameters(ctx, set, s.Capture, block)
	if err != nil {
		return s, nil, err
	}
	s.Rules = ParametersOf(p).Rules
	list, err := r.OperatorsOf(ctx, set, block)
	return s, list, err
}

// Parameters returns a set's parameters as they count at t.
func (r *Roster) Parameters(ctx context.Context, set core.SetID, t core.Time, block uint64) (bindings.SetParameters, error) {
	return Read(ctx, r.Client, r.At.Middleware, Number(block), middleware.PackParametersAt(Number(set), Number(t)),
		middleware.UnpackParametersAt)
}

// SetCount returns how many operator sets there are; their ids are 0 to that, less one.
func (r *Roster) SetCount(ctx context.Context, block uint64) (core.SetID, error) {
	n, err := Read(ctx, r.Client, r.At.Middleware, Number(block), middleware.PackSetCount(), middleware.UnpackSetCount)
	if err != nil {
		return 0, err
	}
	return core.SetID(n.Uint64()), nil
}

// standingOf is an operator without its vaults.
func (r *Roster) standingOf(ctx context.Context, set core.SetID, a core.Address, t core.Time, block uint64) (stake.Operator, error) {
	o := stake.Operator{Address: a}
	at, number := common.Address(a), Number(block)
	status, err := Read(ctx, r.Client, r.At.Operators, number,
		operators.PackStatusAt(Number(set), at, Number(t)), operators.UnpackStatusAt)
	if err != nil {
		return o, err
	}
	o.Registered, o.Paused, o.JailedUntil = status.Registered, status.Paused, core.Time(status.JailEnd.Uint64())
	keyHash, err := Read(ctx, r.Client, r.At.Operators, number,
		operators.PackKeyHashAt(Number(set), at, Number(t)), operators.UnpackKeyHashAt)
	if err != nil {
		return o, err
	}
	o.KeyHash = keyHash
	commission, err := Read(ctx, r.Client, r.At.Operators, number,
		operators.PackCommissionAt(Number(set), at, Number(t)), operators.UnpackCommissionAt)
	if err != nil {
		return o, err
	}
	o.Commission = core.Bps(commission)
	return o, nil
}

func (r *Roster) operatorAt(ctx context.Context, set core.SetID, a core.Address, t core.Time, block uint64,
	weights map[common.Address]core.Amount) (stake.Operator, error) {
	o, err := r.standingOf(ctx, set, a, t, block)
	if err != nil {
		return o, err
	}
	number := Number(block)
	stakes, err := Read(ctx, r.Client, r.At.Middleware, number,
		middleware.PackStakesAt(Number(set), common.Address(a), Number(t)), middleware.UnpackStakesAt)
	if err != nil {
		return o, err
	}
	for i, vault := range stakes.Vaults {
		if vault == (common.Address{}) {
			continue
		}
		if _, known := weights[vault]; !known {
			if weights[vault], err = r.weightOf(ctx, vault, t, number); err != nil {
				return o, err
			}
		}
		o.Vaults = append(o.Vaults, stake.Vault{Address: core.Address(vault), Stake: Amount(stakes.Stakes[i]),
			Weight: weights[vault], Readable: stakes.Readable[i]})
	}
	return o, nil
}

// weightOf returns the collateral weight of an enrolled vault at t, 1e18 fixed point.
func (r *Roster) weightOf(ctx context.Context, vault common.Address, t core.Time, block *big.Int) (core.Amount, error) {
	details, err := Read(ctx, r.Client, r.At.Middleware, block, middleware.PackVaultDetails(vault), middleware.UnpackVaultDetails)
	if err != nil {
		return core.Amount{}, err
	}
	weight, err := Read(ctx, r.Client, r.At.Middleware, block,
		middleware.PackCollateralWeightAt(details.Collateral, Number(t)), middleware.UnpackCollateralWeightAt)
	if err != nil {
		return core.Amount{}, err
	}
	return Amount(weight), nil
}

// Vault returns what the Middleware keeps of an enrolled vault.
func (r *Roster) Vault(ctx context.Context, vault common.Address, block uint64) (bindings.IVaultsVault, error) {
	return Read(ctx, r.Client, r.At.Middleware, Number(block), middleware.PackVaultDetails(vault), middleware.UnpackVaultDetails)
}

// Seed returns seed(e), zero when the era is not sealed.
func (r *Roster) Seed(ctx context.Context, e core.Era, block uint64) (core.Hash, error) {
	seed, err := Read(ctx, r.Client, r.At.Router, Number(block), router.PackSeedOf(uint64(e)), router.UnpackSeedOf)
	if err != nil {
		return core.Hash{}, err
	}
	return core.Hash(common.BigToHash(seed)), nil
}

// Standings returns, of the eras in a range, those for which a proposal stands.
func (r *Roster) Standings(ctx context.Context, set core.SetID, from, to core.Era, block uint64) ([]era.Standing, error) {
	var list []era.Standing
	for e := from; e <= to; e++ {
		s, err := Read(ctx, r.Client, r.At.Router, Number(block), router.PackStanding(Number(set), uint64(e)), router.UnpackStanding)
		if err != nil {
			return nil, err
		}
		if s.Proposer != (common.Address{}) {
			list = append(list, era.Standing{Era: e, PostedAt: core.Time(s.PostedAt.Uint64())})
		}
	}
	return list, nil
}
