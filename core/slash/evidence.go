package slash

import (
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/quorum"
)

// Signature is who signed a statement, verified as protocol §5 says but without the threshold. Ejected bits
// may be set: whoever signed, signed.
//
// Warning: this package believes it. Whoever fills it in has checked the aggregate signature against the
// header's keys, and the header against the Router's word.
type Signature struct {
	Header    batch.Header
	WasActive bool // the header's set is or was active; evidence under any other proves nothing
	Signers   quorum.Bitmap
	Certified bool // it could be a certificate: over two thirds of all, or the threshold reached with ejected bits clear
}

// SignedBatch is a `Batch` statement and who signed it.
type SignedBatch struct {
	Signature
	Statement batch.Statement
	Preimage  batch.Batch // what the statement's batchHash is the hash of; only Contradict needs it
}

// SignedRewards is a `Rewards` statement and who signed it.
type SignedRewards struct {
	Signature
	Statement batch.Rewards
}

// Accusation is what evidence proves: all whose bits are set have committed the offence. A report may take any
// of them.
type Accusation struct {
	Kind    Kind
	Set     core.SetID
	Era     core.Era      // of the set that signed: its capture is slashed
	Accused quorum.Bitmap // entries of that set; at least one
}

// EquivocateBatches proves equivocation by two `Batch` statements of equal set, era and number with different
// batch hashes (protocol §7): an honest Executor signs one, ever. Accused is who signed both.
//
// Errors are *Refused: a set that was never active, another header, a bit beyond the set, another slot, the
// same batch, nobody who signed both.
func EquivocateBatches(a, b SignedBatch) (Accusation, error) {
	if a.Statement.Set != b.Statement.Set || a.Statement.Era != b.Statement.Era || a.Statement.Number != b.Statement.Number {
		return Accusation{}, refuse(OtherSlot, "set %d era %d number %d, and set %d era %d number %d",
			a.Statement.Set, a.Statement.Era, a.Statement.Number, b.Statement.Set, b.Statement.Era, b.Statement.Number)
	}
	if a.Statement.BatchHash == b.Statement.BatchHash {
		return Accusation{}, refuse(SameContents, "both sign batch %s", a.Statement.BatchHash)
	}
	return both(a.Signature, b.Signature, a.Statement.Set, a.Statement.Era)
}

// EquivocateRewards proves equivocation by two `Rewards` statements of equal set, era, fromEra, toEra and
// previousRoots with different contents. Accused and errors as for EquivocateBatches.
func EquivocateRewards(a, b SignedRewards) (Accusation, error) {
	if a.Statement.Era != b.Statement.Era {
		return Accusation{}, refuse(OtherSlot, "signed by the sets of eras %d and %d", a.Statement.Era, b.Statement.Era)
	}
	if err := rewardsDiffer(a.Statement, b.Statement); err != nil {
		return Accusation{}, err
	}
	return both(a.Signature, b.Signature, a.Statement.Set, a.Statement.Era)
}

// both accuses who signed each of two contradicting statements of one set and era.
func both(a, b Signature, set core.SetID, e core.Era) (Accusation, error) {
	for _, s := range []Signature{a, b} {
		if err := s.check(set, e); err != nil {
			return Accusation{}, err
		}
	}
	// The same bit is the same operator only under the same header. A set and era have one that was ever active.
	if a.Header != b.Header {
		return Accusation{}, refuse(OtherHeader, "header %s and header %s", a.Header.Hash(), b.Header.Hash())
	}
	accused := a.Signers.And(b.Signers)
	if accused.IsZero() {
		return Accusation{}, refuse(NobodySignedBoth, "signers %s and %s", a.Signers, b.Signers)
	}
	return Accusation{Kind: Equivocation, Set: set, Era: e, Accused: accused}, nil
}

// check refuses a signature that is not one of the named set, whatever was signed.
func (s Signature) check(set core.SetID, e core.Era) error {
	switch {
	case s.Header.Set != set || s.Header.Era != e:
		return refuse(OtherHeader, "statement of set %d era %d, header of set %d era %d", set, e, s.Header.Set, s.Header.Era)
	case !s.WasActive:
		return refuse(NeverActive, "header %s of set %d era %d", s.Header.Hash(), set, e)
	case !s.Signers.Fits(int(s.Header.Count)):
		return refuse(BitBeyondSet, "signers %s of a set of %d", s.Signers, s.Header.Count)
	case s.Signers.IsZero():
		return refuse(NobodySigned, "set %d era %d", set, e)
	}
	return nil
}

// rewardsDiffer refuses two `Rewards` statements that are not of one slot (set, fromEra, toEra,
// previousRoots), or that say the same. The era of the set that signs is no content: a later set repeats what
// an earlier one said.
func rewardsDiffer(a, b batch.Rewards) error {
	if a.Set != b.Set || a.FromEra != b.FromEra || a.ToEra != b.ToEra || a.PreviousRoots != b.PreviousRoots {
		return refuse(OtherSlot, "set %d eras %d to %d on %s, and set %d eras %d to %d on %s",
			a.Set, a.FromEra, a.ToEra, a.PreviousRoots, b.Set, b.FromEra, b.ToEra, b.PreviousRoots)
	}
	a.Era = b.Era
	if a == b {
		return refuse(SameContents, "both sign distribution %s", a.DistributionHash)
	}
	return nil
}

// batchesDiffer refuses two `Batch` statements that are not of one slot of the chain of batches (set, number,
// previous hash, by their preimages), or that say the same.
func batchesDiffer(a, b SignedBatch) error {
	for _, s := range []SignedBatch{a, b} {
		if hash := s.Preimage.Hash(); hash != s.Statement.BatchHash || s.Preimage.Set != s.Statement.Set || s.Preimage.Number != s.Statement.Number {
			return refuse(WrongPreimage, "batch %d of set %d hashes to %s, the statement signs batch %d of set %d, %s",
				s.Preimage.Number, s.Preimage.Set, hash, s.Statement.Number, s.Statement.Set, s.Statement.BatchHash)
		}
	}
	p, q := a.Preimage, b.Preimage
	if p.Set != q.Set || p.Number != q.Number || p.PreviousHash != q.PreviousHash {
		return refuse(OtherSlot, "set %d batch %d on %s, and set %d batch %d on %s",
			p.Set, p.Number, p.PreviousHash, q.Set, q.Number, q.PreviousHash)
	}
	if a.Statement.BatchHash == b.Statement.BatchHash {
		return refuse(SameContents, "both sign batch %s", a.Statement.BatchHash)
	}
	return nil
}

// String names the accusation for a log line.
func (a Accusation) String() string {
	return fmt.Sprintf("%s in set %d era %d by %d Executors, %s", a.Kind, a.Set, a.Era, a.Accused.Count(), a.Accused)
}
