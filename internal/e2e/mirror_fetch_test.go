package e2e

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// bent is a way to the chain that changes what it says.
type bent struct {
	chain.Client
	header func(*types.Header) *types.Header
	logs   func([]types.Log) []types.Log
	most   uint64 // blocks of logs at a time, 0 for any number
}

var errTooMany = &tooMany{}

// tooMany is a provider's answer, as go-ethereum's client returns it.
type tooMany struct{}

func (*tooMany) Error() string  { return "query exceeds the limit of blocks" }
func (*tooMany) ErrorCode() int { return -32005 }

func (b bent) HeaderByNumber(ctx context.Context, number *big.Int) (*types.Header, error) {
	h, err := b.Client.HeaderByNumber(ctx, number)
	if err == nil && b.header != nil {
		h = b.header(h)
	}
	return h, err
}

func (b bent) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	if b.most > 0 && q.ToBlock.Uint64()-q.FromBlock.Uint64() >= b.most {
		return nil, errTooMany
	}
	list, err := b.Client.FilterLogs(ctx, q)
	if err == nil && b.logs != nil {
		list = b.logs(list)
	}
	return list, err
}

// mirrorOver opens an empty mirror that sees the chain through a bent client.
func (w *world) mirrorOver(b bent) *chain.Mirror {
	w.t.Helper()
	r := *w.Roster
	b.Client = w.Client()
	r.Client = b
	m, err := chain.OpenMirror(w.ctx, &r)
	w.must(err)
	return m
}

// fetched is what a mirror fetches of the whole chain.
func (w *world) fetched(m *chain.Mirror) chain.Fetched {
	w.t.Helper()
	f, err := m.Fetch(w.ctx, 1, w.Block())
	w.must(err)
	return f
}

// busy is a world in which a bit of everything happened.
func busy(t *testing.T) *world {
	w := newWorld(t, options{stakes: [][]uint64{{30_000, 4_000}, {20_000, 0}, {10_000, 500}}})
	o := w.operators[1]
	w.must(o.Pause(w.ctx, w.set))
	w.must(o.Resume(w.ctx, w.set))
	w.must(w.operators[2].Pause(w.ctx, w.set))
	w.rotate(w.operators[0], "another")
	w.setCommission(o, 50)
	v := w.vaults[0]
	_, _, err := w.Withdraw(w.ctx, v.staker, v.Vault, vara(10))
	w.must(err)
	w.must(w.AdvanceTo(w.Roster.Times.Capture(1) + 2))
	return w
}

// Blocks one by one, in threes, all at once, in the ranges that a provider allows, from the store: always the same.
func TestMirrorInAnyBatches(t *testing.T) {
	w := busy(t)
	whole := w.mirrorOver(bent{})
	all := w.fetched(whole)
	w.must(whole.Apply(all))
	want := whole.History.Digest()
	for _, step := range []uint64{1, 3, 10} {
		m := w.mirrorOver(bent{most: 4, logs: func(list []types.Log) []types.Log {
			for i := range list {
				list[i].BlockTimestamp = 0 // older nodes leave it out
			}
			return list
		}})
		var logs []types.Log
		var facts []stake.VaultFacts
		for from := uint64(1); from <= w.Block(); from += step {
			before := m.History.Digest()
			f, err := m.Fetch(w.ctx, from, min(from+step-1, w.Block()))
			w.must(err)
			if m.History.Digest() != before {
				t.Fatal("to fetch changed the mirror")
			}
			w.must(m.Apply(f))
			logs, facts = append(logs, f.Logs...), append(facts, f.Vaults...)
		}
		if got := m.History.Digest(); got != want {
			t.Errorf("in steps of %d blocks the mirror is %s, in one %s", step, got, want)
		}
		slices.SortFunc(logs, func(a, b types.Log) int {
			return cmp.Or(cmp.Compare(a.BlockNumber, b.BlockNumber), cmp.Compare(a.Index, b.Index))
		})
		if len(logs) != len(all.Logs) {
			t.Errorf("in steps of %d blocks there are %d logs, in one %d", step, len(logs), len(all.Logs))
		}
		m.Reset()
		w.must(m.Restore(facts, func(yield func(types.Log) error) error {
			for _, l := range logs {
				if err := yield(l); err != nil {
					return err
				}
			}
			return nil
		}))
		if got := m.History.Digest(); got != want {
			t.Errorf("restored from the logs of steps of %d blocks the mirror is %s, want %s", step, got, want)
		}
	}
}

