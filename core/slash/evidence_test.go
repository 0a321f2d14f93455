package slash

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/quorum"
)

func header(set core.SetID, e core.Era) batch.Header {
	return batch.Header{Set: set, Era: e, Count: 5, Total: amt(500), Root: core.Hash{byte(set), byte(e)}}
}

func signedBy(set core.SetID, e core.Era, bits ...int) Signature {
	return Signature{Header: header(set, e), WasActive: true, Signers: quorum.Of(bits...)}
}

// signedBatch is a statement about batch 9 on the given head, with a state of its own.
func signedBatch(set core.SetID, e core.Era, state byte, bits ...int) SignedBatch {
	p := batch.Batch{Set: set, Number: 9, PreviousHash: core.Hash{7}, EndBlock: 900, StateRoot: core.Hash{state}}
	return SignedBatch{
		Signature: signedBy(set, e, bits...),
		Statement: batch.Statement{Set: set, Era: e, Number: 9, BatchHash: p.Hash()}, Preimage: p,
	}
}

func signedRewards(set core.SetID, e core.Era, file byte, bits ...int) SignedRewards {
	return SignedRewards{
		Signature: signedBy(set, e, bits...),
		Statement: batch.Rewards{Set: set, Era: e, FromEra: 2, ToEra: 3, PreviousRoots: core.Hash{5}, DistributionHash: core.Hash{file}},
	}
}

// §7, equivocation in batches: who is accused, and what is no evidence at all.
func TestSection7EquivocateBatches(t *testing.T) {
	base := func() (a, b SignedBatch) { return signedBatch(1, 4, 1, 0, 1, 2), signedBatch(1, 4, 2, 1, 2, 4) }
	for _, c := range []struct {
		name   string
		change func(a, b *SignedBatch)
		why    core.Reason // zero: accused
		want   quorum.Bitmap
	}{
		{"bits set in both", func(a, b *SignedBatch) {}, core.Reason{}, quorum.Of(1, 2)},
		{"the last entry", func(a, b *SignedBatch) { a.Signers, b.Signers = quorum.Of(4), quorum.Of(3, 4) }, core.Reason{}, quorum.Of(4)},
		{"another previous hash, same number", func(a, b *SignedBatch) {
			b.Preimage.PreviousHash = core.Hash{8}
			b.Statement.BatchHash = b.Preimage.Hash()
		}, core.Reason{}, quorum.Of(1, 2)},
		{"without preimages", func(a, b *SignedBatch) { a.Preimage, b.Preimage = batch.Batch{}, batch.Batch{} }, core.Reason{}, quorum.Of(1, 2)},
		{"nobody signed both", func(a, b *SignedBatch) { b.Signers = quorum.Of(3, 4) }, NobodySignedBoth, quorum.Bitmap{}},
		{"the same batch", func(a, b *SignedBatch) { b.Statement = a.Statement }, SameContents, quorum.Bitmap{}},
		{"another number", func(a, b *SignedBatch) { b.Statement.Number = 10 }, OtherSlot, quorum.Bitmap{}},
		{"another era", func(a, b *SignedBatch) { b.Statement.Era = 5; b.Header = header(1, 5) }, OtherSlot, quorum.Bitmap{}},
		{"§10 one key in two sets", func(a, b *SignedBatch) { b.Statement.Set = 2; b.Header = header(2, 4) }, OtherSlot, quorum.Bitmap{}},
		{"header of another era", func(a, b *SignedBatch) { a.Header = header(1, 5) }, OtherHeader, quorum.Bitmap{}},
		{"header of another set", func(a, b *SignedBatch) { b.Header = header(2, 4) }, OtherHeader, quorum.Bitmap{}},
		{"two headers of one era", func(a, b *SignedBatch) { b.Header.Root = core.Hash{9} }, OtherHeader, quorum.Bitmap{}},
		{"§10 evidence under a never active header", func(a, b *SignedBatch) { a.WasActive, b.WasActive = false, false }, NeverActive, quorum.Bitmap{}},
		{"one header never active", func(a, b *SignedBatch) { b.WasActive = false }, NeverActive, quorum.Bitmap{}},
		{"bit beyond the set", func(a, b *SignedBatch) { a.Signers = quorum.Of(1, 5) }, BitBeyondSet, quorum.Bitmap{}},
		{"nobody signed", func(a, b *SignedBatch) { a.Signers = quorum.Bitmap{} }, NobodySigned, quorum.Bitmap{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := base()
			c.change(&a, &b)
			for range 2 { // the order of the two does not matter
				got, err := EquivocateBatches(a, b)
				if c.why != (core.Reason{}) {
					refusedFor(t, err, c.why)
				} else if want := (Accusation{Equivocation, 1, 4, c.want}); err != nil || got != want {
					t.Errorf("got %s (%v), want %s", got, err, want)
				}
				a, b = b, a
			}
		})
	}
}

