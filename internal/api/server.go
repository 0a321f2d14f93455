package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/store"
)

// Mirror is what is mirrored of the chain; any goroutine may ask it.
type Mirror interface {
	engine.Foresight
	View(look func(*stake.History))
}

// Parts are what a server answers from.
type Parts struct {
	Roster *chain.Roster
	Mirror Mirror
	Store  *store.Store
	Shelf  *store.Shelf
	// Vitals say how the node does; Diagnose has a doctor look at a set.
	Vitals   func() Vitals
	Diagnose func(ctx context.Context, set core.SetID) (doctor.Report, error)
	// Failed is told of what went wrong here, of which a client is told no more than that.
	Failed func(error)
}

// Vitals are how a node does.
type Vitals struct {
	OK           bool
	Code, Detail string
	Account      core.Address
	Signs        bool
	Version      string
	Endpoints    []chain.Health
}

// Server answers under /v1. It is told of every tick.
type Server struct {
	Parts
	*Rewards
	events *feed

	current    atomic.Pointer[moment]
	cache      cache
	slots      chan struct{} // of answers that are being computed
	waiting    atomic.Int64  // who waits for one, or has one
	explaining chan struct{} // of those, the one that explains what somebody earned

	mu         sync.Mutex
	gen        uint64 // counts reorganisations: what was begun before one is not kept after it
	decided    memo[slot, known]
	eraWork    memo[slot, []chain.Committed]
	diagnoses  map[core.SetID]diagnosis
	diagnosing sync.Mutex // held while a doctor looks
	vetoes     map[core.Address]veto
}

// slot is one era of one set.
type slot struct {
	set core.SetID
	era core.Era
}

// Bounds of what strangers may cost.
const (
	mostAtOnce = 4                // answers that are computed at a time
	answerTime = 20 * time.Second // for one of them, with the wait for its turn
	mostHeld   = 100_000          // operators of elections that are kept, and batches
)

// New makes a server. It answers nothing before the first tick.
func New(p Parts) *Server {
	s := &Server{Parts: p, Rewards: NewRewards(p.Shelf, p.Failed), events: newFeed(), slots: make(chan struct{}, mostAtOnce),
		explaining: make(chan struct{}, 1), diagnoses: map[core.SetID]diagnosis{}, vetoes: map[core.Address]veto{}}
	s.decided.most, s.eraWork.most = mostHeld, mostHeld
	return s
}

// moment is what all answers between two ticks are of.
type moment struct {
	*Server
	tick engine.Tick
	sets []core.SetID
	gen  uint64

	electing sync.Mutex           // of coming
	judging  sync.Mutex           // of cases
	coming   map[core.SetID]known // elections to come, of this moment
	cases    map[core.SetID][]client.Slash
}

// final is the block of what is mirrored.
func (m *moment) final() uint64 { return m.tick.Final.Number }

// time is the timestamp of the newest block.
func (m *moment) time() core.Time { return m.tick.Head.Time }

func (m *moment) asOf() client.AsOf {
	return client.AsOf{Block: m.tick.Head.Number, Hash: m.tick.Head.Hash, Time: m.tick.Head.Time, Final: m.tick.Final.Number}
}

// next is the next era to be captured: what is mirrored ends before its capture.
func (m *moment) next() core.Era {
	if newest, any := m.Roster.Times.CapturedAt(m.tick.Final.Time - 1); any {
		return newest + 1
	}
	return 0
}

// Ticked says up to which block everything is mirrored and stored now.
func (s *Server) Ticked(t engine.Tick, sets []core.SetID) {
	if old := s.current.Load(); old != nil && t.Final.Number < old.tick.Final.Number {
		s.Forget()
	}
	s.mu.Lock()
	gen := s.gen
	s.mu.Unlock()
	s.current.Store(&moment{Server: s, tick: t, sets: append([]core.SetID{}, sets...), gen: gen, coming: map[core.SetID]known{}, cases: map[core.SetID][]client.Slash{}})
	s.cache.drop()
	s.events.publish("block", map[string]string{"block": fmt.Sprint(t.Head.Number), "final": fmt.Sprint(t.Final.Number), "time": fmt.Sprint(t.Head.Time)})
}

// Forget drops what was concluded, when what is mirrored is taken back: after a reorganisation of blocks that were taken for
// final, or because it was wrong. Nothing is answered until the next tick.
func (s *Server) Forget() {
	s.current.Store(nil)
	s.cache.drop()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gen++
	s.decided.clear()
	s.eraWork.clear()
	clear(s.diagnoses)
	clear(s.vetoes)
}

