package era

import "github.com/gear-tech/roster/core"

// MaxDuration is the longest duration that Check accepts: Symbiotic counts time in 48 bits. It keeps every
// sum of the chain far from 64 bits.
const MaxDuration core.Time = 1<<48 - 1

// Finding is one inequality of the chain of protocol §2, with its numbers.
type Finding struct {
	core.Reason
	// Words is the inequality in the names of the protocol: "electionLead ≤ eraDuration".
	Words string
	// Sum is the left side with its numbers, as far as it is more than one: "1800 + 3600 + 2·10800".
	Sum string
	// Need is the value of the left side, Have that of the right side, in seconds; Never when it does not fit
	// in 64 bits.
	Need, Have core.Time
	// OK is Need ≤ Have. A Need of Never is not OK.
	OK bool
}

// OK reports whether all findings are.
func OK(findings []Finding) bool {
	for _, f := range findings {
		if !f.OK {
			return false
		}
	}
	return true
}

// Check returns the chain of inequalities that times must satisfy at deployment (protocol §2), in the order
// of the protocol, each with its numbers: first that every duration is in 1 … MaxDuration, then the chain,
// last that a vault with the shortest veto fits under the longest epoch (the protocol's last line with
// minVeto and maxVaultEpoch; were it false, no vault could ever be linked). Genesis is not part of it, see
// CheckDeployment.
//
// Invariant: when all are OK, between D(e−1) and Capture(e) + epochDuration of a linked vault at least an
// era is left, for every e.
func Check(t Times) []Finding {
	lead, decided := term{"electionLead", t.ElectionLead}, []term{{"finalityLag", t.FinalityLag}, {"inclusionMargin", t.InclusionMargin}}
	margin, duration := decided[1:], term{"eraDuration", t.EraDuration}
	epoch := term{"maxVaultEpoch", t.MaxVaultEpoch}
	findings := append(durations(t),
		compare(leadHolds, append(decided, term{"2·challengeWindow", times(2, t.ChallengeWindow)}), lead),
		compare(leadInEra, []term{lead}, duration),
		compare(lifetimeHolds, []term{duration, lead}, term{"setLifetime", t.SetLifetime}),
		compare(detectionHolds, decided, term{"detectionWindow", t.DetectionWindow}),
		compare(marginInChallenge, margin, term{"challengeWindow", t.ChallengeWindow}),
		compare(marginInRequest, margin, term{"requestWindow", t.RequestWindow}),
		compare(marginInExecution, margin, term{"executionWindow", t.ExecutionWindow}),
		compare(executionInEra, []term{{"executionWindow", t.ExecutionWindow}}, duration),
		compare(delayInEra, []term{{"rewardDelay", t.RewardDelay}}, duration),
		compare(epochInEras, []term{epoch}, term{"64·eraDuration", times(64, t.EraDuration)}),
		compare(epochInNotice, []term{{"2·maxVaultEpoch", times(2, t.MaxVaultEpoch)}}, term{"notice", t.Notice}),
		compare(vaultPossible, slashChain(t, term{"minVeto", t.MinVeto}), epoch),
	)
	return findings
}

// CheckVault returns what a vault must satisfy at its first link (protocol §2, last line; §3): its veto is
// long enough, its epoch covers the chain from capture to execution, and is not endless. epochDuration is the
// vault's, vetoDuration its slasher's, in seconds.
func CheckVault(t Times, epochDuration, vetoDuration core.Time) []Finding {
	epoch, veto := term{"epochDuration", epochDuration}, term{"vetoDuration", vetoDuration}
	return []Finding{
		compare(vetoLongEnough, []term{{"minVeto", t.MinVeto}}, veto),
		compare(epochHolds, slashChain(t, veto), epoch),
		compare(epochNotEndless, []term{epoch}, term{"maxVaultEpoch", t.MaxVaultEpoch}),
	}
}

// CheckDeployment is Check, and that genesis is at least electionLead after the deployment at deployedAt, so
// that the capture of era 0 is not before it (protocol §2).
func CheckDeployment(t Times, deployedAt core.Time) []Finding {
	return append(Check(t), compare(genesisLater,
		[]term{{"deployment", deployedAt}, {"electionLead", t.ElectionLead}}, term{"genesis", t.Genesis}))
}

// slashChain is what may pass between a capture and the end of the last slash for it.
func slashChain(t Times, veto term) []term {
	return []term{{"electionLead", t.ElectionLead}, {"setLifetime", t.SetLifetime}, {"detectionWindow", t.DetectionWindow},
		{"requestWindow", t.RequestWindow}, veto, {"executionWindow", t.ExecutionWindow}}
}

// durations finds that each duration is at least 1, and that none is beyond MaxDuration: a single finding
// each, naming the one that is worst.
func durations(t Times) []Finding {
	all := []term{{"eraDuration", t.EraDuration}, {"electionLead", t.ElectionLead}, {"setLifetime", t.SetLifetime},
		{"challengeWindow", t.ChallengeWindow}, {"detectionWindow", t.DetectionWindow}, {"requestWindow", t.RequestWindow},
		{"executionWindow", t.ExecutionWindow}, {"signersWindow", t.SignersWindow}, {"rewardDelay", t.RewardDelay},
		{"finalityLag", t.FinalityLag}, {"inclusionMargin", t.InclusionMargin}, {"notice", t.Notice},
		{"minVeto", t.MinVeto}, {"maxVaultEpoch", t.MaxVaultEpoch}}
	shortest, longest := all[0], all[0]
	for _, d := range all[1:] {
		if d.value < shortest.value {
			shortest = d
		}
		if d.value > longest.value {
			longest = d
		}
	}
	return []Finding{
		compare(durationSet, []term{{"1", 1}}, shortest),
		compare(durationBounded, []term{longest}, term{"2^48 − 1", MaxDuration}),
	}
}
