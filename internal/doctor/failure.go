package doctor

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"github.com/gear-tech/roster/core"
)

// plain is an error's text without what URLs and answers of providers may give away.
func (v *visit) plain(err error) string {
	if errors.Is(err, context.DeadlineExceeded) {
		return "no answer in time"
	}
	text := err.Error()
	if status, body, found := httpStatus(err); found {
		text = strings.ReplaceAll(text, body, status)
	}
	if u := (*url.Error)(nil); errors.As(err, &u) {
		text = strings.ReplaceAll(text, u.URL, "the endpoint")
	}
	for _, secret := range v.secrets {
		text = strings.ReplaceAll(text, secret, "…")
	}
	return text
}

// secretsOf are the parts of a URL that no text may repeat.
func secretsOf(raw string) []string {
	list := []string{raw}
	u, err := url.Parse(raw)
	if err != nil {
		return list
	}
	if password, set := u.User.Password(); set && password != "" {
		list = append(list, u.User.String(), password)
	}
	if path := strings.Trim(u.Path, "/"); path != "" {
		list = append(list, u.Path, path)
	}
	if u.RawQuery != "" {
		list = append(list, u.RawQuery)
	}
	parts := strings.Split(u.Path, "/")
	for _, values := range u.Query() { // in any order: all of them go
		parts = append(parts, values...)
	}
	for _, part := range parts {
		if len(part) >= leastSecret {
			list = append(list, part)
		}
	}
	return list
}

// leastSecret is how long a part of a path or a query is at least to be a key: a shorter one is a word that other texts
// have, too.
const leastSecret = 8

// statuses are the HTTP statuses that mean something.
var statuses = []struct {
	code int
	why  *core.Reason
}{
	{http.StatusUnauthorized, &endpointAuth}, {http.StatusForbidden, &endpointAuth},
	{http.StatusTooManyRequests, &endpointRateLimit},
	{http.StatusNotFound, &endpointNotRPC}, {http.StatusMethodNotAllowed, &endpointNotRPC},
	{http.StatusNotAcceptable, &endpointNotRPC}, {http.StatusUnsupportedMediaType, &endpointNotRPC},
	{http.StatusBadRequest, &endpointNotRPC},
	{http.StatusBadGateway, &endpointFailing}, {http.StatusServiceUnavailable, &endpointFailing},
	{http.StatusGatewayTimeout, &endpointTimeout}, {http.StatusInternalServerError, &endpointFailing},
	{http.StatusRequestEntityTooLarge, &endpointFailing},
}

// httpStatus finds go-ethereum's error of an HTTP status: its text is "429 Too Many Requests: body".
func httpStatus(err error) (status, whole string, found bool) {
	for ; err != nil; err = errors.Unwrap(err) {
		for _, s := range statuses {
			line := strconv.Itoa(s.code) + " " + http.StatusText(s.code)
			if strings.HasPrefix(err.Error(), line) {
				return line, err.Error(), true
			}
		}
	}
	return "", "", false
}

// answered is what a node says no with: go-ethereum's rpc.Error.
type answered interface{ ErrorCode() int }

const codeNoMethod = -32601 // JSON-RPC 2.0

// classify says why an endpoint does not serve.
func classify(err error) core.Reason {
	if status, _, found := httpStatus(err); found {
		for _, s := range statuses {
			if strings.HasPrefix(status, strconv.Itoa(s.code)) {
				return *s.why
			}
		}
	}
	text := strings.ToLower(err.Error())
	says := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(text, part) {
				return true
			}
		}
		return false
	}
	if a := answered(nil); errors.As(err, &a) {
		switch {
		case says("rate limit", "too many requests", "exceeded", "capacity"):
			return endpointRateLimit
		case says("unauthorized", "forbidden", "api key", "authenticat", "project id"):
			return endpointAuth
		case a.ErrorCode() == codeNoMethod:
			return endpointNotRPC
		}
		return endpointFailing
	}
	return network(err, says)
}

// network says why there was no answer at all, or none that could be understood.
func network(err error, says func(...string) bool) core.Reason {
	dns, certificate, record := (*net.DNSError)(nil), (*tls.CertificateVerificationError)(nil), tls.RecordHeaderError{}
	syntax, kind := (*json.SyntaxError)(nil), (*json.UnmarshalTypeError)(nil)
	timeout := net.Error(nil)
	switch {
	case errors.As(err, &dns):
		return endpointDNS
	case errors.Is(err, syscall.ECONNREFUSED):
		return endpointRefused
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return endpointTimeout
	case errors.As(err, &certificate), errors.As(err, &record), says("tls:", "x509:", "gave http response to https client"):
		return endpointTLS
	case errors.As(err, &syntax), errors.As(err, &kind), says("has no result", "bad handshake", "malformed http"):
		return endpointNotRPC
	}
	return endpointFailing
}
