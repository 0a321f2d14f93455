package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/gear-tech/roster/core"
)

// Journal is what one key signed on one network. It may be used from several goroutines.
//
// Invariant: for each slot there is at most one digest, and it was on disk before a signature of it left the process.
//
// Warning: never put an old copy of the file in the place of a newer one: what was signed in between would be signed
// again. Delete the file instead, and Import what an export has: a new journal knows that it may follow a lost one.
type Journal struct {
	file
	owner   owner
	safeEra atomic.Uint64 // only grows
	created bool
}

// owner is whose journal it is.
type owner struct {
	ChainID uint64       `json:"chainId"`
	Router  core.Address `json:"router"`
	// Key is the hash of the BLS public key.
	Key core.Hash `json:"key"`
}

func (o owner) String() string {
	return fmt.Sprintf("chain %d, router %s, key %s", o.ChainID, o.Router, o.Key)
}

// JournalOptions say whose journal it is.
type JournalOptions struct {
	ChainID uint64
	Router  core.Address
	// Key is the Keccak hash of the BLS public key, as in an entry.
	Key core.Hash
	// SafeEra returns the first era that a new journal may sign for: one more than the greatest era whose set could
	// have signed already, that is the chain's present era. It is called when there is no journal, which was lost then,
	// for all that anybody knows.
	SafeEra func(context.Context) (core.Era, error)
}

// OpenJournal opens the journal at path, or creates it. It refuses a file that another process holds (ErrLocked), that is
// corrupted (ErrCorrupt), or that is of another network or key (ErrForeign); then nothing may be signed.
//
// The journal is one file: between two calls of Sign nothing that matters is in another.
func OpenJournal(ctx context.Context, path string, o JournalOptions, options ...Option) (*Journal, error) {
	j := &Journal{owner: owner{o.ChainID, o.Router, o.Key}, file: file{
		remedy: "do not sign with this key until the file is moved away; a new journal then signs from a safe era on, and can import an export"}}
	for _, option := range options {
		option(&j.file)
	}
	err := j.open(ctx, path, journalKind, journalSchema, "integrity_check(1)", "journal_mode(delete)", "synchronous(extra)")
	if err != nil {
		return nil, err
	}
	if err := j.load(ctx, o.SafeEra); err != nil {
		return nil, errors.Join(fmt.Errorf("open journal %s: %w", j.path, err), j.close())
	}
	return j, nil
}

// load reads and checks the whole journal; a new one it makes the owner's.
func (j *Journal) load(ctx context.Context, safeEra func(context.Context) (core.Era, error)) error {
	var have owner
	var router, key, sum []byte
	var safe core.Era
	err := j.db.QueryRowContext(ctx, "SELECT chain, router, key, safe_era, sum FROM identity").
		Scan(&have.ChainID, &router, &key, &safe, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		return j.create(ctx, safeEra)
	}
	if err != nil {
		return fmt.Errorf("read whose it is: %w", j.classify(err))
	}
	have.Router, have.Key = core.Address(router), core.Hash(key)
	if string(sum) != string(have.sum(safe)) {
		return fmt.Errorf("%w: %s (its owner does not have the sum stored with it)", ErrCorrupt, j.remedy)
	}
	if have != j.owner {
		return fmt.Errorf("%w: it is of %s, not of %s: give each key and network a journal of its own", ErrForeign, have, j.owner)
	}
	j.safeEra.Store(uint64(safe))
	return j.each(ctx, func(record) error { return nil })
}

// create makes an empty journal the owner's. If the process dies before, the file is still empty, and nothing was
// signed.
func (j *Journal) create(ctx context.Context, safeEra func(context.Context) (core.Era, error)) error {
	if safeEra == nil {
		return errors.New("there is none, and no safe era to create one with")
	}
	safe, err := safeEra(ctx)
	if err != nil {
		return fmt.Errorf("find the first safe era: %w", err)
	}
	j.created = true
	j.safeEra.Store(uint64(safe))
	return j.write(ctx, "create", func(tx *sql.Tx) error {
		var slots int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM slots").Scan(&slots); err != nil {
			return err
		}
		if slots > 0 {
			return fmt.Errorf("%w: %s (%d slots, and no owner)", ErrCorrupt, j.remedy, slots)
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO identity VALUES (1, ?, ?, ?, ?, ?)",
			j.owner.ChainID, j.owner.Router[:], j.owner.Key[:], safe, j.owner.sum(safe))
		return err
	})
}

