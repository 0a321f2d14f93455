package chain

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

// Mirror follows the events of Roster's contracts and of the Symbiotic contracts behind the enrolled vaults, and keeps
// what they say as a stake.History. It has two halves that a crash can fall between: Fetch reads and changes nothing;
// Apply adds what was fetched, once it is stored. One goroutine has it; others look at it in View.
type Mirror struct {
	History *stake.History

	mu sync.RWMutex // held to change what View shows

	roster       *Roster
	networkOptIn common.Address
	// roles are the contracts that are followed; vaultOf names the vault behind a delegator or slasher.
	roles   map[common.Address]role
	vaultOf map[common.Address]core.Address
	vaults  []stake.VaultFacts
}

// role is what a followed contract is.
type role uint8

const (
	ours role = iota + 1 // Router, Rewards, Offences, Programs: stored, not mirrored
	ofOperators
	ofMiddleware
	ofVault
	ofDelegator
	ofSlasher
	ofOptIn
)

// OpenMirror makes an empty mirror.
func OpenMirror(ctx context.Context, r *Roster) (*Mirror, error) {
	service, err := Read(ctx, r.Client, r.At.Operators, nil, operators.PackNETWORKOPTIN(), operators.UnpackNETWORKOPTIN)
	if err != nil {
		return nil, err
	}
	m := &Mirror{roster: r, networkOptIn: service}
	m.Reset()
	return m, nil
}

// Reset makes the mirror empty again.
func (m *Mirror) Reset() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.History, m.vaults = stake.NewHistory(core.Address(m.roster.At.Middleware)), nil
	m.vaultOf = map[common.Address]core.Address{}
	m.roles = map[common.Address]role{m.roster.At.Operators: ofOperators, m.roster.At.Middleware: ofMiddleware,
		m.roster.At.Router: ours, m.roster.At.Rewards: ours, m.roster.At.Offences: ours, m.networkOptIn: ofOptIn}
	if programs := m.roster.At.Programs; programs != (common.Address{}) {
		m.roles[programs] = ours
	}
}

// Followed are the contracts of which every log is fetched, ascending. Of the opt-in services only some are, so they
// are not among them.
func (m *Mirror) Followed() []common.Address {
	var list []common.Address
	for a, r := range m.roles {
		if r != ofOptIn {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b common.Address) int { return bytes.Compare(a[:], b[:]) })
	return list
}

// Fetched is what happened in a range of blocks.
type Fetched struct {
	From uint64
	To   Block
	// Logs are in the chain's order, each with its block's timestamp. Those of a vault that was enrolled in the
	// range are of its whole past.
	Logs []types.Log
	// Vaults are those that were enrolled in the range.
	Vaults []stake.VaultFacts
}

// Fetch reads everything that is followed in blocks from to to, both inclusive. That each log is of the chain that
// ends in block to is checked block by block, and at the end that the chain still does; if not, the error is a Retry.
//
// Warning: logs that an endpoint leaves out leave no trace here. A Pool looks for them in short ranges, or where two must
// agree; Check finds what the others would have changed.
func (m *Mirror) Fetch(ctx context.Context, from, to uint64) (Fetched, error) {
	header, err := m.roster.Client.HeaderByNumber(ctx, Number(to))
	if err != nil {
		return Fetched{}, fmt.Errorf("read block %d: %w", to, classify(err))
	}
	f := Fetched{From: from, To: BlockOf(header)}
	if f.Logs, err = m.logs(ctx, from, to, m.Followed(), m.vaults, true); err != nil {
		return f, err
	}
	if f.Vaults, err = m.enrolled(ctx, f.Logs, to); err != nil {
		return f, err
	}
	if len(f.Vaults) > 0 {
		past, err := m.logs(ctx, 0, to, partsOf(f.Vaults), f.Vaults, false)
		if err != nil {
			return f, err
		}
		f.Logs = append(f.Logs, past...)
		slices.SortFunc(f.Logs, func(a, b types.Log) int {
			return cmp.Or(cmp.Compare(a.BlockNumber, b.BlockNumber), cmp.Compare(a.Index, b.Index))
		})
	}
	return f, m.confirm(ctx, f)
}

// mostAddresses is how many contracts, or vaults, one question is about: providers bound the size of a filter.
const mostAddresses = 300

