package devnet

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/internal/chain/bindings"
)

// 1000 deposited, the network gets 600 of it: what each type makes of that for two operators.
func TestStakeOfEveryDelegator(t *testing.T) {
	tests := []struct {
		name      string
		delegator Delegator
		setUp     func(*world, Vault)
		want      [2]int64
	}{
		{"NetworkRestake", NetworkRestake, func(w *world, v Vault) {
			w.limit(v, 600)
			w.shares(v, 0, 2)
			w.shares(v, 1, 1)
		}, [2]int64{400, 200}},
		{"FullRestake", FullRestake, func(w *world, v Vault) {
			w.limit(v, 600)
			for i, limit := range []int64{1_000_000, 500} {
				w.do(w.curator, v.Delegator,
					full.PackSetOperatorNetworkLimit(w.subnetwork, w.operators[i].From(), big.NewInt(limit)))
			}
		}, [2]int64{600, 500}},
		{"OperatorSpecific", OperatorSpecific, func(w *world, v Vault) { w.limit(v, 600) }, [2]int64{600, 0}},
		{"OperatorNetworkSpecific", OperatorNetworkSpecific, func(w *world, v Vault) {
			w.do(w.network, v.Delegator, restake.PackSetMaxNetworkLimit(new(big.Int), big.NewInt(600)))
		}, [2]int64{600, 0}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWorld(t)
			v := w.vault(VaultSpec{Delegator: test.delegator})
			before := w.Now()
			must(w.Commit())(t)
			test.setUp(w, v)
			for i, want := range test.want {
				if got := w.stake(v, i); got != want {
					t.Errorf("stake of operator %d is %d, want %d", i, got, want)
				}
				if got := w.stakeAt(v, i, w.Now()); got != want {
					t.Errorf("stake of operator %d at %d is %d, want %d", i, w.Now(), got, want)
				}
			}
			if got := w.stakeAt(v, 1, before); got != 0 {
				t.Errorf("stake of operator 1 before any was given is %d, want 0", got)
			}
			if kind := w.number(v.Delegator, restake.PackTYPE()); kind != int64(test.delegator) {
				t.Errorf("TYPE is %d, want %d", kind, test.delegator)
			}
		})
	}
}

func TestVetoSlash(t *testing.T) {
	w := newWorld(t)
	v := w.vault(VaultSpec{})
	w.limit(v, 1000)
	w.shares(v, 0, 1)
	w.do(w.network, v.Slasher, vetoes.PackSetResolver(new(big.Int), w.bystander.From(), nil))
	capture := w.Now()
	must(w.Commit())(t)
	request := vetoes.PackRequestSlash(w.subnetwork, w.operators[0].From(), big.NewInt(300), seconds(capture), nil)
	w.refuse("NotNetworkMiddleware", w.curator, v.Slasher, request)
	for range 2 {
		w.do(w.network, v.Slasher, request)
	}
	execute := vetoes.PackExecuteSlash(new(big.Int), nil)
	w.refuse("VetoPeriodNotEnded", w.network, v.Slasher, execute)
	w.do(w.bystander, v.Slasher, vetoes.PackVetoSlash(common.Big1, nil))
	if err := w.Advance(vetoWindow); err != nil {
		t.Fatal(err)
	}
	w.do(w.network, v.Slasher, execute)
	w.refuse("SlashRequestCompleted", w.network, v.Slasher, vetoes.PackExecuteSlash(common.Big1, nil))
	if got := w.balance(Burner); got != 300 {
		t.Errorf("burnt %d, want 300", got)
	}
	if got := w.number(v.Address, vaults.PackActiveStake()); got != 700 {
		t.Errorf("active stake is %d after the slash, want 700", got)
	}
}

// The last second in which a capture can be slashed, and the one after.
func TestInstantSlashUntilTheEpochIsOver(t *testing.T) {
	w := newWorld(t)
	v := w.vault(VaultSpec{Slasher: Instant})
	w.limit(v, 1000)
	w.shares(v, 0, 1)
	capture := w.Now()
	slash := instants.PackSlash(w.subnetwork, w.operators[0].From(), big.NewInt(1), seconds(capture), nil)
	if err := w.AdvanceTo(capture + epoch - 1); err != nil {
		t.Fatal(err)
	}
	w.do(w.network, v.Slasher, slash)
	if w.Now() != capture+epoch {
		t.Fatalf("slashed at %d, want %d", w.Now(), capture+epoch)
	}
	w.refuse("InvalidCaptureTimestamp", w.network, v.Slasher, slash)
}

