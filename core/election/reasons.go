package election

import "github.com/gear-tech/roster/core"

// Why an operator is an Executor of an era or not, in the order in which the reasons are looked at.
var (
	NotRegistered = core.Reason{Code: "not_registered", Short: "not registered",
		Long: "At the capture the operator was not registered in this operator set: not yet, or it had left. Register with registerOperator before the next capture."}
	Paused = core.Reason{Code: "paused", Short: "paused",
		Long: "The operator had paused itself at the capture. Resume before the next one."}
	Jailed = core.Reason{Code: "jailed", Short: "jailed",
		Long: "An offence of the operator was recorded, and its jail lasts beyond the capture. It counts for all sets, and leaving does not end it."}
	NoKey = core.Reason{Code: "no_key", Short: "without a key",
		Long: "The operator had no BLS key at the capture. Register one with its proof of possession."}
	BelowMinimum = core.Reason{Code: "below_minimum", Short: "below the minimum stake",
		Long: "What counts of the stake in the operator's linked vaults, each at most maxVaultStake, is below minStake, or nothing. Vaults that could not be read count 0. Link more vaults or attract more stake."}
	Outranked = core.Reason{Code: "outranked", Short: "outranked",
		Long: "The operator is eligible, but all seats went to operators of greater weight, or, above the last seat, of equal weight. To be elected it needs more weight than the last Executor."}
	LostLottery = core.Reason{Code: "lost_lottery", Short: "lost the lottery",
		Long: "The operator's weight equals that of the last Executor, and the lottery of this era's seed put others first. Stake above maxStake does not count, so among operators at the cap the lottery decides."}
	Elected = core.Reason{Code: "elected", Short: "elected",
		Long: "The operator is an Executor of the era with its whole stake as weight."}
	ElectedCapped = core.Reason{Code: "elected_capped", Short: "elected with stake above the cap",
		Long: "The operator is an Executor of the era, and its stake is above maxStake: the part above it counts for nothing and earns nothing."}
)

// Why the Router itself refuses a proposal (protocol §4), in the order in which the reasons are looked at.
var (
	WrongSeed = core.Reason{Code: "wrong_seed", Short: "another seed than the sealed one",
		Long: "A proposal names the seed it was computed with. The seal was reorganised away, or the proposal is for another era: compute it again."}
	NoEntries = core.Reason{Code: "no_entries", Short: "no entries",
		Long: "A proposal has at least one entry. When nobody is eligible there is no proposal."}
	TooManyEntries = core.Reason{Code: "too_many_entries", Short: "more entries than seats",
		Long: "A proposal has at most maxExecutors entries, as of the capture."}
	WeightZero = core.Reason{Code: "weight_zero", Short: "an entry of weight 0",
		Long: "Every entry has a weight of 1 or more: who has none is not eligible."}
	WeightAboveCap = core.Reason{Code: "weight_above_cap", Short: "an entry above maxStake",
		Long: "No entry has a weight above maxStake, as of the capture: stake above it does not count."}
	OutOfOrder = core.Reason{Code: "out_of_order", Short: "entries out of order",
		Long: "Entries are strictly ordered, by weight descending and by lottery ascending. An operator that stands twice breaks the order too."}
)

