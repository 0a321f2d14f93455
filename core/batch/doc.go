// Package batch is one place for every byte that Roster hashes or signs: headers, batches, heads, the two
// EIP-712 statements, proofs of possession, message leaves and the lottery of an election (protocol §4, §5).
// Merkle nodes are in package merkle.
//
// Nothing here decides anything. The same functions serve the node, the auditor and the golden vectors
// testdata/digests.json, which the contracts' tests read too: a changed byte fails on both sides.
package batch
