// Package engine does what is due. It lets core decide and turns what follows into calls of the contracts.
//
// Node is a node's stages, one method for each step of the way: index, verify, approve, seal, elect, propose, challenge,
// eject, reward, slash, send. They read the mirror and final blocks, put what follows into the outbox, and can be called
// again at any time; package app puts them in their order.
//
// Hand is one account that makes the same calls at once and waits for them, for the demo, for tests, and for people.
package engine
