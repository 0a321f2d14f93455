package devnet

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// start runs a chain for the length of a test.
func start(t testing.TB, o Options) *Chain {
	t.Helper()
	c, err := Start(o)
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

// must is for calls that a test needs and does not test.
func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// pay is the smallest transaction, with a limit so that nothing is simulated.
func pay(to common.Address) chain.Call { return chain.Call{To: &to, Value: big.NewInt(1), Gas: 21_000} }

func TestTimeIsExact(t *testing.T) {
	c := start(t, Options{})
	if c.Now() != DefaultGenesis {
		t.Fatalf("genesis at %d, want %d", c.Now(), DefaultGenesis)
	}
	must(c.Commit())(t)
	if want := DefaultGenesis + 1; c.Now() != want {
		t.Errorf("first block at %d, want %d", c.Now(), want)
	}
	for _, to := range []core.Time{DefaultGenesis + 2, DefaultGenesis + 1000, DefaultGenesis + 1_000_000_000} {
		if err := c.AdvanceTo(to); err != nil || c.Now() != to {
			t.Errorf("advance to %d: at %d, error %v", to, c.Now(), err)
		}
	}
	if err := c.AdvanceTo(c.Now()); err == nil {
		t.Error("advanced to the head's own second")
	}
	if before := c.Now(); c.Advance(7) != nil || c.Now() != before+7 {
		t.Errorf("advance by 7: from %d to %d", before, c.Now())
	}
}

func TestTransactionsGoIntoTheBlockAdvancedTo(t *testing.T) {
	c := start(t, Options{})
	sender := c.Sender(c.Account(0))
	tx := must(sender.Send(t.Context(), pay(c.Account(1).Address)))(t)
	want := c.Now() + 500
	if err := c.AdvanceTo(want); err != nil {
		t.Fatal(err)
	}
	receipt := must(sender.Wait(t.Context(), tx))(t)
	header := must(c.Client().HeaderByHash(t.Context(), receipt.BlockHash))(t)
	if core.Time(header.Time) != want {
		t.Errorf("mined at %d, want %d", header.Time, want)
	}
}

func TestSameTransactionsGiveTheSameBlocks(t *testing.T) {
	run := func(seed string) common.Hash {
		c := start(t, Options{Seed: seed})
		for i := range 3 {
			must(c.Sender(c.Account(i)).Do(t.Context(), pay(c.Account(i+1).Address)))(t)
		}
		return c.Head().Hash()
	}
	if a, b := run("one"), run("one"); a != b {
		t.Errorf("two runs end in %v and %v", a, b)
	}
	if a, b := run("one"), run("two"); a == b {
		t.Error("two seeds give the same chain")
	}
}

// One Commit mines everything, also what one block has no room for.
func TestCommitEmptiesThePool(t *testing.T) {
	c := start(t, Options{BlockGas: 100_000}) // four payments
	sender := c.Sender(c.Account(0))
	var sent []*types.Transaction
	for range 40 {
		sent = append(sent, must(sender.Send(t.Context(), pay(c.Account(1).Address)))(t))
	}
	if head := must(c.Commit())(t); head.Number.Uint64() < 10 {
		t.Errorf("40 payments in %v blocks of four", head.Number)
	}
	for i, tx := range sent {
		if _, err := c.Client().TransactionReceipt(t.Context(), tx.Hash()); err != nil {
			t.Errorf("transaction %d after one commit: %v", i, err)
		}
	}
}

// What cannot be mined does not keep Commit busy.
func TestCommitLeavesWhatCannotBeMined(t *testing.T) {
	c := start(t, Options{})
	a := c.Account(0)
	tx := types.MustSignNewTx(a.Key, types.LatestSignerForChainID(big.NewInt(ChainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(ChainID), Nonce: 1, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e11), Gas: 21_000, To: &a.Address})
	if err := c.Client().SendTransaction(t.Context(), tx); err != nil {
		t.Fatal(err)
	}
	if head := must(c.Commit())(t); head.Number.Uint64() != 1 {
		t.Errorf("commit made %v blocks for a transaction with a nonce too high, want 1", head.Number)
	}
}

func TestForkReplacesBlocks(t *testing.T) {
	c := start(t, Options{})
	sender := c.Sender(c.Account(0))
	parent := must(c.Commit())(t)
	receipt := must(sender.Do(t.Context(), pay(c.Account(1).Address)))(t)
	if err := c.Fork(parent.Hash(), true); err != nil {
		t.Fatal(err)
	}
	if c.Head().Hash() != parent.Hash() {
		t.Fatalf("head after the fork is %v, want %v", c.Head().Hash(), parent.Hash())
	}
	must(c.Commit())(t)
	if c.Head().Hash() == receipt.BlockHash {
		t.Error("the other branch has the same block")
	}
	if _, err := c.Client().TransactionReceipt(t.Context(), receipt.TxHash); !errors.Is(err, ethereum.NotFound) {
		t.Errorf("receipt of a dropped transaction: %v, want not found", err)
	}
	must(sender.Do(t.Context(), pay(c.Account(1).Address)))(t) // the nonce is free again
}

func TestForkKeepsTransactions(t *testing.T) {
	c := start(t, Options{})
	parent := must(c.Commit())(t)
	receipt := must(c.Sender(c.Account(0)).Do(t.Context(), pay(c.Account(1).Address)))(t)
	if err := c.Fork(parent.Hash(), false); err != nil {
		t.Fatal(err)
	}
	must(c.Commit())(t)
	again := must(c.Client().TransactionReceipt(t.Context(), receipt.TxHash))(t)
	if again.BlockHash == receipt.BlockHash {
		t.Error("mined in the block that is gone")
	}
}

func TestFinalityLags(t *testing.T) {
	c := start(t, Options{FinalityDepth: 3})
	for range 5 {
		must(c.Commit())(t)
	}
	final := must(c.Client().HeaderByNumber(t.Context(), big.NewInt(int64(rpc.FinalizedBlockNumber))))(t)
	if final.Number.Uint64() != 2 {
		t.Errorf("finalized block %v of 5 with a depth of 3, want 2", final.Number)
	}
}

// The EIP-2935 contract answers for 8191 blocks, where the BLOCKHASH instruction knows 256.
func TestBlockHashHistory(t *testing.T) {
	c := start(t, Options{})
	want := must(c.Commit())(t)
	for range 300 {
		must(c.Commit())(t)
	}
	got := must(c.Client().CallContract(t.Context(), ethereum.CallMsg{
		To: &params.HistoryStorageAddress, Data: common.LeftPadBytes(want.Number.Bytes(), 32)}, nil))(t)
	if common.BytesToHash(got) != want.Hash() {
		t.Errorf("history of block %v is %x, want %v", want.Number, got, want.Hash())
	}
}

// Every past block can be called, however old.
func TestOldStateIsKept(t *testing.T) {
	c := start(t, Options{})
	must(c.Sender(c.Account(0)).Do(t.Context(), pay(Burner)))(t)
	for range 300 {
		must(c.Commit())(t)
	}
	for number, want := range map[int64]int64{0: 0, 1: 1} {
		if got := must(c.Client().BalanceAt(t.Context(), Burner, big.NewInt(number)))(t); got.Int64() != want {
			t.Errorf("balance at block %d is %v, want %d", number, got, want)
		}
	}
}

// A first storage write of a fresh slot costs 20,000 under Osaka and far more under Amsterdam, where a new
// account does too.
func TestForksPriceState(t *testing.T) {
	gas := map[Fork]uint64{}
	for _, fork := range []Fork{Osaka, Amsterdam} {
		c := start(t, Options{Fork: fork})
		receipt := must(c.Sender(c.Account(0)).Do(t.Context(),
			chain.Call{To: &common.Address{0xaa}, Value: big.NewInt(1)}))(t)
		gas[fork] = receipt.GasUsed
	}
	if gas[Osaka] != 21_000 {
		t.Errorf("Osaka: a payment to a new account takes %d gas, want 21000", gas[Osaka])
	}
	if gas[Amsterdam] <= 2*gas[Osaka] {
		t.Errorf("Amsterdam: a payment to a new account takes %d gas, Osaka %d: not the new prices", gas[Amsterdam], gas[Osaka])
	}
}

func TestForkInTheMiddle(t *testing.T) {
	at := DefaultGenesis + 100
	c := start(t, Options{Fork: Amsterdam, ForkAt: at})
	gas := func(n byte) uint64 {
		return must(c.Sender(c.Account(0)).Do(t.Context(), chain.Call{To: &common.Address{n}, Value: big.NewInt(1)}))(t).GasUsed
	}
	if have := gas(0xaa); have != 21_000 {
		t.Errorf("before the fork a payment to a new account takes %d gas, want 21000", have)
	}
	if err := c.AdvanceTo(at); err != nil {
		t.Fatal(err)
	}
	if have := gas(0xab); have <= 42_000 {
		t.Errorf("after the fork a payment to a new account takes %d gas: not the new prices", have)
	}
}

// go-ethereum's pool may keep the last transactions of an account for a later block: see settle.
func TestOneBlockTakesAllThatWereSent(t *testing.T) {
	c := start(t, Options{})
	senders := []*chain.Sender{c.Sender(c.Account(0)), c.Sender(c.Account(1))}
	for round := range 40 {
		for range 10 {
			for _, s := range senders {
				must(s.Send(t.Context(), pay(common.Address{0xaa})))(t)
			}
		}
		if err := c.Advance(1); err != nil {
			t.Fatal(err)
		}
		block := must(c.Client().BlockByNumber(t.Context(), nil))(t)
		if have := len(block.Transactions()); have != 20 {
			t.Fatalf("round %d: the block has %d of 20 transactions", round, have)
		}
	}
}

func TestListen(t *testing.T) {
	for _, bad := range []string{"0.0.0.0:0", "192.0.2.1:80", ":0", "example.org:80", "nowhere", "127.0.0.1:x"} {
		if c, err := Start(Options{Listen: bad}); err == nil {
			t.Errorf("listens on %q", bad)
			c.Close()
		} else if !strings.Contains(err.Error(), bad) {
			t.Errorf("listen on %q: the error does not say so: %v", bad, err)
		}
	}
	c := start(t, Options{Listen: "127.0.0.1:0"})
	client := must(ethclient.DialContext(t.Context(), c.URL()))(t)
	defer client.Close()
	must(c.Commit())(t)
	if n, err := client.BlockNumber(context.Background()); err != nil || n != 1 {
		t.Errorf("block number over %s: %d, %v; want 1", c.URL(), n, err)
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		must(Start(Options{}))(b).Close()
	}
}

func BenchmarkCommit(b *testing.B) {
	c := start(b, Options{})
	for b.Loop() {
		must(c.Commit())(b)
	}
}
