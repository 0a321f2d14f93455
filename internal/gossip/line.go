package gossip

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/libp2p/go-libp2p"
	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
	"github.com/libp2p/go-libp2p/core/peerstore"
	rcmgr "github.com/libp2p/go-libp2p/p2p/host/resource-manager"
	"github.com/libp2p/go-libp2p/p2p/muxer/yamux"
	"github.com/libp2p/go-libp2p/p2p/security/noise"
	"github.com/libp2p/go-libp2p/p2p/transport/tcp"
	"golang.org/x/time/rate"

	"github.com/gear-tech/roster/core"
)

// MaxMessage is the most bytes of one message.
const MaxMessage = 4 << 10

// How much one peer may say: messages a second, and at once.
const (
	messageRate  = 200
	messageBurst = 2000
)

// Peer is an operator with its endpoint, as the chain has them.
type Peer struct {
	Operator core.Address
	Endpoint string
}

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
	// Receive judges a message. It is called from several goroutines.
	Receive func(ctx context.Context, from core.Address, set core.SetID, message []byte) Verdict
	// Object serves the objects of programs' state; nil: none.
	Object func(ctx context.Context, name core.Hash) ([]byte, error)
}

// Line is a node's connection with the others.
type Line struct {
	o      Options
	host   host.Host
	pubsub *pubsub.PubSub
	cancel context.CancelFunc

	mu     sync.Mutex
	peers  map[peer.ID]*known
	topics map[core.SetID]*pubsub.Topic
	done   []func()
}

// known is a peer that the chain names.
type known struct {
	Peer
	info    peer.AddrInfo
	limit   *rate.Limiter
	objects *rate.Limiter
	retry   time.Time
	wait    time.Duration
	bad     int // wrong objects
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
	l := &Line{o: o, peers: map[peer.ID]*known{}, topics: map[core.SetID]*pubsub.Topic{}}
	limits, err := rcmgr.NewResourceManager(rcmgr.NewFixedLimiter(rcmgr.DefaultLimits.AutoScale()))
	if err != nil {
		return nil, fmt.Errorf("limit what peers may use: %w", err)
	}
	l.host, err = libp2p.New(libp2p.Identity(key), libp2p.ListenAddrs(at), libp2p.Transport(tcp.NewTCPTransport),
		libp2p.Security(noise.ID, noise.New), libp2p.Muxer(yamux.ID, yamux.DefaultTransport), libp2p.ConnectionGater(gate{l}),
		libp2p.ResourceManager(limits), libp2p.DisableRelay(), libp2p.Ping(false), libp2p.DisableMetrics(), libp2p.UserAgent("roster"))
	if err != nil {
		return nil, fmt.Errorf("listen for peers at %s: %w", o.Listen, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	l.cancel = cancel
	if l.pubsub, err = pubsub.NewGossipSub(ctx, l.host, l.settings()...); err != nil {
		return nil, errors.Join(fmt.Errorf("start gossip: %w", err), l.Close())
	}
	l.host.SetStreamHandler(objectProtocol, l.serveObject)
	return l, nil
}

// settings bound what gossip takes, and say when a peer is no longer listened to.
func (l *Line) settings() []pubsub.Option {
	return []pubsub.Option{
		// Statements have signatures of their own, and the connection says who passes them on.
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign),
		pubsub.WithMessageIdFn(func(m *pb.Message) string {
			h := core.Keccak(m.Data)
			return string(h[:])
		}),
		pubsub.WithMaxMessageSize(64 << 10), pubsub.WithFloodPublish(true), pubsub.WithValidateQueueSize(1024),
		pubsub.WithValidateThrottle(256), pubsub.WithPeerOutboundQueueSize(256), pubsub.WithSeenMessagesTTL(2 * time.Minute),
		pubsub.WithPeerScore(&pubsub.PeerScoreParams{
			SkipAtomicValidation: true, Topics: map[string]*pubsub.TopicScoreParams{},
			AppSpecificScore: func(peer.ID) float64 { return 0 }, DecayInterval: time.Second, DecayToZero: 0.01, RetainScore: 10 * time.Minute,
			BehaviourPenaltyWeight: -1, BehaviourPenaltyThreshold: 6, BehaviourPenaltyDecay: 0.9,
		}, &pubsub.PeerScoreThresholds{SkipAtomicValidation: true, GossipThreshold: -10, PublishThreshold: -50, GraylistThreshold: -100}),
	}
}

// score has rejected messages weigh by their square: a hundred in a row silence a peer for minutes.
func score() *pubsub.TopicScoreParams {
	return &pubsub.TopicScoreParams{SkipAtomicValidation: true, TopicWeight: 1, TimeInMeshQuantum: time.Second, InvalidMessageDeliveriesWeight: -1,
		InvalidMessageDeliveriesDecay: 0.99}
}

// Close ends everything.
func (l *Line) Close() error {
	l.mu.Lock()
	for _, done := range l.done {
		done()
	}
	l.done = nil
	l.mu.Unlock()
	l.cancel()
	return l.host.Close()
}

// Endpoints are where the node can be reached, as an operator registers them.
func (l *Line) Endpoints() []string {
	var list []string
	for _, a := range l.host.Addrs() {
		list = append(list, a.String()+"/p2p/"+l.host.ID().String())
	}
	return list
}

// SetPeers says who may talk: the operators of the chain. Who is no longer among them is cut. An endpoint that cannot be
// read is passed over, and returned.
func (l *Line) SetPeers(peers []Peer) (unreadable []error) {
	l.mu.Lock()
	now := map[peer.ID]*known{}
	for _, p := range peers {
		info, err := ParseEndpoint(p.Endpoint)
		if err != nil {
			unreadable = append(unreadable, fmt.Errorf("operator %s: %w", p.Operator, err))
			continue
		}
		if info.ID == l.host.ID() {
			continue
		}
		k := l.peers[info.ID]
		if k == nil || k.Endpoint != p.Endpoint {
			k = &known{Peer: p, info: info, limit: rate.NewLimiter(messageRate, messageBurst), objects: rate.NewLimiter(500, 1000), wait: time.Second}
		}
		now[info.ID] = k
	}
	var gone []peer.ID
	for id := range l.peers {
		if now[id] == nil {
			gone = append(gone, id)
		}
	}
	l.peers = now
	l.mu.Unlock()
	for _, id := range gone {
		l.host.Network().ClosePeer(id) // what is closed already is closed
		l.host.Peerstore().ClearAddrs(id)
	}
	return unreadable
}

// peer is who a connection is with, nil for a stranger.
func (l *Line) peer(id peer.ID) *known {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.peers[id]
}

// Run keeps the node connected with its peers, until the context ends.
func (l *Line) Run(ctx context.Context) error {
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		l.dial(ctx)
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// dial connects to whoever is not connected, ever more seldom to who does not answer.
func (l *Line) dial(ctx context.Context) {
	var missing []*known
	l.mu.Lock()
	for id, k := range l.peers {
		if l.host.Network().Connectedness(id) != network.Connected && time.Now().After(k.retry) {
			k.retry = time.Now().Add(k.wait)
			k.wait = min(2*k.wait, time.Minute)
			missing = append(missing, k)
		}
	}
	l.mu.Unlock()
	var all sync.WaitGroup
	for _, k := range missing {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
			defer cancel()
			l.host.Peerstore().SetAddrs(k.info.ID, k.info.Addrs, peerstore.PermanentAddrTTL)
			if l.host.Connect(ctx, k.info) == nil {
				l.mu.Lock()
				k.wait = time.Second
				l.mu.Unlock()
			}
		})
	}
	all.Wait()
}

