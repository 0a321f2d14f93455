package chain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// logLies are ways to answer a question for logs wrongly.
var logLies = map[string]func(logs []map[string]any) []map[string]any{
	"none":       func([]map[string]any) []map[string]any { return []map[string]any{} },
	"first gone": func(l []map[string]any) []map[string]any { return l[1:] },
	"last gone":  func(l []map[string]any) []map[string]any { return l[:len(l)-1] },
	"one twice":  func(l []map[string]any) []map[string]any { return append(l, l[0]) },
	"other data": func(l []map[string]any) []map[string]any { l[0]["data"] = "0x01"; return l },
	"other address": func(l []map[string]any) []map[string]any {
		l[len(l)-1]["address"] = common.Address{7}
		return l
	},
}

// logsLie makes a lie of one of them; others, if given, decides about other methods.
func logsLie(change func([]map[string]any) []map[string]any, others ...func(rpcCall, json.RawMessage) any) func(rpcCall, json.RawMessage) any {
	return func(c rpcCall, result json.RawMessage) any {
		for _, f := range others {
			if out := f(c, result); out != nil {
				return out
			}
		}
		var logs []map[string]any
		if c.Method != "eth_getLogs" || json.Unmarshal(result, &logs) != nil || len(logs) == 0 {
			return nil
		}
		return change(logs)
	}
}

var noReceipts = instead("eth_getBlockReceipts", refuse{-32601, "the method eth_getBlockReceipts does not exist"})

// withLogs is a devnet behind proxies, and a question for logs whose answer is known.
func withLogs(t *testing.T, n int) (*devnet.Network, []*proxy, []string, ethereum.FilterQuery, []types.Log) {
	t.Helper()
	net, proxies, urls := fleetOf(t, n)
	if _, err := net.CreateSet(t.Context(), devnet.DefaultParameters()); err != nil {
		t.Fatal(err)
	}
	grow(t, net, 2)
	q := ethereum.FilterQuery{FromBlock: common.Big0, ToBlock: chain.Number(net.Block()), Addresses: []common.Address{net.Roster.At.Middleware, net.Roster.At.Token}}
	want, err := net.Client().FilterLogs(t.Context(), q)
	if err != nil || len(want) < 3 {
		t.Fatalf("%d logs (%v)", len(want), err)
	}
	return net, proxies, urls, q, want
}

// TestPoolLogs: logs that an endpoint leaves out, repeats or changes are held against the receipts of the blocks: the next
// endpoint is asked, and where there is none, none are believed.
func TestPoolLogs(t *testing.T) {
	_, proxies, urls, q, want := withLogs(t, 3)
	proxies[2].lies(noReceipts)
	for name, change := range logLies {
		for support, receipts := range map[string][2]func(rpcCall, json.RawMessage) any{
			"receipts at both": {nil, nil}, "receipts at the other": {noReceipts, nil}, "no receipts": {noReceipts, noReceipts},
		} {
			lie := logsLie(change)
			if receipts[0] != nil {
				lie = logsLie(change, receipts[0])
			}
			proxies[0].lies(lie)
			proxies[1].lies(receipts[1])
			p, _, s := openPool(t, urls[:2], 1)
			logs, err := p.FilterLogs(t.Context(), q)
			if support == "no receipts" { // then nothing tells who of two is right
				if chain.KindOf(err) != chain.Retry || err == nil || s.disagreed == 0 || s.failed != 0 {
					t.Errorf("%s, %s: %d logs, %+v (%v)", name, support, len(logs), *s, err)
				}
				p, _, _ := openPool(t, urls, 1)
				if logs, err := p.FilterLogs(t.Context(), q); err != nil || len(logs) != len(want) {
					t.Errorf("%s, one of three: %d logs (%v)", name, len(logs), err)
				}
				continue
			}
			if err != nil || len(logs) != len(want) || s.failed != 1 || p.Health()[0].Failures != 1 {
				t.Errorf("%s, %s: %d logs of %d, %+v (%v)", name, support, len(logs), len(want), *s, err)
			}
		}
		proxies[0].lies(logsLie(change))
		p, _, _ := openPool(t, urls[:1], 1)
		if logs, err := p.FilterLogs(t.Context(), q); chain.KindOf(err) != chain.Retry || err == nil || !strings.Contains(err.Error(), "not the logs of the block") {
			t.Errorf("%s: %d logs (%v)", name, len(logs), err)
		}
	}
}

