package demo

import (
	"context"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/executor"
)

// signTwice has an Executor sign a second batch of the same number, which is proven, and has its consequences.
func (s *story) signTwice(ctx context.Context, x *set) error {
	sinner, err := s.contradict(ctx, x, "to let a friend's program win")
	if err != nil {
		return err
	}
	s.happen(sceneEquivocation)
	if err := s.eject(ctx, sinner); err != nil {
		return err
	}
	return s.slashes(ctx)
}

// signTwiceByAccident is the same by one who did not mean it: the resolver vetoes each slash.
func (s *story) signTwiceByAccident(ctx context.Context, x *set) error {
	unlucky, err := s.contradict(ctx, x, "after its machine came back from yesterday's backup")
	if err != nil {
		return err
	}
	if err := s.eject(ctx, unlucky); err != nil {
		return err
	}
	if err := s.slashes(ctx); err != nil {
		return err
	}
	return s.veto(ctx, x, unlucky)
}

// contradict commits a batch, has one of its signers sign another of the same number, and the watcher report it.
func (s *story) contradict(ctx context.Context, x *set, why string) (core.Address, error) {
	one, ok := s.dispensable(x)
	if !ok {
		return one, fmt.Errorf("%s: %w without any one Executor", x.called(), errNoQuorum)
	}
	list, err := s.commit(ctx, x)
	if err != nil {
		return one, err
	}
	if len(list) == 0 {
		return one, fmt.Errorf("%s: %w", x.called(), errNoQuorum)
	}
	c := list[len(list)-1]
	other := x.asBefore(c.Batch)
	digest := s.StatementOf(x.active.Committee, other)
	again, err := devnet.Signed(x.active.Committee, digest,
		x.team.SignOnly(x.active.Committee, digest, x.active.IndexOf(one)))
	if err != nil {
		return one, err
	}
	s.tell.say("%s signed batch %d, and signs another batch %d, %s.", s.tell.bad(s.tell.name(one)), c.Number, c.Number, why)
	receipt, err := s.cast.watcher.ReportBatches(ctx, x.active.Committee, c.Number,
		[2]core.Hash{c.Hash(), other.Hash()}, [2]executor.Signed{c.signed, again}, nil)
	if err != nil {
		return one, err
	}
	return one, s.sayReport(ctx, x, one, slash.Equivocation, receipt.GasUsed)
}

// sayReport reads the record of an offence and tells it.
func (s *story) sayReport(ctx context.Context, x *set, one core.Address, kind slash.Kind, gas uint64) error {
	reported, err := s.Roster.OffencesOf(ctx, x.id, s.Block())
	if err != nil {
		return err
	}
	for _, o := range reported {
		if core.Address(o.Operator) != one || slash.Kind(o.Kind) != kind || core.Era(o.Era) != x.active.Era {
			continue
		}
		s.accused[one] = true
		until, _ := s.Roster.Times.At(core.Time(o.JailedUntil.Uint64()))
		s.tell.say("%s hands in the evidence: %s is on record, %s in jail until era %d (%s gas).", s.tell.nameOf(o.Reporter), kind,
			s.tell.name(one), until, group(fmt.Sprint(gas)))
		return nil
	}
	return fmt.Errorf("no %s of %s is on record", kind, s.tell.name(one))
}

// eject removes a jailed operator from every set where it signs.
func (s *story) eject(ctx context.Context, one core.Address) error {
	for _, x := range s.cast.sets {
		place := x.active.IndexOf(one)
		if place < 0 {
			continue
		}
		if _, err := s.cast.watcher.Eject(ctx, x.active.Elected, place); err != nil {
			return err
		}
		ejected, weight, err := s.Roster.Ejections(ctx, x.id, x.active.Era, s.Block())
		if err != nil {
			return err
		}
		if !ejected.Has(place) {
			return fmt.Errorf("%s is not ejected from %s", s.tell.name(one), x.called())
		}
		s.tell.say("%s: %s is ejected at once, with its weight of %s.", x.called(), s.tell.bad(s.tell.name(one)), amount(weight))
		s.happen(sceneEjected)
	}
	return nil
}

// quarrel is a dispute: the certified batch, and another one of the same place that one Executor signed.
type quarrel struct {
	x         *set
	dissenter core.Address
	number    uint64
	dispute   bindings.Dispute
	deadline  core.Time // of the judge
	// digests of the certified statement and of the other.
	certified, other core.Hash
}

