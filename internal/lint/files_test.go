package lint

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

const (
	mostLines         = 400 // of a file, Go or Solidity
	mostFunctionLines = 80
)

// TestLength: a file of more than 400 lines, or a function of more than 80, wants to be two. Generated files and
// tests may be longer.
func TestLength(t *testing.T) {
	for _, p := range append(files(t, ".go"), files(t, ".sol")...) {
		if isGenerated(p) || isTest(p) {
			continue
		}
		if n := lines(read(t, p)); n > mostLines {
			t.Errorf("%s: %d lines, at most %d: split it by noun", p, n, mostLines)
		}
		if strings.HasSuffix(p, ".go") {
			checkFunctions(t, p)
		}
	}
}

func checkFunctions(t *testing.T, p string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, p, read(t, p), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, isFunction := d.(*ast.FuncDecl)
		if !isFunction {
			continue
		}
		if n := set.Position(f.End()).Line - set.Position(f.Pos()).Line + 1; n > mostFunctionLines {
			t.Errorf("%s: function %s has %d lines, at most %d", p, f.Name.Name, n, mostFunctionLines)
		}
	}
}

// TestGofmt: what gofmt would change is not committed.
func TestGofmt(t *testing.T) {
	for _, p := range files(t, ".go") {
		have := read(t, p)
		want, err := format.Source(have)
		if err != nil {
			t.Errorf("%s: %v", p, err)
		} else if !bytes.Equal(have, want) {
			t.Errorf("%s: run gofmt", p)
		}
	}
}

// TestSolidityHead: every Solidity file names its licence first. Ours are compiled by exactly one compiler; the
// interfaces of Symbiotic say what theirs say.
func TestSolidityHead(t *testing.T) {
	const licence, pragma = "// SPDX-License-Identifier: ", "pragma solidity 0.8.36;\n"
	for _, p := range files(t, ".sol") {
		first, rest, _ := strings.Cut(string(read(t, p)), "\n")
		if !strings.HasPrefix(first, licence) {
			t.Errorf("%s: does not begin with %q", p, licence)
		}
		if strings.HasPrefix(p, "contracts/src/symbiotic/") {
			continue
		}
		if first != licence+"Apache-2.0" || !strings.HasPrefix(rest, pragma) {
			t.Errorf("%s: does not begin with %q and %q", p, licence+"Apache-2.0", pragma)
		}
	}
}
