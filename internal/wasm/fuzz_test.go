package wasm

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/examples"
)

// FuzzCode: whatever bytes come, Check decides without harm; and what it accepts both engines run to the same end.
func FuzzCode(f *testing.F) {
	for _, name := range examples.Names {
		f.Add(examples.Code(name))
	}
	f.Add(built{bodies: [][]byte{body(0x41, 1, 0x1a)}}.bytes())
	a, b := newTestRunner(f), second(f)
	f.Fuzz(func(t *testing.T, code []byte) { compareRuns(t, a, b, code) })
}

// FuzzModule: modules that are put together from pieces that fit, mostly, so that they come far.
func FuzzModule(f *testing.F) {
	for seed := range uint64(50) {
		f.Add(seed, uint16(seed*7))
	}
	a, b := newTestRunner(f), second(f)
	f.Fuzz(func(t *testing.T, seed uint64, size uint16) { compareRuns(t, a, b, generated(seed, int(size%2000))) })
}

// TestModules is a corpus of FuzzModule for every run of the tests.
func TestModules(t *testing.T) {
	a, b := newTestRunner(t), second(t)
	accepted := 0
	n := uint64(1000)
	if testing.Short() {
		n = 200
	}
	for seed := range n {
		if compareRuns(t, a, b, generated(seed, int(seed%600))) {
			accepted++
		}
	}
	if accepted < int(n)/4 {
		t.Errorf("%d of %d modules were accepted: they do not come far", accepted, n)
	}
}

// compareRuns runs code on two engines, and reports whether it was accepted.
func compareRuns(t *testing.T, a, b *Runner, code []byte) bool {
	t.Helper()
	if _, err := Check(code); err != nil {
		return false
	}
	id := core.Keccak(code)
	one, two := fresh(), fresh()
	for i, kind := range []program.Kind{program.Init, program.Handle, program.Handle, program.Reply} {
		x := handle(400_000_000, one, []byte("payload of a message")...)
		x.Kind, x.ID[1] = kind, byte(i)
		y := x
		y.Memory = two
		out1, err1 := a.Run(code, id, x)
		out2, err2 := b.Run(code, id, y)
		if err1 != nil || err2 != nil {
			t.Fatalf("%x: %v, %v", code, err1, err2)
		}
		if !reflect.DeepEqual(out1, out2) || !reflect.DeepEqual(one, two) {
			t.Fatalf("%x: message %d:\n%+v\n%+v", code, i, out1, out2)
		}
	}
	for _, r := range []*Runner{a, b} {
		r.drop(core.Hash{2})
		if c := r.codes[id]; c != nil {
			if err := c.compiled.close(); err != nil {
				t.Fatal(err)
			}
			delete(r.codes, id)
			r.used = nil
			for other := range r.codes {
				r.used = append(r.used, other)
			}
		}
	}
	return true
}

// generator makes a function body of instructions whose operands are there, mostly.
type generator struct {
	*rand.Rand
	code  []byte
	stack []byte
	depth int
	left  int
}

// generated is a module of three functions of a seed, which call each other, calls of the host, and a table.
func generated(seed uint64, size int) []byte {
	rng := rand.New(rand.NewPCG(seed, 1))
	imports := []string{"gr_size", "gr_source", "alloc", "gr_leave", "gr_debug", "gr_gas_available", "free"}
	kinds := []byte{1, 1, 2, 0, 3, 1, 2}
	types := []byte{0x60, 1, i32, 0, 0x60, 1, i32, 1, i32, 0x60, 2, i32, i32, 0}
	b := built{types: types, nTypes: 3, imports: imports, kinds: kinds, pages: 1 + byte(rng.IntN(3)), nGlobal: 2,
		globals: []byte{i32, 1, 0x41, 7, 0x0b, i64, 1, 0x42, 9, 0x0b}, table: 4}
	for range 3 {
		g := &generator{Rand: rng, left: size}
		g.block(nil)
		b.bodies = append(b.bodies, append(append([]byte{2, 3, i32, 2, i64}, g.code...), 0x0b))
	}
	b.exports = []export{{"init", 0, 8}, {"handle_reply", 0, 9}}
	for range rng.IntN(3) {
		data := make([]byte, rng.IntN(64))
		for i := range data {
			data[i] = byte(rng.Uint32())
		}
		b.data = append(b.data, segment{rng.Uint32N(65536), data})
	}
	code := b.bytes()
	if rng.IntN(10) == 0 { // and now and then something that fits nowhere
		code[rng.IntN(len(code))] ^= byte(1 << rng.IntN(8))
	}
	return code
}

func (g *generator) put(b ...byte) { g.code = append(g.code, b...) }

