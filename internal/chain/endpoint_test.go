package chain

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum"
)

// TestAnswersAreBounded: an endpoint that answers more than is allowed is no way to fill our memory; for logs it is a
// reason to ask for less.
func TestAnswersAreBounded(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte(`{"jsonrpc":"2.0","id":1,"result":["` + strings.Repeat("x", 2000) + `"]}`))
	}))
	defer server.Close()
	for most, large := range map[int64]bool{1000: true, 1 << 20: false} {
		c, err := dial(t.Context(), server.URL, most)
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.FilterLogs(t.Context(), ethereum.FilterQuery{})
		if tooMuch := tooLarge(0); errors.As(err, &tooMuch) != large || refused(err) != large || large && judge(err) != unable {
			t.Errorf("at most %d bytes: %v", most, err)
		}
	}
}

// TestRedirects: an endpoint that sends elsewhere is not followed: the way there would be told.
func TestRedirects(t *testing.T) {
	asked := 0
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	c, err := dial(t.Context(), server.URL, maxAnswer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.BlockNumber(t.Context()); err == nil || asked != 0 {
		t.Errorf("followed %d times (%v)", asked, err)
	}
}

// TestRetryAfter: seconds or a date, within bounds.
func TestRetryAfter(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "-7": 0, "soon": 0, "999999": mostQuiet, "99999999999999999999": 0,
		now.Add(9 * time.Second).UTC().Format(http.TimeFormat):  9 * time.Second,
		now.Add(-9 * time.Second).UTC().Format(http.TimeFormat): 0,
		now.Add(9 * time.Hour).UTC().Format(http.TimeFormat):    mostQuiet,
	} {
		if got := (note{text}).waits(now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestQuiet: no part of a URL that may be secret is in a text, and what the error is can still be told.
func TestQuiet(t *testing.T) {
	u, err := url.Parse("https://user1:pass1@node.example/v3/abcdef?key=ghijkl")
	if err != nil {
		t.Fatal(err)
	}
	e := Endpoint{secrets: secretsOf(u)}
	for _, secret := range []string{"user1", "pass1", "abcdef", "ghijkl", "key=ghijkl"} {
		err := e.quiet(&Error{Fatal, errors.New("no such: " + secret + "!")})
		if strings.Contains(err.Error(), secret) || KindOf(err) != Fatal {
			t.Errorf("%v", err)
		}
	}
	same := errors.New("v3 of node.example")
	if e.quiet(same) != same || e.quiet(nil) != nil {
		t.Error("changed what holds no secret")
	}
	if long := e.quiet(errors.New(strings.Repeat("x", 1<<20))); len(long.Error()) > 2*mostText {
		t.Errorf("%d bytes of text", len(long.Error()))
	}
}
