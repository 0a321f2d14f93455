// Package engine does what is due: it reads the chain, lets core decide, and sends what follows. Each step is
// one call and reads everything it needs anew. After a crash it is simply called again: what was done already is
// passed over, or refused by the contracts by name.
//
// The steps stand in the order of the way: seal, propose, challenge, release, commit, eject, reward, slash.
package engine
