package e2e

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
)

var (
	vaultOf      = bindings.NewVault()
	optInService = bindings.NewOptInService()
	delegatorOf  = bindings.NewNetworkRestakeDelegator()
	fullRestake  = bindings.NewFullRestakeDelegator()
	slasherOf    = bindings.NewSlasher()
	vetoOf       = bindings.NewVetoSlasher()
)

// follow brings both mirrors to the head, in steps of random size.
func (m *mirrored) follow() {
	m.Helper()
	for i := range m.mirrors {
		for m.at[i] < m.Block() {
			to := min(m.at[i]+1+m.rng.Uint64N(40), m.Block())
			f, err := m.mirrors[i].Fetch(m.ctx, m.at[i]+1, to)
			m.must(err)
			m.must(m.mirrors[i].Apply(f))
			m.at[i] = to
		}
	}
}

// moments are those to compare at: random ones, and each border of an epoch with the seconds beside it.
func (m *mirrored) moments(v stake.VaultFacts) []core.Time {
	now, start := m.Now(), m.Roster.Times.Capture(0)-600
	list := []core.Time{start, now - 1, now, now + 5}
	for range 12 {
		list = append(list, start+core.Time(m.rng.Uint64N(uint64(now-start))))
	}
	for border := v.EpochInit; border <= now; border += v.EpochDuration {
		list = append(list, border-1, border, border+1)
	}
	return list
}

// compare compares everything.
func (m *mirrored) compare(when string) {
	m.Helper()
	m.follow()
	for i := range m.vaults {
		for net := range m.mirrors {
			if net == 0 && !m.vaults[i].ours {
				continue
			}
			m.compareVault(when, net, &m.vaults[i])
		}
	}
	m.compareSnapshots(when)
	if m.Failed() {
		m.FailNow()
	}
}

func (m *mirrored) equal(when, what string, got, want any) {
	m.Helper()
	if a, b := fmt.Sprint(got), fmt.Sprint(want); a != b {
		m.Errorf("%s: %s is %s, the chain says %s", when, what, a, b)
	}
}

// ask reads one number of a contract at the head.
func (m *mirrored) ask(at common.Address, data []byte, unpack func([]byte) (*big.Int, error)) core.Amount {
	m.Helper()
	out, err := chain.Read(m.ctx, m.Client(), at, nil, data, unpack)
	m.must(err)
	return chain.Amount(out)
}

func (m *mirrored) compareVault(when string, net int, v *mirroredVault) {
	m.Helper()
	h, a := m.mirrors[net].History, core.Address(v.Address)
	name := fmt.Sprintf("%s, network %d, vault %d of type %d", when, net, m.indexOf(v), v.kind)
	for _, t := range m.moments(v.facts) {
		at := chain.Number(t)
		m.equal(name, fmt.Sprint("activeStakeAt ", t), h.ActiveStakeAt(a, t), m.ask(v.Address, vaultOf.PackActiveStakeAt(at, nil), vaultOf.UnpackActiveStakeAt))
		m.equal(name, fmt.Sprint("activeSharesAt ", t), h.ActiveSharesAt(a, t), m.ask(v.Address, vaultOf.PackActiveSharesAt(at, nil), vaultOf.UnpackActiveSharesAt))
		for i, s := range m.stakers {
			m.equal(name, fmt.Sprintf("shares of staker %d at %d", i, t), h.ActiveSharesOfAt(a, core.Address(s.Sender.From()), t),
				m.ask(v.Address, vaultOf.PackActiveSharesOfAt(s.Sender.From(), at, nil), vaultOf.UnpackActiveSharesOfAt))
		}
		sets := []core.SetID{m.set}
		if net == 1 {
			sets = []core.SetID{0, 1}
		}
		for _, set := range sets {
			var id [32]byte
			network := m.Roster.At.Middleware
			if net == 1 {
				network = m.other.Sender.From()
			}
			copy(id[:20], network[:])
			chain.Number(set).FillBytes(id[20:])
			for i, o := range m.operators {
				m.equal(name, fmt.Sprintf("set %d, stake of operator %d at %d", set, i, t), h.StakeAt(a, set, o.Address(), t),
					m.ask(v.Vault.Delegator, delegatorOf.PackStakeAt(id, o.Sender.From(), at, nil), delegatorOf.UnpackStakeAt))
				m.equal(name, fmt.Sprintf("set %d, slashable of operator %d, captured at %d", set, i, t), h.SlashableStake(a, set, o.Address(), t, m.Now()),
					m.ask(v.Slasher, slasherOf.PackSlashableStake(id, o.Sender.From(), at, nil), slasherOf.UnpackSlashableStake))
			}
		}
	}
	m.compareBuckets(name, net, v)
}

