package chain

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Elected is a proposal as its event gave it: a set of Executors, active or on its way.
type Elected struct {
	Set      core.SetID
	Era      core.Era
	Proposer core.Address
	// PostedAt is the timestamp of its block, PostedIn the block's number.
	PostedAt core.Time
	PostedIn uint64
	Seed     core.Hash
	Header   batch.Header
	// Aggregate is the packed sum of the keys that the header commits to.
	Aggregate [192]byte
	Entries   []merkle.Entry
}

// HeaderBinding returns the header as the contracts take it.
func (e Elected) HeaderBinding() bindings.Header {
	return bindings.Header{Set: Number(e.Set), Era: uint64(e.Era), Count: e.Header.Count,
		Total: Big(e.Header.Total), Root: e.Header.Root, Key: KeyWords(e.Aggregate)}
}

// EntryBinding returns an entry with its proof as the contracts take it.
func (e Elected) EntryBinding(index int) (bindings.Entry, error) {
	leaves, err := merkle.EntryLeaves(e.Entries)
	if err != nil {
		return bindings.Entry{}, err
	}
	proof, err := merkle.Prove(leaves, index)
	if err != nil {
		return bindings.Entry{}, fmt.Errorf("prove entry %d of set %d, era %d: %w", index, e.Set, e.Era, err)
	}
	entry := e.Entries[index]
	return bindings.Entry{Index: Number(index), Operator: common.Address(entry.Operator), Weight: Big(entry.Weight),
		KeyHash: entry.KeyHash, Proof: words(proof)}, nil
}

// IndexOf returns the place of an operator, -1 when it is not in the set.
func (e Elected) IndexOf(operator core.Address) int {
	return slices.IndexFunc(e.Entries, func(m merkle.Entry) bool { return m.Operator == operator })
}

// PackEntries returns entries as a proposal carries them.
func PackEntries(entries []merkle.Entry) ([]byte, error) {
	out := make([]byte, 0, merkle.EntryLength*len(entries))
	for i, e := range entries {
		packed, err := e.Pack()
		if err != nil {
			return nil, fmt.Errorf("entry %d: %w", i, err)
		}
		out = append(out, packed[:]...)
	}
	return out, nil
}

// HeaderHash is the hash of the header that stands for a set and era at a block, zero when none does.
func (r *Roster) HeaderHash(ctx context.Context, set core.SetID, e core.Era, block uint64) (core.Hash, error) {
	hash, err := Read(ctx, r.Client, r.At.Router, Number(block),
		router.PackHeaderHashOf(Number(set), uint64(e)), router.UnpackHeaderHashOf)
	return core.Hash(hash), err
}

// Standing returns the proposal that stands for a set and era at a block; false when none does.
func (r *Roster) Standing(ctx context.Context, set core.SetID, e core.Era, block uint64) (Elected, bool, error) {
	hash, err := r.HeaderHash(ctx, set, e, block)
	if err != nil || hash.IsZero() {
		return Elected{}, false, err
	}
	proposed, err := events(ctx, r, block, source[bindings.RouterProposed]{
		r.At.Router, router.GetABI(), "Proposed", router.UnpackProposedEvent}, topic(set), topic(e))
	if err != nil {
		return Elected{}, false, err
	}
	for _, p := range slices.Backward(proposed) {
		elected, err := r.electedOf(ctx, p)
		if err != nil {
			return Elected{}, false, err
		}
		if elected.Header.Hash() == hash {
			return elected, true, nil
		}
	}
	return Elected{}, false, &Error{Fatal, fmt.Errorf("set %d, era %d: no event shows the header %x that stands", set, e, hash)}
}

