package slash

import "github.com/gear-tech/roster/core"

// Why evidence proves nothing.
var (
	OtherSlot = core.Reason{Code: "other_slot", Short: "statements of different slots",
		Long: "Two statements contradict each other only where an Executor may sign one of them: equal set, era and number of a batch, or equal set, era, fromEra, toEra and previousRoots of rewards; in a dispute equal set, number and previous hash, or equal set, fromEra, toEra and previousRoots."}
	SameContents = core.Reason{Code: "same_contents", Short: "statements say the same",
		Long: "The two statements have the same contents, so nobody contradicts anybody. A later set may repeat what an earlier one said."}
	OtherHeader = core.Reason{Code: "other_header", Short: "header of another set or era",
		Long: "A statement is verified under the header of the set and era it names; a bit means the same operator only under the same header."}
	NeverActive = core.Reason{Code: "never_active", Short: "set was never active",
		Long: "The header is of a proposal that never became active: anyone could have proposed it with keys of their own. It proves nothing about anybody (protocol §7)."}
	BitBeyondSet = core.Reason{Code: "bit_beyond_set", Short: "bit beyond the set",
		Long: "The bitmap marks an entry that the set does not have; bits from the header's count up are zero (protocol §5)."}
	NobodySigned = core.Reason{Code: "nobody_signed", Short: "statement without signers",
		Long: "The bitmap is empty: an identity signature verifies nothing (protocol §5)."}
	NobodySignedBoth = core.Reason{Code: "nobody_signed_both", Short: "nobody signed both",
		Long: "The two statements contradict each other, but no Executor signed both. Then one of two groups is wrong and nobody equivocated: file a dispute if one of them is certified."}
	WrongPreimage = core.Reason{Code: "wrong_preimage", Short: "batch is not the statement's",
		Long: "The batch that was handed in does not hash to what the statement signs, or is of another set or number: its previous hash cannot be known."}
	NotCertified = core.Reason{Code: "not_certified", Short: "neither statement certified",
		Long: "A dispute needs one certified statement: what no quorum signed has no effect, and its signers harm nobody."}
	NotInDispute = core.Reason{Code: "not_in_dispute", Short: "digest not in the dispute",
		Long: "The judge can name one of the dispute's two statements wrong, and nothing else."}
)

// What a vault owes.
var (
	PenaltyDue = core.Reason{Code: "penalty_due", Short: "slash may be requested",
		Long: "The vault counted for the operator at the capture, and the offence's fraction of the stake it had there, uncapped, may be requested from it."}
	PenaltyZero = core.Reason{Code: "penalty_zero", Short: "penalty rounds to nothing",
		Long: "The offence's fraction of the stake in this vault is less than one base unit, rounded down. Symbiotic refuses a slash of 0."}
	NotCounted = core.Reason{Code: "not_counted", Short: "vault did not count at the capture",
		Long: "The vault was not linked to the operator at the capture of the offence's era, so it did not vouch for it and is not slashed."}
)

// How a case ended.
var (
	AlreadyExecuted = core.Reason{Code: "already_executed", Short: "slash was executed",
		Long: "The slash of this offence in this vault was taken. There is one per offence and vault."}
	AlreadyVetoed = core.Reason{Code: "already_vetoed", Short: "slash was vetoed",
		Long: "The resolver vetoed the slash. A veto is final: it is not requested again."}
	TooLateToRequest = core.Reason{Code: "too_late_to_request", Short: "too late to request",
		Long: "No slash was requested by D(e) + requestWindow, or by Symbiotic's own limit, capture + epoch − veto. Nothing is taken from this vault for this offence; the jail stands."}
	WindowOver = core.Reason{Code: "window_over", Short: "slash window is over",
		Long: "capture + epochDuration has passed: Symbiotic no longer slashes stake of that capture. If a slash was requested, whoever runs the keeper was asleep."}
	NothingSlashable = core.Reason{Code: "nothing_slashable", Short: "nothing slashable left",
		Long: "Symbiotic's slashableStake of the capture is 0: earlier slashes took it all. A request or execution would revert with InsufficientSlash."}
	TooLateToReport = core.Reason{Code: "too_late_to_report", Short: "too late to report",
		Long: "D(e), for a wrong result D(e) + requestWindow, has passed. What is reported later has no consequence, so that the order of executions is known."}
	JudgeSilent = core.Reason{Code: "judge_silent", Short: "judge did not uphold in time",
		Long: "The judge named no wrong statement by D(e) + requestWindow. An absent judge slashes nobody."}
)

// What is due.
var (
	DueReport = core.Reason{Code: "due_report", Short: "offence can be reported",
		Long: "The evidence is complete and the offence not yet recorded. Anyone may report it until the deadline, for the bounty."}
	DueRequest = core.Reason{Code: "due_request", Short: "slash can be requested",
		Long: "The offence is recorded and the slash of this vault not yet requested. Anyone may call requestSlash; the sooner, the more time is left after the veto window."}
	DueExecute = core.Reason{Code: "due_execute", Short: "slash can be executed",
		Long: "The veto window is over and nothing older of the operator is open in this vault. Anyone may call executeSlash until capture + epochDuration."}
)

// What is waited for.
var (
	AwaitsJudge = core.Reason{Code: "awaits_judge", Short: "judge has not spoken",
		Long: "A dispute is filed; nothing follows until the judge, who runs the batch again, names the wrong statement."}
	InVetoWindow = core.Reason{Code: "in_veto_window", Short: "veto window is running",
		Long: "The resolver may still veto: the vault's vetoDuration, counted from our request."}
	OlderReportable = core.Reason{Code: "older_reportable", Short: "older offences can still be reported",
		Long: "Until D(e−1) an offence of an older era may be reported. Executing this one before would void the older capture in Symbiotic."}
	OlderDisputed = core.Reason{Code: "older_disputed", Short: "dispute of an older era is open",
		Long: "A dispute about an older era of the set was filed in time, and until D(e′) + requestWindow it may be upheld and its accused reported. Executing this slash before could void their captures in Symbiotic."}
	OlderOpen = core.Reason{Code: "older_open", Short: "older offence waits for its request",
		Long: "An older offence of the operator is recorded, and its slash in this vault can still be requested. Request it, and execute it first."}
	OlderRequested = core.Reason{Code: "older_requested", Short: "older slash waits for its execution",
		Long: "The slash of an older offence of the operator in this vault is requested and not yet executed or vetoed. Execute it first: the newer one would void it in Symbiotic."}
)

// Reasons returns every reason of this package in a fixed order.
func Reasons() []core.Reason {
	return []core.Reason{
		OtherSlot, SameContents, OtherHeader, NeverActive, BitBeyondSet, NobodySigned, NobodySignedBoth,
		WrongPreimage, NotCertified, NotInDispute,
		PenaltyDue, PenaltyZero, NotCounted,
		AlreadyExecuted, AlreadyVetoed, TooLateToRequest, WindowOver, NothingSlashable, TooLateToReport, JudgeSilent,
		DueReport, DueRequest, DueExecute,
		AwaitsJudge, InVetoWindow, OlderReportable, OlderDisputed, OlderOpen, OlderRequested,
	}
}
