package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/demo"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/fleet"
)

// devnetFile is what `roster devnet` writes. Amounts are decimal strings in base units, moments Unix seconds of
// the chain's own clock.
type devnetFile struct {
	Schema    string               `json:"schema"`
	Warning   string               `json:"warning"`
	Clock     string               `json:"clock"`
	URL       string               `json:"url"`
	ChainID   uint64               `json:"chainId"`
	Seed      uint64               `json:"seed"`
	Now       core.Time            `json:"now"` // the chain's clock when the file was written
	Block     uint64               `json:"block"`
	Capture0  core.Time            `json:"firstCapture"`
	Times     map[string]core.Time `json:"times"`
	Addresses chain.Addresses      `json:"addresses"`
	Symbiotic devnetSymbiotic      `json:"symbiotic"`
	Sets      []devnetSet          `json:"sets"`
	Operators []devnetOperator     `json:"operators"`
	Vaults    []devnetVault        `json:"vaults"`
	Accounts  []devnetAccount      `json:"accounts"`
}

// devnetSchema is the version of the file: fields may be added to one version; none changes its meaning.
const devnetSchema = "roster.devnet/1"

type devnetSymbiotic struct {
	NetworkRegistry   common.Address `json:"networkRegistry"`
	OperatorRegistry  common.Address `json:"operatorRegistry"`
	NetworkMiddleware common.Address `json:"networkMiddlewareService"`
	VaultOptIn        common.Address `json:"operatorVaultOptInService"`
	NetworkOptIn      common.Address `json:"operatorNetworkOptInService"`
	VaultFactory      common.Address `json:"vaultFactory"`
	DelegatorFactory  common.Address `json:"delegatorFactory"`
	SlasherFactory    common.Address `json:"slasherFactory"`
	VaultConfigurator common.Address `json:"vaultConfigurator"`
	RewardsFactory    common.Address `json:"defaultOperatorRewardsFactory"`
	Burner            common.Address `json:"burner"`
}

func symbioticOf(s devnet.Symbiotic) devnetSymbiotic {
	return devnetSymbiotic{s.NetworkRegistry, s.OperatorRegistry, s.NetworkMiddleware, s.VaultOptIn, s.NetworkOptIn,
		s.VaultFactory, s.DelegatorFactory, s.SlasherFactory, s.VaultConfigurator, s.RewardsFactory, devnet.Burner}
}

type devnetSet struct {
	ID         core.SetID            `json:"id"`
	Parameters map[string]any        `json:"parameters"`
	Rewards    chain.RewardContracts `json:"rewardContracts"`
}

type devnetOperator struct {
	Address   core.Address  `json:"address"`
	Set       core.SetID    `json:"set"`
	BLSKey    hexutil.Bytes `json:"blsKey"`    // public, packed, 192 bytes
	BLSSecret hexutil.Bytes `json:"blsSecret"` // 32 bytes
}

type devnetVault struct {
	Address   common.Address `json:"address"`
	Delegator common.Address `json:"delegator"`
	Type      uint64         `json:"delegatorType"`
	Slasher   common.Address `json:"slasher"`
	Set       core.SetID     `json:"set"`
	Operators []core.Address `json:"operators"`
	Staker    common.Address `json:"staker"`
	Stake     string         `json:"stake"`
}

type devnetAccount struct {
	Name       string         `json:"name"`
	Address    common.Address `json:"address"`
	PrivateKey hexutil.Bytes  `json:"privateKey"`
	VARA       string         `json:"wvara"` // when the file was written
}

func (f devnetFile) write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

// describe reads what there is.
func describe(ctx context.Context, r *devnet.Ready, seed uint64) (devnetFile, error) {
	f := devnetFile{
		Schema:  devnetSchema,
		Warning: "These private keys are public: anyone can compute them from the seed. Never send them real money.",
		Clock: "The chain's own: it starts at 4000000000 and goes on by one second with each block. " +
			"now is that clock when this file was written; the newest block's timestamp is it later.",
		URL: r.URL(), ChainID: r.Roster.ChainID, Seed: seed, Now: r.Now(), Block: r.Block(), Capture0: r.Roster.Times.Capture(0),
		Times: demo.RecordTimes(r.Roster.Times), Addresses: r.Roster.At,
		Symbiotic: symbioticOf(r.Symbiotic()),
	}
	rewards, err := r.Roster.RewardContractsOf(ctx, r.Set, r.Block())
	if err != nil {
		return f, err
	}
	f.Sets = []devnetSet{{r.Set, demo.RecordParameters(r.Parameters), rewards}}
	for _, o := range r.Team {
		f.operator(o, r.Set)
	}
	for _, v := range r.Vaults {
		f.vault(v, r.Set)
	}
	for _, role := range r.Roles {
		if err := f.account(ctx, r, role.Account, role.Name); err != nil {
			return f, err
		}
	}
	for i, account := range r.Spare {
		if err := f.account(ctx, r, account, fmt.Sprintf("spare %d", i)); err != nil {
			return f, err
		}
	}
	return f, nil
}

// account adds an account of the chain, with what it has.
func (f *devnetFile) account(ctx context.Context, r *devnet.Ready, number int, name string) error {
	a := r.Account(number)
	balance, err := r.Balance(ctx, a.Address)
	if err != nil {
		return err
	}
	f.Accounts = append(f.Accounts, devnetAccount{name, a.Address, crypto.FromECDSA(a.Key), balance.Dec()})
	return nil
}

// describeFleet is the file of a devnet with nodes. The last account has wVARA and nothing else to do.
func describeFleet(ctx context.Context, f *fleet.Fleet, seed uint64) (devnetFile, error) {
	file := devnetFile{Schema: devnetSchema, Warning: "These private keys are public: anyone can compute them from the seed. Never send them real money.",
		URL: f.URL(), ChainID: f.Roster.ChainID, Seed: seed, Now: f.Now(), Block: f.Block(), Capture0: f.Roster.Times.Capture(0),
		Times: demo.RecordTimes(f.Roster.Times), Addresses: f.Roster.At, Symbiotic: symbioticOf(f.Symbiotic()), Sets: []devnetSet{{ID: f.Set()}}}
	for _, o := range f.Team() {
		file.operator(o, f.Set())
	}
	for _, v := range f.Vaults() {
		file.vault(v, f.Set())
	}
	cast, err := f.Cast()
	if err != nil {
		return file, err
	}
	for _, a := range cast {
		has, err := f.Balance(ctx, a.Address)
		if err != nil {
			return file, err
		}
		file.Accounts = append(file.Accounts, devnetAccount{a.Name, a.Address, crypto.FromECDSA(a.Key), has.Dec()})
	}
	return file, nil
}

func (f *devnetFile) operator(o *devnet.Operator, set core.SetID) {
	key, secret := o.Key.PublicKey().Packed(), o.Key.Bytes()
	f.Operators = append(f.Operators, devnetOperator{o.Address(), set, key[:], secret[:]})
}

func (f *devnetFile) vault(v devnet.ReadyVault, set core.SetID) {
	f.Vaults = append(f.Vaults, devnetVault{v.Address, v.Vault.Delegator, uint64(v.Delegator), v.Slasher, set, v.Operators, v.Staker, v.Stake.Dec()})
}