// Logs that are not of the chain that ends where Fetch says, or not all of one kind, are a reason to try again; the
// mirror is as it was, and goes on when the endpoint is right.
func TestMirrorRefusesAnotherBranch(t *testing.T) {
	w := busy(t)
	seen, head := 0, w.Block()
	for name, b := range map[string]bent{
		"a log of another block": {logs: func(list []types.Log) []types.Log {
			if len(list) > 3 {
				list[3].BlockHash[0]++
			}
			return list
		}},
		"a removed log": {logs: func(list []types.Log) []types.Log {
			if len(list) > 3 {
				list[3].Removed = true
			}
			return list
		}},
		"a log twice": {logs: func(list []types.Log) []types.Log { return append(list, list...) }},
		"another last block in the end": {header: func(h *types.Header) *types.Header {
			if h.Number.Uint64() == head {
				if seen++; seen > 1 {
					h = types.CopyHeader(h)
					h.Extra = append(h.Extra, 1)
				}
			}
			return h
		}},
	} {
		m := w.mirrorOver(b)
		before := m.History.Digest()
		_, err := m.Fetch(w.ctx, 1, head)
		if err == nil || chain.KindOf(err) != chain.Retry || m.History.Digest() != before {
			t.Errorf("%s: error %v of kind %v", name, err, chain.KindOf(err))
		}
	}
	later := w.Head()
	m := w.mirrorOver(bent{logs: func(list []types.Log) []types.Log {
		return append(list, types.Log{BlockNumber: later.Number.Uint64(), BlockHash: later.Hash()})
	}})
	if _, err := m.Fetch(w.ctx, 1, head-1); err == nil || chain.KindOf(err) != chain.Retry {
		t.Errorf("a log of a later block: %v", err)
	}
}

// What an endpoint leaves out leaves no trace in what it says; the comparison with the chain at a capture notices it.
func TestMirrorNoticesWhatIsLeftOut(t *testing.T) {
	w := busy(t)
	topicOf := func(signature string) common.Hash { return common.BytesToHash(crypto256(signature)) }
	for _, signature := range []string{"Deposit(address,address,uint256,uint256)", "SetNetworkLimit(bytes32,uint256)",
		"SetOperatorNetworkShares(bytes32,address,uint256)", "OptIn(address,address)", "Withdraw(address,address,uint256,uint256,uint256)"} {
		w.wantDifference(signature, topicOf(signature))
	}
	for _, name := range []string{"OperatorPaused", "KeyRotated"} {
		w.wantDifference(name, operators.GetABI().Events[name].ID)
	}
	w.wantDifference("VaultLinked", middleware.GetABI().Events["VaultLinked"].ID)
	w.wantDifference("CollateralAnnounced", middleware.GetABI().Events["CollateralAnnounced"].ID)
	w.wantDifference("", common.Hash{}) // nothing is left out
}

func crypto256(text string) []byte {
	h := core.Keccak([]byte(text))
	return h[:]
}

func (w *world) wantDifference(name string, without common.Hash) {
	w.t.Helper()
	dropped := false
	m := w.mirrorOver(bent{logs: func(list []types.Log) []types.Log {
		return slices.DeleteFunc(list, func(l types.Log) bool {
			drop := len(l.Topics) > 0 && l.Topics[0] == without
			dropped = dropped || drop
			return drop
		})
	}})
	f := w.fetched(m)
	if err := m.Apply(f); err != nil {
		if name == "" || chain.KindOf(err) != chain.Fatal {
			w.t.Errorf("without %s: %v", name, err)
		}
		return // noticed at once
	}
	compared, err := m.Check(w.ctx, chain.Sample{Set: w.set, Era: 1, Block: w.Block(), Size: 100, Seed: core.Hash{1}})
	different := (*chain.Difference)(nil)
	if errors.As(err, &different) != (name != "") || err != nil && chain.KindOf(err) != chain.Fatal {
		w.t.Errorf("without %q: compared %d values, error %v", name, compared, err)
	}
	if dropped != (name != "") {
		w.t.Errorf("without %q: left out: %v", name, dropped)
	}
}

// A curator may set shares of any subnetwork of ours, also of one whose number is a set's only in its low 64 bits.
func TestMirrorAndForeignSubnetworks(t *testing.T) {
	w := busy(t)
	v, o := w.vaults[0], w.operators[0]
	id := w.Roster.Subnetwork(w.set)
	id[20+3] = 1
	w.do(v.curator, v.Delegator, delegatorOf.PackSetOperatorNetworkShares(id, o.Sender.From(), big.NewInt(1<<62)))
	w.must(w.AdvanceTo(w.Roster.Times.Capture(2) + 2))
	m := w.mirrorOver(bent{})
	w.must(m.Apply(w.fetched(m)))
	_, err := m.Check(w.ctx, chain.Sample{Set: w.set, Era: 2, Block: w.Block(), Size: 100})
	w.must(err)
}

