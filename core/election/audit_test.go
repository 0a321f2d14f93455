package election

import (
	"errors"
	"math/big"
	"math/rand"
	"slices"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/stake"
)

// The Router's challenges, written from protocol §4 and nothing else: what each call would answer.

func routerTakesEntry(s stake.Snapshot, e merkle.Entry) bool {
	for _, o := range s.Operators {
		if o.Address == e.Operator {
			weight := oracleWeight(s, o)
			return e.Weight.ToBig().Cmp(weight) != 0 || e.KeyHash != o.KeyHash
		}
	}
	return true
}

// routerTakesOmission says whether challengeOmission with the neighbours left and next (−1: none) succeeds.
func routerTakesOmission(s stake.Snapshot, d Draw, entries []merkle.Entry, o stake.Operator, left, next int) bool {
	weight := oracleWeight(s, o)
	switch {
	case weight.Sign() == 0, left < 0 && next < 0:
		return false
	case left < 0 && next != 0, left >= 0 && next >= 0 && next != left+1:
		return false // not neighbours
	case next < 0 && (left != len(entries)-1 || len(entries) == int(s.Rules.MaxExecutors)):
		return false // not after the last of a list that is not full
	case left >= 0 && !oracleBefore(s, d, entries[left].Operator, entries[left].Weight.ToBig(), o.Address, weight):
		return false
	case next >= 0 && !oracleBefore(s, d, o.Address, weight, entries[next].Operator, entries[next].Weight.ToBig()):
		return false
	}
	return true
}

// anyChallenge tries every challenge there is but the aggregate's.
func anyChallenge(s stake.Snapshot, d Draw, entries []merkle.Entry) bool {
	if slices.ContainsFunc(entries, func(e merkle.Entry) bool { return routerTakesEntry(s, e) }) {
		return true
	}
	for _, o := range s.Operators {
		for left := -1; left < len(entries); left++ {
			next := left + 1
			if next == len(entries) {
				next = -1
			}
			if routerTakesOmission(s, d, entries, o, left, next) {
				return true
			}
		}
	}
	return false
}

// checkAudit audits a proposal, and the audit: every challenge found would succeed at the Router, and when none
// is found none would.
func checkAudit(t *testing.T, s stake.Snapshot, d Draw, p Proposal) []Challenge {
	t.Helper()
	challenges, err := Audit(p, s, d, aggregate)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range challenges {
		succeeds := false
		switch c.Kind {
		case ChallengeEntry:
			succeeds = routerTakesEntry(s, p.Entries[c.Index])
		case ChallengeOmission:
			at := slices.IndexFunc(s.Operators, func(o stake.Operator) bool { return o.Address == c.Right.Operator })
			succeeds = routerTakesOmission(s, d, p.Entries, s.Operators[at], c.Left, c.Next)
			if c.Reason == Misplaced != (c.Index >= 0) || c.Index >= 0 && p.Entries[c.Index].Operator != c.Right.Operator {
				t.Errorf("index %d of %s", c.Index, c)
			}
		case ChallengeAggregate:
			succeeds = p.AggregateHash != aggregate
		}
		if !succeeds {
			t.Fatalf("the Router refuses: %s\nof %+v", c, p.Entries)
		}
	}
	if len(challenges) == 0 && anyChallenge(s, d, p.Entries) {
		t.Fatalf("a challenge was not found of %+v", p.Entries)
	}
	return challenges
}

// mutate changes a right proposal in one of many ways, and names it.
func mutate(r *rand.Rand, s stake.Snapshot, p Proposal) (Proposal, string) {
	p.Entries = slices.Clone(p.Entries)
	i := r.Intn(len(p.Entries))
	e := &p.Entries[i]
	switch r.Intn(11) {
	case 0:
		p.Entries = slices.Delete(p.Entries, i, i+1)
		return p, "dropped"
	case 1:
		e.Weight.AddUint64(&e.Weight, 1)
		return p, "weight + 1"
	case 2:
		e.Weight.SubUint64(&e.Weight, 1)
		return p, "weight − 1"
	case 3:
		e.KeyHash[r.Intn(32)] ^= 1 << r.Intn(8)
		return p, "key changed"
	case 4:
		j := r.Intn(len(p.Entries))
		p.Entries[i], p.Entries[j] = p.Entries[j], p.Entries[i]
		return p, "swapped"
	case 5:
		p.Entries[i].Operator = core.Address{9, byte(r.Intn(256))}
		return p, "a stranger"
	case 6:
		if len(s.Operators) > 0 {
			o := s.Operators[r.Intn(len(s.Operators))]
			p.Entries = append(p.Entries, merkle.Entry{Operator: o.Address, Weight: u(uint64(1 + r.Intn(100))), KeyHash: o.KeyHash})
		}
		return p, "added at the end"
	case 7:
		p.Entries = append(p.Entries, p.Entries[i])
		return p, "doubled"
	case 8:
		o := s.Operators[r.Intn(len(s.Operators))]
		e.Operator, e.KeyHash = o.Address, o.KeyHash
		return p, "replaced"
	case 9:
		p.Entries = p.Entries[:i]
		return p, "cut"
	}
	p.AggregateHash[r.Intn(32)]++
	return p, "another aggregate"
}

