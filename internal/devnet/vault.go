package devnet

import (
	"context"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Delegator is a delegator's type, by Symbiotic's numbers.
type Delegator uint64

const (
	NetworkRestake          Delegator = 0 // operators share by shares
	FullRestake             Delegator = 1 // each operator may have all: what our Middleware refuses
	OperatorSpecific        Delegator = 2 // one operator, any network
	OperatorNetworkSpecific Delegator = 3 // one operator, one network
)

// Slasher is how a vault can be slashed.
type Slasher uint8

const (
	Veto      Slasher = iota // Symbiotic's type 1: what our Middleware asks for
	Instant                  // Symbiotic's type 0
	NoSlasher                // nobody, ever
)

// Burner is where slashed collateral goes unless a spec says otherwise: an address nobody has the key of.
var Burner = common.HexToAddress("0x000000000000000000000000000000000000dEaD")

// VaultSpec says what vault to make. The zero value is a NetworkRestake vault with a VetoSlasher.
type VaultSpec struct {
	Collateral   common.Address // default: the test token
	Burner       common.Address // default: Burner
	NoBurner     bool           // the zero address as burner: every slash reverts
	Epoch        core.Time      // default 7 days
	Admin        common.Address // holds every role; default: who creates the vault
	Delegator    Delegator
	Hook         common.Address // told of every slash; default none
	Operator     common.Address // of types 2 and 3
	Network      common.Address // of type 3
	Slasher      Slasher
	VetoDuration core.Time // default a seventh of the epoch
	BurnerHook   bool      // the burner is called on every slash
}

// Vault is where a vault and its parts are; Slasher is zero when it has none.
type Vault struct {
	Address   common.Address
	Delegator common.Address
	Slasher   common.Address
}

// CreateVault makes a vault with its delegator and slasher through the configurator.
func (s Symbiotic) CreateVault(ctx context.Context, by *chain.Sender, spec VaultSpec) (Vault, error) {
	spec = spec.withDefaults(s, by.From())
	vault, err := spec.vault()
	if err != nil {
		return Vault{}, fmt.Errorf("create vault: %w", err)
	}
	delegator, err := spec.delegator()
	if err != nil {
		return Vault{}, fmt.Errorf("create vault: %w", err)
	}
	kind, slasher, err := spec.slasher()
	if err != nil {
		return Vault{}, fmt.Errorf("create vault: %w", err)
	}
	receipt, err := by.Do(ctx, chain.To(s.VaultConfigurator, bindings.NewVaultConfigurator().PackCreate(
		bindings.IVaultConfiguratorInitParams{
			Version: 1, Owner: spec.Admin, VaultParams: vault,
			DelegatorIndex: uint64(spec.Delegator), DelegatorParams: delegator,
			WithSlasher: spec.Slasher != NoSlasher, SlasherIndex: kind, SlasherParams: slasher,
		})))
	if err != nil {
		return Vault{}, fmt.Errorf("create vault: %w", err)
	}
	made := added(receipt)
	return Vault{Address: made[s.VaultFactory], Delegator: made[s.DelegatorFactory], Slasher: made[s.SlasherFactory]}, nil
}

// CreateBareVault makes a vault through the factory alone: without delegator and slasher, not initialized.
func (s Symbiotic) CreateBareVault(ctx context.Context, by *chain.Sender, spec VaultSpec) (common.Address, error) {
	spec = spec.withDefaults(s, by.From())
	params, err := spec.vault()
	if err != nil {
		return common.Address{}, fmt.Errorf("create bare vault: %w", err)
	}
	receipt, err := by.Do(ctx, chain.To(s.VaultFactory, bindings.NewVaultFactory().PackCreate(1, spec.Admin, params)))
	if err != nil {
		return common.Address{}, fmt.Errorf("create bare vault: %w", err)
	}
	return added(receipt)[s.VaultFactory], nil
}

// CreateRewards makes a DefaultOperatorRewards.
func (s Symbiotic) CreateRewards(ctx context.Context, by *chain.Sender) (common.Address, error) {
	receipt, err := by.Do(ctx, chain.To(s.RewardsFactory, bindings.NewDefaultOperatorRewardsFactory().PackCreate()))
	if err != nil {
		return common.Address{}, fmt.Errorf("create rewards: %w", err)
	}
	return added(receipt)[s.RewardsFactory], nil
}

// added returns what each factory added in a transaction.
func added(receipt *types.Receipt) map[common.Address]common.Address {
	registry, made := bindings.NewVaultFactory(), map[common.Address]common.Address{}
	for _, l := range receipt.Logs {
		if e, err := registry.UnpackAddEntityEvent(l); err == nil {
			made[l.Address] = e.Entity
		}
	}
	return made
}

func (v VaultSpec) withDefaults(s Symbiotic, by common.Address) VaultSpec {
	if v.Collateral == (common.Address{}) {
		v.Collateral = s.TestToken
	}
	if v.Burner == (common.Address{}) && !v.NoBurner {
		v.Burner = Burner
	}
	if v.Epoch == 0 {
		v.Epoch = 7 * 86_400
	}
	if v.Admin == (common.Address{}) {
		v.Admin = by
	}
	if v.VetoDuration == 0 {
		v.VetoDuration = v.Epoch / 7
	}
	return v
}

// vault encodes Vault's InitParams: eleven words.
func (v VaultSpec) vault() ([]byte, error) {
	none := common.Address{}
	return encode("address address uint48 bool bool uint256 address address address address address",
		v.Collateral, v.Burner, seconds(v.Epoch), false, false, new(big.Int), v.Admin, none, none, none, none)
}

// delegator encodes the InitParams of the spec's type. A struct with a list in it is dynamic: an offset comes
// before it.
func (v VaultSpec) delegator() ([]byte, error) {
	admins := []common.Address{v.Admin}
	switch v.Delegator {
	case NetworkRestake, FullRestake:
		params, err := encode("address address address address[] address[]", v.Admin, v.Hook, v.Admin, admins, admins)
		return append(common.LeftPadBytes([]byte{32}, 32), params...), err
	case OperatorSpecific:
		params, err := encode("address address address address[] address", v.Admin, v.Hook, v.Admin, admins, v.Operator)
		return append(common.LeftPadBytes([]byte{32}, 32), params...), err
	case OperatorNetworkSpecific:
		return encode("address address address address address", v.Admin, v.Hook, v.Admin, v.Network, v.Operator)
	}
	return nil, fmt.Errorf("Symbiotic has delegators of types 0 to 3, not %d", v.Delegator)
}

// resolverDelay is how many epochs a change of resolver takes: the fewest that VetoSlasher accepts.
const resolverDelay = 3

// slasher encodes the InitParams and returns Symbiotic's number of the type.
func (v VaultSpec) slasher() (uint64, []byte, error) {
	switch v.Slasher {
	case Veto:
		params, err := encode("bool uint48 uint256", v.BurnerHook, seconds(v.VetoDuration), big.NewInt(resolverDelay))
		return 1, params, err
	case Instant:
		params, err := encode("bool", v.BurnerHook)
		return 0, params, err
	case NoSlasher:
		return 0, nil, nil
	}
	return 0, nil, fmt.Errorf("unknown slasher %d", v.Slasher)
}

func seconds(t core.Time) *big.Int { return new(big.Int).SetUint64(uint64(t)) }

// encode is Solidity's abi.encode of values of these types.
func encode(types string, values ...any) ([]byte, error) {
	var arguments abi.Arguments
	for name := range strings.FieldsSeq(types) {
		t, err := abi.NewType(name, "", nil)
		if err != nil {
			return nil, fmt.Errorf("encode %q: %w", name, err)
		}
		arguments = append(arguments, abi.Argument{Type: t})
	}
	out, err := arguments.Pack(values...)
	if err != nil {
		return nil, fmt.Errorf("encode %q: %w", types, err)
	}
	return out, nil
}
