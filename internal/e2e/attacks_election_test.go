package e2e

import (
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/engine"
)

// headerHash is the hash under which the Router would keep a header.
func headerHash(h bindings.Header) core.Hash {
	return batch.Header{Set: core.SetID(h.Set.Uint64()), Era: core.Era(h.Era), Count: h.Count, Total: chain.Amount(h.Total),
		Root: h.Root, AggregateHash: batch.KeyHash(chain.PackedKey(h.Key))}.Hash()
}

// A proposer would like a smaller total than its entries add up to, for then fewer signatures make a quorum. A
// proposal has no field for it: the Router adds up itself, and a header with another total is not the standing one
// (protocol §4, "computes the total and the Merkle root").
func TestAttackProposersOwnTotal(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	s := w.propose(w.attacker, d, w.right(d))
	if s.Header.Total != vara(60_000) {
		t.Fatalf("the Router says %s, the entries add up to 60,000 wVARA", s.Header.Total.Dec())
	}
	forged := s.HeaderBinding()
	forged.Total = whole(10_000)
	err := w.simulate(w.attacker, w.Roster.At.Router, router.PackChallengeEntry(forged, w.entry(s, 0), engine.NoProposal()))
	wantRevertArgs(t, err, "UnknownHeader", w.set, 0, headerHash(forged), s.Header.Hash())
}

// Entries without weight would fill the seats of others and take part in nothing. The Router refuses weight 0,
// in front and at the end (protocol §4, "every weight in 1 … maxStake").
func TestAttackWeight0Entry(t *testing.T) {
	w := newWorld(t, options{})
	d := w.decide(w.set, 0)
	for _, at := range []int{0, 3} {
		entries := slices.Insert(slices.Clone(d.Result.Executors), at, merkle.Entry{Operator: core.Address{9}, KeyHash: d.Result.Executors[0].KeyHash})
		err := w.tryPropose(w.attacker, w.set, 0, w.wrongList(d, entries))
		wantRevertArgs(t, err, "WeightOutOfRange", at, 0, vara(40_000))
	}
}

// The attacker wants an honest list discarded, and half of its bond, by claiming that somebody without weight was
// left out of it. Who has no weight at the capture cannot be omitted (protocol §4, "with weightAt > 0").
func TestAttackOmissionOfWeight0(t *testing.T) {
	w := newWorld(t, options{stakes: [][]uint64{{30_000}, {20_000}, {10_000}, {999}, {5_000}, {5_000}, {0}}})
	paused, left := w.operators[4], w.operators[5]
	w.do(paused.Hand, w.Roster.At.Operators, operators.PackPause(chain.Number(w.set)))
	w.do(left.Hand, w.Roster.At.Operators, operators.PackLeaveSet(chain.Number(w.set)))
	term := w.elect(w.set, 0)
	for name, o := range map[string]core.Address{
		"below the minimum": w.operators[3].Address(), "paused": paused.Address(), "left": left.Address(),
		"without a vault": w.operators[6].Address(), "unknown": core.Address(w.attacker.Sender.From()), "nobody": {},
	} {
		for _, places := range gaps(3) {
			t.Log(name, places)
			wantRevertArgs(t, w.simulate(w.attacker, w.Roster.At.Router, w.challengeOmission(term.Elected, o, places...)), "NotEligible", o)
		}
	}
}

// The attacker claims an omission between entries that are no neighbours, so that somebody who stands in the list,
// or has no seat in it, seems to be missing. Neighbours are two adjacent entries, proven, or one at an end
// (protocol §4, challengeOmission).
func TestAttackFalseNeighbours(t *testing.T) {
	w := newWorld(t, options{stakes: one(30_000, 20_000, 10_000, 8_000, 5_000)})
	term := w.elect(w.set, 0)
	try := func(o core.Address, neighbours ...bindings.Entry) error {
		if neighbours == nil {
			neighbours = []bindings.Entry{}
		}
		return w.simulate(w.attacker, w.Roster.At.Router,
			router.PackChallengeOmission(term.HeaderBinding(), common.Address(o), neighbours, engine.NoProposal()))
	}
	at := func(i int) bindings.Entry { return w.entry(term.Elected, i) }
	second := term.Entries[1]
	for name, neighbours := range map[string][]bindings.Entry{
		"apart": {at(0), at(2)}, "reversed": {at(2), at(1)}, "the same twice": {at(1), at(1)}, "itself and the next": {at(1), at(2)},
		"the one before and itself": {at(0), at(1)}, "none": {}, "one in the middle": {at(1)}, "the last": {at(3)}, "the first": {at(0)},
		"three": {at(0), at(1), at(2)},
	} {
		t.Log(name)
		wantRevertArgs(t, try(second.Operator, neighbours...), "NotBetween", second.Operator, second.Weight)
	}
	// The fifth has weight, and belongs after the last of four seats.
	wantRevertArgs(t, try(w.operators[4].Address(), at(3)), "ListIsFull", 4)
	// A neighbour that is not in the list at all, or not in that place, or not with that weight.
	lighter, moved, shifted := at(2), at(2), at(2)
	lighter.Weight = whole(1)
	moved.Index = chain.Number(3)
	shifted.Index = chain.Number(2 + 4)
	wantRevertArgs(t, try(second.Operator, at(1), lighter), "RootMismatch", anything, term.Header.Root)
	wantRevertArgs(t, try(second.Operator, at(1), moved), "RootMismatch", anything, term.Header.Root)
	wantRevertArgs(t, try(second.Operator, at(1), shifted), "IndexOutOfRange", 6, 4)
}

