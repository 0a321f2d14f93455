// Package program is what Executors compute: the programs of an operator set, their queue, and what a batch makes of
// both (protocol §6). It is pure: the same state and the same events give the same batch, byte for byte, whoever runs
// it. What runs a program's code is a Runner, which package internal/wasm has.
//
// State is a tree of objects, each named by blake2b-256 of its bytes. The root of the tree is a batch's state root; so
// whoever has the root can take the objects from anyone, and check each by its name.
package program
