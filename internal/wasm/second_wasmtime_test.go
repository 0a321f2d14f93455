//go:build wasmtime

package wasm

import "testing"

// second is another way to run the same programs: wasmtime.
func second(testing.TB) *Runner { return newRunner(newWasmtime()) }
