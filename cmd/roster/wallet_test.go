package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/internal/chain"
)

// keystores are keys in files of a folder, each under its name as password.
func keystores(t *testing.T, names ...string) (string, map[string]common.Address) {
	t.Helper()
	dir, at := t.TempDir(), map[string]common.Address{}
	for _, name := range names {
		key, err := crypto.ToECDSA(crypto.Keccak256([]byte(name)))
		if err != nil {
			t.Fatal(err)
		}
		at[name] = crypto.PubkeyToAddress(key.PublicKey)
		if err := chain.SaveSecret(filepath.Join(dir, name), name, crypto.FromECDSA(key), true); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".password"), []byte(name+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir, at
}

// TestWallet: who sends follows from the flags, then from cast's environment variables; of the devnet's accounts when that is
// given. What cannot be is said with the flag or variable it came from.
func TestWallet(t *testing.T) {
	t.Parallel()
	dir, at := keystores(t, "a", "b", "c")
	path := func(name string) string { return filepath.Join(dir, name) }
	devnet := &devnetFile{Accounts: []devnetAccount{{Name: "one", PrivateKey: crypto.Keccak256([]byte("a"))}, {Name: "two", PrivateKey: crypto.Keccak256([]byte("c"))}}}
	named := func(name, password string) walletFlags {
		return walletFlags{keystore: path(name), passwordFile: path(password + ".password")}
	}
	for _, x := range []struct {
		what string
		w    walletFlags
		env  map[string]string
		file *devnetFile
		want string // a key's name, or
		says string // what is wrong
	}{
		{"flag", named("a", "a"), nil, nil, "a", ""},
		{"flag over environment", named("a", "a"), map[string]string{keystoreEnv: path("b"), passwordEnv: path("b.password")}, nil, "a", ""},
		{"environment", walletFlags{}, map[string]string{keystoreEnv: path("b"), passwordEnv: path("b.password")}, nil, "b", ""},
		{"password's flag over its variable", named("a", "a"), map[string]string{passwordEnv: path("b.password")}, nil, "a", ""},
		{"password's flag for the environment's keystore", walletFlags{passwordFile: path("b.password")}, map[string]string{keystoreEnv: path("b"), passwordEnv: path("a.password")}, nil, "b", ""},
		{"account", walletFlags{account: "c", passwordFile: path("c.password")}, map[string]string{keystoreEnv: path("b")}, nil, "c", ""},
		{"account of the environment", walletFlags{}, map[string]string{accountEnv: "c", passwordEnv: path("c.password")}, nil, "c", ""},
		{"two of the environment", walletFlags{}, map[string]string{accountEnv: "c", keystoreEnv: path("b")}, nil, "", "are both set"},
		{"account with a path", walletFlags{account: "../c"}, nil, nil, "", "--keystore takes a path"},
		{"no such account", walletFlags{account: "d"}, nil, nil, "", "no such file"},
		{"two flags", walletFlags{account: "c", keystore: path("a")}, nil, nil, "", "name one"},
		{"keystore and signer", walletFlags{ledger: true, keystore: path("a")}, nil, nil, "", "name one"},
		{"nobody", walletFlags{}, nil, nil, "", "nobody to send"},
		{"wrong password", named("a", "b"), nil, nil, "", "could not decrypt"},
		{"missing keystore", named("nowhere", "a"), nil, nil, "", "no such file"},
		{"missing password file", named("a", "nowhere"), nil, nil, "", "no such file"},
		{"folder", walletFlags{keystore: dir}, nil, nil, "", "is a folder"},
		{"both passwords", walletFlags{keystore: path("a"), passwordFile: path("a.password"), passwordEnv: "X"}, nil, nil, "", "one of the two"},
		{"typed", walletFlags{keystore: path("a"), ask: func(string) (string, error) { return "a", nil }}, nil, nil, "a", ""},
		{"from that fits", walletFlags{keystore: path("a"), passwordFile: path("a.password"), sender: at["a"].Hex()}, nil, nil, "a", ""},
		{"from that does not", walletFlags{keystore: path("a"), passwordFile: path("a.password"), sender: at["b"].Hex()}, nil, nil, "", "the key is that of"},
		{"from of the environment", named("a", "a"), map[string]string{senderEnv: at["b"].Hex()}, nil, "", "the key is that of"},
		{"from's flag over its variable", walletFlags{keystore: path("a"), passwordFile: path("a.password"), sender: at["a"].Hex()}, map[string]string{senderEnv: at["b"].Hex()}, nil, "a", ""},
		{"from that is none", walletFlags{sender: "me"}, nil, nil, "", "40 hex digits"},
		{"ledger without from", walletFlags{ledger: true}, nil, nil, "", "--from"},
		{"signer on the net without encryption", walletFlags{signerURL: "http://192.0.2.1:1", signerProtocol: "clef", sender: at["a"].Hex()}, nil, nil, "", "https"},
		{"signer of another protocol", walletFlags{signerURL: "http://127.0.0.1:1", signerProtocol: "smoke", sender: at["a"].Hex()}, nil, nil, "", "web3signer or clef"},
		{"devnet's last", walletFlags{}, nil, devnet, "c", ""},
		{"devnet's by name", walletFlags{account: "one"}, nil, devnet, "a", ""},
		{"devnet's no such", walletFlags{account: "three"}, nil, devnet, "", `"one" "two"`},
		{"devnet does not look around", walletFlags{}, map[string]string{keystoreEnv: path("b"), senderEnv: at["b"].Hex()}, devnet, "c", ""},
		{"keystore on the devnet", named("b", "b"), nil, devnet, "b", ""},
	} {
		x.w.lookup, x.w.foundry = func(name string) string { return x.env[name] }, dir
		have, err := x.w.open(t.Context(), x.file, true)
		switch {
		case x.says != "" && (err == nil || !strings.Contains(err.Error(), x.says)):
			t.Errorf("%s: error %v, want %q", x.what, err, x.says)
		case x.says == "" && (err != nil || have.from != at[x.want] || have.signer.Address() != at[x.want]):
			t.Errorf("%s: %v (%v), want %v", x.what, have.from, err, at[x.want])
		}
	}
}

// TestAskWithoutTerminal: a pipe is no terminal: what to do is said.
func TestAskWithoutTerminal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	if _, err := askAt(r, w, "?"); err == nil || !strings.Contains(err.Error(), passwordEnv) {
		t.Errorf("%v", err)
	}
}

