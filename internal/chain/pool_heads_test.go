package chain_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// grow makes blocks.
func grow(t *testing.T, net *devnet.Network, n int) {
	t.Helper()
	for range n {
		if _, err := net.Commit(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPoolHeads: an endpoint that lags, goes backwards or runs ahead does not lead where there are others to compare it
// with, is asked last, and is back when its head is.
func TestPoolHeads(t *testing.T) {
	net, proxies, urls := fleetOf(t, 3)
	grow(t, net, 40)
	for name, head := range map[string]uint64{"behind": 0, "a little behind": net.Block() - 3, "ahead": 0xffffff, "a little ahead": net.Block() + 3} {
		t.Run(name, func(t *testing.T) {
			p, _, s := openPool(t, urls, 1)
			if _, err := p.BlockNumber(t.Context()); err != nil {
				t.Fatal(err)
			}
			proxies[0].lies(proxies[0].headAt(head))
			for range 2 {
				if n, err := p.BlockNumber(t.Context()); err != nil || n != net.Block() {
					t.Errorf("head %d, want %d (%v)", n, net.Block(), err)
				}
			}
			far := !strings.Contains(name, "little")
			calls := proxies[0].count("eth_call")
			if _, err := setCount(t, net, p); err != nil || (proxies[0].count("eth_call") == calls) != far || p.Health()[0].Stale != far {
				t.Errorf("asked %d times, %+v (%v)", proxies[0].count("eth_call")-calls, p.Health(), err)
			}
			proxies[0].lies(nil)
			if _, err := p.BlockNumber(t.Context()); err != nil || p.Health()[0].Stale {
				t.Errorf("not back: %+v (%v)", p.Health(), err)
			}
			if want := map[bool]int{true: 1, false: 0}[far]; s.failed != want || s.recovered != want {
				t.Errorf("said %+v", *s)
			}
		})
	}
}

// TestPoolHeadsOfTwo: of two the higher one leads, or the lower one if both must agree; with one of them far behind, two
// do not agree.
func TestPoolHeadsOfTwo(t *testing.T) {
	net, proxies, urls := fleetOf(t, 2)
	grow(t, net, 40)
	for _, test := range []struct {
		agree      int
		head, want uint64 // want 0: an error
	}{{1, net.Block() - 3, net.Block()}, {2, net.Block() - 3, net.Block() - 3}, {1, 1, net.Block()}, {2, 1, 0}} {
		for i := range proxies {
			p, _, _ := openPool(t, urls, test.agree)
			proxies[i].lies(proxies[i].headAt(test.head))
			n, err := p.BlockNumber(t.Context())
			if test.want == 0 && chain.KindOf(err) != chain.Retry || test.want != 0 && (err != nil || n != test.want) {
				t.Errorf("agree %d, endpoint %d has %d: %d, want %d (%v)", test.agree, i, test.head, n, test.want, err)
			}
			proxies[i].lies(nil)
		}
	}
	proxies[0].lies(func(r rpcCall, result json.RawMessage) any { // the header of another block than asked for
		var h map[string]any
		if r.Method != "eth_getBlockByNumber" && r.Method != "eth_getBlockByHash" || json.Unmarshal(result, &h) != nil {
			return nil
		}
		h["number"] = "0x100000000ffffffff"
		return h
	})
	var p *chain.Pool
	for _, ask := range []func() (*types.Header, error){
		func() (*types.Header, error) { return p.HeaderByNumber(t.Context(), nil) },
		func() (*types.Header, error) { return p.HeaderByNumber(t.Context(), chain.Number(net.Block())) },
		func() (*types.Header, error) { return p.HeaderByHash(t.Context(), net.Head().Hash()) },
	} {
		p, _, _ = openPool(t, urls, 1)
		if h, err := ask(); err != nil || h.Hash() != net.Head().Hash() {
			t.Errorf("%v (%v)", h, err)
		}
	}
}

// finalAt lies about what is final, and about blocks of these numbers.
func finalAt(change func(h map[string]any), numbers ...uint64) func(rpcCall, json.RawMessage) any {
	return func(c rpcCall, result json.RawMessage) any {
		asked := func(n uint64) bool { return string(c.Params[0]) == `"`+hexutil.EncodeUint64(n)+`"` }
		if c.Method != "eth_getBlockByNumber" || string(c.Params[0]) != `"finalized"` && !slices.ContainsFunc(numbers, asked) {
			return nil
		}
		var h map[string]any
		_ = json.Unmarshal(result, &h)
		change(h)
		return h
	}
}

// TestPoolFinal: with Agree 2 what is final is the highest block that two endpoints have, at that hash; one that makes up
// a block, or does not come along, does not decide it.
func TestPoolFinal(t *testing.T) {
	net, proxies, urls := fleetWith(t, 3, devnet.Options{FinalityDepth: 2})
	grow(t, net, 10)
	finalized, err := chain.ParseFinality("finalized")
	if err != nil {
		t.Fatal(err)
	}
	want := net.Block() - 2
	madeUp := finalAt(func(h map[string]any) { h["extraData"] = "0x1234" }, want)
	ahead := finalAt(func(h map[string]any) { h["number"] = "0xffff" })
	old, err := net.Client().HeaderByNumber(t.Context(), chain.Number(3))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(old)
	if err != nil {
		t.Fatal(err)
	}
	stuck := finalAt(func(h map[string]any) { clear(h); _ = json.Unmarshal(text, &h) })
	for i := range proxies {
		for name, lie := range map[string]func(rpcCall, json.RawMessage) any{"made up": madeUp, "ahead": ahead, "stuck": stuck} {
			proxies[i].lies(lie)
			p, _, _ := openPool(t, urls, 2)
			if b, err := (chain.Heads{Client: p, Finality: finalized}).Final(t.Context()); err != nil || b.Number != want {
				t.Errorf("endpoint %d %s: final is %d, want %d (%v)", i, name, b.Number, want, err)
			}
			proxies[i].lies(nil)
		}
	}
	for name, test := range map[string]struct {
		lie  func(rpcCall, json.RawMessage) any
		want uint64
	}{"made up": {madeUp, 0}, "ahead": {ahead, want}, "stuck": {stuck, 3}} {
		proxies[0].lies(test.lie)
		p, _, s := openPool(t, urls[:2], 2)
		b, err := chain.Heads{Client: p, Finality: finalized}.Final(t.Context())
		if b.Number != test.want || (err == nil) != (test.want > 0) || err != nil && chain.KindOf(err) != chain.Retry {
			t.Errorf("of two one %s: final is %d, want %d (%v)", name, b.Number, test.want, err)
		}
		if (s.disagreed > 0) != (name == "made up") {
			t.Errorf("%s: said %+v", name, *s)
		}
	}
	proxies[0].lies(nil)
	proxies[0].set("500")
	p, _, _ := openPool(t, urls[1:], 2)
	proxies[1].set("500")
	if _, err := (chain.Heads{Client: p, Finality: finalized}).Final(t.Context()); chain.KindOf(err) != chain.Retry {
		t.Errorf("one alone: %v", err)
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
