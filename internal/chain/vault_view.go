package chain

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Symbiotic's numbers of delegators and of the slasher that our Middleware takes.
const (
	NetworkRestake          = 0
	FullRestake             = 1
	OperatorSpecific        = 2
	OperatorNetworkSpecific = 3
	VetoSlasher             = 1
)

var (
	factories         = bindings.NewVaultFactory()
	specificDelegator = bindings.NewOperatorNetworkSpecificDelegator()
)

// VaultView is a vault as its curator sees it: what it is, and what it gives one operator set. Amounts are base units of its
// collateral.
type VaultView struct {
	Address common.Address
	// Entity: Symbiotic's factory made it. Initialized: delegator and slasher are chosen. Of a vault that is not both, nothing
	// but Version, Collateral and Burner is read, and of one that is no entity nothing at all.
	Entity, Initialized bool
	Version             uint64
	Collateral, Burner  common.Address
	Epoch               VaultEpoch
	// Active is the stake at work, Leaving what was withdrawn in the epoch before, free at this one's end; LeavingNext what was
	// in this one, free at the next one's end.
	Active, Leaving, LeavingNext core.Amount

	// Slasher is zero when nobody can slash; the rest is read of a VetoSlasher alone.
	Slasher     common.Address
	SlasherType uint64
	BurnerHook  bool
	Veto        core.Time
	Resolver    common.Address // who can veto for the set, zero for nobody

	Delegator     common.Address
	DelegatorType uint64
	Hook          common.Address // a contract told of slashes, zero for none
	// Operator is the one that a delegator of type 2 or 3 serves, Network the network of type 3; else zero.
	Operator, Network common.Address
	// MaxLimit is what the network takes for the set, Limit what the curator gives it (of type 3 the same).
	MaxLimit, Limit core.Amount
	Shares          core.Amount // of all operators of the set together, type 0

	// Blacklisted: Symbiotic's owner did so with the version, the delegator's type or the slasher's.
	VersionBlacklisted, DelegatorBlacklisted, SlasherBlacklisted bool
	// Enrolled: for Set, for good.
	Enrolled bool
	Set      core.SetID
}

// getter makes a series of reads at one block: after the first error nothing is read any more.
type getter struct {
	ctx    context.Context
	client Client
	block  *big.Int
	err    error
}

func get[T any](a *getter, to common.Address, data []byte, unpack func([]byte) (T, error)) (value T) {
	if a.err == nil {
		value, a.err = Read(a.ctx, a.client, to, a.block, data, unpack)
	}
	return value
}

// getAmount is get for an amount.
func getAmount(a *getter, to common.Address, data []byte, unpack func([]byte) (*big.Int, error)) (amount core.Amount) {
	if value := get(a, to, data, unpack); a.err == nil {
		amount = Amount(value)
	}
	return amount
}

// getTime is get for a moment or a duration, seconds.
func getTime(a *getter, to common.Address, data []byte, unpack func([]byte) (*big.Int, error)) (t core.Time) {
	if value := get(a, to, data, unpack); a.err == nil {
		t = core.Time(value.Uint64())
	}
	return t
}

