package election

import (
	"math/rand"
	"slices"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/gear-tech/roster/core/stake"
)

// TestForeseeAgainstSeeds: who is certain of a seat is elected with every seed, who is out with none, and where the lottery
// decides both happen, at places between Rank and Worst.
func TestForeseeAgainstSeeds(t *testing.T) {
	r := rand.New(rand.NewSource(5))
	lotteries := 0
	for range 300 {
		s := randomSnapshot(r)
		in, draws := map[core.Address]int{}, 40
		places := map[core.Address][2]int{}
		for range draws {
			for _, o := range mustElect(t, s, randomDraw(r)).Outcomes {
				if o.Elected {
					in[o.Operator]++
				}
				if p, seen := places[o.Operator]; seen {
					places[o.Operator] = [2]int{min(p[0], o.Rank), max(p[1], o.Rank)}
				} else {
					places[o.Operator] = [2]int{o.Rank, o.Rank}
				}
			}
		}
		for _, o := range s.Operators {
			list, err := Foresee(s, []stake.Snapshot{s}, o.Address)
			if err != nil {
				t.Fatal(err)
			}
			p, n := list[0], in[o.Address]
			switch {
			case p.Code == LotteryOpen.Code:
				lotteries++
				if p.Elected || p.Places < 1 || p.Places >= p.Equals || n == draws && p.Places*4 < p.Equals || n == 0 && p.Places*4 > p.Equals*3 {
					t.Errorf("%s: %d of %d, elected %d times", o.Address, p.Places, p.Equals, n)
				}
			case p.Elected != (n == draws) || !p.Elected != (n == 0) || p.Places+p.Equals != 0:
				t.Errorf("%s: %+v, elected %d times of %d", o.Address, p, n, draws)
			}
			if at := places[o.Address]; at[0] < p.Rank || at[1] > p.Worst {
				t.Errorf("%s: places %v, foreseen %d to %d", o.Address, at, p.Rank, p.Worst)
			}
			if len(p.Turns) > 0 || !p.Lottery.IsZero() {
				t.Errorf("%s: %+v", o.Address, p)
			}
		}
	}
	if lotteries < 100 {
		t.Errorf("%d lotteries: the test shows nothing", lotteries)
	}
}

// TestForeseeTurns: what changes between captures is named, with what it does to the operator.
func TestForeseeTurns(t *testing.T) {
	own, rival := operator(1, 50), operator(2, 60)
	own.JailedUntil, rival.JailedUntil = 6000, 7001
	present := snapshot(1, own, rival)
	at := func(e core.Era, capture core.Time, change func(*stake.Snapshot)) stake.Snapshot {
		s := present
		s.Era, s.Capture, s.Operators = e, capture, slices.Clone(present.Operators)
		for i := range s.Operators {
			s.Operators[i].Vaults = slices.Clone(s.Operators[i].Vaults)
		}
		if change != nil {
			change(&s)
		}
		return s
	}
	minStake := func(s *stake.Snapshot) { s.Rules.MinStake = u(51); s.Operators[0].Commission = 7 }
	half := func(s *stake.Snapshot) {
		minStake(s)
		s.Rules.MaxExecutors, s.Rules.MaxStake, s.Rules.MaxVaultStake = 2, u(90), u(80)
		s.Operators[0].Vaults[0].Weight = u(2 * core.One)
	}
	list, err := Foresee(present, []stake.Snapshot{at(9, 5999, nil), at(10, 6000, nil), at(11, 7001, nil), at(12, 8000, minStake), at(13, 9000, half)}, own.Address)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		code  string
		turns []string
	}{
		{Jailed.Code, nil},
		{Elected.Code, []string{JailEnds.Code}},
		{Outranked.Code, []string{RivalChange.Code}},
		{BelowMinimum.Code, []string{MinStakeChange.Code, CommissionChange.Code}},
		{Elected.Code, []string{SeatsChange.Code, MaxStakeChange.Code, MaxVaultStakeChange.Code, CollateralChange.Code}},
	} {
		var turns []string
		for _, turn := range list[i].Turns {
			turns = append(turns, turn.Code)
		}
		if list[i].Code != want.code || !slices.Equal(turns, want.turns) {
			t.Errorf("era %d: %s %v, want %+v", list[i].Era, list[i].Code, turns, want)
		}
	}
	if turn := list[2].Turns[0]; turn.Operator != rival.Address || turn.Before != u(0) || turn.After != u(60) {
		t.Errorf("%+v", turn)
	}
	if list[3].Margin.Short != u(11) || list[4].Weight != u(80) {
		t.Errorf("short %s, weight %s", list[3].Margin.Short.Dec(), list[4].Weight.Dec())
	}
	if _, err := Foresee(present, []stake.Snapshot{present}, addressOf(99)); err == nil {
		t.Error("an operator that is not there")
	}
}

