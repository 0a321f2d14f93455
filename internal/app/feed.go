package app

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
)

// feed hands on what a log says at level info, outcomes that an operator wants to see, to whoever listens at the node.
// Warnings and errors stay in the log: they name what is nobody else's business.
type feed struct {
	slog.Handler
	attrs []slog.Attr
	to    *atomic.Pointer[func(kind string, fields map[string]string)]
}

// listened makes a log that is also handed on; hand it on by storing a function.
func listened(log *slog.Logger) (*slog.Logger, *atomic.Pointer[func(string, map[string]string)]) {
	to := &atomic.Pointer[func(string, map[string]string)]{}
	return slog.New(feed{Handler: log.Handler(), to: to}), to
}

// Enabled implements slog.Handler.
func (f feed) Enabled(ctx context.Context, l slog.Level) bool {
	return l == slog.LevelInfo || f.Handler.Enabled(ctx, l)
}

// Handle implements slog.Handler.
func (f feed) Handle(ctx context.Context, r slog.Record) error {
	if say := f.to.Load(); say != nil && r.Level == slog.LevelInfo {
		fields := map[string]string{}
		add := func(a slog.Attr) bool {
			fields[a.Key] = fmt.Sprint(a.Value.Resolve().Any())
			return true
		}
		for _, a := range f.attrs {
			add(a)
		}
		r.Attrs(add)
		(*say)(r.Message, fields)
	}
	if !f.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return f.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (f feed) WithAttrs(attrs []slog.Attr) slog.Handler {
	return feed{f.Handler.WithAttrs(attrs), append(append([]slog.Attr(nil), f.attrs...), attrs...), f.to}
}

// WithGroup implements slog.Handler.
func (f feed) WithGroup(name string) slog.Handler {
	return feed{f.Handler.WithGroup(name), f.attrs, f.to}
}
