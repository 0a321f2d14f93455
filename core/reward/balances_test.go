package reward

import (
	"math/big"
	"math/rand"
	"strings"
	"testing"

	"github.com/gear-tech/roster/core"
	"github.com/holiman/uint256"
)

func leaf(n int, amount uint64) Balance { return Balance{who(n), amt(amount)} }

// §8: eras add up, sorted, and the balances before stay as they were.
func TestBalancesAreCumulative(t *testing.T) {
	r := rand.New(rand.NewSource(1))
	var b Balances
	want := [2]map[core.Address]*big.Int{{}, {}}
	for e := range core.Era(60) {
		in := randomFacts(r, shape{4, 5, 6, 40, 30, 20})
		in.Era = e
		p := must(t, in)
		before := b
		saved := [2]int{b.Operators.Len(), b.Stakers.Len()}
		var err error
		if b, err = b.Apply(p); err != nil {
			t.Fatal(err)
		}
		if before.Operators.Len() != saved[0] || before.Stakers.Len() != saved[1] {
			t.Fatal("Apply changed its receiver")
		}
		for i, list := range [][]Balance{listed(p.Commissions()), listed(p.Stakers)} {
			for _, pay := range list {
				if want[i][pay.Account] == nil {
					want[i][pay.Account] = new(big.Int)
				}
				want[i][pay.Account].Add(want[i][pay.Account], pay.Amount.ToBig())
			}
		}
		for i, list := range [][]Balance{listed(b.Operators), listed(b.Stakers)} {
			if len(list) != len(want[i]) {
				t.Fatalf("era %d: %d leaves, want %d", e, len(list), len(want[i]))
			}
			for _, l := range list {
				if l.Amount.ToBig().Cmp(want[i][l.Account]) != 0 {
					t.Fatalf("era %d: %s has %s, want %s", e, l.Account, l.Amount.Dec(), want[i][l.Account])
				}
			}
		}
		if _, _, err := b.Since(before); err != nil {
			t.Fatal(err)
		}
	}
	if b.Stakers.Len() < 8 {
		t.Errorf("only %d stakers: the test shows nothing", b.Stakers.Len())
	}
}

// No leaf ever shrinks or disappears, and no list is out of order (protocol §8; Symbiotic's contract
// forfeits or blocks the claim otherwise).
func TestNoLeafShrinksOrDisappears(t *testing.T) {
	before := Balances{Operators: held([]Balance{leaf(1, 5), leaf(3, 7)}), Stakers: held([]Balance{leaf(2, 9)})}
	for _, c := range []struct {
		name  string
		after Balances
		says  string
	}{
		{"same", before, ""},
		{"grown", Balances{Operators: held([]Balance{leaf(1, 5), leaf(2, 1), leaf(3, 8)}), Stakers: held([]Balance{leaf(2, 9)})}, ""},
		{"shrunk", Balances{Operators: held([]Balance{leaf(1, 4), leaf(3, 9)}), Stakers: before.Stakers}, "shrinks from 5 to 4"},
		{"gone", Balances{Operators: held([]Balance{leaf(3, 90)}), Stakers: before.Stakers}, "shrinks from 5 to 0"},
		{"staker gone", Balances{Operators: before.Operators}, "stakers: account " + who(2).String() + ": leaf shrinks from 9 to 0"},
	} {
		_, _, err := c.after.Since(before)
		if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.says)
		}
	}
	operators, stakers, err := Balances{Operators: held([]Balance{leaf(1, 5), leaf(2, 1), leaf(3, 8)}), Stakers: held([]Balance{leaf(2, 12)})}.Since(before)
	if err != nil || operators.Uint64() != 2 || stakers.Uint64() != 3 {
		t.Errorf("grew by %s and %s (%v), want 2 and 3", operators.Dec(), stakers.Dec(), err)
	}
}

func TestApplyRefuses(t *testing.T) {
	good := must(t, simple())
	huge := Balance{who(50), *new(uint256.Int).Not(new(uint256.Int))}
	for _, c := range []struct {
		name   string
		before Balances
		change func(*Payout)
		says   string
	}{
		{"sum too wide", Balances{Stakers: held([]Balance{huge})}, func(*Payout) {}, "exceeds 256 bits"},
		{"a payment that is not in what was paid", Balances{}, func(p *Payout) { p.Stakers = held(listed(p.Stakers)[1:]) }, "balances grow by 750, the era pays 1000"},
	} {
		p := good
		c.change(&p)
		if _, err := c.before.Apply(p); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.says)
		}
	}
}

func TestAmountOfAccount(t *testing.T) {
	list := held([]Balance{leaf(1, 5), leaf(3, 7), leaf(9, 2)})
	for n, want := range map[int]uint64{0: 0, 1: 5, 2: 0, 3: 7, 4: 0, 9: 2, 10: 0} {
		if got := list.Of(who(n)); got.Uint64() != want {
			t.Errorf("account %d: %s, want %d", n, got.Dec(), want)
		}
	}
}
