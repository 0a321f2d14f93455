package gas

import (
	"context"
	"errors"
	"strings"

	"github.com/gear-tech/roster/internal/devnet"
)

// stories are those of one fork: each row is measured by one of them.
type stories struct{ hundred, sixteen *story }

func newStories(fork devnet.Fork, name string) stories {
	s := stories{newHundred(fork), newSixteen(fork)}
	s.hundred.name += " under " + name
	s.sixteen.name += " under " + name
	return s
}

func (s stories) of(row string) *story {
	if strings.HasPrefix(row, "challenge.entry.") || row == "report.equivocation.of4" || row == "confirm.4" {
		return s.sixteen
	}
	return s.hundred
}

// chains are both forks' stories, and the failures that were told: a story that stopped would say so for each row.
type chains struct {
	osaka, amsterdam stories
	told             map[error]bool
}

// errTold stands for a failure that another row has told.
var errTold = errors.New("the chain failed before, see above")

// measure fills in a row's numbers, from both chains at once.
func (c chains) measure(ctx context.Context, row Row) (Row, error) {
	var amsterdam uint64
	failed := make(chan error)
	go func() {
		var err error
		amsterdam, err = c.amsterdam.of(row.Row).take(ctx, row.Row)
		failed <- err
	}()
	osaka, err := c.osaka.of(row.Row).take(ctx, row.Row)
	if other := <-failed; err == nil {
		err = other
	}
	switch {
	case c.told[err]:
		return row, errTold
	case err != nil:
		c.told[err] = true
		return row, err
	case strings.HasPrefix(row.Row, "bytecode."):
		row.Bytes = osaka
	default:
		row.Gas, row.Amsterdam = osaka, amsterdam
	}
	return row, nil
}
