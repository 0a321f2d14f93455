package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// keptSteps is how many of the cursor's last places are remembered: more than any reorganisation is long.
const keptSteps = 4096

// Position is a block up to which everything was read. The zero Position is before the first: nothing was read.
type Position struct {
	Number uint64
	Hash   core.Hash
	Time   core.Time
}

// IsZero reports whether it is before the first block.
func (p Position) IsZero() bool { return p == Position{} }

// String names the block.
func (p Position) String() string {
	if p.IsZero() {
		return "nothing read"
	}
	return fmt.Sprintf("block %d (%s)", p.Number, p.Hash)
}

// Bind makes a new file that of a network, and refuses the file of another one (ErrForeign).
func (s *Store) Bind(ctx context.Context, chainID uint64, middleware core.Address) error {
	return s.write(ctx, "bind", func(tx *sql.Tx) error {
		var have uint64
		var raw []byte
		err := tx.QueryRowContext(ctx, "SELECT chain, middleware FROM identity").Scan(&have, &raw)
		if errors.Is(err, sql.ErrNoRows) {
			_, err = tx.ExecContext(ctx, "INSERT INTO identity VALUES (1, ?, ?)", chainID, middleware[:])
			return err
		}
		if err != nil {
			return err
		}
		if bound := core.Address(raw); have != chainID || bound != middleware {
			return fmt.Errorf("%w: %s is of chain %d, middleware %s, not of chain %d, middleware %s: give each network a file of its own",
				ErrForeign, s.path, have, bound, chainID, middleware)
		}
		return nil
	})
}

// Cursor returns the newest block up to which everything was read, or false when nothing was read yet.
func (s *Store) Cursor(ctx context.Context) (Position, bool, error) {
	last, err := cursor(ctx, s.reads)
	if err != nil {
		return Position{}, false, fmt.Errorf("read cursor: %w", s.classify(err))
	}
	return last, !last.IsZero(), nil
}

// querier is a database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func cursor(ctx context.Context, q querier) (Position, error) {
	p, err := scanPosition(q.QueryRowContext(ctx, "SELECT number, hash, time FROM steps ORDER BY seq DESC LIMIT 1"))
	if errors.Is(err, sql.ErrNoRows) {
		return Position{}, nil
	}
	return p, err
}

func scanPosition(row interface{ Scan(...any) error }) (Position, error) {
	var p Position
	var hash []byte
	if err := row.Scan(&p.Number, &hash, &p.Time); err != nil {
		return Position{}, err
	}
	p.Hash = core.Hash(hash)
	return p, nil
}

// Steps returns the places where the cursor was, at most limit, the newest first: those below a block number. To find
// where a reorganisation left them, compare each with the chain, and Rewind to the first that is on it. When none is,
// rewind to the zero Position.
func (s *Store) Steps(ctx context.Context, below uint64, limit int) ([]Position, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT number, hash, time FROM steps WHERE number < ? ORDER BY number DESC LIMIT ?",
		min(below, 1<<63-1), limit)
	if err != nil {
		return nil, fmt.Errorf("read steps: %w", s.classify(err))
	}
	defer rows.Close()
	var all []Position
	for rows.Next() {
		p, err := scanPosition(rows)
		if err != nil {
			return nil, fmt.Errorf("read steps: %w", s.classify(err))
		}
		all = append(all, p)
	}
	return all, s.classify(rows.Err())
}

// Rewind forgets what was read and decided above a former place of the cursor: logs, also older ones that a later
// step added, vaults that became known, steps, elections, and batches. Intents and facts stay. With the zero Position it
// forgets all of them.
func (s *Store) Rewind(ctx context.Context, to Position) error {
	return s.write(ctx, "rewind", func(tx *sql.Tx) error {
		above := int64(-1)
		if !to.IsZero() {
			have, err := scanPosition(tx.QueryRowContext(ctx, "SELECT number, hash, time FROM steps WHERE number = ?", to.Number))
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if have != to {
				return fmt.Errorf("%w: %s is none of the last %d steps: rewind to one of them, or to the beginning",
					ErrCursor, to, keptSteps)
			}
			above = int64(to.Number)
		}
		for _, statement := range []string{
			"DELETE FROM logs WHERE late > ?",
			"DELETE FROM logs WHERE block > ?",
			"DELETE FROM blocks WHERE number > ?",
			"DELETE FROM vaults WHERE step > ?",
			"DELETE FROM steps WHERE number > ?",
			"DELETE FROM elections WHERE block > ?",
			"DELETE FROM batches WHERE end_block > ?",
		} {
			if _, err := tx.ExecContext(ctx, statement, above); err != nil {
				return fmt.Errorf("to %s: %w", to, err)
			}
		}
		return nil
	})
}
