package gas

import (
	"context"
	"fmt"
	"sync"
)

// story is a chain on which steps happen in a fixed order, some of them measured. Asking for a row runs the steps
// up to its own and no further, so that a row's number does not depend on which others were asked for.
type story struct {
	name  string
	steps []func(context.Context) error

	mu   sync.Mutex
	done int
	err  error
	got  map[string]uint64
}

// record keeps a row's number. Only steps call it.
func (s *story) record(row string, n uint64) {
	if s.got == nil {
		s.got = map[string]uint64{}
	}
	s.got[row] = n
}

// take returns a row's number, going as far in the story as it needs.
func (s *story) take(ctx context.Context, row string) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		if n, measured := s.got[row]; measured {
			return n, nil
		}
		if s.err != nil {
			return 0, s.err
		}
		if s.done == len(s.steps) {
			return 0, fmt.Errorf("%s: no step measures %s", s.name, row)
		}
		if err := s.steps[s.done](ctx); err != nil {
			s.err = fmt.Errorf("%s: step %d: %w", s.name, s.done, err)
		}
		s.done++
	}
}
