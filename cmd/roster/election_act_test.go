package main

import (
	"testing"

	"github.com/gear-tech/roster/internal/engine"
)

// TestElectionActs: an era is sealed, its list posted, a wrong one proven wrong and replaced, and the bond given back, by
// commands alone; what is too early, done already or right is said.
func TestElectionActs(t *testing.T) {
	t.Parallel()
	b := setTable(t, "elections")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	curator := b.hand("curator")
	must(b.Give(t.Context(), curator.Sender.From(), vara(1_000)))

	b.says(exitError, "curator", "era 0 can be sealed from", "election", "seal", "0", "--yes")
	must(b.AdvanceTo(b.Roster.Times.SealableAt(0)))
	b.says(exitUsage, "curator", "want its number", "election", "seal", "soon")
	b.says(exitError, "curator", "roster election seal 0", "election", "propose", "0", "--yes")
	b.says(exitOK, "curator", "done   seal era 0", "election", "seal", "0", "--yes")
	b.says(exitOK, "curator", "done   seal era 0, sealed", "election", "seal", "0", "--yes")
	b.says(exitError, "curator", "roster election propose 0", "election", "challenge", "0", "--yes")
	b.says(exitError, "stranger", "needs|for the bond", "election", "propose", "0", "--yes")

	// Mallory posts a list that leaves out the last Executor.
	d, err := engine.Decide(t.Context(), b.Roster, b.Set, 0, b.Block())
	must(err)
	fewer := d.Result.Executors[:len(d.Result.Executors)-1]
	aggregate, err := engine.Aggregate(fewer, d.Registered)
	must(err)
	wrong, err := engine.ProposalOf(d.Draw.Seed, fewer, aggregate)
	must(err)
	mallory := b.NewHand()
	must(b.Give(t.Context(), mallory.Sender.From(), vara(1_000)))
	_, err = mallory.Propose(t.Context(), b.Set, 0, wrong)
	must(err)

	b.says(exitError, "curator", "roster election challenge 0", "election", "propose", "0", "--yes")
	b.says(exitOK, "curator", "let the Router take bonds|challengeOmission|in block", "election", "challenge", "0", "--yes")
	b.says(exitError, "curator", "is right", "election", "challenge", "0", "--yes")
	b.says(exitOK, "", "this list stands on chain", "election", "show", "--era", "0")
	must(b.AdvanceTo(b.Roster.Times.LifetimeEnd(0)))
	b.says(exitOK, "curator", "done   give the bond", "election", "release", "0", "--yes")
	b.says(exitOK, "curator", "done   give the bond", "election", "release", "0", "--yes")
}
