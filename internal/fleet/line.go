package fleet

import (
	"context"

	"github.com/gear-tech/roster/core"
)

// line is what nodes of a fleet say to each other: what one says all living others hear, at the end of a round, in the
// order in which it was said. Cut parts those of whom it says so.
type line struct {
	f    *Fleet
	said []saying
	// cut says that two do not reach each other now; nil: all do.
	cut func(from, to int) bool
}

type saying struct {
	from    int
	message []byte
}

// publish is a member's way to speak.
func (l *line) publish(from int) func(context.Context, core.SetID, []byte) error {
	return func(_ context.Context, _ core.SetID, message []byte) error {
		l.said = append(l.said, saying{from, message})
		return nil
	}
}

// deliver lets everyone hear what was said; false: nothing was.
func (l *line) deliver() bool {
	said := l.said
	l.said = nil
	for _, s := range said {
		for _, m := range l.f.nodes {
			if m.index != s.from && m.node != nil && (l.cut == nil || !l.cut(s.from, m.index)) {
				m.node.Hear(s.message)
			}
		}
	}
	return len(said) > 0
}
