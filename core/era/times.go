package era

import (
	"math"

	"github.com/gear-tech/roster/core"
)

// Never is later than every moment: the answer where a sum would not fit, and the argument for "has not
// happened".
const Never core.Time = math.MaxUint64

// Times are all times of a deployment, in seconds: immutable and global (protocol §2). The zero value is
// not a valid one; see Check.
type Times struct {
	// Genesis is the moment at which era 0 starts, at least ElectionLead after the deployment.
	Genesis core.Time
	// EraDuration is the length of one era.
	EraDuration core.Time
	// ElectionLead is how long before an era starts its stake is read.
	ElectionLead core.Time
	// SetLifetime is how long after its era's start a set may sign when no successor took over.
	SetLifetime core.Time
	// ChallengeWindow is how long a proposal can be proved wrong, at least.
	ChallengeWindow core.Time
	// DetectionWindow is how long after a set's lifetime an offence of its era may be reported.
	DetectionWindow core.Time
	// RequestWindow is how long after the last report a slash may be requested.
	RequestWindow core.Time
	// ExecutionWindow is how long after the veto a slash may be executed, at least.
	ExecutionWindow core.Time
	// SignersWindow is how long later signatures are added to a committed batch, and how long after its end
	// an era is closed.
	SignersWindow core.Time
	// RewardDelay is how long committed rewards wait before they are activated.
	RewardDelay core.Time
	// FinalityLag is how long after a capture everything about it is decided for everyone.
	FinalityLag core.Time
	// InclusionMargin is how long a transaction may take to get into a block.
	InclusionMargin core.Time
	// Notice is how long before it counts a change of the owner is announced, at least.
	Notice core.Time
	// MinVeto is the shortest veto window of a vault's slasher.
	MinVeto core.Time
	// MaxVaultEpoch is the longest epoch of a vault.
	MaxVaultEpoch core.Time
}

const hour core.Time = 3600

// Mainnet returns the times of the main network (protocol §2, table). Genesis is left 0, the deployment
// sets it.
func Mainnet() Times {
	return Times{
		EraDuration: 24 * hour, ElectionLead: 8 * hour, SetLifetime: 36 * hour,
		FinalityLag: hour / 2, InclusionMargin: hour, ChallengeWindow: 3 * hour,
		DetectionWindow: 48 * hour, RequestWindow: 24 * hour, MinVeto: 24 * hour, ExecutionWindow: 24 * hour,
		MaxVaultEpoch: 14 * 24 * hour, Notice: 28 * 24 * hour,
		SignersWindow: 6 * hour, RewardDelay: 24 * hour,
	}
}

// Devnet returns the times of the development network with blocks of one second (protocol §2, table).
// Genesis is left 0, the deployment sets it.
func Devnet() Times {
	return Times{
		EraDuration: 120, ElectionLead: 60, SetLifetime: 180,
		FinalityLag: 10, InclusionMargin: 5, ChallengeWindow: 15,
		DetectionWindow: 30, RequestWindow: 20, MinVeto: 20, ExecutionWindow: 30,
		MaxVaultEpoch: 360, Notice: 720,
		SignersWindow: 30, RewardDelay: 30,
	}
}

// plus adds moments and durations; what does not fit is Never, and Never stays Never.
func plus(terms ...core.Time) core.Time {
	var sum core.Time
	for _, term := range terms {
		if sum > Never-term {
			return Never
		}
		sum += term
	}
	return sum
}

// times multiplies; what does not fit is Never.
func times(n uint64, duration core.Time) core.Time {
	if n != 0 && duration > Never/core.Time(n) {
		return Never
	}
	return core.Time(n) * duration
}

// minus subtracts; what would be before 1970 is 0, and Never minus anything stays Never, because it stands
// for a moment of which only "too late to count" is known.
func minus(moment, duration core.Time) core.Time {
	if moment == Never {
		return Never
	}
	if duration > moment {
		return 0
	}
	return moment - duration
}
