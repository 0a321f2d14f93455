package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/gear-tech/roster/core"
)

// Status is how far an intent has come.
type Status string

// The statuses. Done and Expired are the end.
const (
	Planned Status = "planned" // nothing was signed
	Sent    Status = "sent"    // a signed transaction is kept here, and may be on its way
	Failed  Status = "failed"  // refused, by a simulation or on chain; tried again at RetryAt
	Done    Status = "done"    // it happened, and is final, by this node or another
	Expired Status = "expired" // its time has passed
)

// Intent is one thing that should happen on chain. Its key names it for good: an intent is put once.
type Intent struct {
	Key  string       `json:"key"`
	To   core.Address `json:"to"`
	Data []byte       `json:"data,omitempty"`
	// Gas is the limit, 0: what a simulation needs and a quarter more.
	Gas uint64 `json:"gas,omitempty"`
	// By is the last moment at which it is of use, 0: any.
	By core.Time `json:"by,omitempty"`
	// DoneBy are the names of reverts that say that it happened already.
	DoneBy []string `json:"doneBy,omitempty"`

	Status Status `json:"status"`
	// Nonce is that of all attempts; it counts only with Status Sent.
	Nonce    uint64    `json:"nonce"`
	Attempts []Attempt `json:"attempts,omitempty"` // the newest last
	// Reason is the name of the last revert, or another word on why it failed.
	Reason string `json:"reason,omitempty"`
	Tries  int    `json:"tries,omitempty"`
	// RetryAt is the first block at which a failed one is tried again.
	RetryAt   uint64 `json:"retryAt,omitempty"`
	CreatedAt uint64 `json:"createdAt"` // block
	// MinedIn is the block that has it; of one that another did, the final block at which that was seen.
	MinedIn uint64 `json:"minedIn,omitempty"`
	// TakenAt is the final block at which its nonce was first seen used while none of its attempts was known; 0: not.
	TakenAt uint64 `json:"takenAt,omitempty"`
	// Spent is what the gas cost in wei, decimal, of all that was mined for it.
	Spent string `json:"spent,omitempty"`
	// Day is the chain's clock in days when Spent was paid last.
	Day uint64 `json:"day,omitempty"`
}

// Attempt is one signed transaction. Raw is kept before it is sent: after a crash the very same is sent again.
type Attempt struct {
	Hash   core.Hash `json:"hash"`
	Raw    []byte    `json:"raw"`
	FeeCap string    `json:"feeCap"` // wei per gas, decimal
	Tip    string    `json:"tip"`
	Block  uint64    `json:"block"` // the head when it was signed
	Cancel bool      `json:"cancel,omitempty"`
}

// Open reports whether something is still to be done about an intent.
func (i Intent) Open() bool { return i.Status != Done && i.Status != Expired }

// PutIntent keeps an intent unless one of its key is there, whatever has become of that. It returns whether it is new.
func (s *Store) PutIntent(ctx context.Context, i Intent) (added bool, err error) {
	body, err := json.Marshal(i)
	if err != nil {
		return false, fmt.Errorf("intent %s: %w", i.Key, err)
	}
	if _, known, err := s.Intent(ctx, i.Key); err != nil || known { // most are, and a reading holds up nobody
		return false, err
	}
	err = s.write(ctx, "intent", func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "INSERT INTO intents (key, open, body) VALUES (?, 1, ?) ON CONFLICT DO NOTHING", i.Key, body)
		if err != nil {
			return fmt.Errorf("%s: %w", i.Key, err)
		}
		n, err := r.RowsAffected()
		added = n > 0
		return err
	})
	return added, err
}

