//go:build unix

package wasm

import (
	"fmt"
	"slices"
	"sync"
	"syscall"

	"github.com/tetratelabs/wazero/experimental"
)

// mapped is linear memory straight from the system: the pages that a program does not touch cost nothing, and growing
// moves nothing.
type mapped struct {
	all  []byte
	used uint64 // the most that was handed out
}

// spares are memories that were given back, all zero again: to clear a little costs less than to ask the system for pages.
var spares struct {
	sync.Mutex
	list []*mapped
}

// How many spares are kept, and how much of one may have been used.
const (
	mostSpares = 32
	mostClear  = 512 << 10
)

func allocate(_, most uint64) experimental.LinearMemory {
	spares.Lock()
	defer spares.Unlock()
	for i, m := range spares.list {
		if uint64(len(m.all)) == most {
			spares.list = slices.Delete(spares.list, i, i+1)
			return m
		}
	}
	all, err := syscall.Mmap(-1, 0, int(most), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		panic(fmt.Errorf("reserve %d bytes of address space: %w", most, err))
	}
	return &mapped{all: all}
}

func (m *mapped) Reallocate(size uint64) []byte {
	if size > uint64(len(m.all)) {
		return nil
	}
	m.used = max(m.used, size)
	return m.all[:size:len(m.all)]
}

func (m *mapped) Free() {
	if m.used <= mostClear {
		clear(m.all[:m.used])
		m.used = 0
		spares.Lock()
		defer spares.Unlock()
		if len(spares.list) < mostSpares {
			spares.list = append(spares.list, m)
			return
		}
	}
	if err := syscall.Munmap(m.all); err != nil {
		panic(fmt.Errorf("give back %d bytes of address space: %w", len(m.all), err))
	}
}
