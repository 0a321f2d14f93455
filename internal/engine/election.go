package engine

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/election"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/bls"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

var (
	router = bindings.NewRouter()
	erc20  = bindings.NewWrappedVara()
)

// sealGas is ample for a seal, which takes about 50,000, also should state become several times dearer.
const sealGas = 400_000

// ErrNotSealed is returned where an election needs the seed of an era that has none yet.
var ErrNotSealed = errors.New("era not sealed")

// Decision is an election as this node computed it.
type Decision struct {
	Snapshot stake.Snapshot
	Draw     election.Draw
	Result   election.Result
	// Aggregate is the sum of the elected keys, packed; zero when nobody is elected.
	Aggregate [192]byte
	// Registered are all keys of the set's operators, by hash.
	Registered map[core.Hash][192]byte
}

// Decide computes the election of a set and era from the chain, at a block after its seal.
func Decide(ctx context.Context, r *chain.Roster, set core.SetID, e core.Era, block uint64) (Decision, error) {
	return DecideFrom(ctx, r, r, set, e, block)
}

// DecideFrom is Decide with the stakes from another source than the chain's own views.
func DecideFrom(ctx context.Context, r *chain.Roster, from Source, set core.SetID, e core.Era, block uint64) (Decision, error) {
	seed, err := r.Seed(ctx, e, block)
	if err != nil {
		return Decision{}, err
	}
	if seed.IsZero() {
		return Decision{}, fmt.Errorf("elect set %d, era %d: %w", set, e, ErrNotSealed)
	}
	d := Decision{Draw: election.Draw{ChainID: r.ChainID, Router: core.Address(r.At.Router), Seed: seed}}
	if d.Snapshot, err = from.Snapshot(ctx, set, e, block); err != nil {
		return d, err
	}
	// Who registered after the capture was nobody then. Without this the reasons would name those whom the block at
	// which they are asked for happens to know, and differ from node to node.
	d.Snapshot.Operators = slices.DeleteFunc(d.Snapshot.Operators, func(o stake.Operator) bool { return o.KeyHash.IsZero() })
	if d.Registered, err = Registered(ctx, r, set, block); err != nil {
		return d, err
	}
	if d.Result, err = election.Elect(d.Snapshot, d.Draw); err != nil {
		return d, err
	}
	d.Aggregate, err = Aggregate(d.Result.Executors, d.Registered)
	return d, err
}

// Matches reports whether a header is that of the list that was decided.
func (d Decision) Matches(h batch.Header) bool {
	return d.Result.Header(batch.KeyHash(d.Aggregate)) == h
}

// Source answers what was at a capture: the chain by its views (chain.Roster), or a mirror of its events.
type Source interface {
	// Snapshot is everything that decides the election of a set and era, known at a block after its capture.
	Snapshot(ctx context.Context, set core.SetID, e core.Era, block uint64) (stake.Snapshot, error)
	// SharesAt is who held a vault's active shares at t, known at a block after t.
	SharesAt(ctx context.Context, vault common.Address, t core.Time, block uint64) (chain.Shares, error)
}

// Registered returns the keys that operators of a set ever registered, by hash.
func Registered(ctx context.Context, r *chain.Roster, set core.SetID, block uint64) (map[core.Hash][192]byte, error) {
	operators, err := r.OperatorsOf(ctx, set, block)
	if err != nil {
		return nil, err
	}
	keys := map[core.Hash][192]byte{}
	for _, o := range operators {
		for hash, key := range o.Keys {
			keys[hash] = key
		}
	}
	return keys, nil
}

