package lint

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pure is everything that core may import besides itself. Of the standard library what computes and nothing
// that looks at the world: a name that is missing here (time, os, context, log, math/rand, sync, …) is missing
// on purpose.
var pure = []string{
	"bytes", "cmp", "encoding/binary", "encoding/hex", "errors", "fmt", "hash", "io", "iter", "maps", "math",
	"math/bits", "slices", "sort", "strconv", "strings",
	"github.com/holiman/uint256", "golang.org/x/crypto/sha3", "golang.org/x/crypto/blake2b", "github.com/cloudflare/circl/simd/keccakf1600",
}

// forbidden are functions of allowed packages that write to the world.
var forbidden = map[string][]string{
	"io":   {"Pipe"}, // the rest writes and reads what the caller gives
	"fmt":  {"Print", "Printf", "Println", "Scan", "Scanf", "Scanln"},
	"maps": {"Keys", "Values", "All"},
}

// mapOrder are functions of core that range over a map and may, because their result does not depend on the
// order: "core/package.function" and why.
var mapOrder = map[string]string{
	"core/stake.sorted":        "sorts what it gathers",
	"core/program.sortedKnown": "sorts what it gathers",
	"core/program.sortedKeys":  "sorts what it gathers",
}

// TestCoreIsPure: the same facts give the same decision on every machine.
func TestCoreIsPure(t *testing.T) {
	check := checker{t: t, set: token.NewFileSet(), done: map[string]*types.Package{}}
	check.others = importer.ForCompiler(check.set, "source", nil).(types.ImporterFrom)
	for _, p := range files(t, ".go") {
		if dir := path.Dir(p); room(dir) == "core" && check.done[module+"/"+dir] == nil {
			if _, err := check.Import(module + "/" + dir); err != nil {
				t.Errorf("%s: %v", dir, err)
			}
		}
	}
}

// checker type-checks core from its sources, and looks at every node of it on the way.
type checker struct {
	t      *testing.T
	set    *token.FileSet
	others types.ImporterFrom
	done   map[string]*types.Package
}

// Import implements types.Importer: ours are checked, others come from their sources.
func (c *checker) Import(name string) (*types.Package, error) {
	dir, ours := strings.CutPrefix(name, module+"/")
	if !ours {
		return c.others.ImportFrom(name, root, 0)
	}
	if p := c.done[name]; p != nil {
		return p, nil
	}
	sources, err := filepath.Glob(filepath.Join(root, dir, "*.go"))
	if err != nil {
		return nil, err
	}
	var parsed []*ast.File
	for _, source := range sources {
		if isTest(source) {
			continue
		}
		file, err := parser.ParseFile(c.set, source, nil, 0)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, file)
	}
	info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: c}
	checked, err := config.Check(name, c.set, parsed, info)
	if err != nil {
		return nil, fmt.Errorf("check %s: %w", name, err)
	}
	c.done[name] = checked
	for _, file := range parsed {
		c.inspect(dir, file, info)
	}
	return checked, nil
}

func (c *checker) inspect(dir string, file *ast.File, info *types.Info) {
	for _, spec := range file.Imports {
		name := strings.Trim(spec.Path.Value, `"`)
		if room(strings.TrimPrefix(name, module+"/")) != "core" && !slices.Contains(pure, name) {
			c.refuse(spec, "imports %s", name)
		}
	}
	function := ""
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			function = n.Name.Name
		case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
			c.refuse(n, "has goroutines or channels")
		case *ast.RangeStmt:
			of := info.Types[n.X].Type
			if of == nil {
				c.refuse(n, "ranges over what has no type here")
			} else if _, isMap := of.Underlying().(*types.Map); isMap && mapOrder[dir+"."+function] == "" {
				c.refuse(n, "ranges over a map in %s", function)
			}
		case *ast.Ident:
			c.identifier(n, info)
		}
		if e, isExpression := n.(ast.Expr); isExpression {
			c.float(e, info)
		}
		return true
	})
}

// identifier refuses builtins and functions that write to the world, and package-level variables of others that
// change is not looked for.
func (c *checker) identifier(n *ast.Ident, info *types.Info) {
	switch use := info.Uses[n].(type) {
	case *types.Builtin:
		if use.Name() == "print" || use.Name() == "println" {
			c.refuse(n, "calls %s", use.Name())
		}
	case *types.Func:
		if p := use.Pkg(); p != nil && slices.Contains(forbidden[p.Path()], use.Name()) {
			c.refuse(n, "calls %s.%s", p.Path(), use.Name())
		}
	}
}

func (c *checker) float(e ast.Expr, info *types.Info) {
	if of, isBasic := info.Types[e].Type.(*types.Basic); isBasic && of.Info()&(types.IsFloat|types.IsComplex) != 0 {
		c.refuse(e, "has a float: %s", of)
	}
}

func (c *checker) refuse(n ast.Node, format string, values ...any) {
	c.t.Helper()
	c.t.Errorf("%s: core %s", c.set.Position(n.Pos()), fmt.Sprintf(format, values...))
}
