package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Setup says how to deploy Roster's contracts.
type Setup struct {
	Times era.Times
	// Token is wVARA on this chain.
	Token common.Address
	// Symbiotic's contracts.
	NetworkRegistry, MiddlewareService, VaultFactory, OperatorRewardsFactory common.Address
	OperatorRegistry, NetworkOptIn                                           common.Address
	// Roles, for good: who owns, who can veto slashes, who upholds disputes, where slashed stake goes.
	Owner, Resolver, Judge, Burner common.Address
	// BatchBlocks is how many blocks an interval of batches has, at least 1.
	BatchBlocks uint64
	// BatchGas is how much gas a batch uses before it leaves the rest of the queue to the next, at least 1.
	BatchGas uint64
}

// Deployed is what Deploy made.
type Deployed struct {
	At         Addresses
	FirstBlock uint64
	// Gas of each deployment, by contract.
	Gas map[string]uint64
}

// Part is one of our contracts, to be deployed or there already.
type Part struct {
	Name string
	At   common.Address
	Code []byte // bytecode and packed constructor arguments
}

// Plan returns where an account that deploys the contracts with this nonce and the next five puts them, and what it sends: they
// name each other by the addresses that its nonces will give them.
func Plan(from common.Address, nonce uint64, d Setup) (Addresses, []Part) {
	next := func(i uint64) common.Address { return crypto.CreateAddress(from, nonce+i) }
	at := Addresses{Token: d.Token, Middleware: next(0), Operators: next(1), Router: next(2),
		Rewards: next(3), Offences: next(4), Programs: next(5)}
	return at, []Part{
		{"Middleware", at.Middleware, Deployment(&bindings.MiddlewareMetaData, middleware.PackConstructor(packTimes(d.Times),
			bindings.MiddlewareSymbiotic{NetworkRegistry: d.NetworkRegistry, MiddlewareService: d.MiddlewareService,
				VaultFactory: d.VaultFactory, OperatorRewardsFactory: d.OperatorRewardsFactory},
			bindings.MiddlewareParts{Token: at.Token, Router: at.Router, Operators: at.Operators, Rewards: at.Rewards, Offences: at.Offences},
			bindings.MiddlewareRoles{Owner: d.Owner, Resolver: d.Resolver, Judge: d.Judge, Burner: d.Burner}))},
		{"Operators", at.Operators, Deployment(&bindings.OperatorsMetaData, operators.PackConstructor(at.Middleware, d.OperatorRegistry, d.NetworkOptIn))},
		{"Router", at.Router, Deployment(&bindings.RouterMetaData, router.PackConstructor(at.Middleware, d.BatchBlocks))},
		{"Rewards", at.Rewards, Deployment(&bindings.RewardsMetaData, rewards.PackConstructor(at.Middleware))},
		{"Offences", at.Offences, Deployment(&bindings.OffencesMetaData, offences.PackConstructor(at.Middleware))},
		{"Programs", at.Programs, Deployment(&bindings.ProgramsMetaData, programs.PackConstructor(at.Middleware, d.BatchGas))},
	}
}

// Deploy puts all contracts on chain from one account, which must not send anything else meanwhile (Plan). An interrupted
// deployment leaves contracts that name ones which do not exist and can do nothing: the rest of the plan can still be deployed
// while the account has sent nothing else, or all of it anew from the present nonce.
func Deploy(ctx context.Context, by *Sender, nonce uint64, d Setup) (Deployed, error) {
	at, parts := Plan(by.From(), nonce, d)
	out := Deployed{At: at, Gas: map[string]uint64{}}
	for _, p := range parts {
		made, receipt, err := by.Deploy(ctx, p.Code)
		if err != nil {
			return out, fmt.Errorf("deploy %s: %w", p.Name, err)
		}
		if made != p.At {
			return out, &Error{Fatal, errors.Join(fmt.Errorf("deploy %s: it came to %v, not to %v as the others were told", p.Name, made, p.At),
				errors.New("the account sent something else meanwhile: deploy again"))}
		}
		if out.FirstBlock == 0 {
			out.FirstBlock = receipt.BlockNumber.Uint64()
		}
		out.Gas[p.Name] = receipt.GasUsed
	}
	return out, nil
}

// DeployToken puts a WrappedVara on chain, for devnets; supply in base units, all of it to the sender.
func DeployToken(ctx context.Context, by *Sender, supply core.Amount) (common.Address, *types.Receipt, error) {
	arguments := bindings.NewWrappedVara().PackConstructor(Big(supply))
	return by.Deploy(ctx, Deployment(&bindings.WrappedVaraMetaData, arguments))
}
