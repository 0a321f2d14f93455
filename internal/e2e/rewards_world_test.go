package e2e

import (
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/engine"
)

// distribution computes what a set pays next, up to an era, to be signed by a term's set.
func (w *world) distribution(term devnet.Term, to core.Era) engine.Distribution {
	w.t.Helper()
	d, err := engine.Distribute(w.ctx, w.Roster, term.Committee.Set, to, term.Committee.Era, w.Block())
	w.must(err)
	return d
}

// commitRewards has those at these places sign a reward statement (nobody named: all) and commits it.
func (w *world) commitRewards(term devnet.Term, s batch.Rewards, places ...int) error {
	w.t.Helper()
	if len(places) == 0 {
		for i := range term.Entries {
			places = append(places, i)
		}
	}
	_, err := w.attacker.CommitRewards(w.ctx, term.Committee, s, w.signed(term, s.Digest(w.Roster.Domain()), places...))
	return err
}

// activateRewards activates a commit, by a stranger.
func (w *world) activateRewards(s batch.Rewards) error {
	_, err := w.Stranger.ActivateRewards(w.ctx, s)
	return err
}

// pay commits and activates what a distribution says.
func (w *world) pay(term devnet.Term, d engine.Distribution) {
	w.t.Helper()
	w.must(w.commitRewards(term, d.Statement))
	w.nextAt(w.Now() + w.Roster.Times.RewardDelay)
	w.must(w.activateRewards(d.Statement))
	w.wantPotsInOrder()
}

// closed waits until an era is closed.
func (w *world) closed(set core.SetID, e core.Era) {
	w.t.Helper()
	times := w.Roster.Times
	for w.Now() <= times.LifetimeEnd(e)+2*times.SignersWindow {
		_, closed, err := w.Roster.ClosedAt(w.ctx, set, e, w.Block())
		w.must(err)
		if closed {
			return
		}
		w.must(w.AdvanceTo(max(times.Start(e+1), w.Now()) + times.SignersWindow))
	}
	w.t.Fatalf("era %d is not closed at %d", e, w.Now())
}

// claimContracts are Symbiotic's reward contracts of a set.
func (w *world) claimContracts(set core.SetID) (forOperators, forStakers common.Address) {
	w.t.Helper()
	c := ask(w, w.Roster.At.Middleware, middleware.PackRewardContracts(chain.Number(set)), middleware.UnpackRewardContracts)
	return c.Operators, c.Stakers
}

// wantPotsInOrder checks the accounts of all money: the pots of all sets are the tokens that Rewards holds, the
// Middleware holds none, and what Symbiotic's contracts hold is what they were paid less what was claimed.
func (w *world) wantPotsInOrder() {
	w.t.Helper()
	sets, err := w.Roster.SetCount(w.ctx, w.Block())
	w.must(err)
	var total core.Amount
	for set := range sets {
		free, reserved := w.pot(set)
		total.Add(&total, &free)
		total.Add(&total, &reserved)
		first, second := w.claimContracts(set)
		for _, c := range []common.Address{first, second} {
			says := ask(w, c, claimsABI.PackBalance(w.Roster.At.Middleware, w.Roster.At.Token), claimsABI.UnpackBalance)
			wantAmount(w.t, "tokens of a reward contract", w.balance(c), chain.Amount(says))
		}
	}
	wantAmount(w.t, "tokens of Rewards, against all pots", w.balance(w.Roster.At.Rewards), total)
	wantAmount(w.t, "tokens of the Middleware", w.balance(w.Roster.At.Middleware), core.Amount{})
}

// rootOf is the root that a reward contract has.
func (w *world) rootOf(contract common.Address) core.Hash {
	w.t.Helper()
	return ask(w, contract, claimsABI.PackRoot(w.Roster.At.Middleware, w.Roster.At.Token), claimsABI.UnpackRoot)
}

// hands are the operators and the stakers of the first set, each once.
func (w *world) hands() (operators, stakers []engine.Hand) {
	for _, o := range w.operators {
		operators = append(operators, o.Hand)
	}
	for _, v := range w.vaults {
		stakers = append(stakers, v.staker)
	}
	return operators, stakers
}

// others are the places of a term but for those named.
func others(term devnet.Term, without ...int) (places []int) {
	for i := range term.Entries {
		if !slices.Contains(without, i) {
			places = append(places, i)
		}
	}
	return places
}
