package wasm

import "fmt"

// unknown is a value whose type does not matter: what stands on the stack of code that cannot be reached.
const unknown byte = 0

// frame is a block that is open.
type frame struct {
	op     byte // 0x02 block, 0x03 loop, 0x04 if, 0x05 else, 0 the function
	result []byte
	height int
	dead   bool // what follows cannot be reached
}

// labels are the types of a branch to the frame.
func (f frame) labels() []byte {
	if f.op == 0x03 {
		return nil
	}
	return f.result
}

// checker type-checks one function's body (the algorithm of the specification's appendix) and writes it again with
// metering.
type checker struct {
	*module
	reader
	locals []byte
	result []byte
	values []byte
	frames []frame
	most   int // values on the stack at once
	meter
}

// checkBody returns the body with metering.
func checkBody(m *module, f function, gas uint32) ([]byte, error) {
	if len(f.body) > MaxBody {
		return nil, fmt.Errorf("body of %d bytes, at most %d are allowed", len(f.body), MaxBody)
	}
	c := &checker{module: m, reader: reader{bytes: f.body}}
	t := m.types[f.kind]
	c.result = t.results
	c.locals = append(c.locals, t.params...)
	for range c.count("groups of locals", MaxLocals) {
		n, kind := c.unsigned(), valueType(&c.reader)
		if uint64(n)+uint64(len(c.locals)) > MaxLocals {
			c.fail("over %d parameters and locals", MaxLocals)
			break
		}
		for range n {
			c.locals = append(c.locals, kind)
		}
	}
	if c.err != nil {
		return nil, c.err
	}
	own := len(c.locals) - len(t.params)
	c.meter = meter{gas: gas, scratch: uint32(len(c.locals)), from: c.at}
	c.charge(costCall + costLocalZeroed*uint64(own))
	c.push(frame{op: 0, result: t.results})
	for len(c.frames) > 0 && c.err == nil {
		c.instruction()
	}
	if c.err == nil && c.at != len(c.bytes) {
		c.fail("%d bytes after the end", len(c.bytes)-c.at)
	}
	if c.err != nil {
		return nil, c.err
	}
	cost := frameCost(len(c.locals), c.most, len(f.body))
	if cost > MaxStack {
		return nil, fmt.Errorf("a call would take %d of a stack of %d", cost, MaxStack)
	}
	return c.wrapped(c.locals[len(t.params):], t.results, uint32(cost)), nil
}

func (c *checker) push(f frame) {
	if len(c.frames) >= MaxNesting {
		c.fail("over %d blocks in each other", MaxNesting)
		return
	}
	f.height = len(c.values)
	c.frames = append(c.frames, f)
}

func (c *checker) give(kinds ...byte) {
	c.values = append(c.values, kinds...)
	c.most = max(c.most, len(c.values))
}

// take takes one value of a type; unknown takes any.
func (c *checker) take(want byte) byte {
	f := &c.frames[len(c.frames)-1]
	if len(c.values) == f.height {
		if !f.dead {
			c.fail("a value is missing on the stack")
		}
		return want
	}
	have := c.values[len(c.values)-1]
	c.values = c.values[:len(c.values)-1]
	if want != unknown && have != unknown && want != have {
		c.fail("a value of type %#x where %#x is wanted", have, want)
	}
	if have == unknown {
		return want
	}
	return have
}

func (c *checker) takeAll(want []byte) {
	for i := len(want) - 1; i >= 0; i-- {
		c.take(want[i])
	}
}

func (c *checker) die() {
	f := &c.frames[len(c.frames)-1]
	c.values, f.dead = c.values[:f.height], true
}

// end closes the innermost frame.
func (c *checker) end() frame {
	f := c.frames[len(c.frames)-1]
	c.takeAll(f.result)
	if len(c.values) != f.height {
		c.fail("%d values too many at the end of a block", len(c.values)-f.height)
	}
	c.frames = c.frames[:len(c.frames)-1]
	return f
}

func (c *checker) label(depth uint32) []byte {
	if int64(depth) >= int64(len(c.frames)) {
		c.fail("a branch out of %d blocks, there are %d", depth, len(c.frames))
		return nil
	}
	return c.frames[len(c.frames)-1-int(depth)].labels()
}

func (c *checker) blockType() []byte {
	switch t := c.byte(); t {
	case 0x40:
		return nil
	case i32, i64:
		return []byte{t}
	default:
		c.fail("block of type %#x", t)
		return nil
	}
}

// instruction checks one, and tells the meter.
func (c *checker) instruction() {
	start := c.at
	op := c.byte()
	switch {
	case op >= 0x02 && op <= 0x05 || op == 0x0b || op == 0x00 || op >= 0x0c && op <= 0x0f:
		c.control(op, start)
	case op == 0x01:
	case op == 0x10:
		c.charge(costCall)
		kind, known := c.kindOf(c.unsigned())
		if !known {
			c.fail("call of a function that is not there")
			return
		}
		c.takeAll(c.types[kind].params)
		c.give(c.types[kind].results...)
	case op == 0x11:
		c.indirect()
	case op == 0x1a:
		c.take(unknown)
	case op == 0x1b:
		c.charge(costSelect)
		c.take(i32)
		first := c.take(unknown)
		second := c.take(first)
		if second == unknown {
			second = first
		}
		c.give(second)
	case op >= 0x20 && op <= 0x24:
		c.variable(op)
	case op == 0x3f:
		c.charge(costMemorySize)
		if c.byte() != 0 {
			c.fail("memory.size of another memory")
		}
		c.give(i32)
	case op == 0x41:
		c.charge(costConstant)
		c.signed(32)
		c.give(i32)
	case op == 0x42:
		c.charge(costConstant)
		c.signed(64)
		c.give(i64)
	default:
		c.plain(op)
	}
}