func (m *mirrored) indexOf(v *mirroredVault) int {
	for i := range m.vaults {
		if &m.vaults[i] == v {
			return i
		}
	}
	return -1
}

func (m *mirrored) compareBuckets(name string, net int, v *mirroredVault) {
	m.Helper()
	h, a := m.mirrors[net].History, core.Address(v.Address)
	m.equal(name, "totalStake", h.TotalStake(a, m.Now()), m.ask(v.Address, vaultOf.PackTotalStake(), vaultOf.UnpackTotalStake))
	for e := uint64(0); e <= h.Epoch(a, m.Now())+1; e++ {
		epoch := new(big.Int).SetUint64(e)
		w := h.Withdrawals(a, e)
		m.equal(name, fmt.Sprint("withdrawals ", e), w.Amount, m.ask(v.Address, vaultOf.PackWithdrawals(epoch), vaultOf.UnpackWithdrawals))
		m.equal(name, fmt.Sprint("withdrawalShares ", e), w.Shares, m.ask(v.Address, vaultOf.PackWithdrawalShares(epoch), vaultOf.UnpackWithdrawalShares))
		for i, s := range m.stakers {
			of, claimed := h.WithdrawalOf(a, e, core.Address(s.Sender.From()))
			m.equal(name, fmt.Sprintf("withdrawals %d of staker %d", e, i), of.Amount,
				m.ask(v.Address, vaultOf.PackWithdrawalsOf(epoch, s.Sender.From()), vaultOf.UnpackWithdrawalsOf))
			was, err := chain.Read(m.ctx, m.Client(), v.Address, nil, vaultOf.PackIsWithdrawalsClaimed(epoch, s.Sender.From()), vaultOf.UnpackIsWithdrawalsClaimed)
			m.must(err)
			m.equal(name, fmt.Sprintf("withdrawals %d of staker %d claimed", e, i), claimed, was)
		}
	}
}

// compareSnapshots compares what elections rest on, and what Check compares while a node runs.
func (m *mirrored) compareSnapshots(when string) {
	m.Helper()
	last, any := m.Roster.Times.CapturedAt(m.Now() - 1)
	if !any {
		return
	}
	for e := last - min(last, 3); e <= last; e++ {
		want, err := m.Roster.Snapshot(m.ctx, m.set, e, m.Block())
		m.must(err)
		m.equal(when, fmt.Sprintf("snapshot of era %d", e), m.mirrors[0].Snapshot(m.set, e), want)
		_, err = m.mirrors[0].Check(m.ctx, chain.Sample{Set: m.set, Era: e, Block: m.Block(), Size: 3, Seed: core.Hash{byte(e)}})
		m.must(err)
	}
	p, err := m.Roster.Parameters(m.ctx, m.set, m.Now()+m.Roster.Times.Notice*2, m.Block())
	m.must(err)
	m.equal(when, "announced parameters", m.mirrors[0].History.ParametersAt(m.set, m.Now()+m.Roster.Times.Notice*2), chain.ParametersOf(p))
}

// rebuild makes the mirror of our network again, in one step: it must be the same.
func (m *mirrored) rebuild() {
	m.Helper()
	again, err := chain.OpenMirror(m.ctx, m.Roster)
	m.must(err)
	f, err := again.Fetch(m.ctx, 1, m.Block())
	m.must(err)
	m.must(again.Apply(f))
	if a, b := m.mirrors[0].History.Digest(), again.History.Digest(); a != b {
		m.Errorf("in steps the mirror is %s, in one %s", a, b)
	}
}
