package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/store"
)

func who(n byte) core.Address { return core.Address{19: n} }

// distribution pays operators and stakers 1, 2, 3 … times so much.
func distribution(t *testing.T, times uint64, operators, stakers byte) reward.Distribution {
	t.Helper()
	list := func(n byte) reward.Amounts {
		var of []reward.Balance
		for i := byte(1); i <= n; i++ {
			of = append(of, reward.Balance{Account: who(i), Amount: *uint256.NewInt(times * uint64(i))})
		}
		a, err := reward.NewAmounts(of)
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	return reward.Distribution{Origin: reward.Origin{ChainID: 1, Set: 3, FromEra: 1, ToEra: core.Era(times)},
		Balances: reward.Balances{Operators: list(operators), Stakers: list(stakers)}}
}

func get(t *testing.T, server *httptest.Server, path string) (int, []byte, http.Header) {
	t.Helper()
	r, err := server.Client().Get(server.URL + path)
	if err != nil {
		t.Error(err)
		return 0, nil, nil
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Error(err)
	}
	return r.StatusCode, body, r.Header
}

func serve(t *testing.T) (*httptest.Server, *Rewards, *store.Shelf) {
	t.Helper()
	shelf, err := store.OpenShelf(filepath.Join(t.TempDir(), "rewards"))
	if err != nil {
		t.Fatal(err)
	}
	r, mux := NewRewards(shelf, func(err error) { t.Log(err) }), http.NewServeMux()
	r.Routes(mux)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server, r, shelf
}

// TestRewards: the file is served byte for byte, also in parts; proofs verify; the next distribution takes the place of the
// one before while proofs are asked for; and what is not there, or broken, is said so with its code.
func TestRewards(t *testing.T) {
	server, r, shelf := serve(t)
	const account = "/v1/sets/3/proofs/0x0000000000000000000000000000000000000002"
	if code, body, _ := get(t, server, account); code != 404 || !strings.Contains(string(body), `"not_found"`) {
		t.Errorf("before any: %d %s", code, body)
	}
	d := distribution(t, 7, 1, 5)
	hash, err := shelf.Put(d)
	if err != nil {
		t.Fatal(err)
	}
	r.Stand(3, hash)
	raw, _ := d.Encode()
	if code, body, header := get(t, server, "/v1/rewards/"+hash.String()); code != 200 || string(body) != string(raw) || header.Get("ETag") != `"`+hash.String()+`"` {
		t.Errorf("file: %d, %d bytes, %v", code, len(body), header)
	}
	check := func(times uint64) {
		code, body, _ := get(t, server, account)
		var p client.Proofs
		if err := json.Unmarshal(body, &p); code != 200 || err != nil || len(p.Leaves) != 1 || p.Leaves[0].Role != string(reward.AsStaker) {
			t.Errorf("%d %s (%v)", code, body, err)
			return
		}
		amount, err := uint256.FromDecimal(p.Leaves[0].Amount.String())
		if err != nil || !merkle.VerifyClaim(p.Leaves[0].Root, merkle.Claim{Account: who(2), Amount: *amount}, p.Leaves[0].Proof) {
			t.Errorf("the proof does not show it: %s (%v)", body, err)
		}
		if times != 0 && (amount.Uint64() != 2*times || p.ToEra != core.Era(times)) {
			t.Errorf("%s, want %d", body, 2*times)
		}
	}
	check(7)
	var work sync.WaitGroup
	for range 8 {
		work.Go(func() {
			for range 50 {
				check(0)
			}
		})
	}
	for times := uint64(8); times < 40; times++ {
		if hash, err = shelf.Put(distribution(t, times, 0, 200)); err != nil {
			t.Fatal(err)
		}
		r.Stand(3, hash)
	}
	work.Wait()
	check(39)
	if code, body, _ := get(t, server, "/v1/sets/3/proofs/"+who(201).String()); code != 200 || !strings.Contains(string(body), `"leaves":[]`) {
		t.Errorf("a stranger: %d %s", code, body)
	}
}

func TestRewardsRefuse(t *testing.T) {
	server, r, shelf := serve(t)
	r.Stand(0, core.Hash{5})
	broken, err := shelf.Put(strings.NewReader("no distribution"))
	if err != nil {
		t.Fatal(err)
	}
	r.Stand(1, broken)
	cut, err := shelf.Put(distribution(t, 1, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(shelf.Path(cut), 50); err != nil {
		t.Fatal(err)
	}
	r.Stand(2, cut)
	someone := "/proofs/" + who(1).String()
	for path, want := range map[string]string{
		"/v1/rewards/0x12":                     "400 bad_request",
		"/v1/rewards/..%2f..%2fconfig":         "400 bad_request",
		"/v1/rewards/" + core.Hash{9}.String(): "404 not_found",
		"/v1/sets/x" + someone:                 "400 bad_request",
		"/v1/sets/-1" + someone:                "400 bad_request",
		"/v1/sets/0/proofs/0xzz":               "400 bad_request",
		"/v1/sets/0" + someone:                 "404 not_kept",
		"/v1/sets/1" + someone:                 "500 failed",
		"/v1/sets/2" + someone:                 "500 failed",
		"/v1/sets/9" + someone:                 "404 not_found",
	} {
		code, body, _ := get(t, server, path)
		var p client.Problem
		if err := json.Unmarshal(body, &p); err != nil {
			t.Errorf("%s: %s: %v", path, body, err)
		}
		if got := fmt.Sprintf("%d %s", code, p.Code); got != want || p.Detail == "" {
			t.Errorf("%s: %d %s, want %s", path, code, body, want)
		}
	}
}
