package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	_ "modernc.org/sqlite" // the driver
)

// Store is a node's file. Its methods may be called from several goroutines; writes wait for each other.
type Store struct {
	file
	// reads are connections that cannot write. A long reading does not hold up a write, and sees the state of when it
	// began.
	reads *sql.DB

	insertLog, insertBlock *sql.Stmt

	advancing sync.Mutex // guards keys
	keys      keyCache
}

// Open opens the node's file at path, or creates it, and brings it to the present schema. It refuses a file that
// another process holds (ErrLocked), that is corrupted (ErrCorrupt), or that a newer version wrote (ErrNewer).
func Open(ctx context.Context, path string, options ...Option) (*Store, error) {
	s := &Store{file: file{remedy: "delete it together with its -wal and -shm files; what it held is derived again from the chain"}}
	for _, option := range options {
		option(&s.file)
	}
	pragmas := []string{"journal_mode(wal)", "synchronous(full)", "wal_autocheckpoint(4000)", "journal_size_limit(67108864)", "cache_size(-32768)"}
	if err := s.open(ctx, path, storeKind, storeSchema, "quick_check(1)", pragmas...); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", s.path, s.classify(err)), s.close())
	}
	return s, nil
}

func (s *Store) prepare(ctx context.Context) error {
	var err error
	if s.insertLog, err = s.db.PrepareContext(ctx, "INSERT INTO logs VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"); err != nil {
		return err
	}
	if s.insertBlock, err = s.db.PrepareContext(ctx, "INSERT INTO blocks VALUES (?, ?, ?) ON CONFLICT DO NOTHING"); err != nil {
		return err
	}
	if s.reads, err = sql.Open("sqlite", s.source("query_only(1)", "cache_size(-8192)")); err != nil {
		return err
	}
	s.reads.SetMaxOpenConns(4)
	return nil
}

// Close releases the file. Nothing is lost without it.
func (s *Store) Close() error { return errors.Join(s.reads.Close(), s.close()) }
