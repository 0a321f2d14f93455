package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// The events of offences and disputes.
type (
	OffenceReported = bindings.OffencesOffenceReported
	Disputed        = bindings.OffencesDisputed
	Upheld          = bindings.OffencesUpheld
	SlashExecuted   = bindings.OffencesSlashExecuted
	SlashRequested  = bindings.OffencesSlashRequested
)

var (
	delegators = bindings.NewNetworkRestakeDelegator() // stakeAt is every delegator's
	slashers   = bindings.NewVetoSlasher()
)

// OffencesOf returns the offences on record in a set up to a block, in the order of their reports.
func (r *Roster) OffencesOf(ctx context.Context, set core.SetID, block uint64) ([]*OffenceReported, error) {
	return events(ctx, r, block, source[OffenceReported]{
		r.At.Offences, offences.GetABI(), "OffenceReported", offences.UnpackOffenceReportedEvent}, topic(set))
}

// Disputes returns every dispute filed up to a block, and those of them that the judge upheld, by id.
func (r *Roster) Disputes(ctx context.Context, block uint64) ([]*Disputed, map[common.Hash]*Upheld, error) {
	filed, err := events(ctx, r, block, source[Disputed]{
		r.At.Offences, offences.GetABI(), "Disputed", offences.UnpackDisputedEvent})
	if err != nil {
		return nil, nil, err
	}
	upheld, err := events(ctx, r, block, source[Upheld]{
		r.At.Offences, offences.GetABI(), "Upheld", offences.UnpackUpheldEvent})
	if err != nil {
		return nil, nil, err
	}
	byID := map[common.Hash]*Upheld{}
	for _, u := range upheld {
		byID[u.Id] = u
	}
	return filed, byID, nil
}

// SlashesOf returns the slashes requested and executed in a set up to a block.
func (r *Roster) SlashesOf(ctx context.Context, set core.SetID, block uint64) ([]*SlashRequested, []*SlashExecuted, error) {
	requested, err := events(ctx, r, block, source[SlashRequested]{
		r.At.Offences, offences.GetABI(), "SlashRequested", offences.UnpackSlashRequestedEvent}, topic(set))
	if err != nil {
		return nil, nil, err
	}
	executed, err := events(ctx, r, block, source[SlashExecuted]{
		r.At.Offences, offences.GetABI(), "SlashExecuted", offences.UnpackSlashExecutedEvent}, topic(set))
	return requested, executed, err
}

// VaultSlash is Symbiotic's own event of what left a vault: the only truth about tokens moved.
type VaultSlash = bindings.VaultOnSlash

// VaultSlashes returns what was ever taken from a vault up to a block, by anyone.
func (r *Roster) VaultSlashes(ctx context.Context, vault common.Address, block uint64) ([]*VaultSlash, error) {
	return events(ctx, r, block, source[VaultSlash]{vault, vaults.GetABI(), "OnSlash", vaults.UnpackOnSlashEvent})
}

// OffenceBinding returns an offence as the contracts take it.
func OffenceBinding(o slash.Offence) bindings.OffenceId {
	return bindings.OffenceId{Set: Number(o.Set), Operator: common.Address(o.Operator), Era: uint64(o.Era), Kind: uint8(o.Kind)}
}

// LinksAt returns the vaults that stood in an operator's slots at t.
func (r *Roster) LinksAt(ctx context.Context, set core.SetID, operator core.Address, t core.Time, block uint64) ([]common.Address, error) {
	all, err := Read(ctx, r.Client, r.At.Middleware, Number(block),
		middleware.PackLinksAt(Number(set), common.Address(operator), Number(t)), middleware.UnpackLinksAt)
	if err != nil {
		return nil, err
	}
	var linked []common.Address
	for _, v := range all {
		if v != (common.Address{}) {
			linked = append(linked, v)
		}
	}
	return linked, nil
}

// Cases returns where each slash of an offence stands at a block, one case per vault that counted at its
// capture, in the order of the slots.
func (r *Roster) Cases(ctx context.Context, o slash.Offence, reportedAt core.Time, block uint64) ([]slash.Case, error) {
	linked, err := r.LinksAt(ctx, o.Set, o.Operator, r.Times.Capture(o.Era), block)
	if err != nil {
		return nil, err
	}
	var cases []slash.Case
	for _, vault := range linked {
		c, err := r.caseOf(ctx, o, vault, block)
		if err != nil {
			return nil, fmt.Errorf("read the slash of %s in vault %v: %w", o.Operator, vault, err)
		}
		c.ReportedAt = reportedAt
		cases = append(cases, c)
	}
	return cases, nil
}