// Aggregate adds up the keys behind entries; an entry whose key nobody registered is an error.
func Aggregate(entries []merkle.Entry, registered map[core.Hash][192]byte) ([192]byte, error) {
	if len(entries) == 0 {
		return [192]byte{}, nil
	}
	keys := make([]bls.PublicKey, len(entries))
	for i, e := range entries {
		packed, known := registered[e.KeyHash]
		if !known {
			return [192]byte{}, fmt.Errorf("entry %d: nobody registered the key %s", i, e.KeyHash)
		}
		var err error
		if keys[i], err = bls.PublicKeyFromBytes(packed[:]); err != nil {
			return [192]byte{}, fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return bls.AggregateKeys(keys...).Packed(), nil
}

// Proposal returns the decision as a proposal; nothing when nobody is elected.
func (d Decision) Proposal() (bindings.Proposal, error) {
	return ProposalOf(d.Draw.Seed, d.Result.Executors, d.Aggregate)
}

// ProposalOf packs any list of entries as a proposal, right or wrong.
func ProposalOf(seed core.Hash, entries []merkle.Entry, aggregate [192]byte) (bindings.Proposal, error) {
	packed, err := chain.PackEntries(entries)
	if err != nil {
		return bindings.Proposal{}, err
	}
	return bindings.Proposal{Seed: common.Hash(seed).Big(), Key: chain.KeyWords(aggregate), Entries: packed}, nil
}

// NoProposal is a challenge's replacement when there is none.
func NoProposal() bindings.Proposal { return bindings.Proposal{Seed: common.Big0, Entries: []byte{}} }

// Hand is one account that acts on the chain: it posts and challenges with its own bond.
type Hand struct {
	Roster *chain.Roster
	Sender *chain.Sender
}

// Seal fixes the seed of an era; it does nothing when that is done.
func (h Hand) Seal(ctx context.Context, e core.Era) (*types.Receipt, error) {
	block, _, err := h.Roster.Head(ctx)
	if err != nil {
		return nil, err
	}
	if seed, err := h.Roster.Seed(ctx, e, block); err != nil || !seed.IsZero() {
		return nil, err
	}
	receipt, err := h.Sender.Do(ctx, SealCall(h.Roster.At, e))
	if chain.RevertName(err) == "AlreadySealed" { // another was faster
		return nil, nil
	}
	return receipt, err
}

// Propose posts a list for a set and era, having approved the bond.
func (h Hand) Propose(ctx context.Context, set core.SetID, e core.Era, p bindings.Proposal) (*types.Receipt, error) {
	if err := h.approveBond(ctx); err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, ProposeCall(h.Roster.At, set, e, p))
}

// Audit returns the challenges that a standing proposal would lose to, given this node's own election.
func Audit(standing chain.Elected, d Decision) ([]election.Challenge, error) {
	p := election.Proposal{Seed: standing.Seed, Entries: standing.Entries, AggregateHash: standing.Header.AggregateHash}
	right, err := Aggregate(standing.Entries, d.Registered)
	if err != nil { // a key that nobody registered: the entry is wrong, and found so
		right = [192]byte{}
	}
	return election.Audit(p, d.Snapshot, d.Draw, batch.KeyHash(right))
}

// Challenge proves a standing proposal wrong in the way that Audit found, and posts the replacement with it.
func (h Hand) Challenge(ctx context.Context, standing chain.Elected, c election.Challenge, d Decision,
	replacement bindings.Proposal) (*types.Receipt, error) {
	if len(replacement.Entries) > 0 {
		if err := h.approveBond(ctx); err != nil {
			replacement = NoProposal() // the wrong list comes first
		}
	}
	receipt, err := h.challenge(ctx, standing, c, d, replacement)
	// What keeps the replacement from being posted must not keep the wrong list standing.
	if slices.Contains(replacementRefused, chain.RevertName(err)) && len(replacement.Entries) > 0 {
		return h.challenge(ctx, standing, c, d, NoProposal())
	}
	return receipt, err
}

// replacementRefused are the reverts of a challenge that are about its replacement alone: too late in the set's
// lifetime, superseded, or not enough wVARA for the bond.
var replacementRefused = []string{"TooLateToPropose", "SupersededBy", "ERC20InsufficientBalance", "ERC20InsufficientAllowance"}

func (h Hand) challenge(ctx context.Context, standing chain.Elected, c election.Challenge, d Decision,
	replacement bindings.Proposal) (*types.Receipt, error) {
	call, err := ChallengeCall(h.Roster.At, standing, c, d, replacement)
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, call)
}

// Release takes back the bond of a proposal whose time has come.
func (h Hand) Release(ctx context.Context, set core.SetID, e core.Era) (*types.Receipt, error) {
	return h.Sender.Do(ctx, ReleaseCall(h.Roster.At, set, e))
}

// Eject removes an Executor of the active set, by its place.
func (h Hand) Eject(ctx context.Context, active chain.Elected, index int) (*types.Receipt, error) {
	call, err := EjectCall(h.Roster.At, active, index)
	if err != nil {
		return nil, err
	}
	return h.Sender.Do(ctx, call)
}

// approveBond lets the Router take bonds from the account, once.
func (h Hand) approveBond(ctx context.Context) error {
	approved, err := BondApproved(ctx, h.Roster, h.Sender.From(), nil)
	if err != nil || approved {
		return err
	}
	_, err = h.Sender.Do(ctx, ApproveBondCall(h.Roster.At))
	return err
}

// BondApproved reports whether the Router may take bonds from an account, at a block (nil: the newest). An
// allowance of all there is never shrinks; one that was given for less may not be enough for the next bond.
func BondApproved(ctx context.Context, r *chain.Roster, account common.Address, block *big.Int) (bool, error) {
	allowance, err := chain.Read(ctx, r.Client, r.At.Token, block,
		erc20.PackAllowance(account, r.At.Router), erc20.UnpackAllowance)
	if err != nil {
		return false, err
	}
	return allowance.Cmp(new(big.Int).Rsh(chain.Big(*new(core.Amount).SetAllOne()), 1)) > 0, nil
}

func (h Hand) do(ctx context.Context, to common.Address, data []byte) (*types.Receipt, error) {
	return h.Sender.Do(ctx, chain.To(to, data))
}
