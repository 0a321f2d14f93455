// Package outbox brings intents to the chain: each once, whatever happens in between. Whoever wants something to happen
// puts it here and forgets it; one Step after the other simulates, signs, sends, watches, bumps and sends again, until
// the outcome is final.
//
// A signed transaction is on disk before it leaves the process, and an intent keeps its nonce until another transaction
// has used that nonce in a final block. So a process that dies anywhere sends the very same again, and a reorganisation
// or a pool that forgets costs nothing but time. Two processes with one key take each other's nonces; then both look
// again whether what they want has happened, by simulating it on the final state and on what waits to be mined.
package outbox
