package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What can be wrong with a file, or with what is asked of it. errors.Is finds them; the texts around them name the
// file, the values, and what to do.
var (
	// ErrLocked: another process holds the file.
	ErrLocked = errors.New("another process holds it")
	// ErrCorrupt: the file is not what was written.
	ErrCorrupt = errors.New("the file is corrupted")
	// ErrNewer: the file was written by a newer version of the program.
	ErrNewer = errors.New("written by a newer version")
	// ErrMigration: a migration that this file has seen is not the one of this program.
	ErrMigration = errors.New("migration differs")
	// ErrForeign: the file is another network's, or another key's.
	ErrForeign = errors.New("belongs to another network or key")
	// ErrFull: there is no space left; what was there is untouched.
	ErrFull = errors.New("no space left")
	// ErrCursor: the cursor is not where the caller believes.
	ErrCursor = errors.New("the cursor is elsewhere")
	// ErrDiffers: there is something else already at this place.
	ErrDiffers = errors.New("something else is stored there")
	// ErrBeyond: the question is about blocks above the cursor.
	ErrBeyond = errors.New("above the cursor")
	// ErrUnsafe: a lost journal may have signed for this era.
	ErrUnsafe = errors.New("a journal that was lost may have signed for this era")
)

// classify adds ErrCorrupt or ErrFull to an error of SQLite that means it, with what to do about it.
func (f *file) classify(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) || errors.Is(err, ErrCorrupt) || errors.Is(err, ErrFull) {
		return err
	}
	switch e.Code() & 0xff {
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %s: %s (%w)", ErrCorrupt, f.path, f.remedy, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w for %s: make space; nothing is lost, the step can be repeated (%w)", ErrFull, f.path, err)
	}
	return err
}
