package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gear-tech/roster/internal/doctor"
)

// TestDoctor: a running devnet, by the file that it wrote, in all three exit statuses. What each fault gives is tested
// in internal/doctor.
func TestDoctor(t *testing.T) {
	t.Parallel()
	f, path, stop := startDevnet(t)
	defer stop()
	code, stdout, stderr := call(t, "doctor", "--devnet", path)
	if code != exitOK || stderr != "" || !strings.HasSuffix(stdout, "everything is as it should be.\n") || !strings.Contains(stdout, "slashes") {
		t.Fatalf("exit %d, %q:\n%s", code, stderr, stdout)
	}
	// The operators of a devnet have approved no bonds: their nodes do.
	key := filepath.Join(t.TempDir(), "bls.key")
	if err := os.WriteFile(key, []byte(f.Operators[1].BLSSecret.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr = call(t, "doctor", "--rpc-url", f.URL, "--middleware", f.Addresses.Middleware.Hex(),
		"--programs", f.Addresses.Programs.Hex(), "--operator", f.Operators[1].Address.String(), "--bls-key", key, "--json")
	var report doctor.Report
	if err := json.Unmarshal([]byte(stdout), &report); err != nil || code != exitFindings || stderr != "" {
		t.Fatalf("exit %d, %q, %v:\n%s", code, stderr, err, stdout)
	}
	if found := report.Findings(); len(found) != 1 || found[0].Code != "allowance_short" {
		t.Errorf("found %+v", found)
	}
	if report.Schema != doctor.Schema || report.ChainID != f.ChainID || report.Status != doctor.Finding {
		t.Errorf("schema %d, chain %d, status %v", report.Schema, report.ChainID, report.Status)
	}
	if code, stdout, _ = call(t, "doctor", "--devnet", path, "--timeout", "1ns"); code != exitCannotTell {
		t.Errorf("out of time: exit %d:\n%s", code, stdout)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if code := run(ctx, []string{"doctor", "--devnet", path}, &out, &out); code != exitError || out.String() != "roster: interrupted\n" {
		t.Errorf("interrupted: exit %d: %s", code, out.String())
	}
}

// TestDoctorEndpoint: the endpoint is the flag's, else the file's, else the environment's.
func TestDoctorEndpoint(t *testing.T) {
	t.Setenv(endpointEnv, "http://127.0.0.1:1")
	file := filepath.Join(t.TempDir(), "devnet.json")
	if err := os.WriteFile(file, []byte(`{"url": "http://127.0.0.1:2", "chainId": 1337, "addresses": {"middleware": "0x0100000000000000000000000000000000000000"}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	middleware := "0x0100000000000000000000000000000000000000"
	for _, x := range []struct{ args, want string }{
		{"--middleware " + middleware, "http://127.0.0.1:1:"},
		{"--devnet " + file, "http://127.0.0.1:2:"},
		{"--devnet " + file + " --rpc-url http://127.0.0.1:3", "http://127.0.0.1:3:"},
	} {
		code, stdout, _ := call(t, append([]string{"doctor"}, strings.Fields(x.args)...)...)
		if code != exitFindings || !strings.Contains(stdout, x.want+" connection refused") || strings.Count(stdout, "127.0.0.1") != 1 {
			t.Errorf("%s: exit %d:\n%s", x.args, code, stdout)
		}
	}
}

// TestDoctorUsage: what is asked for wrongly is exit status 2 and a line that says what to do.
func TestDoctorUsage(t *testing.T) {
	t.Parallel()
	text := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(text, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	const middleware = " --middleware 0x0100000000000000000000000000000000000000"
	for _, x := range []struct {
		args string
		says []string
	}{
		{"", []string{"--middleware", "--devnet"}},
		{"--middleware here", []string{"--middleware here", "40 hex digits"}},
		{"--operator 0x12" + middleware, []string{"--operator 0x12"}},
		{"--devnet /nowhere/devnet.json", []string{"--devnet", "/nowhere/devnet.json"}},
		{"--devnet " + text, []string{text, "roster devnet"}},
		{"--keystore key.json" + middleware, []string{"--password-file", "--password-env"}},
		{"--keystore key.json --password-env A --password-file b" + middleware, []string{"one of the two"}},
		{"--timeout 0s" + middleware, []string{"--timeout 0s"}},
		{"--set x", []string{"--set x", "a whole number"}},
	} {
		code, stdout, stderr := call(t, append([]string{"doctor"}, strings.Fields(x.args)...)...)
		if code != exitUsage || stdout != "" {
			t.Errorf("%s: exit %d, stdout %q", x.args, code, stdout)
		}
		for _, want := range x.says {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q does not say %q", x.args, stderr, want)
			}
		}
	}
}
