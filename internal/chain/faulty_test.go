package chain_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// rpcCall is what a proxy is asked.
type rpcCall struct {
	ID     json.RawMessage
	Method string
	Params []json.RawMessage
}

// proxy stands before a real node and breaks what it says.
type proxy struct {
	*httptest.Server
	node string
	hang chan struct{}

	mu    sync.Mutex
	fault string
	// lie puts another result in the place of the node's, nil for the node's own.
	lie   func(c rpcCall, result json.RawMessage) any
	asked map[string]int // by method
}

func newProxy(t *testing.T, url string) *proxy {
	p := &proxy{asked: map[string]int{}, hang: make(chan struct{}), node: url}
	p.Server = httptest.NewServer(p)
	t.Cleanup(func() {
		close(p.hang)
		p.Server.Close()
	})
	return p
}

// set makes an endpoint break in one of the ways of ServeHTTP, or mends it.
func (p *proxy) set(fault string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = fault
}

// lies makes an endpoint answer what is not so; nil: it answers what is.
func (p *proxy) lies(lie func(c rpcCall, result json.RawMessage) any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lie = lie
}

// instead answers a method with this.
func instead(method string, result any) func(rpcCall, json.RawMessage) any {
	return func(c rpcCall, _ json.RawMessage) any {
		if c.Method != method {
			return nil
		}
		return result
	}
}

// refuse is an answer that is an error.
type refuse struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// count is how often an endpoint was asked a method, empty for all.
func (p *proxy) count(method string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if method != "" {
		return p.asked[method]
	}
	all := 0
	for _, n := range p.asked {
		all += n
	}
	return all
}

// broken answers as the fault says; false where it is none of the transport's.
func (p *proxy) broken(w http.ResponseWriter, r *http.Request, fault string) bool {
	switch fault {
	case "hang":
		<-p.hang
	case "429":
		w.WriteHeader(http.StatusTooManyRequests)
	case "429 for 40 s":
		w.Header().Set("Retry-After", "40")
		w.WriteHeader(http.StatusTooManyRequests)
	case "500":
		w.WriteHeader(http.StatusInternalServerError)
	case "503":
		w.WriteHeader(http.StatusServiceUnavailable)
	case "garbage":
		io.WriteString(w, "<html>busy</html>")
	case "close":
		w.Header().Set("Content-Length", "100000")
		io.WriteString(w, `{"jsonrpc":"2.0",`)
	case "drop":
		connection, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			connection.Close()
		}
	case "tell": // what it was called with, as providers do who do not know a key
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, "no such key: %s", r.URL)
	default:
		return false
	}
	return true
}

// ServeHTTP implements http.Handler.
func (p *proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var call rpcCall
	_ = json.Unmarshal(body, &call)
	p.mu.Lock()
	p.asked[call.Method]++
	fault, lie := p.fault, p.lie
	p.mu.Unlock()
	if p.broken(w, r, fault) {
		return
	}
	answer, err := http.Post(p.node, "application/json", bytes.NewReader(body))
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer answer.Body.Close()
	if fault == "take and hang" && call.Method == "eth_sendRawTransaction" {
		<-p.hang
		return
	}
	if lie == nil {
		io.Copy(w, answer.Body)
		return
	}
	var out struct {
		Version string          `json:"jsonrpc"`
		ID      json.RawMessage `json:"id"`
		Result  any             `json:"result,omitempty"`
		Error   any             `json:"error,omitempty"`
	}
	var truth struct{ Result, Error json.RawMessage }
	_ = json.NewDecoder(answer.Body).Decode(&truth)
	out.Version, out.ID = "2.0", call.ID
	switch lied := lie(call, truth.Result).(type) {
	case nil:
		if out.Result = truth.Result; truth.Error != nil {
			out.Result, out.Error = nil, truth.Error
		}
	case refuse:
		out.Error = lied
	default:
		out.Result = lied
	}
	_ = json.NewEncoder(w).Encode(out)
}

// headAt lies about the newest block: it is this one. One that is not there gets a number of its own.
func (p *proxy) headAt(number uint64) func(rpcCall, json.RawMessage) any {
	return func(c rpcCall, result json.RawMessage) any {
		if c.Method != "eth_getBlockByNumber" || string(c.Params[0]) != `"latest"` {
			return nil
		}
		body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":"eth_getBlockByNumber","params":["%s",false]}`, hexutil.EncodeUint64(number))
		answer, err := http.Post(p.node, "application/json", bytes.NewReader([]byte(body)))
		if err != nil {
			return nil
		}
		defer answer.Body.Close()
		var old struct{ Result map[string]any }
		if json.NewDecoder(answer.Body).Decode(&old) == nil && old.Result != nil {
			return old.Result
		}
		var header map[string]any
		_ = json.Unmarshal(result, &header)
		header["number"] = hexutil.EncodeUint64(number)
		return header
	}
}

// fleetOf is a devnet behind n proxies.
func fleetOf(t *testing.T, n int) (*devnet.Network, []*proxy, []string) {
	t.Helper()
	return fleetWith(t, n, devnet.Options{})
}

func fleetWith(t *testing.T, n int, o devnet.Options) (*devnet.Network, []*proxy, []string) {
	t.Helper()
	o.Listen = "127.0.0.1:0"
	net, err := devnet.StartNetwork(t.Context(), devnet.NetworkOptions{Options: o})
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

// said is what a pool said.
type said struct {
	failed, recovered, disagreed int
	last                         error
}

// openPool opens a pool with a clock that stands still; change, if given, changes its options.
func openPool(t *testing.T, urls []string, agree int, change ...func(*chain.PoolOptions)) (*chain.Pool, *clock, *said) {
	t.Helper()
	endpoints, err := chain.DialAll(t.Context(), urls)
	if err != nil {
		t.Fatal(err)
	}
	c, s := &clock{now: time.Unix(1, 0)}, &said{}
	o := chain.PoolOptions{Endpoints: endpoints, Agree: agree, Now: c.Now, Events: chain.PoolEvents{
		Failed:    func(_ string, err error) { s.failed++; s.last = err },
		Recovered: func(string) { s.recovered++ },
		Disagreed: func(string, string, string) { s.disagreed++ },
	}}
	for _, f := range change {
		f(&o)
	}
	p, err := chain.OpenPool(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	return p, c, s
}

// impatient bounds a request, for tests of endpoints that hang.
func impatient(o *chain.PoolOptions) { o.Timeout = 2 * time.Second }
