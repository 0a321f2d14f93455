package api

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/doctor"
	"github.com/gear-tech/roster/internal/store"
)

// TestStarting: before the first tick, and while what is mirrored is read again, a node says how it does, and nothing else.
func TestStarting(t *testing.T) {
	files, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	vitals := Vitals{Code: "starting", Detail: "it has taken no tick yet"}
	s := New(Parts{Store: files, Vitals: func() Vitals { return vitals }, Failed: func(err error) { t.Error(err) },
		Diagnose: func(context.Context, core.SetID) (doctor.Report, error) { return doctor.Report{}, nil }})
	ask := func(path string) (int, string) {
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w.Code, w.Body.String()
	}
	if code, body := ask("/v1/network"); code != http.StatusServiceUnavailable || !strings.Contains(body, `"starting"`) {
		t.Errorf("network: %d %s", code, body)
	}
	for _, code := range []string{"starting", "stuck"} { // no answer of before stands in its place
		vitals.Code = code
		if status, body := ask("/v1/health"); status != http.StatusOK || !strings.Contains(body, `"code":"`+code+`"`) {
			t.Errorf("health: %d %s", status, body)
		}
	}
}

// TestMemo: what is kept is bounded by its weight, the oldest goes first, and what is too large is not kept.
func TestMemo(t *testing.T) {
	m := memo[int, string]{most: 10}
	for i, weight := range []int{4, 4, 11, 3} {
		m.put(i, "x", weight)
	}
	_, first := m.get(0)
	_, second := m.get(1)
	_, large := m.get(2)
	_, last := m.get(3)
	if first || !second || large || !last || m.has != 7 || len(m.order) != 2 {
		t.Errorf("kept %v %v %v %v, %d of weight, %d", first, second, large, last, m.has, len(m.order))
	}
	if m.clear(); m.has != 0 || len(m.of) != 0 {
		t.Errorf("after clearing: %+v", m)
	}
}