func (r *Roster) electedOf(ctx context.Context, p *bindings.RouterProposed) (Elected, error) {
	e := Elected{Set: core.SetID(p.Set.Uint64()), Era: core.Era(p.Era), Proposer: core.Address(p.Proposer),
		PostedIn: p.Raw.BlockNumber, Aggregate: PackedKey(p.Header.Key)}
	for rest := p.Entries; len(rest) >= merkle.EntryLength; rest = rest[merkle.EntryLength:] {
		e.Entries = append(e.Entries, merkle.UnpackEntry([merkle.EntryLength]byte(rest)))
	}
	e.Header = batch.Header{Set: e.Set, Era: e.Era, Count: p.Header.Count, Total: Amount(p.Header.Total),
		Root: p.Header.Root, AggregateHash: batch.KeyHash(e.Aggregate)}
	// The Router has checked this; a node that says otherwise is not to be believed.
	root, err := merkle.EntryRoot(e.Entries)
	if err != nil || len(p.Entries) != int(e.Header.Count)*merkle.EntryLength || len(e.Entries) > quorum.Width || root != e.Header.Root {
		return e, &Error{Fatal, fmt.Errorf("proposal of set %d, era %d in block %d: %d bytes of entries with root %s do not fit the header %+v (%v)",
			e.Set, e.Era, e.PostedIn, len(p.Entries), root, e.Header, err)}
	}
	if e.PostedAt, err = r.TimeOf(ctx, p.Raw.BlockNumber); err != nil {
		return e, err
	}
	e.Seed, err = r.sealed(ctx, e.Era, p.Raw.BlockNumber)
	return e, err
}

// sealed is the seed of an era as the event of its sealing has it, up to a block: endpoints forget old states, and keep
// old events.
func (r *Roster) sealed(ctx context.Context, e core.Era, block uint64) (core.Hash, error) {
	found, err := events(ctx, r, block, source[bindings.RouterEraSealed]{
		r.At.Router, router.GetABI(), "EraSealed", router.UnpackEraSealedEvent}, topic(e))
	if err != nil {
		return core.Hash{}, err
	}
	if len(found) != 1 {
		return core.Hash{}, &Error{Fatal, fmt.Errorf("era %d was sealed %d times up to block %d, in which a list of it was posted", e, len(found), block)}
	}
	return core.Hash(common.BigToHash(found[0].Seed)), nil
}

// Ejections returns which Executors of a set and era are ejected at a block, and their weight.
func (r *Roster) Ejections(ctx context.Context, set core.SetID, e core.Era, block uint64) (quorum.Bitmap, core.Amount, error) {
	out, err := Read(ctx, r.Client, r.At.Router, Number(block), router.PackEjections(Number(set), uint64(e)), router.UnpackEjections)
	if err != nil {
		return quorum.Bitmap{}, core.Amount{}, err
	}
	bitmap, ok := quorum.FromAmount(Amount(out.Bitmap))
	if !ok {
		return quorum.Bitmap{}, core.Amount{}, &Error{Fatal, fmt.Errorf("ejected map %v of set %d, era %d has over 128 bits", out.Bitmap, set, e)}
	}
	return bitmap, Amount(out.Weight), nil
}

// ActiveEra returns the era of a set's active Executors at a block; false when there are none.
func (r *Roster) ActiveEra(ctx context.Context, set core.SetID, block uint64) (core.Era, bool, error) {
	out, err := Read(ctx, r.Client, r.At.Router, Number(block), router.PackActiveEra(Number(set)), router.UnpackActiveEra)
	return core.Era(out.Era), out.Active, err
}

// Discarded is a proposal that was proven wrong.
type Discarded = bindings.RouterDiscarded

// DiscardedOf returns the challenges that succeeded in a set up to a block.
func (r *Roster) DiscardedOf(ctx context.Context, set core.SetID, block uint64) ([]*Discarded, error) {
	return events(ctx, r, block, source[bindings.RouterDiscarded]{
		r.At.Router, router.GetABI(), "Discarded", router.UnpackDiscardedEvent}, topic(set))
}

// ProposedOf returns every proposal of a set up to a block, those discarded included.
func (r *Roster) ProposedOf(ctx context.Context, set core.SetID, block uint64) ([]Elected, error) {
	proposed, err := events(ctx, r, block, source[bindings.RouterProposed]{
		r.At.Router, router.GetABI(), "Proposed", router.UnpackProposedEvent}, topic(set))
	if err != nil {
		return nil, err
	}
	list := make([]Elected, len(proposed))
	for i, p := range proposed {
		if list[i], err = r.electedOf(ctx, p); err != nil {
			return nil, err
		}
	}
	return list, nil
}
