// Package reward is what an era pays, to whom, to the last base unit (protocol §8), and the cumulative
// balances that Symbiotic's reward contracts pay out.
//
// The way through it:
//
//	Facts ─► Calculate ─► Payout (one era) ─► Balances.Apply (all eras) ─► Distribution ─► bytes ─► hash
//
// Facts is everything an era's pay depends on, read from the chain: nothing else enters. A Payout keeps
// every number on the way, so that Explain can show any account each division that led to its amount.
// A Distribution is the public file that an Executor set signs the hash of.
//
// Simulate is Calculate twice, as an era was and with a rule, parameter or fact changed.
//
// Rounding: every division rounds down, so an account gets at most its exact right and less than one base
// unit per division under it. What rounding leaves is unearned and goes back to the set's free pot; nobody
// who claims can gain by it. The one subtraction, an Executor's part less its commission, gives the
// commission's fraction of a unit to its stakers.
//
// Invariant: Σ paid + unearned = pool, exactly, always; Calculate returns an error rather than anything else.
package reward
