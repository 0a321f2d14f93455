package store

import (
	"errors"
	"fmt"
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

// Put writes bytes beside, makes them durable, and gives them their name. One that is there already stays. ErrFull when
// there is no space; what was there is untouched.
func (s *Shelf) Put(data []byte) (core.Hash, error) {
	hash := core.Keccak(data)
	path := s.Path(hash)
	if info, err := os.Stat(path); err == nil && info.Size() == int64(len(data)) {
		return hash, nil
	}
	if err := write(path, data); err != nil {
		if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EFBIG) {
			err = fmt.Errorf("%w for %s: make space; nothing is lost, the step can be repeated (%w)", ErrFull, path, err)
		}
		return hash, fmt.Errorf("keep distribution %s: %w", hash, err)
	}
	return hash, syncFolder(s.dir)
}

// write writes a file that is there whole, or not at all.
func write(path string, data []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "*"+aside)
	if err != nil {
		return err
	}
	_, err = file.Write(data)
	err = errors.Join(err, file.Sync(), file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// Get returns the bytes of a hash. fs.ErrNotExist when there is no file, ErrCorrupt when its bytes are others.
func (s *Shelf) Get(hash core.Hash) ([]byte, error) {
	data, err := os.ReadFile(s.Path(hash))
	if err != nil {
		return nil, fmt.Errorf("read distribution: %w", err)
	}
	if is := core.Keccak(data); is != hash {
		return nil, fmt.Errorf("%w: %s: its %d bytes are of %s: delete it, and it is computed again", ErrCorrupt, s.Path(hash), len(data), is)
	}
	return data, nil
}
