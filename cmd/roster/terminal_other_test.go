//go:build !linux

package main

import (
	"os"
	"testing"
)

func awaitSilence(*testing.T, *os.File) {}

func openTerminal(t *testing.T) (master, terminal *os.File) {
	t.Helper()
	t.Skip("made on Linux alone")
	return nil, nil
}
