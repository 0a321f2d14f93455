package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// address is the first that stands in a text.
func address(text string) common.Address {
	return common.HexToAddress(regexp.MustCompile("0x[0-9a-fA-F]{40}").FindString(text))
}

// checkWithdrawal takes 10 wVARA of 30,010 out again: they wait, until the vault's next epoch is over, and then are there.
func checkWithdrawal(t *testing.T, r *devnet.Ready, ask func(int, ...string) string, staker common.Address, on, asStaker []string) {
	t.Helper()
	show := func() (list []positionJSON) {
		t.Helper()
		text := ask(exitOK, append([]string{"staker", "show", staker.String(), "--json"}, on...)...)
		var said listJSON[positionJSON]
		if err := json.Unmarshal([]byte(text), &said); err != nil || said.Schema != "roster.staker/1" || len(said.Items) != 1 {
			t.Fatalf("%s (%v)", text, err)
		}
		return said.Items
	}
	ask(exitError, append([]string{"staker", "withdraw", "30011wVARA", "--yes"}, asStaker...)...)
	ask(exitUsage, append([]string{"staker", "withdraw", "0", "--yes"}, asStaker...)...)
	ask(exitOK, append([]string{"staker", "withdraw", "10wVARA", "--yes"}, asStaker...)...)
	p := show()[0]
	ten, rest := vara(10), vara(30_000)
	if len(p.Waiting) != 1 || p.Waiting[0].Free || p.Waiting[0].Amount != ten.Dec() || p.Active != rest.Dec() {
		t.Fatalf("withdrawn: %+v", p)
	}
	if text := ask(exitOK, append([]string{"staker", "collect", "--yes"}, asStaker...)...); !strings.Contains(text, "later  10 wVARA") {
		t.Errorf("too early:\n%s", text)
	}
	if err := r.AdvanceTo(p.Waiting[0].FreeAt - 1); err != nil {
		t.Fatal(err)
	}
	if show()[0].Waiting[0].Free {
		t.Errorf("free a second too early")
	}
	if err := r.AdvanceTo(p.Waiting[0].FreeAt); err != nil {
		t.Fatal(err)
	}
	ask(exitOK, append([]string{"staker", "collect", "--yes"}, asStaker...)...)
	if p := show()[0]; len(p.Waiting) != 0 {
		t.Errorf("collected: %+v", p)
	}
	if has, err := r.Balance(t.Context(), staker); err != nil || has != ten {
		t.Errorf("collected: has %s (%v)", has.Dec(), err)
	}
}

// checkChanges has an operator change everything that it joined with, and back; what is so already is refused.
func checkChanges(t *testing.T, ask func(int, ...string) string, vault common.Address, as, other, first []string) {
	t.Helper()
	for _, c := range []struct {
		want  int
		words []string
		says  string
	}{
		{exitOK, []string{"pause"}, "out"}, {exitError, []string{"pause"}, "is paused already"},
		{exitOK, []string{"resume"}, "ELECTED"}, {exitError, []string{"resume"}, "is not paused"},
		{exitOK, []string{"unlink", vault.String()}, "below the minimum stake"}, {exitError, []string{"unlink", vault.String()}, "has not linked"},
		{exitOK, []string{"link", vault.String()}, "ELECTED"},
		{exitOK, []string{"commission", "300"}, "set the commission to 300 bps"}, {exitUsage, []string{"commission", "10001"}, "0 to 10000"},
		{exitOK, []string{"endpoint", "/ip4/127.0.0.1/tcp/1"}, "done"},
		{exitOK, append([]string{"rotate"}, other...), "in the place of"}, {exitError, append([]string{"rotate"}, other...), "already"},
		{exitError, append([]string{"rotate"}, first...), "each is registered once"},
		{exitOK, []string{"leave"}, "not registered"}, {exitError, []string{"leave"}, "roster operator join"},
	} {
		words := append(append([]string{"operator"}, c.words...), append(slices.Clone(as), "--yes")...)
		if text := ask(c.want, words...); !strings.Contains(text, c.says) {
			t.Errorf("%v: want %q:\n%s", c.words, c.says, text)
		}
	}
}

