package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"math/rand"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
)

// place returns a path for a file of the test's own.
func place(t testing.TB, name string) string { return filepath.Join(t.TempDir(), name) }

// open opens a store that is closed with the test.
func open(t testing.TB, path string, options ...Option) *Store {
	t.Helper()
	s, err := Open(context.Background(), path, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// at is the block of a number on a branch of the chain that these tests read: one block in 12 seconds.
func at(branch byte, number uint64) Position {
	raw := binary.BigEndian.AppendUint64([]byte{branch}, number)
	return Position{Number: number, Hash: core.Keccak(raw), Time: core.Time(1_000 + 12*number)}
}

func word(n uint64) common.Hash {
	return common.Hash(core.Keccak(binary.BigEndian.AppendUint64([]byte("word"), n)))
}

func account(n uint64) common.Address { return common.Address(word(n).Bytes()[:20]) }

// logAt is a log as a chain has them: an address of the first 50, a kind of event of the first 8, two more topics and 64
// to 96 bytes, all from its place.
func logAt(branch byte, number uint64, index uint) types.Log {
	block := at(branch, number)
	r := rand.New(rand.NewSource(int64(number)<<8 | int64(index)))
	l := types.Log{
		Address: account(uint64(r.Intn(50))), BlockNumber: number, BlockHash: common.Hash(block.Hash), BlockTimestamp: uint64(block.Time),
		TxHash: word(number<<8 | uint64(index)), TxIndex: index / 2, Index: index,
		Topics: []common.Hash{word(uint64(r.Intn(8))), word(uint64(r.Intn(20))), word(uint64(r.Intn(1000)))},
		Data:   make([]byte, 64+r.Intn(33)),
	}
	r.Read(l.Data)
	return l
}

// logsOf are the logs of the blocks from from to to, both inclusive, perBlock in each.
func logsOf(branch byte, from, to uint64, perBlock uint) []types.Log {
	var all []types.Log
	for n := from; n <= to; n++ {
		for i := range perBlock {
			all = append(all, logAt(branch, n, i))
		}
	}
	return all
}

// stored returns everything that EachLog gives.
func stored(t testing.TB, s *Store) []types.Log {
	t.Helper()
	var all []types.Log
	must(t, s.EachLog(t.Context(), func(l types.Log) error {
		all = append(all, l)
		return nil
	}))
	return all
}

// same compares logs one by one.
func same(t testing.TB, what string, have, want []types.Log) {
	t.Helper()
	if len(have) != len(want) {
		t.Errorf("%s: %d logs, want %d", what, len(have), len(want))
		return
	}
	for i := range have {
		if !reflect.DeepEqual(have[i], want[i]) {
			t.Errorf("%s: log %d is\n%+v, want\n%+v", what, i, have[i], want[i])
			return
		}
	}
}

// dump is everything in a database as text, table by table.
func dump(t testing.TB, db *sql.DB) string {
	t.Helper()
	var all strings.Builder
	for _, table := range column(t, db, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name") {
		fmt.Fprintf(&all, "-- %s\n", table)
		columns := column(t, db, "SELECT 'quote(' || name || ')' FROM pragma_table_info('"+table+"') ORDER BY cid")
		for _, row := range column(t, db, "SELECT "+strings.Join(columns, "||','||")+" AS row FROM "+table+" ORDER BY row") {
			all.WriteString(row + "\n")
		}
	}
	return all.String()
}

func column(t testing.TB, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.Query(query)
	must(t, err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var text string
		must(t, rows.Scan(&text))
		all = append(all, text)
	}
	must(t, rows.Err())
	return all
}

// ours are a journal's options with a first safe era.
func ours(safe core.Era) JournalOptions {
	return JournalOptions{ChainID: 31337, Router: core.Address{7}, Key: core.Hash{9},
		SafeEra: func(context.Context) (core.Era, error) { return safe, nil }}
}

// openJournal opens a journal that is closed with the test.
func openJournal(t testing.TB, path string, safe core.Era, options ...Option) *Journal {
	t.Helper()
	j, err := OpenJournal(context.Background(), path, ours(safe), options...)
	must(t, err)
	t.Cleanup(func() { j.Close() })
	return j
}
