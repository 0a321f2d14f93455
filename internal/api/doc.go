// Package api is what a node answers over HTTP besides its health: everything under /v1, for the dashboard and for whoever
// writes a program. It reads what the node has mirrored and stored, and asks the chain for the rest; it changes nothing. What
// a tick changes it is told, and all answers between two ticks are of the same block.
//
// What a stranger can cost is bounded: an answer is computed once between two ticks whoever asks, few are computed at a time,
// each in bounded time, and pages, connections and waiting are limited.
package api