func TestWithdrawAndClaim(t *testing.T) {
	w := newWorld(t)
	v := w.vault(VaultSpec{})
	start := w.number(v.Address, vaults.PackEpochDurationInit())
	w.do(w.staker, v.Address, vaults.PackWithdraw(w.staker.From(), big.NewInt(400)))
	before := w.balance(w.staker.From())
	claim := vaults.PackClaim(w.staker.From(), common.Big1)
	next := seconds(0).Add(big.NewInt(start), seconds(2*epoch)) // epoch 2 begins
	if err := w.AdvanceTo(coreTime(next) - 2); err != nil {
		t.Fatal(err)
	}
	w.refuse("InvalidEpoch", w.staker, v.Address, claim)
	must(w.Commit())(t)
	w.do(w.staker, v.Address, claim)
	if got := w.balance(w.staker.From()) - before; got != 400 {
		t.Errorf("claimed %d, want 400", got)
	}
	w.refuse("AlreadyClaimed", w.staker, v.Address, claim)
	w.refuse("TooMuchWithdraw", w.staker, v.Address, vaults.PackWithdraw(w.staker.From(), big.NewInt(601)))
}

func TestRewards(t *testing.T) {
	w := newWorld(t)
	pool := must(w.symbiotic.CreateRewards(t.Context(), w.bystander))(t)
	token, staker := w.symbiotic.TestToken, w.staker.From()
	w.do(w.staker, token, must(erc20.abi.Pack("transfer", w.network.From(), big.NewInt(50)))(t))
	w.do(w.network, token, must(erc20.abi.Pack("approve", pool, big.NewInt(50)))(t))
	leaf := crypto.Keccak256Hash(crypto.Keccak256(must(encode("address uint256", staker, big.NewInt(30)))(t)))
	w.do(w.network, pool, rewards.PackDistributeRewards(w.network.From(), token, big.NewInt(50), leaf))
	before := w.balance(staker)
	claim := rewards.PackClaimRewards(staker, w.network.From(), token, big.NewInt(30), nil)
	w.refuse("InvalidProof", w.staker, pool, rewards.PackClaimRewards(staker, w.network.From(), token, big.NewInt(31), nil))
	w.do(w.staker, pool, claim)
	if got := w.balance(staker) - before; got != 30 {
		t.Errorf("claimed %d, want 30", got)
	}
	w.refuse("InsufficientTotalClaimable", w.staker, pool, claim)
}

// The vaults that our Middleware must refuse can all be made.
func TestVaultsForNegativeTests(t *testing.T) {
	w := newWorld(t)
	ctx, s := t.Context(), w.symbiotic
	hook := common.Address{0xbb}
	address := func(to common.Address, data []byte) common.Address {
		return common.BigToAddress(big.NewInt(0).SetBytes(must(w.Client().CallContract(ctx, callMsg(to, data), nil))(t)))
	}
	if v := must(s.CreateVault(ctx, w.curator, VaultSpec{Slasher: NoSlasher}))(t); v.Slasher != (common.Address{}) ||
		w.number(v.Address, vaults.PackIsInitialized()) != 1 {
		t.Errorf("vault without slasher: %+v", v)
	}
	if v := must(s.CreateVault(ctx, w.curator, VaultSpec{Hook: hook}))(t); address(v.Delegator, restake.PackHook()) != hook {
		t.Error("no hook")
	}
	if v := must(s.CreateVault(ctx, w.curator, VaultSpec{NoBurner: true}))(t); address(v.Address, vaults.PackBurner()) != (common.Address{}) {
		t.Error("a burner")
	}
	if v := must(s.CreateVault(ctx, w.curator, VaultSpec{BurnerHook: true}))(t); w.number(v.Slasher, vetoes.PackIsBurnerHook()) != 1 {
		t.Error("no burner hook")
	}
	if v := must(s.CreateVault(ctx, w.curator, VaultSpec{Collateral: hook}))(t); address(v.Address, vaults.PackCollateral()) != hook {
		t.Error("another collateral")
	}
	if v := must(s.CreateBareVault(ctx, w.curator, VaultSpec{}))(t); w.number(v, vaults.PackIsInitialized()) != 0 {
		t.Error("a bare vault is initialized")
	}
	foreign := must(DeploySymbiotic(ctx, w.bystander))(t)
	v := must(foreign.CreateVault(ctx, w.curator, VaultSpec{}))(t)
	known := bindings.NewVaultFactory().PackIsEntity(v.Address)
	if w.number(foreign.VaultFactory, known) != 1 || w.number(s.VaultFactory, known) != 0 {
		t.Error("the foreign factory's vault is ours")
	}
	if _, err := s.CreateVault(ctx, w.curator, VaultSpec{Epoch: 10, VetoDuration: 10}); err == nil {
		t.Error("made a vault whose veto takes its whole epoch")
	}
}