// Why a posted proposal would lose to a challenge (protocol §4), in the order of Audit.
var (
	EntryUnknown = core.Reason{Code: "entry_unknown", Short: "lists who is no operator of the set",
		Long: "The entry's address was never registered in the set, so its weight is 0. challengeEntry proves it."}
	EntryIneligible = core.Reason{Code: "entry_ineligible", Short: "lists an operator that is not eligible",
		Long: "The entry's operator has no weight at the capture. challengeEntry proves it."}
	EntryWeight = core.Reason{Code: "entry_weight", Short: "lists a wrong weight",
		Long: "The entry's weight is not what the Middleware says for the capture. challengeEntry proves it."}
	EntryKey = core.Reason{Code: "entry_key", Short: "lists a wrong key",
		Long: "The entry's key hash is not what the Middleware says for the capture. challengeEntry proves it."}
	Omitted = core.Reason{Code: "omitted", Short: "leaves out an operator",
		Long: "The operator's weight puts it between two neighbours of the list, before its first entry or after the last of a list that is not full, and it does not stand there. challengeOmission proves it."}
	Misplaced = core.Reason{Code: "misplaced", Short: "lists an operator in a wrong place",
		Long: "The operator stands in the list with a wrong weight, and not where its right one puts it. challengeOmission proves it, as challengeEntry does."}
	WrongAggregate = core.Reason{Code: "wrong_aggregate", Short: "has a wrong aggregate key",
		Long: "The entries are right, but their keys do not add up to the aggregate key. challengeAggregate proves it."}
)

// Why an Executor can be ejected from the active set (protocol §4).
var (
	EjectJailed = core.Reason{Code: "eject_jailed", Short: "jailed since",
		Long: "The Executor is in jail now. Anyone can call eject."}
	EjectShrunk = core.Reason{Code: "eject_shrunk", Short: "slashable stake below the minimum",
		Long: "What is left to slash of the Executor's captured stake, by the rules of the capture, is below minStake. Anyone can call eject."}
)

// What is known of elections whose capture is still to come: of an operator whose seat depends on a seed that nobody knows, and
// of what will be different at a capture from what was before it.
var (
	LotteryOpen = core.Reason{Code: "lottery_open", Short: "the lottery decides",
		Long: "As things stand, more operators will have this operator's weight than there are seats left for them. Who of them is elected depends on the seed, which nobody knows before the era is sealed. More weight, up to maxStake, makes the seat certain."}
	SeatsChange = core.Reason{Code: "seats_change", Short: "maxExecutors changes",
		Long: "An announced number of seats counts from this capture on."}
	MinStakeChange = core.Reason{Code: "min_stake_change", Short: "minStake changes",
		Long: "An announced least stake counts from this capture on. Whoever has less is not eligible."}
	MaxStakeChange = core.Reason{Code: "max_stake_change", Short: "maxStake changes",
		Long: "An announced maxStake counts from this capture on. Stake above it does not count."}
	MaxVaultStakeChange = core.Reason{Code: "max_vault_stake_change", Short: "maxVaultStake changes",
		Long: "An announced maxVaultStake counts from this capture on. Stake of one operator in one vault above it does not count."}
	CollateralChange = core.Reason{Code: "collateral_change", Short: "the collateral's weight changes",
		Long: "An announced weight of the collateral of one of the operator's vaults counts from this capture on: what its stake is worth in wVARA. 0 stops counting it."}
	CommissionChange = core.Reason{Code: "commission_change", Short: "the commission changes",
		Long: "A commission that the operator announced counts from this capture on."}
	JailEnds = core.Reason{Code: "jail_ends", Short: "the jail ends",
		Long: "At this capture the operator is out of jail, and can be elected unless it is paused."}
	RivalChange = core.Reason{Code: "rival_change", Short: "another operator's weight changes",
		Long: "From this capture on another operator has more or less weight, for one of the same causes: its jail ends, or rules or the weight of a collateral change for it."}
)

// Reasons returns every reason of this package, in the order in which they are looked at.
func Reasons() []core.Reason {
	return []core.Reason{NotRegistered, Paused, Jailed, NoKey, BelowMinimum, Outranked, LostLottery, Elected, ElectedCapped,
		WrongSeed, NoEntries, TooManyEntries, WeightZero, WeightAboveCap, OutOfOrder,
		EntryUnknown, EntryIneligible, EntryWeight, EntryKey, Omitted, Misplaced, WrongAggregate,
		EjectJailed, EjectShrunk,
		LotteryOpen, SeatsChange, MinStakeChange, MaxStakeChange, MaxVaultStakeChange, CollateralChange, CommissionChange, JailEnds, RivalChange}
}
