package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/program"
	"github.com/gear-tech/roster/core/quorum"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/executor"
)

// tellEra is the rhythm of every era: take over, commit, pay for the era before last, capture, elect, commit, and
// what the keeper has to do until the next one.
func (s *story) tellEra(ctx context.Context, e core.Era) error {
	if err := s.reach(s.Roster.Times.Start(e)); err != nil {
		return err
	}
	title := fmt.Sprintf("Era %d", e)
	if int(e) >= s.options.Eras {
		title += fmt.Sprintf(" · after the story: its set signs what era %d earned", e-2)
	}
	s.tell.heading("%s", title)
	last := int(e) == s.options.Eras+epilogue-1
	steps := []func(context.Context) error{
		s.takeOver,
		func(ctx context.Context) error { return s.play(ctx, dawn) },
		s.morning,
		s.rewards,
		s.midday,
		func(ctx context.Context) error { return s.play(ctx, noon) },
		s.payday,
	}
	if !last {
		steps = append(steps,
			func(ctx context.Context) error { return s.elections(ctx, e+1) },
			s.evening,
			func(ctx context.Context) error { return s.keep(ctx, s.Roster.Times.Start(e+1)) },
			func(ctx context.Context) error { return s.play(ctx, evening) })
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// midday waits until the era before is closed: who is jailed from then on still earns what it earned there.
func (s *story) midday(context.Context) error {
	t := s.Roster.Times
	return s.reach(t.Start(s.era) + t.SignersWindow + 1)
}

// takeOver makes the elected sets the active ones, and gives their proposers the bonds back.
func (s *story) takeOver(ctx context.Context) error {
	for _, x := range s.cast.sets {
		x.batches = 0
		if len(x.elected.Entries) == 0 || x.elected.Era != s.era {
			s.tell.say("%s: nobody was elected; those before go on while their lifetime lasts.", x.called())
			continue
		}
		if err := s.Activate(x.elected); err != nil {
			return err
		}
		active, _, err := s.Roster.ActiveEra(ctx, x.id, s.Block())
		if err != nil {
			return err
		}
		if active != s.era {
			return fmt.Errorf("%s: the set of era %d is active, not that of era %d", x.called(), active, s.era)
		}
		x.active = x.elected
		s.tell.say("%s: %s take over.", x.called(), s.roll(x.active.Entries))
	}
	for _, x := range s.cast.sets {
		if x.active.Era != s.era || len(x.active.Entries) == 0 {
			continue
		}
		if _, err := s.cast.keeper.Release(ctx, x.id, s.era); err != nil {
			return fmt.Errorf("release the bond of %s, era %d: %w", x.called(), s.era, err)
		}
	}
	return nil
}

// roll names Executors with their weights.
func (s *story) roll(entries []merkle.Entry) string {
	words := make([]string, len(entries))
	for i, e := range entries {
		words[i] = s.tell.key(s.tell.name(e.Operator)) + " " + amount(e.Weight)
	}
	return list(words)
}

// morning is the first batch of the era, of each set.
func (s *story) morning(ctx context.Context) error {
	for i, x := range s.cast.sets {
		if len(x.active.Entries) == 0 {
			continue
		}
		var away []core.Address
		switch {
		case i == 0 && s.era == 0:
			if err := s.signLate(ctx, x); err != nil {
				return err
			}
			continue
		case i == 0 && s.era == 1:
			if one, ok := s.dispensable(x); ok {
				away = append(away, one)
				s.away[one] = s.era
			}
		case int(s.era) >= leastEras && int(s.era) < s.options.Eras: // later eras have their days, too
			r := rand.New(rand.NewPCG(s.options.Seed, uint64(s.era)<<8|uint64(i)))
			if one, ok := s.dispensable(x); ok && r.IntN(2) == 0 {
				away = append(away, one)
			}
		}
		if _, err := s.commit(ctx, x, away...); err != nil {
			return err
		}
	}
	return nil
}

// evening is a second batch for each set that had only one.
func (s *story) evening(ctx context.Context) error {
	for _, x := range s.cast.sets {
		if x.batches != 1 {
			continue
		}
		if _, err := s.commit(ctx, x); err != nil {
			return err
		}
	}
	return nil
}

// committed is a batch with the signatures of its certificate.
type committed struct {
	batch.Batch
	signed executor.Signed
}

// errNoQuorum is not a mistake of the story: a set that lost too many waits for the next.
var errNoQuorum = errors.New("no quorum")

// commit has the set's user ask for something, the active Executors compute and sign what came of it, but for those who do
// not sign and those ejected, and the one whose turn it is post it. It returns the batches in order. Nothing happens
// when too few are left for a quorum; there are none then.
func (s *story) commit(ctx context.Context, x *set, away ...core.Address) ([]committed, error) {
	tally, absent, err := s.tally(ctx, x, away)
	if err != nil {
		return nil, err
	}
	if !tally.Reached {
		s.tell.say("%s: too few are left to sign, %s of the %s that it takes; the next era's set goes on from here.",
			x.called(), amount(tally.Signed), amount(tally.Needed))
		return nil, nil
	}
	message, err := s.ask(ctx, x)
	if err != nil {
		return nil, err
	}
	computed, err := s.compute(ctx, x)
	if err != nil {
		return nil, err
	}
	var list []committed
	for _, b := range computed {
		digest := s.StatementOf(x.active.Committee, b.Batch)
		signed, err := devnet.Signed(x.active.Committee, digest, x.team.Sign(x.active.Committee, digest, absent...))
		if err != nil {
			return nil, err
		}
		by := s.poster(x, b.Number, signed.Bitmap)
		receipt, err := by.CommitBatch(ctx, x.active.Committee, b.Previous, b.Batch, signed)
		if err != nil {
			return nil, fmt.Errorf("commit batch %d of %s: %w", b.Number, x.called(), err)
		}
		list = append(list, committed{b.Batch, signed})
		s.sayBatch(x, b, tally, by, receipt)
		s.sayAnswer(b, message)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: a message was sent, and no batch came of it", x.called())
	}
	x.batches++
	return list, s.sayAbsent(ctx, x, away)
}

// tally weighs those who are left, and gives the places of those who are not.
func (s *story) tally(ctx context.Context, x *set, away []core.Address) (quorum.Tally, []int, error) {
	ejected, _, err := s.Roster.Ejections(ctx, x.id, x.active.Era, s.Block())
	if err != nil {
		return quorum.Tally{}, nil, err
	}
	absent := ejected
	for _, a := range away {
		if i := x.active.IndexOf(a); i >= 0 {
			absent = absent.With(i)
		}
	}
	tally, err := quorum.Certify(weights(x.active.Entries), absent.Clear(len(x.active.Entries)), ejected)
	return tally, absent.Indices(), err
}

func weights(entries []merkle.Entry) []core.Amount {
	list := make([]core.Amount, len(entries))
	for i, e := range entries {
		list[i] = e.Weight
	}
	return list
}

// poster is whose turn it is among those who signed.
func (s *story) poster(x *set, number uint64, signers quorum.Bitmap) *devnet.Operator {
	turns := signers.Indices()
	return x.team[x.active.Entries[turns[number%uint64(len(turns))]].Operator]
}

func (s *story) sayBatch(x *set, b program.Computed, t quorum.Tally, by *devnet.Operator, r *types.Receipt) {
	what := "the set has changed"
	if b.Ran > 0 {
		what = fmt.Sprintf("%s run", plural(b.Ran, "message"))
	}
	s.tell.say("%s: batch %d (%s), signed with %s of %s, posted by %s (%s gas).", x.called(), b.Number, what, amount(t.Signed),
		amount(t.Total), s.tell.name(by.Address()), group(fmt.Sprint(r.GasUsed)))
}

// sayAbsent names those who are not among the signers of the newest batch.
func (s *story) sayAbsent(ctx context.Context, x *set, away []core.Address) error {
	if len(away) == 0 {
		return nil
	}
	all, err := s.Roster.Batches(ctx, x.id, s.Block())
	if err != nil {
		return err
	}
	newest := all[len(all)-1]
	for _, one := range away {
		if newest.Signers.Has(x.active.IndexOf(one)) {
			return fmt.Errorf("%s is away, and among the signers of batch %d", s.tell.name(one), newest.Batch.Number)
		}
		s.tell.note("%s did not sign it.", s.tell.warn(s.tell.name(one)))
		s.happen(sceneAbsentSigner)
	}
	return nil
}

// dispensable returns the last Executor without whom the others still have a quorum, now and once it is ejected;
// one that was away in this era only when there is no other.
func (s *story) dispensable(x *set) (found core.Address, ok bool) {
	all := weights(x.active.Entries)
	for i := len(all) - 1; i >= 0; i-- {
		one, operator := quorum.Of(i), x.active.Entries[i].Operator
		absent, err := quorum.Certify(all, one.Clear(len(all)), quorum.Bitmap{})
		if err != nil || !absent.Reached {
			continue
		}
		if ejected, err := quorum.Certify(all, one.Clear(len(all)), one); err != nil || !ejected.Reached {
			continue
		}
		if was, away := s.away[operator]; !away || was != s.era {
			return operator, true
		}
		if !ok {
			found, ok = operator, true
		}
	}
	return found, ok
}

// signLate is a batch whose certificate lacks one, whose signature arrives while it still counts.
func (s *story) signLate(ctx context.Context, x *set) error {
	late, ok := s.dispensable(x)
	if !ok {
		return fmt.Errorf("%s: %w without any one Executor", x.called(), errNoQuorum)
	}
	list, err := s.commit(ctx, x, late)
	if err != nil || len(list) == 0 {
		return err
	}
	place := x.active.IndexOf(late)
	for _, c := range list {
		digest := s.StatementOf(x.active.Committee, c.Batch)
		signed, err := devnet.Signed(x.active.Committee, digest, x.team.SignOnly(x.active.Committee, digest, place))
		if err != nil {
			return err
		}
		if _, err := x.team[late].AddSigners(ctx, x.active.Committee, c.Batch, signed); err != nil {
			return err
		}
	}
	all, err := s.Roster.Batches(ctx, x.id, s.Block())
	if err != nil {
		return err
	}
	for _, b := range all[len(all)-len(list):] {
		if !b.Late.Has(place) {
			return fmt.Errorf("the late signature of %s under batch %d does not count", s.tell.name(late), b.Batch.Number)
		}
	}
	s.tell.say("%s was only slow: it adds its signature to %s in time, and it counts the same.", s.tell.name(late),
		plural(len(list), "batch"))
	s.happen(sceneLateSigner)
	return nil
}
