package wasm

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
)

// Runner runs programs. It is not for several goroutines: what it keeps is the program that ran last, in memory, for
// the next message is often for the same one.
type Runner struct {
	engine  engine
	codes   map[core.Hash]*ready // by code id
	used    []core.Hash          // code ids, the least used first
	live    map[core.Hash]*live  // by program
	liveUse []core.Hash
	bytes   int  // of the memory of all live
	fresh   bool // tests: nothing is kept
}

var _ program.Runner = (*Runner)(nil)

// How much is kept.
const (
	mostCodes = 256
	mostLive  = 64
	mostBytes = 512 << 20 // of the memory of all that are live
)

// ready is code that is compiled, or why it is not.
type ready struct {
	code     *Code
	compiled compiled
	fault    error
}

// live is a program in memory, as its last run left it.
type live struct {
	instance
	codeID core.Hash
	memory *program.Memory
	bytes  int
}

// NewRunner starts wazero. Close it when done.
func NewRunner() (*Runner, error) {
	e, err := newWazero()
	if err != nil {
		return nil, err
	}
	return newRunner(e), nil
}

func newRunner(e engine) *Runner {
	return &Runner{engine: e, codes: map[core.Hash]*ready{}, live: map[core.Hash]*live{}}
}

// Close gives everything back.
func (r *Runner) Close() error {
	for id := range r.live {
		r.drop(id)
	}
	return r.engine.close()
}

func (r *Runner) drop(id core.Hash) {
	if l := r.live[id]; l != nil {
		l.close()
		r.bytes -= l.bytes
		delete(r.live, id)
		r.liveUse = slices.DeleteFunc(r.liveUse, func(x core.Hash) bool { return x == id })
	}
}

// touch moves an id to the end of a list of uses.
func touch(list []core.Hash, id core.Hash) []core.Hash {
	if n := len(list); n > 0 && list[n-1] == id {
		return list
	}
	return append(slices.DeleteFunc(list, func(x core.Hash) bool { return x == id }), id)
}

// prepare compiles code, once.
func (r *Runner) prepare(code []byte, codeID core.Hash) (*ready, error) {
	r.used = touch(r.used, codeID)
	if c := r.codes[codeID]; c != nil {
		return c, nil
	}
	c := &ready{}
	if c.code, c.fault = Check(code); c.fault == nil {
		var err error
		if c.compiled, err = r.engine.compile(c.code); err != nil {
			return nil, err
		}
	}
	r.codes[codeID] = c
	if len(r.used) > mostCodes {
		oldest := r.used[0]
		for _, id := range slices.Clone(r.liveUse) {
			if r.live[id].codeID == oldest {
				r.drop(id)
			}
		}
		if old := r.codes[oldest]; old.compiled != nil {
			if err := old.compiled.close(); err != nil {
				return nil, err
			}
		}
		delete(r.codes, oldest)
		r.used = r.used[1:]
	}
	return c, nil
}

// Run implements program.Runner.
func (r *Runner) Run(code []byte, codeID core.Hash, x program.Execution) (program.Outcome, error) {
	c, err := r.prepare(code, codeID)
	if err != nil {
		return program.Outcome{}, err
	}
	if c.fault != nil {
		return program.Outcome{Ending: program.Failed, Code: program.InvalidCode}, nil
	}
	pages := c.code.held(x.Memory)
	fixed := CostMessage + CostLoadedPage*uint64(pages)
	if fixed > x.Gas {
		return program.Outcome{Ending: program.Failed, Code: program.RanOutOfGas, Used: x.Gas}, nil
	}
	if !c.code.Entries[x.Kind.Entry()] { // nothing to run is success
		return program.Outcome{Used: fixed}, nil
	}
	l, err := r.enter(c, codeID, x)
	if err != nil {
		return program.Outcome{}, err
	}
	h := &host{instance: l.instance, code: c.code, x: x, available: x.Balance, nonce: x.Sent}
	for _, a := range x.Memory.Allocated {
		for p := a[0]; p <= a[1]; p++ {
			h.allocated[p] = true
		}
	}
	before := uint32(len(l.instance.memory()))
	l.setGas(int64(x.Gas - fixed))
	ended := l.call(x.Kind.Entry(), h)
	out := h.conclude(ended)
	if out.Ending != program.Failed {
		if !h.keep(&out) {
			out = program.Outcome{Ending: program.Failed, Code: program.RanOutOfGas, Used: x.Gas}
		}
	}
	// A memory that grew does not shrink in an engine; and after a failure it holds what never happened.
	if out.Ending == program.Failed || r.fresh || uint32(len(l.instance.memory())) != before || h.changed {
		r.drop(x.Program)
	}
	return out, nil
}

