package lint

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestReasonsAreDocumented: every package of core that has a table of reasons has its place in docs/reasons.md.
// That the text itself is fresh is checked beside its generator, internal/tools/docs.
func TestReasonsAreDocumented(t *testing.T) {
	text := string(read(t, "docs/reasons.md"))
	for _, p := range files(t, ".go") {
		if room(path.Dir(p)) != "core" || isTest(p) {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, read(t, p), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, isFunction := d.(*ast.FuncDecl)
			if isFunction && f.Recv == nil && f.Name.Name == "Reasons" && !strings.Contains(text, "## `"+path.Dir(p)+"`\n") {
				t.Errorf("docs/reasons.md: nothing of %s; add it to internal/tools/docs and run make gen", path.Dir(p))
			}
		}
	}
}

// TestGenerated: a document that says that it is generated is compared by `make check`, and one that is compared
// says so. That its text is fresh is checked beside the generator.
func TestGenerated(t *testing.T) {
	_, line, found := strings.Cut("\n"+string(read(t, "Makefile")), "\nGENERATED := ")
	if !found {
		t.Fatal("Makefile: no GENERATED")
	}
	line, _, _ = strings.Cut(line, "\n")
	compared := map[string]bool{}
	for _, p := range strings.Fields(line) {
		compared[p] = true
	}
	mark := regexp.MustCompile(`(?i)\bgenerated (by|from) (internal|cmd)/.*make gen.*do not edit`)
	for _, p := range files(t, ".md") {
		head := strings.SplitN(string(read(t, p)), "\n", 6)
		says := mark.MatchString(strings.Join(head[:min(5, len(head))], "\n"))
		if says != compared[p] {
			t.Errorf("%s: says that it is generated: %v; stands in the Makefile's GENERATED: %v", p, says, compared[p])
		}
		delete(compared, p)
	}
	for p := range compared {
		if _, err := os.Stat(filepath.Join(root, p)); err != nil {
			t.Errorf("Makefile: GENERATED: %v", err)
		}
	}
}

var link = regexp.MustCompile(`\]\(([^)#: ]+)(#[^)]*)?\)`)

// TestLinks: what README and docs point at is there.
func TestLinks(t *testing.T) {
	for _, p := range files(t, ".md") {
		for _, match := range link.FindAllStringSubmatch(string(read(t, p)), -1) {
			target := filepath.Join(root, path.Dir(p), filepath.FromSlash(match[1]))
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: link to %s: %v", p, match[1], err)
			}
		}
	}
}

// TestDependenciesAreExplained: each dependency that we chose has its line in docs/rationale.md.
func TestDependenciesAreExplained(t *testing.T) {
	text := string(read(t, "docs/rationale.md"))
	require := regexp.MustCompile(`(?m)^(?:require )?\t?([a-z0-9.]+\.[a-z]+/\S+) v\S+(.*)$`)
	for _, match := range require.FindAllStringSubmatch(string(read(t, "go.mod")), -1) {
		if !strings.Contains(match[2], "// indirect") && !strings.Contains(text, "`"+match[1]+"`") {
			t.Errorf("docs/rationale.md: no line for %s", match[1])
		}
	}
	var npm struct {
		DevDependencies      map[string]string `json:"devDependencies"`
		OptionalDependencies map[string]string `json:"optionalDependencies"`
	}
	if err := json.Unmarshal(read(t, "contracts/package.json"), &npm); err != nil {
		t.Fatal(err)
	}
	maps.Copy(npm.DevDependencies, npm.OptionalDependencies)
	for name := range npm.DevDependencies {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("docs/rationale.md: no line for %s", name)
		}
	}
}
