package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
)

// Vault is a vault that the node follows, and what is fixed about it, in its reader's encoding.
type Vault struct {
	Address core.Address
	Facts   []byte
}

// Advance stores what was read of the blocks after from up to to, both of one branch, and moves the cursor: all of it
// or nothing. from is where the cursor is, zero at the beginning; anything else is ErrCursor. Logs may also be of older
// blocks (a vault's that became known), come in any order, and be known already. A log, a block or a vault other than
// the one already stored at its place is ErrDiffers: it is of another branch, or a provider lies.
//
// Logs carry their block's hash and time.
func (s *Store) Advance(ctx context.Context, from, to Position, logs []types.Log, vaults []Vault) error {
	if to.IsZero() || (!from.IsZero() && to.Number <= from.Number) {
		return fmt.Errorf("advance from %s to %s: %w: want a later block", from, to, ErrCursor)
	}
	s.advancing.Lock()
	defer s.advancing.Unlock()
	err := s.write(ctx, "advance", func(tx *sql.Tx) error {
		have, err := cursor(ctx, tx)
		if err != nil {
			return err
		}
		if have != from {
			return fmt.Errorf("%w: have %s, want %s: read the cursor again", ErrCursor, have, from)
		}
		a := advance{ctx: ctx, tx: tx, s: s, from: from, to: to,
			insertLog: tx.StmtContext(ctx, s.insertLog), insertBlock: tx.StmtContext(ctx, s.insertBlock)}
		return a.store(logs, vaults)
	})
	if err != nil {
		s.keys = nil // some of them may not be on disk
	}
	return err
}

// advance is one step under way.
type advance struct {
	ctx      context.Context
	tx       *sql.Tx
	s        *Store
	from, to Position

	insertLog, insertBlock *sql.Stmt // closed with the transaction
	// block is that of the log before, known to be stored.
	block Position
}

func (a *advance) store(logs []types.Log, vaults []Vault) error {
	var body []byte
	for i := range logs {
		l := &logs[i]
		if err := a.check(l); err != nil {
			return err
		}
		if err := a.storeBlock(l); err != nil {
			return err
		}
		id, err := a.key(keyOf(l))
		if err != nil {
			return err
		}
		var late any
		if !a.from.IsZero() && l.BlockNumber <= a.from.Number {
			late = a.to.Number
		}
		body = appendBody(body[:0], l)
		done, err := a.insertLog.ExecContext(a.ctx, l.BlockNumber, l.Index, id, late, body)
		if err == nil {
			err = a.same(done, l, id, body)
		}
		if err != nil {
			return fmt.Errorf("log %d of block %d: %w", l.Index, l.BlockNumber, err)
		}
	}
	for _, v := range vaults {
		if err := a.storeVault(v); err != nil {
			return err
		}
	}
	return a.storeStep()
}

// check refuses a log that cannot be of this step.
func (a *advance) check(l *types.Log) error {
	switch {
	case l.Removed:
		return fmt.Errorf("log %d of block %d: it was removed by a reorganisation", l.Index, l.BlockNumber)
	case l.BlockNumber > a.to.Number:
		return fmt.Errorf("log %d of block %d: above %s", l.Index, l.BlockNumber, a.to)
	}
	for _, p := range []Position{a.from, a.to} {
		if !p.IsZero() && l.BlockNumber == p.Number && core.Hash(l.BlockHash) != p.Hash {
			return fmt.Errorf("log %d of block %d: %w: its block is %s, that of the step %s", l.Index, l.BlockNumber, ErrDiffers,
				core.Hash(l.BlockHash), p.Hash)
		}
	}
	return nil
}

// same reports an error when a log was not inserted because another one is in its place.
func (a *advance) same(done sql.Result, l *types.Log, id int64, body []byte) error {
	if n, err := done.RowsAffected(); n == 1 || err != nil {
		return err
	}
	var haveKey int64
	var have []byte
	err := a.tx.QueryRowContext(a.ctx, "SELECT key, body FROM logs WHERE block = ? AND idx = ?", l.BlockNumber, l.Index).
		Scan(&haveKey, &have)
	if err != nil {
		return err
	}
	if haveKey != id || !bytes.Equal(have, body) {
		return fmt.Errorf("%w: another log", ErrDiffers)
	}
	return nil
}

func (a *advance) storeBlock(l *types.Log) error {
	block := Position{l.BlockNumber, core.Hash(l.BlockHash), core.Time(l.BlockTimestamp)}
	if block == a.block {
		return nil
	}
	done, err := a.insertBlock.ExecContext(a.ctx, block.Number, block.Hash[:], block.Time)
	if err != nil {
		return fmt.Errorf("block %d: %w", block.Number, err)
	}
	if n, err := done.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		have, err := scanPosition(a.tx.QueryRowContext(a.ctx, "SELECT number, hash, time FROM blocks WHERE number = ?", block.Number))
		if err != nil {
			return err
		}
		if have != block {
			return fmt.Errorf("block %d: %w: have %s of time %d, got %s of time %d", block.Number, ErrDiffers,
				have.Hash, have.Time, block.Hash, block.Time)
		}
	}
	a.block = block
	return nil
}

// key returns the number of a key, a new one if it has none.
func (a *advance) key(k key) (int64, error) {
	if id, ok := a.s.keys[k]; ok {
		return id, nil
	}
	var id int64
	err := a.tx.QueryRowContext(a.ctx, `INSERT INTO keys (address, topic) VALUES (?, ?)
		ON CONFLICT DO UPDATE SET topic = excluded.topic RETURNING id`, k.address[:], k.first()).Scan(&id)
	if err != nil {
		return 0, fmt.Errorf("number the logs of %s: %w", k.address, err)
	}
	a.s.keys.put(k, id)
	return id, nil
}

func (a *advance) storeVault(v Vault) error {
	var have []byte
	err := a.tx.QueryRowContext(a.ctx, "SELECT facts FROM vaults WHERE address = ?", v.Address[:]).Scan(&have)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		facts := append([]byte{}, v.Facts...) // never nil, which would be NULL
		_, err = a.tx.ExecContext(a.ctx, "INSERT INTO vaults VALUES (?, ?, ?)", v.Address[:], facts, a.to.Number)
	case err == nil && !bytes.Equal(have, v.Facts):
		err = fmt.Errorf("%w: other facts", ErrDiffers)
	}
	if err != nil {
		return fmt.Errorf("vault %s: %w", v.Address, err)
	}
	return nil
}

func (a *advance) storeStep() error {
	_, err := a.tx.ExecContext(a.ctx, "INSERT INTO steps (number, hash, time) VALUES (?, ?, ?)", a.to.Number, a.to.Hash[:], a.to.Time)
	if err == nil {
		_, err = a.tx.ExecContext(a.ctx, "DELETE FROM steps WHERE seq <= (SELECT max(seq) FROM steps) - ?", keptSteps)
	}
	if err != nil {
		return fmt.Errorf("step to %s: %w", a.to, err)
	}
	return nil
}

// Vaults returns the vaults that became known, by address.
func (s *Store) Vaults(ctx context.Context) ([]Vault, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT address, facts FROM vaults ORDER BY address")
	if err != nil {
		return nil, fmt.Errorf("read vaults: %w", s.classify(err))
	}
	defer rows.Close()
	var all []Vault
	for rows.Next() {
		var address []byte
		var v Vault
		if err := rows.Scan(&address, &v.Facts); err != nil {
			return nil, fmt.Errorf("read vaults: %w", s.classify(err))
		}
		v.Address = core.Address(address)
		all = append(all, v)
	}
	return all, s.classify(rows.Err())
}
