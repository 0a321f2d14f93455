package served

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
)

func num[N ~int | ~uint64](n N) string { return fmt.Sprint(n) }

func decode(body []byte, into any) bool { return json.Unmarshal(body, into) == nil }

func each[A, B any](list []A, f func(A) B) []B {
	out := make([]B, len(list))
	for i, a := range list {
		out[i] = f(a)
	}
	return out
}

// walk reads a list in pages of one and in one page. The chain stands still.
func walk[L, I any](t *testing.T, name string, ask func(context.Context, core.SetID, client.Page) (L, error), items func(L) ([]I, string)) {
	t.Helper()
	all, next := items(must[L](t)(ask(t.Context(), 0, whole)))
	if next != "" || len(all) == 0 {
		t.Errorf("%s: %d in one page, then %q", name, len(all), next)
	}
	var walked []I
	for page := (client.Page{Limit: 1}); ; page.Cursor = next {
		var some []I
		some, next = items(must[L](t)(ask(t.Context(), 0, page)))
		if walked = append(walked, some...); next == "" || len(walked) > len(all) {
			break
		}
	}
	if !reflect.DeepEqual(all, walked) {
		t.Errorf("%s: %d in one page, %d in pages of one, or others", name, len(all), len(walked))
	}
}

// TestHTTP: an answer that the client has is not sent again; nothing can be written; no other site's page may read; and what
// is not JSON is what it says.
func TestHTTP(t *testing.T) {
	w := inWorld(t)
	status, header, body := w.get(t, "sets/0/elections")
	tag := header.Get("ETag")
	if status != 200 || tag == "" || len(body) == 0 || header.Get("Content-Type") != "application/json" {
		t.Fatal(status, header)
	}
	if status, _, body := w.get(t, "sets/0/elections", "If-None-Match", tag); status != 304 || len(body) != 0 {
		t.Errorf("with the tag of what one has: %d, %d bytes", status, len(body))
	}
	if _, header, _ := w.get(t, "network", "Origin", "https://elsewhere.example"); header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("another site's page may read the answers")
	}
	response, err := http.Post(w.url+"/v1/network", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %s", response.Status)
	}
	if status, _, _ := w.get(t, "sets/0?"+strings.Repeat("x", 5000)); status != http.StatusRequestURITooLong {
		t.Errorf("a long address: %d", status)
	}
}

// TestEvents: whoever listens is told of each block, and of what came before if they ask.
func TestEvents(t *testing.T) {
	w := inWorld(t)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	found := errors.New("found")
	err := w.client.Listen(ctx, 0, func(e client.Event) error {
		if e.Kind == "block" && e.Fields["block"] != "" {
			return found
		}
		return nil
	})
	if !errors.Is(err, found) {
		t.Error(err)
	}
}

// TestSlowConnections: a thousand who begin a question and do not end it, and a hundred who take no answer, hold up nobody.
func TestSlowConnections(t *testing.T) {
	w := inWorld(t)
	address := strings.TrimPrefix(w.url, "http://")
	for i := range 1100 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
		defer c.Close()
		text := "GET /v1/network HTTP/1.1\r\nHost: x\r\nX-Slow: "
		if i >= 1000 {
			text = strings.Repeat("GET /v1/reasons HTTP/1.1\r\nHost: x\r\n\r\n", 100)
		}
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatalf("connection %d: %v", i, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for range 20 {
		if _, err := w.client.Network(ctx); err != nil {
			t.Fatal(err)
		}
	}
}
