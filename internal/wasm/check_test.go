package wasm

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gear-tech/roster/examples"
)

// TestCheckRefuses: what is not allowed is refused, by its name.
func TestCheckRefuses(t *testing.T) {
	nop := [][]byte{body()}
	deep := append(bytes.Repeat([]byte{0x02, 0x40}, MaxNesting+1), bytes.Repeat([]byte{0x0b}, MaxNesting+1)...)
	i32To := []byte{0x60, 1, i32, 0}
	for name, c := range map[string]struct {
		code []byte
		want string
	}{
		"empty":             {nil, "not a WebAssembly module"},
		"cut off":           {built{bodies: nop}.bytes()[:30], "wanted"},
		"too long":          {make([]byte, MaxCode+1), "at most 524288"},
		"random":            {built{bodies: nop, imports: []string{"gr_random"}, kinds: []byte{0}}.bytes(), "unsupported syscall gr_random"},
		"plain wait":        {built{bodies: nop, imports: []string{"gr_wait"}, kinds: []byte{0}}.bytes(), "unsupported syscall gr_wait"},
		"wgas":              {built{bodies: nop, imports: []string{"gr_send_wgas"}, kinds: []byte{0}}.bytes(), "unsupported syscall gr_send_wgas"},
		"hostile name":      {built{bodies: nop, imports: []string{"a\nb"}, kinds: []byte{0}}.bytes(), `unsupported syscall "a\nb"`},
		"wrong signature":   {built{bodies: nop, imports: []string{"gr_leave"}, kinds: []byte{1}, types: i32To, nTypes: 1}.bytes(), "another signature"},
		"twice":             {built{bodies: nop, imports: []string{"gr_leave", "gr_leave"}, kinds: []byte{0, 0}}.bytes(), "twice"},
		"memory too large":  {built{bodies: nop, pages: 127, exports: nil}.bytesWithPages(600), "at most 512"},
		"memory.grow":       {built{bodies: [][]byte{body(0x41, 1, 0x40, 0, 0x1a)}}.bytes(), "memory.grow is not allowed"},
		"float":             {built{bodies: [][]byte{body(0x43, 0, 0, 0, 0, 0x1a)}}.bytes(), "floats are not"},
		"float local":       {built{bodies: [][]byte{{1, 1, 0x7d, 0x0b}}}.bytes(), "only i32 and i64"},
		"bulk memory":       {built{bodies: [][]byte{body(0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 0x0b, 0)}}.bytes(), "is not allowed"},
		"value missing":     {built{bodies: [][]byte{body(0x6a)}}.bytes(), "a value is missing"},
		"value left":        {built{bodies: [][]byte{body(0x41, 1)}}.bytes(), "too many"},
		"wrong type":        {built{bodies: [][]byte{body(0x42, 1, 0x41, 1, 0x6a, 0x1a)}}.bytes(), "where 0x7f is wanted"},
		"branch too far":    {built{bodies: [][]byte{body(0x0c, 1)}}.bytes(), "a branch out of 1"},
		"nesting":           {built{bodies: [][]byte{body(deep...)}}.bytes(), "over 1024 blocks"},
		"huge body":         {built{bodies: [][]byte{body(bytes.Repeat([]byte{0x01}, MaxBody)...)}}.bytes(), "at most 65536"},
		"many locals":       {built{bodies: [][]byte{{1, 0xff, 0xff, 0xff, 0xff, 0x0f, i32, 0x0b}}}.bytes(), "over 4096"},
		"no such function":  {built{bodies: [][]byte{body(0x10, 9)}}.bytes(), "not there"},
		"no such local":     {built{bodies: [][]byte{body(0x20, 0, 0x1a)}}.bytes(), "local 0 of 0"},
		"no table":          {built{bodies: [][]byte{body(0x41, 0, 0x11, 0, 0)}}.bytes(), "not there"},
		"data over the end": {built{bodies: nop, data: []segment{{65535, []byte{1, 2}}}}.bytes(), "data segment 0"},
		"constant global":   {built{bodies: [][]byte{body(0x41, 1, 0x24, 0)}, globals: []byte{i32, 0, 0x41, 0, 0x0b}, nGlobal: 1}.bytes(), "is a constant"},
		"other export":      {built{bodies: nop, exports: []export{{"run", 0, 0}}}.bytes(), "export run"},
		"memory export":     {built{bodies: nop, exports: []export{{"memory", 2, 0}}}.bytes(), "export memory"},
		"misplaced stack":   {built{bodies: nop, globals: []byte{i32, 0, 0x41, 8, 0x0b}, nGlobal: 1, exports: []export{{stackEnd, 3, 0}}}.bytes(), stackEnd},
		"start":             {append(built{}.bytes()[:0], withStart()...), "start function"},
	} {
		_, err := Check(c.code)
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// bytesWithPages is bytes with a memory of more pages than one byte can say.
func (b built) bytesWithPages(n uint64) []byte {
	out := b.bytes()
	short := append(appendName(nil, "memory"), 2, 0, b.pages)
	long := append(append(appendName(nil, "memory"), 2, 0), appendUnsigned(nil, n)...)
	at := bytes.Index(out, short)
	grown := append(append(append([]byte{}, out[:at]...), long...), out[at+len(short):]...)
	size := bytes.Index(grown, []byte{importSection, byte(1 + 4 + len(short))})
	grown[size+1]++
	return grown
}

func withStart() []byte {
	out := built{bodies: [][]byte{body()}}.bytes()
	at := bytes.LastIndex(out, []byte{codeSection})
	return append(append(append([]byte{}, out[:at]...), startSection, 1, 0), out[at:]...)
}

// TestCheckExamples: the examples are accepted, with stack and static memory where they say.
func TestCheckExamples(t *testing.T) {
	for _, name := range examples.Names {
		c, err := Check(examples.Code(name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.StackEnd != PageSize || !c.Entries["init"] || !c.Entries["handle"] || c.Entries["handle_reply"] != (name == "ping") {
			t.Errorf("%s: stack ends at %d, entries %v", name, c.StackEnd, c.Entries)
		}
		again, err := Finish(examples.Code(name))
		if err == nil {
			t.Errorf("%s: finished twice, %d bytes: its stack's end is exported already", name, len(again))
		}
	}
}