// §7, equivocation in rewards: any content that differs is one; the slot must be equal, the era too.
func TestSection7EquivocateRewards(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(b *SignedRewards)
		why    core.Reason
	}{
		{"distribution", func(b *SignedRewards) { b.Statement.DistributionHash[0] = 9 }, core.Reason{}},
		{"operators' root", func(b *SignedRewards) { b.Statement.OperatorsRoot[0] = 9 }, core.Reason{}},
		{"stakers' root", func(b *SignedRewards) { b.Statement.StakersRoot[0] = 9 }, core.Reason{}},
		{"operators' amount", func(b *SignedRewards) { b.Statement.OperatorsAmount = amt(9) }, core.Reason{}},
		{"stakers' amount", func(b *SignedRewards) { b.Statement.StakersAmount = amt(9) }, core.Reason{}},
		{"nothing", func(b *SignedRewards) {}, SameContents},
		{"fromEra", func(b *SignedRewards) { b.Statement.FromEra = 1 }, OtherSlot},
		{"toEra", func(b *SignedRewards) { b.Statement.ToEra = 4 }, OtherSlot},
		{"previousRoots", func(b *SignedRewards) { b.Statement.PreviousRoots[0] = 9 }, OtherSlot},
		{"era: a later set signs again", func(b *SignedRewards) { b.Statement.Era, b.Header = 5, header(1, 5) }, OtherSlot},
		{"set", func(b *SignedRewards) { b.Statement.Set, b.Header = 2, header(2, 4) }, OtherSlot},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := signedRewards(1, 4, 1, 0, 2), signedRewards(1, 4, 1, 2, 3)
			c.change(&b)
			got, err := EquivocateRewards(a, b)
			if c.why != (core.Reason{}) {
				refusedFor(t, err, c.why)
			} else if want := (Accusation{Equivocation, 1, 4, quorum.Of(2)}); err != nil || got != want {
				t.Errorf("got %s (%v), want %s", got, err, want)
			}
		})
	}
}

// §10 `quorum frames the honest minority`, `quorum certifies a lie`: a contradiction accuses nobody; the judge's
// word accuses every signer of the wrong one, be it the minority or the quorum, and nobody else.
func TestSection7Dispute(t *testing.T) {
	domain := batch.Domain{ChainID: 1, Router: who(9)}
	quorumSays, minoritySays := signedBatch(1, 4, 1, 0, 1, 2, 3), signedBatch(1, 5, 2, 4)
	quorumSays.Certified = true
	c, err := ContradictBatches(domain, quorumSays, minoritySays)
	if err != nil {
		t.Fatal(err)
	}
	if c.Eras() != [2]core.Era{4, 5} {
		t.Errorf("eras %v", c.Eras())
	}
	for _, w := range []struct {
		wrong core.Hash
		want  Accusation
	}{
		{quorumSays.Statement.Digest(domain), Accusation{WrongResult, 1, 4, quorum.Of(0, 1, 2, 3)}},
		{minoritySays.Statement.Digest(domain), Accusation{WrongResult, 1, 5, quorum.Of(4)}},
	} {
		if got, err := c.Against(w.wrong); err != nil || got != w.want {
			t.Errorf("got %s (%v), want %s", got, err, w.want)
		}
	}
	_, err = c.Against(quorumSays.Statement.Digest(batch.Domain{ChainID: 2, Router: who(9)}))
	refusedFor(t, err, NotInDispute)
}

