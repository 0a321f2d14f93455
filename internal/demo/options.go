package demo

import (
	"errors"
	"fmt"
)

// Options say how large a network the story is about.
type Options struct {
	Operators int    // who run nodes
	Vaults    int    // where stake lies
	Stakers   int    // whose stake it is
	Sets      int    // operator sets, each with its own elections and pot
	Eras      int    // that the story lasts; two more follow, whose sets sign what the last ones earned
	Seed      uint64 // of keys, amounts and prevrandao
}

// DefaultOptions are the cast of the README.
func DefaultOptions() Options {
	return Options{Operators: 8, Vaults: 12, Stakers: 40, Sets: 2, Eras: 6, Seed: 1}
}

const (
	// leastSeats is how many seats set 0 has at least: with three equal Executors one that is absent stops the
	// other two, which are not more than two thirds.
	leastSeats = 4
	// besidesSeats are the operators of set 0 that are not elected at first: one outranked, one paused, one below
	// the minimum.
	besidesSeats = 3
	// leastEras is up to the last scene, the slash that is vetoed, in era 4.
	leastEras = 5
)

// OptionError is an option that is out of range. It is a mistake in the call, not in the network.
type OptionError struct {
	Flag  string // without dashes
	Have  int
	Least int
	Most  int
	Why   string // why there must be so many, or why there cannot be more
}

func (e *OptionError) Error() string {
	if e.Have < e.Least {
		return fmt.Sprintf("--%s %d: have %d, need at least %d, because %s", e.Flag, e.Have, e.Have, e.Least, e.Why)
	}
	return fmt.Sprintf("--%s %d: have %d, can take at most %d, because %s", e.Flag, e.Have, e.Have, e.Most, e.Why)
}

// Check returns an *OptionError for each option that the story cannot be told with, joined.
func (o Options) Check() error {
	const eachBlock = "every act takes a block of one second, and all of an era's must fit into its 120 seconds"
	var all []error
	within := func(flag string, have, least, most int, tooFew, tooMany string) {
		if have < least {
			all = append(all, &OptionError{flag, have, least, most, tooFew})
		} else if have > most {
			all = append(all, &OptionError{flag, have, least, most, tooMany})
		}
	}
	within("sets", o.Sets, 1, 4, "without an operator set nobody can be elected", eachBlock)
	within("operators", o.Operators, leastSeats+besidesSeats, 32, fmt.Sprintf("set 0 has %d seats, "+
		"and besides one operator is outranked, one paused and one below the minimum stake", leastSeats),
		"the story names each of them in every election")
	sets := max(o.Sets, 1)
	within("vaults", o.Vaults, leastSeats+3+sets-1, 48, fmt.Sprintf("in set 0 each of the %d strongest operators has one of "+
		"its own, they share one and the others share one, and each further set has one", leastSeats+1),
		"an operator has 16 slots for vaults in a set")
	within("stakers", o.Stakers, max(o.Vaults, leastSeats+3+sets-1), 200, "each vault has at least one staker",
		"each of them claims in a block of its own at the end")
	within("eras", o.Eras, leastEras, 24, "offences, their slashes and the return from jail take so many",
		"each root is recomputed from the first era on, and that grows with their square")
	return errors.Join(all...)
}
