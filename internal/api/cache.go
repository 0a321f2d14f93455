package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/sync/singleflight"
)

// mostCached is how many bytes of answers are kept between two ticks.
const mostCached = 32 << 20

// entrySize is what an entry takes besides its key and body, about.
const entrySize = 256

// mostWaiting is how many may wait for their turn.
const mostWaiting = 64

// cache is what was answered since the last tick, by address.
type cache struct {
	flight singleflight.Group

	mu    sync.Mutex
	of    map[string]answer
	bytes int
	epoch uint64 // counts ticks: what was computed before one is not kept after it
}

// answer is what was answered once.
type answer struct {
	status int
	kind   string
	etag   string
	body   []byte
}

func (c *cache) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.of, c.bytes = nil, 0
	c.epoch++
}

func (c *cache) get(key string) (answer, uint64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a, ok := c.of[key]
	return a, c.epoch, ok
}

func (c *cache) put(key string, a answer, epoch uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	size := len(key) + len(a.body) + entrySize
	if epoch != c.epoch || a.status != http.StatusOK && a.status != http.StatusNotFound || size > mostCached/8 || c.bytes+size > mostCached {
		return
	}
	if c.of == nil {
		c.of = map[string]answer{}
	}
	c.of[key] = a
	c.bytes += size
}

// mostURL is the longest address that is answered.
const mostURL = 4096

// cached computes each answer once between two ticks, a few at a time, and says when it is what the client has already.
func (s *Server) cached(inner http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if len(q.URL.RequestURI()) > mostURL {
			write(w, problem(http.StatusRequestURITooLong, "too_large", "an address of %d bytes: want at most %d", len(q.URL.RequestURI()), mostURL))
			return
		}
		key := q.URL.EscapedPath() + "?" + q.URL.RawQuery
		a, epoch, there := s.cache.get(key)
		if !there {
			made, _, _ := s.cache.flight.Do(strconv.FormatUint(epoch, 10)+" "+key, func() (any, error) {
				a := s.compute(inner, q)
				s.cache.put(key, a, epoch)
				return a, nil
			})
			a = made.(answer)
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "no-cache") // ask again, with the tag of what you have
		if a.status != http.StatusOK {
			if a.status == http.StatusServiceUnavailable {
				h.Set("Retry-After", "2")
			}
			w.WriteHeader(a.status)
			_, _ = w.Write(a.body) // the reader is gone: nobody to tell
			return
		}
		h.Set("ETag", a.etag)
		if has(q.Header.Get("If-None-Match"), a.etag) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		_, _ = w.Write(a.body) // the reader is gone: nobody to tell
	})
}

// has reports whether a client has what a tag names.
func has(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if part = strings.TrimPrefix(strings.TrimSpace(part), "W/"); part == etag || part == "*" {
			return true
		}
	}
	return false
}

// compute answers when its turn comes. Others may wait for the same answer, so it does not end with this client.
func (s *Server) compute(inner http.Handler, q *http.Request) (a answer) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(q.Context()), answerTime)
	defer cancel()
	r := httptest.NewRecorder()
	if s.waiting.Add(1) > mostWaiting {
		s.waiting.Add(-1)
		write(r, problem(http.StatusServiceUnavailable, "busy", "%d wait already; ask again", mostWaiting))
		return answer{status: r.Code, kind: r.Header().Get("Content-Type"), body: r.Body.Bytes()}
	}
	defer s.waiting.Add(-1)
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
		plain := q.Clone(ctx)
		plain.Method, plain.Header = http.MethodGet, http.Header{}
		s.guarded(inner, r, plain)
	case <-ctx.Done():
		write(r, problem(http.StatusServiceUnavailable, "busy", "%d answers are being computed; ask again", mostAtOnce))
	}
	a = answer{status: r.Code, kind: r.Header().Get("Content-Type"), body: r.Body.Bytes()}
	if a.status == http.StatusNotFound && a.kind != "application/problem+json" {
		n := httptest.NewRecorder()
		write(n, notFound("%s: there is nothing here; see /v1/openapi.json", q.URL.Path))
		a.kind, a.body = n.Header().Get("Content-Type"), n.Body.Bytes()
	}
	sum := sha256.Sum256(a.body)
	a.etag = `"` + hex.EncodeToString(sum[:16]) + `"`
	return a
}

// guarded answers also when the answer's code is wrong: one bad question must not end a node.
func (s *Server) guarded(inner http.Handler, r *httptest.ResponseRecorder, q *http.Request) {
	defer func() {
		if what := recover(); what != nil {
			s.Failed(fmt.Errorf("answer %s: panic: %v\n%s", q.URL.Path, what, debug.Stack()))
			*r = *httptest.NewRecorder()
			write(r, problem(http.StatusInternalServerError, "failed", "this node cannot tell; its log says why"))
		}
	}()
	inner.ServeHTTP(r, q)
}
