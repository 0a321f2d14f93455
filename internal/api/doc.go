// Package api is what a node answers over HTTP besides its health: distributions of rewards, and proofs under them. It
// reads what the node keeps on disk and nothing else; what a tick changes it is told.
package api
