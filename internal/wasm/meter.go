package wasm

import (
	"fmt"
	"slices"
)

// meter writes a body again with metering: before each piece of code without branches, what it costs is taken from a
// global; the code stops when that falls below zero. Around the whole, the frame is taken from the stack's height.
type meter struct {
	gas     uint32 // the index of the gas global; the height's is the next
	scratch uint32 // the index of an i64 local of ours; an i32 one is the next
	from    int    // where the piece starts that is not written yet
	cost    uint64
	out     []byte
}

func (m *meter) charge(gas uint64) { m.cost += gas }

// cut ends a piece at a byte of the body and writes it, its price in front.
func (m *meter) cut(body []byte, to int) {
	if m.cost > 0 {
		out := append(m.out, 0x23) // global.get gas, i64.const cost, i64.sub, local.tee, global.set gas
		out = appendUnsigned(out, uint64(m.gas))
		out = appendSigned(append(out, 0x42), int64(m.cost))
		out = appendUnsigned(append(out, 0x7d, 0x22), uint64(m.scratch))
		out = appendUnsigned(append(out, 0x24), uint64(m.gas))
		out = appendUnsigned(append(out, 0x20), uint64(m.scratch)) // local.get, i64.const 0, i64.lt_s, if unreachable end
		m.out = append(out, 0x42, 0x00, 0x53, 0x04, 0x40, 0x00, 0x0b)
	}
	m.out = append(m.out, body[m.from:to]...)
	m.from, m.cost = to, 0
}

// replace writes a branch in the place of the return that ends at a byte of the body.
func (m *meter) replace(depth, to int) {
	m.out = appendUnsigned(append(m.out, 0x0c), uint64(depth))
	m.from = to
}

// wrapped is the body with its locals and its frame's cost.
func (m *meter) wrapped(locals, results []byte, frame uint32) []byte {
	var out []byte
	groups := 0
	for i := 0; i < len(locals); {
		n := 1
		for i+n < len(locals) && locals[i+n] == locals[i] {
			n++
		}
		out = append(appendUnsigned(out, uint64(n)), locals[i])
		i, groups = i+n, groups+1
	}
	out = append(appendUnsigned(nil, uint64(groups+2)), out...)
	out = append(out, 1, i64, 1, i32)
	height, scratch := uint64(m.gas)+1, uint64(m.scratch)+1
	out = appendUnsigned(append(out, 0x23), height) // height += frame; if height > MaxStack unreachable
	out = appendSigned(append(out, 0x41), int64(frame))
	out = appendUnsigned(append(out, 0x6a, 0x22), scratch)
	out = appendUnsigned(append(out, 0x24), height)
	out = appendUnsigned(append(out, 0x20), scratch)
	out = appendSigned(append(out, 0x41), MaxStack)
	out = append(out, 0x4b, 0x04, 0x40, 0x00, 0x0b)
	kind := byte(0x40)
	if len(results) == 1 {
		kind = results[0]
	}
	out = append(append(append(out, 0x02, kind), m.out...), 0x0b)
	out = appendUnsigned(append(out, 0x23), height) // height -= frame
	out = appendSigned(append(out, 0x41), int64(frame))
	out = appendUnsigned(append(out, 0x6b, 0x24), height)
	return append(out, 0x0b)
}

// The names of what instrument adds.
const (
	gasGlobal    = "gas"
	heightGlobal = "height"
	memoryName   = "memory"
)

// instrument checks every body and writes the module again: with metering, with a memory of its own, without anything
// that no program needs. Custom sections are gone. Without metering it is what a benchmark compares with.
func instrument(m *module, metering bool) ([]byte, []reset, error) {
	gas := uint32(len(m.globals))
	var bodies []byte
	for i, f := range m.functions {
		body, err := checkBody(m, f, gas)
		if err != nil {
			return nil, nil, fmt.Errorf("function %d: %w", len(m.imports)+i, err)
		}
		if !metering {
			body = f.body
		}
		bodies = append(appendUnsigned(bodies, uint64(len(body))), body...)
	}
	out := slices.Clone(header)
	section := func(id byte, n int, content []byte) {
		if n > 0 {
			counted := append(appendUnsigned(nil, uint64(n)), content...)
			out = append(appendUnsigned(append(out, id), uint64(len(counted))), counted...)
		}
	}
	var types, imports, functions, table, memory, globals, elements, data []byte
	for _, t := range m.types {
		types = append(appendUnsigned(append(types, 0x60), uint64(len(t.params))), t.params...)
		types = append(appendUnsigned(types, uint64(len(t.results))), t.results...)
	}
	for i, name := range m.imports {
		imports = append(appendName(appendName(imports, "env"), name), 0)
		imports = appendUnsigned(imports, uint64(m.kinds[i]))
	}
	for _, f := range m.functions {
		functions = appendUnsigned(functions, uint64(f.kind))
	}
	if m.table >= 0 {
		table = appendUnsigned(append(table, 0x70, 1), uint64(m.table))
		table = appendUnsigned(table, uint64(m.table))
	}
	memory = appendUnsigned(append(memory, 1), uint64(m.static))
	memory = appendUnsigned(memory, MaxPages)
	for _, g := range m.globals {
		globals = appendGlobal(globals, g)
	}
	globals = appendGlobal(globals, global{i64, true, 0})
	globals = appendGlobal(globals, global{i32, true, 0})
	exports, count, resets := m.exported(gas)
	for _, e := range m.elements {
		elements = appendSigned(append(elements, 0, 0x41), int64(int32(e.offset)))
		elements = appendUnsigned(append(elements, 0x0b), uint64(len(e.functions)))
		for _, f := range e.functions {
			elements = appendUnsigned(elements, uint64(f))
		}
	}
	for _, d := range m.data {
		data = appendSigned(append(data, 0, 0x41), int64(int32(d.offset)))
		data = append(appendUnsigned(append(data, 0x0b), uint64(len(d.data))), d.data...)
	}
	section(typeSection, len(m.types), types)
	section(importSection, len(m.imports), imports)
	section(functionSection, len(m.functions), functions)
	section(tableSection, min(len(table), 1), table)
	section(memorySection, 1, memory)
	section(globalSection, len(m.globals)+2, globals)
	section(exportSection, count, exports)
	section(elementSection, len(m.elements), elements)
	section(codeSection, len(m.functions), bodies)
	section(dataSection, len(m.data), data)
	return out, resets, nil
}

func appendGlobal(out []byte, g global) []byte {
	mutable := byte(0)
	if g.mutable {
		mutable = 1
	}
	out = append(out, g.kind, mutable)
	if g.kind == i32 {
		out = append(out, 0x41)
	} else {
		out = append(out, 0x42)
	}
	return append(appendSigned(out, g.init), 0x0b)
}

// exported are the entries, the memory, the meters, and every global that a program can change.
func (m *module) exported(gas uint32) (out []byte, count int, resets []reset) {
	add := func(name string, kind byte, index uint32) {
		out = appendUnsigned(append(appendName(out, name), kind), uint64(index))
		count++
	}
	for _, e := range m.exports {
		if e.kind == 0 {
			add(e.name, 0, e.index)
		}
	}
	add(memoryName, 2, 0)
	add(gasGlobal, 3, gas)
	add(heightGlobal, 3, gas+1)
	for i, g := range m.globals {
		if g.mutable {
			name := fmt.Sprintf("global%d", i)
			add(name, 3, uint32(i))
			resets = append(resets, reset{name, g.kind, g.init})
		}
	}
	return out, count, resets
}
