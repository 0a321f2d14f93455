package wasm

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/blake2b"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
)

// Code is a program's code that passed Check.
type Code struct {
	// Hash is blake2b-256 of the code as it was uploaded.
	Hash core.Hash
	// Static is the memory that the program starts with, in pages; what it allocates lies above.
	Static uint32
	// StackEnd is where the part of the memory starts that is kept between messages, in bytes.
	StackEnd uint32
	// Entries are the functions that it exports.
	Entries map[string]bool
	// image is the memory that data segments make, by number of program.PageSize pages: those that are not all zero.
	image map[uint32]*program.Page
	// metered is the code with Roster's instructions in it; resets are the globals to be put back before each run.
	metered []byte
	resets  []reset
}

// reset is a global that a program can change.
type reset struct {
	name string
	kind byte
	init int64
}

// ErrInvalid is the code's fault: whoever uploads it learns what is wrong, and every node finds the same.
var ErrInvalid = errors.New("invalid program")

// stackEnd is the global by which a program says where its stack ends.
const stackEnd = "__gear_stack_end"

// entries are what a program may export.
var entries = map[string]bool{"init": true, "handle": true, "handle_reply": true, "handle_signal": true, "state": true, "metahash": true}

// Check accepts or refuses code, wrapping ErrInvalid. It is the same on every machine and for every engine.
func Check(code []byte) (*Code, error) {
	m, err := parse(code)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	c := &Code{Hash: blake2b.Sum256(code), Static: m.static, Entries: map[string]bool{}}
	for _, step := range []func(*module) error{c.checkExports, c.checkElements, c.checkData} {
		if err := step(m); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
	}
	if c.metered, c.resets, err = instrument(m, true); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if len(c.metered) > MaxCode {
		return nil, fmt.Errorf("%w: %d bytes of code with metering, at most %d are allowed", ErrInvalid, len(c.metered), MaxCode)
	}
	return c, nil
}

func (c *Code) checkExports(m *module) error {
	ended := false
	for _, e := range m.exports {
		switch {
		case c.Entries[e.name], e.name == stackEnd && ended:
			return fmt.Errorf("export %q twice", e.name)
		case e.kind == 3 && e.name == stackEnd:
			if int64(e.index) >= int64(len(m.globals)) {
				return fmt.Errorf("export %q: global %d of %d", e.name, e.index, len(m.globals))
			}
			g := m.globals[e.index]
			end := uint32(g.init)
			if g.kind != i32 || end%PageSize != 0 || end/PageSize > m.static {
				return fmt.Errorf("%s is %d: want an i32, a multiple of %d, and within the memory of %d pages", stackEnd, g.init, PageSize, m.static)
			}
			c.StackEnd, ended = end, true
		case e.kind == 0 && entries[e.name]:
			kind, known := m.kindOf(e.index)
			if !known || int(e.index) < len(m.imports) {
				return fmt.Errorf("export %q: not a function of the program's own", e.name)
			}
			if t := m.types[kind]; len(t.params)+len(t.results) > 0 {
				return fmt.Errorf("export %q has parameters or results: want none", e.name)
			}
			c.Entries[e.name] = true
		default:
			return fmt.Errorf("export %s of kind %d: only init, handle, handle_reply, handle_signal, state, metahash and %s may be exported",
				printable(e.name), e.kind, stackEnd)
		}
	}
	if !c.Entries["init"] && !c.Entries["handle"] {
		return errors.New("neither init nor handle is exported")
	}
	return nil
}

func (c *Code) checkElements(m *module) error {
	for i, e := range m.elements {
		if m.table < 0 || uint64(e.offset)+uint64(len(e.functions)) > uint64(m.table) {
			return fmt.Errorf("element segment %d: %d entries from %d in a table of %d", i, len(e.functions), e.offset, max(m.table, 0))
		}
		for _, f := range e.functions {
			if _, known := m.kindOf(f); !known {
				return fmt.Errorf("element segment %d: no function %d", i, f)
			}
		}
	}
	return nil
}

// checkData lays the data segments out.
func (c *Code) checkData(m *module) error {
	c.image = map[uint32]*program.Page{}
	for i, d := range m.data {
		if end := uint64(d.offset) + uint64(len(d.data)); d.offset < c.StackEnd || end > uint64(m.static)*PageSize {
			return fmt.Errorf("data segment %d: %d bytes at %d, want them from the stack's end at %d to the memory's end at %d",
				i, len(d.data), d.offset, c.StackEnd, uint64(m.static)*PageSize)
		}
		for at := 0; at < len(d.data); {
			address := d.offset + uint32(at)
			page := c.image[address/program.PageSize]
			if page == nil {
				page = new(program.Page)
				c.image[address/program.PageSize] = page
			}
			at += copy(page[address%program.PageSize:], d.data[at:])
		}
	}
	for n, page := range c.image {
		if *page == (program.Page{}) {
			delete(c.image, n)
		}
	}
	return nil
}
