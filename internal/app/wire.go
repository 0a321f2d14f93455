package app

import "github.com/gear-tech/roster/internal/engine"

// stages is the way as code: what a node does at each final block, in this order. While one of the first two fails,
// nothing after it is done in that tick.
func stages(n *engine.Node) []engine.Stage {
	return []engine.Stage{
		{Name: "index", Step: n.Index, Gate: true},   // logs of final blocks: store, mirror
		{Name: "verify", Step: n.Verify, Gate: true}, // the mirror is the chain's: a sample at each capture
		{Name: "approve", Step: n.Approve},           // the Router may take this node's bonds
		{Name: "seal", Step: n.Seal},                 // the seed of the era
		{Name: "elect", Step: n.Elect},               // mirror and seed: who is in, and why
		{Name: "execute", Step: n.Execute},           // programs: each interval's batch
		{Name: "attest", Step: n.Attest},             // sign it, gather the others' signatures, commit; keep what convicts
		{Name: "propose", Step: n.Propose},           // the list, with a bond; bonds back
		{Name: "challenge", Step: n.Challenge},       // a list that is not ours: proven wrong, and ours instead
		{Name: "eject", Step: n.Eject},               // jailed, or not slashable any more
		{Name: "reward", Step: n.Reward},             // closed eras: balances, roots, certificate, activation
		{Name: "slash", Step: n.Slash},               // evidence: report, request, veto window, execution
		{Name: "send", Step: n.Send},                 // the outbox: what all of these put there
	}
}

// exchange are the stages that are done again when other Executors have said something, without waiting for a block.
func exchange(n *engine.Node) []engine.Stage {
	return []engine.Stage{{Name: "attest", Step: n.Attest}, {Name: "send", Step: n.Send}}
}
