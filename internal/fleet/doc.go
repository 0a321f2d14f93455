// Package fleet is a network on one machine: a devnet with complete nodes on it, each with its own store, journal,
// keys and directory, under one clock that the fleet drives. It stands in for what a network of machines does, and
// can hurt itself on purpose: chaos kills nodes, forks the chain, breaks endpoints and posts wrong lists, all from a
// seed, and every run ends with everything derived again from the chain and compared.
package fleet
