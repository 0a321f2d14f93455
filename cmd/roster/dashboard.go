package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/chain"
)

// dashboardDefault is where a node's dashboard is, unless told otherwise.
const dashboardDefault = "127.0.0.1:9635"

// watched is a network that a node is to watch.
type watched struct {
	url    string
	at     chain.Addresses
	first  uint64 // block from which its logs are read
	key    []byte // of the account that seals eras and posts lists; nil: the node only watches
	listen string
}

// watch runs a node beside a development network, for its API and its dashboard, until the context ends. Its files are in a
// temporary directory. ready is called once it answers.
func watch(ctx context.Context, w watched, ready func(url string)) error {
	dir, err := os.MkdirTemp("", "roster-dashboard-")
	if err != nil {
		return fmt.Errorf("make a directory for the dashboard's node: %w", err)
	}
	defer os.RemoveAll(dir)
	c, err := w.config(dir)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- app.Run(ctx, c, "", slog.New(slog.NewTextHandler(io.Discard, nil))) }()
	url := "http://" + w.listen
	for {
		select {
		case err := <-done:
			return err
		case <-ctx.Done():
			return <-done
		case <-time.After(200 * time.Millisecond):
		}
		if answers(ctx, url+"/v1/network") {
			ready(url)
			return <-done
		}
	}
}

// config is that of a node which does what anyone may do, and signs nothing.
func (w watched) config(dir string) (app.Config, error) {
	key := w.key
	if key == nil {
		k, err := crypto.GenerateKey()
		if err != nil {
			return app.Config{}, err
		}
		key = crypto.FromECDSA(k)
	}
	var secret [16]byte
	if _, err := rand.Read(secret[:]); err != nil {
		return app.Config{}, err
	}
	password := hex.EncodeToString(secret[:])
	keystore, passwords := filepath.Join(dir, "account.json"), filepath.Join(dir, "password")
	if err := chain.SaveSecret(keystore, password, key, true); err != nil {
		return app.Config{}, err
	}
	if err := os.WriteFile(passwords, []byte(password+"\n"), 0o600); err != nil {
		return app.Config{}, err
	}
	acts := strconv.FormatBool(w.key != nil)
	return app.Load("", func(string) (string, bool) { return "", false }, map[string]string{
		"chain-rpc": w.url, "chain-middleware": w.at.Middleware.Hex(), "chain-programs": w.at.Programs.Hex(),
		"chain-first-block": strconv.FormatUint(w.first, 10), "data": filepath.Join(dir, "data"), "account-keystore": keystore,
		"account-password-file": passwords, "http-listen": w.listen, "poll": "500ms", "turn-delay": "0", "duties-propose": acts,
		"duties-challenge": acts, "duties-eject": acts, "duties-reward": acts, "duties-slash": acts})
}

// answers reports whether a node answers there.
func answers(ctx context.Context, url string) bool {
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

// checkDashboard says what is wrong with where a dashboard is to be, before a chain is built for it.
func checkDashboard(address string) error {
	if address == "" {
		return nil
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("--dashboard %q: want host:port, as %s", address, dashboardDefault)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("--dashboard %q: other machines would reach it; use 127.0.0.1", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("--dashboard %s: %w; another process listens there: end it, or choose another port", address, err)
	}
	return listener.Close()
}
