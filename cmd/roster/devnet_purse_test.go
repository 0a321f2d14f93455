package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

// TestDevnetPurse: what a devnet's file knows is found by its name, and money goes where it should; what is asked for wrongly says what
// there is.
func TestDevnetPurse(t *testing.T) {
	t.Parallel()
	b := setTable(t, "purse")
	owner := b.hand("owner").Sender.From().String()
	if code, text, _ := call(t, "devnet", "address", "owner", "--devnet", b.path); code != exitOK || text != owner+"\n" {
		t.Errorf("%d %q", code, text)
	}
	b.says(exitOK, "", "url          "+b.URL()+"|vault 2      "+b.Vaults[2].Address.String()+"|owner        "+owner, "devnet", "address")
	b.says(exitUsage, "", `"nobody"|vault 2, owner`, "devnet", "address", "nobody")
	if code, _, text := call(t, "devnet", "fund", owner); code != exitUsage || !strings.Contains(text, "--devnet") {
		t.Errorf("%d %q", code, text)
	}
	const to = "0x00000000000000000000000000000000000000aA"
	b.says(exitUsage, "", "40 hex digits", "devnet", "fund", "0x12")
	b.says(exitUsage, "", "--ether", "devnet", "fund", to, "--ether", "much")
	b.says(exitUsage, "", "--ether or --wvara", "devnet", "fund", to, "--ether", "0")
	b.says(exitError, "", "needs 10001 wVARA|--account", "devnet", "fund", to, "--wvara", "10001wVARA")
	b.says(exitOK, "spare 0", "0.25 ether, in block|1.5 wVARA, in block|It has 1.5 wVARA now", "devnet", "fund", to, "--ether", "0.25", "--wvara", "1.5wVARA")
	if wei, err := b.Client().BalanceAt(t.Context(), common.HexToAddress(to), nil); err != nil || wei.String() != "250000000000000000" {
		t.Errorf("%v (%v)", wei, err)
	}
	vault := strings.TrimSpace(b.ask(exitOK, "curator", "devnet", "vault"))
	b.says(exitOK, "", "can be enrolled", "vault", "check", vault)
}

// TestKeysSay: a keystore says its address without its password, and an endpoint follows from a key.
func TestKeysSay(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, none := filepath.Join(dir, "account"), filepath.Join(dir, "none")
	for path, text := range map[string]string{file: `{"version":3,"address":"00000000000000000000000000000000000000aa"}`, none: `{"version":3}`} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, text, _ := call(t, "keys", "address", file); code != exitOK || text != common.HexToAddress("0xaa").String()+"\n" {
		t.Errorf("%d %q", code, text)
	}
	if code, text, said := call(t, "keys", "address", none); code != exitError || text != "" || !strings.Contains(said, "does not say its address") {
		t.Errorf("%d %q %q", code, text, said)
	}
	if code, _, said := call(t, "keys", "endpoint", "127.0.0.1:30303"); code != exitUsage || !strings.Contains(said, "--bls-keystore") {
		t.Errorf("%d %q", code, said)
	}
}
