package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/chain"
)

// What moves in set 0, wVARA.
const (
	movedStake = 10_000 // from the last Executor's vault to the next operator's: more than lies between them
	lastTopUp  = 25_000 // lift both above the cap
	nextTopUp  = 15_000
)

// move is what the story remembers of stake that moved and waits.
type move struct {
	staker  person
	vault   *vault // left
	to      core.Address
	amount  core.Amount
	bucket  uint64
	at      core.Time // when the withdrawal unlocks
	claimed bool
	resumed core.Address // who ended a pause
}

// moveStake has a staker of the last Executor's vault go over to the operator that was next: it asks for its
// stake back, which takes up to two epochs of the vault, and deposits other tokens elsewhere at once.
func (s *story) moveStake(ctx context.Context) error {
	x := s.cast.sets[0]
	last, next := s.cast.operators[x.plan.last], s.cast.operators[x.plan.next]
	from, to := x.vaultOf(x.plan.last), x.vaultOf(x.plan.next)
	staker := s.cast.stakers[from.plan.deposits[0].staker]
	m := move{staker: staker, vault: from, to: next.Address(), amount: vara(movedStake)}
	var err error
	if m.bucket, m.at, err = s.Withdraw(ctx, staker.Hand, from.Vault, m.amount); err != nil {
		return err
	}
	if err := s.Give(ctx, staker.Sender.From(), m.amount); err != nil {
		return err
	}
	if err := s.Deposit(ctx, staker.Hand, to.Vault, m.amount); err != nil {
		return err
	}
	s.moved = m
	s.tell.say("%s moves from %s to %s: %s out of vault %s, as much into %s.", staker.name, s.tell.name(last.Address()),
		s.tell.name(next.Address()), wvara(m.amount), from.name, to.name)
	s.tell.note("What leaves waits out the vault's epochs, slashable, for another %s.", clockText(m.at-s.Now()))
	return nil
}

// claimTooEarly shows that a withdrawal waits.
func (s *story) claimTooEarly(ctx context.Context) error {
	m := s.moved
	_, err := s.ClaimWithdrawal(ctx, m.staker.Hand, m.vault.Vault, m.bucket)
	refusal := chain.RevertName(err)
	if refusal == "" {
		return fmt.Errorf("%s claims its withdrawal before its time: %w", m.staker.name, orWorked(err))
	}
	s.tell.say("%s asks vault %s for its tokens already: refused with %s.", m.staker.name, m.vault.name, s.tell.warn(refusal))
	s.happen(sceneWithdrawalWaits)
	return nil
}

var errWorked = errors.New("it worked")

// orWorked is the error of what should have been refused, and was not, or failed for another reason.
func orWorked(err error) error {
	if err == nil {
		return errWorked
	}
	return err
}

// claimWithdrawal pays the withdrawal out once its time has come.
func (s *story) claimWithdrawal(ctx context.Context) error {
	m := &s.moved
	if m.claimed || m.at == 0 || s.Now() < m.at {
		return nil
	}
	before, err := s.Balance(ctx, m.staker.Sender.From())
	if err != nil {
		return err
	}
	got, err := s.ClaimWithdrawal(ctx, m.staker.Hand, m.vault.Vault, m.bucket)
	if err != nil {
		return err
	}
	after, err := s.Balance(ctx, m.staker.Sender.From())
	if err != nil {
		return err
	}
	if grown := new(core.Amount).Sub(&after, &before); !grown.Eq(&got) {
		return fmt.Errorf("%s claims a withdrawal of %s and has %s more", m.staker.name, got.Dec(), grown.Dec())
	}
	m.claimed = true
	text := "the whole of it"
	if got.Lt(&m.amount) {
		text = fmt.Sprintf("a slash took %s of it meanwhile", wvara(*new(core.Amount).Sub(&m.amount, &got)))
	}
	s.tell.say("The epochs are over: %s takes %s out of vault %s (%s), and has %s.", m.staker.name, wvara(got), m.vault.name,
		text, wvara(after))
	s.happen(sceneWithdrawalPaid)
	return nil
}

// fillToTheCap lifts the two operators around the last seat above the cap: now more are there than seats.
func (s *story) fillToTheCap(ctx context.Context) error {
	x := s.cast.sets[0]
	for _, up := range []struct {
		operator int
		amount   uint64
	}{{x.plan.last, lastTopUp}, {x.plan.next, nextTopUp}} {
		v := x.vaultOf(up.operator)
		staker := s.cast.stakers[v.plan.deposits[0].staker]
		if err := s.Give(ctx, staker.Sender.From(), vara(up.amount)); err != nil {
			return err
		}
		if err := s.Deposit(ctx, staker.Hand, v.Vault, vara(up.amount)); err != nil {
			return err
		}
		s.tell.say("%s puts %s more into vault %s, behind %s.", staker.name, wvara(vara(up.amount)), v.name, s.cast.operatorNames[up.operator])
	}
	return nil
}

// resume ends the pause.
func (s *story) resume(ctx context.Context) error {
	x := s.cast.sets[0]
	o := s.cast.operators[x.plan.paused]
	if err := o.Resume(ctx, x.id); err != nil {
		return err
	}
	s.moved.resumed = o.Address()
	s.tell.say("%s is back in %s.", s.tell.name(o.Address()), x.called())
	return nil
}
