// Package demo tells a story: a network with operators, vaults and stakers that elects, works, pays and slashes,
// in one process, on the real Symbiotic contracts. It only speaks and decides who does what when; everything that
// is done goes through engine, executor, chain and core, as a node does it, and everything that is said was read
// from the chain or computed by core. Nothing is staged by writing storage.
//
// The way through it:
//
//	options  how large, and what is too small for the story
//	plan     who has what, a pure function of the options
//	cast     the plan on chain: accounts, operators, vaults, stakers
//	era      the rhythm of one era: take over, commit, pay, capture, elect
//	programs what the Executors compute: a token, and what its user asks of it
//	scenes   what happens in which era (script.go), one file per kind
//	facts    everything that happened, read back from the chain at the end
//	check    what must be true of the facts
//	record   the facts as JSON
//	tell     how it is printed
package demo
