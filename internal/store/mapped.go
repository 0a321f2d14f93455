package store

import (
	"fmt"
	"os"

	"github.com/edsrzf/mmap-go"
)

// Mapped is a file in memory: its pages are read when they are needed, and the system may drop them again. The file must
// not be cut while it is mapped, and its disk must not fail, or reading it ends the process; files on a shelf never change,
// they are replaced.
type Mapped struct{ bytes mmap.MMap }

// Map maps a file. An empty one has no bytes.
func Map(path string) (*Mapped, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read distribution: %w", err)
	}
	defer file.Close() // what is mapped stays
	info, err := file.Stat()
	if err != nil {
		return nil, fmt.Errorf("read distribution: %w", err)
	}
	if info.Size() == 0 {
		return &Mapped{}, nil
	}
	bytes, err := mmap.Map(file, mmap.RDONLY, 0)
	if err != nil {
		return nil, fmt.Errorf("map %s: %w", path, err)
	}
	return &Mapped{bytes}, nil
}

// Bytes are the file's. They must not be written to, nor used once it is closed.
func (m *Mapped) Bytes() []byte { return m.bytes }

// Close lets go of the file.
func (m *Mapped) Close() error {
	if m.bytes == nil {
		return nil
	}
	return m.bytes.Unmap()
}
