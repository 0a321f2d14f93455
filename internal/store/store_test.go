package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
)

// One process holds a file; the second is told which, and what to do. A link to it is the same file.
func TestLocked(t *testing.T) {
	path := place(t, "node.db")
	s := open(t, path)
	link := place(t, "link.db")
	must(t, os.Symlink(path, link))
	for _, p := range []string{path, link} {
		_, err := Open(t.Context(), p)
		if !errors.Is(err, ErrLocked) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "stop the other") {
			t.Errorf("second opening of %s: %v", p, err)
		}
	}
	must(t, s.Close())
	open(t, link)
}

// A new file takes any network, then no other.
func TestBind(t *testing.T) {
	s := open(t, place(t, "node.db"))
	ours := core.Address{1}
	must(t, s.Bind(t.Context(), 1, ours))
	must(t, s.Bind(t.Context(), 1, ours))
	for _, err := range []error{s.Bind(t.Context(), 2, ours), s.Bind(t.Context(), 1, core.Address{2})} {
		if !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), "chain 1, middleware "+ours.String()) {
			t.Errorf("another network: %v", err)
		}
	}
}

// The pragmas are those that the promises of this package rest on.
func TestPragmas(t *testing.T) {
	s, j := open(t, place(t, "node.db")), openJournal(t, place(t, "journal.db"), 0)
	tests := []struct {
		db           *sql.DB
		pragma, want string
	}{
		{s.db, "journal_mode", "wal"}, {s.db, "synchronous", "2"}, {s.db, "foreign_keys", "1"}, {s.db, "busy_timeout", "10000"},
		{s.reads, "query_only", "1"}, {s.reads, "busy_timeout", "10000"},
		{j.db, "journal_mode", "delete"}, {j.db, "synchronous", "3"}, {j.db, "foreign_keys", "1"},
	}
	for _, test := range tests {
		var have string
		must(t, test.db.QueryRow("PRAGMA "+test.pragma).Scan(&have))
		if have != test.want {
			t.Errorf("%s is %s, want %s", test.pragma, have, test.want)
		}
	}
	for _, db := range []*sql.DB{s.db, j.db} {
		var loose int
		must(t, db.QueryRow("SELECT count(*) FROM pragma_table_list WHERE type = 'table' AND schema = 'main' AND NOT strict AND name NOT LIKE 'sqlite_%'").Scan(&loose))
		if loose != 0 {
			t.Errorf("%d tables are not STRICT", loose)
		}
	}
}

// A path is a path, whatever is in it.
func TestOddPaths(t *testing.T) {
	for _, name := range []string{"a b.db", "50%.db", "what?x=1#y.db", "ä&=.db"} {
		path := place(t, name)
		open(t, path)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if _, err := Open(t.Context(), filepath.Join(t.TempDir(), "none", "node.db")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in a folder that is not there: %v", err)
	}
}

func TestMigrationsOfAnotherVersion(t *testing.T) {
	tests := []struct {
		change string
		want   error
	}{
		{"INSERT INTO migrations VALUES (9999, 'x', 'y')", ErrNewer},
		{"UPDATE migrations SET sha256 = 'y' WHERE version = 1", ErrMigration},
	}
	for _, test := range tests {
		path := place(t, "node.db")
		s := open(t, path)
		_, err := s.db.Exec(test.change)
		must(t, err)
		must(t, s.Close())
		if _, err := Open(t.Context(), path); !errors.Is(err, test.want) || !strings.Contains(err.Error(), path) {
			t.Errorf("after %s: %v, want %v", test.change, err, test.want)
		}
	}
}

func TestMigrationNames(t *testing.T) {
	file := &fstest.MapFile{Data: []byte("SELECT 1")}
	tests := []struct {
		names []string
		want  int // -1: refused
	}{
		{nil, 0}, {[]string{"0001_a.sql", "0002_b.sql"}, 2}, {[]string{"0001_a.sql", "notes.txt"}, 1},
		{[]string{"0002_b.sql"}, -1}, {[]string{"0001_a.sql", "0003_b.sql"}, -1}, {[]string{"0001_a.sql", "0001_b.sql"}, -1},
		{[]string{"1_a.sql"}, -1}, {[]string{"0001.sql"}, -1}, {[]string{"0001_a.sql", "later.sql"}, -1},
	}
	for _, test := range tests {
		files := fstest.MapFS{}
		for _, name := range test.names {
			files["m/"+name] = file
		}
		all, err := readMigrations(files, "m")
		if (err != nil) != (test.want < 0) || (err == nil && len(all) != test.want) {
			t.Errorf("%v: %d migrations, error %v", test.names, len(all), err)
		}
	}
}

// A migration that fails leaves nothing, and the next attempt starts at the same place.
func TestMigrationFails(t *testing.T) {
	s := open(t, place(t, "node.db"))
	before := dump(t, s.db)
	all, err := readMigrations(migrations, storeSchema)
	must(t, err)
	files := fstest.MapFS{}
	for _, m := range all {
		files["m/"+m.name] = &fstest.MapFile{Data: []byte(m.script)}
	}
	next := "m/" + strings.Replace("000N_more.sql", "N", string(rune('1'+len(all))), 1)
	files[next] = &fstest.MapFile{Data: []byte("CREATE TABLE more (x INTEGER) STRICT; SELECT nothing")}
	if err := s.migrate(t.Context(), storeKind, files, "m"); err == nil {
		t.Error("a broken migration passed")
	}
	if dump(t, s.db) != before {
		t.Error("a broken migration left something")
	}
	files[next] = &fstest.MapFile{Data: []byte("CREATE TABLE more (x INTEGER) STRICT")}
	must(t, s.migrate(t.Context(), storeKind, files, "m"))
	must(t, s.migrate(t.Context(), storeKind, files, "m"))
}

// A file whose bytes were changed is refused with its name and what to do; then it is deleted, and a new one made.
func TestCorrupted(t *testing.T) {
	tests := []struct {
		name   string
		damage func(raw []byte) []byte
	}{
		{"header", func(raw []byte) []byte { return append([]byte("no such thing, no such thing"), raw[28:]...) }},
		{"short", func(raw []byte) []byte { return raw[:50] }},
		{"cut in half", func(raw []byte) []byte { return raw[:len(raw)/2/4096*4096] }},
		{"zeroes", func(raw []byte) []byte { clear(raw[len(raw)/2 : len(raw)/2+8192]); return raw }},
		{"noise", func(raw []byte) []byte {
			for i := 4096; i < len(raw); i += 2048 {
				copy(raw[i:], "noise")
			}
			return raw
		}},
	}
	for _, test := range tests {
		path := place(t, "node.db")
		s := open(t, path)
		must(t, s.Advance(t.Context(), Position{}, at(0, 100), logsOf(0, 1, 100, 5), nil))
		want := stored(t, s)
		must(t, s.Close())
		raw, err := os.ReadFile(path)
		must(t, err)
		must(t, os.WriteFile(path, test.damage(raw), 0o600))
		_, err = Open(t.Context(), path)
		if !errors.Is(err, ErrCorrupt) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "delete it") {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		for _, ending := range []string{"", "-wal", "-shm"} {
			if err := os.Remove(path + ending); err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Fatal(err)
			}
		}
		s = open(t, path)
		must(t, s.Advance(t.Context(), Position{}, at(0, 100), logsOf(0, 1, 100, 5), nil))
		same(t, test.name, stored(t, s), want)
	}
}

