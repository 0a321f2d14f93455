package engine

import "context"

// Send moves the outbox on: what the other stages put there is simulated, signed, sent, watched, and sent again.
func (n *Node) Send(ctx context.Context, t Tick) error { return n.Outbox.Step(ctx, t.Final, t.Head) }