// sum is the first bytes of a hash of the owner and what is said with it.
func (o owner) sum(safeEra core.Era, parts ...[]byte) []byte {
	raw := binary.BigEndian.AppendUint64(nil, o.ChainID)
	raw = append(append(raw, o.Router[:]...), o.Key[:]...)
	raw = binary.BigEndian.AppendUint64(raw, uint64(safeEra))
	hash := core.Keccak(append([][]byte{raw}, parts...)...)
	return hash[:8]
}

// sumOf is the sum of a slot and its digest: of the owner, but not of the safe era, which can grow.
func (o owner) sumOf(s Slot, digest core.Hash) []byte { return o.sum(0, digest[:], s.bytes()) }

// Close releases the journal. Nothing is lost without it.
func (j *Journal) Close() error { return j.close() }

// Created reports whether there was no journal: it is the node's first start, or the journal was lost.
func (j *Journal) Created() bool { return j.created }

// SafeEra is the first era for which the journal signs.
func (j *Journal) SafeEra() core.Era { return core.Era(j.safeEra.Load()) }

// Sign notes that the digest is signed for the slot, on disk before it returns nil; only then may the signature leave
// the process. The same digest again is fine. Another one is a *Conflict, an era before SafeEra is ErrUnsafe; after any
// error nothing may be signed.
func (j *Journal) Sign(ctx context.Context, slot Slot, digest core.Hash) error {
	if err := slot.check(); err != nil {
		return fmt.Errorf("sign: %w", err)
	}
	return j.write(ctx, "sign", func(tx *sql.Tx) error {
		safe := j.SafeEra()
		have, ok, err := j.signed(ctx, tx, slot)
		switch {
		case err != nil:
			return err
		case ok && have != digest:
			return &Conflict{Slot: slot, Have: have, Want: digest}
		case ok:
			return nil
		case slot.Era < safe:
			return fmt.Errorf("%s: %w: this journal was created when era %d could be signed for, and signs from era %d on",
				slot, ErrUnsafe, safe-1, safe)
		}
		return j.insert(ctx, tx, slot, digest)
	})
}

func (j *Journal) insert(ctx context.Context, tx *sql.Tx, slot Slot, digest core.Hash) error {
	values := append(slot.columns(), digest[:], j.owner.sumOf(slot, digest))
	if _, err := tx.ExecContext(ctx, "INSERT INTO slots VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", values...); err != nil {
		return fmt.Errorf("%s: %w", slot, err)
	}
	return nil
}

// Signed returns the digest that was signed for a slot, or false when none was.
func (j *Journal) Signed(ctx context.Context, slot Slot) (core.Hash, bool, error) {
	digest, ok, err := j.signed(ctx, j.db, slot)
	if err != nil {
		return core.Hash{}, false, fmt.Errorf("read journal: %w", j.classify(err))
	}
	return digest, ok, nil
}

func (j *Journal) signed(ctx context.Context, q querier, slot Slot) (core.Hash, bool, error) {
	var digest, sum []byte
	err := q.QueryRowContext(ctx, `SELECT digest, sum FROM slots WHERE set_id = ? AND era = ? AND kind = ? AND number = ?
		AND from_era = ? AND to_era = ? AND previous = ?`, slot.columns()...).Scan(&digest, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		return core.Hash{}, false, nil
	}
	if err != nil {
		return core.Hash{}, false, fmt.Errorf("%s: %w", slot, err)
	}
	return core.Hash(digest), true, j.checkSum(slot, core.Hash(digest), sum)
}

func (j *Journal) checkSum(slot Slot, digest core.Hash, sum []byte) error {
	if string(sum) != string(j.owner.sumOf(slot, digest)) {
		return fmt.Errorf("%s: %w: %s (a slot does not have the sum stored with it)", slot, ErrCorrupt, j.remedy)
	}
	return nil
}
