package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/rpc"
)

// verdict is what an endpoint's error says about the endpoint.
type verdict uint8

const (
	// replied: a contract reverted, or what was asked for is wrong. Every endpoint would say so.
	replied verdict = iota
	// missing: it does not have it, or not yet; another may.
	missing
	// unable: it does not do this, or not now; another may.
	unable
	// broken: it did not answer as it should.
	broken
)

// busy are what nodes say when they would answer at another time, in lower case.
var busy = []string{"rate limit", "too many requests", "request limit", "capacity", "throughput", "internal error", "overloaded", "try again"}

func judge(err error) verdict {
	if err == nil || Superseded(err) || KindOf(classify(err)) == User {
		return replied
	}
	if isNotFound(err) {
		return missing
	}
	if answer := (rpc.Error)(nil); errors.As(err, &answer) {
		if contains(strings.ToLower(err.Error()), busy) {
			return broken
		}
		return unable
	}
	if h := (rpc.HTTPError{}); errors.As(err, &h) && h.StatusCode == http.StatusRequestEntityTooLarge {
		return unable
	}
	if t := tooLarge(0); errors.As(err, &t) {
		return unable
	}
	return broken
}

func contains(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

func isNotFound(err error) bool { return errors.Is(err, ethereum.NotFound) }

// notYet is a block that an endpoint does not have.
func notYet(number *big.Int) error {
	return fmt.Errorf("block %v: %w (yet)", number, ethereum.NotFound)
}

// ask puts a question to one endpoint after the other until one answers. A revert, and what is the user's to correct,
// is an answer.
func ask[T any](ctx context.Context, p *Pool, question func(context.Context, Client) (T, error)) (T, error) {
	var zero T
	var tried tries
	for _, m := range p.order() {
		out, err := askOne(ctx, p, m, question)
		if judge(err) == replied {
			return out, err
		}
		tried.add(m, err)
		if ctx.Err() != nil {
			break
		}
	}
	return zero, tried.error("no endpoint answers")
}

// askOne puts a question to one endpoint, within the timeout, and notes how it did.
func askOne[T any](ctx context.Context, p *Pool, m *pooled, question func(context.Context, Client) (T, error)) (T, error) {
	var zero T
	if err := p.ready(ctx, m); err != nil {
		return zero, &Error{Retry, err}
	}
	var n note
	limited, cancel := context.WithTimeout(context.WithValue(ctx, noteKey{}, &n), p.o.Timeout)
	defer cancel()
	start := p.o.Now()
	out, err := question(limited, m.Client)
	err = m.quiet(err)
	if judge(err) != broken {
		p.answered(m, p.o.Now().Sub(start))
	} else if ctx.Err() == nil {
		p.failed(m, err, n.waits(p.o.Now()))
	}
	return out, err
}

// tries are the endpoints that gave no answer, and why.
type tries struct {
	all  []error
	none bool // somebody could have it, and has it not
	kind Kind
}

func (t *tries) add(m *pooled, err error) {
	if len(t.all) == 0 {
		t.none, t.kind = true, Fatal
	}
	t.none = t.none && isNotFound(err)
	if judge(err) != unable || KindOf(classify(err)) == Retry {
		t.kind = Retry
	}
	t.all = append(t.all, fmt.Errorf("%s: %w", m.Name, err))
}

// error is Fatal where every endpoint said that it never will, otherwise to try again. It is ethereum.NotFound where
// none has what was asked for, and only then.
func (t *tries) error(what string) error {
	if len(t.all) == 0 {
		return &Error{Retry, fmt.Errorf("%s: each is of another chain, or asked to be left alone for a while", what)}
	}
	err := errors.Join(t.all...)
	if !t.none && isNotFound(err) {
		err = errors.New(err.Error())
	}
	return &Error{t.kind, fmt.Errorf("%s: %w", what, err)}
}

// agreed is ask of what decides: with Agree 2 a second endpoint must give the same. Where two of three do, the third is
// left alone for a while.
func agreed[T any](ctx context.Context, p *Pool, name string, same func(a, b T) bool, question func(context.Context, Client) (T, error)) (T, error) {
	if p.o.Agree < 2 {
		return ask(ctx, p, question)
	}
	var zero T
	type answer struct {
		of  *pooled
		out T
		err error
	}
	var have []answer
	var tried tries
	for _, m := range p.order() {
		out, err := askOne(ctx, p, m, question)
		if judge(err) != replied {
			tried.add(m, err)
			if ctx.Err() != nil {
				break
			}
			continue
		}
		a := answer{m, out, err}
		for i, b := range have {
			if revertText(a.err) == revertText(b.err) && (err != nil || same(a.out, b.out)) {
				for _, odd := range append(have[:i:i], have[i+1:]...) {
					p.failed(odd.of, fmt.Errorf("%s: %s and %s agree, it does not", name, b.of.Name, m.Name), 0)
				}
				return out, err
			}
			p.disagree(b.of, m, name)
			tried.all = append(tried.all, fmt.Errorf("%s and %s give different answers", b.of.Name, m.Name))
			tried.kind, tried.none = Retry, false
		}
		have = append(have, a)
	}
	if len(have) == 1 {
		tried.all = append(tried.all, fmt.Errorf("%s alone answers", have[0].of.Name))
		tried.kind, tried.none = Retry, false
	}
	return zero, tried.error(name + ": no two endpoints agree")
}

// revertText is what is compared of a revert.
func revertText(err error) string {
	if err == nil {
		return ""
	}
	return classify(err).Error()
}

// equal is same of what can be compared.
func equal[T comparable](a, b T) bool { return a == b }

// numbered reports whether a block is named by its number: then every endpoint must say the same of it.
func numbered(block *big.Int) bool { return block != nil && block.Sign() >= 0 }
