package gossip

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"

	"github.com/gear-tech/roster/core"
)

// MaxMessage is the most bytes of one message.
const MaxMessage = 4 << 10

// Verdict is what a message is worth.
type Verdict int

// The verdicts.
const (
	Accept Verdict = iota // it is passed on
	Ignore                // it is not, and that is nobody's fault
	Reject                // nobody honest passes it on
)

// Options say who we are, and what to do with what others say.
type Options struct {
	ChainID uint64
	Router  core.Address
	// Secret is the BLS secret, from which the identity follows.
	Secret [32]byte
	// Listen is host:port; port 0 takes any.
	Listen string
	// Receive judges a message; from is who passed it on, not who wrote it. It is called from several goroutines, and must
	// not close the line.
	Receive func(ctx context.Context, from core.Address, set core.SetID, message []byte) Verdict
	// Object serves the objects of programs' state; nil: none.
	Object func(ctx context.Context, name core.Hash) ([]byte, error)
	Events Events
}

// Line is a node's connection with the others.
type Line struct {
	o      Options
	host   host.Host
	pubsub *pubsub.PubSub
	ctx    context.Context // ends with Close
	cancel context.CancelFunc

	mu      sync.Mutex
	peers   map[peer.ID]*known
	online  map[peer.ID]presence
	closed  bool
	running sync.WaitGroup // what calls back; Close waits for it

	serving chan struct{} // a place for each object in memory for others

	// A mutex of its own: joining waits for gossipsub's loop, which may wait for mu.
	joining sync.Mutex
	topics  map[core.SetID]*pubsub.Topic
	done    []func()
}

// presence is how many connections there are with a peer, and whose it was when the first came.
type presence struct {
	operator    core.Address
	connections int
}

// Open listens. It dials nobody before Run.
func Open(o Options) (*Line, error) {
	key, err := Identity(o.Secret)
	if err != nil {
		return nil, err
	}
	at, err := listenAt(o.Listen)
	if err != nil {
		return nil, err
	}
	allowed, err := limits()
	if err != nil {
		return nil, err
	}
	o.Events = o.Events.orSilent()
	l := &Line{o: o, peers: map[peer.ID]*known{}, online: map[peer.ID]presence{}, topics: map[core.SetID]*pubsub.Topic{}, serving: make(chan struct{}, mostServing)}
	// To be public is said to be known: nobody is asked whether we are, so no peer is asked to dial us.
	l.host, err = libp2p.New(libp2p.Identity(key), libp2p.ListenAddrs(at), libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(noise.ID, noise.New), libp2p.Muxer(yamux.ID, yamux.DefaultTransport), libp2p.ConnectionGater(gate{l}),
		libp2p.ResourceManager(allowed), libp2p.DisableRelay(), libp2p.ForceReachabilityPublic(), libp2p.Ping(false),
		libp2p.DisableMetrics(), libp2p.UserAgent("roster"))
	if err != nil {
		return nil, fmt.Errorf("listen for peers at %s: %w", o.Listen, errors.Join(err, allowed.Close()))
	}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	l.host.Network().Notify(&network.NotifyBundle{ConnectedF: l.came, DisconnectedF: l.went})
	if l.pubsub, err = pubsub.NewGossipSub(l.ctx, l.host, l.settings()...); err != nil {
		return nil, errors.Join(fmt.Errorf("start gossip: %w", err), l.Close())
	}
	l.host.SetStreamHandler(objectProtocol, l.serveObject)
	return l, nil
}

// came counts a connection; the first with a peer is said.
func (l *Line) came(_ network.Network, c network.Conn) {
	id := c.RemotePeer()
	l.during(func() {
		l.mu.Lock()
		k, first := l.peers[id], l.online[id].connections == 0
		if k == nil { // taken off the list during the handshake: Run cuts it
			l.mu.Unlock()
			return
		}
		operator := k.Operator
		l.online[id] = presence{operator, l.online[id].connections + 1}
		l.mu.Unlock()
		if first {
			l.o.Events.Connected(operator)
		}
	})
}

