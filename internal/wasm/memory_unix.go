//go:build unix

package wasm

import (
	"fmt"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// mapped is linear memory straight from the system: the pages that a program does not touch cost nothing, and growing
// moves nothing.
type mapped []byte

func allocate(_, most uint64) experimental.LinearMemory {
	m, err := syscall.Mmap(-1, 0, int(most), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(fmt.Errorf("reserve %d bytes of address space: %w", most, err))
	}
	return mapped(m)
}

func (m mapped) Reallocate(size uint64) []byte {
	if size > uint64(len(m)) {
		return nil
	}
	return m[:size:len(m)]
}

func (m mapped) Free() {
	if err := syscall.Munmap(m); err != nil {
		panic(fmt.Errorf("give back %d bytes of address space: %w", len(m), err))
	}
}