func sortEntries(f field, entries []merkle.Entry) {
	slices.SortFunc(entries, func(a, b merkle.Entry) int { return compare(f.candidate(a), f.candidate(b)) })
}

// Protocol §4: "A list that survives these for every operator is, provably, the right one." Elect's own is clean;
// every other list loses, or the Router refuses it.
func FuzzAudit(f *testing.F) {
	for seed := range int64(400) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		random := rand.New(rand.NewSource(seed))
		s, d := randomSnapshot(random), randomDraw(random)
		result := mustElect(t, s, d)
		right := result.Proposal(aggregate)
		if len(right.Entries) == 0 {
			if _, err := Audit(right, s, d, aggregate); !refusedFor(err, NoEntries) {
				t.Fatalf("seed %d: an empty proposal: %v", seed, err)
			}
			return
		}
		if challenges := checkAudit(t, s, d, right); len(challenges) != 0 {
			t.Fatalf("seed %d: the right proposal would lose to %v", seed, challenges)
		}
		for range 8 {
			wrong, what := mutate(random, s, right)
			if random.Intn(2) == 0 { // as a careful cheat would, so that the Router lets it pass
				sortEntries(field{s, d}, wrong.Entries)
			}
			same := slices.Equal(wrong.Entries, right.Entries) && wrong.AggregateHash == aggregate
			if err := Refuse(wrong, s, d); err != nil {
				if same {
					t.Fatalf("seed %d, %s: refused: %v", seed, what, err)
				}
				continue
			}
			if challenges := checkAudit(t, s, d, wrong); (len(challenges) == 0) != same {
				t.Fatalf("seed %d, %s: challenges %v of %+v", seed, what, challenges, wrong.Entries)
			}
		}
	})
}

func refusedFor(err error, reason core.Reason) bool {
	var refusal Refusal
	return errors.As(err, &refusal) && refusal.Reason == reason
}

// line is five operators with stakes 90, 80, 70, 60, 50 for four seats: numbers 1 to 5.
func line() stake.Snapshot {
	return snapshot(4, operator(5, 50), operator(4, 60), operator(3, 70), operator(2, 80), operator(1, 90))
}

