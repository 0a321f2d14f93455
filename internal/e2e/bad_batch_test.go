package e2e

import (
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/devnet"
)

// trySigned signs a batch as it is by a whole term and simulates its commit behind a head.
func (w *world) trySigned(term devnet.Term, head uint64, b batch.Batch) error {
	w.t.Helper()
	return w.tryCommit(term.HeaderBinding(), head, b, w.statement(term, w.digestOfBatch(term, b)))
}

// Even a certified batch must follow the head, with a greater number (protocol §6).
func TestBadBatchOrder(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	first := w.commit(term, 1)
	next, head := w.nextBatch(w.set, 2)
	now := batch.Head(first.Number, first.Hash())
	if headOf(w, w.set) != now || head != first.Number || next.PreviousHash != first.Hash() {
		t.Fatalf("the next batch %+v does not follow the first %+v", next, first)
	}
	b := next
	b.PreviousHash = core.Hash{1}
	wantRevertArgs(t, w.trySigned(term, head, b), "NotTheHead", batch.Head(head, core.Hash{1}), now)
	for _, wrong := range []uint64{0, head - 1, head + 1} {
		wantRevertArgs(t, w.trySigned(term, wrong, next), "NotTheHead", batch.Head(wrong, first.Hash()), now)
	}
	for _, number := range []uint64{0, head - 1, head} {
		b = next
		b.Number = number
		wantRevertArgs(t, w.trySigned(term, head, b), "NumberNotAbove", number, head)
	}
	w.must(w.Advance(1))
	w.must(w.Advance(1))
	skipping, _ := w.nextBatch(w.set, 3) // skipped intervals join the next batch
	if skipping.Number <= next.Number {
		t.Fatalf("%d skips nothing after %d", skipping.Number, next.Number)
	}
	w.must(w.trySigned(term, head, skipping))
	w.must(w.trySigned(term, head, next))
}

// A batch ends with the last block of its interval, which is in the past, and on this chain (protocol §6).
func TestBadBatchBlock(t *testing.T) {
	w := newWorld(t, options{})
	term := w.activate(w.set, 0)
	right, head := w.nextBatch(w.set, 1)
	for _, ahead := range []uint64{1, 2, 1_000, 1 << 62} {
		b := right
		b.Number += ahead
		wantRevertArgs(t, w.trySigned(term, head, b), "NotTheIntervalsEnd", b.Number, right.EndBlock, right.EndBlock+ahead)
		b.EndBlock += ahead
		wantRevertArgs(t, w.trySigned(term, head, b), "BlockNotPast", b.EndBlock, w.Block()+1)
	}
	// The greatest number there is: its end does not wrap around to a block of the past.
	b := right
	b.Number = 1<<64 - 1
	end := new(bigInt).Add(chain.Number(b.Number), chain.Number(w.Roster.Intervals.First))
	wantRevertArgs(t, w.trySigned(term, head, b), "NotTheIntervalsEnd", b.Number, b.EndBlock, end)
	for _, wrong := range []core.Hash{{}, {1}} {
		b = right
		b.EndBlockHash = wrong
		wantRevertArgs(t, w.trySigned(term, head, b), "BlockHashMismatch", b.EndBlock, wrong, right.EndBlockHash)
	}
	for _, wrong := range []uint64{right.EndBlock - 1, right.EndBlock + 1, 0} {
		b = right
		b.EndBlock = wrong
		wantRevertArgs(t, w.trySigned(term, head, b), "NotTheIntervalsEnd", b.Number, wrong, right.EndBlock)
	}
	w.must(w.trySigned(term, head, right))
}

// Beyond the 256 blocks that BLOCKHASH answers for, EIP-2935's contract still knows: at 255 to 258 blocks, and more, the
// right hash passes and a wrong one does not.
func TestBadBatchBlockBeyond256(t *testing.T) {
	w := newWorld(t, options{})
	first := w.Roster.Intervals.First
	for w.Block() < first+281 { // before the first capture there is time for as many blocks
		w.must(w.Advance(1))
	}
	term := w.activate(w.set, 0)
	b, head := w.nextBatch(w.set, 1)
	for _, age := range []uint64{2, 255, 256, 257, 258, 280} {
		b.EndBlock = w.Block() + 1 - age
		b.Number = b.EndBlock - first
		header, err := w.Client().HeaderByNumber(w.ctx, chain.Number(b.EndBlock))
		w.must(err)
		b.EndBlockHash = core.Hash(header.Hash())
		w.must(w.trySigned(term, head, b))
		b.EndBlockHash = core.Hash{9}
		wantRevertArgs(t, w.trySigned(term, head, b), "BlockHashMismatch", b.EndBlock, core.Hash{9}, header.Hash())
	}
}

// A batch reward is paid while the free pot has it, and its lack stops no batch (protocol §6, "as far as it goes").
func TestBatchRewardAsFarAsThePotGoes(t *testing.T) {
	w := newWorld(t, options{pot: 1_001})
	term := w.activate(w.set, 0) // 1,000 are reserved for the era, 1 is free
	committer := w.Owner.Sender.From()
	for i, want := range []uint64{1, 0} {
		before := w.balance(committer)
		w.commit(term, byte(i+1))
		if got := minus(w.balance(committer), before); got != vara(want) {
			t.Fatalf("batch %d paid %s, want %d wVARA", i+1, got.Dec(), want)
		}
	}
}
