package reward

import "github.com/gear-tech/roster/core"

// Why an amount is what it is. Codes are stable; docs/reasons.md is generated from Reasons.
var (
	PoolFixed = core.Reason{Code: "pool_fixed", Short: "pool is the whole emission",
		Long: "The set's emission rule is `fixed`: the era offers all of what the Middleware reserved for it (protocol §8, step 1)."}
	PoolRate = core.Reason{Code: "pool_rate", Short: "pool is a rate of the weight",
		Long: "The set's emission rule is `rate`: the era offers eraRateBps of the set's total weight, at most what the Middleware reserved for it (protocol §8, step 1)."}

	PartEarned = core.Reason{Code: "part_earned", Short: "earned by weight and performance",
		Long: "The Executor earned its part of the pool: by its weight among all, times its performance (protocol §8, step 2)."}
	PartSignedNothing = core.Reason{Code: "part_signed_nothing", Short: "signed no certificate",
		Long: "Certificates were committed in the era and the Executor's bit is in none of them, nor in a later addSigners statement. Its part goes back to the free pot. Check that its node runs and reaches its peers."}
	PartBelowFloor = core.Reason{Code: "part_below_floor", Short: "signed less than the floor",
		Long: "The set's performance rule is `strict` and the Executor signed a smaller share of the certificates than the set's floor, so it earns nothing for the era. Its part goes back to the free pot."}
	PartNoCertificates = core.Reason{Code: "part_no_certificates", Short: "no certificates in the era",
		Long: "No batch was committed under a certificate of this era, so there was nothing to earn for anybody (protocol §8, step 2)."}
	PartEjected = core.Reason{Code: "part_ejected", Short: "ejected in the era",
		Long: "The Executor was ejected from the active set in this era: jailed, or its slashable stake fell below minStake (protocol §4). It earns nothing for the era, whatever it signed."}
	PartJailed = core.Reason{Code: "part_jailed", Short: "jailed before the era closed",
		Long: "The Executor was jailed for an offence before the era closed. It earns nothing for the era, whatever it signed (protocol §8, step 2)."}

	Commission = core.Reason{Code: "commission", Short: "operator's commission",
		Long: "The operator keeps commissionBps of its part, as it stood at the capture, rounded down; the rest goes to the vaults behind it (protocol §8, step 3)."}
	VaultPaid = core.Reason{Code: "vault_paid", Short: "vault's part of the rest",
		Long: "What the commission leaves goes to the vaults that counted at the capture, in proportion to what each contributed to the operator's stake, after maxVaultStake."}
	VaultShareless = core.Reason{Code: "vault_shareless", Short: "vault had no shares",
		Long: "The vault had no active shares at the capture, so there is nobody to pay: its part goes back to the free pot (protocol §8, step 3)."}
	StakerPaid = core.Reason{Code: "staker_paid", Short: "staker's part by shares",
		Long: "The staker gets of the vault's part by its active shares at the capture, activeSharesOfAt of activeSharesAt, rounded down. Withdrawals that were pending earn nothing."}

	Carried = core.Reason{Code: "carried", Short: "from earlier distributions",
		Long: "The sum of all earlier distributions. It stays in the tree for ever, claimed or not: Symbiotic's contract subtracts what was claimed."}
	Cumulative = core.Reason{Code: "cumulative", Short: "cumulative amount in the tree",
		Long: "The amount of the account's leaf: all eras so far. A claim pays it less what was claimed before."}
)

// Reasons returns every reason of this package, in the order of the way through it.
func Reasons() []core.Reason {
	return []core.Reason{
		PoolFixed, PoolRate,
		PartEarned, PartSignedNothing, PartBelowFloor, PartNoCertificates, PartEjected, PartJailed,
		Commission, VaultPaid, VaultShareless, StakerPaid, Carried, Cumulative,
	}
}
