package chain_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// proxy stands before a real node and breaks what it says.
type proxy struct {
	*httptest.Server
	mu    sync.Mutex
	fault string
	asked map[string]int // by method
	hang  chan struct{}
}

func newProxy(t *testing.T, url string) *proxy {
	p := &proxy{asked: map[string]int{}, hang: make(chan struct{})}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { p.serve(w, r, url) }))
	t.Cleanup(func() {
		close(p.hang)
		p.Server.Close()
	})
	return p
}

func (p *proxy) set(fault string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

func (p *proxy) serve(w http.ResponseWriter, r *http.Request, url string) {
	body, _ := io.ReadAll(r.Body)
	var call struct {
		ID     json.RawMessage
		Method string
		Params []json.RawMessage
	}
	_ = json.Unmarshal(body, &call)
	p.mu.Lock()
	p.asked[call.Method]++
	fault := p.fault
	p.mu.Unlock()
	answer := func(result string) { fmt.Fprintf(w, `{"jsonrpc":"2.0","id":%s,"result":%s}`, call.ID, result) }
	switch fault {
	case "hang":
		<-p.hang
		return
	case "429":
		w.WriteHeader(http.StatusTooManyRequests)
		return
	case "500":
		w.WriteHeader(http.StatusInternalServerError)
		return
	case "garbage":
		io.WriteString(w, "<html>busy</html>")
		return
	case "close":
		w.Header().Set("Content-Length", "100000")
		io.WriteString(w, `{"jsonrpc":"2.0",`)
		return
	case "another chain":
		if call.Method == "eth_chainId" {
			answer(`"0x1"`)
			return
		}
	case "wrong call":
		if call.Method == "eth_call" {
			answer(`"0x0000000000000000000000000000000000000000000000000000000000000007"`)
			return
		}
	case "no logs":
		if call.Method == "eth_getLogs" {
			answer(`[]`)
			return
		}
	case "ahead", "behind":
		if call.Method == "eth_getBlockByNumber" && strings.Contains(string(body), `"latest"`) {
			number := map[string]string{"ahead": `"0xffffff"`, "behind": `"0x0"`}[fault]
			body = bytes.Replace(body, []byte(`"latest"`), []byte(`"`+map[string]string{"ahead": "latest", "behind": "0x0"}[fault]+`"`), 1)
			if fault == "ahead" {
				response, err := http.Post(url, "application/json", bytes.NewReader(body))
				if err != nil {
					return
				}
				defer response.Body.Close()
				var out map[string]any
				_ = json.NewDecoder(response.Body).Decode(&out)
				out["result"].(map[string]any)["number"] = strings.Trim(number, `"`)
				_ = json.NewEncoder(w).Encode(out)
				return
			}
		}
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer response.Body.Close()
	io.Copy(w, response.Body)
}

// fleetOf is a devnet behind n proxies.
func fleetOf(t *testing.T, n int) (*devnet.Network, []*proxy, []string) {
	t.Helper()
	net, err := devnet.StartNetwork(t.Context(), devnet.NetworkOptions{Options: devnet.Options{Listen: "127.0.0.1:0"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { net.Close() })
	var list []*proxy
	var urls []string
	for range n {
		p := newProxy(t, net.URL())
		list, urls = append(list, p), append(urls, p.URL)
	}
	return net, list, urls
}

// clock is the time of a test.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.now }
func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

type said struct{ failed, recovered, disagreed int }

func openPool(t *testing.T, urls []string, agree int) (*chain.Pool, *clock, *said) {
	t.Helper()
	endpoints, err := chain.DialAll(t.Context(), urls)
	if err != nil {
		t.Fatal(err)
	}
	c, s := &clock{now: time.Unix(1, 0)}, &said{}
	p, err := chain.OpenPool(t.Context(), chain.PoolOptions{Endpoints: endpoints, Agree: agree, Timeout: 300 * time.Millisecond, Now: c.Now,
		Events: chain.PoolEvents{Failed: func(string, error) { s.failed++ }, Recovered: func(string) { s.recovered++ },
			Disagreed: func(string, string, string) { s.disagreed++ }}})
	if err != nil {
		t.Fatal(err)
	}
	return p, c, s
}

// TestPoolFailsOver: whatever way an endpoint breaks, the next one answers; the broken one is left alone for a while,
// and asked again after.
func TestPoolFailsOver(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	for _, fault := range []string{"hang", "429", "500", "garbage", "close"} {
		t.Run(fault, func(t *testing.T) {
			p, c, s := openPool(t, urls, 1)
			proxies[0].set(fault)
			defer proxies[0].set("")
			for range 3 {
				count, err := chain.Read(t.Context(), p, net.Roster.At.Middleware, big.NewInt(int64(net.Block())),
					bindings.NewMiddleware().PackSetCount(), bindings.NewMiddleware().UnpackSetCount)
				if err != nil || count.Sign() != 0 {
					t.Fatalf("%v, %v", count, err)
				}
			}
			if s.failed != 1 || p.Health()[0].Failures != 1 {
				t.Errorf("said %d times, %+v: asked again before its cool-down was over", s.failed, p.Health())
			}
			proxies[0].set("")
			c.pass(time.Minute)
			if _, err := p.SuggestGasTipCap(t.Context()); err != nil || s.recovered != 1 {
				t.Errorf("not recovered: %+v (%v)", *s, err)
			}
		})
	}
}

// TestPoolAllDown: with every endpoint down the error is one to try again; when one is back, so is the pool, cool-down or
// not.
func TestPoolAllDown(t *testing.T) {
	_, proxies, urls := fleetOf(t, 2)
	p, _, _ := openPool(t, urls, 1)
	for _, x := range proxies {
		x.set("500")
	}
	if _, err := p.HeaderByNumber(t.Context(), nil); chain.KindOf(err) != chain.Retry {
		t.Errorf("%v is %v", err, chain.KindOf(err))
	}
	proxies[1].set("")
	if _, err := p.HeaderByNumber(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

// TestPoolChain: an endpoint of another chain is never used, and said by name without what may be secret in it.
func TestPoolChain(t *testing.T) {
	_, proxies, urls := fleetOf(t, 2)
	proxies[0].set("another chain")
	endpoints, err := chain.DialAll(t.Context(), []string{urls[0] + "/token", urls[1]})
	if err != nil {
		t.Fatal(err)
	}
	p, err := chain.OpenPool(t.Context(), chain.PoolOptions{Endpoints: endpoints, ChainID: devnet.ChainID})
	if err != nil {
		t.Fatal(err)
	}
	before := proxies[0].asked["eth_getBlockByNumber"]
	if _, err := p.HeaderByNumber(t.Context(), nil); err != nil || proxies[0].asked["eth_getBlockByNumber"] != before || !p.Health()[0].Foreign {
		t.Errorf("the endpoint of another chain was asked (%v)", err)
	}
	_, err = chain.OpenPool(t.Context(), chain.PoolOptions{Endpoints: endpoints[:1], ChainID: devnet.ChainID})
	if chain.KindOf(err) == chain.Retry || err == nil || strings.Contains(err.Error(), "token") || !strings.Contains(err.Error(), "chain 1337") {
		t.Errorf("%v", err)
	}
}

// TestPoolHeads: an endpoint that lags or runs ahead does not lead where there are others to compare it with.
func TestPoolHeads(t *testing.T) {
	net, proxies, urls := fleetOf(t, 3)
	for _, fault := range []string{"", "ahead", "behind"} {
		proxies[0].set(fault)
		p, _, _ := openPool(t, urls, 1)
		h, err := p.HeaderByNumber(t.Context(), nil)
		if err != nil || h.Number.Uint64() != net.Block() {
			t.Errorf("%q: head %v, want %d (%v)", fault, h, net.Block(), err)
		}
	}
}

// TestPoolAgreement: with two that must agree, what one makes up or leaves out is not believed, whichever it is.
func TestPoolAgreement(t *testing.T) {
	net, proxies, urls := fleetOf(t, 3)
	block := big.NewInt(int64(net.Block()))
	read := func(p *chain.Pool) (*big.Int, error) {
		return chain.Read(t.Context(), p, net.Roster.At.Middleware, block, bindings.NewMiddleware().PackSetCount(), bindings.NewMiddleware().UnpackSetCount)
	}
	query := ethereum.FilterQuery{FromBlock: common.Big0, ToBlock: block, Addresses: []common.Address{net.Roster.At.Middleware}}
	for i := range proxies {
		p, _, s := openPool(t, urls, 2)
		proxies[i].set("wrong call")
		if n, err := read(p); err != nil || n.Sign() != 0 {
			t.Errorf("endpoint %d lies: %v (%v)", i, n, err)
		}
		proxies[i].set("no logs")
		if logs, err := p.FilterLogs(t.Context(), query); err != nil || len(logs) == 0 {
			t.Errorf("endpoint %d leaves out: %d logs (%v)", i, len(logs), err)
		}
		if i < 2 && s.disagreed == 0 {
			t.Errorf("endpoint %d: nothing said", i)
		}
		proxies[i].set("")
	}
	p, _, _ := openPool(t, urls[:2], 2)
	proxies[0].set("wrong call")
	if n, err := read(p); chain.KindOf(err) != chain.Retry || err == nil {
		t.Errorf("two that disagree: %v (%v)", n, err)
	}
	if _, err := chain.OpenPool(context.Background(), chain.PoolOptions{Endpoints: []chain.Endpoint{{}}, Agree: 2}); chain.KindOf(err) != chain.User {
		t.Error(err)
	}
}

// TestPoolAnswers: a revert is an answer, not a fault: it is not asked of another.
func TestPoolAnswers(t *testing.T) {
	net, _, urls := fleetOf(t, 2)
	p, _, s := openPool(t, urls, 1)
	_, err := chain.Read(t.Context(), p, net.Roster.At.Middleware, big.NewInt(int64(net.Block())),
		bindings.NewMiddleware().PackVaultDetails(common.Address{1}), bindings.NewMiddleware().UnpackVaultDetails)
	if chain.RevertName(err) != "VaultNotEnrolled" || s.failed != 0 {
		t.Errorf("%v, %d failures", err, s.failed)
	}
	if _, err := p.TransactionReceipt(t.Context(), common.Hash{1}); !errors.Is(err, ethereum.NotFound) {
		t.Error(err)
	}
}

// TestFinality: what a policy is, and what is none.
func TestFinality(t *testing.T) {
	for _, text := range []string{"finalized", "safe", "depth:0", "depth:12"} {
		if f, err := chain.ParseFinality(text); err != nil || f.String() != text {
			t.Errorf("%s: %v (%v)", text, f, err)
		}
	}
	for _, text := range []string{"", "latest", "depth:", "depth:-1", "depth:x"} {
		if _, err := chain.ParseFinality(text); chain.KindOf(err) != chain.User || err == nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestPoolKeepsTokens: what a URL holds beside its host is in no error.
func TestPoolKeepsTokens(t *testing.T) {
	_, proxies, urls := fleetOf(t, 1)
	endpoints, err := chain.DialAll(t.Context(), []string{urls[0] + "/geheim?key=geheim"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := chain.OpenPool(t.Context(), chain.PoolOptions{Endpoints: endpoints, Timeout: 200 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range []string{"close", "hang", "500"} {
		proxies[0].set(fault)
		if _, err := p.HeaderByNumber(t.Context(), nil); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", fault, err)
		}
	}
}
