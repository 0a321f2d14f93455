package chain

import (
	"context"
	"errors"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
)

// Backing is what a vault holds, base units of its collateral: of everybody, not of one operator.
type Backing struct {
	Vault, Collateral common.Address
	Epoch             VaultEpoch
	// Active is what is delegated. What was withdrawn counts at no capture after its block any more.
	Active core.Amount
	// Leaving are the vault's two buckets: what was withdrawn in the epoch before the present one, and what was in the present
	// one. Until it is free it can be slashed for captures at which it was still active.
	Leaving [2]Leaving
}

// Leaving is what waits in a bucket.
type Leaving struct {
	Epoch  uint64
	Amount core.Amount
	FreeAt core.Time // the first second at which it can be claimed
}

// BackingOf reads what a vault holds at a block.
func (r *Roster) BackingOf(ctx context.Context, vault common.Address, block uint64) (Backing, error) {
	b := Backing{Vault: vault}
	details, err := r.Vault(ctx, vault, block)
	if err != nil {
		return b, err
	}
	b.Collateral = details.Collateral
	if b.Epoch, err = r.EpochOf(ctx, vault, block); err != nil {
		return b, err
	}
	if b.Active, err = r.ActiveStake(ctx, vault, block); err != nil {
		return b, err
	}
	for i := range b.Leaving {
		l := Leaving{Epoch: b.Epoch.Number + uint64(i), FreeAt: b.Epoch.Start + core.Time(i+1)*b.Epoch.Duration}
		amount, err := Read(ctx, r.Client, vault, Number(block), vaults.PackWithdrawals(Number(l.Epoch)), vaults.UnpackWithdrawals)
		if err != nil {
			return b, err
		}
		l.Amount = Amount(amount)
		b.Leaving[i] = l
	}
	return b, nil
}

// Exposure is what an Executor answers for with what it had at one capture, wVARA base units.
type Exposure struct {
	Era core.Era
	// Slashable is what is left of the stake of the capture, by its rules (slashableAt). Withdrawals since do not lessen it.
	Slashable core.Amount
	// ReportBy is the last second at which an offence of the era can be reported; RequestBy the last at which a slash for one
	// that was can be requested. If nothing is reported, it is free after the first of the two.
	ReportBy, RequestBy core.Time
}

// ExposureOf reads of which eras offences of an operator can still be reported, at a block of timestamp now: those for which
// it stands in the list, ascending.
func (r *Roster) ExposureOf(ctx context.Context, set core.SetID, operator core.Address, block uint64, now core.Time) ([]Exposure, error) {
	if now == 0 {
		return nil, errors.New("exposure at the time 0: want that of a block")
	}
	newest, any := r.Times.CapturedAt(now - 1)
	if !any {
		return nil, nil
	}
	first := newest
	for first > 0 && r.Times.Deadline(first-1) >= now {
		first--
	}
	var list []Exposure
	for e := first; e <= newest; e++ {
		if r.Times.Deadline(e) < now {
			continue
		}
		elected, stands, err := r.Standing(ctx, set, e, block)
		if err != nil {
			return nil, err
		}
		if !stands || elected.IndexOf(operator) < 0 {
			continue
		}
		amount, err := Read(ctx, r.Client, r.At.Middleware, Number(block),
			middleware.PackSlashableAt(Number(set), common.Address(operator), Number(r.Times.Capture(e))), middleware.UnpackSlashableAt)
		if err != nil {
			return nil, err
		}
		list = append(list, Exposure{Era: e, Slashable: Amount(amount), ReportBy: r.Times.Deadline(e), RequestBy: r.Times.RequestDeadline(e)})
	}
	return list, nil
}
