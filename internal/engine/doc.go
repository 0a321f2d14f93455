// Package engine does what is due: it reads the chain, lets core decide, and sends what follows. Each step is
// one call, reads everything it needs anew and does nothing twice: after a crash it is simply called again.
//
// The steps stand in the order of the way: seal, propose, challenge, release, commit, eject, reward, slash.
package engine
