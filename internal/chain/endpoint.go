package chain

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"
)

// Endpoint is one way to the chain. Its name is shown; it must hold no secret.
type Endpoint struct {
	Name   string
	Client Client

	// dial connects, when Client is nil: one that is down at the start is connected to later.
	dial func(context.Context) (Client, error)
	// secrets are the parts of its URL that no text may show.
	secrets []string
}

// maxAnswer bounds one answer over HTTP, bytes: what an endpoint sends is kept in memory until it is read.
const maxAnswer = 64 << 20

// DialAll makes endpoints of URLs, http, https, ws or wss. It connects to none: that one cannot be reached shows when it
// is asked.
func DialAll(_ context.Context, urls []string) ([]Endpoint, error) {
	var list []Endpoint
	for _, raw := range urls {
		u, err := url.Parse(raw)
		if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "ws", "wss"}, u.Scheme) {
			return nil, &Error{User, fmt.Errorf("connect to %s: want an http, https, ws or wss URL", Redact(raw))}
		}
		list = append(list, Endpoint{Name: Redact(raw), secrets: secretsOf(u), dial: func(ctx context.Context) (Client, error) {
			return dial(ctx, raw, maxAnswer)
		}})
	}
	return list, nil
}

func dial(ctx context.Context, raw string, most int64) (Client, error) {
	c, err := rpc.DialOptions(ctx, raw, rpc.WithHTTPClient(&http.Client{
		Transport: courier{http.DefaultTransport, most},
		// To follow would show the next host where we came from, tokens in the path included.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}), rpc.WithWebsocketMessageSizeLimit(most))
	if err != nil {
		return nil, err
	}
	return ethclient.NewClient(c), nil
}

// Redact is a URL without what may be secret in it: user, password, path and query. Providers put tokens in each. That
// there was a path shows as "/…".
func Redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "(no URL)"
	}
	shown := u.Scheme + "://" + u.Host
	if strings.Trim(u.Path, "/") != "" {
		shown += "/…"
	}
	return shown
}

// secretsOf are the parts of a URL that a text could repeat: all but scheme and host. Words that are too short to be a
// secret, such as v3, stay.
func secretsOf(u *url.URL) []string {
	list := strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
	for _, values := range u.Query() {
		list = append(list, values...)
	}
	password, _ := u.User.Password()
	list = append(list, u.RawQuery, u.User.Username(), password)
	list = slices.DeleteFunc(list, func(s string) bool { return len(s) < 5 })
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) }) // a part of another is looked for after it
	return list
}

// mostText bounds what an endpoint's own words add to an error, bytes: some answer a whole page.
const mostText = 1000

// quiet takes secrets out of an error: the URL, and what a provider repeats of it.
func (e Endpoint) quiet(err error) error {
	if err == nil {
		return nil
	}
	text := redacted(err).Error()
	for _, s := range e.secrets {
		text = strings.ReplaceAll(text, s, "…")
	}
	if len(text) > mostText {
		text = strings.ToValidUTF8(text[:mostText], "") + "…"
	}
	if text == err.Error() {
		return err
	}
	return &quieted{text, err}
}

// redacted takes the URL out of an error of Go's HTTP client, which names it whole.
func redacted(err error) error {
	if u := (*url.Error)(nil); errors.As(err, &u) {
		u.URL = Redact(u.URL)
	}
	return err
}

// quieted is an error with another text.
type quieted struct {
	text string
	err  error
}

func (q *quieted) Error() string { return q.text }

func (q *quieted) Unwrap() error { return q.err }

// courier carries requests, bounds the answers, and notes how long an endpoint asks to be left alone.
type courier struct {
	next http.RoundTripper
	most int64
}

// note is what a courier brings back beside the answer, for one question.
type note struct{ retryAfter string }

type noteKey struct{}

// RoundTrip implements http.RoundTripper.
func (c courier) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := c.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if n, wanted := r.Context().Value(noteKey{}).(*note); wanted {
		n.retryAfter = answer.Header.Get("Retry-After")
	}
	answer.Body = &bounded{answer.Body, c.most, c.most}
	return answer, nil
}

// mostQuiet bounds how long an endpoint may ask to be left alone: it may be the only one.
const mostQuiet = 5 * time.Minute

// waits is how long a Retry-After header asks to wait: seconds, or a date.
func (n note) waits(now time.Time) time.Duration {
	var d time.Duration
	if s, err := strconv.ParseUint(n.retryAfter, 10, 31); err == nil {
		d = time.Duration(s) * time.Second
	} else if t, err := http.ParseTime(n.retryAfter); err == nil {
		d = t.Sub(now)
	}
	return min(max(d, 0), mostQuiet)
}

// tooLarge is an answer of more than this many bytes.
type tooLarge int64

func (t tooLarge) Error() string { return fmt.Sprintf("answer of more than %d bytes", int64(t)) }

// bounded is a body that ends in an error where it is too long.
type bounded struct {
	io.ReadCloser
	left, most int64
}

// Read implements io.Reader.
func (b *bounded) Read(into []byte) (int, error) {
	if b.left <= 0 {
		return 0, tooLarge(b.most)
	}
	n, err := b.ReadCloser.Read(into[:min(int64(len(into)), b.left)])
	b.left -= int64(n)
	return n, err
}
