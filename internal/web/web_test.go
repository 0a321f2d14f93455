package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

var built = fstest.MapFS{
	"index.html":      {Data: []byte("<!doctype html><title>Roster</title>")},
	"app.js":          {Data: []byte("start()")},
	"app.css":         {Data: []byte("body{}")},
	"placeholder.txt": {Data: []byte("not served")},
}

func get(t *testing.T, dist fs.FS, method, target string, head map[string]string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, "http://node/", nil)
	r.URL.Path = target
	for k, v := range head {
		r.Header.Set(k, v)
	}
	w := httptest.NewRecorder()
	handler(dist).ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) string {
	t.Helper()
	b := make([]byte, 1<<16)
	n, _ := r.Body.Read(b)
	return string(b[:n])
}

// TestHeaders: what keeps a foreign text on the page from being more than text, on every answer.
func TestHeaders(t *testing.T) {
	for _, target := range []string{"/", "/app.js", "/app.css", "/nothing"} {
		head := get(t, built, http.MethodGet, target, nil).Header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "no-referrer",
		} {
			if have := head.Get(name); have != want {
				t.Errorf("%s: %s is %q, want %q", target, name, have, want)
			}
		}
	}
}

func TestServes(t *testing.T) {
	for target, want := range map[string]string{"/": "<!doctype html>", "/index.html": "<!doctype html>", "/app.js": "start()", "/app.css": "body{}"} {
		r := get(t, built, http.MethodGet, target, nil)
		if text := body(t, r); r.StatusCode != http.StatusOK || !strings.HasPrefix(text, want) {
			t.Errorf("%s: status %d, %q", target, r.StatusCode, text)
		}
		tag := r.Header.Get("ETag")
		if again := get(t, built, http.MethodGet, target, map[string]string{"If-None-Match": tag}); again.StatusCode != http.StatusNotModified {
			t.Errorf("%s: with its ETag %s status %d, want 304", target, tag, again.StatusCode)
		}
	}
	if r := get(t, built, http.MethodPost, "/", nil); r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", r.StatusCode)
	}
}

// TestOnlyItsFiles: no path leads to anything but the files of the page.
func TestOnlyItsFiles(t *testing.T) {
	for _, target := range []string{"/placeholder.txt", "/../web.go", "/..%2fweb.go", "//etc/passwd", "/./app.js", "/app.js/", "/dist/app.js", "/app.js\x00", "/v1/network", "/index.html/../app.js", `/..\web.go`} {
		if r := get(t, built, http.MethodGet, target, nil); r.StatusCode != http.StatusNotFound {
			t.Errorf("%q: status %d, want 404", target, r.StatusCode)
		}
	}
}

// TestNotBuilt: without a part of the page there is a sentence, not a blank.
func TestNotBuilt(t *testing.T) {
	part := fstest.MapFS{"index.html": built["index.html"], "app.css": built["app.css"]}
	for _, dist := range []fstest.MapFS{{}, part} {
		r := get(t, dist, http.MethodGet, "/", nil)
		if text := body(t, r); r.StatusCode != http.StatusOK || !strings.Contains(text, "The dashboard was not built: run make build.") {
			t.Errorf("status %d, %q", r.StatusCode, text)
		}
	}
}

// TestHandler: what is embedded can be served, built or not.
func TestHandler(t *testing.T) {
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil))
	if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Roster") {
		t.Errorf("status %d, %q", w.Code, w.Body.String())
	}
}

// TestOnlyText: nothing in the sources turns a text into elements or code, carries a style that the policy forbids, or asks
// this machine for the time where the chain's is meant.
func TestOnlyText(t *testing.T) {
	forbidden := []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "dangerouslySetInnerHTML", "document.write", "eval(", "new Function", " style=", "Date.now", "new Date()", "http://", "https://", "parseFloat"}
	// A namespace is no request.
	allowed := strings.NewReplacer("http://www.w3.org/2000/svg", "")
	err := filepath.WalkDir("src", func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(p, ".gen.ts") {
			return err
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		for _, f := range forbidden {
			if strings.Contains(allowed.Replace(string(text)), f) {
				t.Errorf("%s has %q", p, f)
			}
		}
		if n := strings.Count(string(text), "\n"); n > 400 {
			t.Errorf("%s has %d lines, at most 400", p, n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
