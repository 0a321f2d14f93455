package main

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// TestAdvices: every error of every contract has a cause and what to do, or is left out for a reason, and nothing else is there.
func TestAdvices(t *testing.T) {
	left := map[string]bool{}
	for reason, names := range unadvised {
		for _, name := range names {
			if _, both := advices[name]; both || left[name] {
				t.Errorf("%s is left out (%s), and is there", name, reason)
			}
			left[name] = true
		}
	}
	real := map[string]bool{}
	for _, contract := range bindings.All() {
		parsed, err := contract.ParseABI()
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range parsed.Errors {
			real[e.Name] = true
			if _, known := advices[e.Name]; !known && !left[e.Name] {
				t.Errorf("%s of %s has no advice, and no reason for having none", e.Name, contract.ID)
			}
		}
	}
	for name, a := range advices {
		if !real[name] {
			t.Errorf("advice about %s, which no contract has", name)
		}
		if a.cause == "" || !strings.HasSuffix(a.next, ".") || strings.HasSuffix(a.cause, ".") {
			t.Errorf("%s: %+v: want a cause without and a next step with a full stop", name, a)
		}
	}
	for name := range left {
		if !real[name] {
			t.Errorf("%s is left out, and no contract has it", name)
		}
	}
}

// TestAdviceNamesCommands: every command that an advice names is there.
func TestAdviceNamesCommands(t *testing.T) {
	for name, a := range advices {
		for _, part := range strings.Split(a.next, "roster ")[1:] {
			words := strings.Fields(strings.Map(func(r rune) rune {
				if strings.ContainsRune(".,:;", r) {
					return ' '
				}
				return r
			}, part))
			c, _, err := newRoot().Find(words[:min(2, len(words))])
			if err != nil || !c.HasParent() || c.HasSubCommands() {
				t.Errorf("%s: there is no command %v", name, words[:min(2, len(words))])
			}
		}
	}
}

// TestWithAdvice: a refusal says what to do, anything else stays as it is.
func TestWithAdvice(t *testing.T) {
	err := fmt.Errorf("link it: %w", &chain.Revert{Name: "TooManyVaults"})
	if text := withAdvice(err).Error(); !strings.HasPrefix(text, err.Error()) || !strings.Contains(text, "roster operator unlink") {
		t.Error(text)
	}
	plain := errors.New("plain")
	if withAdvice(plain) != plain {
		t.Error("a plain error changed")
	}
}
