package store

import (
	"errors"
	"math"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
)

func TestCursor(t *testing.T) {
	path := place(t, "node.db")
	s := open(t, path)
	if p, ok, err := s.Cursor(t.Context()); ok || err != nil || !p.IsZero() {
		t.Errorf("of a new file: %v, %v, %v", p, ok, err)
	}
	must(t, s.Advance(t.Context(), Position{}, at(0, 10), nil, nil))
	must(t, s.Advance(t.Context(), at(0, 10), at(0, 20), nil, nil))
	tests := []struct{ from, to Position }{
		{Position{}, at(0, 30)}, {at(0, 10), at(0, 30)}, {at(0, 21), at(0, 30)}, {at(1, 20), at(0, 30)},
		{at(0, 20), at(0, 20)}, {at(0, 20), at(1, 20)}, {at(0, 20), at(0, 19)}, {at(0, 20), Position{}},
	}
	before := dump(t, s.db)
	for _, test := range tests {
		err := s.Advance(t.Context(), test.from, test.to, logsOf(0, 21, 22, 1), []Vault{{Address: core.Address{1}}})
		if !errors.Is(err, ErrCursor) || dump(t, s.db) != before {
			t.Errorf("from %v to %v: %v", test.from, test.to, err)
		}
	}
	if err := s.Advance(t.Context(), at(0, 20), Position{Number: math.MaxUint64, Hash: core.Hash{1}}, nil, nil); err == nil {
		t.Error("a number beyond SQLite's was stored")
	}
	must(t, s.Close())
	if p, ok, err := open(t, path).Cursor(t.Context()); p != at(0, 20) || !ok || err != nil {
		t.Errorf("after a restart: %v, %v, %v", p, ok, err)
	}
}

// A chain can begin with the node: block 0 is a place like any other.
func TestAdvanceToGenesis(t *testing.T) {
	s := open(t, place(t, "node.db"))
	must(t, s.Advance(t.Context(), Position{}, at(0, 0), logsOf(0, 0, 0, 2), nil))
	must(t, s.Advance(t.Context(), at(0, 0), at(0, 1), logsOf(0, 1, 1, 2), nil))
	same(t, "all", stored(t, s), logsOf(0, 0, 1, 2))
	must(t, s.Rewind(t.Context(), at(0, 0)))
	same(t, "genesis", stored(t, s), logsOf(0, 0, 0, 2))
}

// Logs come back as they were, with any number of topics and any data.
func TestLogsKeepEverything(t *testing.T) {
	s := open(t, place(t, "node.db"))
	var want []types.Log
	for topics := range uint(5) {
		l := logAt(0, 7, topics)
		l.Topics = []common.Hash{{}, word(1), word(2), word(3)}[:topics]
		l.Data = make([]byte, []int{0, 1, 31, 128, 5000}[topics])
		l.TxIndex = []uint{0, 1, 127, 128, 1 << 20}[topics]
		want = append(want, l)
	}
	must(t, s.Advance(t.Context(), Position{}, at(0, 7), want, nil))
	same(t, "stored", stored(t, s), want)
}

// The same logs in steps of any size, in any order, with doubles, give the same.
func TestAnySteps(t *testing.T) {
	want := logsOf(0, 1, 200, 3)
	vaults := []Vault{{core.Address{1}, []byte("{}")}, {core.Address{2}, nil}}
	for seed := range int64(10) {
		r := rand.New(rand.NewSource(seed))
		s := open(t, place(t, "node.db"))
		from := Position{}
		for from.Number < 200 {
			to := at(0, min(200, from.Number+1+uint64(r.Intn(60))))
			logs := logsOf(0, from.Number+1, to.Number, 3)
			logs = append(logs, logs[:r.Intn(len(logs))]...)
			if from.Number > 0 {
				logs = append(logs, logsOf(0, 1+uint64(r.Intn(int(from.Number))), from.Number, 3)...)
			}
			r.Shuffle(len(logs), func(i, j int) { logs[i], logs[j] = logs[j], logs[i] })
			must(t, s.Advance(t.Context(), from, to, logs, vaults[:r.Intn(3)]))
			from = to
		}
		must(t, s.Advance(t.Context(), from, at(0, 201), nil, vaults))
		same(t, "all", stored(t, s), want)
		have, err := s.Vaults(t.Context())
		if err != nil || len(have) != 2 || have[0].Address != vaults[0].Address || string(have[0].Facts) != "{}" {
			t.Errorf("vaults %v, error %v", have, err)
		}
	}
}

