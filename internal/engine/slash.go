package engine

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/executor"
)

var offences = bindings.NewOffences()

// ConfirmKeys shows, once for each set and era, that the keys behind a header are the registered ones: before
// that nothing signed under it is evidence. It does nothing when that is done.
func (h Hand) ConfirmKeys(ctx context.Context, c executor.Committee) (*types.Receipt, error) {
	done, err := chain.Read(ctx, h.Roster.Client, h.Roster.At.Offences, nil,
		offences.PackKeysConfirmed(c.Header.Hash()), offences.UnpackKeysConfirmed)
	if err != nil || done {
		return nil, err
	}
	call, err := ConfirmKeysCall(h.Roster.At, c)
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, call)
}

// keysOf returns each entry's first word (operator and weight) and key, as the contracts take them.
func keysOf(c executor.Committee) ([][32]byte, [][6][32]byte, error) {
	words, keys := make([][32]byte, len(c.Entries)), make([][6][32]byte, len(c.Entries))
	for i, e := range c.Entries {
		packed, err := e.Pack()
		if err != nil {
			return nil, nil, err
		}
		copy(words[i][:], packed[:32])
		keys[i] = chain.KeyWords(c.Keys[i].Packed())
	}
	return words, keys, nil
}

// ReportBatches proves that Executors of a set signed two batches of one number, and records those of the
// accused who stand in both (places in the set; nil: all of them).
func (h Hand) ReportBatches(ctx context.Context, c executor.Committee, number uint64, hashes [2]core.Hash,
	signed [2]executor.Signed, accused []int) (*types.Receipt, error) {
	if _, err := h.ConfirmKeys(ctx, c); err != nil {
		return nil, err
	}
	call, err := ReportBatchesCall(h.Roster.At, c, number, hashes, signed, accused)
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, call)
}

// ReportRewards is ReportBatches for two reward statements of one slot.
func (h Hand) ReportRewards(ctx context.Context, c executor.Committee, statements [2]batch.Rewards,
	signed [2]executor.Signed, accused []int) (*types.Receipt, error) {
	if _, err := h.ConfirmKeys(ctx, c); err != nil {
		return nil, err
	}
	call, err := ReportRewardsCall(h.Roster.At, c, statements, signed, accused)
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, call)
}

func accusedEntries(e chain.Elected, accused []int) ([]bindings.Entry, error) {
	entries := make([]bindings.Entry, len(accused))
	for i, index := range accused {
		var err error
		if entries[i], err = e.EntryBinding(index); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// DisputeBatches puts two contradicting batches of one slot before the judge, one of them certified.
func (h Hand) DisputeBatches(ctx context.Context, c [2]executor.Committee, b [2]batch.Batch, signed [2]executor.Signed) (*bindings.OffencesDisputed, *types.Receipt, error) {
	for i := range c {
		if _, err := h.ConfirmKeys(ctx, c[i]); err != nil {
			return nil, nil, err
		}
	}
	call, err := DisputeBatchesCall(h.Roster.At, c, b, signed)
	if err != nil {
		return nil, nil, err
	}
	receipt, err := h.Sender.Do(ctx, call)
	if err != nil {
		return nil, receipt, err
	}
	for _, l := range receipt.Logs {
		if d, err := offences.UnpackDisputedEvent(l); err == nil {
			return d, receipt, nil
		}
	}
	return nil, receipt, fmt.Errorf("dispute in transaction %v: no event", receipt.TxHash)
}

// Uphold says which side of a dispute is wrong; the hand must be the judge's.
func (h Hand) Uphold(ctx context.Context, d bindings.Dispute, wrong core.Hash) (*types.Receipt, error) {
	return h.do(ctx, h.Roster.At.Offences, offences.PackUphold(d, wrong))
}

// ReportWrongResult records those who signed the statement that the judge called wrong (places in its set).
func (h Hand) ReportWrongResult(ctx context.Context, d bindings.Dispute, wrong chain.Elected, accused []int) (*types.Receipt, error) {
	call, err := ReportWrongResultCall(h.Roster.At, d, wrong, accused)
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, call)
}

// RequestSlash requests the slash of an offence in one vault.
func (h Hand) RequestSlash(ctx context.Context, o slash.Offence, vault core.Address) (*types.Receipt, error) {
	return h.Sender.Do(ctx, RequestSlashCall(h.Roster.At, o, vault))
}

// ExecuteSlash executes it.
func (h Hand) ExecuteSlash(ctx context.Context, o slash.Offence, vault core.Address) (*types.Receipt, error) {
	return h.Sender.Do(ctx, ExecuteSlashCall(h.Roster.At, o, vault))
}

// Cases returns where every slash of a set stands at a block, and the disputes that may hold some up. Offences of which
// skip says so are left out (nil: none).
func Cases(ctx context.Context, r *chain.Roster, set core.SetID, block uint64, skip func(slash.Offence) bool) ([]slash.Case, []slash.Dispute, error) {
	reported, err := r.OffencesOf(ctx, set, block)
	if err != nil {
		return nil, nil, err
	}
	var cases []slash.Case
	for _, o := range reported {
		at, err := r.TimeOf(ctx, o.Raw.BlockNumber)
		if err != nil {
			return nil, nil, err
		}
		id := slash.Offence{Set: set, Operator: core.Address(o.Operator), Era: core.Era(o.Era), Kind: slash.Kind(o.Kind)}
		if skip != nil && skip(id) {
			continue
		}
		more, err := r.Cases(ctx, id, at, block)
		if err != nil {
			return nil, nil, err
		}
		cases = append(cases, more...)
	}
	filed, upheld, err := r.Disputes(ctx, block)
	if err != nil {
		return nil, nil, err
	}
	var disputes []slash.Dispute
	for _, f := range filed {
		at, err := r.TimeOf(ctx, f.Raw.BlockNumber)
		if err != nil {
			return nil, nil, err
		}
		d := slash.Dispute{Set: core.SetID(f.Dispute.Set.Uint64()), FiledAt: at,
			Eras: [2]core.Era{core.Era(f.Dispute.A.Era), core.Era(f.Dispute.B.Era)}}
		if u := upheld[f.Id]; u != nil {
			d.Upheld, d.WrongEra = true, d.Eras[1]
			if u.WrongDigest == f.Dispute.A.Digest {
				d.WrongEra = d.Eras[0]
			}
		}
		disputes = append(disputes, d)
	}
	return cases, disputes, nil
}

// SlashStep does what is due for the slashes of a set: requests and executes, each case on its own. It returns
// the actions that core found, done or not, one per case; what one case could not do does not stop the others,
// its error stands beside it.
func (h Hand) SlashStep(ctx context.Context, set core.SetID) ([]Done, error) {
	block, now, err := h.Roster.Head(ctx)
	if err != nil {
		return nil, err
	}
	cases, disputes, err := Cases(ctx, h.Roster, set, block, nil)
	if err != nil {
		return nil, err
	}
	var list []Done
	for _, c := range cases {
		d := Done{Case: c, Action: slash.Next(h.Roster.Times, now, c, cases, disputes)}
		switch d.Action.Verb {
		case slash.Request:
			d.Receipt, d.Err = h.RequestSlash(ctx, c.Offence, c.Vault)
		case slash.Execute:
			d.Receipt, d.Err = h.ExecuteSlash(ctx, c.Offence, c.Vault)
		}
		list = append(list, d)
	}
	return list, nil
}

// Done is what SlashStep did about one case.
type Done struct {
	Case    slash.Case
	Action  slash.Action
	Receipt *types.Receipt // nil when nothing was due
	Err     error
}
