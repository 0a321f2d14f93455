package election

import (
	"errors"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/batch"
	"github.com/gear-tech/roster/core/merkle"
	"github.com/gear-tech/roster/core/stake"
)

// Protocol §4: the oracle's Executors, for the fuzzer's snapshots; their total and root; every operator with
// exactly one outcome, the Executors' first and in order.
func FuzzElect(f *testing.F) {
	for seed := range int64(150) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int64) {
		random := rand.New(rand.NewSource(seed))
		s, d := randomSnapshot(random), randomDraw(random)
		result := mustElect(t, s, d)
		want := oracleElect(s, d)
		if !slices.Equal(result.Executors, want) {
			t.Fatalf("seed %d: elected %v, want %v", seed, result.Executors, want)
		}
		var total core.Amount
		for _, e := range want {
			total.Add(&total, &e.Weight)
		}
		if root, err := merkle.EntryRoot(want); err != nil || root != result.Root || total != result.Total {
			t.Errorf("seed %d: root %s, total %s, want %s, %s, error %v", seed, result.Root, result.Total.Dec(), root, total.Dec(), err)
		}
		checkOutcomes(t, s, result)
	})
}

func checkOutcomes(t *testing.T, s stake.Snapshot, result Result) {
	t.Helper()
	seen := map[core.Address]bool{}
	for i, o := range result.Outcomes {
		seen[o.Operator] = true
		if o.Elected != (i < len(result.Executors)) || o.Elected && o.Operator != result.Executors[i].Operator {
			t.Errorf("outcome %d: %s", i, o)
		}
		if o.Rank > 0 && o.Rank != i+1 || o.Rank == 0 != o.Weight.IsZero() {
			t.Errorf("outcome %d has rank %d, weight %s", i, o.Rank, o.Weight.Dec())
		}
		if !slices.Contains(Reasons()[:9], o.Reason) {
			t.Errorf("outcome %d for the reason %q", i, o.Code)
		}
	}
	if len(seen) != len(s.Operators) || len(result.Outcomes) != len(s.Operators) {
		t.Errorf("%d outcomes for %d of %d operators", len(result.Outcomes), len(seen), len(s.Operators))
	}
}

// Protocol §4: "It has exactly one right answer": whatever the order of the operators.
func TestOrderOfInputDoesNotMatter(t *testing.T) {
	random := rand.New(rand.NewSource(1))
	for range 100 {
		s, d := randomSnapshot(random), randomDraw(random)
		want := mustElect(t, s, d)
		before := slices.Clone(s.Operators)
		random.Shuffle(len(s.Operators), func(i, j int) { s.Operators[i], s.Operators[j] = s.Operators[j], s.Operators[i] })
		shuffled := slices.Clone(s.Operators)
		if got := mustElect(t, s, d); !reflect.DeepEqual(got, want) {
			t.Fatalf("in another order %+v, want %+v", got, want)
		}
		if !reflect.DeepEqual(s.Operators, shuffled) {
			t.Fatal("the argument was changed")
		}
		if got := mustElect(t, stake.Snapshot{Set: s.Set, Era: s.Era, Capture: s.Capture, Rules: s.Rules, Operators: before}.Sorted(), d); !reflect.DeepEqual(got, want) {
			t.Fatalf("sorted %+v, want %+v", got, want)
		}
	}
}

