package app

import (
	"context"
	"errors"
	"log/slog"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/internal/executor"
	"github.com/gear-tech/roster/internal/gossip"
)

// talk is a node's line to the other Executors: nothing, until it is open.
type talk struct {
	*gossip.Line
	// heard has something in it when others have said something since it was looked at.
	heard chan struct{}
	bad   map[string]bool // endpoints that were complained about
}

// publish is what the engine is given, before there is a line.
func (k *talk) publish(ctx context.Context, set core.SetID, message []byte) error {
	if k.Line == nil {
		return nil
	}
	if err := k.Join(set); err != nil {
		return err
	}
	return k.Line.Publish(ctx, set, message)
}

// fetch asks the other Executors for an object of a state.
func (k *talk) fetch(ctx context.Context, name core.Hash) ([]byte, error) {
	if k.Line == nil {
		return nil, errors.New("nobody to ask yet")
	}
	return k.Fetch(ctx, name)
}

// open listens for the peers of a node.
func (k *talk) open(n *Node, listen string, log *slog.Logger, m *Metrics) (err error) {
	k.Line, err = gossip.Open(gossip.Options{ChainID: n.Roster.ChainID, Router: core.Address(n.Roster.At.Router), Secret: n.setup.Key.Bytes(),
		Listen: listen, Object: n.store.Object, Events: peerEvents(log, m),
		Receive: func(_ context.Context, _ core.Address, _ core.SetID, message []byte) gossip.Verdict {
			switch n.Hear(message) {
			case executor.Accept:
				select {
				case k.heard <- struct{}{}:
				default:
				}
				return gossip.Accept
			case executor.Ignore:
				return gossip.Ignore
			}
			return gossip.Reject
		}})
	if err != nil {
		return err
	}
	log.Info("listens for other Executors: register one of these as the operator's endpoint", "endpoints", k.Endpoints())
	return nil
}

// peerEvents sends what the line has to say to the log and the metrics.
func peerEvents(log *slog.Logger, m *Metrics) gossip.Events {
	return gossip.Events{
		Connected: func(o core.Address) { m.peers.Inc(); log.Info("peer connected", "operator", o) },
		Lost:      func(o core.Address) { m.peers.Dec(); log.Info("peer lost", "operator", o) },
		Refused:   func(string) { m.refused.Inc() }, // strangers decide how often: it is counted, and not logged
		Penalised: func(o core.Address, f gossip.Fault) {
			m.faults.WithLabelValues(string(f)).Inc()
			log.Debug("peer penalised", "operator", o, "fault", f)
		},
		Cut: func(o core.Address, f gossip.Fault) { log.Warn("peer cut for a minute", "operator", o, "fault", f) },
	}
}

// meet tells the line whom the chain names.
func (k *talk) meet(n *Node, log *slog.Logger) {
	if k.Line == nil {
		return
	}
	for _, set := range n.Served() {
		if err := k.Join(set); err != nil {
			log.Error("set not joined", "set", set, "error", err)
		}
	}
	list := n.Peers()
	peers := make([]gossip.Peer, len(list))
	for i, p := range list {
		peers[i] = gossip.Peer(p)
	}
	for _, err := range k.SetPeers(peers) {
		if !k.bad[err.Error()] {
			k.bad[err.Error()] = true
			log.Warn("executor not reachable", "error", err)
		}
	}
}

// Endpoint is what to register for a node that others reach at host:port, with this BLS secret.
func Endpoint(address string, secret [32]byte) (string, error) {
	return gossip.Endpoint(address, secret)
}
