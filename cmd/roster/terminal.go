package main

import (
	"io"
	"os"

	"golang.org/x/term"
)

// isTerminal reports whether somebody looks at what is written.
func isTerminal(w io.Writer) bool {
	file, isFile := w.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd()))
}
