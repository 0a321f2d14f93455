package main

import (
	"fmt"

	"github.com/gear-tech/roster/internal/chain"
)

// advised is what a contract's error most likely comes from, and what to do or to call next.
type advised struct{ cause, next string }

// withAdvice adds to a refusal by a contract what it most likely comes from, and what to do.
func withAdvice(err error) error {
	a, known := advices[chain.RevertName(err)]
	if !known {
		return err
	}
	return fmt.Errorf("%w\n  likely cause: %s\n  next: %s", err, a.cause, a.next)
}

// advices are what to say about each error that a user's command can meet, by its name. Where several contracts have an error of
// one name, the words fit all of them.
var advices = merged(operatorAdvices, vaultAdvices, stakerAdvices, ownerAdvices, programAdvices)

func merged(tables ...map[string]advised) map[string]advised {
	all := map[string]advised{}
	for _, table := range tables {
		for name, a := range table {
			if _, double := all[name]; double {
				panic("two advices about " + name)
			}
			all[name] = a
		}
	}
	return all
}

// operatorAdvices are about joining, and what comes after it.
var operatorAdvices = map[string]advised{
	"AlreadyOptedIn":            {"the opt-in is done", "Call roster operator join again: it does the rest."},
	"NotOptedIn":                {"there is no opt-in to end", "Look where you stand: roster operator join --dry-run."},
	"OptOutCooldown":            {"an opt-in follows an opt-out too soon; Symbiotic wants some time in between", "Wait, then call it again."},
	"NotWho":                    {"the account is not in Symbiotic's registry of operators", "roster operator join enters it first."},
	"NotWhereEntity":            {"what is opted in to is no vault or network of Symbiotic's, on this chain", "Check the address and --rpc-url: roster vault check."},
	"OperatorAlreadyRegistered": {"the account is in Symbiotic's registry", "Call roster operator join again: it does the rest."},
	"AlreadyRegistered":         {"the operator is in the set", "roster operator rotate, commission, endpoint and link change what it joined with."},
	"NotRegistered":             {"the operator is not in this set, or has left it", "roster operator join, with the right --set."},
	"NotSymbioticOperator":      {"the account is not in Symbiotic's registry of operators", "roster operator join enters it first."},
	"NotOptedIntoNetwork":       {"the operator has not opted in to the network, or has opted out", "roster operator join opts in."},
	"AlreadyPaused":             {"the operator is paused", "roster operator resume ends it."},
	"NotPaused":                 {"the operator takes part", "roster operator pause keeps it out."},
	"Jailed":                    {"the operator was convicted, and sits out until the moment that is named", "Wait; roster slash show --operator says why."},
	"CommissionTooHigh":         {"a commission is 0 to 10000 basis points", "Give a lower one."},
	"EndpointTooLong":           {"the multiaddr has more bytes than the contract stores", "Give one multiaddr with its peer id, as the node says it."},
	"KeyAlreadyUsed":            {"each BLS key is registered once, ever, in any set, by anyone", "Make another: roster keys new --bls."},
	"IdentityKey":               {"the BLS key is the point at infinity, which everybody can sign for", "Make another: roster keys new --bls."},
	"IdentitySignature":         {"the BLS signature is the point at infinity", "Make another key: roster keys new --bls."},
	"SignatureMismatch":         {"the proof of possession is of another key, operator, set or chain", "Check --bls-keystore, --set and --chain-id."},
}

