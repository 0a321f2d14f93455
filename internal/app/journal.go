package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

func journalPath(dir string) string { return filepath.Join(dir, "journal.db") }

// openJournal opens the signing journal, a file of its own. One that is made now may follow one that was lost: it
// signs for no set that could have signed already, that is of no era up to the chain's present one.
func openJournal(ctx context.Context, s Setup, r *chain.Roster) (*store.Journal, error) {
	return store.OpenJournal(ctx, journalPath(s.Dir), store.JournalOptions{
		ChainID: r.ChainID, Router: core.Address(r.At.Router), Key: s.Key.PublicKey().Hash(),
		SafeEra: func(ctx context.Context) (core.Era, error) {
			head, err := s.Heads.Head(ctx)
			if err != nil {
				return 0, err
			}
			// An endpoint can lag, and a clock be wrong: the later of the two, for a safe era that is too late costs
			// an era's signatures, and one that is too early a stake.
			now := max(head.Time, core.Time(max(time.Now().Unix(), 0)))
			if e, started := r.Times.At(now); started {
				return e + 1, nil
			}
			return 0, nil
		}})
}

// OpenJournal opens the signing journal that a node with these settings has; the node must not run. Without make it is
// an error that there is none. Close it when done.
func OpenJournal(ctx context.Context, c Config, make bool, log *slog.Logger) (*store.Journal, error) {
	s, pool, err := c.setup(ctx, log, NewMetrics())
	if err != nil {
		return nil, err
	}
	if s.Key == nil {
		return nil, &chain.Error{Kind: chain.User, Err: errors.New("bls.keystore: want the key whose journal it is")}
	}
	if _, err := os.Stat(journalPath(s.Dir)); !make && errors.Is(err, fs.ErrNotExist) {
		return nil, &chain.Error{Kind: chain.User, Err: fmt.Errorf("no journal at %s: name the node's data directory with --data", journalPath(s.Dir))}
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, &chain.Error{Kind: chain.User, Err: fmt.Errorf("make the data directory: %w", err)}
	}
	r, err := chain.Open(ctx, pool, s.Middleware, s.Programs, s.FirstBlock)
	if err != nil {
		return nil, err
	}
	return openJournal(ctx, s, r)
}
