package app

import (
	"context"
	"crypto/ecdsa"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/internal/chain"
)

// Watcher is a node beside a development network that shows it.
type Watcher struct {
	URL   string // of the chain
	At    chain.Addresses
	First uint64 // block from which the contracts' logs are read
	// Key is of an account that does what anyone may do: seal eras, post lists; nil: the node only watches.
	Key    *ecdsa.PrivateKey
	Listen string // host:port of the API and the dashboard
}

// Watch runs such a node until the context ends. Its files are in a temporary directory. ready is called once it answers.
func Watch(ctx context.Context, w Watcher, ready func(url string)) error {
	dir, err := os.MkdirTemp("", "roster-dashboard-")
	if err != nil {
		return fmt.Errorf("make a directory for the dashboard's node: %w", err)
	}
	defer os.RemoveAll(dir)
	c, err := w.config(dir)
	if err != nil {
		return err
	}
	outer := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	ended := func(err error) error {
		if outer.Err() != nil { // also when it was just starting
			return nil
		}
		return err
	}
	go func() { done <- Run(ctx, c, "", slog.New(slog.NewTextHandler(io.Discard, nil))) }()
	url := "http://" + w.Listen
	for {
		select {
		case err := <-done:
			return ended(err)
		case <-ctx.Done():
			return ended(<-done)
		case <-time.After(200 * time.Millisecond):
		}
		if isThere(ctx, url+"/v1/network") {
			ready(url)
			return ended(<-done)
		}
	}
}

// config is that of a node which does what anyone may do, and signs nothing.
func (w Watcher) config(dir string) (Config, error) {
	key := w.Key
	if key == nil {
		var err error
		if key, err = crypto.GenerateKey(); err != nil {
			return Config{}, err
		}
	}
	var secret [16]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return Config{}, err
	}
	password := hex.EncodeToString(secret[:])
	keystore, passwords := filepath.Join(dir, "account.json"), filepath.Join(dir, "password")
	if err := chain.SaveSecret(keystore, password, crypto.FromECDSA(key), true); err != nil {
		return Config{}, err
	}
	if err := os.WriteFile(passwords, []byte(password+"\n"), 0o600); err != nil {
		return Config{}, err
	}
	acts := strconv.FormatBool(w.Key != nil)
	return Load("", func(string) (string, bool) { return "", false }, map[string]string{
		"chain-rpc": w.URL, "chain-middleware": w.At.Middleware.Hex(), "chain-programs": w.At.Programs.Hex(),
		"chain-first-block": strconv.FormatUint(w.First, 10), "data": filepath.Join(dir, "data"), "account-keystore": keystore,
		"account-password-file": passwords, "http-listen": w.Listen, "poll": "500ms", "turn-delay": "0", "duties-propose": acts,
		"duties-challenge": acts, "duties-eject": acts, "duties-reward": acts, "duties-slash": acts})
}

// isThere reports whether a node answers there.
func isThere(ctx context.Context, url string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}
