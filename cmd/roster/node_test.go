package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/fleet"
)

// syncBuffer is a log that a test reads while others write it.
type syncBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}
func (b *syncBuffer) String() string { b.mu.Lock(); defer b.mu.Unlock(); return b.Buffer.String() }

// TestNodes: the operators of `roster devnet --node-files` as nodes over HTTP elect and pay by themselves, say how they
// are, and stop when they are told to.
func TestNodes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := devnet.StartReady(ctx, devnet.Options{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	dir := t.TempDir()
	configs, err := fleet.WriteNodes(dir, r.Network, r.Team, r.URL())
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	logs := make([]*syncBuffer, len(configs))
	codes := make([]int, len(configs))
	for i, config := range configs {
		logs[i] = &syncBuffer{}
		work.Go(func() {
			codes[i] = run(ctx, []string{"node", "--config", config, "--poll", "20ms", "--http-listen", "127.0.0.1:0"}, logs[i], logs[i])
		})
	}
	work.Go(func() { r.Mine(ctx, 30*time.Millisecond) })
	stood := false
	for range 1200 { // a minute at the most; about ten seconds as a rule
		if p, err := r.Roster.PostedOf(ctx, r.Set, 1, r.Block()); err == nil && p.PostedAt > 0 {
			stood = true
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	if !stood {
		t.Errorf("no list stands for era 1; the first node says:\n%s", logs[0])
	}
	for i := range logs {
		address := after(logs[i].String(), "address=127.0.0.1:")
		for path, want := range map[string]string{"/healthz": `"code":"ok"`, "/metrics": "roster_final_block "} {
			body, status := get(t, "http://127.0.0.1:"+address+path)
			if status != http.StatusOK || !strings.Contains(body, want) {
				t.Errorf("node %d, %s: %d %s", i, path, status, body)
			}
		}
	}
	if code, _, stderr := call(t, "journal", "export", "--config", configs[0]); code != exitError || !strings.Contains(stderr, "another process") {
		t.Errorf("export while the node runs: %d %s", code, stderr)
	}
	cancel()
	work.Wait()
	checkJournal(t, configs[0])
	for i, code := range codes {
		if code != exitOK || !strings.Contains(logs[i].String(), "msg=stopped") {
			t.Errorf("node %d ended with %d:\n%s", i, code, logs[i])
		}
		if strings.Contains(logs[i].String(), "level=ERROR") {
			t.Errorf("node %d:\n%s", i, logs[i])
		}
	}
}

// checkJournal takes a journal along to another machine.
func checkJournal(t *testing.T, config string) {
	t.Helper()
	code, text, stderr := call(t, "journal", "export", "--config", config)
	if code != exitOK || !strings.Contains(text, `"safeEra"`) {
		t.Fatalf("export: %d %s", code, stderr)
	}
	file := filepath.Join(t.TempDir(), "journal.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	if code, _, stderr := call(t, "journal", "export", "--config", config, "--data", elsewhere); code == exitOK || !strings.Contains(stderr, "no journal") {
		t.Errorf("export of none: %d %s", code, stderr)
	}
	for range 2 { // a second time changes nothing
		if code, _, stderr := call(t, "journal", "import", file, "--config", config, "--data", elsewhere); code != exitOK {
			t.Errorf("import: %d %s", code, stderr)
		}
	}
	_, again, _ := call(t, "journal", "export", "--config", config, "--data", elsewhere)
	slots := func(text string) string {
		_, list, _ := strings.Cut(text, `"slots"`)
		list, _, _ = strings.Cut(list, `"checksum"`)
		return list
	}
	if slots(again) != slots(text) {
		t.Errorf("taken along:\n%s\nwas:\n%s", again, text)
	}
}

func after(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	return strings.TrimRight(strings.Fields(rest + " ")[0], `"`)
}

func get(t *testing.T, url string) (string, int) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var b bytes.Buffer
	if _, err := b.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	return b.String(), response.StatusCode
}

// TestNodeRefuses: what is wrong with what a node is told, it says at once, and what to do.
func TestNodeRefuses(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "key.json")
	text, _ := json.Marshal(map[string]any{"version": 3})
	if err := os.WriteFile(key, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"nothing", nil, exitUsage, "account.keystore"},
		{"no such file", []string{"--config", "nowhere.yaml"}, exitUsage, "nowhere.yaml"},
		{"nobody there", []string{"--account-keystore", key, "--account-password-env", "P", "--chain-rpc", "http://127.0.0.1:1"}, exitError, "no usable endpoint"},
	} {
		var out bytes.Buffer
		if code := run(t.Context(), append([]string{"node"}, c.args...), &out, &out); code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: %d %s, want %d and %q", c.name, code, &out, c.code, c.want)
		}
	}
}
