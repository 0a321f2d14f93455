package engine

import (
	"bytes"
	"slices"

	"github.com/gear-tech/roster/core"
)

// Peer is an Executor and where it says that it can be reached.
type Peer struct {
	Operator core.Address
	Endpoint string
}

// Peers are the Executors with whom this node has to talk: those of every set that may sign now or soon, and of the sets
// before them. They are those of the last tick.
func (n *Node) Peers() []Peer {
	found := map[core.Address]string{}
	for _, set := range n.sets {
		w := n.works[set]
		if w == nil || len(w.committees) == 0 {
			continue
		}
		for _, c := range w.committees {
			for _, e := range c.Entries {
				found[e.Operator] = n.Mirror.History.Endpoint(set, e.Operator)
			}
		}
	}
	var list []Peer
	for operator, endpoint := range found {
		list = append(list, Peer{operator, endpoint})
	}
	slices.SortFunc(list, func(a, b Peer) int { return bytes.Compare(a.Operator[:], b.Operator[:]) })
	return list
}

// Served are the sets that the node serves, as of the last tick.
func (n *Node) Served() []core.SetID { return n.sets }
