package devnet

import (
	"maps"
	"math/big"
	"reflect"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// world is a chain with a network (an account that is its own middleware), a curator and two operators that
// opted in to the network.
type world struct {
	testing.TB
	*Chain
	symbiotic         Symbiotic
	network, curator  *chain.Sender
	operators         [2]*chain.Sender
	staker, bystander *chain.Sender
	subnetwork        [32]byte
}

var (
	vaults     = bindings.NewVault()
	restake    = bindings.NewNetworkRestakeDelegator()
	full       = bindings.NewFullRestakeDelegator()
	vetoes     = bindings.NewVetoSlasher()
	instants   = bindings.NewSlasher()
	optIns     = bindings.NewOptInService()
	rewards    = bindings.NewDefaultOperatorRewards()
	unlimited  = new(big.Int).Lsh(common.Big1, 200)
	erc20, _   = readArtifact("Token")
	hour       = core.Time(3600)
	epoch      = 7 * 24 * hour
	vetoWindow = 24 * hour
)

func newWorld(t testing.TB) *world {
	c := start(t, Options{})
	w := &world{TB: t, Chain: c, symbiotic: c.Symbiotic(),
		network: c.Sender(c.Account(0)), curator: c.Sender(c.Account(1)),
		operators: [2]*chain.Sender{c.Sender(c.Account(2)), c.Sender(c.Account(3))},
		staker:    c.Sender(c.Account(4)), bystander: c.Sender(c.Account(5))}
	copy(w.subnetwork[:], w.network.From().Bytes())
	w.do(w.network, w.symbiotic.NetworkRegistry, bindings.NewNetworkRegistry().PackRegisterNetwork())
	w.do(w.network, w.symbiotic.NetworkMiddleware, bindings.NewNetworkMiddlewareService().PackSetMiddleware(w.network.From()))
	for _, o := range w.operators {
		w.do(o, w.symbiotic.OperatorRegistry, bindings.NewOperatorRegistry().PackRegisterOperator())
		w.do(o, w.symbiotic.NetworkOptIn, optIns.PackOptIn(w.network.From()))
	}
	owner := c.Sender(c.Account(c.options.Accounts - 1))
	w.do(owner, w.symbiotic.TestToken, must(erc20.abi.Pack("transfer", w.staker.From(), big.NewInt(1_000_000)))(t))
	return w
}

// do sends a call that must succeed.
func (w *world) do(by *chain.Sender, to common.Address, data []byte) *types.Receipt {
	w.Helper()
	return must(by.Do(w.Context(), chain.To(to, data)))(w)
}

// refuse sends a call that must be refused with this custom error.
func (w *world) refuse(name string, by *chain.Sender, to common.Address, data []byte) {
	w.Helper()
	if _, err := by.Do(w.Context(), chain.To(to, data)); chain.RevertName(err) != name {
		w.Errorf("error %v, want %s", err, name)
	}
}

// number reads one integer.
func (w *world) number(to common.Address, data []byte) int64 {
	w.Helper()
	return must(chain.Read(w.Context(), w.Client(), to, nil, data, func(b []byte) (*big.Int, error) {
		return new(big.Int).SetBytes(b), nil
	}))(w).Int64()
}

func (w *world) stake(v Vault, operator int) int64 {
	w.Helper()
	return w.number(v.Delegator, restake.PackStake(w.subnetwork, w.operators[operator].From()))
}

func (w *world) stakeAt(v Vault, operator int, at core.Time) int64 {
	w.Helper()
	return w.number(v.Delegator, restake.PackStakeAt(w.subnetwork, w.operators[operator].From(), seconds(at), nil))
}

func (w *world) balance(of common.Address) int64 {
	w.Helper()
	return w.number(w.symbiotic.TestToken, must(erc20.abi.Pack("balanceOf", of))(w))
}

// vault makes a vault with 1000 deposited, in which the network takes all and both operators opted in.
func (w *world) vault(spec VaultSpec) Vault {
	w.Helper()
	spec.Network, spec.Operator = w.network.From(), w.operators[0].From()
	spec.Epoch, spec.VetoDuration = epoch, vetoWindow
	v := must(w.symbiotic.CreateVault(w.Context(), w.curator, spec))(w)
	w.do(w.network, v.Delegator, restake.PackSetMaxNetworkLimit(new(big.Int), unlimited))
	for _, o := range w.operators {
		w.do(o, w.symbiotic.VaultOptIn, optIns.PackOptIn(v.Address))
	}
	w.deposit(v, 1000)
	return v
}

func (w *world) deposit(v Vault, amount int64) {
	w.Helper()
	w.do(w.staker, w.symbiotic.TestToken, must(erc20.abi.Pack("approve", v.Address, big.NewInt(amount)))(w))
	w.do(w.staker, v.Address, vaults.PackDeposit(w.staker.From(), big.NewInt(amount)))
}

func (w *world) limit(v Vault, amount int64) {
	w.Helper()
	w.do(w.curator, v.Delegator, restake.PackSetNetworkLimit(w.subnetwork, big.NewInt(amount)))
}

func (w *world) shares(v Vault, operator int, shares int64) {
	w.Helper()
	w.do(w.curator, v.Delegator,
		restake.PackSetOperatorNetworkShares(w.subnetwork, w.operators[operator].From(), big.NewInt(shares)))
}

// What the bare EVM left in the genesis is what transactions leave.
func TestGenesisIsWhatTransactionsDeploy(t *testing.T) {
	c := start(t, Options{})
	by := c.Account(0)
	sent := must(DeploySymbiotic(t.Context(), c.Sender(by)))(t)
	bare, want, err := deployBare(by.Address)
	if err != nil {
		t.Fatal(err)
	}
	if sent != want {
		t.Fatalf("addresses differ: by transactions %+v, bare %+v", sent, want)
	}
	state := must(c.eth.BlockChain().State())(t)
	slots := 0
	for address, account := range bare {
		if got := state.GetCode(address); !reflect.DeepEqual(got, account.Code) {
			t.Errorf("%v: %d bytes of code by transactions, %d bare", address, len(got), len(account.Code))
		}
		if got := state.GetNonce(address); got != account.Nonce {
			t.Errorf("%v: nonce %d by transactions, %d bare", address, got, account.Nonce)
		}
		for slot, value := range account.Storage {
			slots++
			if got := state.GetState(address, slot); got != value {
				t.Errorf("%v: slot %v is %v by transactions, %v bare", address, slot, got, value)
			}
		}
	}
	if len(bare) < 20 || slots < 30 {
		t.Errorf("%d accounts and %d slots compared: too few to be Symbiotic", len(bare), slots)
	}
}

// Every function, event and error of our interfaces is one of the real contracts', with the same answers.
func TestInterfacesMatchSymbiotic(t *testing.T) {
	compared := 0
	for _, meta := range bindings.All() {
		theirs, err := readArtifact(meta.ID)
		if err != nil || meta.Bin != "" {
			continue // one of ours, or InheritedErrors
		}
		compared++
		parsed := must(meta.ParseABI())(t)
		for _, m := range parsed.Methods {
			got, err := theirs.abi.MethodById(m.ID)
			if err != nil || got.StateMutability != m.StateMutability || !sameTypes(got.Outputs, m.Outputs) {
				t.Errorf("%s: interface says %v, the contract %v", meta.ID, m, got)
			}
		}
		for name, e := range parsed.Events {
			if got, ok := theirs.abi.Events[name]; !ok || got.ID != e.ID || !sameTypes(got.Inputs, e.Inputs) {
				t.Errorf("%s: interface says %v, the contract %v", meta.ID, e, got)
			}
		}
		for name, e := range parsed.Errors {
			if got, ok := theirs.abi.Errors[name]; !ok || got.ID != e.ID {
				t.Errorf("%s: interface says %v, the contract %v", meta.ID, e, got)
			}
		}
	}
	if compared < 15 {
		t.Errorf("%d interfaces compared, want 15", compared)
	}
}

// Every error that a contract of Symbiotic can revert with has a name for us.
func TestEveryErrorOfSymbioticIsKnown(t *testing.T) {
	for _, name := range []string{"Vault", "VetoSlasher", "Slasher", "NetworkRestakeDelegator", "FullRestakeDelegator",
		"OperatorSpecificDelegator", "OperatorNetworkSpecificDelegator", "VaultFactory", "DelegatorFactory",
		"SlasherFactory", "VaultConfigurator", "NetworkRegistry", "OperatorRegistry", "NetworkMiddlewareService",
		"OptInService", "DefaultOperatorRewards", "DefaultOperatorRewardsFactory", "Token"} {
		a := must(readArtifact(name))(t)
		for _, e := range a.abi.Errors {
			data := append(e.ID.Bytes()[:4], make([]byte, 32*len(e.Inputs)+32)...) // zeroes, and a text's length
			if got := chain.Decode(data).Name; got != e.Name {
				t.Errorf("%s: %s decodes to %q", name, e.Sig, got)
			}
		}
	}
}

func sameTypes(a, b abi.Arguments) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Type.String() != b[i].Type.String() || a[i].Indexed != b[i].Indexed {
			return false
		}
	}
	return true
}

// Two chains share one deployment; neither may change the other's.
func TestGenesisIsNotShared(t *testing.T) {
	owner := account("roster", 31).Address
	before, _, err := deployOnce(owner)
	if err != nil {
		t.Fatal(err)
	}
	keep := maps.Clone(before)
	start(t, Options{Alloc: types.GenesisAlloc{crypto.PubkeyToAddress(account("x", 0).Key.PublicKey): {Balance: ether(1)}}})
	after, _, _ := deployOnce(owner)
	if !reflect.DeepEqual(keep, after) {
		t.Error("starting a chain changed the deployment")
	}
}

func callMsg(to common.Address, data []byte) ethereum.CallMsg {
	return ethereum.CallMsg{To: &to, Data: data}
}

func coreTime(n *big.Int) core.Time { return core.Time(n.Uint64()) }