// A vault that is enrolled late brings its whole past; a sample is the same for everyone and another for another seed.
func TestMirrorOfALateVault(t *testing.T) {
	w := busy(t)
	m := w.mirrorOver(bent{})
	w.must(m.Apply(w.fetched(m)))
	at, o := w.Block(), w.operators[0]
	curator, staker := w.NewHand(), w.NewHand()
	w.give(staker, 1000)
	v, err := w.MakeVault(w.ctx, curator, devnet.VaultSpec{})
	w.must(err)
	w.must(w.Deposit(w.ctx, staker, v, vara(700)))
	w.do(o.Hand, w.Symbiotic().VaultOptIn, bindings.NewOptInService().PackOptIn(v.Address))
	f, err := m.Fetch(w.ctx, at+1, w.Block())
	w.must(err)
	w.must(m.Apply(f))
	at = w.Block()
	if len(f.Vaults) != 0 || len(m.History.Vaults()) != 2 {
		t.Fatalf("%d vaults before the third is enrolled", len(m.History.Vaults()))
	}
	w.must(w.Enroll(w.ctx, curator, w.set, v))
	w.must(w.Limit(w.ctx, curator, w.set, v, vara(600)))
	w.must(w.Delegate(w.ctx, curator, w.set, v, o.Sender.From(), vara(1)))
	w.do(o.Hand, w.Roster.At.Middleware, middleware.PackLinkVault(chain.Number(w.set), v.Address))
	w.must(w.AdvanceTo(w.Roster.Times.Capture(2) + 2))
	f, err = m.Fetch(w.ctx, at+1, w.Block())
	w.must(err)
	if len(f.Vaults) != 1 || f.Logs[0].BlockNumber > at {
		t.Errorf("%d vaults enrolled, first log of block %d: its past is missing", len(f.Vaults), f.Logs[0].BlockNumber)
	}
	w.must(m.Apply(f))
	if got := m.History.StakeAt(core.Address(v.Address), w.set, o.Address(), w.Now()); got != vara(600) {
		t.Errorf("stake %s, want 600 wVARA", got.Dec())
	}
	for _, size := range []int{1, 2, 100} {
		first, err := m.Check(w.ctx, chain.Sample{Set: w.set, Era: 2, Block: w.Block(), Size: size, Seed: core.Hash{1}})
		w.must(err)
		if want := map[int]int{1: 1 + 1 + 2 + 1, 2: 1 + 2 + 2*2 + 2, 100: 1 + 3 + 3*2 + 5}[size]; first < want {
			t.Errorf("a sample of %d compares %d values, want at least %d", size, first, want)
		}
	}
}

// Jail, and a slash of our own network's: what only Offences brings about.
func TestMirrorOfAConviction(t *testing.T) {
	w := newWorld(t, options{second: one(9_000)})
	term := w.activate(w.set, 0)
	guilty, v := w.at(term, 0), w.vaults[0]
	w.joinOther(guilty, 8_000)
	o := w.convict(term, 0)
	w.nextAt(w.requested(o, v) + w.Roster.Times.MinVeto)
	w.must(w.execute(o, v))
	w.must(w.AdvanceTo(w.Roster.Times.Capture(2) + 2))
	m := w.mirrorOver(bent{})
	w.must(m.Apply(w.fetched(m)))
	if m.History.JailedUntil(guilty.Address()) == 0 {
		t.Error("the mirror knows of no jail")
	}
	for _, set := range []core.SetID{w.set, w.other.set} {
		for e := range core.Era(3) {
			_, err := m.Check(w.ctx, chain.Sample{Set: set, Era: e, Block: w.Block(), Size: 100})
			w.must(err)
			want, err := w.Roster.Snapshot(w.ctx, set, e, w.Block())
			w.must(err)
			if got := m.Snapshot(set, e); !equalSnapshots(got, want) {
				t.Errorf("set %d, era %d:\n%v\nwant\n%v", set, e, got, want)
			}
		}
	}
	// What is left to slash, right after a slash, for captures on both sides of it.
	for _, e := range []core.Era{0, 1, 2} {
		capture := w.Roster.Times.Capture(e)
		want := w.slashable(guilty.Address(), v, capture)
		if got := m.History.SlashableStake(core.Address(v.Address), w.set, guilty.Address(), capture, w.Now()); got != want {
			t.Errorf("with the capture of era %d there are %s to slash, want %s", e, got.Dec(), want.Dec())
		}
	}
}

func equalSnapshots(a, b stake.Snapshot) bool { return fmt.Sprint(a) == fmt.Sprint(b) }
