package slash

import (
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

// VaultStake is an operator's stake in one linked vault at the capture.
type VaultStake struct {
	Vault   core.Address
	Counted bool        // linked at the capture, and read then: what did not count for it is not slashed
	Stake   core.Amount // delegator.stakeAt(subnetwork, operator, capture), collateral base units, not capped
}

// VaultPenalty is what may be requested from one vault.
type VaultPenalty struct {
	Vault  core.Address
	Amount core.Amount // collateral base units; Symbiotic takes at most what is still slashable
	Reason core.Reason // PenaltyDue, PenaltyZero or NotCounted
}

// Penalty returns ⌊fraction·stake/10,000⌋ in collateral base units: the slash of one vault (protocol §7).
// Rounds down, the accused gains. Stake above maxStake or maxVaultStake is slashed like all other: who has
// more at stake than counts must not risk a smaller part of it.
//
// Errors: an unknown offence, a fraction above what its kind allows.
func Penalty(k Kind, fraction core.Bps, stake core.Amount) (core.Amount, error) {
	most, err := k.MaxFraction()
	if err != nil {
		return core.Amount{}, err
	}
	if fraction > most {
		return core.Amount{}, fmt.Errorf("%s: fraction %d bps exceeds %d", k, fraction, most)
	}
	// fraction ≤ 10,000, so the quotient is at most the stake: it cannot overflow.
	var penalty core.Amount
	penalty.MulDivOverflow(&stake, uint256.NewInt(uint64(fraction)), uint256.NewInt(whole))
	return penalty, nil
}

// Penalties returns Penalty for each vault, in the order given. Each vault owes its own: what one cannot pay
// is never asked from another.
func Penalties(k Kind, fraction core.Bps, vaults []VaultStake) ([]VaultPenalty, error) {
	out := make([]VaultPenalty, 0, len(vaults))
	for _, v := range vaults {
		amount, err := Penalty(k, fraction, v.Stake)
		if err != nil {
			return nil, fmt.Errorf("penalty of vault %s: %w", v.Vault, err)
		}
		p := VaultPenalty{Vault: v.Vault, Amount: amount, Reason: PenaltyDue}
		switch {
		case !v.Counted:
			p.Amount, p.Reason = core.Amount{}, NotCounted
		case amount.IsZero():
			p.Reason = PenaltyZero
		}
		out = append(out, p)
	}
	return out, nil
}

// Taken returns what a slash really took, in collateral base units: the smaller of what the slasher says and
// what the burner got, never below zero. Symbiotic's slasher can report more than the vault paid, when another
// network slashed it meanwhile (Vault.onSlash), and a bounty on that would be paid for nothing.
func Taken(returned, burnerBefore, burnerAfter core.Amount) core.Amount {
	var got core.Amount
	if _, under := got.SubOverflow(&burnerAfter, &burnerBefore); under {
		return core.Amount{}
	}
	if returned.Lt(&got) {
		return returned
	}
	return got
}

// Bounty returns min(left, ⌊bountyBps·⌊taken·weight/1e18⌋/10,000⌋) in wVARA base units: what the reporter of an
// offence gets after a taking. left is what of bountyCap earlier takings of the same offence, in all its
// vaults, have not used; the payer still pays only as far as the free pot goes. weight is the collateral's,
// 1e18 fixed point. Rounds down twice, the pot gains.
//
// Errors: bountyBps above 10,000. A worth beyond 256 bits is beyond any cap: then it is left.
func Bounty(taken, weight core.Amount, bountyBps core.Bps, left core.Amount) (core.Amount, error) {
	if bountyBps > whole {
		return core.Amount{}, fmt.Errorf("bounty %d bps: exceeds %d", bountyBps, whole)
	}
	var worth, bounty core.Amount
	if _, over := worth.MulDivOverflow(&taken, &weight, uint256.NewInt(core.One)); over {
		worth.SetAllOne()
	}
	bounty.MulDivOverflow(&worth, uint256.NewInt(uint64(bountyBps)), uint256.NewInt(whole))
	if bounty.Gt(&left) {
		return left, nil
	}
	return bounty, nil
}
