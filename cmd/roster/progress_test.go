package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// screen is what stands in the last line after carriage returns.
func screen(text string) string {
	line := ""
	for part := range strings.SplitSeq(text, "\r") {
		r := []rune(line)
		for i, c := range []rune(part) {
			if i < len(r) {
				r[i] = c
			} else {
				r = append(r, c)
			}
		}
		line = string(r)
	}
	return strings.TrimRight(line, " ")
}

var began = time.Unix(1000, 0)

// TestProgressBar: on a terminal there is nothing for two seconds, then how many of all, and nothing in the end.
func TestProgressBar(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, terminal: true, what: "eras", all: 40, since: began, last: began}
	ticks := make(chan time.Time)
	end := p.follow(ticks)
	at := func(after time.Duration) string { // the second is taken when the first was looked at
		ticks <- began.Add(after)
		ticks <- began.Add(after)
		p.lock.Lock()
		defer p.lock.Unlock()
		return screen(out.String())
	}
	p.step()
	if have := at(1900 * time.Millisecond); have != "" {
		t.Errorf("after 1.9 s: %q", have)
	}
	if have := at(2 * time.Second); !strings.Contains(have, "(1/40)") || !strings.HasPrefix(have, "eras") {
		t.Errorf("after 2 s: %q", have)
	}
	for range 20 {
		p.step()
	}
	if have := at(3 * time.Second); !strings.Contains(have, "(21/40)") {
		t.Errorf("after 3 s: %q", have)
	}
	end()
	if have := screen(out.String()); have != "" || strings.Contains(out.String(), "\n") {
		t.Errorf("in the end: %q", have)
	}
	end() // twice does no harm
}

// TestProgressWhole: a bar that was full before it ended is gone, too.
func TestProgressWhole(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, terminal: true, what: "eras", all: 2, since: began, last: began}
	p.look(began.Add(3 * time.Second))
	if have := screen(out.String()); !strings.Contains(have, "(0/2)") {
		t.Errorf("%q", have)
	}
	for range 3 { // one more than there are
		p.step()
		p.look(began.Add(4 * time.Second))
	}
	p.clear()
	if have := screen(out.String()); have != "" {
		t.Errorf("%q", have)
	}
}

// TestProgressLines: where there is no terminal, a line each ten seconds, and nothing of what took less.
func TestProgressLines(t *testing.T) {
	var out bytes.Buffer
	p := &progress{out: &out, what: "eras", all: 40, since: began, last: began}
	for s := range 25 {
		p.look(began.Add(time.Duration(s) * time.Second))
		p.step()
	}
	p.clear()
	if have := out.String(); have != "10 of 40 eras\n20 of 40 eras\n" {
		t.Errorf("%q", have)
	}
}

// TestProgressNobody: JSON is answered without.
func TestProgressNobody(t *testing.T) {
	c := newBench().Commands()[0]
	if patience(c) == nil {
		t.Error("nobody is told")
	}
	if err := c.Flags().Set("json", "true"); err != nil {
		t.Fatal(err)
	}
	if patience(c) != nil {
		t.Error("somebody is told")
	}
	var quick bytes.Buffer
	for _, out := range []io.Writer{nil, &quick} { // what is done in no time says nothing
		step, end := begin(out, "eras", 3)
		step()
		end()
		end()
	}
	if quick.Len() > 0 {
		t.Errorf("%q", quick.String())
	}
}
