package election

import (
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
)

// withStake gives an operator so much of one vault, and makes it eligible.
func withStake(s stake.Snapshot, a core.Address, amount core.Amount) stake.Snapshot {
	s.Operators = slices.Clone(s.Operators)
	s.Rules.MaxVaultStake = s.Rules.MaxStake
	s.Rules.MaxVaultStake.AddUint64(&s.Rules.MaxVaultStake, 1000)
	for i, o := range s.Operators {
		if o.Address == a {
			s.Operators[i] = stake.Operator{Address: a, Registered: true, KeyHash: keyOf(1),
				Vaults: []stake.Vault{{Address: core.Address{1}, Stake: amount, Weight: u(core.One), Readable: true}}}
		}
	}
	return s
}

func seated(t *testing.T, s stake.Snapshot, d Draw, a core.Address) bool {
	t.Helper()
	result, err := Elect(s, d)
	if err != nil {
		t.Fatal(err)
	}
	return slices.ContainsFunc(result.Outcomes, func(o Outcome) bool { return o.Operator == a && o.Elected })
}

// What is enough is enough under every seed, and a unit less is not under every one; the stake that is there is Enough with
// Spare, or lacks Short.
func TestMargin(t *testing.T) {
	r := rand.New(rand.NewSource(4))
	contested, less := 0, 0
	for range 150 {
		s := randomSnapshot(r)
		if len(s.Operators) == 0 {
			continue
		}
		a := s.Operators[r.Intn(len(s.Operators))].Address
		m, err := MarginOf(s, a)
		if err != nil {
			t.Fatal(err)
		}
		always := func(amount core.Amount) bool {
			for range 60 {
				if !seated(t, withStake(s, a, amount), randomDraw(r), a) {
					return false
				}
			}
			return true
		}
		if m.Contested {
			contested++
			if m.Enough.Lt(&s.Rules.MaxStake) || always(m.Enough) {
				t.Fatalf("contested, with %s", m.Enough.Dec())
			}
		} else if !always(m.Enough) {
			t.Fatalf("%s is not enough", m.Enough.Dec())
		}
		if below := m.Enough; !below.IsZero() {
			below.SubUint64(&below, 1)
			if less++; always(below) {
				t.Fatalf("%s is enough, said to be %s", below.Dec(), m.Enough.Dec())
			}
		}
		i := slices.IndexFunc(s.Operators, func(o stake.Operator) bool { return o.Address == a })
		has := s.Operators[i].StakeAt(s.Rules)
		var adds core.Amount
		adds.Add(&has, &m.Short)
		if adds.Sub(&adds, &m.Spare); adds != m.Enough || !m.Short.IsZero() && !m.Spare.IsZero() {
			t.Fatalf("has %s, short %s, spare %s, enough %s", has.Dec(), m.Short.Dec(), m.Spare.Dec(), m.Enough.Dec())
		}
	}
	if contested < 5 || less < 50 {
		t.Errorf("%d contested, %d tried with less: the test shows nothing", contested, less)
	}
	if _, err := MarginOf(snapshot(2, operator(1, 20)), addressOf(9)); err == nil || !strings.Contains(err.Error(), addressOf(9).String()) {
		t.Errorf("a stranger: %v", err)
	}
}

// The cheapest attack is that of trying them all: every number of operators, every weight of each.
func TestTakeovers(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	for range 60 {
		s := snapshot(uint16(1 + r.Intn(3)))
		s.Rules.MinStake, s.Rules.MaxStake = u(uint64(r.Intn(3))), u(uint64(2+r.Intn(5)))
		for n := range r.Intn(5) {
			s.Operators = append(s.Operators, operator(n, uint64(r.Intn(8))))
		}
		stop, certify, err := Takeovers(s)
		if err != nil {
			t.Fatal(err)
		}
		wantStop, wantCertify := bruteForce(s)
		if same := func(have, want Takeover) bool {
			return have.Possible == want.Possible && have.Stake == want.Stake && have.Operators == want.Operators
		}; !same(stop, wantStop) || !same(certify, wantCertify) {
			t.Fatalf("%+v: stop %+v, want %+v; certify %+v, want %+v", s, stop, wantStop, certify, wantCertify)
		}
	}
}

