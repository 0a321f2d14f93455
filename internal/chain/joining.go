package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

var (
	optIns     = bindings.NewOptInService()
	registries = bindings.NewOperatorRegistry()
)

// Joining is how far an operator is on its way into a set.
type Joining struct {
	// Registry and NetworkOptIn are Symbiotic's, as our contracts name them.
	Registry, NetworkOptIn common.Address
	// Known: it is in Symbiotic's registry. OptedIn: it has opted in to the network.
	Known, OptedIn bool
	// Registered: in the set. Paused: by itself. JailedUntil is the first moment at which it is free, 0 if it never was jailed.
	Registered, Paused bool
	JailedUntil        core.Time
	// Key is the hash of its BLS key in the set, zero for none.
	Key core.Hash
	// Vaults are those that it has linked.
	Vaults []common.Address
}

// JoiningOf reads how far an operator is, at a block of timestamp now. What it did in that block counts already.
func (r *Roster) JoiningOf(ctx context.Context, set core.SetID, operator core.Address, block uint64, now core.Time) (Joining, error) {
	var j Joining
	var err error
	who, number := common.Address(operator), Number(block)
	if j.Registry, err = Read(ctx, r.Client, r.At.Operators, number, operators.PackOPERATORREGISTRY(), operators.UnpackOPERATORREGISTRY); err != nil {
		return j, err
	}
	if j.NetworkOptIn, err = Read(ctx, r.Client, r.At.Operators, number, operators.PackNETWORKOPTIN(), operators.UnpackNETWORKOPTIN); err != nil {
		return j, err
	}
	if j.Known, err = Read(ctx, r.Client, j.Registry, number, registries.PackIsEntity(who), registries.UnpackIsEntity); err != nil {
		return j, err
	}
	if j.OptedIn, err = Read(ctx, r.Client, j.NetworkOptIn, number, optIns.PackIsOptedIn(who, r.At.Middleware), optIns.UnpackIsOptedIn); err != nil {
		return j, err
	}
	o, err := r.standingOf(ctx, set, operator, now+1, block) // what is done at t counts from t + 1 on (protocol §3)
	if err != nil {
		return j, err
	}
	j.Registered, j.Paused, j.JailedUntil, j.Key = o.Registered, o.Paused, o.JailedUntil, o.KeyHash
	j.Vaults, err = r.LinksAt(ctx, set, operator, now+1, block)
	return j, err
}

// KeyUsed reports whether a BLS key was ever registered, in any set, by anyone: a key is used once.
func (r *Roster) KeyUsed(ctx context.Context, key core.Hash, block uint64) (bool, error) {
	return Read(ctx, r.Client, r.At.Operators, Number(block), operators.PackKeyUsed(key), operators.UnpackKeyUsed)
}

// VaultOptIn returns the service at which operators opt in to a vault, and whether one has.
func (r *Roster) VaultOptIn(ctx context.Context, vault common.Address, operator core.Address, block uint64) (service common.Address, in bool, err error) {
	number := Number(block)
	delegator, err := Read(ctx, r.Client, vault, number, vaults.PackDelegator(), vaults.UnpackDelegator)
	if err != nil {
		return service, false, err
	}
	if service, err = Read(ctx, r.Client, delegator, number, delegators.PackOPERATORVAULTOPTINSERVICE(), delegators.UnpackOPERATORVAULTOPTINSERVICE); err != nil {
		return service, false, err
	}
	in, err = Read(ctx, r.Client, service, number, optIns.PackIsOptedIn(common.Address(operator), vault), optIns.UnpackIsOptedIn)
	return service, in, err
}

// The calls of an operator that joins, each of which it must send itself.

// EnterRegistryCall makes the sender an operator of Symbiotic's.
func EnterRegistryCall(j Joining) Call { return To(j.Registry, registries.PackRegisterOperator()) }

// OptInCall opts the sender in at a service: to the network, or to a vault.
func OptInCall(service, where common.Address) Call { return To(service, optIns.PackOptIn(where)) }

// RegisterCall registers the sender in a set, with its BLS key and the proof that it has it.
func RegisterCall(at Addresses, set core.SetID, key [6][32]byte, proof [3][32]byte, endpoint string, commission core.Bps) Call {
	return To(at.Operators, operators.PackRegisterOperator(Number(set), key, proof, endpoint, uint16(commission)))
}

// PauseCall keeps the sender out of the elections to come.
func PauseCall(at Addresses, set core.SetID) Call {
	return To(at.Operators, operators.PackPause(Number(set)))
}

// LeaveCall ends the sender's registration.
func LeaveCall(at Addresses, set core.SetID) Call {
	return To(at.Operators, operators.PackLeaveSet(Number(set)))
}

// CommissionCall sets the sender's commission; a raise counts later.
func CommissionCall(at Addresses, set core.SetID, bps core.Bps) Call {
	return To(at.Operators, operators.PackSetCommission(Number(set), uint16(bps)))
}

// EndpointCall says where the sender's node is reached.
func EndpointCall(at Addresses, set core.SetID, endpoint string) Call {
	return To(at.Operators, operators.PackSetEndpoint(Number(set), endpoint))
}

// RotateCall puts another BLS key in the place of the sender's.
func RotateCall(at Addresses, set core.SetID, key [6][32]byte, proof [3][32]byte) Call {
	return To(at.Operators, operators.PackRotateKey(Number(set), key, proof))
}

// UnlinkVaultCall lets a vault count for the sender no more.
func UnlinkVaultCall(at Addresses, set core.SetID, vault common.Address) Call {
	return To(at.Middleware, middleware.PackUnlinkVault(Number(set), vault))
}

// ResumeCall ends the sender's pause.
func ResumeCall(at Addresses, set core.SetID) Call {
	return To(at.Operators, operators.PackResume(Number(set)))
}

// LinkVaultCall links a vault that stands behind the sender.
func LinkVaultCall(at Addresses, set core.SetID, vault common.Address) Call {
	return To(at.Middleware, middleware.PackLinkVault(Number(set), vault))
}
