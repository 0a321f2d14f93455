package lint

import (
	"bufio"
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
)

// root is the repository's, seen from this package.
const root = "../.."

// module is the path in go.mod.
const module = "github.com/gear-tech/roster"

// skipped are directories that hold nothing of ours: installed, built or generated.
var skipped = map[string]bool{".git": true, "node_modules": true, "bin": true, "contracts/out": true, "contracts/cache": true}

// files returns the paths of all files with this ending, from the root, in order.
func files(t *testing.T, ending string) []string {
	t.Helper()
	var list []string
	err := fs.WalkDir(os.DirFS(root), ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (skipped[p] || skipped[path.Base(p)]) {
			return fs.SkipDir
		}
		if !entry.IsDir() && strings.HasSuffix(p, ending) {
			list = append(list, p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatalf("no files *%s under %s", ending, root)
	}
	return list
}

func read(t *testing.T, p string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(p)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func lines(text []byte) int {
	n := 0
	for scanner := bufio.NewScanner(bytes.NewReader(text)); scanner.Scan(); {
		n++
	}
	return n
}

func isGenerated(p string) bool { return strings.HasSuffix(p, ".gen.go") }

func isTest(p string) bool { return strings.HasSuffix(p, "_test.go") || strings.HasSuffix(p, ".t.sol") }
