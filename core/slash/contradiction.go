package slash

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/quorum"
)

// Contradiction is what a dispute stands on: two statements of one slot with different contents, at least one
// of them certified (protocol §7). The chain cannot tell which is wrong: nothing follows until the judge says.
type Contradiction struct {
	Set   core.SetID
	Sides [2]Side
}

// Side is one of the two statements.
type Side struct {
	Era     core.Era // of the set that signed it; the two may differ, when a later set goes on
	Digest  core.Hash
	Signers quorum.Bitmap
}

// ContradictBatches proves that two `Batch` statements of equal set, number and previous hash have different
// contents. The preimages are handed in and checked against the statements.
//
// Errors are *Refused: as for EquivocateBatches, a preimage of another batch, or neither statement certified:
// a minority alone cannot summon the judge.
func ContradictBatches(d batch.Domain, a, b SignedBatch) (Contradiction, error) {
	if err := batchesDiffer(a, b); err != nil {
		return Contradiction{}, err
	}
	return contradict(a.Statement.Set, [2]Signature{a.Signature, b.Signature}, [2]Side{
		{Era: a.Statement.Era, Digest: a.Statement.Digest(d)}, {Era: b.Statement.Era, Digest: b.Statement.Digest(d)},
	})
}

// ContradictRewards proves that two `Rewards` statements of equal set, fromEra, toEra and previousRoots have
// different contents. Errors as for ContradictBatches.
func ContradictRewards(d batch.Domain, a, b SignedRewards) (Contradiction, error) {
	if err := rewardsDiffer(a.Statement, b.Statement); err != nil {
		return Contradiction{}, err
	}
	return contradict(a.Statement.Set, [2]Signature{a.Signature, b.Signature}, [2]Side{
		{Era: a.Statement.Era, Digest: a.Statement.Digest(d)}, {Era: b.Statement.Era, Digest: b.Statement.Digest(d)},
	})
}

func contradict(set core.SetID, by [2]Signature, sides [2]Side) (Contradiction, error) {
	for i := range sides {
		if err := by[i].check(set, sides[i].Era); err != nil {
			return Contradiction{}, err
		}
		sides[i].Signers = by[i].Signers
	}
	if !by[0].Certified && !by[1].Certified {
		return Contradiction{}, refuse(NotCertified, "statements %s and %s", sides[0].Digest, sides[1].Digest)
	}
	return Contradiction{Set: set, Sides: sides}, nil
}

// Against returns who is accused once the judge has named the wrong digest: every signer of it, minority or
// quorum. Another digest than the two is an error: the judge cannot accuse whom the dispute does not name.
func (c Contradiction) Against(wrong core.Hash) (Accusation, error) {
	for _, s := range c.Sides {
		if s.Digest == wrong {
			return Accusation{Kind: WrongResult, Set: c.Set, Era: s.Era, Accused: s.Signers}, nil
		}
	}
	return Accusation{}, refuse(NotInDispute, "digest %s, the dispute is between %s and %s", wrong, c.Sides[0].Digest, c.Sides[1].Digest)
}

// Eras returns the eras of the two statements, for a Dispute.
func (c Contradiction) Eras() [2]core.Era { return [2]core.Era{c.Sides[0].Era, c.Sides[1].Era} }