// keep keeps what was concluded in a moment, unless that moment was taken back.
func (m *moment) keep(put func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.gen == m.Server.gen {
		put()
	}
}

// Happened says what just happened, to whoever listens.
func (s *Server) Happened(kind string, fields map[string]string) { s.events.publish(kind, fields) }

func (s *Server) moment() (*moment, error) {
	if m := s.current.Load(); m != nil {
		return m, nil
	}
	return nil, problem(http.StatusServiceUnavailable, "starting", "the node has read no block yet, or reads some again; ask again")
}

// Handler is everything under /v1.
func (s *Server) Handler() http.Handler {
	inner := http.NewServeMux()
	s.routes(inner)
	mux := http.NewServeMux()
	s.Rewards.Routes(mux)
	mux.Handle("GET /v1/events", s.events)
	mux.HandleFunc("GET /v1/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(described()) // the reader is gone: nobody to tell
	})
	mux.Handle("GET /v1/health", inner) // as it is, also when no tick comes, and when there is much to do
	mux.Handle("GET /v1/", s.cached(inner))
	mux.HandleFunc("/v1/", func(w http.ResponseWriter, q *http.Request) {
		w.Header().Set("Allow", "GET, HEAD")
		write(w, problem(http.StatusMethodNotAllowed, "bad_request", "%s: everything here is only read, with GET", q.Method))
	})
	return mux
}

// problem is what cannot be answered.
func problem(status int, code, format string, values ...any) *client.Problem {
	return &client.Problem{Status: status, Title: http.StatusText(status), Code: code, Detail: fmt.Sprintf(format, values...)}
}

func write(w http.ResponseWriter, p *client.Problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Cache-Control", "no-store")
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "2")
	}
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the reader is gone: nobody to tell
}

// refused turns an error into what a client is told: problems as they are, all else without its text, which may name what is
// nobody's business.
func (s *Server) refused(err error) error {
	var p *client.Problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, context.DeadlineExceeded):
		return problem(http.StatusServiceUnavailable, "busy", "this takes longer than %v, or the chain does not answer; ask again", answerTime)
	case errors.Is(err, context.Canceled):
		return problem(http.StatusServiceUnavailable, "busy", "nobody waited for the answer")
	case chain.KindOf(err) == chain.Retry:
		s.Failed(err)
		return problem(http.StatusServiceUnavailable, "busy", "the chain does not answer; ask again")
	}
	s.Failed(err)
	return problem(http.StatusInternalServerError, "failed", "this node cannot tell; its log says why")
}

// notFound is what is not there.
func notFound(format string, values ...any) *client.Problem {
	return problem(http.StatusNotFound, "not_found", format, values...)
}

// badRequest is what makes no sense.
func badRequest(format string, values ...any) *client.Problem {
	return problem(http.StatusBadRequest, "bad_request", format, values...)
}

// serves checks that there is a set.
func (m *moment) serves(set core.SetID) error {
	if !slices.Contains(m.sets, set) {
		return notFound("set %d: this node serves %v", set, m.sets)
	}
	return nil
}

// enrolled are the vaults that were ever given to a set, ascending.
func (m *moment) enrolled(ctx context.Context, set core.SetID) ([]core.Address, error) {
	found, err := m.Roster.EnrolledIn(ctx, set, m.final())
	if err != nil {
		return nil, err
	}
	list := make([]core.Address, len(found))
	for i, a := range found {
		list[i] = core.Address(a)
	}
	slices.SortFunc(list, compare)
	return list, nil
}

func compare(a, b core.Address) int { return common.Address(a).Cmp(common.Address(b)) }

// memo keeps the newest of what was concluded, as much as fits.
type memo[K comparable, V any] struct {
	most, has int
	of        map[K]V
	weights   map[K]int
	order     []K
}

func (m *memo[K, V]) get(key K) (v V, ok bool) { v, ok = m.of[key]; return v, ok }

func (m *memo[K, V]) put(key K, v V, weight int) {
	if m.of == nil {
		m.of, m.weights = map[K]V{}, map[K]int{}
	}
	if _, there := m.of[key]; there || weight > m.most {
		return
	}
	m.of[key], m.weights[key] = v, weight
	m.order = append(m.order, key)
	for m.has += weight; m.has > m.most; {
		oldest := m.order[0]
		m.has -= m.weights[oldest]
		m.order = m.order[1:]
		delete(m.of, oldest)
		delete(m.weights, oldest)
	}
}

func (m *memo[K, V]) clear() { m.of, m.weights, m.order, m.has = nil, nil, nil, 0 }
