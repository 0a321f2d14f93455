// Package core and the packages below it are what Roster decides, and nothing else: given the same facts
// from the chain they return the same election, the same rewards and the same penalties on every machine.
//
// They are pure. They import the standard library, uint256 and Keccak; they know no context, clock,
// randomness, float, log, goroutine or map order; time is an argument. So an auditor can import them and
// recompute what the network did.
//
// The way through them, in order:
//
//	era       the clock: captures, windows, the inequalities that keep stake slashable
//	stake     what every operator had at a capture, and the weight that follows
//	election  the Executors of an era, and why each operator is in or out
//	quorum    which signatures are enough
//	batch     every byte that is hashed or signed
//	reward    what an era pays, to whom, to the last base unit
//	merkle    the trees: entries of a set, and cumulative claims
//	slash     offences, penalties per vault, deadlines
package core
