// Package served has tests of what a node answers over HTTP: on the network of the demo's story, with a real node beside it,
// asked by the public client, compared with what the chain itself says.
package served
