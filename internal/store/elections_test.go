package store

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/holiman/uint256"

	"github.com/gear-tech/roster/core"
)

// electionOf is an election of n operators, the first two thirds elected.
func electionOf(set core.SetID, era core.Era, n int) Election {
	e := Election{Set: set, Era: era, Block: 100 + uint64(era), Capture: 5000, Seed: core.Hash{1}, Header: core.Hash{2}}
	for i := range n {
		o := Outcome{Operator: core.Address{byte(200 - i), byte(i >> 8)}, Rank: i + 1, Elected: 3*i < 2*n, Code: "elected", Detail: fmt.Sprintf("rank %d", i+1)}
		o.Weight.SetUint64(math.MaxUint64)
		o.Stake.Lsh(uint256.NewInt(uint64(i)), 200)
		e.Total.Add(&e.Total, &o.Weight)
		e.Operators = append(e.Operators, o)
	}
	return e
}

func TestElections(t *testing.T) {
	path := place(t, "node.db")
	s := open(t, path)
	for _, e := range []Election{electionOf(0, 1, 6), electionOf(0, 2, 3), electionOf(1, 1, 9), electionOf(1, 3, 0)} {
		must(t, s.PutElection(t.Context(), e))
	}
	must(t, s.Close())
	s = open(t, path)
	for _, want := range []Election{electionOf(0, 1, 6), electionOf(0, 2, 3), electionOf(1, 1, 9), electionOf(1, 3, 0)} {
		have, ok, err := s.Election(t.Context(), want.Set, want.Era)
		if !ok || err != nil || !reflect.DeepEqual(have, want) {
			t.Errorf("set %d, era %d: %v, %v,\n%+v, want\n%+v", want.Set, want.Era, ok, err, have, want)
		}
	}
	if _, ok, err := s.Election(t.Context(), 0, 3); ok || err != nil {
		t.Errorf("an election that was not: %v, %v", ok, err)
	}
	last := core.Address{200 - 5} // sixth: not in the election of three
	var want []Candidacy
	for _, e := range []Election{electionOf(0, 1, 6), electionOf(1, 1, 9)} {
		want = append(want, Candidacy{e.Set, e.Era, e.Capture, e.Operators[5]})
	}
	have, err := s.ElectionsOf(t.Context(), last)
	if err != nil || !reflect.DeepEqual(have, want) {
		t.Errorf("%v\n%+v, want\n%+v", err, have, want)
	}
}

// The same election again is nothing, at whatever block it was decided; any other is refused.
func TestElectionTwice(t *testing.T) {
	s := open(t, place(t, "node.db"))
	must(t, s.PutElection(t.Context(), electionOf(0, 1, 6)))
	before := dump(t, s.db)
	again := electionOf(0, 1, 6)
	again.Block++
	must(t, s.PutElection(t.Context(), again))
	changes := []func(*Election){
		func(e *Election) { e.Capture++ }, func(e *Election) { e.Seed[31]++ }, func(e *Election) { e.Header[0]++ },
		func(e *Election) { e.Total.AddUint64(&e.Total, 1) }, func(e *Election) { e.Operators = e.Operators[:5] },
		func(e *Election) { e.Operators[0], e.Operators[1] = e.Operators[1], e.Operators[0] },
		func(e *Election) { e.Operators[5].Stake.SetOne() }, func(e *Election) { e.Operators[5].Elected = true },
		func(e *Election) { e.Operators[5].Code = "jailed" },
	}
	for i, change := range changes {
		e := electionOf(0, 1, 6)
		change(&e)
		if err := s.PutElection(t.Context(), e); !errors.Is(err, ErrDiffers) {
			t.Errorf("change %d: %v", i, err)
		}
	}
	if dump(t, s.db) != before {
		t.Error("the election was changed")
	}
	twice := electionOf(0, 2, 3)
	twice.Operators[2].Operator = twice.Operators[0].Operator
	if err := s.PutElection(t.Context(), twice); err == nil {
		t.Error("an operator stands twice")
	}
	if err := s.PutElection(t.Context(), Election{Era: math.MaxUint64}); err == nil {
		t.Error("an era beyond SQLite's numbers was stored")
	}
}
