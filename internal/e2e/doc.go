// Package e2e holds the tests that attack Roster as a whole: the real contracts, Symbiotic's among them, on the
// in-process chain of package devnet, driven by the same Go code that a node runs. Each attack of protocol §10 is
// a test by its name (TestAttack…), which says what the attacker tries and which rule answers, and wants the named
// custom error with its arguments; bad input and the differential tests of the election stand beside them.
//
// There is nothing here to import.
package e2e
