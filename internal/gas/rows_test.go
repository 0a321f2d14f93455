package gas

// codeLimit is EIP-170's.
const codeLimit = 24_576

// rows are the table as it should be, but for the numbers. The limits are those of the project's plan.
var rows = Table{
	{Row: "propose.100", AtMost: 360_000, Measured: "propose, 100 entries of distinct weights; sealed before; the set's second " +
		"proposal: its emission is reserved beside an earlier one; the Router holds the bond before; bond approved once, for good"},
	{Row: "propose.100.first", Measured: "the same, the set's first proposal of all"},
	{Row: "propose.100.soleBond", Measured: "the same, the Router owning no wVARA before: every other bond was released"},
	{Row: "certificate.100.all", AtMost: 180_000, Measured: "commitBatch, second of the set, no messages, batchReward 0; all 100 signed"},
	{Row: "certificate.100.absent10", AtMost: 265_000, Measured: "the same, 10 of 100 absent, evenly spread: the longest multiproof"},
	{Row: "certificate.100.paid", Measured: "all 100 signed, batchReward 1 wVARA from the free pot to one who owns wVARA"},
	{Row: "challenge.entry.3vaults", AtMost: 430_000, Measured: "challengeEntry, 1 of 100 a base unit too heavy, over 3 vaults of delegator " +
		"type 0, each with 50 deposits and 50 changes of another operator's shares since the capture; no replacement"},
	{Row: "challenge.entry.3vaults.quiet", Measured: "the same, nothing changed since the capture"},
	{Row: "challenge.entry.3vaults.busy", Measured: "the same, 50 deposits, changes of the limit, of another's and of the operator's own " +
		"shares in each vault since the capture"},
	{Row: "challenge.entry.16vaults", AtMost: 1_800_000, Measured: "as challenge.entry.3vaults, over 16"},
	{Row: "challenge.entry.16vaults.quiet", Measured: "as challenge.entry.3vaults.quiet, over 16"},
	{Row: "challenge.entry.16vaults.busy", Measured: "as challenge.entry.3vaults.busy, over 16"},
	{Row: "challenge.aggregate.100", AtMost: 1_000_000, Measured: "challengeAggregate, the sum of 99 keys in place of 100; no replacement"},
	{Row: "register", AtMost: 320_000, Measured: "registerOperator, first time, with proof of possession and an endpoint of 40 bytes"},
	{Row: "report.equivocation", AtMost: 350_000, Measured: "reportBatches, set of 100, all of whom signed both batches, 1 accused, never before"},
	{Row: "confirm.100", Measured: "confirmKeys, set of 100: once for a set and era, before its first report"},
	{Row: "confirm.4", Measured: "the same, set of 4"},
	{Row: "report.equivocation.of4", Measured: "the same, set of 4"},
	{Row: "report.equivocation.alone", Measured: "set of 100, all signed one batch, the accused alone the other: 99 absent"},
	{Row: "rewards.commitAndActivate", AtMost: 300_000, Measured: "rewards.commit - rewards.certificate + rewards.activate"},
	{Row: "rewards.commit", Measured: "commitRewards of one era, both roots, the set's second, certified by all 100"},
	{Row: "rewards.certificate", Measured: "a transaction to Router.checkCertificate with that certificate, less one " +
		"that does nothing; inside commitRewards it finds a word warm and takes about 2,000 less"},
	{Row: "rewards.activate", Measured: "activateRewards of it: both contracts paid, both roots set, the rest freed"},
	{Row: "claim.first", AtMost: 110_000, Measured: "claimRewards of a tree of 2^17, 17 siblings, to one who owned no wVARA"},
	{Row: "claim.later", AtMost: 75_000, Measured: "the same account's next claim, after the next root"},
	code("Middleware"), deployment("Middleware"),
	code("Operators"), deployment("Operators"),
	code("Router"), deployment("Router"),
	code("Rewards"), deployment("Rewards"),
	code("Offences"), deployment("Offences"),
	code("Programs"), deployment("Programs"),
	code("WrappedVara"), deployment("WrappedVara"),
}

func code(contract string) Row {
	return Row{Row: "bytecode." + contract, AtMost: codeLimit, Measured: "deployed code, bytes"}
}

func deployment(contract string) Row {
	return Row{Row: "deploy." + contract, Measured: "its deployment by itself"}
}
