package fleet

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/gear-tech/roster/internal/engine"
)

// trouble is what is wrong with a node for a whole run.
type trouble struct {
	misbehave engine.Misbehaviour // empty: it is honest
	dies      dying
}

type dying uint8

const (
	lives         dying = iota
	onceForAll          // until the end of the run
	againAndAgain       // and starts again after a few blocks
)

// ways are all that can be wrong with a node, those in which it breaks the rules first.
var ways = []trouble{{misbehave: engine.Equivocates}, {misbehave: engine.WrongResult}, {misbehave: engine.Absent},
	{misbehave: engine.Garbage}, {dies: onceForAll}, {dies: againAndAgain}}

// pairs are all two ways that can come together.
func pairs() (list [][2]trouble) {
	for _, apart := range []int{1, 2, 3, 4, 5, 0} {
		for i := range len(ways) - apart {
			list = append(list, [2]trouble{ways[i], ways[i+apart]})
		}
	}
	return list
}

// troubles says what is wrong with each of so many nodes. Seeds go through all pairs.
func troubles(seed uint64, nodes int) []trouble {
	list := make([]trouble, nodes)
	if nodes == 2 {
		all := pairs()
		pair := all[(seed-1)%uint64(len(all))]
		return append(list[:0], pair[:]...)
	}
	for i := range list {
		list[i] = ways[(seed-1+uint64(i))%uint64(len(ways))]
	}
	return list
}

// kill lets a node die at one of its next writes, before or after it is on disk.
func (m *member) kill(rng *rand.Rand) { m.deadline = 1 + rng.IntN(6) }

// fell lets those die whose trouble it is.
func (f *Fleet) fell() {
	for _, m := range f.nodes {
		if m.node == nil || m.deadline > 0 || f.quiet {
			continue
		}
		if often := map[dying]int{onceForAll: 30, againAndAgain: 100}[m.dies]; f.rng.IntN(1000) < often {
			m.kill(f.rng)
		}
	}
}

// errKilled is what a process sees that is not there any more.
var errKilled = errors.New("killed, on purpose")

// hook is called before and after each write of a member's store. From the moment at which it dies nothing that the
// node does reaches disk or chain.
func (m *member) hook(string) error {
	if m.endpoint.fault == dead {
		return errKilled
	}
	if m.deadline == 0 {
		return nil
	}
	if m.deadline--; m.deadline > 0 {
		return nil
	}
	m.endpoint.fault = dead
	return errKilled
}

// acted takes what became of what a node did. If it died, it closes what a dead process would have left, and says when it
// starts again. Other errors are the fleet's only if nothing goes wrong on purpose.
func (f *Fleet) acted(m *member, err error) error {
	if m.endpoint.fault != dead {
		if err != nil && f.chaos == nil && !f.lenient.Load() {
			return fmt.Errorf("node %d: %w", m.index, err)
		}
		return nil
	}
	err = m.node.Close()
	m.node, m.asleep, m.deadline, m.endpoint.fault = nil, 1+f.rng.IntN(12), 0, none
	if m.dies == onceForAll {
		m.asleep = 1 << 30
	}
	f.stats.Kills++
	if err != nil {
		return fmt.Errorf("node %d, killed: %w", m.index, err)
	}
	return nil
}

// calm ends everything that goes wrong without anybody's will: it works from now on.
func (f *Fleet) calm() {
	f.quiet = true
	if f.chaos != nil {
		f.chaos.over = true
	}
	for _, m := range f.nodes {
		m.endpoint.fault, m.deadline = none, 0
		if m.node == nil {
			m.asleep = 1
		}
	}
}
