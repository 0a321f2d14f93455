package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
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
		{"a reference", "sample: &k 3\ndata: *k\n", good, []string{"line 2", `"data" is a reference`}},
		{"a list of mappings", "chain:\n  rpc: [{a: b}]\n", good, []string{"line 2", "plain values"}},
		{"two documents", "poll: 1s\n---\npoll: 2s\n", good, []string{"line 2", "second document"}},
		{"no YAML", "a: [\n", good, []string{"did not find"}},
		{"a number", "", with(map[string]string{"chain-id": "-1"}), []string{`chain.id "-1" (--chain-id)`, "whole number"}},
		{"a time", "poll: 3\n", good, []string{"poll", "line 1", "with its unit"}},
		{"finality", "", with(map[string]string{"chain-finality": "soon"}), []string{"depth:N"}},
		{"address", "", with(map[string]string{"chain-middleware": "0x12"}), []string{"40 hex digits"}},
		{"no account", "", nil, []string{"account.keystore", "somebody has to send"}},
		{"two passwords", "", with(map[string]string{"account-password-file": "f"}), []string{"account.password-file", "one of the two"}},
		{"agreement of one", "", with(map[string]string{"chain-agree": "2"}), []string{"chain.agree", "two URLs"}},
		{"an endpoint twice", "", with(map[string]string{"chain-rpc": "https://a.example/x,https://b.example,https://a.example/x"}), []string{"chain.rpc", "https://a.example", "twice"}},
		{"programs alone", "", with(map[string]string{"chain-programs": "0x00000000000000000000000000000000000000a1"}), []string{"chain.programs", "want chain.middleware, too"}},
		{"first block alone", "", with(map[string]string{"chain-first-block": "7"}), []string{`chain.first-block "7"`, "want chain.middleware, too"}},
		{"no sample", "", with(map[string]string{"sample": "0"}), []string{"sample", "1 at least"}},
		{"no bump", "", with(map[string]string{"gas-bump-blocks": "0"}), []string{"gas.bump-blocks", "1 at least"}},
		{"no range", "", with(map[string]string{"chain-log-range": "0"}), []string{"chain.log-range", "1 at least"}},
		{"no data", "", with(map[string]string{"data": ""}), []string{"data", "want a directory"}},
		{"two signers", "", with(map[string]string{"account-signer-url": "https://s.example"}), []string{"account.signer-url", "one of the two"}},
		{"whose account", "", map[string]string{"account-signer-url": "https://s.example"}, []string{"account.signer-address"}},
		{"protocol", "", with(map[string]string{"account-signer-protocol": "ledger"}), []string{"account.signer-protocol", "web3signer or clef"}},
		{"BLS without a password", "", with(map[string]string{"bls-keystore": "b.json"}), []string{"bls.password-file", "bls.password-env"}},
		{"seconds", "", with(map[string]string{"turn-delay": "2s"}), []string{"turn-delay", "whole seconds"}},
		{"yes or no", "", with(map[string]string{"duties-slash": "ja"}), []string{"duties.slash", "true or false"}},
		{"wei", "", with(map[string]string{"gas-day-budget": "1e18"}), []string{"gas.day-budget", "whole number of wei"}},
		{"bond", "", with(map[string]string{"bond-limit": "100 wVARA"}), []string{"bond-limit", "base units"}},
		{"sets", "", with(map[string]string{"sets": "0;1"}), []string{"sets", "set numbers"}},
		{"no port", "", with(map[string]string{"http-listen": "localhost"}), []string{"http.listen", "host:port"}},
		{"every address", "", with(map[string]string{"http-listen": ":9635"}), []string{"http.listen", "http.remote"}},
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

// TestSecretsStayOut: a URL with a token is never shown, nor what was given in place of a variable's name.
func TestSecretsStayOut(t *testing.T) {
	for _, flags := range []map[string]string{
		with(map[string]string{"chain-rpc": "https://user:geheim@host/geheim, ftp://geheim"}),
		with(map[string]string{"chain-rpc": "https://user:geheim@host/geheim,https://user:geheim@host/geheim"}),
		with(map[string]string{"account-signer-url": "https://user:geheim@host/geheim"}),
		{"account-keystore": "a.json", "account-password-env": "ge-heim geheim"},
		with(map[string]string{"bls-keystore": "b.json", "bls-password-env": "geheim!"}),
	} {
		if _, err := Load("", nowhere, flags); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v: %v", flags, err)
		}
	}
}

