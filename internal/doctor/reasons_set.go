package doctor

import "github.com/gear-tech/roster/core"

// Of an operator set.
var (
	noSet = core.Reason{Code: "no_set", Short: "no such operator set",
		Long: "The Middleware has no operator set of this number. Correct --set; the owner creates sets."}
	potEmpty = core.Reason{Code: "pot_empty", Short: "free pot is empty",
		Long: "The next era reserves what is free, and that is nothing: it pays nobody, and neither proposers, batches nor reporters. Anyone can fund the set: roster set fund."}
	potLow = core.Reason{Code: "pot_low", Short: "free pot is below an era's reward",
		Long: "The next era reserves what is free, and pays that less. Anyone can fund the set: roster set fund."}
	noExecutors = core.Reason{Code: "no_executors", Short: "no Executors",
		Long: "No set is active, so nothing is certified. The set of the present era can still be proposed as long as a challenge fits into its lifetime: Router.seal, then Router.propose, by anyone with a bond."}
	setLate = core.Reason{Code: "set_late", Short: "an older era's Executors still act",
		Long: "The present era has no active set, so the last one goes on until its lifetime is over; then nothing is certified. Router.seal, then Router.propose, by anyone with a bond."}
	notSealed = core.Reason{Code: "not_sealed", Short: "era is not sealed",
		Long: "The era's capture is final, and nobody fixed its seed. Anyone can: Router.seal. Look why no node does."}
	notProposed = core.Reason{Code: "not_proposed", Short: "nobody proposed",
		Long: "The era is sealed, and no list stands for it. Anyone with a bond can post it: Router.propose. A list that comes too late becomes active only after the era's start."}
	nobodyEligible = core.Reason{Code: "nobody_eligible", Short: "nobody is eligible",
		Long: "At the era's capture no operator of the set had weight, so the era has no set. Register operators and attract stake before the next capture."}
	rewardsWaiting = core.Reason{Code: "rewards_waiting", Short: "rewards wait for their activation",
		Long: "A committed reward statement is past its delay, and no other can follow before it is activated. Anyone can: Rewards.activateRewards. Look why no node does."}
	slashLate = core.Reason{Code: "slash_late", Short: "half of a slash's window is gone",
		Long: "A step of a slash is due and the machine that should take it has not. Anyone can: Offences.requestSlash or executeSlash."}
	slashUrgent = core.Reason{Code: "slash_urgent", Short: "four fifths of a slash's window are gone",
		Long: "A step of a slash is due, and soon nothing can be taken any more. Call Offences.requestSlash or executeSlash now."}
)

// Of a vault.
var (
	vaultTimes = core.Reason{Code: "vault_times", Short: "the vault's times do not fit",
		Long: "The vault's epoch and veto do not keep its stake slashable as long as the network needs (protocol §2, the last line). It must not be linked: unlink it, and use a vault that fits."}
	vaultResolver = core.Reason{Code: "vault_resolver", Short: "another resolver",
		Long: "The vault's slasher has not the network's resolver for this set: slashes could be vetoed by another, or by nobody. Unlink the vault."}
	vaultHook = core.Reason{Code: "vault_hook", Short: "delegator has a hook",
		Long: "The vault's delegator calls a contract of the curator's on every slash. It cannot stop a slash, but it makes it dearer. Ask the curator what it is for."}
	collateralWeightless = core.Reason{Code: "collateral_weightless", Short: "collateral counts nothing",
		Long: "The vault's collateral has no weight at the next capture: its stake counts 0. The owner announces weights; use a vault with an accepted collateral."}
)
