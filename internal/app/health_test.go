package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

func ask(t *testing.T, h *health, method, path string) (int, string) {
	t.Helper()
	w := httptest.NewRecorder()
	h.handler().ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Code, w.Body.String()
}

// TestHealthStates: alive as long as ticks are taken, ready when the last one did everything; each other state has its
// code, and its reason.
func TestHealthStates(t *testing.T) {
	gate := fmt.Errorf("%w: verify at block 100: mirror differs", engine.ErrGate)
	silent := func(h *health) {
		h.ticked(tick, nil)
		h.last = h.last.Add(-stuckAfter - h.poll - time.Second)
	}
	for _, c := range []struct {
		name         string
		do           func(*health)
		alive, ready string
		detail       string
	}{
		{"at the start", func(*health) {}, "ok", "starting", ""},
		{"nobody answers at the start", func(h *health) { h.unreachable(errors.New("no endpoint answers")) }, "ok", "starting", "no endpoint answers"},
		{"a good tick", func(h *health) { h.ticked(tick, nil) }, "ok", "ok", ""},
		{"a shut gate", func(h *health) { h.ticked(tick, gate) }, "ok", "gate_shut", "mirror differs"},
		{"a stage fails", func(h *health) { h.ticked(tick, errors.New("slash at block 100: no")) }, "ok", "failing", "slash at block 100"},
		{"nobody answers", func(h *health) { h.ticked(tick, nil); h.unreachable(errors.New("no endpoint answers")) }, "ok", "failing", "no endpoint answers"},
		{"good again", func(h *health) { h.ticked(tick, gate); h.ticked(tick, nil) }, "ok", "ok", ""},
		{"no tick", silent, "stuck", "stuck", "no progress for 10m"},
		{"no tick, as nobody answers", func(h *health) { silent(h); h.unreachable(errors.New("no endpoint answers")) }, "stuck", "stuck", "no endpoint answers"},
		{"a long tick that goes on", func(h *health) { silent(h); h.progressed() }, "ok", "ok", ""},
		{"a tick at last", func(h *health) { silent(h); h.ticked(tick, nil) }, "ok", "ok", ""},
	} {
		h := newHealth(time.Second, NewMetrics(), nil)
		c.do(h)
		for path, want := range map[string]string{"/healthz": c.alive, "/readyz": c.ready} {
			status, body := ask(t, h, http.MethodGet, path)
			var r report
			if err := json.Unmarshal([]byte(body), &r); err != nil {
				t.Fatal(err)
			}
			if good := want == "ok"; r.Code != want || r.OK != good || (status == http.StatusOK) != good || !good && status != http.StatusServiceUnavailable {
				t.Errorf("%s, %s: %d %s, want %s", c.name, path, status, body, want)
			}
			if path == "/readyz" && !strings.Contains(r.Detail, c.detail) {
				t.Errorf("%s, %s: %s, want %q", c.name, path, body, c.detail)
			}
			if h.tick != (engine.Tick{}) && (r.Final != 100 || r.Head != 132) {
				t.Errorf("%s, %s: %s", c.name, path, body)
			}
		}
	}
}

// TestHealthPaths: there is nothing else, and nothing can be sent.
func TestHealthPaths(t *testing.T) {
	h := newHealth(time.Second, NewMetrics(), nil)
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/", 404}, {http.MethodGet, "/debug/pprof/", 404}, {http.MethodPost, "/readyz", 405}, {http.MethodPost, "/metrics", 405},
		{http.MethodHead, "/healthz", 200}, {http.MethodGet, "/metrics", 200},
	} {
		if status, body := ask(t, h, c.method, c.path); status != c.status {
			t.Errorf("%s %s: %d %s, want %d", c.method, c.path, status, body, c.status)
		}
	}
}

// TestHealthEndpoints: /readyz says how each endpoint does, in the order in which they were named, and shows no token.
func TestHealthEndpoints(t *testing.T) {
	n, err := devnet.Start(devnet.Options{Listen: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	list, err := chain.DialAll(t.Context(), []string{"http://user:geheim@127.0.0.1:1/geheim", n.URL() + "/?key=geheim"})
	if err != nil {
		t.Fatal(err)
	}
	m := NewMetrics()
	var out strings.Builder
	pool, err := chain.OpenPool(t.Context(), chain.PoolOptions{Endpoints: list, Events: poolEvents(slog.New(slog.NewTextHandler(&out, nil)), m)})
	if err != nil {
		t.Fatal(err)
	}
	h := newHealth(time.Second, m, pool)
	_, body := ask(t, h, http.MethodGet, "/readyz")
	var r report
	if err := json.Unmarshal([]byte(body), &r); err != nil {
		t.Fatal(err)
	}
	if len(r.Endpoints) != 2 || r.Endpoints[0].Failures == 0 || r.Endpoints[1].Failures != 0 {
		t.Error(body)
	}
	_, counted := ask(t, h, http.MethodGet, "/metrics")
	if !strings.Contains(counted, `roster_endpoint_healthy{endpoint="http://127.0.0.1:1/…"} 0`) {
		t.Error(counted)
	}
	for _, said := range []string{body, counted, out.String()} {
		if strings.Contains(said, "geheim") {
			t.Error(said)
		}
	}
	if !strings.Contains(out.String(), "endpoint failed") {
		t.Error(out.String())
	}
}

// TestServe: it answers until the context ends, which is no error; an address that is taken is the user's to correct.
func TestServe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	h := newHealth(time.Second, NewMetrics(), nil)
	quiet := slog.New(slog.DiscardHandler)
	if err := h.serve(t.Context(), taken.Addr().String(), false, quiet); chain.KindOf(err) != chain.User || !strings.Contains(err.Error(), taken.Addr().String()) {
		t.Errorf("address taken: %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	said, log := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- h.serve(ctx, "127.0.0.1:0", false, slog.New(slog.NewJSONHandler(log, nil)))
	}()
	var line struct{ Msg, Address string }
	if err := json.NewDecoder(said).Decode(&line); err != nil || line.Msg != "listening" {
		t.Fatal(line, err)
	}
	response, err := http.Get("http://" + line.Address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/json" {
		t.Error(response.Status, response.Header)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestLocal: only who asks for this machine is answered, by whatever name it has for itself.
func TestLocal(t *testing.T) {
	h := local(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }))
	for host, want := range map[string]int{"localhost": 200, "localhost:9635": 200, "127.0.0.1:9635": 200, "[::1]:9635": 200, "127.0.0.2": 200,
		"elsewhere.example": 421, "elsewhere.example:9635": 421, "127.0.0.1.elsewhere.example": 421, "10.0.0.1": 421, "": 421} {
		q := httptest.NewRequest(http.MethodGet, "/v1/network", nil)
		q.Host = host
		w := httptest.NewRecorder()
		h.ServeHTTP(w, q)
		if w.Code != want {
			t.Errorf("host %q: %d, want %d", host, w.Code, want)
		}
	}
}
