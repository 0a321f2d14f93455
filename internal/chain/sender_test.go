package chain_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

var (
	registry = bindings.NewOperatorRegistry()
	optIns   = bindings.NewOptInService()
)

func start(t *testing.T) *devnet.Chain {
	t.Helper()
	c, err := devnet.Start(devnet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// A refused call comes back by its error's name, as the user's, and nothing is sent.
func TestRefusedBeforeSending(t *testing.T) {
	c := start(t)
	s := c.Sender(c.Account(0))
	head := c.Head().Number.Uint64()
	_, err := s.Do(t.Context(), chain.To(c.Symbiotic().NetworkOptIn, optIns.PackOptIn(s.From())))
	if chain.RevertName(err) != "NotWho" || chain.KindOf(err) != chain.User {
		t.Errorf("error %v of kind %v, want the user's NotWho", err, chain.KindOf(err))
	}
	nonce, err := c.Client().PendingNonceAt(t.Context(), s.From())
	if err != nil || nonce != 0 || c.Head().Number.Uint64() != head {
		t.Errorf("nonce %d, head %v, error %v after a refused call; want nothing sent", nonce, c.Head().Number, err)
	}
}

func TestRefusalHasItsArguments(t *testing.T) {
	c := start(t)
	s := c.Sender(c.Account(0))
	v, err := c.Symbiotic().CreateVault(t.Context(), c.Sender(c.Account(1)), devnet.VaultSpec{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Do(t.Context(), chain.To(v.Delegator,
		bindings.NewNetworkRestakeDelegator().PackSetNetworkLimit([32]byte{1}, common.Big1)))
	r := asRevert(t, err)
	if r.Name != "AccessControlUnauthorizedAccount" || len(r.Args) != 2 || r.Args[0].Value != s.From() ||
		r.Args[1].Value != [32]byte(crypto.Keccak256Hash([]byte("NETWORK_LIMIT_SET_ROLE"))) {
		t.Errorf("revert %v", r)
	}
}

// Simulation sees the next block's time, not the head's: two calls that need a second between them work in a row.
func TestSimulatedOnTheNextBlock(t *testing.T) {
	c := start(t)
	s := c.Sender(c.Account(0))
	do(t, s, c.Symbiotic().OperatorRegistry, registry.PackRegisterOperator())
	do(t, c.Sender(c.Account(1)), c.Symbiotic().NetworkRegistry, bindings.NewNetworkRegistry().PackRegisterNetwork())
	network := c.Account(1).Address
	do(t, s, c.Symbiotic().NetworkOptIn, optIns.PackOptIn(network))
	do(t, s, c.Symbiotic().NetworkOptIn, optIns.PackOptOut(network)) // OptOutCooldown in the same second
}

func TestGasLimit(t *testing.T) {
	c := start(t)
	s := c.Sender(c.Account(0))
	tx, err := s.Send(t.Context(), chain.To(c.Symbiotic().OperatorRegistry, registry.PackRegisterOperator()))
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := s.Wait(t.Context(), tx)
	if err != nil {
		t.Fatal(err)
	}
	if tx.Gas() < receipt.GasUsed*11/10 || tx.Gas() > receipt.GasUsed*2 {
		t.Errorf("limit %d for %d gas used: want a margin, not a multiple", tx.Gas(), receipt.GasUsed)
	}
	to := s.From()
	if _, err := s.Send(t.Context(), chain.Call{To: &to, Gas: chain.MaxGas + 1}); chain.KindOf(err) != chain.User || err == nil {
		t.Errorf("more than a transaction's gas: %v, want the user's error", err)
	}
	burn := common.FromHex("5b600056") // a contract that never ends
	if _, _, err := s.Deploy(t.Context(), burn); err == nil {
		t.Error("deployed a contract that never ends")
	}
}

// Several transactions go out before any is mined; each gets its own nonce.
func TestNoncesInFlight(t *testing.T) {
	c := start(t)
	s := c.Sender(c.Account(0))
	var sent []*types.Transaction
	for i := range 20 {
		to := c.Account(1).Address
		tx, err := s.Send(t.Context(), chain.Call{To: &to, Value: common.Big1, Gas: 21_000})
		if err != nil || tx.Nonce() != uint64(i) {
			t.Fatalf("transaction %d: nonce %d, error %v", i, tx.Nonce(), err)
		}
		sent = append(sent, tx)
	}
	for i, tx := range sent {
		if _, err := s.Wait(t.Context(), tx); err != nil {
			t.Errorf("transaction %d: %v", i, err)
		}
	}
	if n := c.Head().Number.Uint64(); n != 1 {
		t.Errorf("20 payments took %d blocks, want 1", n)
	}
}

// With a given limit nothing is simulated, so the revert happens in the block; it still gets its name.
func TestRevertInTheBlock(t *testing.T) {
	c := start(t)
	s := c.Sender(c.Account(0))
	at := c.Symbiotic().NetworkOptIn
	receipt, err := s.Do(t.Context(), chain.Call{To: &at, Data: optIns.PackOptIn(s.From()), Gas: 200_000})
	if receipt == nil || receipt.Status != types.ReceiptStatusFailed || chain.RevertName(err) != "NotWho" {
		t.Errorf("receipt %+v, error %v; want a failed one and NotWho", receipt, err)
	}
	registryAt := c.Symbiotic().OperatorRegistry
	receipt, err = s.Do(t.Context(), chain.Call{To: &registryAt, Data: registry.PackRegisterOperator(), Gas: 30_000})
	if receipt == nil || chain.KindOf(err) != chain.Retry || err == nil {
		t.Errorf("receipt %+v, error %v of kind %v; want all gas used, to retry with more", receipt, err, chain.KindOf(err))
	}
}

func TestForget(t *testing.T) {
	c := start(t)
	s := c.Sender(c.Account(0))
	genesis, to := c.Head().Hash(), c.Account(1).Address
	call := chain.Call{To: &to, Value: common.Big1, Gas: 21_000}
	if _, err := s.Send(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if err := c.Fork(genesis, true); err != nil { // what was sent is lost
		t.Fatal(err)
	}
	s.Forget()
	if receipt, err := s.Do(t.Context(), call); err != nil || receipt.BlockNumber.Uint64() != 1 {
		t.Errorf("after forgetting: %v", err)
	}
}

func TestPoorSender(t *testing.T) {
	c := start(t)
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	s := c.Sender(devnet.Account{Key: key})
	to := c.Account(1).Address
	for _, gas := range []uint64{0, 21_000} {
		if _, err := s.Do(t.Context(), chain.Call{To: &to, Value: common.Big1, Gas: gas}); chain.KindOf(err) != chain.User || err == nil {
			t.Errorf("payment from an empty account: %v of kind %v, want the user's", err, chain.KindOf(err))
		}
	}
}

// A node of another chain cannot make use of what we sign.
func TestOtherChain(t *testing.T) {
	c := start(t)
	s := chain.NewSender(c.Client(), c.Account(0).Key, big.NewInt(1), chain.Drive{})
	to := c.Account(1).Address
	if _, err := s.Send(t.Context(), chain.Call{To: &to}); chain.KindOf(err) != chain.Fatal || err == nil {
		t.Errorf("sent to chain %d what was signed for chain 1: %v", devnet.ChainID, err)
	}
}

// Reading at a number follows a reorganisation; reading at a hash that is gone from the chain does not move.
func TestReadAtABlock(t *testing.T) {
	c := start(t)
	s := c.Sender(c.Account(0))
	at := c.Symbiotic().OperatorRegistry
	isOperator := registry.PackIsEntity(s.From())
	before := c.Head()
	do(t, s, at, registry.PackRegisterOperator())
	after := c.Head()
	read := func(number *big.Int) bool {
		t.Helper()
		got, err := chain.Read(t.Context(), c.Client(), at, number, isOperator, registry.UnpackIsEntity)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if read(before.Number) || !read(after.Number) || !read(nil) {
		t.Error("an operator at genesis, or not after registering")
	}
	if err := c.Fork(before.Hash(), true); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Commit(); err != nil {
		t.Fatal(err)
	}
	if read(after.Number) {
		t.Error("the block of that number on the other branch has the operator")
	}
	got, err := chain.ReadAt(t.Context(), c.Client(), at, after.Hash(), isOperator, registry.UnpackIsEntity)
	if err != nil || !got {
		t.Errorf("at the abandoned block: %v, %v; want true", got, err)
	}
	_, err = chain.ReadAt(t.Context(), c.Client(), at, common.Hash{1}, isOperator, registry.UnpackIsEntity)
	if chain.KindOf(err) != chain.Retry || err == nil {
		t.Errorf("at an unknown block: %v of kind %v, want retry", err, chain.KindOf(err))
	}
}

func TestReadRefused(t *testing.T) {
	c := start(t)
	at := c.Symbiotic().OperatorRegistry
	_, err := chain.Read(t.Context(), c.Client(), at, nil, registry.PackEntity(big.NewInt(7)), registry.UnpackEntity)
	if r := asRevert(t, err); r.Name != "Panic" {
		t.Errorf("entity 7 of none: %v", r)
	}
	_, err = chain.Read(t.Context(), c.Client(), common.Address{1}, nil, registry.PackEntity(big.NewInt(7)), registry.UnpackEntity)
	if chain.KindOf(err) != chain.Fatal || err == nil {
		t.Errorf("read where no contract is: %v, want fatal", err)
	}
}

func TestLogsOfTheDevnet(t *testing.T) {
	c := start(t)
	for i := range 3 {
		do(t, c.Sender(c.Account(i)), c.Symbiotic().OperatorRegistry, registry.PackRegisterOperator())
	}
	logs, err := chain.Logs(t.Context(), c.Client(), 2, 3, []common.Address{c.Symbiotic().OperatorRegistry}, nil)
	if err != nil || len(logs) != 2 {
		t.Fatalf("%d logs in blocks 2 and 3, error %v; want 2", len(logs), err)
	}
	for i, l := range logs {
		if e, err := registry.UnpackAddEntityEvent(&l); err != nil || e.Entity != c.Account(i+1).Address {
			t.Errorf("log %d: %+v, %v", i, e, err)
		}
	}
}

func do(t *testing.T, s *chain.Sender, to common.Address, data []byte) {
	t.Helper()
	if _, err := s.Do(t.Context(), chain.To(to, data)); err != nil {
		t.Fatal(err)
	}
}

func asRevert(t *testing.T, err error) *chain.Revert {
	t.Helper()
	r := (*chain.Revert)(nil)
	if !errors.As(err, &r) {
		t.Fatalf("error %v is not a revert", err)
	}
	return r
}
