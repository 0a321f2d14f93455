// Package chain is the only speaker of JSON-RPC: it reads at a block, fetches logs, and sends transactions.
//
// A transaction is simulated before it is signed, so that what a contract refuses costs nothing and comes back
// by the name of its custom error (Revert). Every error says what kind it is (KindOf): try again, stop, or tell
// the one who asked. Nothing here keeps state that matters: what was sent and must not be forgotten belongs
// into the store's outbox, before it is sent.
package chain