func TestSection7DisputeRefuses(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(a, b *SignedBatch)
		why    core.Reason
	}{
		{"neither certified", func(a, b *SignedBatch) { a.Certified = false }, NotCertified},
		{"the same batch under the next set", func(a, b *SignedBatch) { *b = signedBatch(1, 5, 1, 4) }, SameContents},
		{"another previous hash", func(a, b *SignedBatch) {
			b.Preimage.PreviousHash = core.Hash{8}
			b.Statement.BatchHash = b.Preimage.Hash()
		}, OtherSlot},
		{"another number", func(a, b *SignedBatch) {
			b.Preimage.Number, b.Statement.Number = 10, 10
			b.Statement.BatchHash = b.Preimage.Hash()
		}, OtherSlot},
		{"another set", func(a, b *SignedBatch) { *b = signedBatch(2, 4, 2, 4) }, OtherSlot},
		{"preimage of another batch", func(a, b *SignedBatch) { b.Preimage.EndBlock++ }, WrongPreimage},
		{"statement of another number than its batch", func(a, b *SignedBatch) { b.Statement.Number++ }, WrongPreimage},
		{"statement of another set than its batch", func(a, b *SignedBatch) { b.Statement.Set++ }, WrongPreimage},
		{"never active", func(a, b *SignedBatch) { b.WasActive = false }, NeverActive},
		{"header of another era", func(a, b *SignedBatch) { b.Header = header(1, 6) }, OtherHeader},
		{"bit beyond the set", func(a, b *SignedBatch) { b.Signers = quorum.Of(5) }, BitBeyondSet},
		{"nobody signed", func(a, b *SignedBatch) { b.Signers = quorum.Bitmap{} }, NobodySigned},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := signedBatch(1, 4, 1, 0, 1, 2, 3), signedBatch(1, 4, 2, 4)
			a.Certified = true
			c.change(&a, &b)
			_, err := ContradictBatches(batch.Domain{}, a, b)
			refusedFor(t, err, c.why)
			_, err = ContradictBatches(batch.Domain{}, b, a)
			refusedFor(t, err, c.why)
		})
	}
}

func TestSection7DisputeOfRewards(t *testing.T) {
	a, b := signedRewards(1, 4, 1, 0, 1, 2, 3), signedRewards(1, 5, 2, 4)
	_, err := ContradictRewards(batch.Domain{}, a, b)
	refusedFor(t, err, NotCertified)
	b.Certified = true
	c, err := ContradictRewards(batch.Domain{}, a, b)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := c.Against(b.Statement.Digest(batch.Domain{})); err != nil || got != (Accusation{WrongResult, 1, 5, quorum.Of(4)}) {
		t.Errorf("got %s (%v)", got, err)
	}
	b.Statement.DistributionHash = a.Statement.DistributionHash
	_, err = ContradictRewards(batch.Domain{}, a, b)
	refusedFor(t, err, SameContents)
	b.Statement.ToEra++
	_, err = ContradictRewards(batch.Domain{}, a, b)
	refusedFor(t, err, OtherSlot)
}

// §10 `aggregate-only colluders`: whatever two bitmaps, accused are exactly those in both.
func FuzzEquivocation(f *testing.F) {
	f.Add(uint16(0b00111), uint16(0b11100), uint8(5))
	f.Add(uint16(1), uint16(2), uint8(5))
	f.Add(uint16(0xffff), uint16(0xffff), uint8(16))
	f.Fuzz(func(t *testing.T, x, y uint16, count uint8) {
		a, b := signedBatch(1, 4, 1), signedBatch(1, 4, 2)
		a.Header.Count, b.Header.Count = uint16(count), uint16(count)
		for i := range 16 {
			if x>>i&1 == 1 {
				a.Signers = a.Signers.With(i)
			}
			if y>>i&1 == 1 {
				b.Signers = b.Signers.With(i)
			}
		}
		got, err := EquivocateBatches(a, b)
		beyond := count < 16 && (x>>count != 0 || y>>count != 0)
		if good := x&y != 0 && !beyond; good != (err == nil) {
			t.Fatalf("%b and %b of %d: %v", x, y, count, err)
		}
		for i := range 16 {
			if err == nil && got.Accused.Has(i) != ((x&y)>>i&1 == 1) {
				t.Errorf("%b and %b: entry %d accused %t", x, y, i, got.Accused.Has(i))
			}
		}
	})
}
