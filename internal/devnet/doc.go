// Package devnet is an Ethereum chain inside the process, with Symbiotic on it from the first block: for tests,
// the demo and a developer's afternoon.
//
// It is go-ethereum itself (state, EVM, pool, JSON-RPC) with a block producer of our own in place of a consensus
// client. Nothing in it looks at a clock or draws a random number: Commit adds one second, AdvanceTo makes a
// block of exactly the time asked for, prevrandao follows from the seed, and "finalized" lags by as many blocks
// as asked. Two runs that send the same transactions have the same block hashes.
//
// Symbiotic's contracts are the real ones, taken from its npm packages by internal/tools/artifacts. They are
// deployed once per process in a bare EVM, and the result is part of every chain's genesis: starting a chain
// costs milliseconds.
package devnet
