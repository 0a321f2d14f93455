package main

import (
	"context"
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// table is a devnet whose blocks are made for whoever sends, and its file.
type table struct {
	*devnet.Ready
	t    *testing.T
	path string
}

func setTable(t *testing.T, seed string) table {
	t.Helper()
	r, err := devnet.StartReady(t.Context(), devnet.Options{Seed: seed, Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	file, err := describe(t.Context(), r, 0)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "devnet.json")
	if err := writeFile(path, 0o600, file.write); err != nil {
		t.Fatal(err)
	}
	return table{r, t, path}
}

// ask runs a command that must end so, on the devnet, by the account of this name; it returns all that it says.
func (b table) ask(want int, account string, words ...string) string {
	b.t.Helper()
	words = append(slices.Clone(words), "--devnet", b.path)
	if account != "" {
		words = append(words, "--account", account)
	}
	ctx, stop := context.WithCancel(b.t.Context())
	mined := make(chan error, 1)
	go func() { mined <- b.Mine(ctx, time.Hour) }()
	code, stdout, stderr := call(b.t, words...)
	stop()
	if err := <-mined; err != nil {
		b.t.Fatal(err)
	}
	if code != want {
		b.t.Fatalf("%v: exit %d, want %d\n%s%s", words, code, want, stdout, stderr)
	}
	return stdout + stderr
}

// says is ask, whose text must have these in it.
func (b table) says(want int, account, parts string, words ...string) {
	b.t.Helper()
	text := b.ask(want, account, words...)
	for part := range strings.SplitSeq(parts, "|") {
		if !strings.Contains(text, part) {
			b.t.Errorf("%v: want %q in\n%s", words, part, text)
		}
	}
}

// hand is a role's account.
func (b table) hand(name string) engine.Hand {
	b.t.Helper()
	for _, role := range b.Roles {
		if role.Name == name {
			return b.Hand(role.Account)
		}
	}
	b.t.Fatalf("no role %s", name)
	return engine.Hand{}
}

func (b table) make(spec devnet.VaultSpec) common.Address {
	b.t.Helper()
	v, err := b.MakeVault(b.t.Context(), b.hand("curator"), spec)
	if err != nil {
		b.t.Fatal(err)
	}
	return v.Address
}

// TestCurator: a curator's work by commands alone, from a vault that nobody knows to stake that counts; and what is refused says by
// which rule, who has the role, and what to call.
func TestCurator(t *testing.T) {
	t.Parallel()
	b := setTable(t, "curator")
	vault := b.make(devnet.VaultSpec{})
	v, o := vault.String(), b.Team[0].Address().String()
	curator := core.Address(b.hand("curator").Sender.From()).String()

	b.says(exitOK, "", "can be enrolled for set 0|made by Symbiotic's factory: yes", "vault", "check", v)
	b.says(exitOK, "", "can be enrolled", "vault", "check", v, "--from", curator)
	b.says(exitError, "", "NotInChargeOfVault|need "+curator, "vault", "check", v, "--from", o)
	b.says(exitError, "stranger", "NotInChargeOfVault|need "+curator, "vault", "enroll", v, "--yes")
	b.says(exitError, "curator", "not enrolled|roster vault enroll", "vault", "delegate", v, o, "--network-limit", "5", "--yes")
	b.says(exitError, "", "have nobody, need", "vault", "resolver", v)
	b.says(exitOK, "curator", "to do  enroll vault", "vault", "enroll", v, "--dry-run")
	b.says(exitOK, "", "1. enroll|data  0x", "vault", "enroll", v, "--calldata", "--from", curator)
	b.says(exitUsage, "", "--from or ETH_FROM", "vault", "enroll", v, "--calldata")
	b.says(exitOK, "curator", "in block|enrolled   for set 0|counts nothing: limit_zero", "vault", "enroll", v, "--yes")
	b.says(exitOK, "curator", "done   enroll", "vault", "enroll", v, "--yes")
	b.says(exitOK, "", "the network's resolver", "vault", "resolver", v)
	b.says(exitError, "", "limit_zero|shares_zero|vault_empty|unlinked", "vault", "check", v)

	// A limit and shares take two roles, which can lie apart.
	b.says(exitError, "stranger", "NETWORK_LIMIT_SET_ROLE|"+curator+" can do it|could grant the role", "vault", "delegate", v, o, "--network-limit", "5", "--yes")
	b.says(exitError, "stranger", "OPERATOR_NETWORK_SHARES_SET_ROLE", "vault", "delegate", v, o, "--operator-shares", "5", "--yes")
	b.says(exitUsage, "curator", "say what to change", "vault", "delegate", v, o)
	b.says(exitUsage, "curator", "FullRestake", "vault", "delegate", v, o, "--operator-limit", "7")
	b.says(exitUsage, "curator", "or max", "vault", "delegate", v, o, "--network-limit", "much")
	b.says(exitOK, "curator", "let set 0 have 500 wVARA of the vault, now 0 wVARA|give "+o+" 3 shares, now 0 of 0|once it has linked", "vault", "delegate", v, o,
		"--network-limit", "500wVARA", "--operator-shares", "3", "--yes")
	b.says(exitOK, "curator", "done   let set 0|done   give", "vault", "delegate", v, o, "--network-limit", "500wVARA", "--operator-shares", "3", "--yes")
	b.says(exitOK, "curator", "unlimited", "vault", "delegate", v, o, "--network-limit", "max", "--yes")

	b.ask(exitOK, "operator 0", "operator", "link", v, "--yes")
	b.ask(exitOK, "staker 0", "staker", "deposit", "90wVARA", "--vault", v, "--yes")
	b.says(exitOK, "curator", "then can have 22.5 wVARA", "vault", "delegate", v, b.Team[1].Address().String(), "--operator-shares", "1", "--dry-run")
	b.says(exitOK, "curator", "then can have 67.5 wVARA", "vault", "delegate", v, b.Team[1].Address().String(), "--operator-shares", "9", "--yes")
	b.says(exitOK, "", "counts for set 0", "vault", "check", v)
	b.says(exitOK, "", o+"  22.5 wVARA, by 3 of 12 shares, linked|0 wVARA, by 9 of 12 shares, not linked, not opted in|ok   minVeto", "vault", "show", v)
	checkVaultJSON(t, b, v)
	b.says(exitError, "", "no operator set 7", "vault", "show", "--set", "7")
	b.says(exitUsage, "", "40 hex digits", "vault", "check", "0x12")
}

// checkVaultJSON compares what the JSON says of the curator's vault with what was done.
func checkVaultJSON(t *testing.T, b table, vault string) {
	t.Helper()
	var all vaultsJSON
	if err := json.Unmarshal([]byte(b.ask(exitOK, "", "vault", "show", "--json")), &all); err != nil || all.Schema != "roster.vault/1" || len(all.Vaults) != 4 {
		t.Fatalf("%+v (%v)", all, err)
	}
	last := all.Vaults[3]
	ninety := vara(90)
	if last.Vault.String() != vault || last.Active != ninety.Dec() || last.Shares != "12" || !last.Enrolled || len(last.Operators) != 2 ||
		last.DelegatorType != "NetworkRestake" || last.Resolver != b.Resolver.Sender.From() || len(last.Findings) < 12 {
		t.Errorf("%+v", last)
	}
}

// TestVaultRefused: a vault that must not be enrolled is told all that is wrong with it at once, each by the contract's own error, and
// the contract refuses it with one of them.
func TestVaultRefused(t *testing.T) {
	t.Parallel()
	b := setTable(t, "refused")
	times := b.Roster.Times
	for _, x := range []struct {
		spec  devnet.VaultSpec
		codes string
	}{
		{devnet.VaultSpec{Slasher: devnet.NoSlasher}, "VaultWithoutSlasher"},
		{devnet.VaultSpec{Slasher: devnet.Instant}, "SlasherTypeNotAccepted"},
		{devnet.VaultSpec{Delegator: devnet.FullRestake, BurnerHook: true}, "BurnerHookNotAccepted|DelegatorTypeNotAccepted"},
		{devnet.VaultSpec{VetoDuration: times.MinVeto - 1}, "VetoTooShort"},
		{devnet.VaultSpec{Epoch: times.MinVeto + 200}, "EpochTooShort"},
		{devnet.VaultSpec{Epoch: times.MaxVaultEpoch + 1}, "EpochTooLong"},
		{devnet.VaultSpec{Burner: common.Address{1}, Collateral: b.Symbiotic().TestToken}, "BurnerNotAccepted|CollateralNotAccepted|collateral_weightless"},
	} {
		v := b.make(x.spec).String()
		var out struct {
			Findings []vaultFinding
		}
		if err := json.Unmarshal([]byte(b.ask(exitError, "", "vault", "check", v, "--json")), &out); err != nil {
			t.Fatal(err)
		}
		var codes []string
		for _, f := range against(out.Findings) {
			codes = append(codes, f.Code)
			if f.Do == "" {
				t.Errorf("%s: nothing to do", f.Code)
			}
		}
		if have := strings.Join(codes, "|"); have != x.codes {
			t.Errorf("%+v: %s, want %s", x.spec, have, x.codes)
		}
		first, _, _ := strings.Cut(x.codes, "|")
		b.says(exitError, "curator", "cannot be enrolled|"+first, "vault", "enroll", v, "--yes")
		// The contract refuses it, too.
		at := common.HexToAddress(v)
		if err := b.Enroll(t.Context(), b.hand("curator"), b.Set, devnet.Vault{Address: at}); err == nil || !strings.Contains(x.codes, chain.RevertName(err)) {
			t.Errorf("%s: the contract says %v", x.codes, err)
		}
	}
	stranger := crypto.CreateAddress(common.Address{1}, 1).String()
	b.says(exitError, "", "NotSymbioticVault", "vault", "check", stranger)
	bare, err := b.Symbiotic().CreateBareVault(t.Context(), b.hand("curator").Sender, devnet.VaultSpec{})
	if err != nil {
		t.Fatal(err)
	}
	b.says(exitError, "", "VaultNotInitialized", "vault", "check", bare.String())
	b.says(exitOK, "", "VaultNotInitialized", "vault", "show", bare.String())
}
