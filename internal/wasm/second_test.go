//go:build !wasmtime

package wasm

import "testing"

// second is another way to run the same programs: without the tag wasmtime, wazero with nothing kept between messages.
func second(t testing.TB) *Runner {
	t.Helper()
	r, err := NewRunner()
	if err != nil {
		t.Fatal(err)
	}
	r.fresh = true
	return r
}