// vaultAdvices are about enrolling, linking and delegating.
var vaultAdvices = map[string]advised{
	"NotSymbioticVault":                {"the address is no vault that Symbiotic's factory made", "Check the address, and that --rpc-url is on its chain."},
	"VaultNotInitialized":              {"the vault has no delegator or slasher yet", "Whoever made it sets both; make vaults with Symbiotic's VaultConfigurator."},
	"VaultVersionNotAccepted":          {"the Middleware knows the versions 1 and 2, and none that Symbiotic blacklisted", "Use a vault of version 1 or 2."},
	"DelegatorTypeNotAccepted":         {"with a FullRestake delegator one operator's slash would take what backs another; or Symbiotic blacklisted the type", "Use a vault with a NetworkRestake, OperatorSpecific or OperatorNetworkSpecific delegator."},
	"SlasherTypeNotAccepted":           {"every slash must be open to a veto, which Symbiotic's instant Slasher does not give", "Use a vault with a VetoSlasher."},
	"VaultWithoutSlasher":              {"nobody could ever be slashed", "Use a vault with a VetoSlasher."},
	"VetoTooShort":                     {"the vault's veto is shorter than the network's minimum", "Use a vault with a longer vetoDuration: roster network show has the times."},
	"EpochTooShort":                    {"the stake would escape before the last slash for it: the epoch must hold the whole way from capture to execution and the vault's own veto", "Use a vault with a longer epoch, or a shorter veto: roster vault check has the sum."},
	"EpochTooLong":                     {"stakers could not leave within the notice", "Use a vault with a shorter epoch: roster network show has the times."},
	"BurnerHookNotAccepted":            {"the burner is called on every slash, and could make it fail", "Use a vault whose slasher has isBurnerHook false."},
	"BurnerNotAccepted":                {"slashed stake would go to another address than the network's burner", "Make a vault with that burner: roster network show names it."},
	"CollateralNotAccepted":            {"the collateral has no weight, nor one announced", "The owner can announce one: roster network collateral."},
	"DelegatorOfAnotherNetwork":        {"the delegator serves one network, and it is another", "Use a vault whose delegator serves the Middleware."},
	"NotInChargeOfVault":               {"who enrolls must hold NETWORK_LIMIT_SET_ROLE of the delegator, or be the operator that it serves", "Send with that account: roster vault check --from says who it is."},
	"VaultAlreadyEnrolled":             {"a vault backs one set, for good", "Look which: roster vault show."},
	"VaultNotEnrolled":                 {"nobody gave the vault to a set", "Its curator: roster vault enroll."},
	"VaultBacksAnotherSet":             {"a vault backs one set, for good, and it is another", "Name that set with --set, or use another vault."},
	"VaultOfAnotherOperator":           {"the vault's delegator serves one operator, and it is another", "Link a vault that serves you, or one with a NetworkRestake delegator."},
	"VaultAlreadyLinked":               {"the operator has the vault in one of its slots", "Nothing is to do; roster election explain says what it gives."},
	"VaultNotLinked":                   {"the operator has not linked the vault in this set", "Check the vault and --set: roster vault show."},
	"TooManyVaults":                    {"all slots for vaults are taken", "Free one: roster operator unlink."},
	"AccessControlUnauthorizedAccount": {"the account has not the role that this takes", "Send with an account that has it: the command names the role's holders before it sends; else ask its admin."},
	"AlreadySet":                       {"it has that value", "Nothing is to do: roster vault show."},
	"ExceedsMaxNetworkLimit":           {"the network takes less: it takes nothing from a vault that is not enrolled for this set", "roster vault enroll, with the right --set."},
	"NotNetwork":                       {"only the network itself may do this", "The Middleware does it when a vault is enrolled: roster vault enroll."},
	"NotEnoughGas":                     {"too little gas was given to read a vault safely", "Let the command choose the gas, or give more."},
}

// stakerAdvices are about money: deposits, withdrawals, claims, wVARA.
var stakerAdvices = map[string]advised{
	"InsufficientDeposit":        {"a deposit of 0", "Give an amount above 0."},
	"DepositLimitReached":        {"the vault takes no more", "Deposit less, or in another vault of the set: roster vault show."},
	"NotWhitelistedDepositor":    {"the vault takes deposits of chosen accounts alone", "Ask its curator, or use another vault: roster vault show."},
	"InsufficientWithdrawal":     {"a withdrawal of 0", "Give an amount above 0."},
	"TooMuchWithdraw":            {"more than the account has active in the vault, perhaps since a slash", "roster staker show says what there is; withdraw all takes it."},
	"AlreadyClaimed":             {"it was claimed before", "Nothing is to do; roster staker show, or roster program messages, has what is left."},
	"InsufficientClaim":          {"nothing of the account lies in that epoch's bucket", "roster staker show says what there is."},
	"InvalidEpoch":               {"the withdrawal's epoch has not ended", "Wait until the moment that roster staker show names."},
	"InsufficientTotalClaimable": {"the leaf was paid already", "Nothing is to do; roster reward proof has what was claimed."},
	"InvalidProof":               {"the root changed since the proof was made, or the file is of other rewards", "Call it again, without --file: the leaves are then computed anew."},
	"RootNotSet":                 {"no rewards of the set were activated yet", "Wait for the first: roster set show."},
	"InsufficientBalance":        {"the reward contract has less than the leaf says", "Tell the network's owner: roster reward verify --all."},
	"InsufficientTransfer":       {"the token moved less than was asked", "Check the collateral: one that takes a fee does not work."},
	"ERC20InsufficientAllowance": {"the contract may not take so much of the account's wVARA", "Call the command again: it approves first; of a node's bond, the runbook has more."},
	"ERC20InsufficientBalance":   {"the account has less wVARA than that", "Give it more, or ask for less."},
	"SafeERC20FailedOperation":   {"the token refused the transfer, by its own error or without one", "Check the balance, and what the contract may take."},
}

