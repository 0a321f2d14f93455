package wasm

import (
	"bytes"
	"reflect"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/examples"
)

const plenty = 10_000_000_000

// TestEndings: every way in which a program can end has its code, and takes only its own gas.
func TestEndings(t *testing.T) {
	i32x2 := []byte{0x60, 2, i32, i32, 0}
	for name, c := range map[string]struct {
		code []byte
		want program.ReplyCode
		all  bool // the gas
	}{
		"returns":       {built{bodies: [][]byte{body()}}.bytes(), program.Auto, false},
		"unreachable":   {built{bodies: [][]byte{body(0x00)}}.bytes(), program.Unreachable, false},
		"outside":       {built{bodies: [][]byte{body(0x41, 0x70, 0x41, 1, 0x36, 2, 0)}}.bytes(), program.Unreachable, false},
		"divides by 0":  {built{bodies: [][]byte{body(0x41, 1, 0x41, 0, 0x6d, 0x1a)}}.bytes(), program.Unreachable, false},
		"loops":         {built{bodies: [][]byte{body(0x03, 0x40, 0x0c, 0, 0x0b)}}.bytes(), program.RanOutOfGas, true},
		"recurses":      {built{bodies: [][]byte{body(0x10, 0)}}.bytes(), program.StackLimit, false},
		"deep locals":   {built{bodies: [][]byte{{1, 0x80, 0x10, i64, 0x10, 0, 0x0b}}}.bytes(), program.StackLimit, false},
		"panics":        {built{imports: []string{"gr_panic"}, kinds: []byte{1}, types: i32x2, nTypes: 1, bodies: [][]byte{body(0x41, 0, 0x41, 3, 0x10, 0)}}.bytes(), program.Panicked, false},
		"bad pointer":   {built{imports: []string{"gr_panic"}, kinds: []byte{1}, types: i32x2, nTypes: 1, bodies: [][]byte{body(0x41, 0x7f, 0x41, 3, 0x10, 0)}}.bytes(), program.Backend, false},
		"no memory":     {built{imports: []string{"gr_oom_panic"}, kinds: []byte{0}, bodies: [][]byte{body(0x10, 0)}}.bytes(), program.MemoryOverflow, false},
		"leaves":        {built{imports: []string{"gr_leave"}, kinds: []byte{0}, bodies: [][]byte{body(0x10, 0, 0x00)}}.bytes(), program.Auto, false},
		"invalid":       {[]byte("junk"), program.InvalidCode, false},
		"calls in loop": {built{bodies: [][]byte{body(0x03, 0x40, 0x10, 1, 0x0c, 0, 0x0b), body()}}.bytes(), program.RanOutOfGas, true},
	} {
		for kind, r := range map[string]*Runner{"kept": newTestRunner(t), "second": second(t)} {
			m := fresh()
			out, err := r.Run(c.code, core.Hash{1}, handle(plenty, m))
			if err != nil {
				t.Errorf("%s, %s: %v", name, kind, err)
				continue
			}
			if out.Code != c.want || (out.Used == plenty) != c.all || out.Used > plenty || len(m.Pages) > 0 {
				t.Errorf("%s, %s: %v after %d gas, %d pages; want %v", name, kind, out.Code, out.Used, len(m.Pages), c.want)
			}
		}
	}
}

// TestKeptIsFresh: what is kept in memory between messages makes no difference: gas, answers, messages and pages are the
// same on the second engine, or with nothing kept.
func TestKeptIsFresh(t *testing.T) {
	kept, other := newTestRunner(t), second(t)
	who := core.Hash{5}
	payloads := map[string][][]byte{
		"counter": {{'+'}, {'+'}, {'-'}, {'='}, {'x'}, {'+'}, {}, {'='}},
		"echo":    {[]byte("one"), {}, bytes.Repeat([]byte{7}, MaxPayload)},
		"heavy":   {{3, 0, 0, 0, 'a'}, {0, 0, 0, 0}, {200, 0, 0, 0}},
		"ping":    {append(who[:], "hi"...), who[:8]},
	}
	for i := range 400 {
		to := core.Keccak([]byte{byte(i), byte(i >> 8)})
		payloads["token"] = append(payloads["token"], append(append([]byte{'t'}, to[:]...), append([]byte{byte(i % 3)}, make([]byte, 15)...)...))
	}
	for name, list := range payloads {
		code := examples.Code(name)
		a, b := fresh(), fresh()
		x := handle(plenty, a, append([]byte{0xff, 0xff}, make([]byte, 14)...)...)
		x.Kind = program.Init
		y := x
		y.Memory = b
		for i := range len(list) + 1 {
			if i > 0 {
				x.Kind, y.Kind = program.Handle, program.Handle
				x.Payload, y.Payload = list[i-1], list[i-1]
			}
			x.ID[31], y.ID[31] = byte(i), byte(i)
			one, err1 := kept.Run(code, core.Hash{9}, x)
			two, err2 := other.Run(code, core.Hash{9}, y)
			if err1 != nil || err2 != nil {
				t.Fatal(name, i, err1, err2)
			}
			if !reflect.DeepEqual(one, two) {
				t.Fatalf("%s, message %d:\n%+v\n%+v", name, i, one, two)
			}
			if !reflect.DeepEqual(a, b) {
				t.Fatalf("%s, message %d: memory differs: %d pages and %d, %v and %v", name, i, len(a.Pages), len(b.Pages), a.Allocated, b.Allocated)
			}
		}
		kept.drop(core.Hash{2})
		delete(kept.codes, core.Hash{9})
		delete(other.codes, core.Hash{9})
		other.drop(core.Hash{2})
	}
}