// want has a value of a type on the stack.
func (g *generator) want(kind byte) {
	if n := len(g.stack); n > 0 && g.stack[n-1] == kind && g.IntN(4) > 0 {
		g.stack = g.stack[:n-1]
		return
	}
	switch {
	case kind == i32 && g.IntN(2) == 0:
		g.put(0x20, byte(g.IntN(3)))
	case kind == i32:
		g.code = appendSigned(append(g.code, 0x41), int64(int32(g.pick())))
	case g.IntN(2) == 0:
		g.put(0x20, 3+byte(g.IntN(2)))
	default:
		g.code = appendSigned(append(g.code, 0x42), int64(g.Uint64()))
	}
}

// pick is a number near an edge.
func (g *generator) pick() uint32 {
	edges := []uint32{0, 1, 4, 100, 65532, 65535, 65536, 131072, 1<<31 - 1, 1 << 31, 1<<32 - 1}
	return edges[g.IntN(len(edges))] + g.Uint32N(3)
}

// block makes instructions, and leaves what it should on the stack.
func (g *generator) block(result []byte) {
	outer := g.stack
	g.stack = nil
	for g.left > 0 && g.IntN(12) > 0 {
		g.left--
		g.instruction()
	}
	for range g.stack {
		g.put(0x1a)
	}
	g.stack = nil
	for _, kind := range result {
		g.want(kind)
	}
	g.stack = outer
}

func (g *generator) instruction() {
	switch g.IntN(16) {
	case 0, 1, 2:
		ops := []byte{0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71, 0x72, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x46, 0x48, 0x4b, 0x4f}
		g.want(i32)
		g.put(0x21, 0, 0x20, byte(g.IntN(3)), 0x20, 0, ops[g.IntN(len(ops))])
		g.stack = append(g.stack, i32)
	case 3, 4:
		ops := []byte{0x7c, 0x7d, 0x7e, 0x7f, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a}
		g.want(i64)
		g.put(0x21, 3)
		g.put(0x20, 3, 0x20, 4, ops[g.IntN(len(ops))])
		g.stack = append(g.stack, i64)
	case 5:
		g.want(i32)
		g.put([]byte{0x45, 0x67, 0x68, 0x69, 0xc0, 0xc1}[g.IntN(6)])
		g.stack = append(g.stack, i32)
	case 6:
		g.want(i32)
		g.put([]byte{0xac, 0xad}[g.IntN(2)])
		g.stack = append(g.stack, i64)
	case 7:
		g.want(i32)
		op := []byte{0x28, 0x2c, 0x2d, 0x2e, 0x2f}[g.IntN(5)]
		g.code = appendUnsigned(append(g.code, op, 0), uint64(g.pick()))
		g.stack = append(g.stack, i32)
	case 8:
		g.want(i32)
		g.put(0x21, 2, 0x20, 2, 0x20, byte(g.IntN(3)))
		g.code = appendUnsigned(append(g.code, []byte{0x36, 0x3a, 0x3b}[g.IntN(3)], 0), uint64(g.Uint32N(70000)))
	case 9:
		g.want(i64)
		g.put([]byte{0x50, 0xa7}[g.IntN(2)])
		g.stack = append(g.stack, i32)
	case 10:
		g.put(0x23, 0, 0x41, 1, 0x6a, 0x24, 0, 0x23, 0)
		g.stack = append(g.stack, i32)
	case 11:
		g.want(i32)
		g.put([][]byte{{0x10, 0}, {0x10, 1}, {0x10, 2, 0x1a}, {0x10, 6, 0x1a}, {0x10, 5}}[g.IntN(5)]...)
	case 12:
		g.put(0x10, 7+byte(g.IntN(3))) // each other
	case 13:
		g.nested()
	case 14:
		g.put(0x3f, 0)
		g.stack = append(g.stack, i32)
	default:
		g.want(i32)
		g.put(0x11, 0, 0)
	}
}

func (g *generator) nested() {
	if g.depth > 6 {
		return
	}
	g.depth++
	defer func() { g.depth-- }()
	switch g.IntN(4) {
	case 0:
		g.put(0x02, i32)
		g.block([]byte{i32})
		if g.IntN(2) == 0 {
			g.put(0x20, 0, 0x0d, 0)
		}
		g.put(0x0b)
		g.stack = append(g.stack, i32)
	case 1:
		g.put(0x03, 0x40)
		g.block(nil)
		g.put(0x20, 1, 0x41, 1, 0x6b, 0x22, 1, 0x0d, 0, 0x0b)
	case 2:
		g.want(i32)
		g.put(0x04, i64)
		g.block([]byte{i64})
		g.put(0x05)
		g.block([]byte{i64})
		g.put(0x0b)
		g.stack = append(g.stack, i64)
	default:
		g.put(0x02, 0x40, 0x02, 0x40)
		g.block(nil)
		g.put(0x20, 0)
		g.code = append(g.code, 0x0e, 2, 0, 1, byte(g.IntN(2)), 0x0b)
		g.block(nil)
		if g.IntN(4) == 0 {
			g.put(0x0f)
		}
		g.put(0x0b)
	}
}
