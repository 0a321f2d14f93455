// Package gossip is the line between Executors: statements for everyone, and the objects of programs' state for who asks.
//
// An operator registers its endpoint on chain as a multiaddr that ends in its peer id. So whoever connects proves, by the
// Noise handshake, that it is the peer that an operator named: the chain is the list of who may talk, and there is no
// other. Nobody else gets past the handshake; there is no discovery, no relay, and nothing is dialled that the chain
// does not name. The chain cannot check that a peer id is the operator's own, so several operators may name one peer:
// what is counted and limited is the peer, and no claim takes another's address away.
//
// What is said is judged by its contents, which carry signatures of their own. What is judged here is who passes it on:
// everything is bounded, in size, in rate and in memory, and a peer that passes on what nobody honest sends is no longer
// listened to. Garbage weighs heavily and long, for nobody honest passes it on; too much weighs little and is soon
// forgotten, for it may have come from elsewhere; very much costs the connection.
//
// The way through it: line.go opens and closes, dial.go connects and cuts, gate.go lets in, rate.go and judge.go bound and
// weigh what is said, object.go asks and answers.
package gossip
