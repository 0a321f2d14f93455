package engine

import (
	"bytes"
	"slices"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
)

// A turn saves gas and decides nothing: several nodes see at once what is due, and only one of them needs to send it.
// Whose turn it is follows from the era's seed, so that nobody can arrange to be first. Who is silent is passed over
// after a delay: then the next one may act as well, and so on.

// rank returns the place of an account in the order of a task: the elected operators by the hash of seed, task and
// address; everyone else after them, all at once.
func rank(seed core.Hash, task string, elected []merkle.Entry, account core.Address) int {
	type ticket struct {
		hash core.Hash
		of   core.Address
	}
	tickets := make([]ticket, len(elected))
	for i, e := range elected {
		tickets[i] = ticket{core.Keccak(seed[:], []byte(task), e.Operator[:]), e.Operator}
	}
	slices.SortFunc(tickets, func(a, b ticket) int { return bytes.Compare(a.hash[:], b.hash[:]) })
	if i := slices.IndexFunc(tickets, func(t ticket) bool { return t.of == account }); i >= 0 {
		return i
	}
	return len(tickets)
}

// Rank is the place of an account in the order of a task of an era, from 0: that of the elected operators, and their
// number for everyone else.
func Rank(d Decision, task string, account core.Address) int {
	return rank(d.Draw.Seed, task, d.Result.Executors, account)
}

// turn reports whether the node may act on a task of an era at a moment, given since when the task is due.
func (n *Node) turn(d Decision, task string, since, now core.Time) bool {
	place := rank(d.Draw.Seed, task, d.Result.Executors, core.Address(n.Account))
	return now >= since+core.Time(place)*n.TurnDelay
}
