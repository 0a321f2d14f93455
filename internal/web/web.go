// Package web is the dashboard: a page that a node serves at /, and that reads the node's own API. It is built from src by
// make build and embedded; without that step the page says what to do. Nothing it serves depends on who asks.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"time"
)

//go:embed all:dist
var embedded embed.FS

// policy lets the page load its own script and style and talk to its own node, and nothing else. So nothing that an operator
// wrote on chain can run in it, and no request leaves for another host.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const notBuilt = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Roster</title></head>
<body><h1>Roster</h1><p>The dashboard was not built: run make build. The node's data is at /v1.</p></body>
</html>
`

// served are the files of a built dashboard; a request for anything else is answered with 404.
var served = map[string]string{
	"index.html": "text/html; charset=utf-8",
	"app.js":     "text/javascript; charset=utf-8",
	"app.css":    "text/css; charset=utf-8",
}

// file is one of them, with the ETag of its bytes.
type file struct {
	kind, etag string
	bytes      []byte
}

// Handler serves the dashboard at /.
func Handler() http.Handler {
	dist, err := fs.Sub(embedded, "dist")
	if err != nil {
		panic(err) // the directory is named above
	}
	return handler(dist)
}

func handler(dist fs.FS) http.Handler {
	files := map[string]file{}
	for name, kind := range served {
		text, err := fs.ReadFile(dist, name)
		if err != nil {
			// A page without its script would be blank: all or nothing.
			files = map[string]file{"index.html": entry("text/html; charset=utf-8", []byte(notBuilt))}
			break
		}
		files[name] = entry(kind, text)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", policy)
		head.Set("X-Content-Type-Options", "nosniff")
		head.Set("Referrer-Policy", "no-referrer")
		head.Set("Cross-Origin-Opener-Policy", "same-origin")
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			head.Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
			return
		}
		name := strings.TrimPrefix(r.URL.Path, "/")
		if name == "" {
			name = "index.html"
		}
		f, known := files[name]
		if !known {
			http.Error(w, "no such page: the dashboard is at /, the API at /v1", http.StatusNotFound)
			return
		}
		head.Set("Content-Type", f.kind)
		// Names stay the same from version to version, so a browser asks each time; the ETag makes that cheap.
		head.Set("Cache-Control", "no-cache")
		head.Set("ETag", f.etag)
		http.ServeContent(w, r, path.Base(name), time.Time{}, bytes.NewReader(f.bytes))
	})
}

func entry(kind string, text []byte) file {
	sum := sha256.Sum256(text)
	return file{kind: kind, etag: `"` + hex.EncodeToString(sum[:12]) + `"`, bytes: text}
}
