// Package quorum says which signatures are enough: the bitmap of a signed statement, weighed against the
// Executors of its set and those ejected from it (protocol §5).
package quorum
