// Package election is the rule by which the Executors of an era are found (protocol §4): of all operators with
// weight at the capture the first maxExecutors, by weight descending, ties by lottery ascending. It has exactly
// one right answer, which Elect gives, with the reason for every operator that is in or out. Audit says which
// challenge a proposal of somebody else would lose to; none means that it is, provably, the right one.
package election
