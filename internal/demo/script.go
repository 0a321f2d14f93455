package demo

import (
	"context"

	"github.com/gear-tech/roster/core"
)

// The scenes, in the order of the issue. Each is noted when what it is about was seen on chain.
const (
	sceneStakeDecides    = "stake_decides"
	sceneCap             = "cap"
	sceneLotteryTie      = "lottery_tie"
	sceneLotteryDecides  = "lottery_decides"
	sceneStakeMoved      = "stake_moved"
	scenePaused          = "paused"
	sceneBelowMinimum    = "below_minimum"
	sceneResumed         = "resumed"
	sceneOmission        = "omission_challenged"
	sceneWrongWeight     = "wrong_weight_challenged"
	sceneProgramAnswers  = "program_answers"
	sceneAbsentSigner    = "absent_signer"
	sceneLateSigner      = "late_signer_added"
	sceneEarnsLess       = "absent_earns_less"
	sceneEquivocation    = "equivocation_proven"
	sceneEjected         = "ejected"
	sceneJailedOut       = "jailed_out_of_election"
	sceneSlashRequested  = "slash_requested"
	sceneSlashExecuted   = "slash_executed"
	sceneSlashVetoed     = "slash_vetoed"
	sceneDisputeUpheld   = "dispute_upheld"
	sceneWrongSlashed    = "wrong_result_slashed"
	sceneDisputeSilent   = "dispute_not_upheld"
	sceneRewards         = "rewards_conserved"
	sceneOperatorClaims  = "operator_claimed"
	sceneStakerClaims    = "staker_claimed"
	sceneSecondClaim     = "second_claim_refused"
	sceneWithdrawalWaits = "withdrawal_waits"
	sceneWithdrawalPaid  = "withdrawal_claimed"
)

// Scenes lists every scene that the story must have, in a fixed order.
func Scenes() []string {
	return []string{sceneStakeDecides, sceneCap, sceneLotteryTie, sceneLotteryDecides, sceneStakeMoved, scenePaused,
		sceneBelowMinimum, sceneResumed, sceneOmission, sceneWrongWeight, sceneProgramAnswers, sceneAbsentSigner, sceneLateSigner,
		sceneEarnsLess, sceneEquivocation, sceneEjected, sceneJailedOut, sceneSlashRequested, sceneSlashExecuted,
		sceneSlashVetoed, sceneDisputeUpheld, sceneWrongSlashed, sceneDisputeSilent, sceneRewards, sceneOperatorClaims,
		sceneStakerClaims, sceneSecondClaim, sceneWithdrawalWaits, sceneWithdrawalPaid}
}

// moment is a part of an era in which a scene can be set.
type moment int

const (
	dawn    moment = iota // before the era's first batch
	noon                  // once the era before is closed, and before the next one's capture
	evening               // after the next era's election
)

// scene is something that happens once.
type scene struct {
	era core.Era
	at  moment
	run func(context.Context) error
}

// script is what happens when, besides what happens in every era. Who it happens to follows from who is elected.
//
// The order matters: stake moves before anyone is slashed, so that it is stake and lottery that decide eras 0 to
// 2; the sinner of era 2 is back in era 5, and in between there are always enough for a quorum.
func (s *story) script() []scene {
	first := s.cast.sets[0]
	other := s.cast.sets[1%len(s.cast.sets)]
	return []scene{
		{0, noon, s.moveStake},
		{1, dawn, s.claimTooEarly},
		{1, noon, func(ctx context.Context) error { return s.disputeInSilence(ctx, first) }},
		{1, noon, s.fillToTheCap},
		{2, noon, func(ctx context.Context) error { return s.signTwice(ctx, first) }},
		{2, noon, s.resume},
		{2, evening, s.silenceIsOver},
		{3, noon, func(ctx context.Context) error { return s.lieAndBeUpheld(ctx, first) }},
		{4, noon, func(ctx context.Context) error { return s.signTwiceByAccident(ctx, other) }},
	}
}

// liesIn says whether Mallory posts a list for a set and era before anyone else does, and what is wrong with it.
func (s *story) liesIn(x *set, e core.Era) lie {
	switch {
	case e == 1 && x == s.cast.sets[0]:
		return omission
	case e == 3 && x == s.cast.sets[1%len(s.cast.sets)]:
		return wrongWeight
	}
	return honest
}

// play runs the scenes of a moment.
func (s *story) play(ctx context.Context, at moment) error {
	for _, x := range s.script() {
		if x.era == s.era && x.at == at {
			if err := x.run(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}
