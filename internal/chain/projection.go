package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/errgroup"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
)

// projectAtOnce is how many operators are asked about at a time.
const projectAtOnce = 8

// Projection reads what the capture of an era that is still to come will see if nothing changes until then: Symbiotic's and
// our checkpoints answer for a future moment with the last of them. So what is announced, and what ends by then (a jail), is
// in it. It is Snapshot for captures of which the Middleware says nothing yet.
func (r *Roster) Projection(ctx context.Context, set core.SetID, e core.Era, block uint64) (stake.Snapshot, error) {
	s, list, err := r.field(ctx, set, e, block)
	if err != nil {
		return s, err
	}
	s.Operators, err = r.projectAll(ctx, set, list, s.Capture, block)
	return s, err
}

// projectAll is a set's operators as they will be.
func (r *Roster) projectAll(ctx context.Context, set core.SetID, list []Operator, t core.Time, block uint64) ([]stake.Operator, error) {
	all := make([]stake.Operator, len(list))
	work, ctx := errgroup.WithContext(ctx)
	work.SetLimit(projectAtOnce)
	for i, known := range list {
		work.Go(func() (err error) {
			all[i], err = r.projected(ctx, set, known.Address, t, block)
			if err != nil {
				err = fmt.Errorf("read operator %s of set %d as of %d: %w", known.Address, set, t, err)
			}
			return err
		})
	}
	return all, work.Wait()
}

// projected is an operator with what it will have in each vault.
func (r *Roster) projected(ctx context.Context, set core.SetID, a core.Address, t core.Time, block uint64) (stake.Operator, error) {
	o, err := r.standingOf(ctx, set, a, t, block)
	if err != nil {
		return o, err
	}
	links, err := r.LinksAt(ctx, set, a, t, block)
	if err != nil {
		return o, err
	}
	for _, at := range links {
		details, err := r.Vault(ctx, at, block)
		if err != nil {
			return o, err
		}
		v := stake.Vault{Address: core.Address(at)}
		if v.Weight, err = r.weightOf(ctx, at, t, Number(block)); err != nil {
			return o, err
		}
		amount, err := Read(ctx, r.Client, details.Delegator, Number(block),
			delegators.PackStakeAt(r.Subnetwork(set), common.Address(a), Number(t), nil), delegators.UnpackStakeAt)
		// A delegator that reverts is unreadable, as for the Middleware.
		if revert := (*Revert)(nil); err != nil && !errors.As(err, &revert) {
			return o, fmt.Errorf("stake in vault %s: %w", at, err)
		}
		if err == nil {
			v.Stake, v.Readable = Amount(amount), true
		}
		o.Vaults = append(o.Vaults, v)
	}
	return o, nil
}
