package store

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gear-tech/roster/core"
)

// fill writes until there is no space, and returns how far it came.
func fill(t *testing.T, n node) (last Position, batch uint64) {
	t.Helper()
	for {
		err := n.store.Advance(t.Context(), last, at(0, last.Number+10), logsOf(0, last.Number+1, last.Number+10, 20), nil)
		if err != nil {
			full(t, err, n.store.path)
			break
		}
		last = at(0, last.Number+10)
	}
	for {
		if err := n.journal.Sign(t.Context(), BatchSlot(0, 5, batch), core.Hash{1}); err != nil {
			full(t, err, n.journal.path)
			return last, batch
		}
		batch++
	}
}

func full(t *testing.T, err error, path string) {
	t.Helper()
	if !errors.Is(err, ErrFull) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "make space") {
		t.Fatalf("full: %v", err)
	}
}

// check compares what is there with how far it came.
func check(t *testing.T, n node, last Position, batch uint64) {
	t.Helper()
	if have, _, err := n.store.Cursor(t.Context()); have != last || err != nil {
		t.Errorf("the cursor is at %v, want %v: %v", have, last, err)
	}
	same(t, "stored", stored(t, n.store), logsOf(0, 1, last.Number, 20))
	for i := range batch + 1 {
		if _, ok, err := n.journal.Signed(t.Context(), BatchSlot(0, 5, i)); ok != (i < batch) || err != nil {
			t.Errorf("batch %d of %d: %v, %v", i, batch, ok, err)
		}
	}
}

// A file that may not grow refuses every write by name, keeps what it has, and goes on when it may.
func TestFull(t *testing.T) {
	n, err := openNode(t, t.TempDir())
	must(t, err)
	defer n.close(t)
	limit := func(pages int) {
		for _, db := range []*sql.DB{n.store.db, n.journal.db} {
			_, err := db.Exec(fmt.Sprintf("PRAGMA max_page_count = %d", pages))
			must(t, err)
		}
	}
	limit(60)
	last, batch := fill(t, n)
	before := n.dump(t)
	full(t, n.store.PutElection(t.Context(), electionOf(0, 1, 5000)), n.store.path)
	if n.dump(t) != before {
		t.Error("something was stored")
	}
	check(t, n, last, batch)
	limit(1 << 20)
	must(t, n.store.PutElection(t.Context(), electionOf(0, 1, 50)))
	further(t, n, last, batch)
}

// further does what was refused.
func further(t *testing.T, n node, last Position, batch uint64) {
	t.Helper()
	to := at(0, last.Number+10)
	must(t, n.store.Advance(t.Context(), last, to, logsOf(0, last.Number+1, to.Number, 20), nil))
	must(t, n.journal.Sign(t.Context(), BatchSlot(0, 5, batch), core.Hash{1}))
	check(t, n, to, batch+1)
}

// The same on a disk that is full, with a restart in between. Needs the right to mount.
func TestFullDisk(t *testing.T) {
	folder := t.TempDir()
	if err := mount(folder, "size=2m"); err != nil {
		t.Skipf("cannot mount a small disk: %v", err)
	}
	defer syscall.Unmount(folder, 0)
	n, err := openNode(t, folder)
	must(t, err)
	last, batch := fill(t, n)
	check(t, n, last, batch)
	n.close(t)
	rest := filepath.Join(folder, "rest") // and not a byte is left by others
	if err := os.WriteFile(rest, make([]byte, 4<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk is not full: %v", err)
	}
	if n, err = openNode(t, folder); err == nil {
		check(t, n, last, batch)
		n.close(t)
	} else {
		full(t, err, folder)
	}
	must(t, os.Remove(rest))
	if err := mount(folder, "remount,size=32m"); err != nil {
		t.Fatalf("give it space: %v", err)
	}
	n, err = openNode(t, folder)
	must(t, err)
	defer n.close(t)
	further(t, n, last, batch)
}
