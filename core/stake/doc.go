// Package stake is what every operator of a set had at a capture, and the weight that follows (protocol §3).
//
// A Snapshot holds what the Middleware and the vaults' delegators answer for one timestamp; StakeAt and
// WeightAt are the Middleware's views of the same names, computed from it. Whoever has the Snapshot can
// recompute the election of its era.
//
// Where Solidity would overflow, this package answers with the mathematically exact value of the rule: it
// never wraps. With parameters that pass Rules.Check nothing here comes near 2^96, whatever a vault claims
// to hold, because each vault counts maxVaultStake at most.
package stake