// TestConfigIsPrinted: whoever prints a configuration, whatever the way, gives no token away.
func TestConfigIsPrinted(t *testing.T) {
	c := Config{RPC: []string{"https://user:geheim@a.example/geheim?key=geheim", "wss://b.example"}, SignerURL: "https://geheim@s.example/geheim",
		Dir: "here"}
	var text, lines bytes.Buffer
	slog.New(slog.NewTextHandler(&text, nil)).Info("config", "config", c, "pointer", &c)
	slog.New(slog.NewJSONHandler(&lines, nil)).Info("config", "config", c, "pointer", &c)
	body, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %s %q", c, c, c, c, c), fmt.Sprintf("%+v", &c),
		fmt.Sprintf("%v", []Config{c}), text.String(), lines.String(), string(body)} {
		if strings.Contains(said, "geheim") || !strings.Contains(said, "https://a.example") || !strings.Contains(said, "here") {
			t.Error(said)
		}
	}
	if !strings.Contains(c.RPC[0], "geheim") {
		t.Error("printing changed the configuration")
	}
}

// TestOpenPasswords: a password file that everyone can open is refused, one for its owner or a group is not.
func TestOpenPasswords(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte("geheim\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, open := range map[os.FileMode]bool{0o400: false, 0o600: false, 0o640: false, 0o644: true, 0o602: true, 0o604: true} {
		if err := os.Chmod(file, mode); err != nil {
			t.Fatal(err)
		}
		for flags, name := range map[*map[string]string]string{
			{"account-keystore": "a.json", "account-password-file": file}:                                                    "account.password-file",
			{"account-keystore": "a.json", "account-password-env": "P", "bls-keystore": "b.json", "bls-password-file": file}: "bls.password-file",
		} {
			_, err := Load("", nowhere, *flags)
			if (err != nil) != open {
				t.Errorf("%s with mode %o: %v", name, mode, err)
			}
			if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("%s %q: its mode is %04o", name, file, mode)) {
				t.Errorf("mode %o: %v", mode, err)
			}
		}
	}
}

// TestAll: what is wrong in several places is said of all of them at once.
func TestAll(t *testing.T) {
	err := Config{RPC: []string{"http://a", "http://a"}, Agree: 3, FirstBlock: 1}.Validate()
	for _, name := range []string{"chain.agree", "chain.rpc", "chain.log-range", "chain.first-block", "account.keystore",
		"account.signer-protocol", "data", "sample", "gas.bump-blocks", "log.level", "log.format"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("nothing of %s in: %v", name, err)
		}
	}
}

// TestNothingIsForgotten: each part of Config is set by one field, and each field sets one part.
func TestNothingIsForgotten(t *testing.T) {
	probes := []string{"17", "false", "true", "safe", "http://probe", "0x00000000000000000000000000000000000000a1", "17s", "probe"}
	by := map[string]string{}
	for _, f := range Fields() {
		var was Config
		if err := f.set(&was, f.Default); err != nil {
			t.Fatal(err)
		}
		var changed []string
		for _, probe := range probes {
			is := was
			if f.set(&is, probe) != nil {
				continue
			}
			a, b := reflect.ValueOf(was), reflect.ValueOf(is)
			for i := range a.NumField() {
				if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
					changed = append(changed, a.Type().Field(i).Name)
				}
			}
			if len(changed) > 0 {
				break
			}
		}
		if len(changed) != 1 {
			t.Errorf("%s sets %v", f.Name, changed)
			continue
		}
		if other := by[changed[0]]; other != "" {
			t.Errorf("%s and %s both set %s", other, f.Name, changed[0])
		}
		by[changed[0]] = f.Name
	}
	for i := range reflect.TypeFor[Config]().NumField() {
		if name := reflect.TypeFor[Config]().Field(i).Name; by[name] == "" {
			t.Errorf("no field sets Config.%s", name)
		}
	}
}

// TestExample: what docs/config.md shows is a configuration, and its table has every field.
func TestExample(t *testing.T) {
	text := ConfigMarkdown()
	var example strings.Builder
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "    "); ok {
			example.WriteString(rest)
		}
	}
	file := filepath.Join(t.TempDir(), "node.yaml")
	if err := os.WriteFile(file, []byte(example.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(file, nowhere, nil)
	if err != nil || c.Dir != "/var/lib/roster" || c.PasswordFile == "" {
		t.Errorf("%v: %v", c, err)
	}
	for _, f := range Fields() {
		for _, name := range []string{f.Name, "--" + f.Flag(), f.Env()} {
			if !strings.Contains(text, "`"+name+"`") {
				t.Errorf("docs/config.md: nothing of %s", name)
			}
		}
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