// logs reads all logs of contracts, and the opt-ins to vaults and, if asked for, to the network.
func (m *Mirror) logs(ctx context.Context, from, to uint64, contracts []common.Address, vaults []stake.VaultFacts, network bool) ([]types.Log, error) {
	var list []types.Log
	for some := range slices.Chunk(contracts, mostAddresses) {
		logs, err := Logs(ctx, m.roster.Client, from, to, some, nil)
		if err != nil {
			return nil, err
		}
		list = append(list, logs...)
	}
	var where []common.Hash
	var services []common.Address
	if network {
		where, services = append(where, common.BytesToHash(m.roster.At.Middleware[:])), append(services, m.networkOptIn)
	}
	for _, v := range vaults {
		where = append(where, common.BytesToHash(v.Address[:]))
		if s := common.Address(v.OptIn); !slices.Contains(services, s) {
			services = append(services, s)
		}
	}
	for some := range slices.Chunk(where, mostAddresses) {
		optIns, err := Logs(ctx, m.roster.Client, from, to, services, [][]common.Hash{{optedIn, optedOut}, nil, some})
		if err != nil {
			return nil, err
		}
		list = append(list, optIns...)
	}
	slices.SortFunc(list, func(a, b types.Log) int {
		return cmp.Or(cmp.Compare(a.BlockNumber, b.BlockNumber), cmp.Compare(a.Index, b.Index))
	})
	return list, nil
}

// confirm checks that every log is of the chain that ends in f.To, and gives each its block's timestamp.
func (m *Mirror) confirm(ctx context.Context, f Fetched) error {
	var b Block
	for i := range f.Logs {
		l := &f.Logs[i]
		if l.Removed {
			return &Error{Retry, fmt.Errorf("log %d of block %d was removed", l.Index, l.BlockNumber)}
		}
		if i == 0 || l.BlockNumber != b.Number {
			b = f.To
			if l.BlockNumber != b.Number {
				header, err := m.roster.Client.HeaderByNumber(ctx, Number(l.BlockNumber))
				if err != nil {
					return fmt.Errorf("read block %d: %w", l.BlockNumber, classify(err))
				}
				b = BlockOf(header)
			}
		}
		if core.Hash(l.BlockHash) != b.Hash || l.BlockNumber > f.To.Number {
			return &Error{Retry, fmt.Errorf("log %d of block %d is of block %v, the chain has %s there", l.Index, l.BlockNumber, l.BlockHash, b.Hash)}
		}
		if i > 0 && f.Logs[i-1].BlockNumber == l.BlockNumber && f.Logs[i-1].Index >= l.Index {
			return &Error{Retry, fmt.Errorf("log %d of block %d comes twice", l.Index, l.BlockNumber)}
		}
		l.BlockTimestamp = uint64(b.Time)
	}
	header, err := m.roster.Client.HeaderByNumber(ctx, Number(f.To.Number))
	if err != nil {
		return fmt.Errorf("read block %d: %w", f.To.Number, classify(err))
	}
	if b := BlockOf(header); b.Hash != f.To.Hash {
		return &Error{Retry, fmt.Errorf("block %d was %s, and is %s now", f.To.Number, f.To.Hash, b.Hash)}
	}
	return nil
}

// enrolled reads the facts of the vaults whose enrolment is among the logs.
func (m *Mirror) enrolled(ctx context.Context, logs []types.Log, block uint64) ([]stake.VaultFacts, error) {
	var list []stake.VaultFacts
	for i := range logs {
		if logs[i].Address != m.roster.At.Middleware || len(logs[i].Topics) == 0 || logs[i].Topics[0] != vaultEnrolled {
			continue
		}
		e, err := middleware.UnpackVaultEnrolledEvent(&logs[i])
		if err != nil {
			return nil, &Error{Fatal, fmt.Errorf("read VaultEnrolled in block %d: %w", logs[i].BlockNumber, err)}
		}
		if m.roles[e.Vault] != 0 {
			continue
		}
		facts, err := FactsOf(ctx, m.roster.Client, e.Vault, block)
		if err != nil {
			return nil, err
		}
		list = append(list, facts)
	}
	return list, nil
}