// ReopenIntents plans again what was done in blocks above one: they were undone by a reorganisation of blocks that were
// taken for final. It returns how many there were.
func (s *Store) ReopenIntents(ctx context.Context, above uint64) (int, error) {
	closed, err := s.intents(ctx, "SELECT body FROM intents WHERE open = 0")
	if err != nil {
		return 0, err
	}
	n := 0
	for _, i := range closed {
		if i.Status != Done || i.MinedIn <= above {
			continue
		}
		i.Status, i.MinedIn = Planned, 0
		if err := s.SaveIntent(ctx, i); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// SaveIntent replaces an intent that is there.
func (s *Store) SaveIntent(ctx context.Context, i Intent) error {
	body, err := json.Marshal(i)
	if err != nil {
		return fmt.Errorf("intent %s: %w", i.Key, err)
	}
	return s.write(ctx, "intent", func(tx *sql.Tx) error {
		day := sql.NullInt64{Int64: int64(i.Day), Valid: i.Day > 0}
		r, err := tx.ExecContext(ctx, "UPDATE intents SET open = ?, day = ?, body = ? WHERE key = ?", i.Open(), day, body, i.Key)
		if err != nil {
			return fmt.Errorf("%s: %w", i.Key, err)
		}
		if n, err := r.RowsAffected(); err != nil || n != 1 {
			return errors.Join(fmt.Errorf("%s: not there", i.Key), err)
		}
		return nil
	})
}

// Intent returns the intent of a key, false when there is none.
func (s *Store) Intent(ctx context.Context, key string) (i Intent, known bool, err error) {
	var body []byte
	err = s.reads.QueryRowContext(ctx, "SELECT body FROM intents WHERE key = ?", key).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return i, false, nil
	}
	if err != nil {
		return i, false, fmt.Errorf("read intent %s: %w", key, s.classify(err))
	}
	if err := json.Unmarshal(body, &i); err != nil {
		return i, false, fmt.Errorf("read intent %s: %w", key, err)
	}
	return i, true, nil
}

// OpenIntents returns those about which something is to be done, in the order in which they came.
func (s *Store) OpenIntents(ctx context.Context) ([]Intent, error) {
	return s.intents(ctx, "SELECT body FROM intents WHERE open = 1 ORDER BY seq")
}

// Intents returns the newest ones, the newest first, at most limit.
func (s *Store) Intents(ctx context.Context, limit int) ([]Intent, error) {
	return s.intents(ctx, "SELECT body FROM intents ORDER BY seq DESC LIMIT ?", limit)
}

// SpentOn returns what the gas of one day (the chain's clock) cost, wei.
func (s *Store) SpentOn(ctx context.Context, day uint64) (*big.Int, error) {
	list, err := s.intents(ctx, "SELECT body FROM intents WHERE day = ?", int64(day))
	sum := new(big.Int)
	for _, i := range list {
		if wei, ok := new(big.Int).SetString(i.Spent, 10); ok {
			sum.Add(sum, wei)
		}
	}
	return sum, err
}

func (s *Store) intents(ctx context.Context, query string, arguments ...any) ([]Intent, error) {
	rows, err := s.reads.QueryContext(ctx, query, arguments...)
	if err != nil {
		return nil, fmt.Errorf("read intents: %w", s.classify(err))
	}
	defer rows.Close()
	var list []Intent
	for rows.Next() {
		var body []byte
		if err := rows.Scan(&body); err != nil {
			return nil, fmt.Errorf("read intents: %w", s.classify(err))
		}
		var i Intent
		if err := json.Unmarshal(body, &i); err != nil {
			return nil, fmt.Errorf("read intents: %w", err)
		}
		list = append(list, i)
	}
	return list, rows.Err()
}

// KeyedFact is a fact with its key.
type KeyedFact struct {
	Key   string
	Value []byte
}

// Facts returns the facts whose keys begin so, by key.
func (s *Store) Facts(ctx context.Context, prefix string) ([]KeyedFact, error) {
	rows, err := s.reads.QueryContext(ctx, "SELECT key, value FROM facts WHERE key >= ? AND key < ? ORDER BY key", prefix, prefix+"\U0010FFFF")
	if err != nil {
		return nil, fmt.Errorf("read facts %q: %w", prefix, s.classify(err))
	}
	defer rows.Close()
	var list []KeyedFact
	for rows.Next() {
		var f KeyedFact
		if err := rows.Scan(&f.Key, &f.Value); err != nil {
			return nil, fmt.Errorf("read facts %q: %w", prefix, s.classify(err))
		}
		list = append(list, f)
	}
	return list, rows.Err()
}

// DeleteFact removes a fact; one that is not there is no error.
func (s *Store) DeleteFact(ctx context.Context, key string) error {
	return s.write(ctx, "fact", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM facts WHERE key = ?", key)
		return err
	})
}
