package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Option changes how a file is opened.
type Option func(*file)

// WithCommitHook calls hook before and after every commit, with the name of what is committed and ":before" or
// ":after" behind it. An error of the first gives the transaction up; one of the second is returned although the
// transaction is on disk. For tests of what happens when a process dies at this place.
func WithCommitHook(hook func(stage string) error) Option {
	return func(f *file) { f.hook = hook }
}

// file is a SQLite file that this process alone holds.
type file struct {
	path string
	// remedy is what to do when the file is corrupted.
	remedy string
	// db has one connection: every write of the process goes through it, one after the other.
	db   *sql.DB
	lock *os.File
	hook func(stage string) error
}

// open locks and opens the file, creates it if it is missing, checks that it is of this kind and whole, and brings it
// to the schema in folder.
func (f *file) open(ctx context.Context, path string, kind int, folder, check string, pragmas ...string) (err error) {
	if f.path, err = resolve(path); err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	if f.lock, err = lock(f.path); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close())
		}
	}()
	if err := peek(f.path, kind); errors.Is(err, ErrCorrupt) {
		return fmt.Errorf("open %s: %w: %s (its header)", f.path, err, f.remedy)
	} else if err != nil {
		return fmt.Errorf("open %s: %w", f.path, err)
	}
	if f.db, err = sql.Open("sqlite", f.source(pragmas...)); err != nil {
		return fmt.Errorf("open %s: %w", f.path, err)
	}
	f.db.SetMaxOpenConns(1)
	var found string
	if err := f.db.QueryRowContext(ctx, "PRAGMA "+check).Scan(&found); err != nil {
		return fmt.Errorf("open %s: %w", f.path, f.classify(err))
	}
	if found != "ok" {
		return fmt.Errorf("open %s: %w: %s (%s)", f.path, ErrCorrupt, f.remedy, strings.ReplaceAll(found, "\n", "; "))
	}
	if err := f.migrate(ctx, kind, migrations, folder); err != nil {
		return fmt.Errorf("open %s: %w", f.path, err)
	}
	return syncFolder(filepath.Dir(f.path)) // the name of a file that was just created is on disk, too
}

// source is the data source name of the file: pragmas hold for every connection.
func (f *file) source(pragmas ...string) string {
	query := url.Values{"_txlock": {"immediate"}, "_pragma": append([]string{"busy_timeout(10000)", "foreign_keys(1)"}, pragmas...)}
	name := url.URL{Scheme: "file", Path: f.path, RawQuery: query.Encode()}
	return name.String()
}

// close releases the file; it can be opened again.
func (f *file) close() error {
	var err error
	if f.db != nil {
		err = f.db.Close()
	}
	return errors.Join(err, f.lock.Close())
}

// write runs do in one transaction, which is on disk when write returns nil. what names it for the hook and in errors.
// do must use nothing but its transaction: there is no second connection.
func (f *file) write(ctx context.Context, what string, do func(*sql.Tx) error) error {
	tx, err := f.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("%s: begin: %w", what, f.classify(err))
	}
	defer tx.Rollback() // does nothing after Commit
	if err := do(tx); err != nil {
		return fmt.Errorf("%s: %w", what, f.classify(err))
	}
	if err := f.at(what + ":before"); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%s: commit: %w", what, f.classify(err))
	}
	if err := f.at(what + ":after"); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

func (f *file) at(stage string) error {
	if f.hook == nil {
		return nil
	}
	return f.hook(stage)
}

// resolve is the absolute path of the file behind any links: SQLite puts its other files beside that, and so must the
// lock be.
func resolve(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, os.ErrNotExist) {
		folder, err := filepath.EvalSymlinks(filepath.Dir(path))
		return filepath.Join(folder, filepath.Base(path)), err
	}
	return target, err
}

// lock takes the lock of a file, on a file of its own: SQLite's are of another kind, and closing any handle of a file
// can drop them. The lock is gone with the process, however that ends; the file stays.
func lock(path string) (*os.File, error) {
	handle, err := os.OpenFile(path+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	for {
		err = syscall.Flock(int(handle.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err != syscall.EINTR {
			break
		}
	}
	if err == nil {
		return handle, nil
	}
	handle.Close()
	if err == syscall.EWOULDBLOCK {
		return nil, fmt.Errorf("open %s: %w: stop the other one, or give this one a file of its own", path, ErrLocked)
	}
	return nil, fmt.Errorf("lock %s: %w", path, err)
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return fmt.Errorf("sync folder %s: %w", path, err)
	}
	return nil
}
