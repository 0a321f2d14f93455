package e2e

import (
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
)

// A list that the Router itself can see is wrong never stands: its length, its weights, its order (protocol §4).
func TestBadProposalEntries(t *testing.T) {
	w := newWorld(t, options{stakes: one(30_000, 20_000, 10_000, 10_000, 5_000)})
	d := w.decide(w.set, 0)
	right := d.Result.Executors
	bytesOf := func(entries []merkle.Entry) []byte {
		packed, err := chain.PackEntries(entries)
		w.must(err)
		return packed
	}
	try := func(packed []byte) error {
		return w.tryPropose(w.attacker, w.set, 0, bindings.Proposal{Seed: seedNumber(d), Key: chain.KeyWords(d.Aggregate), Entries: packed})
	}
	w.must(try(bytesOf(right)))
	for _, length := range []int{0, 1, 63, 65, 255, 64 * 129} {
		wantRevertArgs(t, try(make([]byte, length)), "EntriesLength", length)
	}
	swapped := slices.Clone(right)
	swapped[0], swapped[1] = swapped[1], swapped[0]
	wantRevertArgs(t, try(bytesOf(swapped)), "EntriesOutOfOrder", 1)
	tied := slices.Clone(right)
	tied[2], tied[3] = tied[3], tied[2] // the lottery decides between equals
	wantRevertArgs(t, try(bytesOf(tied)), "EntriesOutOfOrder", 3)
	doubled := slices.Insert(slices.Clone(right[:3]), 1, right[0])
	wantRevertArgs(t, try(bytesOf(doubled)), "EntriesOutOfOrder", 1)
	heavy := slices.Clone(right)
	heavy[0].Weight = plus(vara(40_000), core.Amount{1})
	wantRevertArgs(t, try(bytesOf(heavy)), "WeightOutOfRange", 0, heavy[0].Weight, vara(40_000))
	heavy[0].Weight = minus(*new(core.Amount).Lsh(ptr(core.Amount{1}), 96), core.Amount{1})
	wantRevertArgs(t, try(bytesOf(heavy)), "WeightOutOfRange", 0, heavy[0].Weight, vara(40_000))
	five := append(slices.Clone(right), merkle.Entry{Operator: w.operators[4].Address(), Weight: vara(5_000), KeyHash: keyOf(d, w.operators[4].Address())})
	wantRevertArgs(t, try(bytesOf(five)), "TooManyEntries", 5, 4)
}

// When a proposal may be posted: after the capture is final and sealed, under the seal's seed, one at a time, with
// the bond at hand, and early enough to be challenged.
func TestBadProposalTime(t *testing.T) {
	w := newWorld(t, options{})
	times := w.Roster.Times
	w.approveBond(w.attacker)
	some := bindings.Proposal{Seed: common.Big1, Entries: make([]byte, merkle.EntryLength)}
	wantRevertArgs(t, w.tryPropose(w.attacker, w.set, 0, some), "NotSealed", 0)
	wantRevertArgs(t, w.tryProposeUnsealed(0), "NotSealable", 0, w.next(), times.SealableAt(0))
	wantRevertArgs(t, w.tryProposeUnsealed(3), "NotSealable", 3, w.next(), times.SealableAt(3))
	d := w.decide(w.set, 0)
	wantRevertArgs(t, w.tryProposeUnsealed(0), "SeedMismatch", 0, seedNumber(d))
	wantRevertArgs(t, w.tryPropose(w.attacker, w.set, 0, some), "SeedMismatch", 1, seedNumber(d))
	wantRevertArgs(t, w.tryPropose(w.attacker, w.set, 1, w.right(d)), "NotSealed", 1)
	// No clock ever shows that era; its times must not wrap around into the present's.
	wantRevertArgs(t, w.tryPropose(w.attacker, w.set, 1<<63, bindings.Proposal{Seed: common.Big0, Entries: some.Entries}), "EraOutOfRange", uint64(1<<63))

	// No bond, no proposal.
	poor := w.NewHand()
	err := w.tryPropose(poor, w.set, 0, w.right(d))
	wantRevertArgs(t, err, "ERC20InsufficientBalance", poor.Sender.From(), 0, vara(100))
	// A set that does not exist has no parameters: nobody stands in a list of at most none.
	wantRevert(t, w.tryPropose(w.attacker, 7, 0, w.right(d)), "WeightOutOfRange")

	w.propose(w.Owner, d, w.right(d))
	wantRevertArgs(t, w.tryPropose(w.attacker, w.set, 0, w.right(d)), "AlreadyProposed", w.set, 0)
}

// The last moment for a proposal leaves the challenge window before the lifetime's end; and not after a later set took
// over.
func TestBadProposalTooLate(t *testing.T) {
	w := newWorld(t, options{})
	times := w.Roster.Times
	w.approveBond(w.attacker)
	first := w.decide(w.set, 0)
	second := w.decide(w.set, 1)
	end := times.LifetimeEnd(0)
	fork := w.Head().Hash()

	last := end - times.ChallengeWindow - 1
	w.nextAt(last)
	w.must(w.tryPropose(w.attacker, w.set, 0, w.right(first)))
	w.nextAt(last + 1)
	wantRevertArgs(t, w.tryPropose(w.attacker, w.set, 0, w.right(first)), "TooLateToPropose", last+1, end)

	// Era 1's set stands but is not active: era 0 can still have one. From its activity on it cannot.
	w.back(fork)
	s := w.propose(w.Owner, second, w.right(second))
	activeAt := times.ActiveAt(1, s.PostedAt)
	w.nextAt(activeAt - 1)
	w.must(w.tryPropose(w.attacker, w.set, 0, w.right(first)))
	w.nextAt(activeAt)
	wantRevertArgs(t, w.tryPropose(w.attacker, w.set, 0, w.right(first)), "SupersededBy", w.set, 1)
}

