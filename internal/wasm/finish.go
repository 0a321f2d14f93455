package wasm

import (
	"errors"
	"fmt"
	"slices"
)

// Finish makes a program of what LLVM's linker made with --stack-first: its first global is the stack pointer, which begins
// where the stack ends, and is exported as __gear_stack_end; custom sections are left out; and the result is checked.
func Finish(code []byte) ([]byte, error) {
	m, err := parse(code)
	if err != nil {
		return nil, err
	}
	if len(m.globals) == 0 || !m.globals[0].mutable || m.globals[0].kind != i32 || m.globals[0].init <= 0 {
		return nil, errors.New("the first global is not a stack pointer: link with --stack-first")
	}
	r := &reader{bytes: code, at: len(header)}
	out := slices.Clone(header)
	for !r.done() {
		id := r.byte()
		content := r.take(r.unsigned())
		switch id {
		case customSection:
			continue
		case exportSection:
			content = withStackEnd(content)
		}
		out = append(appendUnsigned(append(out, id), uint64(len(content))), content...)
	}
	if _, err := Check(out); err != nil {
		return nil, fmt.Errorf("check what was linked: %w", err)
	}
	return out, nil
}

func withStackEnd(exports []byte) []byte {
	r := &reader{bytes: exports}
	n := r.unsigned()
	out := append(appendUnsigned(nil, uint64(n)+1), exports[r.at:]...)
	return append(appendName(out, stackEnd), 3, 0)
}
