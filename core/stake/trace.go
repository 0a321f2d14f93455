package stake

import (
	"fmt"
	"slices"

	"github.com/gear-tech/roster/core"
)

// trace is a value over time: OpenZeppelin's and Symbiotic's Checkpoints, a list of (time, value) in ascending order
// of time. A value counts from its time on, until the next one's.
type trace[T any] struct {
	points []point[T]
}

type point[T any] struct {
	at    core.Time
	value T
}

// push adds a value. Of several at one time the last counts. A time before the last one's is an error: no contract
// writes its past.
func (t *trace[T]) push(at core.Time, value T) error {
	if n := len(t.points); n > 0 {
		switch last := &t.points[n-1]; {
		case at < last.at:
			return fmt.Errorf("%w: a value at %d after one at %d", ErrOrder, at, last.at)
		case at == last.at:
			last.value = value
			return nil
		}
	}
	t.points = append(t.points, point[T]{at, value})
	return nil
}

// at returns the value that counts at a time, the zero value before the first.
func (t *trace[T]) at(at core.Time) (value T) {
	if t == nil {
		return value
	}
	i := len(t.points)
	if i > 0 && t.points[i-1].at > at { // most questions are about the present
		i, _ = slices.BinarySearchFunc(t.points, at, func(p point[T], at core.Time) int {
			if p.at <= at {
				return -1
			}
			return 1
		})
	}
	if i == 0 {
		return value
	}
	return t.points[i-1].value
}

// next returns the time of the first value that counts only after a time; false when there is none.
func (t *trace[T]) next(after core.Time) (core.Time, bool) {
	if t == nil {
		return 0, false
	}
	i := len(t.points)
	for i > 0 && t.points[i-1].at > after { // few are to come
		i--
	}
	if i == len(t.points) {
		return 0, false
	}
	return t.points[i].at, true
}

// latest returns the last value, whether or not its time has come.
func (t *trace[T]) latest() (value T) {
	if t == nil || len(t.points) == 0 {
		return value
	}
	return t.points[len(t.points)-1].value
}

// exists reports whether there ever was a value.
func (t *trace[T]) exists() bool { return t != nil && len(t.points) > 0 }

// dropAfter removes the values that count only after a time.
func (t *trace[T]) dropAfter(at core.Time) {
	for n := len(t.points); n > 0 && t.points[n-1].at > at; n-- {
		t.points = t.points[:n-1]
	}
}

// of returns the trace of a key, made when it is not there.
func of[K comparable, T any](m map[K]*trace[T], key K) *trace[T] {
	t := m[key]
	if t == nil {
		t = &trace[T]{}
		m[key] = t
	}
	return t
}
