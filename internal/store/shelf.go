package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/gear-tech/roster/core"
)

// Shelf is a folder of files that never change, each named by the Keccak hash of its bytes: the distributions of rewards.
// It needs no lock: whoever writes a file writes the same.
type Shelf struct{ dir string }

// Ends of names.
const (
	shelved = ".rewards"
	aside   = ".new" // a file that is not whole yet
)

// OpenShelf opens the folder, and makes it if it is not there. What a process that died left half written is removed.
func OpenShelf(dir string) (*Shelf, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of distributions: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read the folder of distributions: %w", err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), aside) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return nil, fmt.Errorf("remove what is half written: %w", err)
			}
		}
	}
	return &Shelf{dir}, nil
}

// Path is where the file of a hash is, or would be.
func (s *Shelf) Path(hash core.Hash) string { return filepath.Join(s.dir, hash.String()+shelved) }

// Has reports whether there is a file of a hash and so many bytes. What is in it Open sees.
func (s *Shelf) Has(hash core.Hash, size int64) bool {
	info, err := os.Stat(s.Path(hash))
	return err == nil && info.Size() == size
}

// Kept reports whether there is one of this name, whole or broken.
func (s *Shelf) Kept(hash core.Hash) bool {
	_, err := os.Stat(s.Path(hash))
	return err == nil
}

// Put writes bytes beside, makes them durable, and gives them their name. What was there of that name is replaced: it is the
// same, or broken. ErrFull when there is no space; what was there is untouched.
func (s *Shelf) Put(data io.WriterTo) (core.Hash, error) {
	hash, err := s.write(data)
	if err != nil {
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EFBIG) {
			err = fmt.Errorf("%w in %s: make space; nothing is lost, the step can be repeated (%w)", ErrFull, s.dir, err)
		}
		return hash, fmt.Errorf("keep a distribution: %w", err)
	}
	return hash, syncFolder(s.dir)
}

// write writes a file that is there whole, or not at all.
func (s *Shelf) write(data io.WriterTo) (hash core.Hash, err error) {
	file, err := os.CreateTemp(s.dir, "*"+aside)
	if err != nil {
		return hash, err
	}
	sum := core.NewKeccak()
	_, err = data.WriteTo(io.MultiWriter(file, sum))
	err = errors.Join(err, file.Sync(), file.Chmod(0o644), file.Close())
	hash = core.Hash(sum.Sum(nil))
	if err == nil {
		err = os.Rename(file.Name(), s.Path(hash))
	}
	if err != nil {
		return hash, errors.Join(err, os.Remove(file.Name()))
	}
	return hash, nil
}

// Open maps the file of a hash into memory, after it saw that its bytes are of that hash. fs.ErrNotExist when there is no
// file, ErrCorrupt when its bytes are others.
func (s *Shelf) Open(hash core.Hash) (*Mapped, error) {
	m, err := Map(s.Path(hash))
	if err != nil {
		return nil, err
	}
	if is := core.Keccak(m.Bytes()); is != hash {
		err := fmt.Errorf("%w: %s: its %d bytes are of %s: delete it, and it is computed again", ErrCorrupt, s.Path(hash), len(m.Bytes()), is)
		return nil, errors.Join(err, m.Close())
	}
	return m, nil
}
