package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// request has the case requested by command, by an account that is nobody's, and finds that only the resolver could veto it.
func (y *year) request() {
	y.t.Helper()
	c, dir := y.slash(), y.t.TempDir()
	keystore, password := filepath.Join(dir, "key.json"), filepath.Join(dir, "password")
	y.must(chain.SaveSecret(keystore, "p", crypto.FromECDSA(y.Account(y.Spare[0]).Key), true))
	y.must(os.WriteFile(password, []byte("p\n"), 0o600))
	stranger := []string{"--calldata", "--from", y.Account(y.Spare[0]).Address.Hex()}
	refused := func(want string, words ...string) {
		y.t.Helper()
		if code, text := y.ask(words...); code != exitError || !strings.Contains(text, want) {
			y.t.Errorf("%v: exit %d, want %q:\n%s", words, code, want, text)
		}
	}
	refused("is not its resolver", append([]string{"slash", "veto", c.ID}, stranger...)...)
	refused("not requested yet", append([]string{"slash", "execute", c.ID}, stranger...)...)
	refused("is not the judge", append([]string{"slash", "uphold", core.Hash{1}.String()}, stranger...)...)
	ctx, stop := context.WithCancel(y.ctx)
	mined := make(chan error, 1)
	go func() { mined <- y.Mine(ctx, time.Hour) }()
	code, text := y.ask("slash", "request", c.ID, "--keystore", keystore, "--password-file", password, "--yes")
	stop()
	y.must(<-mined)
	if code != exitOK || !strings.Contains(text, "request "+c.Penalty) {
		y.t.Fatalf("exit %d:\n%s", code, text)
	}
	if now := y.slash(); now.Status != "requested" || now.RequestedAt == 0 {
		y.t.Errorf("after it was requested: %+v", now)
	}
	refused("it was requested", append([]string{"slash", "request", c.ID}, stranger...)...)
	if code, text := y.ask("slash", "show", c.ID); code != exitOK || !strings.Contains(text, "case "+c.ID) {
		y.t.Errorf("exit %d:\n%s", code, text)
	}
	resolver := []string{"slash", "veto", c.ID, "--calldata", "--from", c.Resolver.Hex()}
	if code, text := y.ask(resolver...); code != exitOK || !strings.Contains(text, "data  0x") {
		y.t.Errorf("the resolver's transaction: exit %d:\n%s", code, text)
	}
}

// activate has the rewards that wait paid by command: not before their delay is over, and not what is not there.
func (y *year) activate() {
	y.t.Helper()
	words := []string{"reward", "activate", "--calldata", "--from", y.Account(y.Spare[0]).Address.Hex()}
	until := y.Roster.Times.ActivatableAt(y.Now())
	if code, text := y.ask(words...); code == exitError && !strings.Contains(text, "can be activated from") || code != exitOK && code != exitError {
		y.t.Errorf("exit %d:\n%s", code, text)
	}
	y.must(y.AdvanceTo(until))
	if code, text := y.ask(words...); code != exitOK || !strings.Contains(text, "1. activate ") || !strings.Contains(text, "data  0x") {
		y.t.Errorf("exit %d:\n%s", code, text)
	}
}