// ViewVault reads a vault towards a set at a block, enrolled or not.
func (r *Roster) ViewVault(ctx context.Context, set core.SetID, vault common.Address, block uint64) (VaultView, error) {
	v := VaultView{Address: vault}
	a := &getter{ctx: ctx, client: r.Client, block: Number(block)}
	factory := get(a, r.At.Middleware, middleware.PackVAULTFACTORY(), middleware.UnpackVAULTFACTORY)
	v.Entity = get(a, factory, factories.PackIsEntity(vault), factories.UnpackIsEntity)
	if a.err != nil || !v.Entity {
		return v, a.err
	}
	v.Initialized = get(a, vault, vaults.PackIsInitialized(), vaults.UnpackIsInitialized)
	v.Version = get(a, vault, vaults.PackVersion(), vaults.UnpackVersion)
	v.VersionBlacklisted = get(a, factory, factories.PackBlacklisted(v.Version), factories.UnpackBlacklisted)
	v.Collateral = get(a, vault, vaults.PackCollateral(), vaults.UnpackCollateral)
	v.Burner = get(a, vault, vaults.PackBurner(), vaults.UnpackBurner)
	if a.err != nil || !v.Initialized {
		return v, a.err
	}
	if v.Epoch, a.err = r.EpochOf(ctx, vault, block); a.err != nil {
		return v, a.err
	}
	v.Active = getAmount(a, vault, vaults.PackActiveStake(), vaults.UnpackActiveStake)
	v.Leaving = getAmount(a, vault, vaults.PackWithdrawals(Number(v.Epoch.Number)), vaults.UnpackWithdrawals)
	v.LeavingNext = getAmount(a, vault, vaults.PackWithdrawals(Number(v.Epoch.Number+1)), vaults.UnpackWithdrawals)
	r.viewSlasher(a, &v, set)
	r.viewDelegator(a, &v, set)
	if a.err != nil {
		return v, fmt.Errorf("vault %v: %w", vault, a.err)
	}
	details, err := r.Vault(ctx, vault, block)
	if RevertName(err) == "VaultNotEnrolled" {
		return v, nil
	}
	v.Enrolled, v.Set = err == nil, setOf(details)
	return v, err
}

func setOf(v bindings.IVaultsVault) core.SetID {
	if v.Set == nil {
		return 0
	}
	return core.SetID(v.Set.Uint64())
}

func (r *Roster) viewSlasher(a *getter, v *VaultView, set core.SetID) {
	v.Slasher = get(a, v.Address, vaults.PackSlasher(), vaults.UnpackSlasher)
	if a.err != nil || v.Slasher == (common.Address{}) {
		return
	}
	v.SlasherType = get(a, v.Slasher, slashers.PackTYPE(), slashers.UnpackTYPE)
	made := get(a, v.Slasher, slashers.PackFACTORY(), slashers.UnpackFACTORY)
	v.SlasherBlacklisted = get(a, made, factories.PackBlacklisted(v.SlasherType), factories.UnpackBlacklisted)
	v.BurnerHook = get(a, v.Slasher, slashers.PackIsBurnerHook(), slashers.UnpackIsBurnerHook)
	if a.err != nil || v.SlasherType != VetoSlasher {
		return
	}
	v.Veto = getTime(a, v.Slasher, slashers.PackVetoDuration(), slashers.UnpackVetoDuration)
	v.Resolver = get(a, v.Slasher, slashers.PackResolver(r.Subnetwork(set), nil), slashers.UnpackResolver)
}

func (r *Roster) viewDelegator(a *getter, v *VaultView, set core.SetID) {
	id := r.Subnetwork(set)
	v.Delegator = get(a, v.Address, vaults.PackDelegator(), vaults.UnpackDelegator)
	v.DelegatorType = get(a, v.Delegator, delegators.PackTYPE(), delegators.UnpackTYPE)
	made := get(a, v.Delegator, delegators.PackFACTORY(), delegators.UnpackFACTORY)
	v.DelegatorBlacklisted = get(a, made, factories.PackBlacklisted(v.DelegatorType), factories.UnpackBlacklisted)
	v.Hook = get(a, v.Delegator, delegators.PackHook(), delegators.UnpackHook)
	v.MaxLimit = getAmount(a, v.Delegator, delegators.PackMaxNetworkLimit(id), delegators.UnpackMaxNetworkLimit)
	v.Limit = v.MaxLimit
	if v.DelegatorType != OperatorNetworkSpecific {
		v.Limit = getAmount(a, v.Delegator, delegators.PackNetworkLimit(id), delegators.UnpackNetworkLimit)
	}
	if v.DelegatorType == NetworkRestake {
		v.Shares = getAmount(a, v.Delegator, delegators.PackTotalOperatorNetworkShares(id), delegators.UnpackTotalOperatorNetworkShares)
	}
	if v.DelegatorType == OperatorSpecific || v.DelegatorType == OperatorNetworkSpecific {
		v.Operator = get(a, v.Delegator, specificDelegator.PackOperator(), specificDelegator.UnpackOperator)
	}
	if v.DelegatorType == OperatorNetworkSpecific {
		v.Network = get(a, v.Delegator, specificDelegator.PackNetwork(), specificDelegator.UnpackNetwork)
	}
}

