package main

import (
	"bytes"
	"context"
	"encoding/json"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// startDevnet runs `roster devnet` on any port and returns what its file says, and how to stop it: that gives the
// exit code and what it printed.
func startDevnet(t *testing.T) (f devnetFile, path string, stop func() (int, string)) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "devnet.json")
	ctx, cancel := context.WithCancel(t.Context())
	var out bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"devnet", "--http", "127.0.0.1:0", "--file", path, "--block-time", "20ms"}, &out, &out)
	}()
	stop = func() (int, string) {
		cancel()
		return <-done, out.String()
	}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case code := <-done:
			cancel()
			t.Fatalf("exit %d: %s", code, out.String())
		case <-tick.C:
		}
		text, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			continue
		}
		if err == nil {
			err = json.Unmarshal(text, &f)
		}
		if err != nil {
			t.Fatal(err)
		}
		return f, path, stop
	}
}

// TestDevnet: an ordinary client finds an ordinary chain, with everything where the file says.
func TestDevnet(t *testing.T) {
	t.Parallel()
	f, path, stop := startDevnet(t)
	client, err := ethclient.DialContext(t.Context(), f.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if id, err := client.ChainID(t.Context()); err != nil || id.Uint64() != f.ChainID {
		t.Errorf("chain id %v, %v; the file says %d", id, err, f.ChainID)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	checkDevnetFile(t, client, f)
	sendOnDevnet(t, client, f)
	head, err := client.HeaderByNumber(t.Context(), nil)
	if err != nil || head.Time < uint64(f.Now) {
		t.Errorf("clock at %v, %v; it was at %d", head, err, f.Now)
	}
	waitForBlocks(t, client, head.Number.Uint64()+3)
	code, printed := stop()
	if code != exitOK || !strings.Contains(printed, "WARNING") || !strings.Contains(printed, "Stopped at block") {
		t.Errorf("exit %d: %s", code, printed)
	}
	if _, err := client.BlockNumber(context.Background()); err == nil {
		t.Error("it still answers")
	}
}

// checkDevnetFile compares what the file says with the chain.
func checkDevnetFile(t *testing.T, client *ethclient.Client, f devnetFile) {
	t.Helper()
	ctx := t.Context()
	roster, err := chain.Open(ctx, client, f.Addresses.Middleware, f.Addresses.Programs, 0)
	if err != nil {
		t.Fatal(err)
	}
	if roster.At != f.Addresses {
		t.Errorf("addresses %+v, the chain has %+v", f.Addresses, roster.At)
	}
	if uint64(roster.Times.Genesis) != uint64(f.Times["genesis"]) || f.Capture0 <= f.Now {
		t.Errorf("genesis %d of the file, %d of the chain; now %d, first capture %d", f.Times["genesis"], roster.Times.Genesis, f.Now, f.Capture0)
	}
	for _, a := range f.Accounts {
		key, err := crypto.ToECDSA(a.PrivateKey)
		if err != nil || crypto.PubkeyToAddress(key.PublicKey) != a.Address {
			t.Errorf("account %s: the key is not that of %v: %v", a.Name, a.Address, err)
		}
		if wei, err := client.BalanceAt(ctx, a.Address, nil); err != nil || wei.Sign() == 0 {
			t.Errorf("account %s has %v wei, %v", a.Name, wei, err)
		}
		has, err := roster.BalanceAt(ctx, a.Address, f.Block)
		if err != nil || has.Dec() != a.VARA {
			t.Errorf("account %s has %s, the file says %s; %v", a.Name, has.Dec(), a.VARA, err)
		}
	}
	if len(f.Sets) != 1 || len(f.Operators) != 3 || len(f.Vaults) != 3 {
		t.Fatalf("%d sets, %d operators, %d vaults", len(f.Sets), len(f.Operators), len(f.Vaults))
	}
	operators, err := roster.OperatorsOf(ctx, f.Sets[0].ID, f.Block)
	if err != nil || len(operators) != 3 {
		t.Errorf("operators on chain: %v, %v", operators, err)
	}
	for _, v := range f.Vaults {
		if stake, err := roster.ActiveStake(ctx, v.Address, f.Block); err != nil || stake.Dec() != v.Stake {
			t.Errorf("vault %v has %s, the file says %s; %v", v.Address, stake.Dec(), v.Stake, err)
		}
	}
}

// sendOnDevnet moves wVARA between two spare accounts and finds its log.
func sendOnDevnet(t *testing.T, client *ethclient.Client, f devnetFile) {
	t.Helper()
	from, to := f.Accounts[len(f.Accounts)-1], f.Accounts[len(f.Accounts)-2]
	key, err := crypto.ToECDSA(from.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	sender := chain.NewSender(client, key, new(big.Int).SetUint64(f.ChainID), chain.Poll(5*time.Millisecond))
	token := bindings.NewWrappedVara()
	receipt, err := sender.Do(t.Context(), chain.To(f.Addresses.Token, token.PackTransfer(to.Address, big.NewInt(7))))
	if err != nil {
		t.Fatal(err)
	}
	logs, err := client.FilterLogs(t.Context(), ethereum.FilterQuery{FromBlock: receipt.BlockNumber, ToBlock: receipt.BlockNumber,
		Addresses: []common.Address{f.Addresses.Token}})
	if err != nil || len(logs) != 1 {
		t.Fatalf("logs %v, %v", logs, err)
	}
	event, err := token.UnpackTransferEvent(&logs[0])
	if err != nil || event.From != from.Address || event.To != to.Address || event.Value.Int64() != 7 {
		t.Errorf("event %+v, %v", event, err)
	}
}

// waitForBlocks waits until the chain has gone on by itself.
func waitForBlocks(t *testing.T, client *ethclient.Client, number uint64) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	var head *types.Header
	for range 500 {
		var err error
		if head, err = client.HeaderByNumber(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if head.Number.Uint64() >= number {
			return
		}
		<-tick.C
	}
	t.Errorf("the chain stays at block %v", head.Number)
}

// TestDevnetSameSeed: the same seed gives the same file, but for the port.
func TestDevnetSameSeed(t *testing.T) {
	t.Parallel()
	var texts [2]string
	for i := range texts {
		f, _, stop := startDevnet(t)
		stop()
		f.URL = ""
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		texts[i] = string(text)
	}
	if texts[0] != texts[1] {
		t.Errorf("two files:\n%s\n%s", texts[0], texts[1])
	}
}

// TestDevnetPortTaken: an error of the machine, not of usage.
func TestDevnetPortTaken(t *testing.T) {
	t.Parallel()
	f, _, stop := startDevnet(t)
	defer stop()
	address := strings.TrimPrefix(f.URL, "http://")
	code, _, stderr := call(t, "devnet", "--http", address, "--file", filepath.Join(t.TempDir(), "x.json"))
	if code != exitError || !strings.Contains(stderr, address) || !strings.Contains(stderr, "--http") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
