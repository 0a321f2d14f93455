package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCLI: docs/cli.md has every command as it is.
func TestCLI(t *testing.T) {
	var text bytes.Buffer
	if err := writeCLI(&text); err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile("../../docs/cli.md")
	if err != nil || !bytes.Equal(have, text.Bytes()) {
		t.Errorf("docs/cli.md is another (%v): run make gen, read the difference", err)
	}
	if home, err := os.UserHomeDir(); err == nil && home != "/" && strings.Contains(text.String(), home) {
		t.Errorf("the manual has this machine's %s in it", home)
	}
}

// TestMan: there is a page for each command, and two runs write the same.
func TestMan(t *testing.T) {
	dirs := []string{t.TempDir(), t.TempDir()}
	for _, dir := range dirs {
		if code, _, text := call(t, "docs", "man", dir); code != exitOK {
			t.Fatal(text)
		}
	}
	pages, err := filepath.Glob(filepath.Join(dirs[0], "roster*.1"))
	if err != nil || len(pages) < 30 {
		t.Fatalf("%d pages (%v)", len(pages), err)
	}
	for _, page := range pages {
		one, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if two, err := os.ReadFile(filepath.Join(dirs[1], filepath.Base(page))); err != nil || !bytes.Equal(one, two) {
			t.Errorf("%s differs (%v)", filepath.Base(page), err)
		}
	}
}
