package chain

import (
	"bytes"
	"context"
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Role is a role of a delegator: Symbiotic's name, and the word by which AccessControl knows it.
type Role struct {
	Name string
	ID   core.Hash
}

// The roles of a curator.
var (
	// LimitRole lets a set have so much of a vault, and answers for the vault towards networks.
	LimitRole = Role{"NETWORK_LIMIT_SET_ROLE", core.Keccak([]byte("NETWORK_LIMIT_SET_ROLE"))}
	// SharesRole splits a set's part over operators, of delegators of type 0.
	SharesRole = Role{"OPERATOR_NETWORK_SHARES_SET_ROLE", core.Keccak([]byte("OPERATOR_NETWORK_SHARES_SET_ROLE"))}
	// AdminRole grants and takes all others.
	AdminRole = Role{Name: "DEFAULT_ADMIN_ROLE"}
)

// HasRole reports whether an account has a role of a delegator.
func (r *Roster) HasRole(ctx context.Context, delegator common.Address, role Role, account core.Address, block uint64) (bool, error) {
	return Read(ctx, r.Client, delegator, Number(block), delegators.PackHasRole(role.ID, common.Address(account)), delegators.UnpackHasRole)
}

// RoleHolders returns who has a role of a delegator, ascending.
func (r *Roster) RoleHolders(ctx context.Context, delegator common.Address, role Role, block uint64) ([]core.Address, error) {
	whole := *r
	whole.FirstBlock = 0 // the vault may be older than our contracts
	granted, err := events(ctx, &whole, block, source[bindings.NetworkRestakeDelegatorRoleGranted]{
		delegator, delegators.GetABI(), "RoleGranted", delegators.UnpackRoleGrantedEvent}, []common.Hash{common.Hash(role.ID)})
	if err != nil {
		return nil, err
	}
	found := map[core.Address]bool{}
	for _, g := range granted {
		a := core.Address(g.Account)
		if found[a], err = r.HasRole(ctx, delegator, role, a, block); err != nil {
			return nil, err
		}
		if !found[a] {
			delete(found, a)
		}
	}
	return slices.SortedFunc(maps.Keys(found), func(a, b core.Address) int { return bytes.Compare(a[:], b[:]) }), nil
}

// EnrollCall gives a vault to a set, for good; by whoever answers for the vault.
func EnrollCall(at Addresses, set core.SetID, vault common.Address) Call {
	return To(at.Middleware, middleware.PackEnrollVault(Number(set), vault))
}

// LimitCall lets a set have at most so much of a vault, base units of its collateral; by a holder of LimitRole.
func (r *Roster) LimitCall(set core.SetID, delegator common.Address, amount core.Amount) Call {
	return To(delegator, delegators.PackSetNetworkLimit(r.Subnetwork(set), Big(amount)))
}

// SharesCall gives an operator so many shares of what a set has of a vault; by a holder of SharesRole.
func (r *Roster) SharesCall(set core.SetID, delegator common.Address, operator core.Address, shares core.Amount) Call {
	return To(delegator, delegators.PackSetOperatorNetworkShares(r.Subnetwork(set), common.Address(operator), Big(shares)))
}

// VaultTerms are what the Middleware asks of every vault besides its times.
type VaultTerms struct {
	Burner, Resolver common.Address
}

// VaultTerms reads them.
func (r *Roster) VaultTerms(ctx context.Context, block uint64) (VaultTerms, error) {
	a := &getter{ctx: ctx, client: r.Client, block: Number(block)}
	t := VaultTerms{get(a, r.At.Middleware, middleware.PackBURNER(), middleware.UnpackBURNER),
		get(a, r.At.Middleware, middleware.PackRESOLVER(), middleware.UnpackRESOLVER)}
	return t, a.err
}

// CollateralWeight is what a base unit of a collateral counts at t, base units of wVARA in 1e18 fixed point. LastMoment gives
// what was announced last.
func (r *Roster) CollateralWeight(ctx context.Context, token common.Address, t core.Time, block uint64) (core.Amount, error) {
	a := &getter{ctx: ctx, client: r.Client, block: Number(block)}
	weight := getAmount(a, r.At.Middleware, middleware.PackCollateralWeightAt(token, Number(t)), middleware.UnpackCollateralWeightAt)
	return weight, a.err
}

// LastMoment is the greatest that the contracts know, Unix seconds: everything announced counts by then.
const LastMoment core.Time = 1<<48 - 1
