package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/program"
)

// ErrNoObject is an object that is not in the store.
var ErrNoObject = errors.New("no such object")

// Object returns an object of the programs' state.
func (s *Store) Object(ctx context.Context, name core.Hash) ([]byte, error) {
	var data []byte
	err := s.reads.QueryRowContext(ctx, "SELECT data FROM objects WHERE name = ?", name[:]).Scan(&data)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%w: %s", ErrNoObject, name)
	}
	if err != nil {
		return nil, fmt.Errorf("read object %s: %w", name, s.classify(err))
	}
	return data, nil
}

// PutObjects stores objects that came from elsewhere, each under its name.
func (s *Store) PutObjects(ctx context.Context, objects map[core.Hash][]byte) error {
	return s.write(ctx, "objects", func(tx *sql.Tx) error { return insertObjects(ctx, tx, objects) })
}

// PutBatch stores a batch and the objects that its state needs, all of it or nothing. The same again changes nothing;
// another batch of the same number is ErrDiffers: Rewind forgets those of a branch that is gone.
func (s *Store) PutBatch(ctx context.Context, c program.Computed, objects map[core.Hash][]byte) error {
	return s.write(ctx, "batch", func(tx *sql.Tx) error {
		have, known, err := readBatch(ctx, tx, "number = ?", c.Set, c.Number)
		if err != nil {
			return err
		}
		if known {
			if have.Batch != c.Batch {
				return fmt.Errorf("batch %d of set %d: %w: have %s, got %s", c.Number, c.Set, ErrDiffers, have.Hash(), c.Hash())
			}
			return nil
		}
		if err := insertObjects(ctx, tx, objects); err != nil {
			return err
		}
		return insertBatch(ctx, tx, c)
	})
}

// insertObjects goes by name, so that the same objects are always written in the same order.
func insertObjects(ctx context.Context, tx *sql.Tx, objects map[core.Hash][]byte) error {
	if len(objects) == 0 {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, "INSERT INTO objects VALUES (?, ?) ON CONFLICT DO NOTHING")
	if err != nil {
		return err
	}
	defer insert.Close()
	names := make([]core.Hash, 0, len(objects))
	for name := range objects {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b core.Hash) int { return bytes.Compare(a[:], b[:]) })
	for _, name := range names {
		data := objects[name]
		if data == nil {
			data = []byte{} // nil would be NULL
		}
		if _, err := insert.ExecContext(ctx, name[:], data); err != nil {
			return fmt.Errorf("object %s: %w", name, err)
		}
	}
	return nil
}

func insertBatch(ctx context.Context, tx *sql.Tx, c program.Computed) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO batches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", c.Set, c.Number, c.Previous,
		c.PreviousHash[:], c.EndBlock, c.EndBlockHash[:], c.StateRoot[:], c.MessagesRoot[:], c.Ran, c.Gas)
	if err != nil {
		return fmt.Errorf("batch %d of set %d: %w", c.Number, c.Set, err)
	}
	for i, o := range c.Outgoing {
		payload := append([]byte{}, o.Payload...)
		_, err := tx.ExecContext(ctx, "INSERT INTO outgoing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", c.Set, c.Number, i, o.ID[:],
			o.Program[:], o.To[:], o.ReplyTo[:], o.Code[:], o.Value.Dec(), payload)
		if err != nil {
			return fmt.Errorf("message %d of batch %d of set %d: %w", i, c.Number, c.Set, err)
		}
	}
	return nil
}

const batchColumns = `number, previous, previous_hash, end_block, end_hash, state, messages, ran, gas`

// LastBatch returns the newest batch of a set, without its messages; false when there is none.
func (s *Store) LastBatch(ctx context.Context, set core.SetID) (program.Computed, bool, error) {
	return readBatch(ctx, s.reads, "number <= ?", set, 1<<62)
}

// Batch returns a batch by its number, without its messages; false when this number gives none.
func (s *Store) Batch(ctx context.Context, set core.SetID, number uint64) (program.Computed, bool, error) {
	return readBatch(ctx, s.reads, "number = ?", set, number)
}

// BatchAfter returns the first batch above a number, without its messages; false when there is none.
func (s *Store) BatchAfter(ctx context.Context, set core.SetID, number uint64) (program.Computed, bool, error) {
	row := s.reads.QueryRowContext(ctx, "SELECT "+batchColumns+" FROM batches WHERE set_id = ? AND number > ? ORDER BY number LIMIT 1", set, number)
	return scanBatch(row, set)
}

func readBatch(ctx context.Context, q querier, where string, set core.SetID, number uint64) (program.Computed, bool, error) {
	row := q.QueryRowContext(ctx, "SELECT "+batchColumns+" FROM batches WHERE set_id = ? AND "+where+" ORDER BY number DESC LIMIT 1", set, number)
	return scanBatch(row, set)
}

func scanBatch(row *sql.Row, set core.SetID) (program.Computed, bool, error) {
	c := program.Computed{Batch: batch.Batch{Set: set}}
	var previous, end, state, messages []byte
	err := row.Scan(&c.Number, &c.Previous, &previous, &c.EndBlock, &end, &state, &messages, &c.Ran, &c.Gas)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("read a batch of set %d: %w", set, err)
	}
	c.PreviousHash, c.EndBlockHash = core.Hash(previous), core.Hash(end)
	c.StateRoot, c.MessagesRoot = core.Hash(state), core.Hash(messages)
	return c, true, nil
}

// OutgoingOf returns what a batch sends, in order.
func (s *Store) OutgoingOf(ctx context.Context, set core.SetID, number uint64) ([]program.Outgoing, error) {
	rows, err := s.reads.QueryContext(ctx, `SELECT id, program, account, reply_to, code, value, payload FROM outgoing
		WHERE set_id = ? AND number = ? ORDER BY idx`, set, number)
	if err != nil {
		return nil, fmt.Errorf("read messages of batch %d: %w", number, s.classify(err))
	}
	defer rows.Close()
	var all []program.Outgoing
	for rows.Next() {
		var o program.Outgoing
		var id, from, to, replyTo, code []byte
		var value string
		if err := rows.Scan(&id, &from, &to, &replyTo, &code, &value, &o.Payload); err != nil {
			return nil, fmt.Errorf("read messages of batch %d: %w", number, s.classify(err))
		}
		o.ID, o.Program, o.To, o.ReplyTo, o.Code = core.Hash(id), core.Hash(from), core.Address(to), core.Hash(replyTo), program.ReplyCode(code)
		amount, err := uint256.FromDecimal(value)
		if err != nil {
			return nil, fmt.Errorf("read messages of batch %d: value %q: %w", number, value, ErrCorrupt)
		}
		o.Value = *amount
		all = append(all, o)
	}
	return all, s.classify(rows.Err())
}
