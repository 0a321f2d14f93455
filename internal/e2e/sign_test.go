package e2e

import (
	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/internal/chain"
	"github.com/gear-tech/roster/internal/chain/bindings"
	"github.com/gear-tech/roster/internal/devnet"
	"github.com/gear-tech/roster/internal/executor"
)

// nextBatch is the batch that follows the head of a set.
func (w *world) nextBatch(set core.SetID, word byte) (b batch.Batch, head uint64) {
	w.t.Helper()
	b, head, err := w.NextBatch(w.ctx, set, core.Hash{31: word})
	w.must(err)
	return b, head
}

// statement is a digest signed by all of a term's Executors but for those at the absent places.
func (w *world) statement(term devnet.Term, digest core.Hash, absent ...int) bindings.Statement {
	w.t.Helper()
	return w.handIn(term, w.gathered(term, digest, absent...))
}

func (w *world) gathered(term devnet.Term, digest core.Hash, absent ...int) executor.Signed {
	w.t.Helper()
	signed, err := devnet.Signed(term.Committee, digest, w.team.Sign(term.Committee, digest, absent...))
	w.must(err)
	return signed
}

func (w *world) handIn(term devnet.Term, signed executor.Signed) bindings.Statement {
	w.t.Helper()
	s, err := term.Committee.Statement(signed)
	w.must(err)
	return s
}

// batchDigest is what a term's Executors sign for a batch, in the right domain.
func (w *world) digestOfBatch(term devnet.Term, b batch.Batch) core.Hash {
	return w.StatementOf(term.Committee, b)
}

// tryCommit simulates a commit of a batch by the attacker.
func (w *world) tryCommit(h bindings.Header, head uint64, b batch.Batch, s bindings.Statement) error {
	w.t.Helper()
	return w.simulate(w.attacker, w.Roster.At.Router, router.PackCommitBatch(h, head, chain.BatchBinding(b), s))
}

// tryNext signs the set's next batch by all of a term, but for the absent places, and simulates its commit.
func (w *world) tryNext(term devnet.Term, absent ...int) error {
	w.t.Helper()
	b, head := w.nextBatch(term.Set, 99)
	return w.tryCommit(term.HeaderBinding(), head, b, w.statement(term, w.digestOfBatch(term, b), absent...))
}
