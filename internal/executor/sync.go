package executor

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/program"
)

// Fetch asks others for the object of a name. Whether it is the right one is checked here once more.
type Fetch func(ctx context.Context, name core.Hash) ([]byte, error)

// SyncLedger is a ledger that takes objects that come from elsewhere.
type SyncLedger interface {
	Ledger
	PutObjects(ctx context.Context, objects map[core.Hash][]byte) error
}

// Sync brings the state after a committed batch into a ledger that has none. It goes from the state root, which the
// certificate is about, to every object that it needs. What it has stored it does not ask for again, also after the process
// died; the batch itself comes last, and until then a machine finds nothing to go on from.
type Sync struct {
	batch program.Computed
	rest  []program.Part // to be looked at, the last first
	// Objects and Bytes are what came from others so far.
	Objects, Bytes int
}

// NewSync begins with the state of a committed batch; Previous is the number of the one before it.
func NewSync(b program.Computed) *Sync {
	return &Sync{batch: b, rest: []program.Part{program.Root(b.StateRoot)}}
}

// How many objects are looked at in one go, and how many are asked for at once.
const (
	syncStretch  = 128
	syncQuestion = 8
)

// Batch is the one whose state is fetched.
func (s *Sync) Batch() program.Computed { return s.batch }

// Step fetches some objects, and reports whether the state is whole and stored. An error leaves what came before it; the
// next step tries again.
func (s *Sync) Step(ctx context.Context, to SyncLedger, fetch Fetch) (done bool, err error) {
	if len(s.rest) == 0 {
		return true, to.PutBatch(ctx, s.batch, nil)
	}
	from := len(s.rest) - min(len(s.rest), syncStretch)
	parts := s.rest[from:]
	data := make([][]byte, len(parts))
	came := make([]bool, len(parts))
	var work errgroup.Group
	work.SetLimit(syncQuestion)
	for i, p := range parts {
		if have, err := to.Object(ctx, p.Name); err == nil {
			data[i] = have
			continue
		}
		work.Go(func() error {
			one, err := fetch(ctx, p.Name)
			if err != nil {
				return err
			}
			if program.Sum(one) != p.Name {
				return fmt.Errorf("object %s: %w: others say that it is %d bytes of %s", p.Name, program.ErrCorrupt, len(one), program.Sum(one))
			}
			data[i], came[i] = one, true
			return nil
		})
	}
	failed := work.Wait()
	made := map[core.Hash][]byte{}
	for i, is := range came {
		if is {
			made[parts[i].Name] = data[i]
		}
	}
	if err := to.PutObjects(ctx, made); err != nil {
		return false, err
	}
	for _, one := range made {
		s.Objects++
		s.Bytes += len(one)
	}
	if failed != nil { // what came is stored, and is not asked for again
		return false, fmt.Errorf("fetch the state of set %d after batch %d, %d objects so far: %w", s.batch.Set, s.batch.Number, s.Objects, failed)
	}
	var next []program.Part
	for i, p := range parts {
		needs, err := p.Needs(data[i])
		if err != nil {
			return false, err
		}
		next = append(next, needs...)
	}
	s.rest = append(s.rest[:from:from], next...)
	return false, nil
}