func (r *Roster) caseOf(ctx context.Context, o slash.Offence, vault common.Address, block uint64) (slash.Case, error) {
	// Cases asks for vaults that were linked at the capture alone, which is what counting means.
	c := slash.Case{Offence: o, Vault: core.Address(vault), Counted: true, Upheld: o.Kind == slash.WrongResult}
	number, capture := Number(block), Number(r.Times.Capture(o.Era))
	v, err := r.Vault(ctx, vault, block)
	if err != nil {
		return c, err
	}
	c.EpochDuration, c.VetoDuration = core.Time(v.EpochDuration.Uint64()), core.Time(v.VetoDuration.Uint64())
	subnetwork := r.Subnetwork(o.Set)
	stake, err := Read(ctx, r.Client, v.Delegator, number,
		delegators.PackStakeAt(subnetwork, common.Address(o.Operator), capture, nil), delegators.UnpackStakeAt)
	if revert := (*Revert)(nil); errors.As(err, &revert) {
		stake, err = new(big.Int), nil // as the Middleware counts a vault that cannot be read
	}
	if err != nil {
		return c, err
	}
	terms, err := Read(ctx, r.Client, r.At.Middleware, number,
		middleware.PackOffenceTermsAt(Number(o.Set), capture), middleware.UnpackOffenceTermsAt)
	if err != nil {
		return c, err
	}
	fraction := core.Bps(terms.EquivocationBps)
	if o.Kind == slash.WrongResult {
		fraction = core.Bps(terms.WrongResultBps)
	}
	if c.Penalty, err = slash.Penalty(o.Kind, fraction, Amount(stake)); err != nil {
		return c, err
	}
	slashable, err := Read(ctx, r.Client, v.Slasher, number,
		slashers.PackSlashableStake(subnetwork, common.Address(o.Operator), capture, nil), slashers.UnpackSlashableStake)
	if err != nil {
		return c, err
	}
	c.Slashable = Amount(slashable)
	s, err := Read(ctx, r.Client, r.At.Offences, number, offences.PackSlashOf(OffenceBinding(o), vault), offences.UnpackSlashOf)
	if err != nil || s.RequestedAt.Sign() == 0 {
		return c, err
	}
	c.RequestedAt = core.Time(s.RequestedAt.Uint64())
	request, err := Read(ctx, r.Client, v.Slasher, number, slashers.PackSlashRequests(s.Index), slashers.UnpackSlashRequests)
	if err != nil {
		return c, err
	}
	if s.Executed {
		c.ExecutedAt = c.RequestedAt // the moment itself is in the event; that it is set is what matters here
	}
	c.Vetoed = request.Completed && !s.Executed
	return c, nil
}

// SlashNumber is the number under which a case was requested at its vault's slasher, and when; 0 for both when it was not.
func (r *Roster) SlashNumber(ctx context.Context, o slash.Offence, vault common.Address, block uint64) (number *big.Int, at core.Time, err error) {
	s, err := Read(ctx, r.Client, r.At.Offences, Number(block), offences.PackSlashOf(OffenceBinding(o), vault), offences.UnpackSlashOf)
	if err != nil || s.RequestedAt.Sign() == 0 {
		return new(big.Int), 0, err
	}
	return s.Index, core.Time(s.RequestedAt.Uint64()), nil
}

// VetoCall ends a slash that was requested; the sender must be its resolver, and in time (Symbiotic's VetoSlasher).
func VetoCall(slasher common.Address, number *big.Int) Call {
	return To(slasher, slashers.PackVetoSlash(number, nil))
}

// UpholdCall says which side of a dispute is wrong; the sender must be the judge.
func UpholdCall(at Addresses, d bindings.Dispute, wrong core.Hash) Call {
	return To(at.Offences, offences.PackUphold(d, wrong))
}

// ResolverOf returns who can veto a set's slashes at a slasher, zero when nobody can.
func (r *Roster) ResolverOf(ctx context.Context, set core.SetID, slasher common.Address, block uint64) (common.Address, error) {
	return Read(ctx, r.Client, slasher, Number(block), slashers.PackResolver(r.Subnetwork(set), nil), slashers.UnpackResolver)
}

// Subnetwork is the identifier by which Symbiotic knows a set.
func (r *Roster) Subnetwork(set core.SetID) (id [32]byte) {
	copy(id[:20], r.At.Middleware[:])
	Number(set).FillBytes(id[20:])
	return id
}
