package era

import "github.com/gear-tech/roster/core"

// The inequalities of protocol §2, and what each is for.
var (
	durationSet = core.Reason{Code: "duration_zero", Short: "a duration is 0",
		Long: "Every duration is at least one second: a zero window is one in which nothing can happen, and stake is only final strictly before the block. Set the one that is named."}
	durationBounded = core.Reason{Code: "duration_too_long", Short: "a duration is beyond 48 bits",
		Long: "Symbiotic counts time in 48 bits; longer durations overflow its sums. Shorten the one that is named."}
	leadHolds = core.Reason{Code: "lead_too_short", Short: "the election does not fit before the era",
		Long: "Between capture and start of an era the stake becomes final, a proposal is posted, and a wrong one and its replacement are challenged in full. Lengthen electionLead or shorten challengeWindow."}
	leadInEra = core.Reason{Code: "lead_beyond_era", Short: "an election starts before the last one ended",
		Long: "Elections of two eras would run at once. Shorten electionLead or lengthen eraDuration."}
	lifetimeHolds = core.Reason{Code: "lifetime_too_short", Short: "a set dies before a late successor can be active",
		Long: "A set must be able to go on through the whole next era's election when its own successor failed. Lengthen setLifetime."}
	detectionHolds = core.Reason{Code: "detection_too_short", Short: "an offence at the last moment cannot be reported",
		Long: "What a set signs at the end of its lifetime is seen once final, and the report must get into a block. Lengthen detectionWindow."}
	marginInChallenge = core.Reason{Code: "challenge_too_short", Short: "a challenge cannot get into a block in time",
		Long: "A challenge window shorter than a transaction may take lets a wrong proposal stand. Lengthen challengeWindow."}
	marginInRequest = core.Reason{Code: "request_too_short", Short: "a slash request cannot get into a block in time",
		Long: "An offence reported at the last moment must still be requested. Lengthen requestWindow."}
	marginInExecution = core.Reason{Code: "execution_too_short", Short: "an execution cannot get into a block in time",
		Long: "A slash requested at the last moment must still be executed after its veto window. Lengthen executionWindow."}
	executionInEra = core.Reason{Code: "execution_beyond_era", Short: "executions of two eras overlap",
		Long: "Slashes of an era are executed after those of the era before; one era at least lies between D(e−1) and the end of a vault's epoch. Shorten executionWindow."}
	delayInEra = core.Reason{Code: "delay_beyond_era", Short: "rewards wait longer than an era",
		Long: "Each era's set signs one distribution while none is pending, so one must not wait longer than an era. Shorten rewardDelay."}
	epochInEras = core.Reason{Code: "epoch_beyond_eras", Short: "a vault's epoch spans more than 64 eras",
		Long: "At most 64 older eras may be open for a slash at once. Shorten maxVaultEpoch."}
	epochInNotice = core.Reason{Code: "notice_too_short", Short: "stakers cannot leave before a change counts",
		Long: "A withdrawal takes up to two epochs of the vault; whoever disagrees with a change must be able to leave first. Lengthen notice."}
	vaultPossible = core.Reason{Code: "no_vault_possible", Short: "no vault can satisfy the chain",
		Long: "Even with the shortest veto the chain from capture to execution is longer than the longest epoch, so no vault could be linked. Lengthen maxVaultEpoch."}
	vetoLongEnough = core.Reason{Code: "veto_too_short", Short: "the vault's veto window is too short",
		Long: "Every slash of ours can be vetoed for at least minVeto. Use a vault whose slasher has a longer vetoDuration."}
	epochHolds = core.Reason{Code: "vault_epoch_too_short", Short: "the vault's stake would escape before it can be slashed",
		Long: "From its capture until the last execution for it stake must stay slashable, else who misbehaves at the end of a term is out of reach. Use a vault with a longer epoch or a shorter veto."}
	epochNotEndless = core.Reason{Code: "vault_epoch_too_long", Short: "the vault's epoch is too long",
		Long: "A vault's stakers must be able to leave within notice, and a slash must become final. Use a vault with a shorter epoch."}
	genesisLater = core.Reason{Code: "genesis_too_early", Short: "era 0 is captured before the deployment",
		Long: "Genesis is at least electionLead after the deployment, so that the first capture sees what was registered. Choose a later genesis."}
)

// Reasons returns every reason of this package, in the order of protocol §2.
func Reasons() []core.Reason {
	return []core.Reason{durationSet, durationBounded, leadHolds, leadInEra, lifetimeHolds, detectionHolds,
		marginInChallenge, marginInRequest, marginInExecution, executionInEra, delayInEra, epochInEras,
		epochInNotice, vaultPossible, vetoLongEnough, epochHolds, epochNotEndless, genesisLater}
}
