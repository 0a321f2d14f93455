package chain

import (
	"bytes"
	"context"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Committed is a batch under a certificate, as its event gave it.
type Committed struct {
	Batch batch.Batch
	Era   core.Era // of the set that signed
	Hash  core.Hash
	// Signers are those of the certificate; Late those that addSigners added in time, which counts the same.
	Signers, Late quorum.Bitmap
	CommittedAt   core.Time
	Block         uint64
	Gas           uint64 // of the whole transaction; 0 unless asked for
	Tx            common.Hash
}

// Batches returns a set's committed batches up to a block, in order, with the signatures that arrived until
// signersWindow after the commit (protocol §6). Later ones are on chain too; they do not count.
func (r *Roster) Batches(ctx context.Context, set core.SetID, block uint64) ([]Committed, error) {
	return r.batches(ctx, block, topic(set))
}

// StartOf is the number and the hash of the batch from which a set goes on that was opened with the head of another; zeros
// when it begins with nothing.
func (r *Roster) StartOf(ctx context.Context, set core.SetID, block uint64) (uint64, core.Hash, error) {
	opened, err := events(ctx, r, block, source[bindings.RouterSetOpened]{
		r.At.Router, router.GetABI(), "SetOpened", router.UnpackSetOpenedEvent}, topic(set))
	if err != nil || len(opened) == 0 {
		return 0, core.Hash{}, err
	}
	return opened[0].Number, opened[0].BatchHash, nil
}

// BatchesOf is Batches of one era's Executors.
func (r *Roster) BatchesOf(ctx context.Context, set core.SetID, e core.Era, block uint64) ([]Committed, error) {
	return r.batches(ctx, block, topic(set), topic(e))
}

// BatchesNumbered is Batches of one number: one, or none.
func (r *Roster) BatchesNumbered(ctx context.Context, set core.SetID, number, block uint64) ([]Committed, error) {
	return r.batches(ctx, block, topic(set), nil, topic(number))
}

func (r *Roster) batches(ctx context.Context, block uint64, of ...[]common.Hash) ([]Committed, error) {
	committed, err := events(ctx, r, block, source[bindings.RouterBatchCommitted]{
		r.At.Router, router.GetABI(), "BatchCommitted", router.UnpackBatchCommittedEvent}, of...)
	if err != nil {
		return nil, err
	}
	list := make([]Committed, len(committed))
	for i, c := range committed {
		at, err := r.TimeOf(ctx, c.Raw.BlockNumber)
		if err != nil {
			return nil, err
		}
		signers, err := bitmapOf(c.Signers)
		if err != nil {
			return nil, err
		}
		list[i] = Committed{Batch: batchOf(core.SetID(c.Set.Uint64()), c.Batch), Era: core.Era(c.Era), Hash: c.BatchHash, Signers: signers,
			CommittedAt: at, Block: c.Raw.BlockNumber, Tx: c.Raw.TxHash}
	}
	added, err := events(ctx, r, block, source[bindings.RouterSignersAdded]{
		r.At.Router, router.GetABI(), "SignersAdded", router.UnpackSignersAddedEvent}, of...)
	if err != nil {
		return nil, err
	}
	for _, a := range added {
		if err := r.addLate(ctx, list, a); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// addLate counts one addSigners for the batch that it names, if that was committed, under the same era's set,
// before it and at most signersWindow earlier.
func (r *Roster) addLate(ctx context.Context, list []Committed, a *bindings.RouterSignersAdded) error {
	for i := range list {
		c := &list[i]
		if c.Era != core.Era(a.Era) || c.Batch.Number != a.Number || c.Hash != core.Hash(a.BatchHash) {
			continue
		}
		at, err := r.TimeOf(ctx, a.Raw.BlockNumber)
		if err != nil {
			return err
		}
		if at > c.CommittedAt+r.Times.SignersWindow || a.Raw.BlockNumber < c.Block {
			continue
		}
		late, err := bitmapOf(a.Signers)
		if err != nil {
			return err
		}
		c.Late = c.Late.Or(late)
	}
	return nil
}

// bitmapOf returns who signed, from an event.
func bitmapOf(b *big.Int) (quorum.Bitmap, error) {
	bitmap, ok := quorum.FromAmount(Amount(b))
	if !ok {
		return bitmap, &Error{Fatal, fmt.Errorf("bitmap %v has over %d bits", b, quorum.Width)}
	}
	return bitmap, nil
}

func batchOf(set core.SetID, b bindings.Batch) batch.Batch {
	return batch.Batch{Set: set, Number: b.Number, PreviousHash: b.PreviousHash, EndBlock: b.EndBlock,
		EndBlockHash: b.EndBlockHash, StateRoot: b.StateRoot, MessagesRoot: b.MessagesRoot}
}

// BatchBinding returns a batch as the contracts take it.
func BatchBinding(b batch.Batch) bindings.Batch {
	return bindings.Batch{Number: b.Number, PreviousHash: b.PreviousHash, EndBlock: b.EndBlock,
		EndBlockHash: b.EndBlockHash, StateRoot: b.StateRoot, MessagesRoot: b.MessagesRoot}
}

// Shares are a vault's active shares at a moment, from Symbiotic's Vault.
type Shares struct {
	Total core.Amount
	// Of lists every account with shares, by ascending address.
	Of []Share
}

// Share is one account's part.
type Share struct {
	Account core.Address
	Shares  core.Amount
}

var vaults = bindings.NewVault()

// SharesAt returns who held a vault's active shares at t, read at a block after t. Accounts are found by their
// deposits and, in vaults whose shares are tokens (version 2), by what was transferred to them, from the chain's
// first block on: a vault may be older than Roster. Shares whose holder is not found are an error, for a staker
// would go unpaid.
func (r *Roster) SharesAt(ctx context.Context, vault common.Address, t core.Time, block uint64) (Shares, error) {
	accounts, err := r.StakersOf(ctx, vault, block)
	if err != nil {
		return Shares{}, err
	}
	return r.SharesOf(ctx, vault, accounts, t, block)
}

// SharesOf is SharesAt with the accounts from elsewhere, ascending. Where they come from need not be believed: one that
// has no shares changes nothing, and the shares of one that is not among them are an error.
func (r *Roster) SharesOf(ctx context.Context, vault common.Address, accounts []common.Address, t core.Time, block uint64) (Shares, error) {
	total, err := Read(ctx, r.Client, vault, Number(block), vaults.PackActiveSharesAt(Number(t), nil), vaults.UnpackActiveSharesAt)
	if err != nil {
		return Shares{}, err
	}
	s := Shares{Total: Amount(total)}
	var found core.Amount
	for i, a := range accounts {
		if i > 0 && bytes.Compare(accounts[i-1][:], a[:]) >= 0 { // one that is there twice could hide another
			return s, &Error{Fatal, fmt.Errorf("shares of vault %v: account %v is not above %v", vault, a, accounts[i-1])}
		}
		shares, err := Read(ctx, r.Client, vault, Number(block), PackSharesOf(a, t), vaults.UnpackActiveSharesOfAt)
		if err != nil {
			return Shares{}, err
		}
		if shares.Sign() > 0 {
			s.Of = append(s.Of, Share{core.Address(a), Amount(shares)})
			found.Add(&found, &s.Of[len(s.Of)-1].Shares)
		}
	}
	if found != s.Total {
		return s, &Error{Fatal, fmt.Errorf("shares of vault %v at %d: holders of %s found, there are %s",
			vault, t, found.Dec(), s.Total.Dec())}
	}
	return s, nil
}

// PackSharesOf is the question for one account's active shares of a vault at t.
func PackSharesOf(account common.Address, t core.Time) []byte {
	return vaults.PackActiveSharesOfAt(account, Number(t), nil)
}

// StakersOf returns every account that may ever have had shares of a vault, ascending.
func (r *Roster) StakersOf(ctx context.Context, vault common.Address, block uint64) ([]common.Address, error) {
	all := *r
	all.FirstBlock = 0
	deposits, err := events(ctx, &all, block, source[bindings.VaultDeposit]{
		vault, vaults.GetABI(), "Deposit", vaults.UnpackDepositEvent})
	if err != nil {
		return nil, err
	}
	token := bindings.NewWrappedVara() // Transfer is every ERC-20's
	transfers, err := events(ctx, &all, block, source[bindings.WrappedVaraTransfer]{
		vault, token.GetABI(), "Transfer", token.UnpackTransferEvent})
	if err != nil {
		return nil, err
	}
	var accounts []common.Address
	for _, d := range deposits {
		accounts = append(accounts, d.OnBehalfOf)
	}
	for _, t := range transfers {
		if t.Value.Sign() > 0 { // anyone can send nothing to anyone
			accounts = append(accounts, t.To)
		}
	}
	slices.SortFunc(accounts, func(a, b common.Address) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(accounts), nil
}

// Emission returns what is reserved for an era.
func (r *Roster) Emission(ctx context.Context, set core.SetID, e core.Era, block uint64) (core.Amount, error) {
	out, err := Read(ctx, r.Client, r.At.Rewards, Number(block), rewards.PackEmissionOf(Number(set), uint64(e)), rewards.UnpackEmissionOf)
	if err != nil {
		return core.Amount{}, err
	}
	return Amount(out), nil
}

// ClosedAt returns when an era closed (end(e) + signersWindow), false while it has not.
func (r *Roster) ClosedAt(ctx context.Context, set core.SetID, e core.Era, block uint64) (core.Time, bool, error) {
	out, err := Read(ctx, r.Client, r.At.Router, Number(block), router.PackClosedAt(Number(set), uint64(e)), router.UnpackClosedAt)
	if err != nil {
		return 0, false, err
	}
	return core.Time(out.Uint64()), out.Sign() > 0, nil
}

// Jail is one OperatorJailed event.
type Jail struct {
	Operator core.Address
	From     core.Time // the second after its block's timestamp
	Until    core.Time
}

// Jails returns every jailing up to a block.
func (r *Roster) Jails(ctx context.Context, block uint64) ([]Jail, error) {
	jailed, err := events(ctx, r, block, source[bindings.OperatorsOperatorJailed]{
		r.At.Operators, operators.GetABI(), "OperatorJailed", operators.UnpackOperatorJailedEvent})
	if err != nil {
		return nil, err
	}
	list := make([]Jail, len(jailed))
	for i, j := range jailed {
		at, err := r.TimeOf(ctx, j.Raw.BlockNumber)
		if err != nil {
			return nil, err
		}
		list[i] = Jail{core.Address(j.Operator), at + 1, core.Time(j.Until.Uint64())}
	}
	return list, nil
}

// Committed and activated reward roots.
type (
	RewardsCommitted = bindings.RewardsRewardsCommitted
	RewardsActivated = bindings.RewardsRewardsActivated
)

// RewardsCommittedOf returns a set's reward commits up to a block.
func (r *Roster) RewardsCommittedOf(ctx context.Context, set core.SetID, block uint64) ([]*RewardsCommitted, error) {
	return events(ctx, r, block, source[RewardsCommitted]{
		r.At.Rewards, rewards.GetABI(), "RewardsCommitted", rewards.UnpackRewardsCommittedEvent}, topic(set))
}

// RewardsActivatedOf returns a set's activated roots up to a block.
func (r *Roster) RewardsActivatedOf(ctx context.Context, set core.SetID, block uint64) ([]*RewardsActivated, error) {
	return events(ctx, r, block, source[RewardsActivated]{
		r.At.Rewards, rewards.GetABI(), "RewardsActivated", rewards.UnpackRewardsActivatedEvent}, topic(set))
}

// FirstPaidEra returns the first era that a set can pay: the first whose capture is after its creation.
func (r *Roster) FirstPaidEra(ctx context.Context, set core.SetID, block uint64) (core.Era, error) {
	opened, err := events(ctx, r, block, source[bindings.RewardsRewardsOpened]{
		r.At.Rewards, rewards.GetABI(), "RewardsOpened", rewards.UnpackRewardsOpenedEvent}, topic(set))
	if err != nil || len(opened) == 0 {
		return 0, err
	}
	return core.Era(opened[0].FirstEra), nil
}