// Each challenge of protocol §4, with its neighbours.
func TestAudit(t *testing.T) {
	jailed := line()
	jailed.Operators[2].JailedUntil = 9999 // operator 3
	roomy := line()
	roomy.Rules.MaxExecutors = 6
	for _, c := range []struct {
		name     string
		snapshot stake.Snapshot
		change   func(p *Proposal)
		want     []string
	}{
		{"right", line(), func(*Proposal) {}, nil},
		{"omission in the middle", line(), func(p *Proposal) { p.Entries = slices.Delete(p.Entries, 1, 2) },
			[]string{"challengeOmission omitted -1: between 0 and 1", "challengeOmission omitted -1: between 2 and -1"}},
		{"omission of the first", line(), func(p *Proposal) { p.Entries = p.Entries[1:] },
			[]string{"challengeOmission omitted -1: between -1 and 0", "challengeOmission omitted -1: between 2 and -1"}},
		{"omission after the last of a list that is not full", roomy, func(p *Proposal) { p.Entries = p.Entries[:4] },
			[]string{"challengeOmission omitted -1: between 3 and -1"}},
		{"the outranked instead of the last", line(), func(p *Proposal) {
			p.Entries[3] = merkle.Entry{Operator: addressOf(5), Weight: u(50), KeyHash: keyOf(5)}
		}, []string{"challengeOmission omitted -1: between 2 and 3"}},
		{"weight too high, order kept", line(), func(p *Proposal) { p.Entries[1].Weight = u(85) },
			[]string{"challengeEntry entry_weight 1: between -1 and -1", "challengeOmission misplaced 1: between 1 and 2"}},
		{"weight too low for its place", line(), func(p *Proposal) { p.Entries[3].Weight = u(40) },
			[]string{"challengeEntry entry_weight 3: between -1 and -1", "challengeOmission misplaced 3: between 2 and 3",
				"challengeOmission omitted -1: between 2 and 3"}},
		{"key", line(), func(p *Proposal) { p.Entries[2].KeyHash = core.Hash{5} }, []string{"challengeEntry entry_key 2: between -1 and -1"}},
		{"a stranger", line(), func(p *Proposal) { p.Entries[3].Operator = core.Address{1} },
			[]string{"challengeEntry entry_unknown 3: between -1 and -1", "challengeOmission omitted -1: between " + placeOfFour(t)}},
		{"not eligible", jailed, func(p *Proposal) {
			p.Entries = []merkle.Entry{p.Entries[0], p.Entries[1], {Operator: addressOf(3), Weight: u(70), KeyHash: keyOf(3)}, p.Entries[2]}
		}, []string{"challengeEntry entry_ineligible 2: between -1 and -1"}},
		{"aggregate", line(), func(p *Proposal) { p.AggregateHash = core.Hash{} }, []string{"challengeAggregate wrong_aggregate -1: between -1 and -1"}},
		{"aggregate and an entry", line(), func(p *Proposal) { p.AggregateHash, p.Entries[2].KeyHash = core.Hash{}, core.Hash{} },
			[]string{"challengeEntry entry_key 2: between -1 and -1"}},
	} {
		p := mustElect(t, c.snapshot, draw).Proposal(aggregate)
		c.change(&p)
		var got []string
		for _, found := range checkAudit(t, c.snapshot, draw, p) {
			got = append(got, strings.Join([]string{string(found.Kind), found.Code, itoa(found.Index) + ":", "between", itoa(found.Left), "and", itoa(found.Next)}, " "))
			if found.Detail == "" || !strings.Contains(found.String(), found.Short) {
				t.Errorf("%s: no text: %s", c.name, found)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// placeOfFour is where operator 4 belongs beside a stranger of its weight: the lottery says.
func placeOfFour(t *testing.T) string {
	t.Helper()
	s, weight := line(), big.NewInt(60)
	if oracleBefore(s, draw, addressOf(4), weight, core.Address{1}, weight) {
		return "2 and 3"
	}
	t.Fatal("the lottery is against operator 4: choose another stranger")
	return ""
}

func itoa(n int) string {
	if n < 0 {
		return "-1"
	}
	return string(rune('0' + n))
}

// Protocol §4: "The Router itself checks"; §10: `weight-0 entry`.
func TestRefuse(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(p *Proposal)
		reason core.Reason
		index  int
	}{
		{"another seed", func(p *Proposal) { p.Seed[0]++ }, WrongSeed, -1},
		{"no entries", func(p *Proposal) { p.Entries = nil }, NoEntries, -1},
		{"too many", func(p *Proposal) {
			p.Entries = append(p.Entries, merkle.Entry{Operator: addressOf(5), Weight: u(50), KeyHash: keyOf(5)})
		}, TooManyEntries, -1},
		{"weight 0", func(p *Proposal) { p.Entries[3].Weight = u(0) }, WeightZero, 3},
		{"above maxStake", func(p *Proposal) { p.Entries[0].Weight = u(101) }, WeightAboveCap, 0},
		{"swapped", func(p *Proposal) { p.Entries[1], p.Entries[2] = p.Entries[2], p.Entries[1] }, OutOfOrder, 2},
		{"doubled", func(p *Proposal) { p.Entries[2] = p.Entries[1] }, OutOfOrder, 2},
	} {
		p := mustElect(t, line(), draw).Proposal(aggregate)
		if err := Refuse(p, line(), draw); err != nil {
			t.Fatalf("the right proposal: %v", err)
		}
		c.change(&p)
		err := Refuse(p, line(), draw)
		var refusal Refusal
		if !errors.As(err, &refusal) || refusal.Reason != c.reason || refusal.Index != c.index {
			t.Errorf("%s: %v, want %s at %d", c.name, err, c.reason.Code, c.index)
		}
		if _, err := Audit(p, line(), draw, aggregate); !refusedFor(err, c.reason) {
			t.Errorf("%s: audit says %v", c.name, err)
		}
	}
	equal := snapshot(2, operator(1, 50), operator(2, 50))
	p := mustElect(t, equal, draw).Proposal(aggregate)
	slices.Reverse(p.Entries)
	if err := Refuse(p, equal, draw); !refusedFor(err, OutOfOrder) {
		t.Errorf("equals against the lottery: %v", err)
	}
}

func TestAuditRefusesABrokenSnapshot(t *testing.T) {
	if _, err := Audit(Proposal{}, snapshot(3, operator(1, 50), operator(1, 60)), draw, aggregate); !errors.Is(err, stake.ErrOperator) {
		t.Errorf("error %v, want %v", err, stake.ErrOperator)
	}
}
