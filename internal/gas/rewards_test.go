package gas

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/executor"
)

// A full tree of claims: every proof has claimDepth siblings.
const (
	claimDepth = 17
	claimers   = 1 << claimDepth
)

// firstRewards pays era 0 and has one staker claim.
func (h *hundred) firstRewards(ctx context.Context) error {
	if _, err := h.pay(ctx, 0); err != nil {
		return err
	}
	return h.claim(ctx, "claim.first")
}

// secondRewards pays era 1: the steady state. The same staker claims again.
func (h *hundred) secondRewards(ctx context.Context) error {
	cost, err := h.pay(ctx, 1)
	if err != nil {
		return err
	}
	h.record("rewards.commit", cost.commit)
	h.record("rewards.certificate", cost.certificate)
	h.record("rewards.activate", cost.activate)
	h.record("rewards.commitAndActivate", cost.commit-cost.certificate+cost.activate)
	return h.claim(ctx, "claim.later")
}

// cost is the gas of one payment: of the two transactions, and of what the first one's certificate takes of it.
type cost struct{ commit, certificate, activate uint64 }

// pay commits and activates the rewards of an era under the newest term, which must be of the next one.
func (h *hundred) pay(ctx context.Context, e core.Era) (c cost, err error) {
	s, err := h.statement(e)
	if err != nil {
		return c, err
	}
	if at := h.Roster.Times.ActiveAt(e+1, h.term.PostedAt) + h.Roster.Times.SignersWindow; h.Now() < at {
		if err := h.AdvanceTo(at); err != nil { // the era is closed
			return c, err
		}
	}
	digest := s.Digest(h.Roster.Domain())
	signed, err := h.sign(h.term, digest)
	if err != nil {
		return c, err
	}
	if c.certificate, err = h.certificate(ctx, digest, signed); err != nil {
		return c, err
	}
	receipt, err := h.watcher.CommitRewards(ctx, h.term.Committee, s, signed)
	if err != nil {
		return c, err
	}
	c.commit = receipt.GasUsed
	if err := h.Advance(h.Roster.Times.RewardDelay); err != nil {
		return c, err
	}
	if receipt, err = h.watcher.ActivateRewards(ctx, s); err != nil {
		return c, err
	}
	c.activate = receipt.GasUsed
	return c, nil
}

// certificate returns the gas of a certificate by itself: a transaction that has the Router check it and nothing
// else, less what a transaction costs that does nothing.
func (h *hundred) certificate(ctx context.Context, digest core.Hash, signed executor.Signed) (uint64, error) {
	statement, err := h.term.Statement(signed)
	if err != nil {
		return 0, err
	}
	check, err := h.send(ctx, h.watcher, h.Roster.At.Router,
		router.PackCheckCertificate(h.term.HeaderBinding(), digest, statement))
	if err != nil {
		return 0, err
	}
	nothing, err := h.send(ctx, h.watcher, h.Stranger.Sender.From(), nil)
	if err != nil {
		return 0, err
	}
	return check.GasUsed - nothing.GasUsed, nil
}

// statement is what the Executors of the next era sign about an era: 400 wVARA to operators, 500 to stakers, of the
// 1,000 that were reserved for it.
func (h *hundred) statement(e core.Era) (batch.Rewards, error) {
	operators, err := claims(e, executors, core.Address(h.curator.Sender.From()))
	if err != nil {
		return batch.Rewards{}, err
	}
	previous := h.paid
	if h.stakers, err = claims(e, claimers, core.Address(h.claimer.Sender.From())); err != nil {
		return batch.Rewards{}, err
	}
	h.paid = batch.Rewards{Set: h.set, Era: e + 1, FromEra: e, ToEra: e,
		OperatorsRoot: operators.Root(), StakersRoot: h.stakers.Root(), OperatorsAmount: vara(400),
		StakersAmount: vara(500), DistributionHash: core.Keccak([]byte("distribution"))}
	if e > 0 {
		h.paid.PreviousRoots = batch.PreviousRoots(previous.OperatorsRoot, previous.StakersRoot)
	}
	return h.paid, nil
}

// claims is a tree of this many accounts, one of them given, after an era: each has earned about 0.0038 wVARA an era.
func claims(e core.Era, count int, account core.Address) (*merkle.ClaimTree, error) {
	list := make([]merkle.Claim, count)
	for i := range list {
		hash := core.Keccak(binary.BigEndian.AppendUint64(nil, uint64(i)))
		list[i] = merkle.Claim{Account: core.Address(hash[:20]), Amount: *uint256.NewInt(uint64(e+1) * (3_800_000_000 + uint64(i)))}
	}
	list[count/2].Account = account
	return merkle.NewClaimTree(list)
}

// claim has the claimer take what the stakers' tree gives it.
func (h *hundred) claim(ctx context.Context, row string) error {
	_, proof, err := h.stakers.Prove(core.Address(h.claimer.Sender.From()))
	if err != nil {
		return err
	}
	if len(proof) != claimDepth {
		return fmt.Errorf("the proof has %d siblings, not %d", len(proof), claimDepth)
	}
	contracts, err := chain.Read(ctx, h.Client(), h.Roster.At.Middleware, (*big.Int)(nil),
		middleware.PackRewardContracts(chain.Number(h.set)), middleware.UnpackRewardContracts)
	if err != nil {
		return err
	}
	receipt, err := h.claimer.Claim(ctx, contracts.Stakers, h.stakers)
	if err != nil {
		return err
	}
	h.record(row, receipt.GasUsed)
	return nil
}