// bruteForce tries attacks of up to as many operators as there are seats.
func bruteForce(s stake.Snapshot) (stop, certify Takeover) {
	var honest []uint64
	for _, o := range s.Operators {
		if w := o.WeightAt(s.Rules, s.Capture); !w.IsZero() {
			honest = append(honest, w.Uint64())
		}
	}
	seats, least := int(s.Rules.MaxExecutors), max(s.Rules.MinStake.Uint64(), 1)
	better := func(best *Takeover, weights []uint64, sum uint64) {
		if old := best.Stake.Uint64(); !best.Possible || sum < old || sum == old && len(weights) < best.Operators {
			*best = Takeover{true, len(weights), u(sum)}
		}
	}
	var try func(weights []uint64)
	try = func(weights []uint64) {
		if len(weights) > 0 {
			own, others, all := sums(honest, weights, seats)
			var sum uint64
			for _, w := range weights {
				sum += w
			}
			if all && 3*others <= 2*(own+others) {
				better(&stop, weights, sum)
			}
			if all && 3*own > 2*(own+others) {
				better(&certify, weights, sum)
			}
		}
		if len(weights) == seats {
			return
		}
		for w := least; w <= s.Rules.MaxStake.Uint64(); w++ {
			if len(weights) == 0 || w <= weights[len(weights)-1] {
				try(append(slices.Clone(weights), w))
			}
		}
	}
	try(nil)
	return stop, certify
}

// sums are the elected weights of both sides when ties go to the honest, and whether all of the attacker's are elected.
func sums(honest, own []uint64, seats int) (mine, others uint64, all bool) {
	type seat struct {
		weight uint64
		mine   int
	}
	var list []seat
	for _, w := range honest {
		list = append(list, seat{w, 0})
	}
	for _, w := range own {
		list = append(list, seat{w, 1})
	}
	slices.SortFunc(list, func(a, b seat) int {
		if a.weight != b.weight {
			return int(b.weight) - int(a.weight)
		}
		return a.mine - b.mine
	})
	n := 0
	for _, x := range list[:min(seats, len(list))] {
		if x.mine == 1 {
			mine, n = mine+x.weight, n+1
		} else {
			others += x.weight
		}
	}
	return mine, others, n == len(own)
}

// A change is made in a copy, and says what is not there.
func TestChange(t *testing.T) {
	s := snapshot(1, operator(1, 20), operator(2, 30))
	two, most := uint16(2), u(25)
	after, err := Change{MaxExecutors: &two, MaxStake: &most, Leave: []core.Address{addressOf(2)}, Stakes: []StakeChange{
		{Operator: addressOf(1), Amount: u(5)}, {Operator: addressOf(3), Amount: u(22)}, {Operator: addressOf(1), Vault: core.Address{1}, Amount: u(4), Remove: true}}}.Apply(s)
	if err != nil {
		t.Fatal(err)
	}
	before, err := Elect(s, draw)
	if err != nil {
		t.Fatal(err)
	}
	result, err := Elect(after, draw)
	if err != nil {
		t.Fatal(err)
	}
	list := Compare(before, result)
	if len(list) != 3 || list[0].Operator != addressOf(3) || !list[0].After.Elected || list[1].After.Weight != u(21) || list[2].After.Code != NotRegistered.Code {
		t.Errorf("%+v", list)
	}
	if again, err := Elect(s, draw); err != nil || len(again.Executors) != 1 || again.Executors[0].Operator != addressOf(2) {
		t.Errorf("the snapshot has changed: %+v (%v)", again, err)
	}
	for name, c := range map[string]Change{
		"leaves and is not there": {Leave: []core.Address{addressOf(9)}},
		"has not linked":          {Stakes: []StakeChange{{Operator: addressOf(1), Vault: core.Address{7}, Amount: u(1)}}},
		"loses stake":             {Stakes: []StakeChange{{Operator: addressOf(9), Amount: u(1), Remove: true}}},
		"maxStake is 0":           {MaxStake: new(core.Amount)},
	} {
		if _, err := c.Apply(s); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