// TestOperatorJoin: from a machine without a key to an elected Executor, by the commands alone; whatever was done before is not
// done twice, and what cannot be is said.
func TestOperatorJoin(t *testing.T) {
	t.Parallel()
	r, err := devnet.StartReady(t.Context(), devnet.Options{Seed: "join", Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	must(os.WriteFile(path("password"), []byte("correct horse\n"), 0o600))
	ask := func(want int, words ...string) string {
		t.Helper()
		// Blocks are made for whoever sends.
		ctx, stop := context.WithCancel(t.Context())
		mined := make(chan error, 1)
		go func() { mined <- r.Mine(ctx, time.Hour) }()
		code, stdout, stderr := call(t, words...)
		stop()
		must(<-mined)
		if code != want {
			t.Fatalf("%v: exit %d, want %d\n%s%s", words, code, want, stdout, stderr)
		}
		return stdout + stderr
	}
	text := ask(exitOK, "keys", "new", "--out", path("account"), "--password-file", path("password"))
	operator := address(text)
	ask(exitOK, "keys", "new", "--bls", "--out", path("bls"), "--password-file", path("password"))
	ask(exitUsage, "keys", "new", "--bls", "--out", path("bls"), "--password-file", path("password")) // nothing is replaced
	if info, err := os.Stat(path("bls")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v (%v)", info.Mode(), err)
	}

	by, curator := r.NewHand(), r.NewHand()
	_, err = by.Sender.Do(t.Context(), chain.Call{To: &operator, Value: big.NewInt(1e18)})
	must(err)
	vault, err := r.MakeVault(t.Context(), curator, devnet.VaultSpec{Delegator: devnet.NetworkRestake})
	must(err)
	must(r.Enroll(t.Context(), curator, r.Set, vault))
	must(r.Give(t.Context(), by.Sender.From(), vara(1_000)))

	on := []string{"--rpc-url", r.URL(), "--set", fmt.Sprint(r.Set), "--middleware", r.Roster.At.Middleware.String(), "--programs", r.Roster.At.Programs.String()}
	join := append([]string{"operator", "join", "--bls-keystore", path("bls"), "--bls-password-file", path("password"), "--vault", vault.Address.String()}, on...)
	sending := append(slices.Clone(join), "--commission", "700", "--keystore", path("account"), "--password-file", path("password"))

	if text := ask(exitOK, append(slices.Clone(join), "--calldata", "--from", operator.String())...); strings.Count(text, "data  0x") != 5 {
		t.Errorf("calldata:\n%s", text)
	}
	if text := ask(exitOK, append(slices.Clone(sending), "--dry-run")...); strings.Count(text, "to do") != 5 || !strings.Contains(text, "5 transactions") {
		t.Errorf("dry run:\n%s", text)
	}
	if text := ask(exitError, sending...); !strings.Contains(text, "nothing was sent") {
		t.Errorf("nobody answers:\n%s", text)
	}
	if text := ask(exitOK, append(slices.Clone(sending), "--yes")...); strings.Count(text, "in block") != 5 || !strings.Contains(text, "below the minimum stake") {
		t.Errorf("joined without stake:\n%s", text)
	}
	must(r.Limit(t.Context(), curator, r.Set, vault, vara(1_000_000)))
	must(r.Delegate(t.Context(), curator, r.Set, vault, operator, vara(1)))
	asStaker := append([]string{"--keystore", path("staker"), "--password-file", path("password"), "--vault", vault.Address.String()}, on...)
	staker := address(ask(exitOK, "keys", "new", "--out", path("staker"), "--password-file", path("password")))
	_, err = by.Sender.Do(t.Context(), chain.Call{To: &staker, Value: big.NewInt(1e18)})
	must(err)
	must(r.Give(t.Context(), staker, vara(30_010)))
	if text := ask(exitError, append([]string{"staker", "deposit", "30011wVARA", "--yes"}, asStaker...)...); !strings.Contains(text, "has 30010 wVARA, needs 30011 wVARA") {
		t.Errorf("more than there is:\n%s", text)
	}
	if text := ask(exitOK, append([]string{"staker", "deposit", "30010wVARA", "--yes"}, asStaker...)...); strings.Count(text, "in block") != 2 {
		t.Errorf("deposit:\n%s", text)
	}
	if text := ask(exitOK, sending...); strings.Contains(text, "to do") || !strings.Contains(text, "ELECTED") {
		t.Errorf("once more, with stake:\n%s", text)
	}
	if text := ask(exitOK, append(slices.Clone(join), "--calldata", "--from", operator.String())...); !strings.Contains(text, "nothing left to do") {
		t.Errorf("calldata:\n%s", text)
	}
	ask(exitOK, "keys", "new", "--bls", "--out", path("other"), "--password-file", path("password"))
	other := slices.Clone(sending)
	other[slices.Index(other, path("bls"))] = path("other")
	if text := ask(exitError, other...); !strings.Contains(text, "use the keystore of the registered key") {
		t.Errorf("another key:\n%s", text)
	}
	ask(exitUsage, append(slices.Clone(sending), "--commission", "10001")...)
	ask(exitUsage, append(slices.Clone(join), "--calldata")...)

	checkChanges(t, ask, vault.Address, append([]string{"--keystore", path("account"), "--password-file", path("password")}, on...),
		[]string{"--bls-keystore", path("other"), "--bls-password-file", path("password")}, []string{"--bls-keystore", path("bls"), "--bls-password-file", path("password")})
	if text := ask(exitError, append(slices.Clone(sending), "--yes")...); !strings.Contains(text, "each is registered once") {
		t.Errorf("joined again with the key:\n%s", text)
	}
	ask(exitOK, "keys", "new", "--bls", "--out", path("third"), "--password-file", path("password"))
	sending[slices.Index(sending, path("bls"))] = path("third")
	if text := ask(exitOK, append(slices.Clone(sending), "--yes")...); strings.Count(text, "in block") != 1 || !strings.Contains(text, "ELECTED") {
		t.Errorf("joined again:\n%s", text)
	}
	term, err := r.Elect(t.Context(), by, r.Set, 0)
	must(err)
	if !slices.ContainsFunc(term.Entries, func(e merkle.Entry) bool { return e.Operator == core.Address(operator) }) {
		t.Errorf("%s is not elected: %v", operator, term.Entries)
	}
	checkWithdrawal(t, r, ask, staker, on, asStaker)
}
