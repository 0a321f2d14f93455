package wasm

import (
	"cmp"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
)

// built is a module put together for a test: types and imports as given, one memory, and functions of type 0, () → ().
type built struct {
	types   []byte // entries, the first is () → ()
	nTypes  int
	imports []string // calls, each of the type that stands for it
	kinds   []byte
	pages   byte
	globals []byte // entries
	nGlobal int
	bodies  [][]byte // locals and code, without the length
	table   int
	exports []export // besides handle, which is the first body
	data    []segment
}

func (b built) bytes() []byte {
	out := append([]byte{}, header...)
	section := func(id byte, n int, content []byte) {
		if n == 0 {
			return
		}
		counted := append(appendUnsigned(nil, uint64(n)), content...)
		out = append(appendUnsigned(append(out, id), uint64(len(counted))), counted...)
	}
	section(typeSection, 1+b.nTypes, append([]byte{0x60, 0, 0}, b.types...))
	var imports []byte
	for i, name := range b.imports {
		imports = append(appendName(appendName(imports, "env"), name), 0, b.kinds[i])
	}
	imports = append(appendName(appendName(imports, "env"), "memory"), 2, 0, cmp.Or(b.pages, 1))
	section(importSection, len(b.imports)+1, imports)
	section(functionSection, len(b.bodies), make([]byte, len(b.bodies)))
	if b.table > 0 {
		section(tableSection, 1, append([]byte{0x70, 0}, appendUnsigned(nil, uint64(b.table))...))
	}
	section(globalSection, b.nGlobal, b.globals)
	exports := append(appendName(nil, "handle"), 0, byte(len(b.imports)))
	for _, e := range b.exports {
		exports = append(appendName(exports, e.name), e.kind, byte(e.index))
	}
	section(exportSection, 1+len(b.exports), exports)
	var code []byte
	for _, body := range b.bodies {
		code = append(appendUnsigned(code, uint64(len(body))), body...)
	}
	section(codeSection, len(b.bodies), code)
	var data []byte
	for _, d := range b.data {
		data = appendSigned(append(data, 0, 0x41), int64(int32(d.offset)))
		data = append(appendUnsigned(append(data, 0x0b), uint64(len(d.data))), d.data...)
	}
	section(dataSection, len(b.data), data)
	return out
}

// body is a function without locals.
func body(code ...byte) []byte { return append(append([]byte{0}, code...), 0x0b) }

// handle is an execution of a message with some gas.
func handle(gas uint64, m *program.Memory, payload ...byte) program.Execution {
	return program.Execution{Dispatch: program.Dispatch{ID: core.Hash{1}, Kind: program.Handle, Source: program.Actor(core.Address{19: 7}),
		Program: core.Hash{2}, Payload: payload, Gas: gas}, Block: 5, Time: 1000, Memory: m}
}

func fresh() *program.Memory { return &program.Memory{Pages: map[uint32]*program.Page{}} }

func newTestRunner(t testing.TB) *Runner {
	t.Helper()
	r, err := NewRunner()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	})
	return r
}
