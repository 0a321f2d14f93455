package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/gear-tech/roster/client"
)

// Bounds of a feed.
const (
	mostListeners = 256
	mostKept      = 256 // events, for who was away for a moment
	mostBehind    = 64  // events that a listener may not have taken yet; one that is slower is let go
	sendTime      = 10 * time.Second
	beat          = 15 * time.Second
)

// feed hands on what happens, as server-sent events (the HTML standard's, §9.2).
type feed struct {
	mu        sync.Mutex
	last      uint64
	kept      []client.Event // the newest last
	listeners map[chan client.Event]bool
}

func newFeed() *feed { return &feed{listeners: map[chan client.Event]bool{}} }

// publish waits for nobody.
func (f *feed) publish(kind string, fields map[string]string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.last++
	e := client.Event{ID: f.last, Kind: kind, Fields: fields}
	if f.kept = append(f.kept, e); len(f.kept) > mostKept {
		f.kept = append([]client.Event(nil), f.kept[len(f.kept)-mostKept:]...)
	}
	for l := range f.listeners {
		select {
		case l <- e:
		default:
			delete(f.listeners, l)
			close(l)
		}
	}
}

// join adds a listener, with the kept events after one that it has; nil: there are too many.
func (f *feed) join(after uint64, any bool) (chan client.Event, []client.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.listeners) >= mostListeners {
		return nil, nil
	}
	l := make(chan client.Event, mostBehind)
	f.listeners[l] = true
	if after > f.last { // of another start of this node
		after = 0
	}
	var missed []client.Event
	for _, e := range f.kept {
		if any && e.ID > after {
			missed = append(missed, e)
		}
	}
	return l, missed
}

func (f *feed) leave(l chan client.Event) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listeners[l] {
		delete(f.listeners, l)
		close(l)
	}
}

// ServeHTTP sends events until the client goes. Last-Event-ID, or ?after=N, gets those after that one which are still kept;
// after=0 all of them.
func (f *feed) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	if q.Method == http.MethodHead {
		w.Header().Set("Content-Type", "text/event-stream")
		return
	}
	text := q.Header.Get("Last-Event-ID")
	if text == "" {
		text = q.URL.Query().Get("after")
	}
	after, err := strconv.ParseUint(text, 10, 64)
	if text != "" && err != nil {
		write(w, badRequest("after %q: want the id of an event", text))
		return
	}
	l, missed := f.join(after, text != "")
	if l == nil {
		write(w, problem(http.StatusServiceUnavailable, "busy", "%d listen already; ask again later, or read the resources", mostListeners))
		return
	}
	defer f.leave(l)
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Time{}) // where there is no deadline none is needed
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	send := func(text string) bool {
		_ = control.SetWriteDeadline(time.Now().Add(sendTime))
		_, err := fmt.Fprint(w, text)
		return err == nil && control.Flush() == nil
	}
	if !send("retry: 2000\n\n") {
		return
	}
	for _, e := range missed {
		if !send(frame(e)) {
			return
		}
	}
	tick := time.NewTicker(beat)
	defer tick.Stop()
	for {
		select {
		case <-q.Context().Done():
			return
		case <-tick.C:
			if !send(": still here\n\n") {
				return
			}
		case e, open := <-l:
			if !open || !send(frame(e)) {
				return
			}
		}
	}
}

// frame is an event on the wire. JSON has no line breaks outside of strings, and in them they are escaped.
func frame(e client.Event) string {
	data, err := json.Marshal(e)
	if err != nil { // strings and a number
		return ""
	}
	return fmt.Sprintf("id: %d\ndata: %s\n\n", e.ID, data)
}