// A seal happens once, not before the capture is final, and nobody chooses it afterwards. It can happen within the
// first proposal.
func TestBadSeal(t *testing.T) {
	w := newWorld(t, options{})
	times, at := w.Roster.Times, w.Roster.At.Router
	seal := func(e uint64) error { return w.simulate(w.attacker, at, router.PackSeal(e)) }
	wantRevertArgs(t, seal(0), "NotSealable", 0, w.next(), times.SealableAt(0))
	wantRevertArgs(t, seal(1<<62), "EraOutOfRange", uint64(1<<62))
	w.nextAt(times.SealableAt(0))
	d := w.decide(w.set, 0)
	if want := core.Hash(w.Head().MixDigest); d.Draw.Seed != want {
		t.Fatalf("the seed is %s, the block's prevrandao %s", d.Draw.Seed, want)
	}
	w.must(w.Advance(1))
	wantRevertArgs(t, seal(0), "AlreadySealed", 0)
	wantRevertArgs(t, seal(1), "NotSealable", 1, w.next(), times.SealableAt(1))

	// Within a proposal: whoever posts cannot know the order of equals, so this needs a list without ties.
	w.nextAt(times.SealableAt(1))
	w.approveBond(w.attacker)
	p := w.right(d) // the same operators with the same weights
	p.Seed = common.Big0
	_, err := w.attacker.Sender.Do(w.ctx, chain.Call{To: &at, Gas: 2_000_000, Data: router.PackPropose(chain.Number(w.set), 1, p)})
	w.must(err)
	if s := w.standing(w.set, 1); s.Seed != core.Hash(w.Head().MixDigest) || s.Header.Root != d.Result.Root {
		t.Fatalf("%+v", s)
	}
}

// A bond comes back once, to its proposer, when its set or a later one was active; the reward only in the first case.
func TestRelease(t *testing.T) {
	w := newWorld(t, options{})
	times, at := w.Roster.Times, w.Roster.At.Router
	release := func(e core.Era) error {
		return w.simulate(w.attacker, at, router.PackRelease(chain.Number(w.set), uint64(e)))
	}
	wantRevertArgs(t, release(0), "NothingToRelease", w.set, 0)
	d := w.decide(w.set, 0)
	s := w.propose(w.watcher, d, w.right(d))
	activeAt := times.ActiveAt(0, s.PostedAt)
	wantRevertArgs(t, release(0), "NotActiveYet", w.set, 0, w.next(), activeAt)
	w.nextAt(activeAt - 1)
	wantRevertArgs(t, release(0), "NotActiveYet", w.set, 0, activeAt-1, activeAt)
	w.nextAt(activeAt)
	before := w.balance(w.watcher.Sender.From())
	w.do(w.attacker, at, router.PackRelease(chain.Number(w.set), 0)) // by anyone, for the proposer
	if got := minus(w.balance(w.watcher.Sender.From()), before); got != vara(105) {
		t.Fatal(got.Dec())
	}
	wantRevertArgs(t, release(0), "NothingToRelease", w.set, 0)
	wantRevertArgs(t, release(5), "NothingToRelease", w.set, 5)

	// Era 1's proposal comes so late that era 2's set is active before its window is over: the bond, and no reward.
	first, second := w.decide(w.set, 1), w.decide(w.set, 2)
	w.propose(w.Owner, second, w.right(second))
	w.nextAt(times.Start(2) - 1)
	s = w.propose(w.watcher, first, w.right(first))
	w.nextAt(times.ActiveAt(1, s.PostedAt) - 1)
	wantRevert(t, release(1), "NotActiveYet")
	w.nextAt(times.ActiveAt(1, s.PostedAt))
	before = w.balance(w.watcher.Sender.From())
	w.do(w.attacker, at, router.PackRelease(chain.Number(w.set), 1))
	if got := minus(w.balance(w.watcher.Sender.From()), before); got != vara(100) {
		t.Fatal(got.Dec())
	}
	// That set never was active: nothing it signs is evidence or a late signature.
	err := w.simulate(w.attacker, at, router.PackCheckWasActive(s.HeaderBinding()))
	wantRevertArgs(t, err, "NeverActive", w.set, 1)
}

// The chain of batches of a set begins with the Middleware's word, nobody else's.
func TestOpenSetByAStranger(t *testing.T) {
	w := newWorld(t, options{})
	for _, by := range []*devnet.Operator{{Hand: w.attacker}, {Hand: w.Owner}} {
		err := w.simulate(by.Hand, w.Roster.At.Router, router.PackOpenSet(chain.Number(w.set), 0, [32]byte{}))
		wantRevertArgs(t, err, "OnlyMiddleware", by.Sender.From())
	}
	create := middleware.PackCreateSet(devnet.DefaultParameters(), 0, [32]byte{})
	wantRevertArgs(t, w.simulate(w.attacker, w.Roster.At.Middleware, create), "OwnableUnauthorizedAccount", w.attacker.Sender.From())
}
