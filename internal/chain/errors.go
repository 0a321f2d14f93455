package chain

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rpc"
)

// Kind says what to do about an error.
type Kind uint8

const (
	// Retry: the same may succeed later (the network, a busy provider, a nonce taken in between).
	Retry Kind = iota
	// Fatal: it will not, and something is wrong with us or the node.
	Fatal
	// User: what was asked for cannot be: a contract refuses it, the account is empty, a password is wrong.
	User
)

// String returns the kind's name.
func (k Kind) String() string {
	switch k {
	case Retry:
		return "retry"
	case Fatal:
		return "fatal"
	case User:
		return "user"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Error is an error that knows its kind.
type Error struct {
	Kind Kind
	Err  error
}

func (e *Error) Error() string { return e.Err.Error() }

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind that an error of this package carries. One that carries none is Fatal: what nobody
// foresaw should stop, not spin. A Revert is User.
func KindOf(err error) Kind {
	if e := (*Error)(nil); errors.As(err, &e) {
		return e.Kind
	}
	if r := (*Revert)(nil); errors.As(err, &r) {
		return User
	}
	return Fatal
}

// answers are what nodes say, in lower case, and what it means. go-ethereum, Nethermind, Erigon, Reth and Besu
// differ in the rest of the sentence.
var answers = []struct {
	part string
	kind Kind
}{
	{"insufficient funds", User},
	{"gas required exceeds allowance", User},
	{"nonce too low", Retry},
	{"already known", Retry},
	{"underpriced", Retry},
	{"fee cap less than block base fee", Retry},
	{"max fee per gas less than block base fee", Retry},
	{"txpool is full", Retry},
	{"header not found", Retry},
	{"unknown block", Retry},
	{"indexing is in progress", Retry},
	{"timeout", Retry},
	{"timed out", Retry},
	{"rate limit", Retry},
	{"too many requests", Retry},
	{"method not found", Fatal},
	{"not found", Retry},
}

// classify turns what a client returned into a Revert or an Error. A context's end stays as it is, under Retry. What is
// one already stays: a pool says in its own words what several endpoints said.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if e, r := (*Error)(nil), (*Revert)(nil); errors.As(err, &e) || errors.As(err, &r) {
		return err
	}
	if data, ok := revertData(err); ok {
		return Decode(data)
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return &Error{Retry, err}
	}
	text := strings.ToLower(err.Error())
	if strings.Contains(text, "execution reverted") {
		return Decode(nil) // a provider that keeps the data to itself
	}
	for _, a := range answers {
		if strings.Contains(text, a.part) {
			return &Error{a.kind, err}
		}
	}
	if h := (rpc.HTTPError{}); errors.As(err, &h) {
		if h.StatusCode == http.StatusTooManyRequests || h.StatusCode >= http.StatusInternalServerError {
			return &Error{Retry, err}
		}
		return &Error{Fatal, err}
	}
	if answered := (rpc.Error)(nil); errors.As(err, &answered) {
		return &Error{Fatal, err}
	}
	if n := (net.Error)(nil); errors.As(err, &n) {
		return &Error{Retry, err}
	}
	return &Error{Retry, err} // the connection broke, in one of its many ways
}

// revertData returns the bytes that a contract reverted with, if that is what happened. Providers give them as
// hex text, some with "Reverted " in front.
func revertData(err error) ([]byte, bool) {
	d := (rpc.DataError)(nil)
	if !errors.As(err, &d) {
		return nil, false
	}
	text, ok := d.ErrorData().(string)
	text = strings.TrimPrefix(text, "Reverted ")
	if !ok || !strings.HasPrefix(text, "0x") {
		return nil, false
	}
	if code := (rpc.Error)(nil); errors.As(err, &code) && code.ErrorCode() != 3 &&
		!strings.Contains(strings.ToLower(err.Error()), "revert") {
		return nil, false
	}
	return common.FromHex(text), true
}

// Superseded reports whether a pool refused a transaction because it has it already, or another of its nonce, or
// because the chain has that nonce: nothing to try again, but to look what became of it.
func Superseded(err error) bool {
	text := strings.ToLower(err.Error())
	for _, part := range []string{"already known", "nonce too low", "underpriced", "already imported", "known transaction"} {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}
