package doctor

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/store"
)

// store opens the node's file as the node does, only if it is there, and looks how far it has come.
func (v *visit) store(ctx context.Context) error {
	wrong := func(why core.Reason, c Check) error {
		c.Name, c.Subject = "store", v.Store
		v.found(why, c)
		return nil
	}
	if info, err := os.Stat(v.Store); errors.Is(err, os.ErrNotExist) {
		return wrong(storeMissing, Check{})
	} else if err != nil || info.IsDir() {
		return wrong(storeUnreadable, Check{})
	}
	s, err := store.Open(ctx, v.Store)
	if errors.Is(err, store.ErrLocked) {
		v.ok("store", v.Store, "a node has it open; its /readyz says how far it has come")
		return nil
	}
	if err != nil {
		if why, known := storeReason(err); known {
			return wrong(why, Check{})
		}
		return wrong(storeUnreadable, Check{Text: err.Error()})
	}
	err = v.openStore(ctx, s, wrong)
	return errors.Join(err, s.Close())
}

// storeReason says why a file does not open.
func storeReason(err error) (core.Reason, bool) {
	for _, r := range []struct {
		is  error
		why core.Reason
	}{{store.ErrCorrupt, storeCorrupt}, {store.ErrNewer, storeVersion}, {store.ErrMigration, storeVersion}, {store.ErrForeign, storeForeign}} {
		if errors.Is(err, r.is) {
			return r.why, true
		}
	}
	return core.Reason{}, false
}

// openStore looks at a file that opened.
func (v *visit) openStore(ctx context.Context, s *store.Store, wrong func(core.Reason, Check) error) error {
	cursor, any, err := s.Cursor(ctx)
	if err != nil {
		return err
	}
	if !any { // an empty file is nobody's yet, and must not become a network's by being looked at
		return wrong(storeEmpty, Check{})
	}
	if v.wantChain() != 0 {
		if err := s.Bind(ctx, v.wantChain(), core.Address(v.Middleware)); errors.Is(err, store.ErrForeign) {
			return wrong(storeForeign, Check{Need: fmt.Sprintf("chain %d, Middleware %s", v.wantChain(), name(v.Middleware))})
		} else if err != nil {
			return err
		}
	}
	if v.roster == nil {
		v.ok("store", v.Store, "opens, and has read up to block %d", cursor.Number)
		return nil
	}
	final := v.finalized
	if final.Hash.IsZero() {
		final = chain.Block{Number: v.block, Time: v.now}
	}
	header, err := v.client.HeaderByNumber(ctx, chain.Number(cursor.Number))
	if err != nil && cursor.Number <= v.block {
		return fmt.Errorf("read block %d: %w", cursor.Number, err)
	}
	if err != nil || core.Hash(header.Hash()) != cursor.Hash {
		return wrong(storeBranch, Check{Have: cursor.String()})
	}
	allowed := v.roster.Times.InclusionMargin
	if cursor.Number < final.Number && final.Time > cursor.Time+allowed {
		return wrong(storeBehind, Check{Text: fmt.Sprintf("%s behind what is final", span(final.Time-cursor.Time)),
			Have: fmt.Sprintf("block %d", cursor.Number), Need: fmt.Sprintf("block %d", final.Number)})
	}
	v.ok("store", v.Store, "opens, is this network's, and has read up to block %d", cursor.Number)
	return nil
}