// Whatever contradicts what is stored, or itself, is refused, and with it the whole step.
func TestContradictions(t *testing.T) {
	change := func(number uint64, change func(*types.Log)) []types.Log {
		l := logAt(0, number, 0)
		change(&l)
		return []types.Log{logAt(0, 25, 0), l}
	}
	tests := []struct {
		name   string
		logs   []types.Log
		vaults []Vault
		differ bool
	}{
		{"other data", change(5, func(l *types.Log) { l.Data = []byte{1} }), nil, true},
		{"other address", change(5, func(l *types.Log) { l.Address = common.Address{1} }), nil, true},
		{"other first topic", change(5, func(l *types.Log) { l.Topics[0] = common.Hash{} }), nil, true},
		{"no topics", change(5, func(l *types.Log) { l.Topics = nil }), nil, true},
		{"other transaction", change(5, func(l *types.Log) { l.TxHash = common.Hash{} }), nil, true},
		{"other block hash", change(5, func(l *types.Log) { l.BlockHash = common.Hash{} }), nil, true},
		{"other time", change(5, func(l *types.Log) { l.BlockTimestamp++ }), nil, true},
		{"other new log of the old branch", change(5, func(l *types.Log) { l.Index = 9; l.BlockHash = common.Hash{} }), nil, true},
		{"hash unlike the cursor's", change(20, func(l *types.Log) { l.BlockHash = common.Hash{} }), nil, true},
		{"hash unlike the step's", change(30, func(l *types.Log) { l.BlockHash = common.Hash{} }), nil, true},
		{"hash unlike its neighbour's", append(change(22, func(l *types.Log) { l.BlockHash = common.Hash{} }), logAt(0, 22, 1)), nil, true},
		{"two at one place", append(change(22, func(l *types.Log) {}), change(22, func(l *types.Log) { l.Data = nil })...), nil, true},
		{"above the step", change(31, func(l *types.Log) {}), nil, false},
		{"removed", change(25, func(l *types.Log) { l.Removed = true }), nil, false},
		{"beyond all numbers", change(25, func(l *types.Log) { l.BlockTimestamp = math.MaxUint64 }), nil, false},
		{"other vault facts", change(25, func(l *types.Log) {}), []Vault{{core.Address{3}, nil}, {core.Address{1}, []byte("b")}}, true},
	}
	s := open(t, place(t, "node.db"))
	must(t, s.Advance(t.Context(), Position{}, at(0, 20), logsOf(0, 1, 19, 2), []Vault{{core.Address{1}, []byte("a")}}))
	before := dump(t, s.db)
	for _, test := range tests {
		err := s.Advance(t.Context(), at(0, 20), at(0, 30), test.logs, test.vaults)
		if err == nil || errors.Is(err, ErrDiffers) != test.differ {
			t.Errorf("%s: %v", test.name, err)
		}
		if dump(t, s.db) != before {
			t.Fatalf("%s: something was stored", test.name)
		}
	}
	// And nothing of it is remembered: not the numbers of new addresses either.
	want := logsOf(0, 1, 30, 2)
	want[len(want)-2].Address, want[len(want)-1].Address = common.Address{2}, common.Address{1}
	must(t, s.Advance(t.Context(), at(0, 20), at(0, 30), want, nil))
	same(t, "all", stored(t, s), want)
}