// disagree commits a batch that one Executor does not sign: it signs another result for the same place, and the
// watcher puts both before the judge.
func (s *story) disagree(ctx context.Context, x *set) (*quarrel, error) {
	one, ok := s.dispensable(x)
	if !ok {
		return nil, fmt.Errorf("%s: %w without any one Executor", x.called(), errNoQuorum)
	}
	list, err := s.commit(ctx, x, one)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: %w", x.called(), errNoQuorum)
	}
	c := list[len(list)-1]
	other := x.asBefore(c.Batch)
	q := &quarrel{x: x, dissenter: one, number: c.Number, deadline: s.Roster.Times.RequestDeadline(x.active.Era),
		certified: s.StatementOf(x.active.Committee, c.Batch), other: s.StatementOf(x.active.Committee, other)}
	alone, err := devnet.Signed(x.active.Committee, q.other,
		x.team.SignOnly(x.active.Committee, q.other, x.active.IndexOf(one)))
	if err != nil {
		return nil, err
	}
	d, receipt, err := s.cast.watcher.DisputeBatches(ctx, [2]executor.Committee{x.active.Committee, x.active.Committee},
		[2]batch.Batch{c.Batch, other}, [2]executor.Signed{c.signed, alone})
	if err != nil {
		return nil, err
	}
	q.dispute = d.Dispute
	s.tell.say("%s signed another result for batch %d. %s files a dispute (%s gas).", s.tell.warn(s.tell.name(one)), c.Number,
		s.cast.watcher.name, group(fmt.Sprint(receipt.GasUsed)))
	s.tell.note("The chain cannot tell whether %s or the %d who certified it are right.", s.tell.name(one), c.signed.Bitmap.Count())
	return q, nil
}

// disputeInSilence files a dispute that the judge leaves alone.
func (s *story) disputeInSilence(ctx context.Context, x *set) (err error) {
	if s.silent, err = s.disagree(ctx, x); err == nil {
		s.tell.note("%s is on holiday, and until it is upheld nothing follows.", s.cast.judge.name)
	}
	return err
}

// silenceIsOver shows that a dispute which nobody upheld hurt nobody, and cannot any more.
func (s *story) silenceIsOver(ctx context.Context) error {
	q := s.silent
	if err := s.reach(q.deadline + 1); err != nil {
		return err
	}
	_, err := s.cast.judge.Uphold(ctx, q.dispute, q.other)
	refusal := chain.RevertName(err)
	if refusal == "" {
		return fmt.Errorf("the judge upholds a dispute too late: %w", orWorked(err))
	}
	reported, err := s.Roster.OffencesOf(ctx, q.x.id, s.Block())
	if err != nil {
		return err
	}
	for _, o := range reported {
		if core.Era(o.Era) == core.Era(q.dispute.A.Era) {
			return fmt.Errorf("a dispute that nobody upheld has hurt %s", s.tell.nameOf(o.Operator))
		}
	}
	s.tell.say("Nobody upheld the dispute of era %d about batch %d; now even the judge is refused (%s).", q.dispute.A.Era, q.number, s.tell.warn(refusal))
	s.tell.note("%s keeps its stake, and so does everyone.", s.tell.name(q.dissenter))
	s.happen(sceneDisputeSilent)
	return nil
}

// lieAndBeUpheld is a dispute that the judge decides against the one who lied.
func (s *story) lieAndBeUpheld(ctx context.Context, x *set) error {
	q, err := s.disagree(ctx, x)
	if err != nil {
		return err
	}
	wrong, err := s.rightly(ctx, q)
	if err != nil {
		return err
	}
	if wrong != q.other {
		return fmt.Errorf("the judge finds %s wrong, it should be %s", wrong, q.other)
	}
	if _, err := s.cast.judge.Uphold(ctx, q.dispute, wrong); err != nil {
		return err
	}
	s.tell.note("So %s's result is wrong, and the judge upholds the dispute.", s.tell.name(q.dissenter))
	_, upheld, err := s.Roster.Disputes(ctx, s.Block())
	if err != nil {
		return err
	}
	found := false
	for _, u := range upheld {
		found = found || core.Hash(u.WrongDigest) == q.other
	}
	if !found {
		return fmt.Errorf("the judge's word is not on chain")
	}
	s.happen(sceneDisputeUpheld)
	receipt, err := s.cast.watcher.ReportWrongResult(ctx, q.dispute, x.active.Elected, []int{x.active.IndexOf(q.dissenter)})
	if err != nil {
		return err
	}
	if err := s.sayReport(ctx, x, q.dissenter, slash.WrongResult, receipt.GasUsed); err != nil {
		return err
	}
	if err := s.eject(ctx, q.dissenter); err != nil {
		return err
	}
	return s.slashes(ctx)
}