// The attacker hands in two inner nodes as if they were an entry: operator and weight from one, key hash from the
// other. Leaves and nodes are hashed with another first byte, and a proof has exactly the length of its position
// (protocol §4).
func TestAttackNodeAsLeaf(t *testing.T) {
	w := newWorld(t, options{stakes: one(30_000, 20_000, 10_000, 8_000)})
	term := w.elect(w.set, 0)
	leaves, err := merkle.EntryLeaves(term.Entries)
	w.must(err)
	left, right := merkle.Root(leaves[:2]), merkle.Root(leaves[2:])
	node := bindings.Entry{Index: common.Big0, Operator: common.Address(left[:20]),
		Weight: new(bigInt).SetBytes(left[20:]), KeyHash: right}
	try := func(proof ...[32]byte) error {
		node.Proof = append([][32]byte{}, proof...)
		return w.simulate(w.attacker, w.Roster.At.Router, router.PackChallengeEntry(term.HeaderBinding(), node, engine.NoProposal()))
	}
	wantRevertArgs(t, try(), "ProofLength", 0, 2)      // as the root itself
	wantRevertArgs(t, try(right), "ProofLength", 1, 2) // as a node one level up
	wantRevertArgs(t, try(left, right, left), "ProofLength", 3, 2)
	wantRevertArgs(t, try(left, right), "RootMismatch", anything, term.Header.Root)
}

// The attacker challenges an honest entry with so little gas that reading the stake fails and seems to be 0. Before
// each read the Middleware wants 1,000,000 gas, or reverts (protocol §3), so no amount of gas discards the list.
func TestAttackStarvedRead(t *testing.T) {
	w := newWorld(t, options{stakes: [][]uint64{{5_000, 5_000, 5_000}, {4_000, 4_000, 4_000}, {1_000, 1_000, 1_000}}})
	term := w.elect(w.set, 0)
	at, call := w.Roster.At.Router, w.challengeEntry(term.Elected, 0)
	starved := 0
	for gas := uint64(80_000); gas < 2_000_000; gas += 20_000 {
		_, err := w.Client().CallContract(w.ctx, ethereum.CallMsg{From: w.attacker.Sender.From(), To: &at, Data: call, Gas: gas}, nil)
		if err == nil {
			t.Fatalf("with %d gas the challenge of a right entry succeeds", gas)
		}
		switch name := revertName(err); name {
		case "NotEnoughGas":
			starved++
		case "", "EntryIsRight": // out of gas before anything was read, or enough
		default:
			t.Fatalf("with %d gas: %v", gas, err)
		}
	}
	if starved == 0 {
		t.Fatal("no amount of gas was too little for a read")
	}
	// The same for good: the transaction fails, the list stands.
	receipt, err := w.attacker.Sender.Do(w.ctx, chain.Call{To: &at, Data: call, Gas: 900_000})
	r := wantRevert(t, err, "NotEnoughGas")
	if receipt.Status != types.ReceiptStatusFailed || plain(r.Args[1].Value) != "1000000" {
		t.Fatal(receipt.Status, r)
	}
	if w.standing(w.set, 0).Header != term.Header {
		t.Fatal("the list does not stand any more")
	}
	// An omission with too little gas fails as well, rather than finding nobody eligible.
	call = w.challengeOmission(term.Elected, term.Entries[1].Operator, 0, 2)
	_, err = w.attacker.Sender.Do(w.ctx, chain.Call{To: &at, Data: call, Gas: 900_000})
	wantRevert(t, err, "NotEnoughGas")
}

// revertName decodes what a bare client returned.
func revertName(err error) string {
	if r := decoded(err); r != nil {
		return r.Name
	}
	return ""
}

// An operator links and unlinks without end, so that its stake becomes too dear to read and nobody can challenge it.
// It has sixteen slots, each a checkpointed address: the seventeenth vault is refused, and a long history costs a
// look-up no more than its logarithm (protocol §3).
func TestAttackUnreadableLinkHistory(t *testing.T) {
	w := newWorld(t, options{stakes: one(30_000, 10_000), network: longSetup()})
	o, at, set := w.operators[0], w.Roster.At.Middleware, chain.Number(w.set)
	var last *vault
	for range 15 {
		last = w.addVault(w.set, vaultSpec())
		w.link(o, last)
	}
	tooMany := w.addVault(w.set, vaultSpec())
	wantRevertArgs(t, w.try(o.Hand, at, middleware.PackLinkVault(set, tooMany.Address)), "TooManyVaults", 16)
	cost := func() uint64 {
		now := w.Now()
		w.must(w.Advance(1))
		gas, err := w.Client().EstimateGas(w.ctx, ethereum.CallMsg{To: &at,
			Data: middleware.PackStakeAt(set, o.Sender.From(), chain.Number(now))})
		w.must(err)
		return gas
	}
	fresh := cost()
	for range 60 { // the same second twice never makes two checkpoints, other seconds do
		w.do(o.Hand, at, middleware.PackUnlinkVault(set, last.Address))
		w.do(o.Hand, at, middleware.PackLinkVault(set, last.Address))
	}
	if used := cost(); used > fresh+20_000 {
		t.Fatalf("reading a stake costs %d gas after 120 changes, %d before", used, fresh)
	}
	if fresh > 3_000_000 {
		t.Fatalf("reading sixteen vaults costs %d gas", fresh)
	}
	links := ask(w, at, middleware.PackLinksAt(set, o.Sender.From(), chain.Number(w.Now())), middleware.UnpackLinksAt)
	if len(links) != 16 {
		t.Fatalf("%d links", len(links))
	}
	// And a challenge of that operator's entry still fits into a transaction.
	term := w.elect(w.set, 0)
	place := term.IndexOf(o.Address())
	err := w.simulate(w.watcher, w.Roster.At.Router, w.challengeEntry(term.Elected, place))
	wantRevertArgs(t, err, "EntryIsRight", o.Address(), vara(30_000))
}
