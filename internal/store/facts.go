package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// PutFact stores a small fact of the node's own, in place of the one with this key: which sample was checked last, which
// alarm was raised. It is not of the chain: Rewind leaves it.
func (s *Store) PutFact(ctx context.Context, key string, value []byte) error {
	return s.write(ctx, "fact", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO facts VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
			key, append([]byte{}, value...)) // never nil, which would be NULL
		if err != nil {
			return fmt.Errorf("%q: %w", key, err)
		}
		return nil
	})
}

// Fact returns the fact with this key, or false when there is none.
func (s *Store) Fact(ctx context.Context, key string) (value []byte, ok bool, err error) {
	err = s.reads.QueryRowContext(ctx, "SELECT value FROM facts WHERE key = ?", key).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read fact %q: %w", key, s.classify(err))
	}
	return value, true, nil
}
