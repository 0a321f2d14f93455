package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
)

// When somebody who waits is told how far it is: not at once, for most is done in no time; a line, where there is no
// terminal, seldom enough not to fill a log.
const (
	showAfter = 2 * time.Second
	lineEvery = 10 * time.Second
	lookEvery = 200 * time.Millisecond
)

// progress tells how far a long computation has come: a bar on a terminal, which is gone at the end, else a line now
// and then.
type progress struct {
	out      io.Writer
	terminal bool
	what     string // in the plural
	all      int

	lock  sync.Mutex
	done  int
	since time.Time // when it began
	last  time.Time // when the last line was written, or it began
	bar   *progressbar.ProgressBar
}

// patience is where to tell how far a command has come: its stderr, or nil for one that answers with JSON.
func patience(c *cobra.Command) io.Writer {
	if f := c.Flags().Lookup("json"); f != nil && f.Value.String() == "true" {
		return nil
	}
	return c.ErrOrStderr()
}

// begin starts to tell. step says that one more is done; end must be called before anything else is written. Without a
// writer both do nothing.
func begin(out io.Writer, what string, all int) (step, end func()) {
	if out == nil || all <= 0 {
		return func() {}, func() {}
	}
	p := &progress{out: out, terminal: isTerminal(out), what: what, all: all, since: time.Now(), last: time.Now()}
	ticker := time.NewTicker(lookEvery)
	stop := p.follow(ticker.C)
	return p.step, func() { ticker.Stop(); stop() }
}

// follow looks at each tick, until the function that it returns is called.
func (p *progress) follow(ticks <-chan time.Time) (end func()) {
	over, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		for {
			select {
			case now := <-ticks:
				p.look(now)
			case <-over:
				return
			}
		}
	}()
	return sync.OnceFunc(func() { close(over); <-gone; p.clear() })
}

func (p *progress) step() {
	p.lock.Lock()
	defer p.lock.Unlock()
	p.done++
}

// look shows what there is to show at a time.
func (p *progress) look(now time.Time) {
	p.lock.Lock()
	defer p.lock.Unlock()
	if !p.terminal {
		if now.Sub(p.last) >= lineEvery {
			p.last = now
			fmt.Fprintf(p.out, "%d of %d %s\n", p.done, p.all, p.what)
		}
		return
	}
	if now.Sub(p.since) < showAfter {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions(p.all, progressbar.OptionSetWriter(p.out), progressbar.OptionSetDescription(p.what),
			progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false),
			progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(), progressbar.OptionSetRenderBlankState(true))
	}
	_ = p.bar.Set(min(p.done, p.all)) // a bar that cannot be drawn is no reason to fail
}

// clear removes the bar.
func (p *progress) clear() {
	if p.bar != nil {
		_ = p.bar.Clear()
	}
}
