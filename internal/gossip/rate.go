package gossip

import (
	"math"
	"time"
)

// How much one peer may say, copies of what is known already included: messages a second, and at once. A set of 128 says
// some 128 messages a batch, and one peer passes on each once.
const (
	messageRate  = 200
	messageBurst = 1000
)

// What it costs a peer, in its score: 0 is good. Gossipsub's own score does not do, for it has none for a peer that takes no
// messages of ours; but it is told of this one.
//
// A message over the limits is one point, and ten points are one of the score. A tenth of the points is forgotten each
// second: r messages a second too many are 10·r points. A rejected message counts with its square, and a hundredth is
// forgotten each second: ten cost as much as a thousand points, and last.
const (
	floodPerScore = 10
	floodKept     = 0.9
	garbageKept   = 0.99

	// deafScore is from when on nothing of a peer is read, its control messages neither.
	deafScore = -100
	// cutFlood and cutGarbage cost a peer its connection, for cutTime.
	cutFlood, cutGarbage = 5000, 100
	cutTime              = time.Minute

	// wrongPoints is what an object with wrong bytes costs.
	wrongPoints = 500
)

// record is what a peer has to answer for.
type record struct{ flood, garbage points }

func (r record) score(now time.Time) float64 {
	garbage := r.garbage.at(now, garbageKept)
	return -r.flood.at(now, floodKept)/floodPerScore - garbage*garbage
}

// points are a peer's, as of a time.
type points struct {
	value float64
	as    time.Time
}

// at is how many are left when this part is kept each second. The last half is none: gossipsub has no peer of any score
// below 0 in its mesh, and what is never forgotten would be a sentence for life.
func (p points) at(now time.Time, kept float64) float64 {
	if p.value == 0 {
		return 0
	}
	left := p.value * math.Pow(kept, max(now.Sub(p.as).Seconds(), 0))
	if left < 0.5 {
		return 0
	}
	return left
}

// add counts some more, and returns how many that makes.
func (p *points) add(n float64, now time.Time, kept float64) float64 {
	*p = points{p.at(now, kept) + n, now}
	return p.value
}
