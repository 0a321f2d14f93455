package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gear-tech/roster/core"
)

// exportVersion is that of the journal's JSON.
const exportVersion = 1

// export is a journal as JSON.
type export struct {
	Version int `json:"version"`
	owner
	SafeEra core.Era `json:"safeEra"`
	// Slots are in the order of their fields, without doubles.
	Slots []record `json:"slots"`
	// Checksum is the Keccak hash of this JSON without white space and with a zero checksum.
	Checksum core.Hash `json:"checksum"`
}

// record is what was signed for a slot.
type record struct {
	Slot
	Digest core.Hash `json:"digest"`
}

func (e export) checksum() (core.Hash, error) {
	e.Checksum = core.Hash{}
	raw, err := json.Marshal(e)
	return core.Keccak(raw), err
}

// Export returns the journal as JSON, the same bytes for the same content.
func (j *Journal) Export(ctx context.Context) ([]byte, error) {
	e := export{Version: exportVersion, owner: j.owner, SafeEra: j.SafeEra(), Slots: []record{}}
	err := j.each(ctx, func(r record) error {
		e.Slots = append(e.Slots, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("export journal: %w", err)
	}
	if e.Checksum, err = e.checksum(); err != nil {
		return nil, fmt.Errorf("export journal: %w", err)
	}
	raw, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("export journal: %w", err)
	}
	return append(raw, '\n'), nil
}

// Import adds what an export of the same owner has. Where both have a slot they must agree; if they do not, nothing is
// imported, and the error joins a *Conflict for each. The safe era becomes the later of both: an export does not
// say what was signed after it.
func (j *Journal) Import(ctx context.Context, data []byte) error {
	e, err := j.readExport(data)
	if err != nil {
		return fmt.Errorf("import journal: %w", err)
	}
	return j.write(ctx, "import", func(tx *sql.Tx) error {
		var conflicts []error
		for _, r := range e.Slots {
			have, ok, err := j.signed(ctx, tx, r.Slot)
			switch {
			case err != nil:
				return err
			case !ok:
				err = j.insert(ctx, tx, r.Slot, r.Digest)
			case have != r.Digest:
				conflicts = append(conflicts, &Conflict{Slot: r.Slot, Have: have, Want: r.Digest})
			}
			if err != nil {
				return err
			}
		}
		if len(conflicts) > 0 {
			return errors.Join(conflicts...)
		}
		safe := max(j.SafeEra(), e.SafeEra)
		j.safeEra.Store(uint64(safe)) // also if the commit fails: too late an era is safe, too early is not
		_, err := tx.ExecContext(ctx, "UPDATE identity SET safe_era = ?, sum = ?", safe, j.owner.sum(safe))
		return err
	})
}

func (j *Journal) readExport(data []byte) (export, error) {
	var e export
	if err := json.Unmarshal(data, &struct{ Version *int }{&e.Version}); err != nil {
		return e, err
	}
	if e.Version != exportVersion {
		return e, fmt.Errorf("version %d: this program reads version %d", e.Version, exportVersion)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&e); err != nil {
		return e, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return e, errors.New("there is more after the end")
	}
	want, err := e.checksum()
	if err != nil {
		return e, err
	}
	if e.Checksum != want {
		return e, fmt.Errorf("%w: it has checksum %s, its content %s", ErrCorrupt, e.Checksum, want)
	}
	if e.owner != j.owner {
		return e, fmt.Errorf("%w: it is of %s, not of %s", ErrForeign, e.owner, j.owner)
	}
	for i, r := range e.Slots {
		if err := r.check(); err != nil {
			return e, err
		}
		if i > 0 && e.Slots[i-1].compare(r.Slot) >= 0 {
			return e, fmt.Errorf("%s: out of order", r.Slot)
		}
	}
	return e, nil
}

// each calls do with everything that was signed, in order, each with its sum checked.
func (j *Journal) each(ctx context.Context, do func(record) error) error {
	rows, err := j.db.QueryContext(ctx, `SELECT set_id, era, kind, number, from_era, to_era, previous, digest, sum
		FROM slots ORDER BY set_id, era, kind, number, from_era, to_era, previous`)
	if err != nil {
		return fmt.Errorf("read slots: %w", j.classify(err))
	}
	defer rows.Close()
	for rows.Next() {
		var r record
		var previous, digest, sum []byte
		if err := rows.Scan(&r.Set, &r.Era, &r.Kind, &r.Number, &r.From, &r.To, &previous, &digest, &sum); err != nil {
			return fmt.Errorf("read slots: %w", j.classify(err))
		}
		r.Previous, r.Digest = core.Hash(previous), core.Hash(digest)
		if err := j.checkSum(r.Slot, r.Digest, sum); err != nil {
			return err
		}
		if err := do(r); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read slots: %w", j.classify(err))
	}
	return nil
}