// ownerAdvices are about the network and its sets.
var ownerAdvices = map[string]advised{
	"OwnableUnauthorizedAccount":   {"the account is not the owner; to accept, not the one that the owner named", "Send with the right account: roster network show names both."},
	"OwnableInvalidOwner":          {"the owner would be the zero address", "Name one that exists."},
	"OnlyOwner":                    {"only the Middleware's owner may do this", "Send with the owner's account: roster network show names it."},
	"ParameterOutOfBounds":         {"a parameter is outside of what the contract allows for ever", "Give a value between the least and the most that the error names."},
	"UnknownSet":                   {"there is no operator set of this number", "Correct --set: roster network show counts them."},
	"InequalityBroken":             {"the times do not satisfy protocol §2: left must not exceed right", "Correct the parameters: roster network deploy --dry-run lists every inequality."},
	"ZeroAddress":                  {"an address that must be named is zero", "Name it in the parameters."},
	"NoBatchBlocks":                {"batchBlocks is 0", "Give at least 1."},
	"NoBatchGas":                   {"batchGas is 0", "Give at least 1."},
	"NoRewardsPending":             {"no rewards of the set wait", "Nothing is to do: roster set show."},
	"NetworkAlreadyRegistered":     {"the contract registered with Symbiotic before", "Deploy anew."},
	"CheckpointUnorderedInsertion": {"something that counts later was announced already", "Wait until it counts, then announce: roster set show."},
}

// programAdvices are about programs and their messages.
var programAdvices = map[string]advised{
	"UnknownCode":         {"nobody uploaded code of this id, all of it", "roster program upload."},
	"UnknownProgram":      {"there is no program of this id", "roster program messages lists them; check --set."},
	"ProgramExists":       {"the same code, sender and salt made one already", "Give another --salt, or use the one there is."},
	"PayloadTooLong":      {"the payload has more bytes than a message may", "Send less."},
	"ChunkTooLong":        {"a piece of code is longer than a call may carry", "roster program upload cuts it."},
	"ChunkOutOfRange":     {"a piece is beyond the code's announced length", "roster program upload counts them."},
	"NothingToClaim":      {"the message carries no value for the account", "roster program messages shows what it carries."},
	"NotInBatch":          {"the message is not in a committed batch", "Wait for the batch: roster program messages."},
	"AlreadyDelivered":    {"the message was delivered", "Nothing is to do."},
	"AlreadyReplied":      {"the message was answered", "Nothing is to do."},
	"NotDestination":      {"the message is for another account", "Send with that account."},
	"NoCodeAtDestination": {"the message is for an account that is no contract", "It claims the value itself."},
}

