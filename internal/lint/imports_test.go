package lint

import (
	"go/parser"
	"go/token"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// may says which of our packages each of our packages may import, besides core and what is below it, which
// everybody may. A package that does not stand here may not exist: write it in, and say in
// docs/architecture.md what it is for.
var may = map[string][]string{
	"core": nil, // and every package below it

	"internal/chain/bindings": nil,
	"internal/chain":          {"internal/chain/bindings"},
	"internal/bls":            nil,
	"internal/executor":       {"internal/bls", "internal/chain", "internal/chain/bindings"},
	"internal/store":          nil,
	"internal/bundle":         {"internal/chain", "internal/chain/bindings"},
	"internal/wasm":           {"examples"},
	"internal/gossip":         nil,
	"examples":                nil,
	"internal/outbox":         {"internal/chain", "internal/chain/bindings", "internal/store"},
	"internal/doctor":         {"internal/gossip", "internal/bls", "internal/chain", "internal/chain/bindings", "internal/store"},
	"internal/engine":         {"internal/bls", "internal/chain", "internal/chain/bindings", "internal/executor", "internal/outbox", "internal/store"},
	"client":                  nil,
	"internal/api":            {"client", "internal/chain", "internal/doctor", "internal/engine", "internal/store"},
	"internal/web":            nil,
	"internal/app":            {"internal/api", "internal/web", "internal/gossip", "internal/wasm", "examples", "internal/bls", "internal/chain", "internal/chain/bindings", "internal/doctor", "internal/engine", "internal/executor", "internal/outbox", "internal/store"},
	"internal/fleet":          {"examples", "internal/wasm", "internal/app", "internal/bls", "internal/chain", "internal/chain/bindings", "internal/devnet", "internal/engine", "internal/executor", "internal/outbox", "internal/store"},
	"internal/devnet":         {"internal/gossip", "internal/bls", "internal/chain", "internal/chain/bindings", "internal/executor", "internal/engine"},
	"internal/gas":            {"internal/bls", "internal/chain", "internal/chain/bindings", "internal/executor", "internal/engine", "internal/devnet"},
	"internal/e2e":            {"internal/bls", "internal/chain", "internal/chain/bindings", "internal/executor", "internal/engine", "internal/devnet"},
	"internal/e2e/browser":    {"client", "internal/app", "internal/chain", "internal/demo", "internal/fleet"},
	"internal/e2e/served":     {"client", "internal/api", "internal/app", "internal/chain", "internal/demo", "internal/engine"},
	"internal/demo":           {"examples", "internal/wasm", "internal/bls", "internal/chain", "internal/chain/bindings", "internal/executor", "internal/engine", "internal/devnet"},
	"internal/trial":          {"internal/engine", "internal/store"},
	"internal/lint":           nil,

	"internal/tools/artifacts": nil,
	"internal/tools/bindings":  nil,
	"internal/tools/program":   {"internal/wasm"},
	"internal/tools/docs":      {"internal/api", "internal/app", "internal/doctor"},

	"cmd/roster": {"client", "internal/api", "internal/bundle", "internal/trial", "internal/wasm", "internal/app", "internal/doctor", "internal/fleet", "internal/outbox", "internal/store", "internal/bls", "internal/chain", "internal/chain/bindings", "internal/executor", "internal/engine", "internal/devnet", "internal/demo"},
}

// only says which packages alone may import a dependency: one technology, one door. Tests may.
var only = map[string][]string{
	"github.com/consensys/gnark-crypto":            {"internal/bls"},
	"github.com/ethereum/go-ethereum/rpc":          {"internal/chain", "internal/devnet"},
	"github.com/ethereum/go-ethereum/ethclient":    {"internal/chain", "internal/devnet"},
	"github.com/ethereum/go-ethereum/eth":          {"internal/devnet"},
	"github.com/ethereum/go-ethereum/node":         {"internal/devnet"},
	"github.com/ethereum/go-ethereum/miner":        {"internal/devnet"},
	"github.com/ethereum/go-ethereum/accounts/abi": {"internal/chain", "internal/chain/bindings", "internal/devnet", "internal/tools/bindings"},
	"github.com/ethereum/go-ethereum/core/vm":      {"internal/bundle", "internal/devnet", "internal/gas"},
	"github.com/spf13/cobra":                       {"cmd/roster"},
	"github.com/prometheus/client_golang":          {"internal/app"},
	"go.yaml.in/yaml":                              {"internal/app"},
	"modernc.org/sqlite":                           {"internal/store"},
	"github.com/tetratelabs/wazero":                {"internal/wasm"},
	"github.com/bytecodealliance/wasmtime-go":      {"internal/wasm"},
	"github.com/danielgtaylor/huma":                {"internal/api"},
	"github.com/libp2p":                            {"internal/gossip"},
	"github.com/multiformats":                      {"internal/gossip"},
	"github.com/parquet-go":                        {"cmd/roster"},
	"github.com/schollz/progressbar":               {"cmd/roster"},
}

// TestImports: the direction of imports is that of the way through the house.
func TestImports(t *testing.T) {
	for _, p := range files(t, ".go") {
		from := room(path.Dir(p))
		allowed, known := may[from]
		if !known {
			t.Errorf("%s: package %s is not in the table of imports (internal/lint/imports_test.go)", p, from)
			continue
		}
		for _, imported := range imports(t, p) {
			if to, ours := strings.CutPrefix(imported, module+"/"); ours {
				to = room(to)
				// On which chain a test runs is its own affair, but for core's: they run on none.
				chained := isTest(p) && from != "core" && to == "internal/devnet"
				if to != "core" && to != from && !chained && !slices.Contains(allowed, to) {
					t.Errorf("%s: %s may not import %s", p, from, to)
				}
				continue
			}
			if door, locked := doorOf(imported); locked && !isTest(p) && !slices.Contains(only[door], from) {
				t.Errorf("%s: only %v may import %s", p, only[door], imported)
			}
		}
	}
}

// room is the package a rule is about: core stands for all below it.
func room(p string) string {
	if strings.HasPrefix(p, "core/") {
		return "core"
	}
	return p
}

func doorOf(imported string) (string, bool) {
	for p := imported; p != "." && p != "/"; p = path.Dir(p) {
		if _, locked := only[p]; locked {
			return p, true
		}
	}
	return "", false
}

func imports(t *testing.T, p string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), p, read(t, p), parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, spec := range file.Imports {
		name, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, name)
	}
	return list
}
