// Command program finishes what a C compiler and linker make of a Gear program: the global that holds the stack pointer
// is exported as __gear_stack_end, by which a program says where its stack
// ends; and custom sections go. What comes out has passed the checks of an upload.
package main

import (
	"flag"
	"fmt"
	"os"

	"github.com/gear-tech/roster/internal/wasm"
)

func main() {
	out := flag.String("out", "", "`file` to write")
	flag.Parse()
	if err := run(*out, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "program:", err)
		os.Exit(1)
	}
}

func run(out string, in []string) error {
	if out == "" || len(in) != 1 {
		return fmt.Errorf("usage: program -out program.wasm linked.wasm")
	}
	code, err := os.ReadFile(in[0])
	if err != nil {
		return err
	}
	finished, err := wasm.Finish(code)
	if err != nil {
		return fmt.Errorf("%s: %w", in[0], err)
	}
	return os.WriteFile(out, finished, 0o644)
}
