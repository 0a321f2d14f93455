package demo

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/reward"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// rewards has each set compute, sign and commit what the eras before earned that are closed by now.
func (s *story) rewards(ctx context.Context) error {
	for _, x := range s.cast.sets {
		if len(x.active.Entries) == 0 || x.pending != nil {
			continue
		}
		_, absent, err := s.tally(ctx, x, nil)
		if err != nil {
			return err
		}
		d, receipt, err := s.Network.CommitRewards(ctx, s.cast.keeper.Hand, x.active, x.team, absent...)
		if errors.Is(err, devnet.ErrNothingToPay) {
			continue
		}
		if err != nil {
			return fmt.Errorf("commit the rewards of %s: %w", x.called(), err)
		}
		x.pending, x.readyAt = &d, s.Roster.Times.ActivatableAt(s.Now())
		s.tell.say("%s: the rewards of era %d are signed and committed (%s gas).", x.called(), d.ToEra, group(fmt.Sprint(receipt.GasUsed)))
		for _, p := range d.Payouts {
			if err := s.sayPayout(x, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// sayPayout is an era's account: what there was, what was paid, and who earned less than its weight.
func (s *story) sayPayout(x *set, p reward.Payout) error {
	if sum := new(core.Amount).Add(&p.Paid, &p.Unearned); !sum.Eq(&p.Pool) {
		return fmt.Errorf("era %d: paid %s and unearned %s are not the pool %s", p.Era, p.Paid.Dec(), p.Unearned.Dec(), p.Pool.Dec())
	}
	s.tell.note("%s = %s paid + %s unearned; to %d operators and %d stakers.", exact(p.Pool), exact(p.Paid), exact(p.Unearned),
		p.Commissions().Len(), p.Holders)
	s.happen(sceneRewards)
	for _, o := range p.Operators {
		full := new(core.Amount)
		full.MulDivOverflow(&p.Pool, &o.Weight, &p.Total)
		if !o.Part.Lt(full) || p.Certificates == 0 || o.Ratio == core.One && o.Performance == core.One {
			continue
		}
		why := o.Reason.Short
		if o.Reason.Code == reward.PartEarned.Code {
			why = "absent at times"
		}
		s.tell.note("%s earns %s instead of %s: %s, %d of %d certificates.", s.tell.warn(s.tell.name(o.Operator)), amount(o.Part), amount(*full),
			why, o.Signed, p.Certificates)
		if s.away[o.Operator] == p.Era && x.id == 0 && o.Signed < p.Certificates {
			s.happen(sceneEarnsLess)
		}
	}
	return nil
}

// payday activates what was committed, once its delay is over, and has a few claim.
func (s *story) payday(ctx context.Context) error {
	for i, x := range s.cast.sets {
		if x.pending == nil {
			continue
		}
		if err := s.reach(x.readyAt); err != nil {
			return err
		}
		if _, err := s.cast.keeper.ActivateRewards(ctx, x.pending.Statement); err != nil {
			return fmt.Errorf("activate the rewards of %s: %w", x.called(), err)
		}
		first := x.paid == nil && i < 2
		x.paid, x.pending = x.pending, nil
		pot, err := s.Roster.PotOf(ctx, x.id, s.Block())
		if err != nil {
			return err
		}
		s.tell.say("%s pays out: %s to operators, %s to stakers; %s left in the pot, %s reserved.", x.called(), amount(x.paid.OperatorsAmount),
			amount(x.paid.StakersAmount), amount(pot.Free), amount(pot.Reserved))
		if err := s.firstClaims(ctx, x, first); err != nil {
			return err
		}
	}
	return s.claimWithdrawal(ctx)
}

// firstClaims has the first operator and the first stakers of a distribution claim, and one of them try again.
func (s *story) firstClaims(ctx context.Context, x *set, first bool) error {
	if !first || x.paid.Balances.Operators.Len() == 0 || x.paid.Balances.Stakers.Len() == 0 {
		return nil
	}
	operator, _ := x.paid.Balances.Operators.At(0)
	if err := s.claim(ctx, x.claims.Operators, x.paid.Operators, operator, "commission"); err != nil {
		return err
	}
	again, _ := x.paid.Balances.Stakers.At(0)
	for place := range min(2, x.paid.Balances.Stakers.Len()) {
		staker, _ := x.paid.Balances.Stakers.At(place)
		if err := s.claim(ctx, x.claims.Stakers, x.paid.Stakers, staker, "stake"); err != nil {
			return err
		}
	}
	_, err := s.hands[again].Claim(ctx, x.claims.Stakers, x.paid.Stakers)
	refusal := chain.RevertName(err)
	if refusal == "" {
		return fmt.Errorf("%s claims the same twice: %w", s.tell.name(again), orWorked(err))
	}
	s.tell.say("%s tries to claim the same once more: refused with %s.", s.tell.name(again), s.tell.warn(refusal))
	s.happen(sceneSecondClaim)
	return nil
}

// claim has an account take what a tree gives it, and compares its balance.
func (s *story) claim(ctx context.Context, contract common.Address, tree *merkle.ClaimTree, account core.Address, for_ string) error {
	before, after, err := s.take(ctx, contract, tree, account)
	if err != nil {
		return err
	}
	s.tell.say("%s claims %s for its %s: had %s, has %s.", s.tell.name(account), wvara(*new(core.Amount).Sub(&after, &before)), for_,
		amount(before), amount(after))
	return nil
}

// take claims, and checks that the account has that much more.
func (s *story) take(ctx context.Context, contract common.Address, tree *merkle.ClaimTree, account core.Address) (before, after core.Amount, err error) {
	leaf, _, err := tree.Prove(account)
	if err != nil {
		return before, after, err
	}
	claimed, err := s.Roster.ClaimedBy(ctx, contract, account, s.Block())
	if err != nil {
		return before, after, err
	}
	if before, err = s.Balance(ctx, common.Address(account)); err != nil {
		return before, after, err
	}
	if _, err := s.hands[account].Claim(ctx, contract, tree); err != nil {
		return before, after, fmt.Errorf("claim of %s: %w", s.tell.name(account), err)
	}
	if after, err = s.Balance(ctx, common.Address(account)); err != nil {
		return before, after, err
	}
	want := new(uint256.Int).Sub(&leaf.Amount, &claimed)
	if got := new(core.Amount).Sub(&after, &before); !got.Eq(want) {
		return before, after, fmt.Errorf("%s claims %s and has %s more", s.tell.name(account), want.Dec(), got.Dec())
	}
	if s.operatorAt(account) >= 0 {
		s.happen(sceneOperatorClaims)
	} else {
		s.happen(sceneStakerClaims)
	}
	return before, after, nil
}

// end pays out what is left to whoever has something to claim.
func (s *story) end(ctx context.Context) error {
	s.tell.heading("The end")
	if m := s.moved; !m.claimed {
		if err := s.reach(m.at); err != nil {
			return err
		}
		if err := s.claimWithdrawal(ctx); err != nil {
			return err
		}
	}
	for _, x := range s.cast.sets {
		if x.paid == nil {
			continue
		}
		operators, err := s.claimAll(ctx, x.claims.Operators, x.paid.Operators, x.paid.Balances.Operators)
		if err != nil {
			return err
		}
		stakers, err := s.claimAll(ctx, x.claims.Stakers, x.paid.Stakers, x.paid.Balances.Stakers)
		if err != nil {
			return err
		}
		s.tell.say("%s: everybody claims the rest, operators %s and stakers %s.", x.called(), wvara(operators), wvara(stakers))
	}
	return nil
}

// claimAll claims every leaf that is not claimed yet, and returns the sum.
func (s *story) claimAll(ctx context.Context, contract common.Address, tree *merkle.ClaimTree, leaves reward.Amounts) (sum core.Amount, err error) {
	for leaf := range leaves.All() {
		claimed, err := s.Roster.ClaimedBy(ctx, contract, leaf.Account, s.Block())
		if err != nil {
			return sum, err
		}
		if claimed.Eq(&leaf.Amount) {
			continue
		}
		before, after, err := s.take(ctx, contract, tree, leaf.Account)
		if err != nil {
			return sum, err
		}
		sum.Add(&sum, new(core.Amount).Sub(&after, &before))
	}
	return sum, nil
}