// unadvised are the errors that no command of a user's raises: a reason for each group.
var unadvised = map[string][]string{
	"a node meets them, and its outbox knows what to do (docs/runbook.md)": {
		"AbsentLength", "AggregateIsRight", "AggregateIsWrong", "AlreadyDisputed", "AlreadyEjected", "AlreadyExecuted", "AlreadyProposed",
		"AlreadyReported", "AlreadyRequested", "AlreadySealed", "AlreadyUpheld", "BeforeGenesis", "BitsBeyondCount", "BlockHashMismatch",
		"BlockNotPast", "ChallengeOver", "DifferentSlots", "DigestCancelled", "EjectedSigner", "EntriesLength", "EntriesOutOfOrder",
		"EntryIsRight", "EraNotClosed", "EraOutOfRange", "IndexOutOfRange", "KeyNotRegistered", "KeysLength", "KeysNotConfirmed",
		"LeavesLength", "LifetimeOver", "ListIsFull", "NeitherCertified", "NeverActive", "NoContradiction", "NoQuorum", "NoReasonToEject",
		"NobodyAccused", "NobodySigned", "NotActiveYet", "NotBetween", "NotEligible", "NotInThePast", "NotOfTheDispute", "NotRequested",
		"NotSealable", "NotSealed", "NotSigned", "NotTheHead", "NotTheIntervalsEnd", "NotThePending", "NotUpheld", "NothingToRelease",
		"NumberNotAbove", "OlderDisputeOpen", "OlderOffenceOpen", "OlderReportsOpen", "OverEmission", "ProofLength", "RewardsPending",
		"RootMismatch", "SeedMismatch", "SignaturesMismatch", "SlashVetoed", "SupersededBy", "TooEarlyToActivate", "TooLateToPropose",
		"TooLateToReport", "TooLateToRequest", "TooLateToUphold", "TooManyEntries", "UnknownDispute", "UnknownHeader", "UnknownOffence",
		"VaultDidNotCount", "VetoWindowOpen", "WeightOutOfRange", "WrongFirstEra", "WrongHeader", "WrongLastEra", "WrongPreviousRoots"},
	"the judge and the resolver meet them, who have no command yet": {
		"OnlyJudge", "NotResolver", "NoResolver", "SlashRequestCompleted", "SlashRequestNotExist", "VetoPeriodEnded", "VetoPeriodNotEnded"},
	"our contracts raise them against each other, or against what cannot be": {
		"CannotReceive", "DstTooLong", "HeldTooLittle", "IsReply", "OnlyMiddleware", "OnlyOffences", "OnlyRewards", "OnlyRouter", "PrecompileFailed",
		"ReentrancyGuardReentrantCall", "SafeCastOverflowedUintDowncast"},
	"Symbiotic raises them of calls that no command makes": {
		"AccessControlBadConfirmation", "AddressEmptyCode", "AddressInsufficientBalance", "AlreadyBlacklisted", "AlreadyInitialized",
		"AlreadyWhitelisted", "DelegatorAlreadyInitialized", "DuplicateRoleHolder", "ERC1167FailedCreateClone", "EntityNotExist",
		"ExpiredSignature", "FailedInnerCall", "InsufficientBurnerGas", "InsufficientHookGas", "InsufficientRedemption", "InsufficientSlash",
		"InvalidAccount", "InvalidCaptureEpoch", "InvalidCaptureTimestamp", "InvalidClaimer", "InvalidCollateral", "InvalidDelegator",
		"InvalidEpochDuration", "InvalidImplementation", "InvalidInitialization", "InvalidLengthEpochs", "InvalidNetwork", "InvalidOnBehalfOf",
		"InvalidRecipient", "InvalidResolverSetEpochsDelay", "InvalidSignature", "InvalidSlasher", "InvalidTimestamp", "InvalidType",
		"InvalidVersion", "InvalidVetoDuration", "MathOverflowedMulDiv", "MissingRoleHolders", "MissingRoles", "NoBurner", "NoPreviousEpoch",
		"NotDelegator", "NotFactory", "NotInitialized", "NotInitializing", "NotNetworkMiddleware", "NotOperator", "NotOwner", "NotSlasher",
		"NotVault", "OldVersion", "SlashPeriodEnded", "SlasherAlreadyInitialized", "TooMuchRedeem", "ZeroAddressRoleHolder"},
	"the token raises them of permits and of zero addresses": {
		"ECDSAInvalidSignature", "ECDSAInvalidSignatureLength", "ECDSAInvalidSignatureS", "ERC20InvalidApprover", "ERC20InvalidReceiver",
		"ERC20InvalidSender", "ERC20InvalidSpender", "ERC2612ExpiredSignature", "ERC2612InvalidSigner", "InvalidAccountNonce",
		"InvalidShortString", "StringTooLong"},
}