// TestWrongChain: an endpoint on another chain than the one that is meant is refused before anything else is asked.
func TestWrongChain(t *testing.T) {
	asked := map[string]int{}
	node := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var q struct {
			ID     json.RawMessage
			Method string
		}
		if err := json.NewDecoder(r.Body).Decode(&q); err != nil {
			t.Error(err)
		}
		asked[q.Method]++
		_, _ = w.Write([]byte(`{"jsonrpc":"2.0","id":` + string(q.ID) + `,"result":"0x7"}`))
	}))
	defer node.Close()
	f := programFlags{url: node.URL, chainID: 5}
	if _, err := f.connect(context.Background(), false); err == nil || !strings.Contains(err.Error(), "is on chain 7, need 5 (--chain-id)") {
		t.Errorf("%v", err)
	}
	f.chainID = 7
	if c, err := f.connect(context.Background(), false); err != nil || c.chainID != 7 {
		t.Errorf("%v", err)
	}
	if len(asked) != 1 {
		t.Errorf("asked %v", asked)
	}
}

// TestAskTerminal: a password is asked at a real terminal, and not shown there.
func TestAskTerminal(t *testing.T) {
	master, terminal := openTerminal(t)
	answer := make(chan string, 1)
	go func() {
		password, err := askAt(terminal, terminal, "Password: ")
		if err != nil {
			t.Error(err)
		}
		answer <- password
	}()
	seen := make([]byte, 100)
	n, err := master.Read(seen)
	if err != nil || !strings.HasPrefix(string(seen[:n]), "Password: ") {
		t.Fatalf("%q (%v)", seen[:n], err)
	}
	awaitSilence(t, terminal)
	if _, err := master.WriteString("open sesame\n"); err != nil {
		t.Fatal(err)
	}
	if have := <-answer; have != "open sesame" {
		t.Errorf("%q", have)
	}
	if n, err = master.Read(seen); err != nil || strings.Contains(string(seen[:n]), "sesame") {
		t.Errorf("shown: %q (%v)", seen[:n], err)
	}
}
