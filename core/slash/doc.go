// Package slash is what follows misbehaviour (protocol §7): which signed statements are evidence and against
// whom, what each vault owes, how long the jail is, when each step of a case may be taken, and what is due now.
//
//	statements ─► Equivocation ────────────────► Accusation ─► report ─► Case per vault ─► Next
//	           └► Contradict ─► judge ─► Against ┘                       (Penalty, Clock, Order)
//
// It verifies no signature and reads no chain: that a statement's signature is right, that a header was
// active, what a vault's stake was, are inputs. Time is an argument, in seconds; every deadline is the last
// second at which the step still counts, every earliest time the first.
//
// Symbiotic voids every older capture of an operator in a vault once a newer one is slashed there, by one unit
// (BaseSlasher.slashableStake, latestSlashedCaptureTimestamp). Order is what makes that impossible.
//
// Rounding: penalties and bounties round down, so the accused and the pot gain the fraction of a unit.
package slash
