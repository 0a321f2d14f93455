package devnet

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/internal/chain"
)

// Symbiotic is where Symbiotic's contracts stand.
type Symbiotic struct {
	NetworkRegistry   common.Address
	OperatorRegistry  common.Address
	NetworkMiddleware common.Address // NetworkMiddlewareService
	VaultOptIn        common.Address // OptInService of operators to vaults
	NetworkOptIn      common.Address // OptInService of operators to networks
	VaultFactory      common.Address
	DelegatorFactory  common.Address
	SlasherFactory    common.Address
	VaultConfigurator common.Address
	RewardsFactory    common.Address // DefaultOperatorRewardsFactory
	Owner             common.Address // owns the three factories
	TestToken         common.Address // an ERC-20 of 18 decimals, for tests of this package and of vaults' edges
	TestTokenHolder   common.Address // who has all of it
}

// DeploySymbiotic deploys another Symbiotic by transactions, owned by who sends them: for tests of what does not
// belong to ours.
func DeploySymbiotic(ctx context.Context, by *chain.Sender) (Symbiotic, error) {
	s, err := deploySymbiotic(sendingDeployer{ctx, by}, by.From())
	if err != nil {
		return Symbiotic{}, fmt.Errorf("deploy Symbiotic: %w", err)
	}
	return s, nil
}

// sendingDeployer deploys step by step through a node.
type sendingDeployer struct {
	ctx context.Context
	by  *chain.Sender
}

func (d sendingDeployer) create(code []byte) (common.Address, error) {
	at, _, err := d.by.Deploy(d.ctx, code)
	return at, err
}

func (d sendingDeployer) call(to common.Address, data []byte) error {
	_, err := d.by.Do(d.ctx, chain.To(to, data))
	return err
}

// deployer sends the deployment's steps, in order, from one account.
type deployer interface {
	// create deploys code and returns where.
	create(code []byte) (common.Address, error)
	// call sends data to a contract and fails when that reverts.
	call(to common.Address, data []byte) error
}

// deployment collects the first error, so that the order of steps below reads as it is.
type deployment struct {
	to  deployer
	err error
}

// deploySymbiotic deploys everything, owned by owner. The order matters: a factory gives types in the order of
// whitelisting, and an implementation must be made for the type it gets.
func deploySymbiotic(to deployer, owner common.Address) (Symbiotic, error) {
	d := &deployment{to: to}
	s := Symbiotic{Owner: owner, TestTokenHolder: owner}
	s.VaultFactory = d.create("VaultFactory", owner)
	s.DelegatorFactory = d.create("DelegatorFactory", owner)
	s.SlasherFactory = d.create("SlasherFactory", owner)
	s.NetworkRegistry = d.create("NetworkRegistry")
	s.OperatorRegistry = d.create("OperatorRegistry")
	s.NetworkMiddleware = d.create("NetworkMiddlewareService", s.NetworkRegistry)
	s.VaultOptIn = d.create("OptInService", s.OperatorRegistry, s.VaultFactory, "OperatorVaultOptInService")
	s.NetworkOptIn = d.create("OptInService", s.OperatorRegistry, s.NetworkRegistry, "OperatorNetworkOptInService")

	d.whitelist("VaultFactory", s.VaultFactory, d.create("Vault", s.DelegatorFactory, s.SlasherFactory, s.VaultFactory))
	for i, name := range []string{"NetworkRestakeDelegator", "FullRestakeDelegator"} {
		d.whitelist("DelegatorFactory", s.DelegatorFactory, d.create(name, s.NetworkRegistry, s.VaultFactory,
			s.VaultOptIn, s.NetworkOptIn, s.DelegatorFactory, uint64(i)))
	}
	for i, name := range []string{"OperatorSpecificDelegator", "OperatorNetworkSpecificDelegator"} {
		d.whitelist("DelegatorFactory", s.DelegatorFactory, d.create(name, s.OperatorRegistry, s.NetworkRegistry,
			s.VaultFactory, s.VaultOptIn, s.NetworkOptIn, s.DelegatorFactory, uint64(2+i)))
	}
	d.whitelist("SlasherFactory", s.SlasherFactory,
		d.create("Slasher", s.VaultFactory, s.NetworkMiddleware, s.SlasherFactory, uint64(0)))
	d.whitelist("SlasherFactory", s.SlasherFactory,
		d.create("VetoSlasher", s.VaultFactory, s.NetworkMiddleware, s.NetworkRegistry, s.SlasherFactory, uint64(1)))

	s.VaultConfigurator = d.create("VaultConfigurator", s.VaultFactory, s.DelegatorFactory, s.SlasherFactory)
	s.RewardsFactory = d.create("DefaultOperatorRewardsFactory", d.create("DefaultOperatorRewards", s.NetworkMiddleware))
	s.TestToken = d.create("Token", "Test")
	return s, d.err
}

// create deploys one contract by its artifact's name.
func (d *deployment) create(name string, args ...any) common.Address {
	if d.err != nil {
		return common.Address{}
	}
	a, err := readArtifact(name)
	if err != nil {
		d.err = err
		return common.Address{}
	}
	code, err := a.deployment(args...)
	if err != nil {
		d.err = fmt.Errorf("deploy %s: %w", name, err)
		return common.Address{}
	}
	at, err := d.to.create(code)
	if err != nil {
		d.err = fmt.Errorf("deploy %s: %w", name, err)
	}
	return at
}

// whitelist makes an implementation the next type (or version) of a factory.
func (d *deployment) whitelist(name string, factory, implementation common.Address) {
	if d.err != nil {
		return
	}
	a, err := readArtifact(name)
	if err != nil {
		d.err = err
		return
	}
	data, err := a.abi.Pack("whitelist", implementation)
	if err == nil {
		err = d.to.call(factory, data)
	}
	if err != nil {
		d.err = fmt.Errorf("whitelist %v in %s: %w", implementation, name, err)
	}
}