// TestWithStake: an operator has what it is given, to the unit where a collateral counts one to one, and never more.
func TestWithStake(t *testing.T) {
	vault := func(n byte, amount, weight uint64) stake.Vault {
		return stake.Vault{Address: core.Address{n}, Stake: u(amount), Weight: u(weight), Readable: true}
	}
	for name, x := range map[string]struct {
		vaults []stake.Vault
		give   uint64
		want   []uint64
	}{
		"as they are":         {[]stake.Vault{vault(1, 10, core.One), vault(2, 20, core.One)}, 100, []uint64{34, 66}},
		"another weight":      {[]stake.Vault{vault(1, 10, 2*core.One), vault(2, 20, 0), vault(3, 5, core.One)}, 100, []uint64{40, 20, 20}},
		"rounded down":        {[]stake.Vault{vault(1, 10, 3*core.One)}, 100, []uint64{33}},
		"nothing there":       {[]stake.Vault{vault(1, 7, 0), vault(2, 0, 2*core.One)}, 100, []uint64{7, 50}},
		"no vault":            {nil, 100, []uint64{100}},
		"none that counts":    {[]stake.Vault{vault(1, 7, 0)}, 100, []uint64{7, 100}},
		"nothing is given":    {[]stake.Vault{vault(1, 10, core.One)}, 0, []uint64{0}},
		"cut, but it has it":  {[]stake.Vault{vault(1, 10, core.One)}, 5000, []uint64{5000}},
		"two with nothing":    {[]stake.Vault{vault(1, 0, core.One), vault(2, 0, core.One)}, 9, []uint64{9, 0}},
		"a smaller weight":    {[]stake.Vault{vault(1, 10, core.One*9/10)}, 14_000, []uint64{15_556}},
		"one to one is later": {[]stake.Vault{vault(1, 3, 7*core.One), vault(2, 0, core.One)}, 100, []uint64{14, 2}},
	} {
		o := operator(1, 0)
		o.Vaults = x.vaults
		s, err := WithStake(snapshot(4, operator(2, 50), o), o.Address, u(x.give))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []uint64
		for _, v := range s.Operators[1].Vaults {
			got = append(got, v.Stake.Uint64())
		}
		s.Rules.MaxVaultStake = u(1 << 40)
		if has := s.Operators[1].StakeAt(s.Rules); !slices.Equal(got, x.want) || has.Uint64() > x.give || name != "rounded down" && has.Uint64() != x.give {
			t.Errorf("%s: %v, want %v, together %s", name, got, x.want, has.Dec())
		}
	}
	s, err := WithStake(snapshot(1, operator(2, 50)), addressOf(7), u(60))
	if err != nil || !mustElect(t, s, draw).Outcomes[0].Elected || mustElect(t, s, draw).Outcomes[0].Operator != addressOf(7) {
		t.Errorf("a newcomer: %+v (%v)", s, err)
	}
	full := operator(1, 0)
	full.Vaults = nil
	for n := range stake.Slots {
		full.Vaults = append(full.Vaults, vault(byte(n+1), 1, 0))
	}
	if _, err := WithStake(snapshot(1, full), full.Address, u(60)); err == nil {
		t.Error("a seventeenth vault")
	}
}