// TestPoolLogsPass: a right answer passes, is asked for once, and reads each block's receipts once, however often; also
// with topics. One endpoint alone without receipts passes unverified, and so does a long range.
func TestPoolLogsPass(t *testing.T) {
	_, proxies, urls, q, want := withLogs(t, 1)
	p, _, s := openPool(t, urls, 1)
	for range 2 {
		for _, topics := range [][][]common.Hash{nil, {{want[0].Topics[0]}}, {nil}, {{common.Hash{9}}}, {{want[0].Topics[0]}, nil, nil, nil}} {
			q.Topics = topics
			if _, err := p.FilterLogs(t.Context(), q); err != nil || s.failed != 0 {
				t.Errorf("%v: %v, %+v", topics, err, *s)
			}
		}
	}
	q.Topics = nil
	blocks := map[uint64]bool{}
	for _, l := range want {
		blocks[l.BlockNumber] = true
	}
	if n := proxies[0].count("eth_getBlockReceipts"); n < len(blocks) || n > int(q.ToBlock.Uint64()) {
		t.Errorf("receipts asked for %d times, of %d blocks", n, len(blocks))
	}
	wrong := logsLie(logLies["none"], noReceipts)
	proxies[0].lies(wrong)
	p, _, _ = openPool(t, urls, 1)
	if logs, err := p.FilterLogs(t.Context(), q); err != nil || len(logs) != 0 {
		t.Errorf("nobody to ask: %d logs (%v)", len(logs), err)
	}
	proxies[0].lies(logsLie(logLies["none"]))
	for _, most := range []int{-1, 1, int(q.ToBlock.Int64())} {
		p, _, _ = openPool(t, urls, 1, func(o *chain.PoolOptions) { o.VerifyRange = most })
		if logs, err := p.FilterLogs(t.Context(), q); err != nil || len(logs) != 0 {
			t.Errorf("range longer than %d: %d logs (%v)", most, len(logs), err)
		}
	}
	proxies[0].lies(logsLie(logLies["none"], func(c rpcCall, result json.RawMessage) any {
		if c.Method != "eth_getBlockReceipts" {
			return nil
		}
		return []any{} // that there are none, the header denies
	}))
	p, _, _ = openPool(t, urls, 1)
	if logs, err := p.FilterLogs(t.Context(), q); err == nil || chain.KindOf(err) != chain.Retry {
		t.Errorf("made up receipts: %d logs (%v)", len(logs), err)
	}
}

// BenchmarkPoolLogs: what it costs to hold logs against receipts, over HTTP on this machine: none, and of all blocks of the
// range for the first and for a further time.
func BenchmarkPoolLogs(b *testing.B) {
	net, err := devnet.StartNetwork(b.Context(), devnet.NetworkOptions{Options: devnet.Options{Listen: "127.0.0.1:0"}})
	if err != nil {
		b.Fatal(err)
	}
	defer net.Close()
	for net.Block() < 63 {
		if _, err := net.Commit(); err != nil {
			b.Fatal(err)
		}
	}
	endpoints, err := chain.DialAll(b.Context(), []string{net.URL()})
	if err != nil {
		b.Fatal(err)
	}
	q := ethereum.FilterQuery{FromBlock: common.Big0, ToBlock: chain.Number(63), Addresses: []common.Address{net.Roster.At.Middleware}}
	for _, c := range []struct {
		name string
		most int
		anew bool
	}{{"none", -1, false}, {"first", 64, true}, {"again", 64, false}} {
		b.Run(c.name, func(b *testing.B) {
			var p *chain.Pool
			for i := 0; b.Loop(); i++ {
				if i == 0 || c.anew {
					if p, err = chain.OpenPool(b.Context(), chain.PoolOptions{Endpoints: endpoints, VerifyRange: c.most}); err != nil {
						b.Fatal(err)
					}
				}
				if _, err := p.FilterLogs(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