// FactsOf reads what never changes about a vault.
func FactsOf(ctx context.Context, c Client, vault common.Address, block uint64) (f stake.VaultFacts, err error) {
	number := Number(block)
	f.Address = core.Address(vault)
	if f.Version, err = Read(ctx, c, vault, number, vaults.PackVersion(), vaults.UnpackVersion); err != nil {
		return f, err
	}
	for _, part := range []struct {
		into   *core.Address
		data   []byte
		unpack func([]byte) (common.Address, error)
	}{
		{&f.Delegator, vaults.PackDelegator(), vaults.UnpackDelegator},
		{&f.Slasher, vaults.PackSlasher(), vaults.UnpackSlasher},
		{&f.Collateral, vaults.PackCollateral(), vaults.UnpackCollateral},
	} {
		a, err := Read(ctx, c, vault, number, part.data, part.unpack)
		if err != nil {
			return f, err
		}
		*part.into = core.Address(a)
	}
	init, err := Read(ctx, c, vault, number, vaults.PackEpochDurationInit(), vaults.UnpackEpochDurationInit)
	if err != nil {
		return f, err
	}
	duration, err := Read(ctx, c, vault, number, vaults.PackEpochDuration(), vaults.UnpackEpochDuration)
	if err != nil {
		return f, err
	}
	f.EpochInit, f.EpochDuration = core.Time(init.Uint64()), core.Time(duration.Uint64())
	at := common.Address(f.Delegator)
	if f.DelegatorType, err = Read(ctx, c, at, number, delegators.PackTYPE(), delegators.UnpackTYPE); err != nil {
		return f, err
	}
	service, err := Read(ctx, c, at, number, delegators.PackOPERATORVAULTOPTINSERVICE(), delegators.UnpackOPERATORVAULTOPTINSERVICE)
	if err != nil {
		return f, err
	}
	f.OptIn = core.Address(service)
	if f.DelegatorType < 2 {
		return f, nil
	}
	specific := bindings.NewOperatorSpecificDelegator() // operator() is also type 3's
	operator, err := Read(ctx, c, at, number, specific.PackOperator(), specific.UnpackOperator)
	f.Operator = core.Address(operator)
	return f, err
}

// partsOf are the contracts of vaults whose logs are all followed.
func partsOf(vaults []stake.VaultFacts) []common.Address {
	var list []common.Address
	for _, v := range vaults {
		list = append(list, common.Address(v.Address), common.Address(v.Delegator), common.Address(v.Slasher))
	}
	return list
}

// Apply adds what was fetched, which must follow on what was applied before.
func (m *Mirror) Apply(f Fetched) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, v := range f.Vaults {
		if err := m.follow(v); err != nil {
			return err
		}
	}
	for i := range f.Logs {
		if err := m.apply(&f.Logs[i]); err != nil {
			return err
		}
	}
	return nil
}

// Follow makes a vault known, before any log of it is applied.
func (m *Mirror) Follow(v stake.VaultFacts) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.follow(v)
}

func (m *Mirror) follow(v stake.VaultFacts) error {
	if err := m.History.AddVault(v); err != nil {
		return err
	}
	m.vaults = append(m.vaults, v)
	m.roles[common.Address(v.Address)] = ofVault
	m.roles[common.Address(v.Delegator)] = ofDelegator
	if v.Slasher != (core.Address{}) {
		m.roles[common.Address(v.Slasher)] = ofSlasher
	}
	m.roles[common.Address(v.OptIn)] = ofOptIn
	m.vaultOf[common.Address(v.Delegator)] = v.Address
	return nil
}

// Restore fills an empty mirror with what is stored: the facts of all vaults, and each log in the chain's order.
func (m *Mirror) Restore(vaults []stake.VaultFacts, each func(yield func(types.Log) error) error) error {
	for _, v := range vaults {
		if err := m.Follow(v); err != nil {
			return fmt.Errorf("restore the mirror: %w", err)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := each(func(l types.Log) error { return m.apply(&l) }); err != nil {
		return fmt.Errorf("restore the mirror: %w", err)
	}
	return nil
}

// Snapshot is everything that decides the election of a set and era, as of its capture, in the order of
// Roster.Snapshot. The mirror must have everything up to a block after the capture. Any goroutine may ask.
func (m *Mirror) Snapshot(set core.SetID, e core.Era) stake.Snapshot {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.History.Snapshot(set, e, m.roster.Times.Capture(e))
}

// View lets any goroutine look at the history while nothing is added to it. What look is given must not be kept.
func (m *Mirror) View(look func(*stake.History)) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	look(m.History)
}