// Connected is how many peers one talks with.
func (l *Line) Connected() int { return len(l.host.Network().Peers()) }

// Join takes part in what is said about a set. It may be called again.
func (l *Line) Join(set core.SetID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.topics[set] != nil {
		return nil
	}
	name := fmt.Sprintf("/roster/1/%d/%s/%d", l.o.ChainID, l.o.Router, set)
	validate := func(ctx context.Context, from peer.ID, m *pubsub.Message) pubsub.ValidationResult {
		return l.judge(ctx, from, set, m.Data)
	}
	if err := l.pubsub.RegisterTopicValidator(name, validate); err != nil {
		return fmt.Errorf("join set %d: %w", set, err)
	}
	topic, err := l.pubsub.Join(name)
	if err != nil {
		return fmt.Errorf("join set %d: %w", set, err)
	}
	if err := topic.SetScoreParams(score()); err != nil {
		return fmt.Errorf("join set %d: %w", set, err)
	}
	heard, err := topic.Subscribe(pubsub.WithBufferSize(8))
	if err != nil {
		return fmt.Errorf("join set %d: %w", set, err)
	}
	// The validator has taken everything in already; without a reader there is no subscription.
	ctx, cancel := context.WithCancel(context.Background())
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

// judge decides about a message that a peer passed on.
func (l *Line) judge(ctx context.Context, from peer.ID, set core.SetID, message []byte) pubsub.ValidationResult {
	if from == l.host.ID() {
		return pubsub.ValidationAccept
	}
	k := l.peer(from)
	switch {
	case k == nil, len(message) > MaxMessage:
		return pubsub.ValidationReject
	case !k.limit.Allow():
		return pubsub.ValidationReject
	}
	switch l.o.Receive(ctx, k.Operator, set, message) {
	case Accept:
		return pubsub.ValidationAccept
	case Ignore:
		return pubsub.ValidationIgnore
	}
	return pubsub.ValidationReject
}

// Publish tells everyone who has joined the set.
func (l *Line) Publish(ctx context.Context, set core.SetID, message []byte) error {
	if len(message) > MaxMessage {
		return fmt.Errorf("say %d bytes: at most %d are allowed", len(message), MaxMessage)
	}
	l.mu.Lock()
	topic := l.topics[set]
	l.mu.Unlock()
	if topic == nil {
		return fmt.Errorf("say something about set %d: not joined", set)
	}
	return topic.Publish(ctx, message)
}
