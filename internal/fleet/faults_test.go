package fleet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/store"
)

func begin(t *testing.T, o Options) *Fleet {
	t.Helper()
	o.Dir, o.Out = t.TempDir(), t.Output()
	f, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := f.AdvanceTo(f.Roster.Times.Capture(0) - 5); err != nil {
		t.Fatal(err)
	}
	return f
}

// until takes ticks up to a moment.
func (f *Fleet) until(t *testing.T, moment core.Time) {
	t.Helper()
	for f.Now() < moment {
		if err := f.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// stop ends a node as its process would: files stay.
func (f *Fleet) stop(t *testing.T, m *member) {
	t.Helper()
	if err := m.node.Close(); err != nil {
		t.Fatal(err)
	}
	m.node = nil
}

func (f *Fleet) check(t *testing.T) {
	t.Helper()
	if err := f.rest(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(f.Check(t.Context())...); err != nil {
		t.Error(err)
	}
}

// TestWithinTwoBlocks: from the first block that can seal an era to a list that stands, and from a wrong list to its
// challenge with the right one in its place, two blocks pass at the most.
func TestWithinTwoBlocks(t *testing.T) {
	f := begin(t, Options{Nodes: 4, Eras: 1})
	f.quiet = true // what users say is in blocks of its own, on which no node acts
	times := f.Roster.Times
	for e := core.Era(0); e < 4; e++ {
		f.until(t, times.SealableAt(e)+3)
		posted, err := f.Roster.PostedOf(t.Context(), f.set, e, f.Block())
		if err != nil || posted.PostedAt == 0 || posted.PostedAt > times.SealableAt(e)+2 {
			t.Errorf("era %d can be sealed at %d, and the list was posted at %d (%v)", e, times.SealableAt(e), posted.PostedAt, err)
		}
		t.Logf("era %d: a list stands %d blocks after the first one that can seal", e, posted.PostedAt-times.SealableAt(e))
	}
	f.until(t, times.SealableAt(4)-1)
	_, _ = f.liar.Seal(t.Context(), 4) // or a node is faster in the same block
	d, err := engine.Decide(t.Context(), f.Roster, f.set, 4, f.Block())
	if err != nil {
		t.Fatal(err)
	}
	entries := d.Result.Executors[1:]
	sum, err := engine.Aggregate(entries, d.Registered)
	if err != nil {
		t.Fatal(err)
	}
	p, err := engine.ProposalOf(d.Draw.Seed, entries, sum)
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := f.liar.Propose(t.Context(), f.set, 4, p)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := f.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	discarded, err := f.Roster.DiscardedOf(t.Context(), f.set, f.Block())
	if err != nil || len(discarded) != 1 || discarded[0].Raw.BlockNumber > receipt.BlockNumber.Uint64()+2 {
		t.Fatalf("%d lists proven wrong (%v)", len(discarded), err)
	}
	standing, stands, err := f.Roster.Standing(t.Context(), f.set, 4, discarded[0].Raw.BlockNumber)
	if err != nil || !stands || len(standing.Entries) != len(d.Result.Executors) {
		t.Errorf("no replacement stands in the block of the challenge (%v)", err)
	}
	t.Logf("a wrong list was replaced %d blocks after it was posted", discarded[0].Raw.BlockNumber-receipt.BlockNumber.Uint64())
}

// TestSilentProposer: when the one whose turn it is does not propose, the next one does, after its delay.
func TestSilentProposer(t *testing.T) {
	f := begin(t, Options{Nodes: 4, Eras: 1})
	times := f.Roster.Times
	f.until(t, times.SealableAt(0)-1)
	_, _ = f.liar.Seal(t.Context(), 0) // or a node is faster in the same block
	d, err := engine.Decide(t.Context(), f.Roster, f.set, 0, f.Block())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range f.nodes {
		if engine.Rank(d, fmt.Sprintf("propose %d %d", f.set, 0), m.operator.Address()) == 0 {
			f.stop(t, m)
			m.asleep = 1 << 20
		}
	}
	f.until(t, times.SealableAt(0)+10)
	standing, stands, err := f.Roster.Standing(t.Context(), f.set, 0, f.Block())
	if err != nil || !stands {
		t.Fatalf("nobody proposed (%v)", err)
	}
	if rank := engine.Rank(d, fmt.Sprintf("propose %d %d", f.set, 0), standing.Proposer); rank != 1 {
		t.Errorf("proposed by the one of rank %d", rank)
	}
}

// TestLostFiles: a store that is lost or corrupted is derived again; a journal that is lost is noticed, and nothing is
// signed for an era for which it could have held something.
func TestLostFiles(t *testing.T) {
	f := begin(t, Options{Nodes: 3, Eras: 1})
	f.until(t, f.Roster.Times.Start(1)+30)
	lost, broken, forgetful := f.nodes[0], f.nodes[1], f.nodes[2]
	for _, m := range f.nodes {
		f.stop(t, m)
	}
	remove := func(pattern string) {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", pattern, err)
		}
		for _, file := range files {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove(filepath.Join(lost.dir, "store.db*"))
	file := filepath.Join(broken.dir, "store.db")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for i := 8192; i < len(raw); i += 97 {
		raw[i] ^= 0x5a
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.start(t.Context(), broken); !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), "delete") {
		t.Errorf("a corrupted store: %v", err)
	}
	remove(filepath.Join(broken.dir, "store.db*"))
	remove(filepath.Join(forgetful.dir, "journal.db*"))
	for _, m := range f.nodes {
		if err := f.start(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	if safe := forgetful.node.Journal.SafeEra(); safe != 2 {
		t.Errorf("the new journal signs from era %d on, want 2: this is era 1", safe)
	}
	if safe := lost.node.Journal.SafeEra(); safe != 0 {
		t.Errorf("the journal that was kept signs from era %d on", safe)
	}
	f.until(t, f.Roster.Times.Start(4)+60)
	f.check(t)
	if f.stats.RewardCommits == 0 {
		t.Error("no reward was ever certified again")
	}
}

// TestNewSet: a set that is created in the middle of an era is elected from the first capture on that knows it, and is no
// trouble before.
func TestNewSet(t *testing.T) {
	f := begin(t, Options{Nodes: 2, Eras: 1})
	f.until(t, f.Roster.Times.Capture(0)+20)
	set, err := f.CreateSet(t.Context(), f.parameters)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.team[0].Register(t.Context(), set, "", 0); err == nil {
		t.Fatal("a key was registered twice")
	}
	f.until(t, f.Roster.Times.SealableAt(1)+5)
	for _, m := range f.nodes {
		if _, known, err := m.node.Store().Election(t.Context(), set, 0); err != nil || known {
			t.Errorf("elected for an era before the set (%v)", err)
		}
		if e, known, err := m.node.Store().Election(t.Context(), set, 1); err != nil || !known || len(e.Operators) != 0 {
			t.Errorf("not elected for the first era of the set (%v)", err)
		}
	}
	f.check(t)
}

// TestSignsForItsOwnElection: a node signs nothing for a set that it did not elect, whatever stands.
func TestSignsForItsOwnElection(t *testing.T) {
	f := begin(t, Options{Nodes: 2, Eras: 1})
	f.until(t, f.Roster.Times.SealableAt(0)+3)
	standing, stands, err := f.Roster.Standing(t.Context(), f.set, 0, f.Block())
	if err != nil || !stands {
		t.Fatal("no list stands", err)
	}
	committee, err := f.Committee(t.Context(), standing)
	if err != nil {
		t.Fatal(err)
	}
	d := engine.Distribution{Statement: batch.Rewards{Set: f.set, Era: 0}}
	if signed, err := f.nodes[0].node.SignRewards(t.Context(), committee, d); err != nil || len(signed) != 1 {
		t.Errorf("for its own: %d signatures (%v)", len(signed), err)
	}
	committee.Header.Total.AddUint64(&committee.Header.Total, 1)
	d.Statement.ToEra = 1
	if signed, err := f.nodes[0].node.SignRewards(t.Context(), committee, d); err != nil || len(signed) != 0 {
		t.Errorf("for another: %d signatures (%v)", len(signed), err)
	}
}

// TestNobodyEligible: in an era in which nobody is eligible there is no list, and one that a stranger posts all the same is
// proven wrong (docs/protocol.md §11.25: a set needs a watcher then, too).
func TestNobodyEligible(t *testing.T) {
	f := begin(t, Options{Nodes: 2, Eras: 1})
	f.until(t, f.Roster.Times.SealableAt(0)+3)
	right, stands, err := f.Roster.Standing(t.Context(), f.set, 0, f.Block())
	if err != nil || !stands {
		t.Fatal("no list stands", err)
	}
	for _, o := range f.team {
		if err := o.Pause(t.Context(), f.set); err != nil {
			t.Fatal(err)
		}
	}
	f.until(t, f.Roster.Times.SealableAt(1)+2)
	seed, err := f.Roster.Seed(t.Context(), 1, f.Block())
	if err != nil || seed.IsZero() {
		t.Fatal("not sealed", err)
	}
	p, err := engine.ProposalOf(seed, right.Entries[:1], right.Aggregate)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.liar.Propose(t.Context(), f.set, 1, p); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := f.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	posted, err := f.Roster.PostedOf(t.Context(), f.set, 1, f.Block())
	if err != nil || posted.Proposer != (core.Address{}) || posted.Discarded != 1 {
		t.Errorf("%+v (%v)", posted, err)
	}
}

// leaky leaves out logs, as an endpoint that has lost some would.
type leaky struct {
	chain.Client
	topic string
}

func (l leaky) FilterLogs(ctx context.Context, q ethereum.FilterQuery) ([]types.Log, error) {
	logs, err := l.Client.FilterLogs(ctx, q)
	var kept []types.Log
	for _, one := range logs {
		if len(one.Topics) == 0 || one.Topics[0].Hex() != l.topic {
			kept = append(kept, one)
		}
	}
	return kept, err
}

// TestGateShut: a node whose endpoint leaves out logs finds at the first capture that its mirror is not the chain's, says
// so, and does nothing; the others go on without it.
func TestGateShut(t *testing.T) {
	f := begin(t, Options{Nodes: 3, Eras: 1})
	m := f.nodes[0]
	f.stop(t, m)
	files, _ := filepath.Glob(filepath.Join(m.dir, "store.db*"))
	for _, file := range files {
		os.Remove(file)
	}
	// SetOperatorNetworkShares: who has how much of the shared vault.
	m.endpoint.Client = leaky{f.Client(), sharesTopic}
	if err := f.start(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	sent := len(intents(t, m))
	for f.Now() < f.Roster.Times.Capture(0)+30 {
		if err := f.AdvanceTo(f.Now() + 1); err != nil {
			t.Fatal(err)
		}
		for _, other := range f.nodes {
			_, err := other.node.Step(t.Context())
			different := (*chain.Difference)(nil)
			captured := f.Now() > f.Roster.Times.Capture(0)
			switch {
			case other != m && err != nil:
				t.Fatal(err)
			case other == m && captured && (!errors.Is(err, engine.ErrGate) || !errors.As(err, &different)):
				t.Fatalf("at %d: %v", f.Now(), err)
			}
		}
	}
	if now := len(intents(t, m)); now > sent+1 { // but for the approval, before the capture
		t.Errorf("%d intents, had %d", now, sent)
	}
	if _, stands, err := f.Roster.Standing(t.Context(), f.set, 0, f.Block()); err != nil || !stands {
		t.Errorf("the others did not go on (%v)", err)
	}
	// With an endpoint that leaves nothing out, the node reads everything again at the next capture, by itself.
	m.endpoint.Client = f.Client()
	for f.Now() < f.Roster.Times.Capture(1)+5 {
		if err := f.AdvanceTo(f.Now() + 1); err != nil {
			t.Fatal(err)
		}
		_, err := m.node.Step(t.Context())
		if healed := f.Now() > f.Roster.Times.Capture(1)+1; (err == nil) != healed {
			t.Fatalf("at %d: %v", f.Now(), err)
		}
		if _, err := f.nodes[1].node.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if a, b := m.node.Mirror.History.Digest(), f.nodes[1].node.Mirror.History.Digest(); a != b {
		t.Errorf("its mirror is %s, another's %s", a, b)
	}
}

func intents(t *testing.T, m *member) []store.Intent {
	t.Helper()
	list, err := m.node.Store().Intents(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// sharesTopic is keccak256 of SetOperatorNetworkShares(bytes32,address,uint256).
var sharesTopic = core.Keccak([]byte("SetOperatorNetworkShares(bytes32,address,uint256)")).String()