// After a reorganisation of any depth, what was read of the branch that is gone is gone too, also what a later step
// added below, and the result is that of a store which never saw it.
func TestRewind(t *testing.T) {
	known, late := core.Address(account(100)), core.Address(account(101))
	of := func(branch byte, from, to uint64, vault core.Address) []types.Log {
		logs := logsOf(branch, from, to, 2)
		for i := range logs {
			logs[i].Address = common.Address(vault)
			if vault == late {
				logs[i].Index += 2
				logs[i].TxHash = word(uint64(i))
			}
		}
		return logs
	}
	for depth := uint64(1); depth <= 20; depth++ {
		s := open(t, place(t, "node.db"))
		must(t, s.Bind(t.Context(), 1, core.Address{1}))
		must(t, s.Advance(t.Context(), Position{}, at(0, 30), of(0, 1, 30, known), []Vault{{known, nil}}))
		must(t, s.PutElection(t.Context(), Election{Era: 1, Block: 30}))
		for n := uint64(31); n <= 50; n++ {
			logs, vaults := of(0, n, n, known), []Vault(nil)
			if n == 45 { // a vault becomes known, and its logs since block 10 are read
				logs, vaults = append(logs, of(0, 10, 45, late)...), []Vault{{late, nil}}
			}
			must(t, s.Advance(t.Context(), at(0, n-1), at(0, n), logs, vaults))
			if n == 40 {
				must(t, s.PutElection(t.Context(), Election{Era: 2, Block: 40, Operators: []Outcome{{Operator: known}}}))
			}
		}
		fork := 50 - depth
		steps, err := s.Steps(t.Context(), 50, 100)
		must(t, err)
		i := slices.IndexFunc(steps, func(p Position) bool { return p.Number <= fork })
		must(t, s.Rewind(t.Context(), steps[i]))
		must(t, s.Rewind(t.Context(), steps[i])) // again is the same
		if p, _, _ := s.Cursor(t.Context()); p != at(0, fork) {
			t.Fatalf("depth %d: cursor at %v", depth, p)
		}
		want := of(0, 1, fork, known)
		if fork >= 45 {
			want = append(want, of(0, 10, 45, late)...)
			slices.SortStableFunc(want, func(a, b types.Log) int { return int(a.BlockNumber) - int(b.BlockNumber) })
		}
		same(t, "after the rewind", stored(t, s), want)
		vaults, _ := s.Vaults(t.Context())
		_, early, _ := s.Election(t.Context(), 0, 1)
		_, second, _ := s.Election(t.Context(), 0, 2)
		of2, _ := s.ElectionsOf(t.Context(), known)
		if (len(vaults) == 2) != (fork >= 45) || !early || second != (fork >= 40) || (len(of2) == 1) != second {
			t.Errorf("depth %d: %d vaults, elections %v and %v, %d outcomes", depth, len(vaults), early, second, len(of2))
		}
		// The new branch from there on.
		must(t, s.Advance(t.Context(), at(0, fork), at(1, 60), of(1, fork+1, 60, known), nil))
		same(t, "the new branch", stored(t, s), append(want, of(1, fork+1, 60, known)...))
		// And from the beginning.
		must(t, s.Rewind(t.Context(), Position{}))
		must(t, s.Advance(t.Context(), Position{}, at(2, 5), of(2, 1, 5, known), nil))
		same(t, "all anew", stored(t, s), of(2, 1, 5, known))
	}
}

// There is no way to a place where the cursor never was, or that is forgotten.
func TestRewindElsewhere(t *testing.T) {
	s := open(t, place(t, "node.db"))
	const last = keptSteps + 10
	for n := uint64(1); n <= last; n++ {
		from := at(0, n-1)
		if n == 1 {
			from = Position{}
		}
		if n > 20 && n < last-20 { // thousands of steps at once
			_, err := s.db.Exec("INSERT INTO steps (number, hash, time) VALUES (?, ?, ?)", n, hashOf(n), at(0, n).Time)
			must(t, err)
			continue
		}
		must(t, s.Advance(t.Context(), from, at(0, n), nil, nil))
	}
	steps, err := s.Steps(t.Context(), math.MaxUint64, 2*keptSteps)
	if err != nil || len(steps) != keptSteps || steps[0] != at(0, last) || steps[keptSteps-1] != at(0, 11) {
		t.Errorf("%d steps, error %v", len(steps), err)
	}
	if steps, _ := s.Steps(t.Context(), 100, 2); len(steps) != 2 || steps[0] != at(0, 99) || steps[1] != at(0, 98) {
		t.Errorf("below 100: %v", steps)
	}
	before := dump(t, s.db)
	for _, to := range []Position{at(0, 10), at(1, last), at(0, last+1)} {
		err := s.Rewind(t.Context(), to)
		if !errors.Is(err, ErrCursor) || !strings.Contains(err.Error(), to.String()) || dump(t, s.db) != before {
			t.Errorf("to %v: %v", to, err)
		}
	}
}

func hashOf(n uint64) []byte {
	hash := at(0, n).Hash
	return hash[:]
}

func TestBlockTime(t *testing.T) {
	s := open(t, place(t, "node.db"))
	must(t, s.Advance(t.Context(), Position{}, at(0, 9), logsOf(0, 5, 5, 2), nil))
	for number, known := range map[uint64]bool{4: false, 5: true, 9: true, 10: false} {
		have, ok, err := s.BlockTime(t.Context(), number)
		if ok != known || err != nil || (ok && have != at(0, number).Time) {
			t.Errorf("block %d: %d, %v, %v", number, have, ok, err)
		}
	}
}
