package store

import (
	"bytes"
	"errors"
	"math/big"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// scattered are logs of n contracts over many parts of the index, some without topics.
func scattered(n int) ([]types.Log, uint64) {
	r := rand.New(rand.NewSource(1))
	var all []types.Log
	block := uint64(1)
	for range 3000 {
		block += 1 + uint64(r.Intn(3))
		if r.Intn(100) == 0 {
			block += 9000
		}
		for i := range uint(1 + r.Intn(3)) {
			l := logAt(0, block, i)
			l.Address = account(uint64(r.Intn(n)))
			l.Topics = l.Topics[:r.Intn(4)]
			all = append(all, l)
		}
	}
	return all, block
}

// Every query gives what looking at each log gives (go-ethereum's eth/filters).
func TestFilterLogsIsOneByOne(t *testing.T) {
	for _, contracts := range []int{3, 50, 600} {
		logs, last := scattered(contracts)
		s := open(t, place(t, "node.db"))
		must(t, s.Advance(t.Context(), Position{}, at(0, last/2), cut(logs, 0, last/2), nil))
		must(t, s.Advance(t.Context(), at(0, last/2), at(0, last), logs, nil))
		r := rand.New(rand.NewSource(int64(contracts)))
		pick := func(most int, of func(uint64) common.Hash, n int) (list []common.Hash) {
			for range r.Intn(most) {
				list = append(list, of(uint64(r.Intn(n))))
			}
			return list
		}
		hits := 0
		for range 100 {
			from, to := uint64(r.Intn(int(last))), uint64(r.Intn(int(last)))
			if r.Intn(2) == 0 {
				from, to = 0, last
			}
			q := ethereum.FilterQuery{FromBlock: new(big.Int).SetUint64(from), ToBlock: new(big.Int).SetUint64(to)}
			if r.Intn(4) > 0 {
				for range []int{1, 2, contracts}[r.Intn(3)] {
					q.Addresses = append(q.Addresses, account(uint64(r.Intn(contracts+2))))
				}
			}
			if r.Intn(4) > 0 {
				q.Topics = append(q.Topics, pick(4, word, 10))
				if r.Intn(2) == 0 {
					q.Topics = append(q.Topics, pick(4, word, 22), nil)
				}
			}
			var want []types.Log
			for _, l := range cut(logs, from, to) {
				if oracle(l, q) {
					want = append(want, l)
				}
			}
			have, err := s.FilterLogs(t.Context(), q)
			must(t, err)
			same(t, "query", have, want)
			if t.Failed() {
				t.Fatalf("%+v", q)
			}
			hits += len(want)
		}
		if hits == 0 {
			t.Error("no query found anything")
		}
	}
}

func cut(logs []types.Log, from, to uint64) (some []types.Log) {
	for _, l := range logs {
		if from <= l.BlockNumber && l.BlockNumber <= to {
			some = append(some, l)
		}
	}
	return some
}

func oracle(l types.Log, q ethereum.FilterQuery) bool {
	if len(q.Addresses) > 0 && !slices.Contains(q.Addresses, l.Address) {
		return false
	}
	for i, any := range q.Topics {
		if i >= len(l.Topics) {
			return false
		}
		if len(any) > 0 && !slices.Contains(any, l.Topics[i]) {
			return false
		}
	}
	return true
}

// A query by address is answered by the index, whatever SQLite's planner thinks of the rest.
func TestFilterLogsUsesTheIndex(t *testing.T) {
	s := open(t, place(t, "node.db"))
	rows, err := s.db.Query("EXPLAIN QUERY PLAN "+byKey, 0, "[1]", 0, 9)
	must(t, err)
	defer rows.Close()
	found := false
	for rows.Next() {
		var id, parent, unused int
		var detail string
		must(t, rows.Scan(&id, &parent, &unused, &detail))
		found = found || strings.Contains(detail, "USING INDEX logs_by_key (<expr>=? AND key=? AND block>? AND block<?)")
		if strings.Contains(detail, "SCAN l") {
			t.Errorf("it reads all logs: %s", detail)
		}
	}
	if !found {
		t.Error("the index by key is not used to its end")
	}
}

// Tags and missing ends are the first block and the cursor; what is above the cursor is refused, not empty.
func TestFilterLogsRange(t *testing.T) {
	s := open(t, place(t, "node.db"))
	if logs, err := s.FilterLogs(t.Context(), ethereum.FilterQuery{}); len(logs) != 0 || err != nil {
		t.Errorf("of an empty store: %v, %v", logs, err)
	}
	if _, err := s.FilterLogs(t.Context(), ethereum.FilterQuery{FromBlock: big.NewInt(0), ToBlock: big.NewInt(0)}); !errors.Is(err, ErrBeyond) {
		t.Errorf("block 0 of an empty store: %v", err)
	}
	all := logsOf(0, 0, 20, 1)
	must(t, s.Advance(t.Context(), Position{}, at(0, 20), all, nil))
	huge := new(big.Int).Lsh(big.NewInt(1), 70)
	tests := []struct {
		from, to *big.Int
		want     []types.Log
		beyond   bool
	}{
		{nil, nil, all, false}, {big.NewInt(5), nil, all[5:], false}, {nil, big.NewInt(5), all[:6], false},
		{big.NewInt(20), big.NewInt(20), all[20:], false}, {big.NewInt(9), big.NewInt(8), nil, false},
		{big.NewInt(-5), big.NewInt(-2), all, false}, {big.NewInt(-3), big.NewInt(-4), all[20:], false},
		{nil, big.NewInt(21), nil, true}, {big.NewInt(21), nil, nil, true}, {nil, huge, nil, true},
	}
	for _, test := range tests {
		have, err := s.FilterLogs(t.Context(), ethereum.FilterQuery{FromBlock: test.from, ToBlock: test.to})
		if errors.Is(err, ErrBeyond) != test.beyond || (err == nil) == test.beyond {
			t.Errorf("%v to %v: %v", test.from, test.to, err)
		}
		same(t, "range", have, test.want)
	}
	hash := common.Hash{1}
	if _, err := s.FilterLogs(t.Context(), ethereum.FilterQuery{BlockHash: &hash}); err == nil {
		t.Error("a block's hash was answered")
	}
}

// A reading sees one moment, and holds up no write; what it calls may use the store.
func TestReadWhileWriting(t *testing.T) {
	s := open(t, place(t, "node.db"))
	must(t, s.Advance(t.Context(), Position{}, at(0, 100), logsOf(0, 1, 100, 2), nil))
	var seen []types.Log
	must(t, s.EachLog(t.Context(), func(l types.Log) error {
		if seen = append(seen, l); len(seen) == 1 {
			must(t, s.Advance(t.Context(), at(0, 100), at(0, 200), logsOf(0, 101, 200, 2), nil))
		}
		if _, ok, err := s.BlockTime(t.Context(), l.BlockNumber); !ok || err != nil {
			t.Errorf("block %d: %v", l.BlockNumber, err)
		}
		return nil
	}))
	same(t, "seen", seen, logsOf(0, 1, 100, 2))
	same(t, "afterwards", stored(t, s), logsOf(0, 1, 200, 2))
	enough := errors.New("enough")
	if err := s.EachLog(t.Context(), func(types.Log) error { return enough }); err != enough {
		t.Errorf("stopped with %v", err)
	}
}

// A body that is cut off anywhere is an error or another log, never a panic.
func FuzzBody(f *testing.F) {
	l := logAt(0, 5, 1)
	whole := appendBody(nil, &l)
	for n := range len(whole) + 1 {
		f.Add(whole[:n])
	}
	f.Add(bytes.Repeat([]byte{0xff}, 60)) // a place in the block beyond 64 bits
	f.Fuzz(func(t *testing.T, body []byte) {
		var l types.Log
		if err := readBody(&l, body); err != nil && !errors.Is(err, ErrCorrupt) {
			t.Errorf("error %v", err)
		}
	})
}