// Every reason with its values and its text.
func TestOutcomes(t *testing.T) {
	left, paused, jailed, free := operator(1, 50), operator(2, 50), operator(3, 50), operator(4, 60)
	left.Registered, paused.Paused, jailed.JailedUntil, free.JailedUntil = false, true, 5001, 5000
	keyless, poor, blind, empty := operator(5, 50), operator(6, 9), operator(7, 50), operator(8, 0)
	keyless.KeyHash, blind.Vaults[0].Readable = core.Hash{}, false
	rich, small := operator(9, 250), operator(10, 20)
	s := snapshot(2, small, empty, blind, poor, keyless, jailed, paused, left, free, rich)
	want := []string{
		"0xe000000000000000000000000000000000000009 elected with stake above the cap: rank 1, weight 100 of stake 250",
		"0xe000000000000000000000000000000000000004 elected: rank 2, weight 60",
		"0xe00000000000000000000000000000000000000a outranked: rank 3, weight 20 is 40 less than that of 0xe000000000000000000000000000000000000004",
		"0xe000000000000000000000000000000000000001 not registered",
		"0xe000000000000000000000000000000000000002 paused",
		"0xe000000000000000000000000000000000000003 jailed until 5001",
		"0xe000000000000000000000000000000000000005 without a key",
		"0xe000000000000000000000000000000000000006 below the minimum stake: has 9, needs 10",
		"0xe000000000000000000000000000000000000007 below the minimum stake: has 0, needs 10 (1 vaults unreadable)",
		"0xe000000000000000000000000000000000000008 below the minimum stake: has 0, needs 10",
	}
	var got []string
	for _, o := range mustElect(t, s, draw).Outcomes {
		got = append(got, o.String())
	}
	if !slices.Equal(got, want) {
		t.Errorf("outcomes\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// An operator without stake is out even where minStake is 0.
func TestNoStakeWithoutMinimum(t *testing.T) {
	s := snapshot(2, operator(1, 0), operator(2, 1))
	s.Rules.MinStake = u(0)
	result := mustElect(t, s, draw)
	if len(result.Executors) != 1 || result.Outcomes[1].Code != "below_minimum" || result.Outcomes[1].Need != u(1) {
		t.Errorf("%+v", result)
	}
}

// Protocol §4: "operators at the cap are equals and the lottery decides among them".
func TestLotteryAtTheCap(t *testing.T) {
	var operators []stake.Operator
	for n := range 6 {
		operators = append(operators, operator(n, 100+uint64(n)*50))
	}
	s := snapshot(3, operators...)
	winners := map[core.Address]bool{}
	for seed := range byte(40) {
		d := draw
		d.Seed = core.Hash{seed}
		result := mustElect(t, s, d)
		for i, o := range result.Outcomes {
			want := ElectedCapped
			if o.Elected && o.Stake == u(100) {
				want = Elected
			} else if !o.Elected {
				want = LostLottery
				if o.Last != result.Executors[2].Operator || !o.Gap.IsZero() {
					t.Fatalf("lost to %s by %s", o.Last, o.Gap.Dec())
				}
			}
			if o.Reason != want || o.Weight != u(100) {
				t.Fatalf("outcome %d: %s, want %s", i, o, want.Code)
			}
			if i > 0 && result.Outcomes[i-1].Lottery.String() >= o.Lottery.String() {
				t.Fatalf("lottery %s before %s", result.Outcomes[i-1].Lottery, o.Lottery)
			}
			if o.Elected {
				winners[o.Operator] = true
			}
		}
	}
	if len(winners) != 6 {
		t.Errorf("in 40 eras only %d of 6 equal operators were elected", len(winners))
	}
}

// Each part of the lottery counts: "chainId, router, set, e, seed(e), operator".
func TestLotteryDependsOnEverything(t *testing.T) {
	var operators []stake.Operator
	for n := range 30 {
		operators = append(operators, operator(n, 100))
	}
	s := snapshot(30, operators...)
	order := mustElect(t, s, draw).Executors
	for name, change := range map[string]func(*stake.Snapshot, *Draw){
		"chain": func(_ *stake.Snapshot, d *Draw) { d.ChainID++ }, "router": func(_ *stake.Snapshot, d *Draw) { d.Router[3]++ },
		"seed": func(_ *stake.Snapshot, d *Draw) { d.Seed[3]++ },
		"set":  func(s *stake.Snapshot, _ *Draw) { s.Set++ }, "era": func(s *stake.Snapshot, _ *Draw) { s.Era++ },
	} {
		other, d := s, draw
		change(&other, &d)
		if slices.Equal(mustElect(t, other, d).Executors, order) {
			t.Errorf("with another %s the order of 30 equals is the same", name)
		}
	}
}

func TestNobodyEligible(t *testing.T) {
	for _, s := range []stake.Snapshot{snapshot(3), snapshot(3, operator(1, 5))} {
		result := mustElect(t, s, draw)
		if len(result.Executors) != 0 || !result.Total.IsZero() || !result.Root.IsZero() || len(result.Outcomes) != len(s.Operators) {
			t.Errorf("%+v", result)
		}
	}
}

func TestElectRefusesABrokenSnapshot(t *testing.T) {
	if _, err := Elect(snapshot(3, operator(1, 50), operator(1, 60)), draw); !errors.Is(err, stake.ErrOperator) {
		t.Errorf("error %v, want %v", err, stake.ErrOperator)
	}
	if _, err := Elect(snapshot(129), draw); !errors.Is(err, stake.ErrRules) {
		t.Errorf("error %v, want %v", err, stake.ErrRules)
	}
}

// The greatest set there can be stays within the Router's types.
func TestGreatestSet(t *testing.T) {
	var operators []stake.Operator
	top := *new(core.Amount).SetAllOne()
	for n := range 200 {
		o := operator(n, 0)
		o.Vaults[0].Stake, o.Vaults[0].Weight = top, top
		operators = append(operators, o)
	}
	s := snapshot(128, operators...)
	s.Rules.MaxStake.Rsh(&top, 256-89)
	s.Rules.MaxVaultStake = s.Rules.MaxStake
	result := mustElect(t, s, draw)
	if len(result.Executors) != 128 || result.Total.BitLen() != 96 {
		t.Errorf("%d Executors, a total of %d bits", len(result.Executors), result.Total.BitLen())
	}
	want := batch.Header{Set: 1, Era: 9, Count: 128, Total: result.Total, Root: result.Root, AggregateHash: aggregate}
	if got := result.Header(aggregate); got != want {
		t.Errorf("header %+v, want %+v", got, want)
	}
}

func TestReasons(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range Reasons() {
		if seen[r.Code] || r.Code == "" || r.Short == "" || !strings.HasSuffix(r.Long, ".") {
			t.Errorf("reason %q is double or without text", r.Code)
		}
		seen[r.Code] = true
	}
}

// Protocol §4, "Continuously".
func TestEject(t *testing.T) {
	rules := snapshot(1).Rules
	for _, c := range []struct {
		name   string
		change func(*stake.Operator)
		code   string
	}{
		{"as captured", func(*stake.Operator) {}, ""},
		{"slashed to the minimum", func(o *stake.Operator) { o.Vaults[0].Stake = u(10) }, ""},
		{"slashed below the minimum", func(o *stake.Operator) { o.Vaults[0].Stake = u(9) }, "eject_shrunk"},
		{"in jail", func(o *stake.Operator) { o.JailedUntil = 701 }, "eject_jailed"},
		{"out of jail", func(o *stake.Operator) { o.JailedUntil = 700 }, ""},
		{"paused since", func(o *stake.Operator) { o.Paused = true }, ""},
		{"left since", func(o *stake.Operator) { o.Registered = false }, ""},
	} {
		o := operator(1, 50)
		c.change(&o)
		reason, ok := Eject(o, rules, 700)
		if reason.Code != c.code || ok != (c.code != "") {
			t.Errorf("%s: %q, %v, want %q", c.name, reason.Code, ok, c.code)
		}
	}
}
