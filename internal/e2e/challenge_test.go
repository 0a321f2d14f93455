package e2e

import (
	"math/big"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/engine"
	"github.com/gear-tech/roster/internal/executor"
)

// simulate calls a contract on the next block and sends nothing, whether it passes or not.
func (w *world) simulate(by engine.Hand, to common.Address, data []byte) error {
	_, err := w.Client().CallContract(w.ctx, ethereum.CallMsg{
		From: by.Sender.From(), To: &to, Data: data, Gas: chain.MaxGas,
	}, big.NewInt(int64(rpc.PendingBlockNumber)))
	if r := decoded(err); r != nil {
		return r
	}
	return err
}

// wrongList is a proposal of any entries, with the sum of their keys (zero where a key is nobody's).
func (w *world) wrongList(d engine.Decision, entries []merkle.Entry) bindings.Proposal {
	w.t.Helper()
	aggregate, err := engine.Aggregate(entries, d.Registered)
	if err != nil {
		aggregate = d.Aggregate
	}
	return w.proposal(d, entries, aggregate)
}

// proposal is one of any entries and aggregate, under the decision's seed.
func (w *world) proposal(d engine.Decision, entries []merkle.Entry, aggregate [192]byte) bindings.Proposal {
	w.t.Helper()
	p, err := engine.ProposalOf(d.Draw.Seed, entries, aggregate)
	w.must(err)
	return p
}

// right is the decision's own proposal.
func (w *world) right(d engine.Decision) bindings.Proposal {
	w.t.Helper()
	p, err := d.Proposal()
	w.must(err)
	return p
}

// propose posts a proposal that must be accepted, and returns it as it stands.
func (w *world) propose(by engine.Hand, d engine.Decision, p bindings.Proposal) chain.Elected {
	w.t.Helper()
	_, err := by.Propose(w.ctx, d.Snapshot.Set, d.Snapshot.Era, p)
	w.must(err)
	return w.standing(d.Snapshot.Set, d.Snapshot.Era)
}

// tryPropose approves the bond and simulates a proposal.
func (w *world) tryPropose(by engine.Hand, set core.SetID, e core.Era, p bindings.Proposal) error {
	w.t.Helper()
	w.approveBond(by)
	return w.simulate(by, w.Roster.At.Router, router.PackPropose(chain.Number(set), uint64(e), p))
}

// approveBond lets the Router take a hand's bonds.
func (w *world) approveBond(by engine.Hand) {
	w.t.Helper()
	allowance := ask(w, w.Roster.At.Token, token.PackAllowance(by.Sender.From(), w.Roster.At.Router), token.UnpackAllowance)
	if allowance.Sign() == 0 {
		w.do(by, w.Roster.At.Token, token.PackApprove(w.Roster.At.Router, chain.Big(*new(core.Amount).SetAllOne())))
	}
}

// entry is a standing proposal's entry with its proof.
func (w *world) entry(s chain.Elected, index int) bindings.Entry {
	w.t.Helper()
	e, err := s.EntryBinding(index)
	w.must(err)
	return e
}

// challengeEntry is the call that attacks one entry, without a replacement.
func (w *world) challengeEntry(s chain.Elected, index int) []byte {
	w.t.Helper()
	return router.PackChallengeEntry(s.HeaderBinding(), w.entry(s, index), engine.NoProposal())
}

// challengeOmission is the call that claims that an operator belongs between the entries at these places, without
// a replacement.
func (w *world) challengeOmission(s chain.Elected, operator core.Address, places ...int) []byte {
	w.t.Helper()
	neighbours := []bindings.Entry{}
	for _, i := range places {
		neighbours = append(neighbours, w.entry(s, i))
	}
	return router.PackChallengeOmission(s.HeaderBinding(), common.Address(operator), neighbours, engine.NoProposal())
}

// challengeAggregate is the call that adds up the keys of a standing list, without a replacement; false when a
// key is nobody's.
func (w *world) challengeAggregate(s chain.Elected, registered map[core.Hash][192]byte) ([]byte, bool) {
	w.t.Helper()
	c, err := executor.NewCommittee(s, registered)
	if err != nil {
		return nil, false
	}
	words, keys := wordsAndKeys(c)
	return router.PackChallengeAggregate(s.HeaderBinding(), words, keys, engine.NoProposal()), true
}

// wordsAndKeys are a committee's entries as challengeAggregate takes them.
func wordsAndKeys(c executor.Committee) (words [][32]byte, keys [][6][32]byte) {
	for i, e := range c.Entries {
		packed, err := e.Pack()
		if err != nil {
			panic(err)
		}
		words = append(words, [32]byte(packed[:32]))
		keys = append(keys, chain.KeyWords(c.Keys[i].Packed()))
	}
	return words, keys
}

// gaps are all places at which an omission can be claimed in a list of count: before the first, between each two,
// after the last. In a list of one, both ends name its only entry.
func gaps(count int) [][]int {
	all := [][]int{{0}}
	for i := range count - 1 {
		all = append(all, []int{i, i + 1})
	}
	if count > 1 {
		all = append(all, []int{count - 1})
	}
	return all
}

// tryProposeUnsealed simulates a proposal that seals its era itself: it names the seed 0.
func (w *world) tryProposeUnsealed(e core.Era) error {
	w.t.Helper()
	return w.tryPropose(w.attacker, w.set, e, bindings.Proposal{Seed: common.Big0, Entries: make([]byte, merkle.EntryLength)})
}

// seedNumber is a decision's seed as the contracts take it.
func seedNumber(d engine.Decision) *big.Int { return common.Hash(d.Draw.Seed).Big() }
