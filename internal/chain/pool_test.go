package chain_test

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// setCount reads something of a contract at the newest block that the chain has.
func setCount(t *testing.T, net *devnet.Network, c chain.Client) (*big.Int, error) {
	t.Helper()
	m := bindings.NewMiddleware()
	return chain.Read(t.Context(), c, net.Roster.At.Middleware, chain.Number(net.Block()), m.PackSetCount(), m.UnpackSetCount)
}

// TestPoolFailsOver: whatever way an endpoint breaks, the next one answers; the broken one is left alone for a while,
// and asked again after.
func TestPoolFailsOver(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	for _, fault := range []string{"hang", "429", "500", "503", "garbage", "close", "drop"} {
		t.Run(fault, func(t *testing.T) {
			p, c, s := openPool(t, urls, 1, impatient)
			proxies[0].set(fault)
			defer proxies[0].set("")
			for range 3 {
				if count, err := setCount(t, net, p); err != nil || count.Sign() != 0 {
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
	net, proxies, urls := fleetOf(t, 2)
	p, _, s := openPool(t, urls, 1)
	for _, x := range proxies {
		x.set("500")
	}
	for range 3 {
		if _, err := p.HeaderByNumber(t.Context(), nil); chain.KindOf(err) != chain.Retry {
			t.Errorf("%v is %v", err, chain.KindOf(err))
		}
		if _, err := setCount(t, net, p); chain.KindOf(err) != chain.Retry {
			t.Errorf("%v is %v", err, chain.KindOf(err))
		}
	}
	proxies[1].set("")
	if _, err := p.HeaderByNumber(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if s.failed != 2 || s.recovered != 1 {
		t.Errorf("said %+v", *s)
	}
}

// TestPoolWaitsAsAsked: an endpoint that says how long to leave it alone is left alone so long, also when it is the only
// one.
func TestPoolWaitsAsAsked(t *testing.T) {
	net, proxies, urls := fleetOf(t, 1)
	p, c, _ := openPool(t, urls, 1)
	proxies[0].set("429 for 40 s")
	if _, err := setCount(t, net, p); chain.KindOf(err) != chain.Retry {
		t.Errorf("%v", err)
	}
	proxies[0].set("")
	asked := proxies[0].count("")
	c.pass(39 * time.Second)
	if _, err := setCount(t, net, p); chain.KindOf(err) != chain.Retry || proxies[0].count("") != asked {
		t.Errorf("asked before its time (%v)", err)
	}
	c.pass(time.Second)
	if _, err := setCount(t, net, p); err != nil {
		t.Error(err)
	}
}

// TestPoolCoolDown: each failure in a row doubles the time in which an endpoint is left alone, up to a minute; when it is
// over, a small question is asked first. One that comes back now and then gets no new start, and comes after the others.
func TestPoolCoolDown(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	p, c, _ := openPool(t, urls, 1)
	proxies[0].set("500")
	setCount(t, net, p)
	calls := proxies[0].count("eth_call")
	c.pass(time.Second)
	for _, left := range []time.Duration{2, 4, 8, 16, 32, 60, 60} {
		setCount(t, net, p)
		asked := proxies[0].count("")
		c.pass(left*time.Second - 1)
		if setCount(t, net, p); proxies[0].count("") != asked {
			t.Fatalf("asked again within %d s", left)
		}
		c.pass(1)
	}
	if _, err := setCount(t, net, p); err != nil || proxies[0].count("eth_call") != calls {
		t.Errorf("tried with the question itself (%v)", err)
	}
	proxies[0].set("")
	c.pass(time.Minute)
	proxies[1].set("500")
	if _, err := setCount(t, net, p); err != nil || p.Health()[0].Failures != 0 {
		t.Errorf("not recovered: %+v (%v)", p.Health(), err)
	}
	proxies[1].set("")
	c.pass(2 * time.Second)
	calls = proxies[0].count("eth_call")
	if _, err := setCount(t, net, p); err != nil || proxies[0].count("eth_call") != calls {
		t.Errorf("one that failed so often is asked first (%v)", err)
	}
	proxies[0].set("500")
	proxies[1].set("500")
	setCount(t, net, p)
	proxies[0].set("")
	proxies[1].set("")
	asked := proxies[0].count("")
	c.pass(5 * time.Second)
	if _, err := p.BlockNumber(t.Context()); err != nil || proxies[0].count("") != asked {
		t.Errorf("its cool-down began anew (%v)", err)
	}
	c.pass(time.Hour)
	calls = proxies[0].count("eth_call")
	if setCount(t, net, p); proxies[0].count("eth_call") != calls+1 {
		t.Errorf("an hour later it is not forgiven: %+v", p.Health())
	}
}

// slow is a client that takes its time, on the test's clock.
type slow struct {
	chain.Client
	clock *clock
	takes time.Duration
	fail  error
	asked int
}

func (s *slow) SuggestGasTipCap(context.Context) (*big.Int, error) {
	s.asked++
	s.clock.pass(s.takes)
	return common.Big1, s.fail
}

// TestPoolLatency: an endpoint that is far slower than another is asked after it, as soon as that shows.
func TestPoolLatency(t *testing.T) {
	net, _, _ := fleetOf(t, 0)
	c := &clock{now: time.Unix(1, 0)}
	a, b := &slow{net.Client(), c, 3 * time.Second, nil, 0}, &slow{net.Client(), c, 50 * time.Millisecond, nil, 0}
	p, err := chain.OpenPool(t.Context(), chain.PoolOptions{Now: c.Now, Endpoints: []chain.Endpoint{{Name: "a", Client: a}, {Name: "b", Client: b}}})
	if err != nil {
		t.Fatal(err)
	}
	ask := func(wantA, wantB int) {
		t.Helper()
		if _, err := p.SuggestGasTipCap(t.Context()); err != nil || a.asked != wantA || b.asked != wantB {
			t.Errorf("asked a %d and b %d times, want %d and %d (%v)", a.asked, b.asked, wantA, wantB, err)
		}
	}
	ask(1, 0)
	ask(2, 0)
	a.fail = errors.New("connection reset")
	ask(3, 1)
	a.fail = nil
	c.pass(time.Minute)
	ask(3, 2)
	b.takes = a.takes
	for i := range 30 { // until b is as slow
		if p.SuggestGasTipCap(t.Context()); a.asked > 3 {
			break
		} else if i == 29 {
			t.Errorf("b is not found to be slow: %+v", p.Health())
		}
	}
}

// TestPoolChain: an endpoint of another chain is never used, and said by name without what may be secret in it.
func TestPoolChain(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	proxies[0].lies(instead("eth_chainId", "0x1"))
	endpoints, err := chain.DialAll(t.Context(), []string{urls[0] + "/token", urls[1]})
	if err != nil {
		t.Fatal(err)
	}
	p, err := chain.OpenPool(t.Context(), chain.PoolOptions{Endpoints: endpoints, ChainID: devnet.ChainID})
	if err != nil {
		t.Fatal(err)
	}
	proxies[0].lies(nil)
	proxies[1].set("500")
	before := proxies[0].count("")
	if _, err := setCount(t, net, p); err == nil || proxies[0].count("") != before || !p.Health()[0].Foreign {
		t.Errorf("the endpoint of another chain was asked (%v)", err)
	}
	proxies[1].set("")
	proxies[0].lies(instead("eth_chainId", "0x1"))
	for _, o := range []chain.PoolOptions{
		{Endpoints: endpoints[:1], ChainID: devnet.ChainID},
		{Endpoints: endpoints, ChainID: devnet.ChainID, Agree: 2},
		{Endpoints: endpoints}, // which of the two is meant?
		{Endpoints: endpoints, ChainID: 5},
	} {
		_, err = chain.OpenPool(t.Context(), o)
		if chain.KindOf(err) != chain.User || err == nil || strings.Contains(err.Error(), "token") ||
			!strings.Contains(err.Error(), proxies[0].Listener.Addr().String()+"/… ") || !strings.Contains(err.Error(), "1337") && o.ChainID != 5 {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// TestPoolOpens: an endpoint that is down at the start is used once it is up, as long as another one works.
func TestPoolOpens(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	proxies[0].set("500")
	p, c, s := openPool(t, urls, 1)
	if _, err := setCount(t, net, p); err != nil || s.failed != 1 {
		t.Errorf("%+v (%v)", *s, err)
	}
	proxies[0].set("")
	proxies[1].set("500")
	c.pass(time.Minute)
	if _, err := setCount(t, net, p); err != nil || proxies[0].count("eth_call") != 1 {
		t.Error(err)
	}
	// The same with one that holds a connection. Nothing listens there now.
	proxies[1].set("")
	p, _, _ = openPool(t, []string{"ws://127.0.0.1:1", urls[1], strings.Replace(net.URL(), "http:", "ws:", 1)}, 1)
	proxies[1].set("500")
	if _, err := setCount(t, net, p); err != nil || p.Health()[0].Failures == 0 || p.Health()[2].Failures != 0 {
		t.Errorf("%+v (%v)", p.Health(), err)
	}
	proxies[0].set("500")
	down, err := chain.DialAll(t.Context(), urls)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []chain.PoolOptions{{}, {Endpoints: down}, {Endpoints: []chain.Endpoint{{}}, Agree: 2}, {Endpoints: []chain.Endpoint{{Name: "x"}}}} {
		want := map[bool]chain.Kind{true: chain.Retry, false: chain.User}[o.Agree == 0 && len(o.Endpoints) > 0]
		if _, err := chain.OpenPool(t.Context(), o); err == nil || chain.KindOf(err) != want {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, bad := range []string{"", "node", "ftp://x", "http://", "://geheim"} {
		if _, err := chain.DialAll(t.Context(), []string{bad}); chain.KindOf(err) != chain.User || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestPoolChainChanges: an endpoint behind which another chain appears later is found within a minute, and used again when
// that is over.
func TestPoolChainChanges(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	p, c, s := openPool(t, urls, 1)
	proxies[0].lies(func(r rpcCall, _ json.RawMessage) any {
		if r.Method == "eth_chainId" {
			return "0x1"
		}
		return common.Hash{31: 7}.Hex()
	})
	c.pass(time.Minute)
	for range 2 {
		if n, err := setCount(t, net, p); err != nil || n.Sign() != 0 {
			t.Errorf("%v (%v)", n, err)
		}
	}
	if s.failed != 1 || p.Health()[0].Foreign || !strings.Contains(s.last.Error(), "is on chain 1, want chain 1337") {
		t.Errorf("%+v, %+v", *s, p.Health())
	}
	proxies[0].lies(nil)
	c.pass(time.Minute)
	if _, err := setCount(t, net, p); err != nil || s.recovered != 1 {
		t.Errorf("%+v (%v)", *s, err)
	}
}

// TestPoolAgreement: with two that must agree, what one makes up or leaves out is not believed, whichever it is.
func TestPoolAgreement(t *testing.T) {
	net, proxies, urls := fleetOf(t, 3)
	seven := instead("eth_call", common.Hash{31: 7}.Hex())
	query := ethereum.FilterQuery{FromBlock: common.Big0, ToBlock: chain.Number(net.Block()), Addresses: []common.Address{net.Roster.At.Middleware}}
	for i := range proxies {
		p, _, s := openPool(t, urls, 2)
		proxies[i].lies(seven)
		if n, err := setCount(t, net, p); err != nil || n.Sign() != 0 {
			t.Errorf("endpoint %d lies: %v (%v)", i, n, err)
		}
		if i < 2 && (s.disagreed == 0 || p.Health()[i].Failures != 1) {
			t.Errorf("endpoint %d: nothing said, %+v", i, p.Health())
		}
		p, _, _ = openPool(t, urls, 2)
		proxies[i].lies(instead("eth_getLogs", []string{}))
		if logs, err := p.FilterLogs(t.Context(), query); err != nil || len(logs) == 0 {
			t.Errorf("endpoint %d leaves out: %d logs (%v)", i, len(logs), err)
		}
		proxies[i].lies(func(r rpcCall, result json.RawMessage) any {
			if r.Method != "eth_getBlockByNumber" {
				return nil
			}
			var h map[string]any
			_ = json.Unmarshal(result, &h)
			h["timestamp"] = "0x1"
			return h
		})
		p, _, _ = openPool(t, urls, 2)
		if h, err := p.HeaderByNumber(t.Context(), common.Big1); err != nil || h.Time == 1 {
			t.Errorf("endpoint %d changes a header: %v (%v)", i, h, err)
		}
		proxies[i].lies(instead("eth_getTransactionCount", "0x99"))
		p, _, _ = openPool(t, urls, 2)
		if n, err := p.NonceAt(t.Context(), net.Owner.Sender.From(), common.Big0); err != nil || n != 0 {
			t.Errorf("endpoint %d makes up a nonce: %d (%v)", i, n, err)
		}
		proxies[i].lies(nil)
	}
	p, _, _ := openPool(t, urls[:2], 2)
	proxies[0].lies(seven)
	if n, err := setCount(t, net, p); chain.KindOf(err) != chain.Retry || err == nil {
		t.Errorf("two that disagree: %v (%v)", n, err)
	}
	proxies[0].lies(nil)
	proxies[0].set("500")
	if n, err := setCount(t, net, p); chain.KindOf(err) != chain.Retry || err == nil {
		t.Errorf("one alone: %v (%v)", n, err)
	}
}

// TestPoolAnswers: a revert is an answer, not a fault: it is not asked of another. What one does not have or does not do
// is asked of the next, and is no fault either.
func TestPoolAnswers(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	p, _, s := openPool(t, urls, 1)
	m := bindings.NewMiddleware()
	for _, agree := range []int{1, 2} {
		p, _, _ := openPool(t, urls, agree)
		_, err := chain.Read(t.Context(), p, net.Roster.At.Middleware, chain.Number(net.Block()), m.PackVaultDetails(common.Address{1}), m.UnpackVaultDetails)
		if chain.RevertName(err) != "VaultNotEnrolled" || proxies[1].count("eth_call") != agree-1 {
			t.Errorf("%v, asked %d", err, proxies[1].count("eth_call"))
		}
	}
	if _, err := p.TransactionReceipt(t.Context(), common.Hash{1}); !errors.Is(err, ethereum.NotFound) {
		t.Error(err)
	}
	if r, err := chain.Receipt(t.Context(), p, common.Hash{1}); r != nil || err != nil {
		t.Error(r, err)
	}
	if _, err := p.HeaderByHash(t.Context(), common.Hash{1}); !errors.Is(err, ethereum.NotFound) {
		t.Error(err)
	}
	if _, err := p.HeaderByNumber(t.Context(), chain.Number(1_000_000)); chain.KindOf(err) != chain.Retry {
		t.Error(err)
	}
	for _, says := range []string{"header not found", "missing trie node", "the method eth_call does not exist", "transaction indexing is in progress"} {
		proxies[0].lies(instead("eth_call", refuse{-32000, says}))
		if n, err := setCount(t, net, p); err != nil || n.Sign() != 0 {
			t.Errorf("%s: %v", says, err)
		}
	}
	if s.failed != 0 {
		t.Errorf("%d failures: %v", s.failed, s.last)
	}
	proxies[1].lies(instead("eth_call", refuse{-32601, "the method eth_call does not exist"}))
	proxies[0].lies(instead("eth_call", refuse{-32601, "the method eth_call does not exist"}))
	if _, err := setCount(t, net, p); chain.KindOf(err) != chain.Fatal {
		t.Errorf("no endpoint ever will: %v is %v", err, chain.KindOf(err))
	}
	proxies[1].set("drop")
	if _, err := setCount(t, net, p); chain.KindOf(err) != chain.Retry {
		t.Errorf("the other is down: %v is %v", err, chain.KindOf(err))
	}
	proxies[1].set("")
	p, _, s = openPool(t, urls, 1)
	proxies[0].lies(instead("eth_getTransactionReceipt", refuse{-32000, "transaction indexing is in progress"}))
	if _, err := chain.Receipt(t.Context(), p, common.Hash{1}); !errors.Is(err, chain.ErrIndexing) {
		t.Errorf("one does not know yet, and the other does not find it: %v", err)
	}
	proxies[0].lies(instead("eth_call", refuse{-32005, "daily request count exceeded, request rate limited: too many requests"}))
	proxies[1].lies(nil)
	if _, err := setCount(t, net, p); err != nil || s.failed != 1 {
		t.Errorf("one that says it is too much: %+v (%v)", *s, err)
	}
}

// TestPoolLogRanges: ranges that a provider refuses are halved, which is no fault of its.
func TestPoolLogRanges(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	for range 20 {
		if _, err := net.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	at := []common.Address{net.Roster.At.Middleware}
	want, err := chain.Logs(t.Context(), net.Client(), 0, net.Block(), at, nil)
	if err != nil || len(want) == 0 {
		t.Fatal(err)
	}
	for _, agree := range []int{1, 2} {
		for i, p := range proxies {
			p.lies(func(r rpcCall, _ json.RawMessage) any {
				var q []struct{ FromBlock, ToBlock string }
				if r.Method != "eth_getLogs" {
					return nil
				}
				_ = json.Unmarshal([]byte("["+string(r.Params[0])+"]"), &q)
				from, _ := new(big.Int).SetString(q[0].FromBlock[2:], 16)
				to, _ := new(big.Int).SetString(q[0].ToBlock[2:], 16)
				if new(big.Int).Sub(to, from).Int64() >= int64(3+i) {
					return refuse{-32005, "query returned more than 10000 results"}
				}
				return nil
			})
		}
		p, _, s := openPool(t, urls, agree)
		logs, err := chain.Logs(t.Context(), p, 0, net.Block(), at, nil)
		if err != nil || len(logs) != len(want) || s.failed != 0 {
			t.Errorf("agree %d: %d logs of %d, %d failures (%v)", agree, len(logs), len(want), s.failed, err)
		}
	}
}

// TestPoolSends: a transaction goes to the next endpoint when one does not answer, and is sent when that one has it
// already; what every endpoint would refuse comes back at once.
func TestPoolSends(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	sends := "eth_sendRawTransaction"
	transaction := func(nonce uint64, tip int64) *types.Transaction {
		signed, err := types.SignNewTx(net.Account(30).Key, types.NewCancunSigner(big.NewInt(devnet.ChainID)), &types.DynamicFeeTx{ChainID: big.NewInt(devnet.ChainID),
			Nonce: nonce, GasTipCap: big.NewInt(tip), GasFeeCap: big.NewInt(100e9), Gas: 21000, To: &common.Address{1}})
		if err != nil {
			t.Fatal(err)
		}
		return signed
	}
	p, _, _ := openPool(t, urls, 1, impatient)
	proxies[0].set("take and hang")
	if err := p.SendTransaction(t.Context(), transaction(0, 1e9)); err != nil || proxies[1].count(sends) != 1 {
		t.Errorf("taken, and the answer lost: %v", err)
	}
	proxies[0].set("")
	p, _, s := openPool(t, urls, 1)
	if err := p.SendTransaction(t.Context(), transaction(0, 1e9)); err != nil {
		t.Errorf("known already: %v", err)
	}
	if err := p.SendTransaction(t.Context(), transaction(0, 1e9+1)); !chain.Superseded(err) || s.failed != 0 {
		t.Errorf("another of its nonce: %v", err)
	}
	if _, err := net.Commit(); err != nil {
		t.Fatal(err)
	}
	asked := proxies[1].count(sends)
	if err := p.SendTransaction(t.Context(), transaction(0, 2e9)); !chain.Superseded(err) || proxies[1].count(sends) != asked || s.failed != 0 {
		t.Errorf("a nonce that is used: %v", err)
	}
	proxies[0].lies(instead(sends, refuse{-32000, "txpool is full"}))
	if err := p.SendTransaction(t.Context(), transaction(1, 1e9)); err != nil || s.failed != 0 {
		t.Errorf("no room at one: %v", err)
	}
	proxies[1].lies(instead(sends, refuse{-32000, "txpool is full"}))
	if err := p.SendTransaction(t.Context(), transaction(2, 1e9)); chain.KindOf(err) != chain.Retry {
		t.Errorf("no room at any: %v", err)
	}
	for _, x := range proxies {
		x.lies(nil)
	}
	p, _, _ = openPool(t, urls, 1, func(o *chain.PoolOptions) { o.Broadcast = true })
	first, second := proxies[0].count(sends), proxies[1].count(sends)
	if err := p.SendTransaction(t.Context(), transaction(2, 1e9)); err != nil || proxies[0].count(sends) != first+1 || proxies[1].count(sends) != second+1 {
		t.Errorf("not sent to both: %v", err)
	}
	proxies[0].set("500")
	if err := p.SendTransaction(t.Context(), transaction(3, 1e9)); err != nil {
		t.Errorf("one of two is down: %v", err)
	}
}

// TestPoolKeepsTokens: what a URL holds beside its host is in no error, whoever repeats it.
func TestPoolKeepsTokens(t *testing.T) {
	_, proxies, urls := fleetOf(t, 1)
	for _, fault := range []string{"close", "hang", "500", "drop", "tell"} {
		p, _, s := openPool(t, []string{strings.Replace(urls[0], "http://", "http://user:geheim1@", 1) + "/v3/geheim2?key=geheim3"}, 1, impatient)
		proxies[0].set(fault)
		_, err := p.HeaderByNumber(t.Context(), nil)
		for _, e := range []error{err, s.last} {
			if e == nil || strings.Contains(e.Error(), "geheim") || chain.KindOf(chain.Classify(e)) == chain.User {
				t.Errorf("%s: %v", fault, e)
			}
		}
		proxies[0].set("")
	}
}

// TestPoolTogether: many ask at once while endpoints break and mend; each gets an answer.
func TestPoolTogether(t *testing.T) {
	net, proxies, urls := fleetOf(t, 3)
	var p *chain.Pool
	p, c, _ := openPool(t, urls, 1, func(o *chain.PoolOptions) {
		o.Events.Failed = func(string, error) { p.Health() } // may ask back
	})
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for j := range 20 {
				if i == 0 {
					proxies[j%3].set([]string{"500", "drop"}[j%2])
					proxies[(j+1)%3].set("")
					proxies[(j+2)%3].set("")
					c.pass(time.Second)
				}
				if n, err := setCount(t, net, p); chain.KindOf(err) != chain.Retry && err != nil || err == nil && n.Sign() != 0 {
					t.Errorf("%v (%v)", n, err)
				}
				if _, err := p.HeaderByNumber(t.Context(), nil); err != nil && chain.KindOf(err) != chain.Retry {
					t.Error(err)
				}
				query := ethereum.FilterQuery{FromBlock: common.Big0, ToBlock: chain.Number(3), Addresses: []common.Address{net.Roster.At.Middleware}}
				if _, err := p.FilterLogs(t.Context(), query); err != nil && chain.KindOf(err) != chain.Retry {
					t.Error(err)
				}
				p.Health()
			}
		})
	}
	all.Wait()
}
