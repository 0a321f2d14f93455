package doctor

import (
	"fmt"
	"strings"

	"github.com/gear-tech/roster/core"
)

// room is a check, and what it can find.
type room struct {
	name, about string
	reasons     []core.Reason
}

// rooms are the checks, in the order of a run.
func rooms() []room {
	return []room{
		{"endpoint", "Each URL answers JSON-RPC.", []core.Reason{endpointURL, endpointDNS, endpointRefused, endpointTimeout,
			endpointTLS, endpointAuth, endpointRateLimit, endpointNotRPC, endpointFailing}},
		{"chain_id", "It serves the chain that is meant. With no chain given, all must serve the first one's.", []core.Reason{wrongChain}},
		{"head", "Its newest block's time against this machine's clock. A development chain (id 1337) has a clock of its own: " +
			"that is said and is no finding.", []core.Reason{headOld, clockBehind}},
		{"syncing", "It has caught up with its chain.", []core.Reason{endpointSyncing}},
		{"finality", "It knows the block tags `finalized` and `safe`, and the final block is not older than `finalityLag` allows.",
			[]core.Reason{noFinalized, noSafe, finalitySlow}},
		{"contracts", "There is code at each of Roster's contracts.", []core.Reason{noCode, notRoster, otherAddress}},
		{"wiring", "The contracts name each other.", []core.Reason{wrongWiring}},
		{"set", "The operator set exists.", []core.Reason{noSet}},
		{"network", "Symbiotic knows the Middleware as a network and as that network's middleware.", []core.Reason{notANetwork, otherMiddleware}},
		{"roles", "Burner, resolver and judge.", []core.Reason{roleMissing, judgeIsResolver}},
		{"times", "The chain of inequalities of [protocol.md](protocol.md) §2, with the values on chain.", []core.Reason{timesBroken}},
		{"archive", "It answers calls at the block of the oldest capture that still matters: one for which a slash can still be executed.",
			[]core.Reason{pruned}},
		{"logs", "It gives the logs of 10,000 blocks in one answer.", []core.Reason{logRange, logsRefused}},
		{"parameters", "The set's parameters, and what is announced. It finds nothing, it tells.", nil},
		{"pot", "The set's free pot against an era's reward.", []core.Reason{potEmpty, potLow}},
		{"executors", "Who acts now, and until when.", []core.Reason{noExecutors, setLate}},
		{"election", "The election of the era to come, and its deadlines.", []core.Reason{notSealed, notProposed, nobodyEligible}},
		{"rewards", "A reward statement that waits.", []core.Reason{rewardsWaiting}},
		{"slashes", "Slashes that are due.", []core.Reason{slashLate, slashUrgent}},
		{"vault", "Each vault that an operator of the set has linked: its times, until when the stake behind the present era " +
			"stays slashable, its resolver, its hook, its collateral.", []core.Reason{vaultTimes, vaultResolver, vaultHook, collateralWeightless}},
		{"operator", "The operator in Symbiotic and in the set, as of the next capture.", []core.Reason{notSymbioticOperator,
			notOptedInNetwork, notRegistered, paused, jailed}},
		{"key", "The BLS key that is registered against the one in the file.", []core.Reason{keyFile, noKey, keyMismatch}},
		{"contact", "The endpoint that the operator registered, where other Executors reach it.", []core.Reason{contactUnusable}},
		{"commission", "What the operator keeps of what it earns, and what is announced. It finds nothing, it tells.", nil},
		{"links", "Each vault that the operator has linked gives stake; if not, why.", []core.Reason{noVault, notOptedInVault,
			limitZero, sharesZero, vaultEmpty, stakeZero, vaultUnreadable}},
		{"stake", "What counts for the operator at the next capture, if nothing changes, against `minStake`.", []core.Reason{belowMinimum}},
		{"rank", "Its place in an election of the next capture's stakes, if nothing changes.", []core.Reason{outranked}},
		{"keystore", "The key of the account that sends opens with its password.", []core.Reason{keystoreClosed}},
		{"gas", "The account's ether against a proposal, a challenge with replacement and an ejection at twice the present base fee.",
			[]core.Reason{gasLow}},
		{"bond", "The account's wVARA, and what the Router may take of it, against the highest bond of an era: sixteen times the first.",
			[]core.Reason{bondShort, allowanceShort}},
		{"store", "The node's file: it opens, is of this network, and keeps up. It is opened as the node does it, and only if it is there.",
			[]core.Reason{storeMissing, storeCorrupt, storeVersion, storeForeign, storeUnreadable, storeEmpty, storeBranch, storeBehind}},
		{"any of them", "Why a check could not be made.", []core.Reason{cannotRead, notLookedAt}},
	}
}

// Reasons returns every reason of this package, in the order of the checks.
func Reasons() []core.Reason {
	var all []core.Reason
	for _, r := range rooms() {
		all = append(all, r.reasons...)
	}
	return all
}

// Markdown renders docs/doctor.md.
func Markdown() []byte {
	var b strings.Builder
	b.WriteString("<!-- Generated from internal/doctor (make gen). Do not edit. -->\n\n" +
		"# roster doctor\n\n" +
		"`roster doctor` looks at everything that a node depends on and says what is wrong, with a code that is stable, what is\n" +
		"there, what is needed, and what to do. It sends and signs nothing. What follows from a fault that it found it does not\n" +
		"say again.\n\n" +
		"    roster doctor --devnet devnet.json --operator 0x… --bls-key bls.key\n\n" +
		"| exit status | |\n| --- | --- |\n" +
		"| 0 | everything is as it should be |\n" +
		"| 1 | there are findings (or it was interrupted) |\n" +
		"| 2 | it cannot tell: nothing was found, but something could not be looked at; also when it was called wrongly |\n\n" +
		fmt.Sprintf("`--json` writes the same as JSON: `schema` (this is %d), `status`, `chainId`, `block`, `time`, and `checks`, each with\n", Schema) +
		"`check` (what was looked at), `subject`, `severity` (`ok`, `finding`, `cannot_tell`), `code`, `text`, `have`, `need`, `do`\n" +
		"and `by` (the last moment for it, Unix seconds). Fields that are empty are left out.\n")
	for _, r := range rooms() {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n", r.name, r.about)
		if len(r.reasons) == 0 {
			continue
		}
		b.WriteString("\n| code | in short | the rule, and what to do |\n| --- | --- | --- |\n")
		for _, why := range r.reasons {
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", why.Code, cell(why.Short), cell(why.Long))
		}
	}
	return []byte(b.String())
}

// cell keeps a text inside its cell of a Markdown table.
func cell(s string) string { return strings.ReplaceAll(s, "|", `\|`) }
