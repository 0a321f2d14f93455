package gossip

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	pubsub "github.com/libp2p/go-libp2p-pubsub"
	pb "github.com/libp2p/go-libp2p-pubsub/pb"
	"github.com/libp2p/go-libp2p/core/peer"

	"github.com/gear-tech/roster/core"
)

// mostSets is up to which set peers' interest is remembered: without an end a peer could fill the memory with topics that
// nobody has. Sets are handed out in sequence from 0.
const mostSets = 1024

var errDeaf = errors.New("nothing of this peer is heard")

// settings bound what gossip takes, and say when a peer is no longer listened to.
func (l *Line) settings() []pubsub.Option {
	return []pubsub.Option{
		// Statements have signatures of their own, and the connection says who passes them on: a message with an author
		// is refused.
		pubsub.WithMessageSignaturePolicy(pubsub.StrictNoSign),
		pubsub.WithMessageIdFn(func(m *pb.Message) string {
			h := core.Keccak(m.Data)
			return string(h[:])
		}),
		pubsub.WithMaxMessageSize(64 << 10), pubsub.WithFloodPublish(true), pubsub.WithValidateQueueSize(4096),
		pubsub.WithPeerOutboundQueueSize(256), pubsub.WithSeenMessagesTTL(2 * time.Minute),
		pubsub.WithAppSpecificRpcInspector(l.inspect), pubsub.WithSubscriptionFilter(filter{l.prefix()}),
		pubsub.WithPeerScore(&pubsub.PeerScoreParams{
			SkipAtomicValidation: true, Topics: map[string]*pubsub.TopicScoreParams{},
			AppSpecificScore: l.scoreOf, AppSpecificWeight: 1, DecayInterval: time.Second, DecayToZero: 0.01, RetainScore: 10 * time.Minute,
			BehaviourPenaltyWeight: -1, BehaviourPenaltyThreshold: 6, BehaviourPenaltyDecay: 0.9,
		}, &pubsub.PeerScoreThresholds{SkipAtomicValidation: true, GossipThreshold: -10, PublishThreshold: -50, GraylistThreshold: deafScore}),
		pubsub.WithPeerScoreInspect(l.keepScores, time.Second),
	}
}

// inspect counts what a peer says before anything is done with it. Here, and not where messages are judged: a message
// that is refused there counts as seen, and a peer over its limit could so keep another's message from being heard. It
// runs in gossipsub's one loop, so it must not wait for gossipsub.
func (l *Line) inspect(id peer.ID, rpc *pubsub.RPC) error {
	now, n := time.Now(), max(1, len(rpc.Publish))
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.peers[id]
	if k == nil || now.Before(k.cutUntil) {
		return errStranger
	}
	if !k.limit.AllowN(now, n) {
		if k.record.flood.add(float64(n), now, floodKept) >= cutFlood {
			l.cutOff(k, Flood, now)
		}
		// What it wants to hear is told once: that must not be lost for a few messages too many.
		rpc.Publish = nil
	}
	if k.record.score(now) <= deafScore {
		return errDeaf
	}
	return nil
}

// reject counts a message that nobody honest passes on.
func (l *Line) reject(id peer.ID) {
	now := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.peers[id]
	if k != nil && k.record.garbage.add(1, now, garbageKept) >= cutGarbage && !now.Before(k.cutUntil) {
		l.cutOff(k, Garbage, now)
	}
}

// cutOff keeps a peer away for a while. The caller holds mu.
func (l *Line) cutOff(k *known, fault Fault, now time.Time) {
	id, operator := k.info.ID, k.Operator
	k.cutUntil = now.Add(cutTime)
	l.background(func() {
		l.cut(id)
		l.o.Events.Cut(operator, fault)
	})
}

// scoreOf is what gossipsub is told of a peer.
func (l *Line) scoreOf(id peer.ID) float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k := l.peers[id]; k != nil {
		return k.record.score(time.Now())
	}
	return 0
}

// keepScores keeps gossipsub's scores, for whoever looks at the peers.
func (l *Line) keepScores(scores map[peer.ID]float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for id, k := range l.peers {
		k.score = scores[id]
	}
}

// judge decides about a message that a peer passed on.
func (l *Line) judge(ctx context.Context, from peer.ID, set core.SetID, message []byte) pubsub.ValidationResult {
	if from == l.host.ID() {
		return pubsub.ValidationAccept
	}
	operator, known := l.operator(from)
	if !known {
		return pubsub.ValidationIgnore // cut a moment ago
	}
	result := pubsub.ValidationIgnore
	l.during(func() {
		verdict := Reject
		if len(message) <= MaxMessage {
			verdict = l.o.Receive(ctx, operator, set, message)
		}
		switch verdict {
		case Accept:
			result = pubsub.ValidationAccept
		case Ignore:
		default:
			result = pubsub.ValidationReject
			l.reject(from)
			l.o.Events.Penalised(operator, Garbage)
		}
	})
	return result
}

// prefix is what the topics of this network begin with.
func (l *Line) prefix() string { return fmt.Sprintf("/roster/1/%d/%s/", l.o.ChainID, l.o.Router) }

// topic is a set's.
func (l *Line) topic(set core.SetID) string { return l.prefix() + strconv.FormatUint(uint64(set), 10) }

// filter is which topics there are.
type filter struct{ prefix string }

// CanSubscribe implements pubsub.SubscriptionFilter.
func (f filter) CanSubscribe(topic string) bool {
	text, ours := strings.CutPrefix(topic, f.prefix)
	set, err := strconv.ParseUint(text, 10, 64)
	return ours && err == nil && set < mostSets && text == strconv.FormatUint(set, 10)
}

// FilterIncomingSubscriptions implements pubsub.SubscriptionFilter.
func (f filter) FilterIncomingSubscriptions(_ peer.ID, list []*pb.RPC_SubOpts) ([]*pb.RPC_SubOpts, error) {
	return pubsub.FilterSubscriptions(list, f.CanSubscribe), nil
}
