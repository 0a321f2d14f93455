package demo

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// TestOptions: what cannot be told is refused, with the flag, what it has, the least that is possible and why.
func TestOptions(t *testing.T) {
	if err := DefaultOptions().Check(); err != nil {
		t.Errorf("default: %v", err)
	}
	if err := least().Check(); err != nil {
		t.Errorf("least: %v", err)
	}
	for _, bad := range []struct {
		change func(*Options)
		want   []string
	}{
		{func(o *Options) { o.Operators = 3 }, []string{"--operators 3", "have 3, need at least 7, because"}},
		{func(o *Options) { o.Operators = -1 }, []string{"--operators -1"}},
		{func(o *Options) { o.Operators = 1000 }, []string{"have 1000, can take at most 32, because"}},
		{func(o *Options) { o.Vaults = 7 }, []string{"--vaults 7", "need at least 8"}},
		{func(o *Options) { o.Stakers = 11 }, []string{"--stakers 11", "need at least 12"}},
		{func(o *Options) { o.Sets = 0 }, []string{"--sets 0", "need at least 1"}},
		{func(o *Options) { o.Sets = 5 }, []string{"--sets 5", "at most 4"}},
		{func(o *Options) { o.Eras = 4 }, []string{"--eras 4", "need at least 5"}},
		{func(o *Options) { o.Eras, o.Stakers = 1, 2 }, []string{"--eras 1", "--stakers 2"}},
	} {
		o := DefaultOptions()
		bad.change(&o)
		err := o.Check()
		if option := (*OptionError)(nil); !errors.As(err, &option) {
			t.Errorf("%+v: %v", o, err)
			continue
		}
		for _, want := range bad.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%+v: %q does not say %q", o, err, want)
			}
		}
		if _, err := Start(t.Context(), o, "", false, Out{}); err == nil {
			t.Errorf("%+v: started", o)
		}
	}
}

// TestPlan: whatever the options, everybody is somewhere, nothing is empty, and set 0 has what the scenes need.
func TestPlan(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		o := Options{Sets: 1 + r.IntN(4), Seed: r.Uint64()}
		o.Operators, o.Eras = 7+r.IntN(26), 5+r.IntN(10)
		o.Vaults = 7 + o.Sets - 1 + r.IntN(48-7-o.Sets+2)
		o.Stakers = o.Vaults + r.IntN(200-o.Vaults+1)
		if err := o.Check(); err != nil {
			t.Fatalf("%+v: %v", o, err)
		}
		p := newPlan(o)
		if !reflect.DeepEqual(p, newPlan(o)) {
			t.Fatalf("%+v: two plans", o)
		}
		checkPlan(t, o, p)
	}
}

func checkPlan(t *testing.T, o Options, p plan) {
	t.Helper()
	if len(p.sets) != o.Sets || p.vaults() != o.Vaults || len(p.commissions) != o.Operators {
		t.Fatalf("%+v: %d sets, %d vaults, %d commissions", o, len(p.sets), p.vaults(), len(p.commissions))
	}
	stakers := map[int]bool{}
	for number, s := range p.sets {
		has, links := map[int]uint64{}, map[int]int{}
		for _, v := range s.vaults {
			sum := uint64(0)
			for _, d := range v.deposits {
				stakers[d.staker] = true
				sum += d.amount
			}
			if sum != v.total() || sum == 0 {
				t.Fatalf("%+v: a vault of set %d has %d of %d", o, number, sum, v.total())
			}
			for _, share := range v.shares {
				has[share.operator] += share.stake
				links[share.operator]++
			}
		}
		for operator, n := range links {
			if n > 16 {
				t.Fatalf("%+v: operator %d has %d vaults in set %d", o, operator, n, number)
			}
		}
		if number == 0 {
			checkMainSet(t, o, s, has)
		}
	}
	if len(stakers) != o.Stakers {
		t.Fatalf("%+v: %d stakers have something", o, len(stakers))
	}
}

// checkMainSet: stake alone decides the last seat at first, what moves turns that round, and what is added lifts
// both to the cap.
func checkMainSet(t *testing.T, o Options, s setPlan, has map[int]uint64) {
	t.Helper()
	if s.seats < leastSeats || s.next+besidesSeats-1 > o.Operators {
		t.Fatalf("%+v: %d seats", o, s.seats)
	}
	for i := range s.last {
		if has[i] <= maxStake {
			t.Fatalf("%+v: star %d has %d", o, i, has[i])
		}
	}
	last, next := has[s.last], has[s.next]
	for i := s.next + 1; i < o.Operators; i++ {
		if i != s.below && has[i] >= next {
			t.Fatalf("%+v: operator %d has %d, more than the next one's %d", o, i, has[i], next)
		}
	}
	switch {
	case last <= next || last-movedStake >= next+movedStake:
		t.Fatalf("%+v: last %d, next %d", o, last, next)
	case last-movedStake+lastTopUp <= maxStake || next+movedStake+nextTopUp <= maxStake:
		t.Fatalf("%+v: last %d, next %d are not lifted to the cap", o, last, next)
	case has[s.below] >= minStake || has[s.paused] < minStake:
		t.Fatalf("%+v: below %d, paused %d", o, has[s.below], has[s.paused])
	}
	for _, v := range s.vaults {
		if v.owner == s.last && v.deposits[0].amount < movedStake {
			t.Fatalf("%+v: who moves has %d", o, v.deposits[0].amount)
		}
	}
}
