package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/errgroup"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
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

// project reads what the next capture will see if nothing changes until then: Symbiotic's and our checkpoints answer
// for a future moment with the last of them. So what is announced and what ends by then (a jail) is in it.
func (v *visit) project(ctx context.Context) error {
	var err error
	if v.members, err = v.roster.OperatorsOf(ctx, v.Set, v.block); err != nil {
		return v.stop("vault", err)
	}
	v.projection = stake.Snapshot{Set: v.Set, Era: v.next, Capture: v.capture, Rules: v.rules.Rules,
		Operators: make([]stake.Operator, len(v.members))}
	links := make([][]common.Address, len(v.members))
	if err := v.each(ctx, len(v.members), func(ctx context.Context, i int) (err error) {
		v.projection.Operators[i], links[i], err = v.member(ctx, v.members[i].Address)
		return err
	}); err != nil {
		return v.stop("vault", err)
	}
	if err := v.readVaults(ctx, slices.Concat(links...)); err != nil {
		return v.stop("vault", err)
	}
	if err := v.each(ctx, len(v.members), func(ctx context.Context, i int) error {
		o := &v.projection.Operators[i]
		for _, at := range links[i] {
			s, err := v.stakeIn(ctx, o.Address, at)
			if err != nil {
				return err
			}
			o.Vaults = append(o.Vaults, s)
		}
		return nil
	}); err != nil {
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

// member reads an operator without its stakes, and its links.
func (v *visit) member(ctx context.Context, a core.Address) (o stake.Operator, links []common.Address, err error) {
	o.Address = a
	set, at, t := chain.Number(v.Set), common.Address(a), chain.Number(v.capture)
	status, err := chain.Read(ctx, v.client, v.roster.At.Operators, v.at(), operators.PackStatusAt(set, at, t), operators.UnpackStatusAt)
	if err != nil {
		return o, nil, err
	}
	o.Registered, o.Paused, o.JailedUntil = status.Registered, status.Paused, core.Time(status.JailEnd.Uint64())
	key, err := chain.Read(ctx, v.client, v.roster.At.Operators, v.at(), operators.PackKeyHashAt(set, at, t), operators.UnpackKeyHashAt)
	if err != nil {
		return o, nil, err
	}
	o.KeyHash = key
	links, err = v.roster.LinksAt(ctx, v.Set, a, v.capture, v.block)
	return o, links, err
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
	if w.resolver, err = chain.Read(ctx, v.client, w.Slasher, v.at(), slashers.PackResolver(v.roster.Subnetwork(v.Set), nil),
		slashers.UnpackResolver); err != nil {
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

// stakeIn reads what an operator will have in a vault. A delegator that reverts is unreadable, as for the Middleware.
func (v *visit) stakeIn(ctx context.Context, operator core.Address, at common.Address) (stake.Vault, error) {
	w := v.vaults[core.Address(at)]
	s := stake.Vault{Address: core.Address(at), Weight: w.weight}
	amount, err := chain.Read(ctx, v.client, w.Delegator, v.at(), delegators.PackStakeAt(v.roster.Subnetwork(v.Set),
		common.Address(operator), chain.Number(v.capture), nil), delegators.UnpackStakeAt)
	if revert := (*chain.Revert)(nil); errors.As(err, &revert) {
		return s, nil
	}
	if err != nil {
		return s, fmt.Errorf("stake of %s in vault %s: %w", operator, name(at), err)
	}
	s.Stake, s.Readable = chain.Amount(amount), true
	return s, nil
}
