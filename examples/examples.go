// Package examples has small programs for the demo, the devnet and the tests. Their sources are beside them, in C; build.sh
// builds them.
package examples

import (
	"embed"
	"fmt"
)

//go:embed */*.wasm
var built embed.FS

// Names are the programs that there are.
var Names = []string{"counter", "echo", "heavy", "ping", "token"}

// Code returns a program's code. A name that is none is a fault of the caller's.
func Code(name string) []byte {
	code, err := built.ReadFile(name + "/" + name + ".wasm")
	if err != nil {
		panic(fmt.Errorf("no example %q: want one of %v", name, Names))
	}
	return code
}
