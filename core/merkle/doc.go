// Package merkle has the two kinds of trees of the protocol: the claims' tree, in the layout of OpenZeppelin's
// StandardMerkleTree, from which Symbiotic's reward contract pays (protocol §8); and the positional tree, under
// whose root the Router keeps the entries of a set and the messages of a batch (protocol §4, §5).
//
// testdata/merkle_oz.json and merkle_oz_sizes.json are OpenZeppelin's own package speaking, testdata/entries.json the vectors that the
// contracts' tests read as well.
package merkle
