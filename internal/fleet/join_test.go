package fleet

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/examples"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
)

// TestJoin: a node that lost its store takes the state after the newest certified batch from others, object by object, over
// two lives, and signs what the others sign; from one that gives wrong bytes it takes nothing.
func TestJoin(t *testing.T) {
	f := begin(t, Options{Nodes: 4, Eras: 1, Everyone: true})
	ctx := t.Context()
	f.until(t, f.Roster.Times.Start(0)+60)
	one, other := f.nodes[0], f.nodes[1].node.Store()
	f.stop(t, one)
	files, err := filepath.Glob(filepath.Join(one.dir, "store.db*"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	asked, few := 0, errors.New("that is enough for today")
	one.fetch = func(ctx context.Context, name core.Hash) ([]byte, error) {
		if asked++; asked == 5 {
			return nil, few
		}
		return other.Object(ctx, name)
	}
	f.lenient.Store(true) // of the one that is refused
	f.until(t, f.Now()+10)
	f.lenient.Store(false)
	first, any, err := one.node.Store().BatchAfter(ctx, f.set, 0)
	if err != nil || !any || first.Previous == 0 || first.Ran != 0 {
		t.Fatalf("the first batch that it has is %+v (%v)", first, err)
	}
	if asked < 6 {
		t.Errorf("only %d objects were asked for; nothing was refused", asked)
	}
	computed := asked
	f.until(t, f.Now()+40)
	if asked != computed {
		t.Errorf("%d objects were asked for after it had joined", asked-computed)
	}
	f.check(t)
	list, err := f.Roster.Batches(ctx, f.set, f.Block())
	if err != nil {
		t.Fatal(err)
	}
	place := -1
	standing, _, err := f.Roster.Standing(ctx, f.set, 0, f.Block())
	for i, e := range standing.Entries {
		if e.Operator == one.operator.Address() {
			place = i
		}
	}
	if last := list[len(list)-1]; err != nil || place < 0 || !last.Signers.Or(last.Late).Has(place) {
		t.Errorf("it does not sign (%v)", err)
	}

	last, _, err := other.LastBatch(ctx, f.set)
	if err != nil {
		t.Fatal(err)
	}
	var whole executor.Memory
	for s := executor.NewSync(last); ; {
		done, err := s.Step(ctx, &whole, other.Object)
		if err != nil {
			t.Fatal(err)
		}
		if done {
			break
		}
	}
	state, err := program.Open(objectsOf{ctx, &whole}, last.StateRoot)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	if err := state.EachProgram(func(core.Hash, *program.Program) error { n++; return nil }); err != nil || n != 3 {
		t.Errorf("%d programs in the state that was fetched, want 3 (%v)", n, err)
	}
	var ledger executor.Memory
	for s, i := executor.NewSync(last), 0; ; i++ {
		_, err := s.Step(ctx, &ledger, func(ctx context.Context, name core.Hash) ([]byte, error) {
			data, err := other.Object(ctx, name)
			if i == 2 && err == nil {
				data[len(data)/2] ^= 1
			}
			return data, err
		})
		if i == 2 {
			if !errors.Is(err, program.ErrCorrupt) {
				t.Errorf("wrong bytes: %v", err)
			}
			break
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, any, err := ledger.LastBatch(ctx, f.set); any || err != nil {
		t.Errorf("half a state counts (%v)", err)
	}
}

// TestGoesOnFromADeadSet: the first batch of a set that was opened with another one's head follows it.
func TestGoesOnFromADeadSet(t *testing.T) {
	f := begin(t, Options{Nodes: 1, Eras: 1})
	ctx := t.Context()
	f.until(t, f.Roster.Times.Start(0)+15)
	number, hash := f.Roster.Intervals.Newest(f.Block())-3, core.Keccak([]byte("the last batch of a dead set"))
	set, err := f.CreateSetFrom(ctx, f.parameters, number, hash)
	if err != nil {
		t.Fatal(err)
	}
	id := chain.CodeID(chain.Chunks(examples.Code("counter")))
	if _, err := f.traffic.user.Sender.Do(ctx, chain.CreateProgramCall(f.Roster.At, set, id, core.Hash{9}, []byte{}, core.Amount{})); err != nil {
		t.Fatal(err)
	}
	var ledger executor.Memory
	m := &executor.Machine{Roster: f.Roster, Set: set, Ledger: &ledger, Runner: f.runner}
	if err := m.Advance(ctx, f.Block(), func(program.Computed) {}); err != nil {
		t.Fatal(err)
	}
	if len(ledger.Batches) != 1 || ledger.Batches[0].Previous != number || ledger.Batches[0].PreviousHash != hash {
		t.Errorf("batches %+v, the first should follow %d %s", ledger.Batches, number, hash)
	}
}

// last is the batch that was committed last, and the list that certified it.
func (f *Fleet) last(t *testing.T) (chain.Committed, chain.Elected) {
	t.Helper()
	list, err := f.Roster.Batches(t.Context(), f.set, f.Block())
	if err != nil || len(list) == 0 {
		t.Fatal(len(list), err)
	}
	last := list[len(list)-1]
	standing, _, err := f.Roster.Standing(t.Context(), f.set, last.Era, f.Block())
	if err != nil {
		t.Fatal(err)
	}
	return last, standing
}

// TestContradictsCertificate: a node that has only the chain's certificate and a single statement that says something else
// convicts whoever is in both.
func TestContradictsCertificate(t *testing.T) {
	f := begin(t, Options{Nodes: 4, Eras: 1, Everyone: true})
	ctx := t.Context()
	f.until(t, f.Roster.Times.Start(0)+30)
	last, standing := f.last(t)
	place := last.Signers.Indices()[0]
	for _, m := range f.nodes { // what they heard is gone
		f.stop(t, m)
		if err := f.start(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	f.until(t, f.Now()+1)
	lie := last.Batch
	lie.StateRoot[3]++
	said := executor.Message{Era: last.Era, Batch: &lie, Index: place}
	for _, m := range f.nodes {
		if m.operator.Address() == standing.Entries[place].Operator {
			said.Signature = m.operator.Key.Sign(said.Digest(f.Roster.Domain()), bls.Statement)
		}
	}
	for _, m := range f.nodes {
		if v := m.node.Hear(said.Encode()); v != executor.Accept {
			t.Fatalf("node %d: verdict %d", m.index, v)
		}
	}
	f.until(t, f.Now()+10)
	reported, err := f.Roster.OffencesOf(ctx, f.set, f.Block())
	if err != nil || len(reported) != 1 || core.Address(reported[0].Operator) != standing.Entries[place].Operator ||
		slash.Kind(reported[0].Kind) != slash.Equivocation {
		t.Errorf("on record are %+v (%v)", reported, err)
	}
}

// TestRemembersWhatToDispute: a statement that contradicts a certificate is there after everybody has died, and comes
// before the judge.
func TestRemembersWhatToDispute(t *testing.T) {
	f := begin(t, Options{Nodes: 4, Eras: 1, Everyone: true})
	ctx := t.Context()
	liar := f.nodes[0] // of the least stake: the others are enough
	f.until(t, f.Roster.Times.Start(0)+5)
	f.stop(t, liar)
	liar.asleep = 1 << 30
	f.until(t, f.Roster.Times.Start(0)+40)
	last, standing := f.last(t)
	lie := last.Batch
	lie.StateRoot[3]++
	said := executor.Message{Era: last.Era, Batch: &lie, Index: standing.IndexOf(liar.operator.Address())}
	said.Signature = liar.operator.Key.Sign(said.Digest(f.Roster.Domain()), bls.Statement)
	others := f.nodes[1:]
	for _, m := range others {
		if v := m.node.Hear(said.Encode()); v != executor.Accept {
			t.Fatalf("node %d: verdict %d", m.index, v)
		}
	}
	f.until(t, f.Now()+1)
	for _, m := range others { // all die, with what they heard
		f.stop(t, m)
		if err := f.start(ctx, m); err != nil {
			t.Fatal(err)
		}
	}
	if filed, _, err := f.Roster.Disputes(ctx, f.Block()); err != nil || len(filed) > 0 {
		t.Fatalf("%d disputes already (%v)", len(filed), err)
	}
	f.until(t, f.Now()+1)
	for _, m := range others {
		if len(m.node.Pool.Others(executor.Message{Era: last.Era, Batch: &last.Batch})) == 0 {
			t.Errorf("node %d has forgotten it", m.index)
		}
	}
	f.until(t, f.Now()+20)
	if filed, _, err := f.Roster.Disputes(ctx, f.Block()); err != nil || len(filed) != 1 {
		t.Errorf("%d disputes (%v)", len(filed), err)
	}
}

// objectsOf is a ledger with a context.
type objectsOf struct {
	ctx context.Context
	*executor.Memory
}

func (o objectsOf) Object(name core.Hash) ([]byte, error) { return o.Memory.Object(o.ctx, name) }
