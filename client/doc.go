// Package client asks a node for what it knows: the resources of its HTTP API under /v1, and a Client that reads them. The
// types are those that the node itself answers with, and what --json writes; docs/openapi.json is generated from them.
//
// Amounts are decimal strings of base units: of wVARA (12 decimals) unless a field says otherwise. Times are Unix seconds of
// the chain's clock. Fields may be added to a resource; a field's meaning changes with the version in the path alone.
//
// Warning: a node can be wrong, or lie. What money depends on is proven: a reward's proof against the root on chain, a
// distribution against its hash. Who runs no node of its own and has much to lose asks several, or recomputes: see the
// reward and election commands.
package client