// went is the other end of came. The chain may not name the peer any more.
func (l *Line) went(_ network.Network, c network.Conn) {
	id := c.RemotePeer()
	l.during(func() {
		l.mu.Lock()
		p, said := l.online[id]
		p.connections--
		l.online[id] = p
		if p.connections <= 0 {
			delete(l.online, id)
		}
		l.mu.Unlock()
		if said && p.connections == 0 {
			l.o.Events.Lost(p.operator)
		}
	})
}

// Close ends everything, and returns when nothing calls back any more.
func (l *Line) Close() error {
	l.mu.Lock()
	l.closed = true
	l.mu.Unlock()
	l.joining.Lock()
	for _, done := range l.done {
		done()
	}
	l.done = nil
	l.joining.Unlock()
	l.cancel()
	err := l.host.Close()
	l.running.Wait()
	return err
}

// during does something that Close waits for; nothing once the line is closed.
func (l *Line) during(do func()) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return
	}
	l.running.Add(1)
	l.mu.Unlock()
	defer l.running.Done()
	do()
}

// background does something that Close waits for in a goroutine of its own. The caller holds mu.
func (l *Line) background(do func()) {
	if !l.closed {
		l.running.Go(do)
	}
}

// Endpoints are where the node can be reached, as an operator registers them.
func (l *Line) Endpoints() []string {
	var list []string
	for _, a := range l.host.Addrs() {
		list = append(list, a.String()+"/p2p/"+l.host.ID().String())
	}
	return list
}

// Join takes part in what is said about a set, which must be below 1,024. It may be called again.
func (l *Line) Join(set core.SetID) error {
	l.joining.Lock()
	defer l.joining.Unlock()
	if l.topics[set] != nil {
		return nil
	}
	if err := l.join(set); err != nil {
		return fmt.Errorf("join set %d: %w", set, err)
	}
	return nil
}

func (l *Line) join(set core.SetID) (err error) {
	name := l.topic(set)
	validate := func(ctx context.Context, from peer.ID, m *pubsub.Message) pubsub.ValidationResult {
		return l.judge(ctx, from, set, m.Data)
	}
	topic, err := l.pubsub.Join(name)
	if err != nil {
		return err
	}
	// What is left of a failure would make the next try fail.
	defer func() {
		if err != nil {
			err = errors.Join(err, topic.Close())
		}
	}()
	// Inline: in the workers, one per core, behind a queue that drops what is too much before it counts as seen. Otherwise
	// what is too much is dropped after, and then not taken from anyone else either.
	if err := l.pubsub.RegisterTopicValidator(name, validate, pubsub.WithValidatorInline(true)); err != nil {
		return err
	}
	heard, err := topic.Subscribe(pubsub.WithBufferSize(8))
	if err != nil {
		return errors.Join(err, l.pubsub.UnregisterTopicValidator(name))
	}
	// The validator has taken everything in already; without a reader there is no subscription.
	ctx, cancel := context.WithCancel(l.ctx)
	go func() {
		for {
			if _, err := heard.Next(ctx); err != nil {
				return
			}
		}
	}()
	l.topics[set], l.done = topic, append(l.done, cancel, heard.Cancel)
	return nil
}

// Publish tells everyone who has joined the set. What was said within the last two minutes already is not said again.
func (l *Line) Publish(ctx context.Context, set core.SetID, message []byte) error {
	if len(message) > MaxMessage {
		return fmt.Errorf("say %d bytes: at most %d are allowed", len(message), MaxMessage)
	}
	l.joining.Lock()
	topic := l.topics[set]
	l.joining.Unlock()
	if topic == nil {
		return fmt.Errorf("say something about set %d: not joined", set)
	}
	return topic.Publish(ctx, message)
}
