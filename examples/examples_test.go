package examples

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestBuild: the built programs are what build.sh makes of their sources. It needs clang-14 and lld-14.
func TestBuild(t *testing.T) {
	for _, tool := range []string{"clang-14", "wasm-ld-14"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed: apt-get install clang-14 lld-14", tool)
		}
	}
	dir := t.TempDir()
	build := exec.CommandContext(t.Context(), "./build.sh", dir)
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range Names {
		made, err := os.ReadFile(filepath.Join(dir, name+".wasm"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(made, Code(name)) {
			t.Errorf("%s.wasm is not what its source gives: run examples/build.sh", name)
		}
	}
}
