package served

import (
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/internal/api"
)

// questions make paths of what is described, from bytes.
type questions struct {
	routes []api.Route
	words  []string
}

// meaningless is how many of the words come first and are of no network.
var meaningless int

// words are values that mean something, and values that mean nothing.
func (w *world) questions(t testing.TB) questions {
	q := questions{routes: api.Described().All(), words: []string{"0", "1", "2", "5", "next", "7", "18446744073709551615", "-1", "", "x", "%00", "../..",
		nobody, "0x", "true", "1e9", "<script>", "0x" + strings.Repeat("f", 64), "999999999999", "200", "1000000000000000", "ü", nobody + ":5", nobody + ":-5"}}
	meaningless = len(q.words)
	slices.SortFunc(q.routes, func(a, b api.Route) int { return strings.Compare(a.Path, b.Path) })
	for _, o := range must[client.Operators](t)(w.client.Operators(t.Context(), 0, client.Page{Limit: 2})).Items {
		q.words = append(q.words, o.Operator.String(), o.Operator.String()+":+500000000000000")
	}
	for _, v := range must[client.Vaults](t)(w.client.Vaults(t.Context(), 0, client.Page{Limit: 2})).Items {
		q.words = append(q.words, v.Vault.String())
	}
	for _, c := range must[client.Commits](t)(w.client.Commits(t.Context(), 0, client.Page{Limit: 1})).Items {
		q.words = append(q.words, c.Distribution.String())
	}
	return q
}

// ask makes a question: its route, and the whole of it.
func (q questions) ask(data []byte, raw string) (route api.Route, path string) {
	at := 0
	next := func(n int) int {
		if len(data) == 0 || n == 0 {
			return 0
		}
		at++
		return int(data[at%len(data)]) % n
	}
	word := func() string {
		if n := next(len(q.words) + 1); n < len(q.words) {
			return q.words[n]
		}
		return raw
	}
	route = q.routes[next(len(q.routes))]
	for part := range strings.SplitSeq(strings.Trim(route.Path, "/"), "/") {
		if strings.HasPrefix(part, "{") {
			if part = url.PathEscape(word()); part == "" || part == "." || part == ".." {
				part = "0"
			}
		}
		path += "/" + part
	}
	query := url.Values{}
	for _, name := range route.Inputs {
		for range next(3) {
			query.Add(name, word())
		}
	}
	return route, path + "?" + query.Encode()
}

// checkAnswer asks, and says what is wrong: what is no answer of a server in its right mind, or not as it is described.
func (w *world) checkAnswer(t *testing.T, routes api.Routes, route api.Route, path string) int {
	t.Helper()
	status, header, body := w.get(t, strings.TrimPrefix(path, "/v1/"))
	kind, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	if status >= http.StatusInternalServerError {
		t.Errorf("%s: %d %s", path, status, body)
	}
	if err := routes.Check(route.Path, kind, status, body); err != nil {
		t.Errorf("%s: %v", path, err)
	}
	if strings.HasSuffix(kind, "json") && !json.Valid(body) {
		t.Errorf("%s: no JSON: %s", path, body)
	}
	return status
}

// TestDescribed: every route answers as docs/openapi.json says, with what there is and with nonsense.
func TestDescribed(t *testing.T) {
	w := inWorld(t)
	routes, q := api.Described(), w.questions(t)
	all := q.words
	good := append(slices.Clone(all[meaningless:]), "0", "1", "2", "next")
	good = append(good, num(must[client.Batches](t)(w.client.Batches(t.Context(), 0, client.Page{Limit: 1})).Items[0].Number))
	of := strings.NewReplacer("{set}", "0", "{era}", "2", "{operator}", good[0], "{account}", good[0], "{vault}", good[4], "{hash}", good[6],
		"{number}", good[len(good)-1])
	for _, r := range q.routes { // once as it is meant
		if r.Path == "/v1/events" {
			continue // does not end: TestEvents
		}
		if status := w.checkAnswer(t, routes, r, of.Replace(r.Path)); status != http.StatusOK {
			t.Errorf("%s: %d", of.Replace(r.Path), status)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		data := make([]byte, 16)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		if random.IntN(2) == 0 { // half of them mean something
			q.words = good
		} else {
			q.words = all
		}
		route, path := q.ask(data, "soon")
		if random.IntN(2) == 0 {
			path, _, _ = strings.Cut(path, "?")
		}
		if route.Path == "/v1/events" {
			continue
		}
		w.checkAnswer(t, routes, route, path)
	}
}

// FuzzAPI: no question has the node answer with a fault of its own, or other than it is described.
func FuzzAPI(f *testing.F) {
	w := inWorld(f)
	routes, q := api.Described(), w.questions(f)
	f.Add([]byte{1, 2, 3}, "next")
	f.Add([]byte{9, 9, 2, 200, 31}, "0x12")
	f.Add([]byte("sets"), "%2e%2e/\x00")
	f.Fuzz(func(t *testing.T, data []byte, raw string) {
		route, path := q.ask(data, raw)
		if route.Path == "/v1/events" {
			return
		}
		w.checkAnswer(t, routes, route, path)
	})
}
