package store

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gear-tech/roster/core"
)

// TestShelf: what is put is there under its hash, also twice; what is cut off or changed is refused and written anew; what
// a dead process left half written is gone.
func TestShelf(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "rewards")
	s, err := OpenShelf(dir)
	must(t, err)
	data := bytes.Repeat([]byte("leaf"), 1000)
	for range 2 {
		hash, err := s.Put(bytes.NewReader(data))
		if err != nil || hash != core.Keccak(data) {
			t.Fatal(hash, err)
		}
	}
	hash := core.Keccak(data)
	have, err := s.Open(hash)
	if err != nil || !bytes.Equal(have.Bytes(), data) {
		t.Fatal(err)
	}
	if _, err := s.Open(core.Hash{1}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("one that is not there: %v", err)
	}
	must(t, have.Close())
	must(t, os.Truncate(s.Path(hash), 100))
	if _, err := s.Open(hash); !errors.Is(err, ErrCorrupt) {
		t.Errorf("cut off: %v", err)
	}
	_, err = s.Put(bytes.NewReader(data))
	must(t, err)
	if _, err := s.Open(hash); err != nil {
		t.Errorf("written anew: %v", err)
	}
	must(t, os.WriteFile(filepath.Join(dir, "123"+aside), data[:5], 0o600))
	_, err = OpenShelf(dir)
	must(t, err)
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left (%v)", len(entries), err)
	}
}

// TestShelfFull: without space nothing is left behind, and what was there stays.
func TestShelfFull(t *testing.T) {
	s, err := OpenShelf(filepath.Join(t.TempDir(), "rewards"))
	must(t, err)
	good, err := s.Put(strings.NewReader("good"))
	must(t, err)
	limited(t, 1000, func() {
		if _, err := s.Put(bytes.NewReader(make([]byte, 5000))); !errors.Is(err, ErrFull) {
			t.Errorf("full: %v", err)
		}
	})
	if _, err := s.Open(good); err != nil {
		t.Error(err)
	}
	if entries, err := os.ReadDir(s.dir); err != nil || len(entries) != 1 {
		t.Errorf("%d files are left (%v)", len(entries), err)
	}
}

// limited has no file of this process grow beyond a size for a while.
func limited(t *testing.T, size uint64, do func()) {
	t.Helper()
	var old syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &old))
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: size, Max: old.Max}))
	defer func() { must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &old)) }()
	do()
}
