package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func nowhere(string) (string, bool) { return "", false }

// good are the fields without which no configuration is one.
var good = map[string]string{"account-keystore": "a.json", "account-password-env": "PASSWORD"}

func with(more map[string]string) map[string]string {
	all := map[string]string{}
	for k, v := range good {
		all[k] = v
	}
	for k, v := range more {
		all[k] = v
	}
	return all
}

// TestPrecedence: flags over the environment over the file over the defaults.
func TestPrecedence(t *testing.T) {
	file := filepath.Join(t.TempDir(), "node.yaml")
	text := "chain:\n  timeout: 3s\n  rpc:\n    - http://a.example\n    - https://b.example/key\npoll: 4s\nsample: 5\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	environment := func(name string) (string, bool) {
		v, ok := map[string]string{"ROSTER_POLL": "6s", "ROSTER_SAMPLE": "7"}[name]
		return v, ok
	}
	c, err := Load(file, environment, with(map[string]string{"sample": "9"}))
	if err != nil {
		t.Fatal(err)
	}
	if c.Timeout != 3*time.Second || c.Poll != 6*time.Second || c.Sample != 9 || c.LogRange != 10_000 || len(c.RPC) != 2 || c.RPC[1] != "https://b.example/key" {
		t.Errorf("%+v", c)
	}
}

// TestBadConfiguration: each mistake says what is wrong, its value and what to do, and where it stands.
func TestBadConfiguration(t *testing.T) {
	for _, c := range []struct {
		name, file string
		flags      map[string]string
		want       []string
	}{
		{"unknown name", "chain:\n  rcp: http://x\n", good, []string{"line 2", `"chain.rcp"`, "docs/config.md"}},
		{"twice", "poll: 1s\npoll: 2s\n", good, []string{"line 2", "poll", "twice"}},
		{"a list of one", "poll: [1s]\n", good, []string{"line 1", "not a list"}},
		{"no mapping", "- a\n", good, []string{"line 1", "names with values"}},
		{"no YAML", "a: [\n", good, []string{"did not find"}},
		{"a number", "", with(map[string]string{"chain-id": "-1"}), []string{`chain.id "-1" (--chain-id)`, "whole number"}},
		{"a time", "poll: 3\n", good, []string{"poll", "line 1", "with its unit"}},
		{"finality", "", with(map[string]string{"chain-finality": "soon"}), []string{"depth:N"}},
		{"address", "", with(map[string]string{"chain-middleware": "0x12"}), []string{"40 hex digits"}},
		{"no account", "", nil, []string{"account.keystore", "somebody has to send"}},
		{"two passwords", "", with(map[string]string{"account-password-file": "f"}), []string{"account.password-file", "one of the two"}},
		{"agreement of one", "", with(map[string]string{"chain-agree": "2"}), []string{"chain.agree", "two URLs"}},
		{"open to all", "", with(map[string]string{"http-listen": "0.0.0.0:1"}), []string{"http.listen", "http.remote"}},
		{"several", "", with(map[string]string{"log-level": "loud", "log-format": "xml"}), []string{"log.level", "log.format"}},
	} {
		file := ""
		if c.file != "" {
			file = filepath.Join(t.TempDir(), "node.yaml")
			if err := os.WriteFile(file, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := Load(file, nowhere, c.flags)
		for _, want := range c.want {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want %q in it", c.name, err, want)
			}
		}
	}
}

// TestSecretsStayOut: a URL with a token is never shown.
func TestSecretsStayOut(t *testing.T) {
	_, err := Load("", nowhere, with(map[string]string{"chain-rpc": "https://user:geheim@host/geheim, ftp://geheim"}))
	if err == nil || strings.Contains(err.Error(), "geheim") {
		t.Error(err)
	}
}

// TestFields: every field has a name of its own everywhere, and its default is one that it takes.
func TestFields(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Fields() {
		if seen[f.Flag()] || seen[f.Env()] {
			t.Errorf("%s: its flag or variable is another's, too", f.Name)
		}
		seen[f.Flag()], seen[f.Env()] = true, true
		var c Config
		if err := f.set(&c, f.Default); err != nil {
			t.Errorf("%s: default %q: %v", f.Name, f.Default, err)
		}
		if f.Usage == "" {
			t.Errorf("%s: no usage", f.Name)
		}
	}
}
