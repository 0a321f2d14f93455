// Package gossip is the line between Executors: statements for everyone, and the objects of programs' state for who asks.
//
// An operator registers its endpoint on chain as a multiaddr that ends in its peer id. So whoever connects proves, by the
// Noise handshake, that it is the peer that an operator named: the chain is the list of who may talk, and there is no
// other. Nobody else gets past the handshake; there is no discovery, no relay, and nothing is dialled that the chain
// does not name.
//
// What is said is judged by its contents, which carry signatures of their own. What is judged here is who passes it on:
// everything is bounded, in size, in rate and in memory, and a peer that passes on what nobody honest sends is no longer
// listened to.
package gossip