// conclude says how a run ended.
func (h *host) conclude(ended bool) program.Outcome {
	out := h.out
	left := h.gas()
	switch {
	case left < 0 || h.broke:
		out, left = program.Outcome{Ending: program.Failed, Code: program.RanOutOfGas}, 0
	case !ended && !h.stopped && h.height() > MaxStack:
		out = program.Outcome{Ending: program.Failed, Code: program.StackLimit}
	case !ended && !h.stopped:
		out = program.Outcome{Ending: program.Failed, Code: program.Unreachable}
	case out.Ending == program.Failed:
		out = program.Outcome{Ending: program.Failed, Code: out.Code, Text: out.Text}
	}
	out.Used = h.x.Gas - uint64(left)
	return out
}

// enter puts a program into memory as it is at the start of a run.
func (r *Runner) enter(c *ready, codeID core.Hash, x program.Execution) (*live, error) {
	l := r.live[x.Program]
	if l != nil && (l.memory != x.Memory || l.codeID != codeID) {
		r.drop(x.Program)
		l = nil
	}
	if l != nil {
		clear(l.instance.memory()[:c.code.StackEnd])
		l.reset()
		r.liveUse = touch(r.liveUse, x.Program)
		return l, nil
	}
	i, err := c.compiled.instantiate()
	if err != nil {
		return nil, err
	}
	l = &live{instance: i, codeID: codeID, memory: x.Memory}
	top := c.code.Static
	if n := len(x.Memory.Allocated); n > 0 {
		top = x.Memory.Allocated[n-1][1] + 1
	}
	if top > c.code.Static && !i.grow(top-c.code.Static) {
		i.close()
		return nil, fmt.Errorf("program %s: no memory for %d pages", x.Program, top)
	}
	memory := i.memory()
	for n, page := range x.Memory.Pages {
		at := uint64(n) * program.PageSize
		if at+program.PageSize > uint64(len(memory)) {
			i.close()
			return nil, fmt.Errorf("program %s: page %d outside of a memory of %d bytes", x.Program, n, len(memory))
		}
		copy(memory[at:], page[:])
	}
	i.reset()
	l.bytes = len(memory)
	r.live[x.Program], r.bytes = l, r.bytes+l.bytes
	r.liveUse = touch(r.liveUse, x.Program)
	for len(r.liveUse) > mostLive || r.bytes > mostBytes && len(r.liveUse) > 1 {
		r.drop(r.liveUse[0])
	}
	return l, nil
}

// held is how many pages a program's memory has, as they are kept.
func (c *Code) held(m *program.Memory) uint32 {
	const each = PageSize / program.PageSize
	n := (c.Static - c.StackEnd/PageSize) * each
	for _, a := range m.Allocated {
		n += (a[1] - a[0] + 1) * each
	}
	return n
}

var empty program.Page

// initial is a page as the code's data segments make it.
func (c *Code) initial(n uint32) *program.Page {
	if page := c.image[n]; page != nil {
		return page
	}
	return &empty
}

// keep writes what the run changed into the program's memory, if the gas lasts for it; else it changes nothing.
func (h *host) keep(out *program.Outcome) bool {
	const each = PageSize / program.PageSize
	m, memory := h.x.Memory, h.memory()
	var changed []uint32
	look := func(first, last uint32) {
		for n := first; n < last; n++ {
			old := m.Pages[n]
			if old == nil {
				old = h.code.initial(n)
			}
			if !bytes.Equal(memory[n*program.PageSize:(n+1)*program.PageSize], old[:]) {
				changed = append(changed, n)
			}
		}
	}
	look(h.code.StackEnd/program.PageSize, h.code.Static*each)
	ranges := m.Allocated
	if h.changed {
		ranges = h.ranges()
	}
	for _, a := range ranges {
		look(a[0]*each, (a[1]+1)*each)
	}
	var gone []uint32
	if h.changed {
		for n := range m.Pages {
			if n >= h.code.Static*each && !h.allocated[n/each] {
				gone = append(gone, n)
			}
		}
		slices.Sort(gone)
	}
	cost := CostChangedPage * uint64(len(changed))
	if cost > h.x.Gas-out.Used {
		return false
	}
	out.Used += cost
	m.Allocated = ranges
	for _, n := range gone {
		delete(m.Pages, n)
	}
	for _, n := range changed {
		now := memory[n*program.PageSize : (n+1)*program.PageSize]
		if bytes.Equal(now, h.code.initial(n)[:]) {
			delete(m.Pages, n)
			continue
		}
		page := m.Pages[n]
		if page == nil {
			page = new(program.Page)
			m.Pages[n] = page
		}
		copy(page[:], now)
	}
	out.Changed = append(changed, gone...)
	slices.Sort(out.Changed)
	return true
}

// ranges are the allocated pages as Memory has them.
func (h *host) ranges() (list [][2]uint32) {
	for p := uint32(0); p < MaxPages; p++ {
		if !h.allocated[p] {
			continue
		}
		if n := len(list); n > 0 && list[n-1][1]+1 == p {
			list[n-1][1] = p
		} else {
			list = append(list, [2]uint32{p, p})
		}
	}
	return list
}
