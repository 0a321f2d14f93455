package wasm

import (
	"fmt"
	"slices"
)

// The value types that there are. Floats are none.
const (
	i32 = 0x7f
	i64 = 0x7e
)

// signature is a function's type.
type signature struct{ params, results []byte }

func (s signature) equal(o signature) bool {
	return slices.Equal(s.params, o.params) && slices.Equal(s.results, o.results)
}

// global is one of the module's own.
type global struct {
	kind    byte
	mutable bool
	init    int64
}

type function struct {
	kind uint32 // its type
	body []byte
}

type segment struct {
	offset uint32
	data   []byte
}

type element struct {
	offset    uint32
	functions []uint32
}

type export struct {
	name  string
	kind  byte // 0 function, 3 global
	index uint32
}

// module is a program's code, taken apart.
type module struct {
	types     []signature
	imports   []string // the calls, by function index
	kinds     []uint32 // the types of the imports
	functions []function
	table     int // entries, -1: no table
	globals   []global
	exports   []export
	elements  []element
	data      []segment
	static    uint32 // pages
	memory    bool
}

// kindOf is the type of a function by its index.
func (m *module) kindOf(index uint32) (uint32, bool) {
	if int64(index) < int64(len(m.kinds)) {
		return m.kinds[index], true
	}
	if i := int64(index) - int64(len(m.kinds)); i < int64(len(m.functions)) {
		return m.functions[i].kind, true
	}
	return 0, false
}

// The sections, in the only order in which they may stand.
const (
	customSection = iota
	typeSection
	importSection
	functionSection
	tableSection
	memorySection
	globalSection
	exportSection
	startSection
	elementSection
	codeSection
	dataSection
)

var header = []byte("\x00asm\x01\x00\x00\x00")

