package era

import "github.com/gear-tech/roster/core"

// Start is the moment at which era e starts: genesis + e·eraDuration (protocol §2).
func (t Times) Start(e core.Era) core.Time { return plus(t.Genesis, times(uint64(e), t.EraDuration)) }

// Capture is the moment at which the stake of era e is read: Start(e) − electionLead (protocol §2). The
// capture of an early era lies before genesis, and never before the deployment (CheckDeployment).
func (t Times) Capture(e core.Era) core.Time { return minus(t.Start(e), t.ElectionLead) }

// At is the clock's era at a moment: the greatest e with Start(e) ≤ now. Before genesis, and without an era
// duration, there is none: false.
func (t Times) At(now core.Time) (core.Era, bool) {
	if now < t.Genesis || t.EraDuration == 0 {
		return 0, false
	}
	return core.Era((now - t.Genesis) / t.EraDuration), true
}

// PerYear is how many whole eras fit in 365 days; 0 without an era duration.
func (t Times) PerYear() uint64 {
	if t.EraDuration == 0 {
		return 0
	}
	return uint64(365 * 24 * hour / t.EraDuration)
}

// CapturedAt is the greatest era whose capture is at or before a moment; false when there is none yet.
func (t Times) CapturedAt(now core.Time) (core.Era, bool) { return t.At(plus(now, t.ElectionLead)) }

// SealableAt is the first moment at which the seed of era e may be stored: Capture(e) + finalityLag
// (protocol §4). From then on its election is the same for everyone.
func (t Times) SealableAt(e core.Era) core.Time { return plus(t.Capture(e), t.FinalityLag) }

// LifetimeEnd is the first moment at which the Router accepts nothing more from the set of era e:
// Start(e) + setLifetime (protocol §2). The set may sign while now < LifetimeEnd(e).
func (t Times) LifetimeEnd(e core.Era) core.Time { return plus(t.Start(e), t.SetLifetime) }

// MayPropose reports whether at a moment the times allow a proposal for era e: its seal may be there, and
// challenges still fit before the end of its lifetime, now + challengeWindow < LifetimeEnd(e) (protocol §4).
// That no other proposal stands and no later set is active is for the caller to know.
func (t Times) MayPropose(e core.Era, now core.Time) bool {
	return now >= t.SealableAt(e) && plus(now, t.ChallengeWindow) < t.LifetimeEnd(e)
}

// LastProposal is the last second at which MayPropose allows a proposal for era e.
func (t Times) LastProposal(e core.Era) core.Time {
	return minus(t.LifetimeEnd(e), plus(t.ChallengeWindow, 1))
}

// ActiveAt is the moment from which a proposal for era e, posted at postedAt, is beyond challenge and its
// set may sign: max(Start(e), postedAt + challengeWindow) (protocol §4). Until then, and never after, it can
// be proved wrong.
func (t Times) ActiveAt(e core.Era, postedAt core.Time) core.Time {
	return max(t.Start(e), plus(postedAt, t.ChallengeWindow))
}

// End is the moment at which the term of era e ends: min(LifetimeEnd(e), nextActiveAt) (protocol §8).
// nextActiveAt is the ActiveAt of the first later set to become active, Never while there is none.
func (t Times) End(e core.Era, nextActiveAt core.Time) core.Time {
	return min(t.LifetimeEnd(e), nextActiveAt)
}

// ClosedAt is the moment from which era e is closed and its rewards can be computed: End + signersWindow
// (protocol §8), with or without a set.
func (t Times) ClosedAt(e core.Era, nextActiveAt core.Time) core.Time {
	return plus(t.End(e, nextActiveAt), t.SignersWindow)
}

// ActivatableAt is the first moment at which rewards committed at a moment can be activated (protocol §8).
func (t Times) ActivatableAt(committedAt core.Time) core.Time {
	return plus(committedAt, t.RewardDelay)
}

// RewardLag is for how many eras, at the most, what an era leaves unpaid of its reservation is missing in the free pot while
// Executors do their duty: the remainder of era e is back before era e + RewardLag reserves, which happens from SealableAt
// on. Era e closes signersWindow after its successor started; the set of the first era that starts after that commits, and
// activates rewardDelay later (protocol §8); each of the two transactions takes up to inclusionMargin. 0 without an era
// duration.
func (t Times) RewardLag() uint64 {
	if t.EraDuration == 0 {
		return 0
	}
	up := func(d core.Time) uint64 { return uint64((d + t.EraDuration - 1) / t.EraDuration) }
	signing := 1 + up(t.SignersWindow)
	return signing + up(minus(t.RewardDelay+2*t.InclusionMargin+t.ElectionLead, t.FinalityLag))
}

// Effective says when a change of the owner counts that is announced at a moment: from the first capture at
// least notice later, and hence for the returned era and all after it (protocol §2). False when that is
// beyond all eras. What the constructor and createSet set counts from the next second instead.
func (t Times) Effective(announcedAt core.Time) (core.Era, core.Time, bool) {
	earliest := plus(announcedAt, t.Notice)
	if earliest == Never || t.EraDuration == 0 {
		return 0, Never, false
	}
	e, ok := t.CapturedAt(earliest)
	if !ok {
		return 0, t.Capture(0), true
	}
	if t.Capture(e) < earliest {
		e++
	}
	at := t.Capture(e)
	return e, at, at != Never
}
