// Package store keeps what a node must find again after a restart: two SQLite files, each held by one process.
//
// Store is the node's file: the cursor, the logs that it read, the vaults that it knows, elections with the reason for
// every operator, intents, and small facts. All of it but the intents and the facts follows from the chain: a lost or
// corrupted file is deleted, and derived again.
//
// Journal is the other one: what the node signed. It follows from nothing, so it is never created anew in silence: a
// new journal signs only for eras in which a lost one cannot have signed.
//
// Every change is one transaction, on disk before the call returns. A call that returned an error changed all or
// nothing, and which of both it was is seen after opening the file again.
package store
