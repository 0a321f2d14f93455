package app

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/api"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/web"
)

// answers makes what the node answers over HTTP besides its health. It reads the chain through the node's own index.
func (c Config) answers(n *Node, h *health, log *slog.Logger) *api.Server {
	return api.New(api.Parts{
		Roster: n.Roster, Mirror: engine.Mirrored{Mirror: n.Mirror}, Store: n.store, Shelf: n.shelf,
		Vitals: func() api.Vitals {
			r := h.ready()
			v := api.Vitals{OK: r.OK, Code: r.Code, Account: core.Address(n.setup.Signer.Address()), Signs: n.setup.Key != nil,
				Version: version(), Endpoints: r.Endpoints}
			if !r.OK { // why, the log says: an error may name what is nobody else's business
				v.Detail = map[string]string{"stuck": "it takes no tick", "starting": "it has taken no tick yet",
					"gate_shut": "it cannot follow the chain, and does nothing until it can", "failing": "something that was due was not done"}[r.Code]
			}
			return v
		},
		Diagnose: func(ctx context.Context, set core.SetID) (doctor.Report, error) {
			return doctor.Run(ctx, doctor.Options{Endpoints: c.RPC, ChainID: n.Roster.ChainID, Middleware: n.Roster.At.Middleware,
				Programs: n.Roster.At.Programs, Set: set, Cases: cases})
		},
		Failed: func(err error) { log.Error("answer failed", "error", err) },
	})
}

// routes adds everything that a node answers besides its health: the API, and the dashboard that stands on it.
func routes(mux *http.ServeMux, a *api.Server) {
	mux.Handle("/v1/", a.Handler())
	mux.Handle("/", web.Handler())
}

// served tells what answers over HTTP what a tick came to. After one that could not follow the chain, the answers stay as
// they were.
func (h *health) served(n *Node, t engine.Tick, err error) {
	for set, file := range n.Distributions() {
		h.answers.Stand(set, file)
	}
	if !errors.Is(err, engine.ErrGate) {
		h.answers.Ticked(t, n.Served())
	}
}

// forget drops what was concluded from blocks that are gone.
func (h *health) forget() {
	if h.answers != nil {
		h.answers.Forget()
	}
}

// local answers those alone who ask for this machine by a name of its own: a page of another site that has its name resolve to
// 127.0.0.1 asks for that name, and could read everything here (DNS rebinding).
func local(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		host := q.Host
		if name, _, err := net.SplitHostPort(host); err == nil {
			host = name
		}
		if ip := net.ParseIP(strings.Trim(host, "[]")); host == "localhost" || ip != nil && ip.IsLoopback() {
			inner.ServeHTTP(w, q)
			return
		}
		http.Error(w, "this node answers on this machine alone: ask for localhost or 127.0.0.1, or say http.remote", http.StatusMisdirectedRequest)
	})
}

// version is the binary's, as Go stamped it.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "unknown"
}

// cases is where every slash of a set stands, as a doctor asks for it.
func cases(ctx context.Context, r *chain.Roster, set core.SetID, block uint64) ([]slash.Case, []slash.Dispute, error) {
	return engine.Cases(ctx, r, set, block, nil)
}
