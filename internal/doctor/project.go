package doctor

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/errgroup"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// vault is a linked vault as Symbiotic has it now.
type vault struct {
	bindings.IVaultsVault        // what the Middleware keeps of it
	kind                  uint64 // its delegator's TYPE
	hook                  common.Address
	resolver              common.Address
	epoch, veto           core.Time
	weight                core.Amount // of its collateral at the next capture, 1e18 fixed point
}

var (
	delegators = bindings.NewNetworkRestakeDelegator() // what all types have in common, too
	slashers   = bindings.NewVetoSlasher()
	vaultsOf   = bindings.NewVault()
)

// atOnce is how many questions are asked at a time.
const atOnce = 8

// project reads what the next capture will see if nothing changes until then, and the vaults behind it.
func (v *visit) project(ctx context.Context) error {
	var err error
	if v.projection, err = v.roster.Projection(ctx, v.Set, v.next, v.block); err != nil {
		return v.stop("vault", err)
	}
	var linked []common.Address
	for _, o := range v.projection.Operators {
		for _, w := range o.Vaults {
			linked = append(linked, common.Address(w.Address))
		}
	}
	if err := v.readVaults(ctx, linked); err != nil {
		return v.stop("vault", err)
	}
	for i := range v.projection.Operators {
		if o := &v.projection.Operators[i]; o.Address == core.Address(v.Operator) {
			v.self = o
		}
	}
	return nil
}

// each asks n things, a few at a time.
func (v *visit) each(ctx context.Context, n int, ask func(ctx context.Context, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range n {
		group.Go(func() error { return ask(ctx, i) })
	}
	return group.Wait()
}

// readVaults reads each linked vault once.
func (v *visit) readVaults(ctx context.Context, linked []common.Address) error {
	slices.SortFunc(linked, func(a, b common.Address) int { return a.Cmp(b) })
	linked = slices.Compact(linked)
	all := make([]*vault, len(linked))
	if err := v.each(ctx, len(linked), func(ctx context.Context, i int) (err error) {
		all[i], err = v.readVault(ctx, linked[i])
		if err != nil {
			err = fmt.Errorf("vault %s: %w", name(linked[i]), err)
		}
		return err
	}); err != nil {
		return err
	}
	v.vaults = map[core.Address]*vault{}
	for i, a := range linked {
		v.vaults[core.Address(a)] = all[i]
	}
	return nil
}

func (v *visit) readVault(ctx context.Context, at common.Address) (*vault, error) {
	details, err := v.roster.Vault(ctx, at, v.block)
	if err != nil {
		return nil, err
	}
	w := &vault{IVaultsVault: details}
	if w.kind, err = chain.Read(ctx, v.client, w.Delegator, v.at(), delegators.PackTYPE(), delegators.UnpackTYPE); err != nil {
		return nil, err
	}
	if w.hook, err = chain.Read(ctx, v.client, w.Delegator, v.at(), delegators.PackHook(), delegators.UnpackHook); err != nil {
		return nil, err
	}
	if w.resolver, err = v.roster.ResolverOf(ctx, v.Set, w.Slasher, v.block); err != nil {
		return nil, err
	}
	veto, err := chain.Read(ctx, v.client, w.Slasher, v.at(), slashers.PackVetoDuration(), slashers.UnpackVetoDuration)
	if err != nil {
		return nil, err
	}
	epoch, err := chain.Read(ctx, v.client, at, v.at(), vaultsOf.PackEpochDuration(), vaultsOf.UnpackEpochDuration)
	if err != nil {
		return nil, err
	}
	weight, err := chain.Read(ctx, v.client, v.Middleware, v.at(), middleware.PackCollateralWeightAt(w.Collateral, chain.Number(v.capture)),
		middleware.UnpackCollateralWeightAt)
	if err != nil {
		return nil, err
	}
	w.veto, w.epoch, w.weight = core.Time(veto.Uint64()), core.Time(epoch.Uint64()), chain.Amount(weight)
	return w, nil
}
