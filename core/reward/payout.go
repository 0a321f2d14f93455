package reward

import (
	"slices"

	"github.com/gear-tech/roster/core"
)

// Payout is what one era pays, with every number on the way to it. All amounts are wVARA base units.
//
// Invariant: Paid + Unearned = Pool ≤ Facts' Emission; Idle + Shareless + Dust = Unearned.
type Payout struct {
	Set          core.SetID
	Era          core.Era
	Emission     core.Amount // reserved
	PoolReason   core.Reason // the emission rule
	Pool         core.Amount // offered by the emission rule
	Total        core.Amount // the header's total weight
	RateBps      core.Bps    // for the explanation of the rate rule
	Floor        uint64      // for the explanation of the strict rule
	Certificates uint64

	Operators []OperatorPart // one per Executor, ascending by operator
	Stakers   Amounts        // what each staker gets over all vaults; empty in a Summary
	Holders   int            // how many stakers get anything

	Paid      core.Amount // commissions and stakers' amounts together
	Unearned  core.Amount // Pool − Paid: back to the free pot
	Idle      core.Amount // of it: parts not earned by Executors (and the dust of that division)
	Shareless core.Amount // of it: parts of vaults without shares at the capture
	Dust      core.Amount // of it: what rounding left below the Executors' parts
}

// OperatorPart is one Executor's part and how it is split.
//
// Invariant: Part = Commission + Rest; the Parts of its Vaults sum to at most Rest.
type OperatorPart struct {
	Operator      core.Address
	Reason        core.Reason // why the part is what it is
	Weight        core.Amount
	Signed        uint64
	Ratio         uint64      // ⌊1e18·signed/certificates⌋
	Performance   uint64      // 0 … 1e18 by the performance rule; 0 when ejected or jailed
	Part          core.Amount // ⌊pool·weight·performance/(total·1e18)⌋
	CommissionBps core.Bps
	Commission    core.Amount // ⌊part·commissionBps/10,000⌋, the operator's
	Rest          core.Amount // Part − Commission, its vaults'
	Contributed   core.Amount // what its vaults contributed together
	Vaults        []VaultPart // ascending by vault
}

// VaultPart is what one vault's stakers get for one Executor.
type VaultPart struct {
	Vault        core.Address
	Reason       core.Reason
	Contribution core.Amount
	Part         core.Amount // ⌊rest·contribution/contributed⌋
	Paid         core.Amount // of it, what its stakers get; the difference is dust, or all of it without shares
	TotalShares  core.Amount
	Shares       Amounts // each staker's
}

// Staker returns the shares a staker had in the vault and ⌊part·shares/totalShares⌋, its amount through this
// vault and Executor in wVARA base units, rounded down; false when it had no shares.
func (v VaultPart) Staker(account core.Address) (shares, amount core.Amount, found bool) {
	place, found := v.Shares.Find(account)
	if !found {
		return core.Amount{}, core.Amount{}, false
	}
	shares = v.Shares.amount(place)
	// shares ≤ totalShares and totalShares > 0 were checked by Calculate: mulDiv cannot fail.
	amount, _ = mulDiv(v.Part, shares, v.TotalShares)
	return shares, amount, true
}

// Commissions returns what operators get for themselves.
func (p Payout) Commissions() (list Amounts) {
	for _, o := range p.Operators { // ascending
		if !o.Commission.IsZero() {
			list.append(Balance{Account: o.Operator, Amount: o.Commission})
		}
	}
	return list
}

// Summary is the payout without what it has for each staker: the stakers' amounts and their shares in the vaults.
func (p Payout) Summary() Payout {
	p.Stakers = Amounts{}
	p.Operators = slices.Clone(p.Operators)
	for i := range p.Operators {
		o := &p.Operators[i]
		o.Vaults = slices.Clone(o.Vaults)
		for j := range o.Vaults {
			o.Vaults[j].Shares = Amounts{}
		}
	}
	return p
}
