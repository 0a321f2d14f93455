package served

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/app"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/demo"
)

// world is a network after its story, with a node that answers.
type world struct {
	url    string
	client *client.Client
	roster *chain.Roster // over the chain's own endpoint, by its views
	story  *demo.Story
	mine   func() error // one block more
	end    func() error
}

var start = sync.OnceValues(open)

// TestMain ends what a test has started.
func TestMain(m *testing.M) {
	code := m.Run()
	if stop != nil {
		if err := stop(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

var stop func() error

func inWorld(t testing.TB) *world {
	t.Helper()
	w, err := start()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// open tells the story, and starts a node on the chain.
func open() (*world, error) {
	ctx, cancel := context.WithCancel(context.Background())
	story, err := demo.Start(ctx, demo.DefaultOptions(), "127.0.0.1:0", false, demo.Out{Writer: io.Discard})
	if err != nil {
		cancel()
		return nil, err
	}
	if _, err := story.Tell(ctx); err != nil {
		cancel()
		return nil, errors.Join(err, story.Close())
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		cancel()
		return nil, errors.Join(err, story.Close())
	}
	address := listener.Addr().String()
	at, first := story.Contracts()
	ready, done := make(chan struct{}), make(chan error, 1)
	if err := listener.Close(); err != nil {
		cancel()
		return nil, errors.Join(err, story.Close())
	}
	go func() {
		done <- app.Watch(ctx, app.Watcher{URL: story.URL(), At: at, First: first, Listen: address}, func(string) { close(ready) })
	}()
	stop = func() error {
		cancel()
		return errors.Join(<-done, story.Close())
	}
	select {
	case <-ready:
	case err := <-done:
		done <- nil
		return nil, fmt.Errorf("the node ended: %w", err)
	case <-time.After(time.Minute):
		return nil, errors.New("the node does not answer")
	}
	w := &world{url: "http://" + address, story: story}
	if w.client, err = client.New(w.url); err != nil {
		return nil, err
	}
	dialled, err := chain.Dial(ctx, story.URL())
	if err != nil {
		return nil, err
	}
	w.roster, err = chain.Open(ctx, dialled, at.Middleware, at.Programs, first)
	return w, err
}

// get asks for a path under /v1, with headers.
func (w *world) get(t testing.TB, path string, headers ...string) (int, http.Header, []byte) {
	t.Helper()
	request, err := http.NewRequest(http.MethodGet, w.url+"/v1/"+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, body
}

// must is a value without its error.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func amount(a client.Amount) core.Amount { return core.Amount(a) }
