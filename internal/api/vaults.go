package api

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/client"
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/era"
	"github.com/gear-tech/roster/core/stake"
)

func (s *Server) vaults(ctx context.Context, m *moment, in *OfSetPaged) (client.Vaults, error) {
	out := client.Vaults{AsOf: m.asOf(), Items: []client.Vault{}}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	all, err := m.enrolled(ctx, in.Set)
	if err != nil {
		return out, err
	}
	page, next, err := pageOf(all, in.Cursor, in.Limit)
	if err != nil {
		return out, err
	}
	for _, a := range page {
		one, err := m.vault(ctx, in.Set, a)
		if err != nil {
			return out, err
		}
		out.Items = append(out.Items, one)
	}
	out.Next = next
	return out, nil
}

var delegatorTypes = [...]string{"network_restake", "full_restake", "operator_specific", "operator_network_specific"}

func (m *moment) vault(ctx context.Context, set core.SetID, a core.Address) (out client.Vault, err error) {
	now, capture := m.tick.Final.Time+1, m.Roster.Times.Capture(m.next()) // what is done at t counts from t + 1 on
	m.Mirror.View(func(h *stake.History) {
		for _, f := range h.Vaults() {
			if f.Address != a {
				continue
			}
			epoch := h.Epoch(a, now)
			out = client.Vault{Vault: a, Collateral: f.Collateral, Weight: client.Amount(h.CollateralWeightAt(f.Collateral, capture)),
				Version: f.Version, Delegator: f.Delegator, DelegatorType: delegatorTypes[f.DelegatorType], Slasher: f.Slasher,
				EpochDuration: f.EpochDuration, Epoch: epoch, EpochEnd: h.EpochStart(a, epoch+1), WithdrawnFree: h.EpochStart(a, epoch+2),
				Active: client.Amount(h.ActiveStakeAt(a, now)), ThisEpoch: client.Amount(h.Withdrawals(a, epoch).Amount),
				NextEpoch: client.Amount(h.Withdrawals(a, epoch+1).Amount), Limit: client.Amount(h.NetworkLimitAt(a, set, now)),
				Stakers: len(h.HoldersAt(a, now))}
		}
	})
	if out.Vault != a {
		return out, notFound("%s is no vault of set %d: it must be enrolled first", a, set)
	}
	v, err := m.vetoOf(ctx, set, a)
	out.VetoDuration, out.Resolver = v.duration, v.resolver
	return out, err
}

// veto is how a vault's slashes can be stopped. It is set when the vault is enrolled, for good.
type veto struct {
	collateral, resolver core.Address
	duration             core.Time
}

func (m *moment) vetoOf(ctx context.Context, set core.SetID, vault core.Address) (veto, error) {
	m.mu.Lock()
	known, there := m.vetoes[vault]
	m.mu.Unlock()
	if there {
		return known, nil
	}
	v, err := m.Roster.Vault(ctx, common.Address(vault), m.final())
	if err != nil {
		return veto{}, err
	}
	resolver, err := m.Roster.ResolverOf(ctx, set, v.Slasher, m.final())
	if err != nil {
		return veto{}, err
	}
	known = veto{core.Address(v.Collateral), core.Address(resolver), core.Time(v.VetoDuration.Uint64())}
	m.keep(func() { m.vetoes[vault] = known })
	return known, nil
}

func (s *Server) vault(ctx context.Context, m *moment, in *OfVault) (client.VaultDetail, error) {
	out := client.VaultDetail{AsOf: m.asOf(), Operators: []client.VaultDelegation{}}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	var err error
	if out.Vault, err = m.vault(ctx, in.Set, in.Vault); err != nil {
		return out, err
	}
	out.Checks = inequalities(era.CheckVault(m.Roster.Times, out.EpochDuration, out.VetoDuration))
	v, err := m.voted(ctx, in.Set, "next")
	if err != nil {
		return out, err
	}
	m.Mirror.View(func(h *stake.History) {
		for _, o := range v.snapshot.Operators {
			d := client.VaultDelegation{Operator: o.Address, Stake: client.Amount(h.StakeAt(in.Vault, in.Set, o.Address, v.snapshot.Capture))}
			for _, x := range o.Contributions(v.snapshot.Rules) {
				if x.Vault == in.Vault {
					d.Linked, d.Capped, d.Counts = true, x.Capped, client.Amount(x.Amount)
				}
			}
			if d.Linked || d.Stake != (client.Amount{}) {
				out.Operators = append(out.Operators, d)
			}
		}
	})
	return out, nil
}

func (s *Server) staker(ctx context.Context, m *moment, in *OfAccount) (client.Staker, error) {
	out := client.Staker{AsOf: m.asOf(), Account: in.Account, Positions: []client.Position{}}
	if err := m.serves(in.Set); err != nil {
		return out, err
	}
	head := m.tick.Head.Number
	wallet, err := m.Roster.BalanceAt(ctx, common.Address(in.Account), head)
	if err != nil {
		return out, err
	}
	out.Wallet = client.Amount(wallet)
	enrolled, err := m.Roster.EnrolledIn(ctx, in.Set, m.final())
	if err != nil {
		return out, err
	}
	touched, err := m.Roster.TouchedBy(ctx, enrolled, in.Account, m.final(), head)
	if err != nil {
		return out, err
	}
	m.Mirror.View(func(h *stake.History) {
		for _, v := range enrolled {
			if shares := h.ActiveSharesOfAt(core.Address(v), in.Account, m.tick.Final.Time+1); !shares.IsZero() {
				touched[v] = true
			}
		}
	})
	for _, v := range enrolled {
		if !touched[v] {
			continue
		}
		p, err := m.Roster.PositionOf(ctx, v, in.Account, head, m.time())
		if err != nil {
			return out, err
		}
		one := client.Position{Vault: core.Address(p.Vault), Collateral: core.Address(p.Collateral), Active: client.Amount(p.Active), Withdrawals: []client.Withdrawal{}}
		for _, w := range p.Waiting {
			one.Withdrawals = append(one.Withdrawals, client.Withdrawal{Epoch: w.Epoch, Amount: client.Amount(w.Amount), FreeAt: w.FreeAt, Free: w.Free})
		}
		if !p.Active.IsZero() || len(p.Waiting) > 0 {
			out.Positions = append(out.Positions, one)
		}
	}
	out.Rewards, err = m.leaves(ctx, in.Set, in.Account)
	return out, err
}
