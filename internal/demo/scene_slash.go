package demo

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/slash"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// slashes is one step of the keeper in every set: what is due now.
func (s *story) slashes(ctx context.Context) error {
	_, err := s.step(ctx)
	return err
}

// keep does what is due for slashes until a moment, waiting in between; it stops early when nothing is left to
// wait for before that moment.
func (s *story) keep(ctx context.Context, until core.Time) error {
	for {
		next, err := s.step(ctx)
		if err != nil {
			return err
		}
		if next >= until {
			return nil
		}
		if next <= s.Now() { // due in the next second
			next = s.Now() + 1
		}
		if err := s.reach(next); err != nil {
			return err
		}
	}
}

// step requests and executes what is due, and returns when to look again.
func (s *story) step(ctx context.Context) (next core.Time, err error) {
	next = ^core.Time(0)
	for _, x := range s.cast.sets {
		done, err := s.cast.keeper.SlashStep(ctx, x.id)
		if err != nil {
			return next, err
		}
		for _, d := range done {
			if d.Err != nil {
				return next, fmt.Errorf("%s the slash of %s in vault %s: %w", d.Action.Verb, s.tell.name(d.Case.Operator),
					s.tell.name(d.Case.Vault), d.Err)
			}
			switch d.Action.Verb {
			case slash.Request:
				err = s.sayRequest(ctx, d)
				next = min(next, s.Now()+1)
			case slash.Execute:
				err = s.sayExecution(ctx, d)
			case slash.Wait:
				s.sayWait(d)
				next = min(next, d.Action.Until)
			}
			if err != nil {
				return next, err
			}
		}
	}
	return next, nil
}

func (s *story) sayRequest(ctx context.Context, d engine.Done) error {
	requested, _, err := s.Roster.SlashesOf(ctx, d.Case.Set, s.Block())
	if err != nil {
		return err
	}
	for _, r := range requested {
		if r.Raw.TxHash != d.Receipt.TxHash {
			continue
		}
		s.tell.say("Slash requested: %s in vault %s, for %s's %s; %d s for a veto.", wvara(chain.Amount(r.Amount)),
			s.tell.name(d.Case.Vault), s.tell.name(d.Case.Operator), d.Case.Kind, d.Case.VetoDuration)
		s.happen(sceneSlashRequested)
		return nil
	}
	return fmt.Errorf("the request in transaction %v left no event", d.Receipt.TxHash)
}

// sayExecution tells what an execution took, from the vault's and the burner's own figures.
func (s *story) sayExecution(ctx context.Context, d engine.Done) error {
	at := d.Receipt.BlockNumber.Uint64()
	var vaultHas, burnerHas [2]core.Amount
	for i, block := range []uint64{at - 1, at} {
		var err error
		if vaultHas[i], err = s.Roster.BalanceAt(ctx, common.Address(d.Case.Vault), block); err != nil {
			return err
		}
		if burnerHas[i], err = s.Roster.BalanceAt(ctx, devnet.Burner, block); err != nil {
			return err
		}
	}
	gone, burnt := new(core.Amount).Sub(&vaultHas[0], &vaultHas[1]), new(core.Amount).Sub(&burnerHas[1], &burnerHas[0])
	if gone.IsZero() || !gone.Eq(burnt) {
		return fmt.Errorf("vault %s lost %s, and the burner got %s", s.tell.name(d.Case.Vault), gone.Dec(), burnt.Dec())
	}
	s.tell.say("Slash executed: %s leave vault %s, which had %s and has %s (%s's %s).", s.tell.bad(wvara(*gone)),
		s.tell.name(d.Case.Vault), amount(vaultHas[0]), amount(vaultHas[1]), s.tell.name(d.Case.Operator), d.Case.Kind)
	if d.Case.Kind == slash.WrongResult {
		s.happen(sceneWrongSlashed)
	} else {
		s.happen(sceneSlashExecuted)
	}
	return nil
}

// sayWait tells once why a slash waits, when it is for more than its veto.
func (s *story) sayWait(d engine.Done) {
	key := fmt.Sprint(d.Case.Offence, d.Action.Reason.Code)
	if s.said[key] || d.Action.Reason.Code == slash.InVetoWindow.Code {
		return
	}
	s.said[key] = true
	e, _ := s.Roster.Times.At(d.Action.Until)
	s.tell.say("The slash of %s waits until era %d %s: %s.", s.tell.name(d.Case.Operator), e,
		clockText(d.Action.Until-s.Roster.Times.Start(e)), d.Action.Reason.Short)
}

// veto has the resolver stop every slash that is requested of one operator.
func (s *story) veto(ctx context.Context, x *set, one core.Address) error {
	requested, _, err := s.Roster.SlashesOf(ctx, x.id, s.Block())
	if err != nil {
		return err
	}
	vetoed := 0
	for _, r := range requested {
		if core.Address(r.Operator) != one || core.Era(r.Era) != x.active.Era {
			continue
		}
		v := s.vaultAt(r.Vault)
		if _, err := s.Network.Veto(ctx, s.cast.resolver.Hand, v.Slasher, r.Index.Uint64()); err != nil {
			return err
		}
		vetoed++
		s.tell.say("%s sees an accident: the slash of %s in vault %s is vetoed.", s.cast.resolver.name, wvara(chain.Amount(r.Amount)), v.name)
	}
	cases, _, err := engine.Cases(ctx, s.Roster, x.id, s.Block(), nil)
	if err != nil {
		return err
	}
	for _, c := range cases {
		if c.Operator != one || c.Era != x.active.Era {
			continue
		}
		if status := c.Status(s.Roster.Times, s.Now()); status != slash.Vetoed {
			return fmt.Errorf("the slash of %s in vault %s is %s", s.tell.name(one), s.tell.name(c.Vault), status)
		}
	}
	if vetoed == 0 {
		return fmt.Errorf("nothing was requested of %s", s.tell.name(one))
	}
	s.tell.note("A veto is final. The jail stays: the chain gave it, not the resolver.")
	s.happen(sceneSlashVetoed)
	return nil
}
