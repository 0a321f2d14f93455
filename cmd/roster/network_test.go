package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// writeParameters writes what a second network on a devnet is deployed with.
func writeParameters(t *testing.T, b table, change func(map[string]any)) string {
	t.Helper()
	s := b.Symbiotic()
	p := map[string]any{
		"preset": "devnet", "times": map[string]any{"genesis": b.Roster.Times.Genesis + 160}, "token": b.Roster.At.Token,
		"symbiotic": map[string]any{"networkRegistry": s.NetworkRegistry, "operatorRegistry": s.OperatorRegistry, "networkMiddlewareService": s.NetworkMiddleware,
			"operatorNetworkOptInService": s.NetworkOptIn, "vaultFactory": s.VaultFactory, "defaultOperatorRewardsFactory": s.RewardsFactory},
		"owner": b.hand("owner").Sender.From(), "resolver": b.hand("resolver").Sender.From(), "judge": b.hand("judge").Sender.From(),
		"burner": devnet.Burner, "batchBlocks": 1, "batchGas": devnet.BatchGas,
	}
	change(p)
	text, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "network.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestNetworkDeploy: parameters that cannot be are refused before anything is sent; a deployment that stopped goes on, and what comes of
// it is a network that an owner can work with.
func TestNetworkDeploy(t *testing.T) {
	t.Parallel()
	b := setTable(t, "deploy")
	for says, change := range map[string]func(map[string]any){
		"missing, or zero: judge, times.genesis": func(p map[string]any) { delete(p, "judge"); delete(p, "times") },
		`unknown field "colour"`:                 func(p map[string]any) { p["colour"] = "red" },
		`there is no "lunch"`:                    func(p map[string]any) { p["times"] = map[string]any{"lunch": 3600} },
		`preset "moon"`:                          func(p map[string]any) { p["preset"] = "moon" },
	} {
		b.says(exitUsage, "owner", says, "network", "deploy", "--parameters", writeParameters(t, b, change))
	}
	b.says(exitError, "owner", "FAIL|lead_too_short|nothing was sent", "network", "deploy", "--yes", "--parameters",
		writeParameters(t, b, func(p map[string]any) {
			p["times"] = map[string]any{"genesis": b.Roster.Times.Genesis + 160, "electionLead": 20}
		}))
	b.says(exitError, "owner", "genesis_too_early", "network", "deploy", "--yes", "--parameters",
		writeParameters(t, b, func(p map[string]any) { p["times"] = map[string]any{"genesis": b.Now()} }))
	b.says(exitError, "owner", "token: there is no contract at", "network", "deploy", "--yes", "--parameters",
		writeParameters(t, b, func(p map[string]any) { p["token"] = common.Address{7} }))
	b.says(exitUsage, "owner", "--parameters", "network", "deploy")

	path := writeParameters(t, b, func(map[string]any) {})
	b.says(exitOK, "owner", "to do  Middleware at|6 transactions, the first for about", "network", "deploy", "--parameters", path, "--dry-run")

	// Two of six are there: the process died.
	setup, err := readDeployFile(path)
	if err != nil {
		t.Fatal(err)
	}
	by := b.hand("owner").Sender
	nonce, err := b.Client().NonceAt(t.Context(), by.From(), nil)
	if err != nil {
		t.Fatal(err)
	}
	at, parts := chain.Plan(by.From(), nonce, setup)
	for _, p := range parts[:2] {
		if _, _, err := by.Deploy(t.Context(), p.Code); err != nil {
			t.Fatal(err)
		}
	}
	other := writeParameters(t, b, func(p map[string]any) { p["judge"] = common.Address{8} })
	b.says(exitError, "owner", "has the judge", "network", "deploy", "--parameters", other, "--nonce", fmt.Sprint(nonce), "--yes")
	b.says(exitError, "owner", "has sent something else", "network", "deploy", "--parameters", path, "--nonce", fmt.Sprint(nonce-1), "--yes")
	b.says(exitOK, "owner", "done   Middleware|done   Operators|to do  Router|Deployed: --middleware "+at.Middleware.String(), "network", "deploy", "--parameters", path,
		"--nonce", fmt.Sprint(nonce), "--yes")
	b.says(exitOK, "owner", "done   Programs|Deployed", "network", "deploy", "--parameters", path, "--nonce", fmt.Sprint(nonce), "--yes")
	checkOwner(t, b, at)
}

// checkOwner does an owner's work on a network on which nothing is yet.
func checkOwner(t *testing.T, b table, at chain.Addresses) {
	t.Helper()
	on := func(words ...string) []string { return append(words, "--middleware", at.Middleware.String()) }
	owner, stranger := b.hand("owner").Sender.From(), b.hand("stranger").Sender.From()
	b.says(exitOK, "", "owner       "+owner.String()+"|next owner  nobody|ok   |wVARA 1000000000000000000|operator sets: 0", on("network", "show")...)
	b.says(exitError, "", "no operator set 0: have 0", on("set", "show")...)
	all := []string{"--max-executors", "4", "--min-stake", "1000wVARA", "--max-stake", "40000wVARA", "--max-vault-stake", "1000000wVARA", "--era-reward", "1000wVARA",
		"--emission-rule", "0", "--era-rate-bps", "50", "--performance-rule", "0", "--performance-floor", "500000000000000000", "--equivocation-bps", "5000",
		"--wrong-result-bps", "1000", "--bounty-bps", "100", "--bounty-cap", "10wVARA", "--jail-eras", "2", "--proposer-reward", "5wVARA", "--batch-reward", "1wVARA",
		"--message-fee", "1wVARA", "--bond", "100wVARA"}
	b.says(exitUsage, "owner", "missing are --bond", on(append([]string{"set", "create"}, all[:len(all)-2]...)...)...)
	b.says(exitUsage, "owner", "--max-executors 256: want less than 2^8", on("set", "create", "--max-executors", "256")...)
	b.says(exitError, "stranger", "only the owner may do this: have "+strings.ToLower(stranger.String()), on(append([]string{"set", "create", "--yes"}, all...)...)...)
	b.says(exitOK, "owner", "maxStake 40000 wVARA|in block|set 0|pot: 0 wVARA free", on(append([]string{"set", "create", "--yes"}, all...)...)...)
	b.says(exitError, "owner", "ParameterOutOfBounds|likely cause|least and the most", on("set", "create", "--like", "0", "--max-executors", "129", "--yes")...)
	b.says(exitOK, "owner", "create set 1", on("set", "create", "--like", "0", "--max-executors", "7", "--yes")...)

	b.says(exitUsage, "owner", "name what is to change", on("set", "announce")...)
	b.says(exitOK, "owner", "eraReward: 1000 wVARA → 500 wVARA|from era 4|announced, from era 4", on("set", "announce", "--era-reward", "500wVARA", "--yes")...)
	b.says(exitOK, "owner", "done   nothing changes", on("set", "announce", "--era-reward", "500wVARA", "--yes")...)
	b.says(exitOK, "owner", "announce jailEras: 2 eras → 3 eras", on("set", "announce", "--jail-eras", "3", "--yes")...)
	var set setJSON
	if err := json.Unmarshal([]byte(b.ask(exitOK, "", on("set", "show", "--json")...)), &set); err != nil || set.Schema != "roster.set/1" ||
		set.Parameters["eraReward"] != "1000000000000000" || len(set.Announced) != 1 || set.Announced[0].Parameters["eraReward"] != "500000000000000" ||
		set.Announced[0].Parameters["jailEras"] != 3.0 || set.Announced[0].Era != 4 || set.Pending != nil {
		t.Errorf("%+v (%v)", set, err)
	}
	b.says(exitError, "stranger", "needs 2 wVARA", on("set", "fund", "2wVARA", "--yes")...)
	b.says(exitOK, "staker 0", "let Rewards take 2 wVARA|pot: 2 wVARA free", on("set", "fund", "2wVARA", "--yes")...)
	b.says(exitError, "owner", "no rewards of set 0 wait", on("set", "cancel-rewards", "--yes")...)

	test := b.Symbiotic().TestToken.String()
	b.says(exitOK, "owner", "0 → 40000000000000|from era 4", on("network", "collateral", test, "40000000000000", "--yes")...)
	b.says(exitError, "stranger", "only the owner", on("network", "collateral", test, "1", "--yes")...)
	b.says(exitOK, "owner", "it must accept", on("network", "transfer", stranger.String(), "--yes")...)
	b.says(exitError, "judge", "named another: have "+core.Address(b.hand("judge").Sender.From()).String(), on("network", "accept", "--yes")...)
	b.says(exitOK, "stranger", "become the owner", on("network", "accept", "--yes")...)
	var network networkJSON
	if err := json.Unmarshal([]byte(b.ask(exitOK, "", on("network", "show", "--json")...)), &network); err != nil || network.Schema != "roster.network/1" ||
		network.Owner != stranger || network.Addresses.Router != at.Router || network.Sets != 2 || len(network.Collaterals) != 2 ||
		network.Collaterals[1].Weight != "0" || network.Collaterals[1].Announced[0].Weight != "40000000000000" || len(network.Inequality) < 15 {
		t.Errorf("%+v (%v)", network, err)
	}
}

// TestSetOfAnActiveNetwork: seats and pot of a set that has elected.
func TestSetOfAnActiveNetwork(t *testing.T) {
	t.Parallel()
	b := setTable(t, "active")
	if _, err := b.Elect(t.Context(), b.hand("proposer"), b.Set, 0); err != nil {
		t.Fatal(err)
	}
	if err := b.AdvanceTo(b.Roster.Times.Start(0)); err != nil {
		t.Fatal(err)
	}
	b.says(exitOK, "", "seats: 4, of which 3 are taken in era 0, which is active|1000 wVARA reserved", "set", "show")
	b.says(exitOK, "", "era         0, until", "network", "show")
}