// plain is a load, a store, or arithmetic.
func (c *checker) plain(op byte) {
	if a, is := accesses[op]; is {
		c.charge(a.cost)
		if align := c.unsigned(); align > a.align {
			c.fail("alignment 2^%d of an access of 2^%d bytes", align, a.align)
		}
		c.unsigned()
		if a.store {
			c.take(a.kind)
			c.take(i32)
			return
		}
		c.take(i32)
		c.give(a.kind)
		return
	}
	s, is := simples[op]
	if !is {
		c.at--
		switch op {
		case 0x40:
			c.fail("memory.grow is not allowed: the host grows the memory by alloc")
		default:
			c.fail("instruction %#x is not allowed (floats are not, nor what came after WebAssembly 1.0 but sign extension)", op)
		}
		return
	}
	c.charge(s.cost)
	c.takeAll(s.takes)
	c.give(s.gives...)
}

func (c *checker) indirect() {
	c.charge(costIndirect)
	kind, table := c.unsigned(), c.byte()
	if c.table < 0 || table != 0 || int64(kind) >= int64(len(c.types)) {
		c.fail("call_indirect of type %d, table %d: not there", kind, table)
		return
	}
	c.take(i32)
	c.takeAll(c.types[kind].params)
	c.give(c.types[kind].results...)
}

func (c *checker) variable(op byte) {
	index := c.unsigned()
	if op >= 0x23 {
		if int64(index) >= int64(len(c.globals)) {
			c.fail("global %d of %d", index, len(c.globals))
			return
		}
		g := c.globals[index]
		if op == 0x23 {
			c.charge(costGlobalGet)
			c.give(g.kind)
			return
		}
		c.charge(costGlobalSet)
		if !g.mutable {
			c.fail("global %d is a constant", index)
		}
		c.take(g.kind)
		return
	}
	if int64(index) >= int64(len(c.locals)) {
		c.fail("local %d of %d", index, len(c.locals))
		return
	}
	kind := c.locals[index]
	switch op {
	case 0x20:
		c.charge(costLocalGet)
		c.give(kind)
	case 0x21:
		c.charge(costLocalSet)
		c.take(kind)
	default:
		c.charge(costLocalTee)
		c.take(kind)
		c.give(kind)
	}
}

// control is everything after which another piece of code can follow than the next instruction.
func (c *checker) control(op byte, start int) {
	switch op {
	case 0x02:
		c.push(frame{op: op, result: c.blockType()})
	case 0x03:
		c.push(frame{op: op, result: c.blockType()})
		c.cut(c.bytes, c.at)
	case 0x04:
		c.charge(costIf)
		c.take(i32)
		c.push(frame{op: op, result: c.blockType()})
		c.cut(c.bytes, c.at)
	case 0x05:
		f := c.end()
		if f.op != 0x04 {
			c.fail("else without if")
		}
		c.push(frame{op: op, result: f.result})
		c.cut(c.bytes, c.at)
	case 0x0b:
		f := c.end()
		if f.op == 0x04 && len(f.result) > 0 {
			c.fail("if with a result and without else")
		}
		if len(c.frames) == 0 {
			c.cut(c.bytes, start) // the function's own end is wrapped's
			return
		}
		c.give(f.result...)
		c.cut(c.bytes, c.at)
	case 0x00:
		c.die()
		c.cut(c.bytes, c.at)
	case 0x0c:
		c.charge(costBranch)
		c.takeAll(c.label(c.unsigned()))
		c.die()
		c.cut(c.bytes, c.at)
	case 0x0d:
		c.charge(costBranchIf)
		labels := c.label(c.unsigned())
		c.take(i32)
		c.takeAll(labels)
		c.give(labels...)
		c.cut(c.bytes, c.at)
	case 0x0e:
		c.branchTable()
	default: // return is a branch out of everything, to where the frame is given back
		c.charge(costBranch)
		c.takeAll(c.result)
		depth := len(c.frames) - 1
		c.die()
		c.cut(c.bytes, start)
		c.replace(depth, c.at)
	}
}

func (c *checker) branchTable() {
	n := c.count("targets", MaxBody)
	c.charge(costTable + costTableEntry*uint64(n))
	c.take(i32)
	depths := make([]uint32, n+1)
	for i := range depths {
		depths[i] = c.unsigned()
	}
	want := c.label(depths[n])
	for _, d := range depths[:n] {
		if have := c.label(d); len(have) != len(want) || len(have) == 1 && have[0] != want[0] {
			c.fail("targets of a br_table of different types")
			return
		}
	}
	c.takeAll(want)
	c.die()
	c.cut(c.bytes, c.at)
}
