package gossip

import "github.com/gear-tech/roster/core"

// Fault is why a peer is penalised: a stable code.
type Fault string

// The faults.
const (
	// Garbage is a message that was rejected. Ten in short order, and nothing of the peer is heard for a while; a hundred,
	// and it is cut for a minute.
	Garbage Fault = "garbage"
	// Flood is so many messages over the limit that the peer is cut for a minute.
	Flood Fault = "flood"
	// WrongObject is an object with bytes that are not what its name says. The peer is not asked for ten minutes.
	WrongObject Fault = "wrong_object"
)

// Events is what there is to say about peers; what is nil is not said. They are called from several goroutines, and must
// not wait, nor call the line.
type Events struct {
	// Connected and Lost are the first connection with an operator's peer, and the end of the last.
	Connected, Lost func(operator core.Address)
	// Refused is a peer that the chain does not name, or that is cut. Warning: strangers decide how often; count, do not
	// log.
	Refused func(id string)
	// Penalised is a peer that did what nobody honest does: Garbage or WrongObject, each time.
	Penalised func(operator core.Address, fault Fault)
	// Cut is a peer that is cut for a minute: Flood, or too much Garbage.
	Cut func(operator core.Address, fault Fault)
}

func (e Events) orSilent() Events {
	if e.Connected == nil {
		e.Connected = func(core.Address) {}
	}
	if e.Lost == nil {
		e.Lost = func(core.Address) {}
	}
	if e.Refused == nil {
		e.Refused = func(string) {}
	}
	if e.Penalised == nil {
		e.Penalised = func(core.Address, Fault) {}
	}
	if e.Cut == nil {
		e.Cut = func(core.Address, Fault) {}
	}
	return e
}
