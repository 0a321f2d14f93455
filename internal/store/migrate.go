package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

//go:embed migrations
var migrations embed.FS

// Where the migrations of each kind of file are.
const (
	storeSchema   = "migrations"
	journalSchema = "migrations/journal"
)

// The kind of a file, in SQLite's application id.
const (
	storeKind   = 0x524f5354 // ROST
	journalKind = 0x524f534a // ROSJ
)

// migration is one step of a schema.
type migration struct {
	version           int
	name, script, sum string
}

// readMigrations returns a folder's migrations in order: NNNN_name.sql, numbered from 1 without a gap.
func readMigrations(files fs.FS, folder string) ([]migration, error) {
	names, err := fs.Glob(files, path.Join(folder, "*.sql")) // sorted
	if err != nil {
		return nil, err
	}
	all := make([]migration, 0, len(names))
	for i, name := range names {
		script, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		number, rest, _ := strings.Cut(path.Base(name), "_")
		version, err := strconv.Atoi(number)
		if err != nil || len(number) != 4 || rest == "" || version != i+1 {
			return nil, fmt.Errorf("migration %s: want %04d_name.sql at this place", path.Base(name), i+1)
		}
		sum := sha256.Sum256(script)
		all = append(all, migration{version, path.Base(name), string(script), hex.EncodeToString(sum[:])})
	}
	return all, nil
}

// migrate brings the file to the schema of these migrations: each that it has not seen yet, in a transaction of its
// own together with the note that it was made.
func (f *file) migrate(ctx context.Context, kind int, files fs.FS, folder string) error {
	all, err := readMigrations(files, folder)
	if err != nil {
		return err
	}
	if err := f.found(ctx, kind); err != nil {
		return err
	}
	for _, m := range all {
		var name, sum string
		err := f.db.QueryRowContext(ctx, "SELECT name, sha256 FROM migrations WHERE version = ?", m.version).Scan(&name, &sum)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			if err := f.apply(ctx, m); err != nil {
				return err
			}
		case err != nil:
			return fmt.Errorf("read migration %d: %w", m.version, f.classify(err))
		case sum != m.sum:
			return fmt.Errorf("%w: number %d was %s, %s, and is %s, %s: use the version that wrote the file, or start with a new one",
				ErrMigration, m.version, name, sum, m.name, m.sum)
		}
	}
	var newest int
	if err := f.db.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM migrations").Scan(&newest); err != nil {
		return fmt.Errorf("read migrations: %w", f.classify(err))
	}
	if newest > len(all) {
		return fmt.Errorf("%w: it has schema %d, this version knows %d: update the program", ErrNewer, newest, len(all))
	}
	return nil
}

// found makes an empty file one of this kind, in a transaction that leaves it empty if the process dies, and refuses
// any other database.
func (f *file) found(ctx context.Context, kind int) error {
	var have, tables int
	err := f.db.QueryRowContext(ctx, "SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)").
		Scan(&have, &tables)
	if err != nil {
		return fmt.Errorf("read what kind of file it is: %w", f.classify(err))
	}
	if have == kind {
		return nil
	}
	if have != 0 || tables != 0 {
		return fmt.Errorf("%w: it is a database of another kind (application id %#x, want %#x)", ErrForeign, have, kind)
	}
	return f.write(ctx, "found", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d;
			CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL) STRICT`, kind))
		return err
	})
}

func (f *file) apply(ctx context.Context, m migration) error {
	return f.write(ctx, "migrate", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, m.script); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO migrations VALUES (?, ?, ?)", m.version, m.name, m.sum)
		return err
	})
}

// peek refuses a file of another kind before SQLite opens it: opening can change it. An empty or missing file, and
// one that was not founded yet, are for found to judge.
func peek(name string, kind int) error {
	handle, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer handle.Close()
	header := make([]byte, 72) // SQLite's file format, §1.3: the application id is at offset 68
	if _, err := io.ReadFull(handle, header); errors.Is(err, io.EOF) {
		return nil
	} else if err != nil || !strings.HasPrefix(string(header), "SQLite format 3\x00") {
		return ErrCorrupt
	}
	if have := int(binary.BigEndian.Uint32(header[68:])); have != 0 && have != kind {
		return fmt.Errorf("%w: it is a database of another kind (application id %#x, want %#x)", ErrForeign, have, kind)
	}
	return nil
}
