package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// call runs the command line as a process would.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), args, &out, &err)
	return code, out.String(), err.String()
}

// TestNobodyAnswers: a node that is down was not asked for wrongly, and there is something to do about it.
func TestNobodyAnswers(t *testing.T) {
	const address = "0x00000000000000000000000000000000000000aa"
	code, _, stderr := call(t, "election", "show", "--rpc-url", "http://127.0.0.1:1", "--middleware", address, "--programs", address)
	if code != exitError || !strings.Contains(stderr, "connection refused") || !strings.Contains(stderr, "--rpc-url") || strings.Contains(stderr, "--help") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}

// TestUsage: what is asked for wrongly is exit status 2, nothing on stdout, and a line that says what, the value
// and what to do.
func TestUsage(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, x := range []struct {
		args string
		says []string
	}{
		{"dance", []string{`"dance"`, "demo, devnet, docs, doctor, election, executor, journal, keys, network, node, operator, program, reward, set, slash, staker, vault and version", "roster --help"}},
		{"demo now", []string{`"now"`, "takes no arguments", "roster demo --help"}},
		{"demo --loud", []string{"--loud", "roster demo --help"}},
		{"demo --operators many", []string{"many", "--operators"}},
		{"demo --once --operators 3", []string{"--operators 3: have 3, need at least 7, because"}},
		{"demo --once --stakers 5 --eras 2", []string{"--stakers 5", "--eras 2"}},
		{"demo --http 192.0.2.1:80", []string{"192.0.2.1:80", "127.0.0.1"}},
		{"demo --http nowhere", []string{`"nowhere"`, "host:port"}},
		{"demo --seed -1", []string{"-1", "--seed"}},
		{"devnet --http 0.0.0.0:8545", []string{"0.0.0.0:8545", "--remote"}},
		{"devnet --http :8545", []string{":8545", "--remote"}},
		{"devnet --http 127.0.0.1:web", []string{"web", "0 to 65535"}},
		{"devnet --block-time 0s", []string{"--block-time 0s", "1ms"}},
		{"devnet --block-time soon", []string{"soon"}},
		{"devnet --file=", []string{"--file"}},
		{"devnet --file /nowhere/devnet.json", []string{"--file /nowhere/devnet.json", "no folder /nowhere"}},
		{"demo --once --json /", []string{"--json /", "is a folder"}},
		{"operator forecast", []string{"0 arguments", "name one OPERATOR", "roster operator forecast --help"}},
		{"operator forecast 0x12", []string{"0x12", "roster operator forecast --help"}},
		{"operator forecast 0x00000000000000000000000000000000000000aa --eras 0 --performance 10001 --stake 1.5", []string{"--eras 0: want 1 to 1000",
			"--performance 10001: want basis points", "--stake 1.5: want base units"}},
		{"operator forecast 0x00000000000000000000000000000000000000aa", []string{"--middleware and --programs, or --devnet"}},
		{"vault check", []string{"accepts 1 arg"}},
		{"vault check 0x1", []string{"40 hex digits"}},
		{"vault enroll 0x0100000000000000000000000000000000000000", []string{"--middleware", "--devnet"}},
		{"vault delegate 0x0100000000000000000000000000000000000000 0x0100000000000000000000000000000000000000", []string{"--network-limit"}},
		{"network deploy", []string{"--parameters"}},
		{"network deploy --parameters /nowhere", []string{"/nowhere"}},
		{"network collateral 0x1 1", []string{"40 hex digits"}},
		{"network transfer", []string{"accepts 1 arg", "transfer ADDRESS"}},
		{"network accept now", []string{`"now"`}},
		{"set announce", []string{"--era-reward"}},
		{"set announce --era-reward much", []string{"--era-reward much", "base units"}},
		{"set create --bond 1", []string{"--like", "--max-executors"}},
		{"set fund 0", []string{"above 0"}},
		{"version 2", []string{`"2"`}},
	} {
		code, stdout, stderr := call(t, strings.Fields(x.args)...)
		if code != exitUsage || stdout != "" {
			t.Errorf("%s: exit %d, stdout %q", x.args, code, stdout)
		}
		for _, want := range x.says {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q does not say %q", x.args, stderr, want)
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestHelp: every command says what it does, with an example, and that is no error.
func TestHelp(t *testing.T) {
	for _, c := range append(newRoot().Commands(), newRoot()) {
		if c.IsAdditionalHelpTopicCommand() {
			continue
		}
		args := strings.Fields(c.CommandPath())[1:]
		code, stdout, stderr := call(t, append(args, "--help")...)
		if code != exitOK || stderr != "" || !strings.Contains(stdout, "Usage:") {
			t.Errorf("%s --help: exit %d, stderr %q, stdout %q", c.CommandPath(), code, stderr, stdout)
		}
		if c.HasParent() && (c.Example == "" || c.Short == "") {
			t.Errorf("%s has no example or no short text", c.CommandPath())
		}
	}
	for _, topic := range topics() {
		if code, stdout, _ := call(t, "help", topic.Name()); code != exitOK || !strings.HasPrefix(stdout, topic.Long[:10]) {
			t.Errorf("help %s: exit %d, %q", topic.Name(), code, stdout)
		}
	}
	if code, stdout, _ := call(t); code != exitOK || !strings.Contains(stdout, "Start here") {
		t.Errorf("roster alone: exit %d, %q", code, stdout)
	}
}

// TestFlagsAreDocumented: no flag without a text, and a text ends like a table's cell does.
func TestFlagsAreDocumented(t *testing.T) {
	for _, c := range []*cobra.Command{newDemo(), newDevnet()} {
		for line := range strings.Lines(c.LocalFlags().FlagUsages()) {
			if text := strings.TrimSpace(line); len(strings.Fields(text)) < 5 || strings.HasSuffix(text, ".") {
				t.Errorf("%s: flag %q", c.Name(), text)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	code, stdout, _ := call(t, "version")
	if code != exitOK || !strings.HasPrefix(stdout, "roster ") || !strings.Contains(stdout, "go1.") {
		t.Errorf("exit %d: %q", code, stdout)
	}
}

// TestDemo: the smallest story from the command line, with its record on stdout and the telling on stderr.
func TestDemo(t *testing.T) {
	t.Parallel()
	code, stdout, stderr := call(t, strings.Fields(
		"demo --once --json - --operators 7 --vaults 7 --stakers 7 --sets 1 --eras 5 --seed 9")...)
	if code != exitOK {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	var record struct {
		Seed   uint64
		Checks map[string]bool
	}
	if err := json.Unmarshal([]byte(stdout), &record); err != nil {
		t.Fatalf("stdout is not the record: %v", err)
	}
	if record.Seed != 9 || len(record.Checks) == 0 {
		t.Errorf("record %+v", record)
	}
	for name, ok := range record.Checks {
		if !ok {
			t.Errorf("check %s failed", name)
		}
	}
	if !strings.Contains(stderr, "Era 0") {
		t.Error("no story on stderr")
	}
}

// TestDemoStays: without --once the chain is there after the story, until it is interrupted, which is no error.
func TestDemoStays(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	path := filepath.Join(t.TempDir(), "record.json")
	out := &waiting{text: "See it in a browser: http://127.0.0.1:", found: cancel}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dashboard := free.Addr().String()
	free.Close()
	code := run(ctx, strings.Fields("demo --operators 7 --vaults 7 --stakers 7 --sets 1 --eras 5 --http 127.0.0.1:0 --dashboard "+dashboard+" --json "+path), out, out)
	if code != exitOK || ctx.Err() == nil {
		t.Errorf("exit %d: %s", code, out.all.String())
	}
	if text, err := os.ReadFile(path); err != nil || !json.Valid(text) {
		t.Errorf("record: %v", err)
	}
}

// waiting is a writer that calls found once it was written a text.
type waiting struct {
	text  string
	found func()
	all   bytes.Buffer
}

func (w *waiting) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.text) {
		w.found()
	}
	return w.all.Write(p)
}

// TestDemoIsInterrupted: an interrupt ends it at once, with an error.
func TestDemoIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stderr bytes.Buffer
	if code := run(ctx, []string{"demo", "--once"}, io.Discard, &stderr); code != exitError || stderr.String() != "roster: interrupted\n" {
		t.Errorf("exit %d, %q", code, stderr.String())
	}
}

// TestWriteFile: a file appears all at once with its mode, and a failed write leaves the old one and no other.
func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "x.json")
	write := func(text string, err error) func(io.Writer) error {
		return func(w io.Writer) error {
			_, _ = io.WriteString(w, text)
			return err
		}
	}
	if err := writeFile(path, 0o600, write("one", nil)); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, 0o600, write("half", io.ErrUnexpectedEOF)); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("a failed write: %v", err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "one" {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := writeFile(filepath.Join(dir, "nowhere", "x"), 0o600, write("", nil)); err == nil {
		t.Error("wrote into a folder that is not there")
	}
}