// Backed is what a vault gives one operator of a set.
type Backed struct {
	Operator core.Address
	// OptedIn: to the vault. Linked: it has the vault in one of its slots.
	OptedIn, Linked bool
	Shares          core.Amount // of a delegator of type 0
	Stake           core.Amount // base units of the collateral, 0 without both opt-ins
}

// Links are which operators of a set link which vault.
type Links map[common.Address]map[core.Address]bool

// LinksOf reads all links of a set at a block of timestamp now. What was done in the block counts already.
func (r *Roster) LinksOf(ctx context.Context, set core.SetID, block uint64, now core.Time) (Links, error) {
	registered, err := r.OperatorsOf(ctx, set, block)
	if err != nil {
		return nil, err
	}
	all := Links{}
	for _, o := range registered {
		links, err := r.LinksAt(ctx, set, o.Address, now+1, block) // what is done at t counts from t + 1 on (protocol §3)
		if err != nil {
			return nil, err
		}
		for _, vault := range links {
			if all[vault] == nil {
				all[vault] = map[core.Address]bool{}
			}
			all[vault][o.Address] = true
		}
	}
	return all, nil
}

// BackedBy returns the operators that have to do with an initialized vault: those that link it, have shares of it, or are the
// one that it serves, ascending.
func (r *Roster) BackedBy(ctx context.Context, set core.SetID, v VaultView, links Links, block uint64) ([]Backed, error) {
	found := map[core.Address]bool{}
	if v.Operator != (common.Address{}) {
		found[core.Address(v.Operator)] = true
	}
	id := r.Subnetwork(set)
	if v.DelegatorType == NetworkRestake {
		whole := *r
		whole.FirstBlock = 0 // the vault may be older than our contracts
		given, err := events(ctx, &whole, block, source[bindings.NetworkRestakeDelegatorSetOperatorNetworkShares]{
			v.Delegator, delegators.GetABI(), "SetOperatorNetworkShares", delegators.UnpackSetOperatorNetworkSharesEvent}, []common.Hash{id})
		if err != nil {
			return nil, err
		}
		for _, g := range given {
			found[core.Address(g.Operator)] = true
		}
	}
	linked := links[v.Address]
	for o := range linked {
		found[o] = true
	}
	var list []Backed
	for o := range found {
		b, err := r.backing(ctx, set, v, o, block)
		if err != nil {
			return nil, err
		}
		b.Linked = linked[o]
		if b.Linked || b.Operator == core.Address(v.Operator) || !b.Shares.IsZero() {
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b Backed) int { return bytes.Compare(a.Operator[:], b.Operator[:]) })
	return list, nil
}

// backing is what a vault gives an operator; Linked is not read.
func (r *Roster) backing(ctx context.Context, set core.SetID, v VaultView, o core.Address, block uint64) (Backed, error) {
	b, id, who := Backed{Operator: o}, r.Subnetwork(set), common.Address(o)
	a := &getter{ctx: ctx, client: r.Client, block: Number(block)}
	service := get(a, v.Delegator, delegators.PackOPERATORVAULTOPTINSERVICE(), delegators.UnpackOPERATORVAULTOPTINSERVICE)
	b.OptedIn = get(a, service, optIns.PackIsOptedIn(who, v.Address), optIns.UnpackIsOptedIn)
	if v.DelegatorType == NetworkRestake {
		b.Shares = getAmount(a, v.Delegator, delegators.PackOperatorNetworkShares(id, who), delegators.UnpackOperatorNetworkShares)
	}
	stake := getAmount(a, v.Delegator, delegators.PackStake(id, who), delegators.UnpackStake)
	if revert := (*Revert)(nil); a.err != nil && !errors.As(a.err, &revert) {
		return b, fmt.Errorf("read what vault %v gives %s: %w", v.Address, o, a.err)
	}
	b.Stake = stake // one that reverts counts 0, as for the Middleware
	return b, nil
}
