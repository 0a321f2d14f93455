package election

import (
	"fmt"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
)

// Margin is how far one operator's stake is from a seat, all others being as they are. Amounts are in wVARA base units of
// what counts: a vault's stake above maxVaultStake does not.
type Margin struct {
	// Enough is the least stake with which the operator has a seat, whatever the lottery says.
	Enough core.Amount
	// Contested says that there is no such stake, for more than maxStake does not count and so many have as much: with Enough,
	// maxStake then, the lottery decides.
	Contested bool
	// Short is what the operator lacks of Enough, Spare what it has above it; one of the two is 0.
	Short, Spare core.Amount
	// Room is how much more stake can count in the vaults that it has linked, each at most maxVaultStake.
	Room core.Amount
	// Free is how many vaults more it can link.
	Free int
	// Seats is how many there are, Eligible how many others have weight.
	Seats, Eligible int
}

// MarginOf computes an operator's margin in a snapshot. Whether it is eligible otherwise is its Outcome's to say. Errors: a
// snapshot that does not pass its Check, an operator that is not in it.
func MarginOf(s stake.Snapshot, operator core.Address) (Margin, error) {
	m, err := MarginsOf(s)
	if err != nil {
		return Margin{}, err
	}
	return m.Of(operator)
}

// Margins are those of all operators of a snapshot, which is ranked once for them.
type Margins struct {
	snapshot stake.Snapshot
	ranking  []candidate          // all that are eligible, by weight, descending
	rank     map[core.Address]int // places in it
	place    map[core.Address]int // in the snapshot
}

// MarginsOf ranks a snapshot. Errors: one that does not pass its Check.
func MarginsOf(s stake.Snapshot) (Margins, error) {
	if err := s.Check(); err != nil {
		return Margins{}, fmt.Errorf("margins: %w", err)
	}
	m := Margins{s, field{snapshot: s}.ranking(), map[core.Address]int{}, map[core.Address]int{}}
	for i, c := range m.ranking {
		m.rank[c.entry.Operator] = i
	}
	for i, o := range s.Operators {
		m.place[o.Address] = i
	}
	return m, nil
}

// Of is MarginOf of one operator. Errors: one that is not in the snapshot.
func (all Margins) Of(operator core.Address) (Margin, error) {
	s := all.snapshot
	i, known := all.place[operator]
	if !known {
		return Margin{}, fmt.Errorf("margin of %s: no operator of set %d", operator, s.Set)
	}
	own, others := &s.Operators[i], len(all.ranking)
	rank, eligible := all.rank[operator]
	if eligible {
		others--
	}
	m := Margin{Seats: int(s.Rules.MaxExecutors), Eligible: others, Free: stake.Slots - len(own.Vaults), Enough: s.Rules.MinStake}
	if m.Enough.IsZero() {
		m.Enough.SetOne()
	}
	if others >= m.Seats {
		last := m.Seats - 1 // of the others
		if eligible && rank <= last {
			last++
		}
		above := all.ranking[last].entry.Weight
		above.AddUint64(&above, 1)
		if above.Gt(&s.Rules.MaxStake) {
			m.Contested, above = true, s.Rules.MaxStake
		}
		if above.Gt(&m.Enough) { // minStake may be above maxStake: it is compared with the whole stake
			m.Enough = above
		}
	}
	has := own.StakeAt(s.Rules)
	if has.Lt(&m.Enough) {
		m.Short.Sub(&m.Enough, &has)
	} else {
		m.Spare.Sub(&has, &m.Enough)
	}
	for _, c := range own.Contributions(s.Rules) {
		var room core.Amount
		room.Sub(&s.Rules.MaxVaultStake, &c.Amount)
		m.Room.Add(&m.Room, &room)
	}
	return m, nil
}
