package browser

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/demo"
	"github.com/gear-tech/roster/internal/fleet"
)

// chromium is the variable that names the browser. Without it these tests are left out: make e2e sets it.
const chromium = "ROSTER_CHROMIUM"

// hostile is what an operator may write on chain as its endpoint.
const hostile = `<img src=x onerror="document.title='taken'"><script>document.title='taken'</script>`

// TestDashboard runs internal/web/e2e.
func TestDashboard(t *testing.T) {
	browser := os.Getenv(chromium)
	if browser == "" {
		t.Skipf("%s names no browser: make e2e", chromium)
	}
	web, err := filepath.Abs("../../web")
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(web, "e2e", "out")
	if err := os.RemoveAll(out); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		t.Fatal(err)
	}
	live := startLive(t)
	settings := map[string]string{chromium: browser, "ROSTER_OUT": out, "ROSTER_STORY": startStory(t), "ROSTER_LIVE": live.dashboard,
		"ROSTER_RPC": live.rpc, "ROSTER_KEY": live.key, "ROSTER_CONTROL": live.control, "ROSTER_HOSTILE": hostile}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
	defer cancel()
	files, err := filepath.Glob(filepath.Join(web, "e2e", "*.test.mjs"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	c := exec.CommandContext(ctx, "node", append([]string{"--test", "--test-concurrency=1", "--test-reporter=spec"}, files...)...)
	c.Dir, c.Env = web, os.Environ()
	for name, value := range settings {
		c.Env = append(c.Env, name+"="+value)
	}
	c.Stdout, c.Stderr = t.Output(), t.Output()
	if err := c.Run(); err != nil {
		t.Errorf("in the browser: %v; screenshots are in %s", err, out)
	}
}

// free is an address nobody listens at.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// show runs a node beside a chain until the test ends, and returns where its dashboard is.
func show(t *testing.T, w app.Watcher) string {
	t.Helper()
	w.Listen = free(t)
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- app.Watch(ctx, w, func(url string) { ready <- url }) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the dashboard's node: %v", err)
		}
	})
	select {
	case url := <-ready:
		return url
	case err := <-done:
		done <- nil
		t.Fatalf("the dashboard's node ended: %v", err)
	case <-time.After(2 * time.Minute):
		t.Fatal("the dashboard's node does not answer")
	}
	return ""
}

// startStory tells the demo's story, has an operator write markup on chain, and lets the chain stand still.
func startStory(t *testing.T) string {
	t.Helper()
	story, err := demo.Start(t.Context(), demo.DefaultOptions(), "127.0.0.1:0", false, demo.Out{Writer: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = story.Close() }) // what it has to say the story's own tests ask
	if _, err := story.Tell(t.Context()); err != nil {
		t.Fatal(err)
	}
	at, first := story.Contracts()
	url := show(t, app.Watcher{URL: story.URL(), At: at, First: first})
	node, err := client.New(url)
	if err != nil {
		t.Fatal(err)
	}
	list, err := node.Operators(t.Context(), 0, client.Page{})
	if err != nil {
		t.Fatal(err)
	}
	rpc, err := chain.Dial(t.Context(), story.URL())
	if err != nil {
		t.Fatal(err)
	}
	id, err := rpc.ChainID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sender := chain.NewSender(rpc, story.KeyOf(list.Items[0].Operator), id, chain.Poll(100*time.Millisecond))
	ctx, cancel := context.WithCancel(t.Context())
	mined := make(chan error, 1)
	go func() { mined <- story.Mine(ctx, 200*time.Millisecond) }()
	if _, err := sender.Do(t.Context(), chain.EndpointCall(at, 0, hostile)); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-mined; err != nil {
		t.Error(err)
	}
	return url
}

// live is a network that goes on.
type live struct{ dashboard, rpc, key, control string }

// startLive starts four complete nodes on a chain of a block each second, and lets the browser have time pass.
func startLive(t *testing.T) live {
	t.Helper()
	f, err := fleet.Start(t.Context(), fleet.Options{Nodes: 4, Eras: 1, Seed: 1, Dir: t.TempDir(), Listen: "127.0.0.1:0", Out: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := f.AdvanceTo(f.Roster.Times.Capture(0) - 10); err != nil {
		t.Fatal(err)
	}
	until := func(end core.Time) error {
		for f.Now() < end {
			if err := f.Tick(t.Context()); err != nil {
				return err
			}
		}
		return nil
	}
	if err := until(f.Roster.Times.Start(2)); err != nil {
		t.Fatal(err)
	}
	user, err := f.User()
	if err != nil {
		t.Fatal(err)
	}
	l := live{rpc: f.URL(), key: "0x" + hex.EncodeToString(crypto.FromECDSA(user.Key))}
	l.dashboard = show(t, app.Watcher{URL: f.URL(), At: f.Roster.At, First: f.Roster.FirstBlock})
	l.control = passTime(t, f, until)
	return l
}

// passTime makes a block a second, and as many at once as it is asked for: GET /advance?seconds=N.
func passTime(t *testing.T, f *fleet.Fleet, until func(core.Time) error) string {
	type wish struct {
		seconds core.Time
		done    chan error
	}
	wishes, end, ended := make(chan wish), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			select {
			case <-end:
				return
			case w := <-wishes:
				w.done <- until(f.Now() + w.seconds)
			case <-tick.C:
				if err := until(f.Now() + 1); err != nil && t.Context().Err() == nil {
					t.Errorf("the network: %v", err)
					return
				}
			}
		}
	}()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		n, err := strconv.ParseUint(q.URL.Query().Get("seconds"), 10, 16)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		want := wish{core.Time(n), make(chan error, 1)}
		select {
		case wishes <- want:
		case <-ended:
			http.Error(w, "the network has ended", http.StatusGone)
			return
		}
		if err := <-want.done; err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"block": f.Block(), "time": f.Now()})
	}))
	t.Cleanup(func() {
		server.Close()
		close(end)
		<-ended
	})
	return server.URL
}
