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
	Stakers   []Payment      // what each staker gets over all vaults, > 0, ascending by staker

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
	Shares       []Share // ascending by staker. Warning: shared by all Executors of the vault, not to be changed
}

// Payment is an account and an amount of one era.
type Payment struct {
	Account core.Address
	Amount  core.Amount // wVARA base units, > 0
}

// Staker returns the shares a staker had in the vault and ⌊part·shares/totalShares⌋, its amount through this
// vault and Executor in wVARA base units, rounded down; false when it had no shares.
func (v VaultPart) Staker(account core.Address) (shares, amount core.Amount, found bool) {
	i, found := slices.BinarySearchFunc(v.Shares, account, func(s Share, a core.Address) int { return compare(s.Staker, a) })
	if !found || v.Shares[i].Shares.IsZero() {
		return core.Amount{}, core.Amount{}, false
	}
	shares = v.Shares[i].Shares
	// shares ≤ totalShares and totalShares > 0 were checked by Calculate: mulDiv cannot fail.
	amount, _ = mulDiv(v.Part, shares, v.TotalShares)
	return shares, amount, true
}

// Commissions returns what operators get for themselves, > 0, ascending by operator.
func (p Payout) Commissions() []Payment {
	var out []Payment
	for _, o := range p.Operators {
		if !o.Commission.IsZero() {
			out = append(out, Payment{Account: o.Operator, Amount: o.Commission})
		}
	}
	return out
}