// A file that was damaged while it is open says so, too.
func TestCorruptedMeanwhile(t *testing.T) {
	path := place(t, "node.db")
	s := open(t, path)
	must(t, s.Advance(t.Context(), Position{}, at(0, 2000), logsOf(0, 1, 2000, 5), nil))
	must(t, s.Close())
	s = open(t, path)
	raw, err := os.ReadFile(path)
	must(t, err)
	for i := 8192; i < len(raw); i++ {
		raw[i] = 0xa5
	}
	must(t, os.WriteFile(path, raw, 0o600))
	// What SQLite has in memory already it does not read again.
	err = s.EachLog(t.Context(), func(types.Log) error { return nil })
	if !errors.Is(err, ErrCorrupt) {
		t.Errorf("read: %v", err)
	}
}

// A journal is no store and a store no journal, nor is any other database; none of them is changed by trying.
func TestOtherKinds(t *testing.T) {
	store, journal, other := place(t, "node.db"), place(t, "journal.db"), place(t, "other.db")
	must(t, open(t, store).Close())
	must(t, openJournal(t, journal, 0).Close())
	db, err := sql.Open("sqlite", other)
	must(t, err)
	_, err = db.Exec("CREATE TABLE x (y)")
	must(t, err)
	must(t, db.Close())
	asStore := func(path string) error { _, err := Open(t.Context(), path); return err }
	asJournal := func(path string) error { _, err := OpenJournal(t.Context(), path, ours(0)); return err }
	tests := []struct {
		path string
		open func(string) error
		same bool
	}{{journal, asStore, true}, {store, asJournal, true}, {other, asStore, false}, {other, asJournal, false}}
	for _, test := range tests {
		before, err := os.ReadFile(test.path)
		must(t, err)
		if err := test.open(test.path); !errors.Is(err, ErrForeign) || !strings.Contains(err.Error(), test.path) {
			t.Errorf("%s: %v", test.path, err)
		}
		after, err := os.ReadFile(test.path)
		must(t, err)
		if test.same && !bytes.Equal(before, after) {
			t.Errorf("%s was changed", test.path)
		}
	}
}

// What was written is there after a restart, and facts outlive a rewind.
func TestFacts(t *testing.T) {
	path := place(t, "node.db")
	s := open(t, path)
	if _, ok, err := s.Fact(t.Context(), "alarm"); ok || err != nil {
		t.Errorf("a fact from nowhere: %v, %v", ok, err)
	}
	for _, value := range [][]byte{nil, {}, []byte("half")} {
		must(t, s.PutFact(t.Context(), "alarm", value))
		have, ok, err := s.Fact(t.Context(), "alarm")
		if !ok || err != nil || !bytes.Equal(have, value) {
			t.Errorf("have %q, %v, %v; want %q", have, ok, err, value)
		}
	}
	must(t, s.Rewind(t.Context(), Position{}))
	must(t, s.Close())
	s = open(t, path)
	if have, ok, err := s.Fact(t.Context(), "alarm"); string(have) != "half" || !ok || err != nil {
		t.Errorf("after a restart: %q, %v, %v", have, ok, err)
	}
}

// A call whose context has ended changes nothing.
func TestCancelled(t *testing.T) {
	s := open(t, place(t, "node.db"))
	before := dump(t, s.db)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Advance(ctx, Position{}, at(0, 9), logsOf(0, 1, 9, 5), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("advance: %v", err)
	}
	if dump(t, s.db) != before {
		t.Error("something was stored")
	}
}
