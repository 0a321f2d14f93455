package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/gear-tech/roster/internal/api"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/engine"
)

// health is what /healthz and /readyz say.
type health struct {
	poll    time.Duration
	metrics *Metrics
	pool    *chain.Pool
	answers *api.Server // nil: nothing is served besides

	mu   sync.Mutex
	last time.Time // of the last tick, of the last step of the index within one, or the start
	tick engine.Tick
	err  error
}

func newHealth(poll time.Duration, m *Metrics, pool *chain.Pool) *health {
	return &health{poll: poll, metrics: m, pool: pool, last: time.Now()}
}

func (h *health) ticked(t engine.Tick, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last, h.tick, h.err = time.Now(), t, err
}

// progressed: a long tick goes on. The first one reads all of the contracts' history, which may take hours: whoever
// restarts a node that /healthz calls stuck must not do so then.
func (h *health) progressed() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = time.Now()
}

func (h *health) unreachable(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.err = err
}

// stuckAfter is how long a node may take no tick before it is called stuck: a chain may stand still that long.
const stuckAfter = 10 * time.Minute

// report is the body of both answers. Code is stable: ok, stuck, starting, gate_shut, failing.
type report struct {
	OK        bool           `json:"ok"`
	Code      string         `json:"code"`
	Detail    string         `json:"detail,omitempty"`
	Final     uint64         `json:"finalBlock"`
	Head      uint64         `json:"headBlock"`
	Endpoints []chain.Health `json:"endpoints,omitempty"`
}

// alive: the process takes ticks.
func (h *health) alive() report {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := report{OK: true, Code: "ok", Final: h.tick.Final.Number, Head: h.tick.Head.Number}
	if silent := time.Since(h.last); silent > stuckAfter+h.poll {
		r.OK, r.Code, r.Detail = false, "stuck", fmt.Sprintf("no progress for %v", silent.Round(time.Second))
	}
	return r
}

// ready: everything that was due at the last tick was done.
func (h *health) ready() report {
	r := h.alive()
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !r.OK:
	case h.tick == (engine.Tick{}):
		r.OK, r.Code = false, "starting"
	case errors.Is(h.err, engine.ErrGate):
		r.OK, r.Code = false, "gate_shut"
	case h.err != nil:
		r.OK, r.Code = false, "failing"
	}
	if h.err != nil {
		r.Detail = h.err.Error()
	}
	if h.pool != nil {
		r.Endpoints = h.pool.Health()
	}
	return r
}

func (h *health) handler() http.Handler {
	mux := http.NewServeMux()
	answer := func(say func() report) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			r := say()
			w.Header().Set("Content-Type", "application/json")
			if !r.OK {
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			_ = json.NewEncoder(w).Encode(r) // the reader is gone: nobody to tell
		}
	}
	mux.HandleFunc("GET /healthz", answer(h.alive))
	mux.HandleFunc("GET /readyz", answer(h.ready))
	mux.Handle("GET /metrics", h.metrics.Handler())
	if h.answers != nil {
		routes(mux, h.answers)
	}
	return mux
}

// serve listens until the context ends.
func (h *health) serve(ctx context.Context, address string, remote bool, log *slog.Logger) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return &chain.Error{Kind: chain.User, Err: fmt.Errorf("listen at %s: %w", address, err)}
	}
	log.Info("listening", "address", listener.Addr().String())
	handler := h.handler()
	if !remote {
		handler = local(handler)
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 14}
	server.BaseContext = func(net.Listener) context.Context { return ctx } // who listens to events is let go
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve %s: %w", address, err)
	}
	return nil
}
