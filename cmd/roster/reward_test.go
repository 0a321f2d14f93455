package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/api"
	"github.com/gear-tech/roster/internal/demo"
	"github.com/gear-tech/roster/internal/store"
)

// enrich gives a staker of a distribution one unit more.
func enrich(t *testing.T, d *reward.Distribution) (liar reward.Balance) {
	t.Helper()
	stakers := slices.Collect(d.Balances.Stakers.All())
	stakers[1].Amount.AddUint64(&stakers[1].Amount, 1)
	var err error
	if d.Balances.Stakers, err = reward.NewAmounts(stakers); err != nil {
		t.Fatal(err)
	}
	return stakers[1]
}

// serveRewards serves what a node does, of set 0: the distribution of a file, and then of others.
func serveRewards(t *testing.T, path string) (url string, stand func(path string)) {
	t.Helper()
	shelf, err := store.OpenShelf(filepath.Join(t.TempDir(), "rewards"))
	if err != nil {
		t.Fatal(err)
	}
	r, mux := api.NewRewards(shelf, func(err error) { t.Log(err) }), http.NewServeMux()
	r.Routes(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	stand = func(path string) {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		hash, err := shelf.Put(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		r.Stand(0, hash)
	}
	stand(path)
	return server.URL, stand
}

// tell tells a whole story, with slashes, absences and exits. ask calls roster about it; end ends its chain.
func tell(t *testing.T) (ask func(want int, words ...string) string, end func()) {
	t.Helper()
	story, err := demo.Start(t.Context(), demo.Options{Operators: 7, Vaults: 7, Stakers: 7, Sets: 1, Eras: 5, Seed: 3}, "127.0.0.1:0", false,
		demo.Out{Writer: &syncBuffer{}})
	if err != nil {
		t.Fatal(err)
	}
	record, err := story.Tell(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ask = func(want int, words ...string) string {
		t.Helper()
		code, stdout, stderr := call(t, append(words, "--rpc-url", story.URL(), "--middleware", record.Addresses.Middleware.String(),
			"--programs", record.Addresses.Programs.String())...)
		if code != want {
			t.Fatalf("%v: exit %d, want %d\n%s%s", words, code, want, stdout, stderr)
		}
		return stdout
	}
	return ask, func() { story.Close() }
}

// TestReward: after a whole story, with slashes, absences and exits, every commit verifies, every account's explanation
// leads to its leaf, every proof shows it, and a file with one unit more is found, by the account that has it.
func TestReward(t *testing.T) {
	t.Parallel()
	ask, end := tell(t)
	defer end()
	verified := ask(exitOK, "reward", "verify", "--all")
	if strings.Count(verified, "ok ") < 5 || strings.Contains(verified, "DIFFERS") {
		t.Errorf("verify:\n%s", verified)
	}
	era := fmt.Sprint(strings.Count(verified, "ok ") - 1) // the last one
	var rows []row
	if err := json.Unmarshal([]byte(ask(exitOK, "reward", "export", "--format", "json")), &rows); err != nil || len(rows) < 10 {
		t.Fatalf("%d leaves (%v)", len(rows), err)
	}
	if csv := ask(exitOK, "reward", "export"); strings.Count(csv, "\n") != len(rows)+1 {
		t.Errorf("csv:\n%s", csv)
	}
	led := checkExplanations(t, ask, era, nil)
	for _, r := range rows {
		if have := led[string(r.Role)+r.Account.String()]; have != r.Amount {
			t.Errorf("%s %s: the explanation leads to %s, the leaf says %s", r.Role, r.Account, have, r.Amount)
		}
		var leaves listJSON[proven]
		if err := json.Unmarshal([]byte(ask(exitOK, "reward", "proof", r.Account.String(), "--json")), &leaves); err != nil {
			t.Fatal(err)
		}
		for _, p := range leaves.Items {
			amount, err := uint256.FromDecimal(p.Amount)
			if err != nil || !merkle.VerifyClaim(p.Root, merkle.Claim{Account: p.Account, Amount: *amount}, p.Proof) {
				t.Errorf("%s %s: the proof does not show %s (%v)", p.Role, p.Account, p.Amount, err)
			}
		}
	}
	checkSimulation(t, ask, rows)
	checkElections(t, ask)
	file := filepath.Join(t.TempDir(), "era")
	ask(exitOK, "reward", "compute", "--era", "3", "--out", file)
	ask(exitOK, "reward", "verify", "--era", "3", "--file", file)
	last := filepath.Join(t.TempDir(), "last")
	ask(exitOK, "reward", "compute", "--era", era, "--out", last)
	if whole, short := ask(exitOK, "reward", "proof", rows[3].Account.String()), ask(exitOK, "reward", "proof", rows[3].Account.String(), "--file", last); whole != short {
		t.Errorf("from the chain\n%s\nfrom the file\n%s", whole, short)
	}
	ask(exitError, "reward", "proof", rows[3].Account.String(), "--file", file) // an older one
	node, stand := serveRewards(t, last)
	if whole, short := ask(exitOK, "reward", "proof", rows[3].Account.String()), ask(exitOK, "reward", "proof", rows[3].Account.String(), "--node", node); whole != short {
		t.Errorf("from the chain\n%s\nfrom a node\n%s", whole, short)
	}
	if text := ask(exitOK, "staker", "claim", rows[len(rows)-1].Account.String(), "--calldata", "--node", node); !strings.Contains(text, "Nothing is left") {
		t.Errorf("claim with a node's proof:\n%s", text)
	}
	stand(file)
	ask(exitError, "reward", "proof", rows[3].Account.String(), "--node", node) // it is behind
	liar := oneUnitMore(t, file)
	if text := ask(exitError, "reward", "verify", "--era", "3", "--file", file); !strings.Contains(text, "account "+liar.String()+" has") {
		t.Errorf("one unit more:\n%s", text)
	}
	ask(exitError, "reward", "verify", "--era", "77", "--file", file) // of neither what was paid nor what comes next
	if text := ask(exitOK, "reward", "diff", "2", "3"); !strings.Contains(text, "+") {
		t.Errorf("diff:\n%s", text)
	}
	if text := ask(exitOK, "staker", "claim", liar.String(), "--calldata"); !strings.Contains(text, "Nothing is left") { // the story ends so
		t.Errorf("claim:\n%s", text)
	}
	ask(exitError, "operator", "claim", "0x00000000000000000000000000000000000000aa", "--calldata")
	ask(exitUsage, "reward", "export", "--format", "xml")
}

// oneUnitMore gives a staker in a distribution file one unit more, and returns it.
func oneUnitMore(t *testing.T, file string) core.Address {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	d, err := reward.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	liar := enrich(t, &d)
	if raw, err = d.Encode(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return liar.Account
}
