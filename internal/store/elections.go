package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
)

// Election is what the node decided for one era of a set.
type Election struct {
	Set core.SetID
	Era core.Era
	// Block is the number of the block at which it was decided.
	Block   uint64
	Capture core.Time
	Seed    core.Hash
	// Header is the hash of the set's header (protocol §5), zero when nobody is elected.
	Header core.Hash
	// Total is the Executors' weight in wVARA base units.
	Total core.Amount
	// Operators are all operators of the snapshot, in the order of election.Result's Outcomes.
	Operators []Outcome
}

// Outcome says why one operator is an Executor or not.
type Outcome struct {
	Operator core.Address
	// Rank is its place among the eligible, from 1; 0 when it is not eligible.
	Rank int
	// Weight and Stake are in wVARA base units.
	Weight, Stake core.Amount
	Elected       bool
	// Code is the reason's, Detail the reason in words and numbers.
	Code, Detail string
}

// Candidacy is an operator's outcome in one election.
type Candidacy struct {
	Set     core.SetID
	Era     core.Era
	Capture core.Time
	Outcome
}

// PutElection stores an election. The same again changes nothing, at whatever block; another one for the same set and
// era is ErrDiffers: an election has one right answer, and Rewind forgets those of a branch that is gone.
func (s *Store) PutElection(ctx context.Context, e Election) error {
	return s.write(ctx, "election", func(tx *sql.Tx) error {
		have, ok, err := election(ctx, tx, e.Set, e.Era)
		if err == nil && !ok {
			err = insertElection(ctx, tx, e)
		} else if err == nil && !have.equal(e) {
			err = fmt.Errorf("%w: header %s decided at block %d, not %s", ErrDiffers, have.Header, have.Block, e.Header)
		}
		if err != nil {
			return fmt.Errorf("of set %d, era %d: %w", e.Set, e.Era, err)
		}
		return nil
	})
}

// equal compares all but the block.
func (e Election) equal(o Election) bool {
	if e.Set != o.Set || e.Era != o.Era || e.Capture != o.Capture || e.Seed != o.Seed || e.Header != o.Header || e.Total != o.Total ||
		len(e.Operators) != len(o.Operators) {
		return false
	}
	for i := range e.Operators {
		if e.Operators[i] != o.Operators[i] {
			return false
		}
	}
	return true
}

func insertElection(ctx context.Context, tx *sql.Tx, e Election) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO elections VALUES (?, ?, ?, ?, ?, ?, ?)",
		e.Set, e.Era, e.Block, e.Capture, e.Seed[:], e.Header[:], e.Total.Dec())
	if err != nil {
		return err
	}
	insert, err := tx.PrepareContext(ctx, "INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for i, o := range e.Operators {
		_, err := insert.ExecContext(ctx, e.Set, e.Era, i, o.Operator[:], o.Rank, o.Weight.Dec(), o.Stake.Dec(), o.Elected, o.Code, o.Detail)
		if err != nil {
			return fmt.Errorf("operator %s: %w", o.Operator, err)
		}
	}
	return nil
}

// Election returns the election of an era, or false when none is stored.
func (s *Store) Election(ctx context.Context, set core.SetID, era core.Era) (Election, bool, error) {
	tx, err := s.reads.BeginTx(ctx, &sql.TxOptions{ReadOnly: true}) // both tables at one moment
	if err != nil {
		return Election{}, false, fmt.Errorf("read election of set %d, era %d: %w", set, era, s.classify(err))
	}
	defer tx.Rollback()
	e, ok, err := election(ctx, tx, set, era)
	if err != nil {
		return Election{}, false, fmt.Errorf("read election of set %d, era %d: %w", set, era, s.classify(err))
	}
	return e, ok, nil
}

func election(ctx context.Context, q querier, set core.SetID, era core.Era) (Election, bool, error) {
	e := Election{Set: set, Era: era}
	var seed, header []byte
	var total string
	err := q.QueryRowContext(ctx, "SELECT block, capture, seed, header, total FROM elections WHERE set_id = ? AND era = ?", set, era).
		Scan(&e.Block, &e.Capture, &seed, &header, &total)
	if errors.Is(err, sql.ErrNoRows) {
		return Election{}, false, nil
	}
	if err != nil {
		return Election{}, false, err
	}
	e.Seed, e.Header = core.Hash(seed), core.Hash(header)
	if err := e.Total.SetFromDecimal(total); err != nil {
		return Election{}, false, fmt.Errorf("total %q: %w", total, err)
	}
	found, err := candidacies(ctx, q, "WHERE set_id = ? AND era = ? ORDER BY place", set, era)
	for _, c := range found {
		e.Operators = append(e.Operators, c.Outcome)
	}
	return e, err == nil, err
}

// ElectionsOf returns what became of an operator in every election that it stood for, by set and era.
func (s *Store) ElectionsOf(ctx context.Context, operator core.Address) ([]Candidacy, error) {
	found, err := candidacies(ctx, s.reads, "WHERE operator = ? ORDER BY set_id, era", operator[:])
	if err != nil {
		return nil, fmt.Errorf("read elections of %s: %w", operator, s.classify(err))
	}
	return found, nil
}

func candidacies(ctx context.Context, q querier, where string, args ...any) ([]Candidacy, error) {
	rows, err := q.QueryContext(ctx, `SELECT set_id, era, capture, operator, rank, weight, stake, elected, code, detail
		FROM outcomes JOIN elections USING (set_id, era) `+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Candidacy
	for rows.Next() {
		var c Candidacy
		var operator []byte
		var weight, stake string
		if err := rows.Scan(&c.Set, &c.Era, &c.Capture, &operator, &c.Rank, &weight, &stake, &c.Elected, &c.Code, &c.Detail); err != nil {
			return nil, err
		}
		c.Operator = core.Address(operator)
		if err := errors.Join(c.Weight.SetFromDecimal(weight), c.Stake.SetFromDecimal(stake)); err != nil {
			return nil, fmt.Errorf("operator %s: weight %q, stake %q: %w", c.Operator, weight, stake, err)
		}
		all = append(all, c)
	}
	return all, rows.Err()
}
