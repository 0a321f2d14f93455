// Package bundle makes a chain of a file: everything that one computation read of Ethereum, each piece with its proof up
// to the hash of one block, the anchor. Chain implements chain.Client on it, so that the code that a node runs also runs
// without any node, and cannot be lied to by whoever made the file. docs/bundle.md is the format and what it proves.
//
// Recording is the same type with a node behind it: what is missing is fetched, proven, and kept.
package bundle
