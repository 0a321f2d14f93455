// Package gas keeps the gas table: what the protocol's transactions cost, measured on the receipts of the
// in-process chain with the real Symbiotic contracts, and compared with contracts/snapshots/gas.json.
//
//	go test ./internal/gas                           compares every row, exactly, and checks its limit
//	go test ./internal/gas -run TestGas/propose -v   measures the rows whose name matches, and prints them
//	go test ./internal/gas -update                   writes what was measured into the file
//
// The chain is deterministic, so a number that moves has a reason: a contract changed, or what a transaction
// carries. Calldata is priced by its zero bytes, and hashes and signatures among it depend on everything before
// them, so that any change may move a row by a few dozen gas.
package gas
