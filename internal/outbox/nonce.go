package outbox

import (
	"context"
	"fmt"
	"strings"

	"github.com/gear-tech/roster/core"
)

// lowest is the lowest nonce that nothing has.
func (n *now) lowest() uint64 {
	nonce := max(n.next, n.mined)
	for n.used[nonce] {
		nonce++
	}
	return nonce
}

// free returns the lowest nonce that nothing has, and takes it.
func (n *now) free() uint64 {
	nonce := n.lowest()
	n.used[nonce] = true
	return nonce
}

// gap reports whether something waits behind the lowest nonce that nothing has.
func (n *now) gap() bool {
	lowest := n.lowest()
	for nonce := range n.used {
		if nonce > lowest {
			return true
		}
	}
	return false
}

// fillKey begins the keys of the intents that do nothing but use a nonce.
const fillKey = "fill/"

func isFill(i Intent) bool { return strings.HasPrefix(i.Key, fillKey) }

// fill sees to a nonce before the intent's that neither the pool nor the ledger has: another process with the key used
// it, and its transaction was forgotten. A transfer of nothing to oneself takes it at the next step, if nothing that is
// wanted has taken it by then. Should the other's come back after all, one of the two is mined, and its process looks
// again whether what it wants has happened.
func (o *Outbox) fill(ctx context.Context, n *now, i Intent) error {
	lowest := n.lowest()
	if lowest >= i.Nonce { // what it waits for is ours, or in the pool
		return nil
	}
	_, err := o.Put(ctx, Intent{Key: fmt.Sprintf("%s%v/%d", fillKey, core.Address(o.from), lowest), To: core.Address(o.from),
		Gas: cancelGas, CreatedAt: n.head.Number})
	return err
}