// TestSendsAllItCan: a program that sends until it may not any more sends as many messages, and as many bytes, as the limits
// say, gets an error for the next, and ends as it likes.
func TestSendsAllItCan(t *testing.T) {
	for _, c := range []struct{ length, want int }{{0, MaxOutgoing - 1}, {MaxOutgoingBytes / 300, MaxOutgoing - 1}, {MaxOutgoingBytes / 64, 64}, {MaxOutgoingBytes / 32, 32}, {MaxPayload + 1, 0}} {
		code := []byte{0x03, 0x40, 0x41, 0, 0x41, 0x80, 0x08, 0x41}
		code = append(appendSigned(code, int64(c.length)), 0x41, 0, 0x41, 0x80, 0x04, 0x10, 0, // gr_send; its error is at 512
			0x41, 0x80, 0x04, 0x28, 2, 0, 0x45, 0x0d, 0, 0x0b) // once more unless it was one
		b := built{imports: []string{"gr_send"}, kinds: []byte{1}, types: []byte{0x60, 5, i32, i32, i32, i32, i32, 0}, nTypes: 1,
			bodies: [][]byte{body(code...)}}
		for kind, r := range map[string]*Runner{"kept": newTestRunner(t), "second": second(t)} {
			out, err := r.Run(b.bytes(), core.Hash{1}, handle(plenty, fresh()))
			if err != nil || out.Code != program.Auto || len(out.Sent) != c.want {
				t.Errorf("%s, %d bytes a message: %v, %d sent, want %d (%v)", kind, c.length, out.Code, len(out.Sent), c.want, err)
			}
		}
	}
}

// TestMemoryIsBounded: a program gets the pages that there are and no more, and the host stays as small.
func TestMemoryIsBounded(t *testing.T) {
	// Allocates a page at a time until it is refused; then 512 would be too many, and the count is what is left.
	types := []byte{0x60, 1, i32, 1, i32}
	code := built{imports: []string{"alloc"}, kinds: []byte{1}, types: types, nTypes: 1,
		bodies: [][]byte{body(0x03, 0x40, 0x41, 1, 0x10, 0, 0x41, 0x7f, 0x47, 0x0d, 0, 0x0b)}}.bytes()
	m := fresh()
	out, err := newTestRunner(t).Run(code, core.Hash{1}, handle(100*plenty, m))
	if err != nil || out.Ending != program.Succeeded {
		t.Fatal(out, err)
	}
	if len(m.Allocated) != 1 || m.Allocated[0] != [2]uint32{1, MaxPages - 1} || len(m.Pages) != 0 {
		t.Errorf("allocated %v, %d pages", m.Allocated, len(m.Pages))
	}
}

// TestCompileBombs: the largest functions that are allowed compile within a time that an upload's gas pays for.
func TestCompileBombs(t *testing.T) {
	var bomb []byte // i32.const 0, then block … end and additions, as large as a body may be
	bomb = append(bomb, 0x41, 0)
	for len(bomb) < MaxBody-16 {
		bomb = append(bomb, 0x41, 1, 0x6a)
	}
	bomb = append(bomb, 0x1a)
	b := built{bodies: [][]byte{body(bomb...)}}
	code := b.bytes()
	c, err := Check(code)
	if err != nil {
		t.Fatal(err)
	}
	out, err := newTestRunner(t).Run(code, core.Hash{1}, handle(plenty, fresh()))
	if err != nil || out.Ending != program.Succeeded {
		t.Error(len(c.metered), out, err)
	}
}