// parse takes a module apart. What it does not refuse is well-formed, but for function bodies and what refers to what,
// which check sees to.
func parse(code []byte) (*module, error) {
	if len(code) > MaxCode {
		return nil, fmt.Errorf("code of %d bytes, at most %d are allowed", len(code), MaxCode)
	}
	r := &reader{bytes: code}
	if !slices.Equal(r.take(8), header) {
		return nil, fmt.Errorf("not a WebAssembly module of version 1")
	}
	m := &module{table: -1}
	last := byte(0)
	bodies := 0
	for !r.done() {
		id := r.byte()
		content := r.take(r.unsigned())
		if r.err != nil {
			break
		}
		if id == customSection {
			custom := &reader{bytes: content}
			if custom.name(); custom.err != nil {
				return nil, fmt.Errorf("custom section: %w", custom.err)
			}
			continue
		}
		if id > dataSection {
			return nil, fmt.Errorf("unknown section %d", id)
		}
		if id <= last {
			return nil, fmt.Errorf("section %d after section %d", id, last)
		}
		last = id
		s := &reader{bytes: content}
		m.section(id, s, &bodies)
		if s.err == nil && s.at != len(s.bytes) {
			s.fail("%d bytes too many", len(s.bytes)-s.at)
		}
		if s.err != nil {
			return nil, fmt.Errorf("section %d: %w", id, s.err)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	if bodies != len(m.functions) {
		return nil, fmt.Errorf("%d functions, %d bodies", len(m.functions), bodies)
	}
	if !m.memory {
		return nil, fmt.Errorf("env.memory is not imported")
	}
	return m, nil
}

func (m *module) section(id byte, r *reader, bodies *int) {
	switch id {
	case typeSection:
		m.readTypes(r)
	case importSection:
		m.readImports(r)
	case functionSection:
		for range r.count("functions", MaxCode) {
			kind := r.unsigned()
			if int(kind) >= len(m.types) {
				r.fail("type %d of %d", kind, len(m.types))
			}
			m.functions = append(m.functions, function{kind: kind})
		}
	case tableSection:
		m.readTable(r)
	case memorySection:
		if r.count("memories", 1) != 0 {
			r.fail("a memory of its own: it must import env.memory")
		}
	case globalSection:
		m.readGlobals(r)
	case exportSection:
		m.readExports(r)
	case startSection:
		r.fail("a start function is not allowed")
	case elementSection:
		m.readElements(r)
	case codeSection:
		*bodies = r.count("bodies", MaxCode)
		for i := range *bodies {
			body := r.take(r.unsigned())
			if i >= len(m.functions) {
				r.fail("body %d of %d functions", i, len(m.functions))
				return
			}
			m.functions[i].body = body
		}
	case dataSection:
		for range r.count("data segments", MaxSegments) {
			if flag := r.unsigned(); flag != 0 {
				r.fail("data segment of kind %d: only active ones of memory 0 are allowed", flag)
			}
			m.data = append(m.data, segment{m.offset(r), r.take(r.unsigned())})
		}
	}
}

func (m *module) readTypes(r *reader) {
	if len(r.bytes) > MaxTypeSection {
		r.fail("type section of %d bytes, at most %d are allowed", len(r.bytes), MaxTypeSection)
	}
	for range r.count("types", MaxTypeSection) {
		if form := r.byte(); form != 0x60 {
			r.fail("type of form %#x: only functions are allowed", form)
		}
		var s signature
		for range r.count("parameters", MaxValues) {
			s.params = append(s.params, valueType(r))
		}
		for range r.count("results", 1) {
			s.results = append(s.results, valueType(r))
		}
		if len(s.params)+len(s.results) > MaxValues {
			r.fail("type with over %d values", MaxValues)
		}
		m.types = append(m.types, s)
	}
}

func valueType(r *reader) byte {
	t := r.byte()
	if t != i32 && t != i64 {
		r.fail("value type %#x: only i32 and i64 are allowed", t)
	}
	return t
}

func (m *module) readImports(r *reader) {
	for range r.count("imports", MaxCode) {
		from, name, kind := r.name(), r.name(), r.byte()
		if r.err != nil {
			return
		}
		if from != "env" {
			r.fail("import %q.%q: only module env is there", from, name)
			return
		}
		switch kind {
		case 0:
			m.importCall(r, name)
		case 2:
			m.importMemory(r, name)
		default:
			r.fail("import %q of kind %d: only functions and env.memory are allowed", name, kind)
		}
	}
}

func (m *module) importCall(r *reader, name string) {
	kind := r.unsigned()
	if int(kind) >= len(m.types) {
		r.fail("import %q: type %d of %d", name, kind, len(m.types))
		return
	}
	c, known := calls[name]
	switch {
	case !known:
		r.fail("unsupported syscall %s", printable(name))
	case slices.Contains(m.imports, name):
		r.fail("import %q twice", name)
	case !m.types[kind].equal(c.signature()):
		r.fail("import %q has another signature than the call", name)
	}
	m.imports, m.kinds = append(m.imports, name), append(m.kinds, kind)
}

// printable is a name from code as it may stand in a text.
func printable(name string) string {
	for _, c := range name {
		if c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return fmt.Sprintf("%q", name)
		}
	}
	return name
}

func (m *module) importMemory(r *reader, name string) {
	if name != "memory" || m.memory {
		r.fail("import of memory %q: only one, env.memory, is allowed", name)
		return
	}
	m.memory = true
	flag := r.byte()
	m.static = r.unsigned()
	most := uint32(1 << 16)
	switch flag {
	case 0:
	case 1:
		most = r.unsigned()
	default:
		r.fail("memory with flag %d", flag)
	}
	if m.static > MaxPages || m.static > most {
		r.fail("memory of %d pages, at most %d are allowed", m.static, min(MaxPages, most))
	}
}

func (m *module) readTable(r *reader) {
	for range r.count("tables", 1) {
		if kind := r.byte(); kind != 0x70 {
			r.fail("table of %#x: only functions are allowed", kind)
		}
		flag, least := r.byte(), r.unsigned()
		switch flag {
		case 0:
		case 1:
			if most := r.unsigned(); most < least {
				r.fail("table of %d to %d entries", least, most)
			}
		default:
			r.fail("table with flag %d", flag)
		}
		if least > MaxTable {
			r.fail("table of %d entries, at most %d are allowed", least, MaxTable)
		}
		m.table = int(least)
	}
}

// offset reads an expression that is an i32 constant.
func (m *module) offset(r *reader) uint32 {
	v := constant(r, i32)
	return uint32(v)
}

func constant(r *reader, kind byte) int64 {
	var v int64
	switch op := r.byte(); {
	case op == 0x41 && kind == i32:
		v = r.signed(32)
	case op == 0x42 && kind == i64:
		v = r.signed(64)
	default:
		r.fail("instruction %#x where a constant must stand", op)
	}
	if r.byte() != 0x0b {
		r.fail("a constant is followed by more")
	}
	return v
}

func (m *module) readGlobals(r *reader) {
	for range r.count("globals", MaxCode) {
		g := global{kind: valueType(r)}
		switch mutable := r.byte(); mutable {
		case 0, 1:
			g.mutable = mutable == 1
		default:
			r.fail("global with flag %d", mutable)
		}
		g.init = constant(r, g.kind)
		m.globals = append(m.globals, g)
	}
}

func (m *module) readExports(r *reader) {
	for range r.count("exports", MaxCode) {
		m.exports = append(m.exports, export{r.name(), r.byte(), r.unsigned()})
	}
}

func (m *module) readElements(r *reader) {
	for range r.count("element segments", MaxSegments) {
		if flag := r.unsigned(); flag != 0 {
			r.fail("element segment of kind %d: only active ones of table 0 are allowed", flag)
		}
		e := element{offset: m.offset(r)}
		for range r.count("functions", MaxTable) {
			e.functions = append(e.functions, r.unsigned())
		}
		m.elements = append(m.elements, e)
	}
}
