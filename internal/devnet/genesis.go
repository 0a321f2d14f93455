package devnet

import (
	"fmt"
	"maps"
	"math/big"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	gethcore "github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"
)

// genesis returns the accounts of block 0: the system contracts (among them EIP-2935's history of block hashes),
// Symbiotic's, the caller's and the funded ones.
func genesis(o Options) (types.GenesisAlloc, Symbiotic, error) {
	owner := account(o.Seed, o.Accounts-1).Address
	deployed, symbiotic, err := deployOnce(owner)
	if err != nil {
		return nil, Symbiotic{}, err
	}
	alloc := gethcore.SystemContractAllocs()
	maps.Copy(alloc, deployed)
	maps.Copy(alloc, o.Alloc)
	for i := range o.Accounts {
		address := account(o.Seed, i).Address
		funded := alloc[address] // the owner has its nonce from deploying
		funded.Balance = ether(1_000_000)
		alloc[address] = funded
	}
	return alloc, symbiotic, nil
}

// deployments keeps what a deployment by an owner leaves: the same for every chain of this process.
var deployments sync.Map // common.Address → func() (types.GenesisAlloc, Symbiotic, error)

// deployOnce deploys Symbiotic the first time an owner asks. The map it returns is shared: do not write to it.
func deployOnce(owner common.Address) (types.GenesisAlloc, Symbiotic, error) {
	type result struct {
		alloc     types.GenesisAlloc
		symbiotic Symbiotic
		err       error
	}
	once, _ := deployments.LoadOrStore(owner, sync.OnceValue(func() (r result) {
		r.alloc, r.symbiotic, r.err = deployBare(owner)
		return r
	}))
	r := once.(func() result)()
	return r.alloc, r.symbiotic, r.err
}

// deployBare runs the deployment in an EVM without a chain around it and returns every account it touched.
// Nothing that it deploys reads the time or the block, so this is what transactions would have left.
func deployBare(owner common.Address) (types.GenesisAlloc, Symbiotic, error) {
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		return nil, Symbiotic{}, fmt.Errorf("deploy Symbiotic: open state: %w", err)
	}
	touched := touches{}
	config := Osaka.config(0)
	block := vm.BlockContext{
		CanTransfer: gethcore.CanTransfer, Transfer: gethcore.Transfer,
		GetHash:     func(uint64) common.Hash { return common.Hash{} },
		GasLimit:    bareGas,
		BlockNumber: new(big.Int), Time: uint64(DefaultGenesis), Difficulty: new(big.Int),
		BaseFee: new(big.Int), BlobBaseFee: new(big.Int), Random: &common.Hash{},
	}
	hooked := state.NewHookedState(db, touched.hooks())
	d := &bareDeployer{owner: owner, db: db, rules: config.Rules(block.BlockNumber, true, block.Time),
		evm: func() *vm.EVM { return vm.NewEVM(block, hooked, config, vm.Config{}) }}
	symbiotic, err := deploySymbiotic(d, owner)
	if err != nil {
		return nil, Symbiotic{}, fmt.Errorf("deploy Symbiotic: %w", err)
	}
	return touched.alloc(db), symbiotic, nil
}

const bareGas = 100_000_000

// bareDeployer runs each step as a transaction would, without paying for gas.
type bareDeployer struct {
	owner common.Address
	db    *state.StateDB
	rules params.Rules
	evm   func() *vm.EVM
}

func (d *bareDeployer) create(code []byte) (common.Address, error) {
	d.prepare(nil)
	_, at, _, err := d.evm().Create(d.owner, code, vm.NewGasBudget(bareGas, bareGas), new(uint256.Int))
	d.db.Finalise(d.rules)
	return at, err
}

func (d *bareDeployer) call(to common.Address, data []byte) error {
	d.prepare(&to)
	d.db.SetNonce(d.owner, d.db.GetNonce(d.owner)+1, tracing.NonceChangeEoACall)
	_, _, err := d.evm().Call(d.owner, to, data, vm.NewGasBudget(bareGas, bareGas), new(uint256.Int))
	d.db.Finalise(d.rules)
	return err
}

func (d *bareDeployer) prepare(to *common.Address) {
	d.db.Prepare(d.rules, d.owner, common.Address{}, to, nil, nil)
}

// touches are the accounts and storage slots that were written to. Only where is kept, for a write may be
// reverted: what stands there is read at the end.
type touches map[common.Address]map[common.Hash]bool

func (t touches) account(a common.Address) map[common.Hash]bool {
	if t[a] == nil {
		t[a] = map[common.Hash]bool{}
	}
	return t[a]
}

func (t touches) hooks() *tracing.Hooks {
	return &tracing.Hooks{
		OnNonceChangeV2: func(a common.Address, _, _ uint64, _ tracing.NonceChangeReason) { t.account(a) },
		OnCodeChangeV2: func(a common.Address, _ common.Hash, _ []byte, _ common.Hash, _ []byte, _ tracing.CodeChangeReason) {
			t.account(a)
		},
		OnStorageChange: func(a common.Address, slot, _, _ common.Hash) { t.account(a)[slot] = true },
	}
}

// alloc reads what stands in the touched places.
func (t touches) alloc(db *state.StateDB) types.GenesisAlloc {
	alloc := types.GenesisAlloc{}
	for address, slots := range t {
		a := types.Account{Code: db.GetCode(address), Nonce: db.GetNonce(address), Balance: new(big.Int)}
		a.Storage = map[common.Hash]common.Hash{}
		for slot := range slots {
			if value := db.GetState(address, slot); value != (common.Hash{}) {
				a.Storage[slot] = value
			}
		}
		alloc[address] = a
	}
	return alloc
}
